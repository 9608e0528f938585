package contract

import (
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// till is a world in which M takes li's points, of which there are many, of G's: a fen each. What G may come to owe M
// is capped by a model of the two.
type till struct {
	*world
	lot number.Row
}

func newTill(t fataler, terms settlement.Terms) *till {
	t.Helper()
	s := &till{world: founded(t, 5)}
	s.must(t, "G", points.OpenProgrammeRequest{Programme: "GP", En: "GP", Zh: "GP", Price: amount.Rate{Num: 1, Den: 1}})
	s.lot = s.must(t, "G", points.IssueRequest{Programme: "GP",
		Grants: []points.Grant{{Member: "li", Amount: 10_000, Expires: day(firstDay) + 90}}}).Row(0)
	s.must(t, "G", settlement.ProposeRequest{Model: "gm", Scope: settlement.Scope{Issuer: "G", Acceptor: "M"},
		Terms: terms, From: day(firstDay) + 1})
	s.consent(t, "M", "G", "gm")
	s.advance(t, 1)
	return s
}

// cap limits what G may come to owe others in a cycle.
func (s *till) cap(t fataler, fen amount.Units) {
	s.must(t, "G", party.AmendRequest{Party: "G", Roles: party.Issuer | party.Acceptor, Debit: fen})
}

func (s *till) hold(n amount.Units) points.HoldRequest {
	return points.HoldRequest{Member: "li", Pieces: []spend.Take{{Lot: s.lot, Amount: n}},
		Deadline: s.net.Now().Unix() + 600}
}

func capturing(hold number.Command, n amount.Units) points.CaptureRequest {
	return points.CaptureRequest{Hold: hold, Amount: n}
}

// inLane sends one command of M's in a lane, and answers what it is refused with.
func (s *till) inLane(t fataler, lane uint8, seq uint64, req command.Request) fault.Code {
	t.Helper()
	heads := s.heads["M"]
	_, refusals, err := s.send(t, "M", command.Batch{Lane: lane, Seq: seq,
		Commands: []command.Command{command.New("", req)}})
	if err != nil {
		t.Fatal(err)
	}
	s.heads["M"] = heads // of lane 1
	return fault.CodeOf(refusals[0])
}

// drawn is what all lanes have drawn of a net debit cap and not given back.
func drawn(w *world, id string) (n amount.Units) {
	for _, found := range rowsOf(w.net, "G", "lease") {
		if strings.HasPrefix(found.ID, string(quota.Debit)+"/"+id+"/") {
			l := found.Row.(quota.Lease)
			n += l.Used - l.Returned
		}
	}
	return n
}

// What G may come to owe M: the model's cap, what it deposited with M, or both together.
func TestCapsAndDeposits(t *testing.T) {
	for _, c := range []struct {
		name    string
		terms   settlement.Terms
		deposit amount.Units
		room    amount.Units // 0 for no end
	}{
		{"no cap", settlement.Terms{}, 0, 0},
		{"a deposit that no model asks for", settlement.Terms{}, 40, 0},
		{"a cap", settlement.Terms{Cap: 60}, 0, 60},
		{"a cap, and a deposit that doesn't count", settlement.Terms{Cap: 60}, 40, 60},
		{"no deposit yet", settlement.Terms{Prefunded: true}, 0, -1},
		{"a deposit", settlement.Terms{Prefunded: true}, 40, 40},
		{"a cap on top of a deposit", settlement.Terms{Cap: 60, Prefunded: true}, 40, 100},
		{"a cap before there is a deposit", settlement.Terms{Cap: 60, Prefunded: true}, 0, 60},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTill(t, c.terms)
			if c.deposit > 0 {
				s.owes(t, "M", "G", c.deposit)
			}
			switch {
			case c.room < 0:
				s.refused(t, "M", s.hold(1), fault.NetDebitCap)
				return
			case c.room == 0:
				s.must(t, "M", s.hold(5_000))
				return
			}
			s.refused(t, "M", s.hold(c.room+1), fault.NetDebitCap)
			s.must(t, "M", s.hold(c.room-1))
			s.refused(t, "M", s.hold(2), fault.NetDebitCap)
			s.must(t, "M", s.hold(1))
			s.refused(t, "M", s.hold(1), fault.NetDebitCap)
			// More is deposited: there is room at once where the model counts it.
			s.owes(t, "M", "G", 7)
			if !c.terms.Prefunded {
				s.refused(t, "M", s.hold(1), fault.NetDebitCap)
				return
			}
			s.refused(t, "M", s.hold(8), fault.NetDebitCap)
			s.must(t, "M", s.hold(7))
			if got := drawn(s.world, "2026-11.G.M"); got != c.room+7 {
				t.Errorf("%d is drawn", got)
			}
		})
	}
}

// A debtor's own cap, over all creditors, and a model's, for one, are both asked: the tighter refuses.
func TestBothCapsAreAsked(t *testing.T) {
	for _, c := range []struct{ own, pair, room amount.Units }{{50, 80, 50}, {80, 50, 50}} {
		s := newTill(t, settlement.Terms{Cap: c.pair})
		s.cap(t, c.own)
		s.refused(t, "M", s.hold(c.room+1), fault.NetDebitCap)
		if got := drawn(s.world, "2026-11.G"); got != 0 {
			t.Errorf("a refused hold has drawn %d", got)
		}
		held := s.must(t, "M", s.hold(c.room))
		s.refused(t, "M", s.hold(1), fault.NetDebitCap)
		s.must(t, "M", points.ReleaseRequest{Hold: held, Reason: "x"}, s.hold(c.room))
		if a, b := drawn(s.world, "2026-11.G"), drawn(s.world, "2026-11.G.M"); a != c.room || b != c.room {
			t.Errorf("%d and %d are drawn", a, b)
		}
	}
}

// Lanes lease parts of a cap. One that finds too little free is refused, until there is a deposit, or another gives
// back.
func TestCapsByLanes(t *testing.T) {
	s := newTill(t, settlement.Terms{Cap: 64, Prefunded: true})
	for i, step := range []struct {
		lane uint8
		seq  uint64
		req  func() command.Request
		code fault.Code
	}{
		{2, 1, func() command.Request { return s.hold(2) }, ""}, // leases 4
		{3, 1, func() command.Request { return s.hold(61) }, fault.NetDebitCap},
		{3, 2, func() command.Request { return s.hold(60) }, ""}, // the rest
		{3, 3, func() command.Request { return s.hold(1) }, fault.NetDebitCap},
		{2, 2, func() command.Request { return s.hold(1) }, ""}, // of its own
		{2, 3, func() command.Request { return quota.SurrenderRequest{Kind: quota.Debit, ID: "2026-11.G.M"} }, ""},
		{3, 4, func() command.Request { return s.hold(1) }, ""},
		{2, 4, func() command.Request { return s.hold(1) }, fault.NetDebitCap},
		// by M's word alone
		{4, 1, func() command.Request { return settlement.PrefundRequest{Debtor: "G", Fen: 10, Reference: "bank"} },
			fault.NotFound},
		{4, 2, func() command.Request {
			s.must(t, "G", settlement.DepositRequest{Holder: "M", Fen: 10, Reference: "bank"})
			return settlement.PrefundRequest{Debtor: "G", Fen: 10, Reference: "bank"}
		}, ""},
		{2, 5, func() command.Request { return s.hold(11) }, fault.NetDebitCap},
		{2, 6, func() command.Request { return s.hold(6) }, ""},
		{3, 5, func() command.Request { return s.hold(4) }, ""},
		{4, 3, func() command.Request { return s.hold(1) }, fault.NetDebitCap},
	} {
		if code := s.inLane(t, step.lane, step.seq, step.req()); code != step.code {
			t.Errorf("step %d: %q, want %q", i, code, step.code)
		}
	}
	if got := drawn(s.world, "2026-11.G.M"); got != 74 {
		t.Errorf("%d is drawn", got)
	}
}

// capsAcross are the ids of the caps that are drawn in these tests, without their cycle.
var capsAcross = []string{"G", "G.M"}

func (s *till) drew(t *testing.T, cycle string, want amount.Units) {
	t.Helper()
	for _, id := range capsAcross {
		if got := drawn(s.world, cycle+"."+id); got != want {
			t.Errorf("%d is drawn of the cap of %s in %s, want %d", got, id, cycle, want)
		}
	}
}

// crossing is a till with both caps at 100, and holds of 60 and of 30 that were placed before the cut-off.
func crossing(t *testing.T) (s *till, sixty, thirty number.Command) {
	t.Helper()
	s = newTill(t, settlement.Terms{Cap: 100})
	s.cap(t, 100)
	sixty, thirty = s.must(t, "M", s.hold(60)), s.must(t, "M", s.hold(30))
	s.must(t, "G", settlement.CutOffRequest{Cycle: "2026-11", Next: "2026-12"})
	s.drew(t, "2026-11", 90)
	s.drew(t, "2026-12", 0)
	return s, sixty, thirty
}

// What was held in one cycle and is captured in the next is owed there, and counts on its cap, even past it.
func TestAHoldIsCapturedInTheNextCycle(t *testing.T) {
	s, sixty, _ := crossing(t)
	fresh := s.must(t, "M", s.hold(100))
	s.refused(t, "M", s.hold(1), fault.NetDebitCap)
	captured := s.must(t, "M", capturing(sixty, 60))
	s.drew(t, "2026-11", 30)
	s.drew(t, "2026-12", 160)
	made := rowIn(s.world, row.Obligations("M", captured.Lane, captured.Seq))
	if made.Cycle != "2026-12" || len(made.List) != 1 || made.List[0].Fen != 60 || made.List[0].Of != "" {
		t.Errorf("%+v", made)
	}
	if n := len(rowIn(s.world, row.Positions("2026-11", "M", 1)).List); n != 0 {
		t.Errorf("%d positions in the cycle that was cut off", n)
	}
	// Past its limit the cap grants nothing, until it is free again.
	s.refused(t, "M", s.hold(1), fault.NetDebitCap)
	s.must(t, "M", points.ReleaseRequest{Hold: fresh, Reason: "x"})
	s.refused(t, "M", s.hold(101), fault.NetDebitCap)
	s.drew(t, "2026-12", 60)
}

// A lane that was pushed past the limit has no spare of its own until what it gave back is more than what it overdrew.
func TestAnOverdrawnCapIsFreeAgainToTheFen(t *testing.T) {
	s, sixty, _ := crossing(t)
	fresh := s.must(t, "M", s.hold(100))
	s.must(t, "M", capturing(sixty, 60), points.ReleaseRequest{Hold: fresh, Reason: "x"})
	s.drew(t, "2026-12", 60)
	s.refused(t, "M", s.hold(101), fault.NetDebitCap)
	s.must(t, "M", s.hold(40))
	s.drew(t, "2026-12", 100)
	s.refused(t, "M", s.hold(1), fault.NetDebitCap)
}

// In parts, too, and over more than one cut-off: each part counts in the cycle in which it is captured.
func TestAHoldIsCapturedInParts(t *testing.T) {
	s, sixty, _ := crossing(t)
	s.must(t, "M", capturing(sixty, 25))
	s.drew(t, "2026-11", 65)
	s.drew(t, "2026-12", 25)
	s.must(t, "G", settlement.CutOffRequest{Cycle: "2026-12", Next: "2027-01"})
	s.must(t, "M", capturing(sixty, 5))
	s.drew(t, "2026-11", 60)
	s.drew(t, "2026-12", 25)
	s.drew(t, "2027-01", 5)
	s.must(t, "M", points.ReleaseRequest{Hold: sixty, Reason: "x"})
	s.drew(t, "2026-11", 30)
	s.drew(t, "2027-01", 5)
}

// What is released in the next cycle makes room in its own, not in the one that is open.
func TestAHoldIsReleasedInTheNextCycle(t *testing.T) {
	s, _, thirty := crossing(t)
	s.must(t, "M", s.hold(100), points.ReleaseRequest{Hold: thirty, Reason: "x"})
	s.drew(t, "2026-11", 60)
	s.drew(t, "2026-12", 100)
	s.refused(t, "M", s.hold(1), fault.NetDebitCap)
}

// What is refunded in a later cycle than it was owed in counts on the acceptor's cap of that cycle, and passes it: who
// gave the goods back gets the points back. In the same cycle it makes room for the funder again, and the acceptor owes
// nothing net.
func TestARefundCountsWhereItIs(t *testing.T) {
	s, sixty, _ := crossing(t)
	s.must(t, "G", party.AmendRequest{Party: "M", Roles: party.Issuer | party.Acceptor, Debit: 50})
	captured := s.must(t, "M", capturing(sixty, 60))
	s.must(t, "G", settlement.CutOffRequest{Cycle: "2026-12", Next: "2027-01"})
	s.must(t, "M", points.RefundRequest{Hold: sixty, Capture: captured, Amount: 55, Reason: "x"})
	if a, b := drawn(s.world, "2026-12.M"), drawn(s.world, "2027-01.M"); a != 0 || b != 55 {
		t.Errorf("%d and %d are drawn", a, b)
	}
	s.drew(t, "2026-12", 60)
}

func TestARefundMakesRoom(t *testing.T) {
	s := newTill(t, settlement.Terms{Cap: 50})
	s.must(t, "G", party.AmendRequest{Party: "M", Roles: party.Issuer | party.Acceptor, Debit: 1})
	for range 3 {
		hold := s.must(t, "M", s.hold(50))
		s.refused(t, "M", s.hold(1), fault.NetDebitCap)
		captured := s.must(t, "M", capturing(hold, 50))
		s.must(t, "M", points.RefundRequest{Hold: hold, Capture: captured, Amount: 20, Reason: "x"})
		s.must(t, "M", points.RefundRequest{Hold: hold, Capture: captured, Amount: 30, Reason: "x"})
	}
	if got := drawn(s.world, "2026-11.M"); got != 0 {
		t.Errorf("M gave back what it got in the same cycle, and %d is drawn of its cap", got)
	}
}

// A benefit draws on the cap of who owes for it when it is used; a use that is reversed in its cycle makes room again.
func TestBenefitsCountOnTheCap(t *testing.T) {
	s := newCounter(t, "DP")
	s.must(t, "G", party.AmendRequest{Party: "D", Roles: party.Issuer | party.Acceptor, Debit: 100})
	s.must(t, "M", plainBenefit("wash", func(r *benefit.DefineRequest) {
		r.Price, r.Uses, r.Grantors, r.Stackable, r.Window = 60, 5, []string{"D"}, true, 9
	}))
	e := s.must(t, "D", grantTo("wash", "li")).Row(0)
	used := s.must(t, "M", benefit.WriteOffRequest{Entitlement: e})
	s.refused(t, "M", benefit.WriteOffRequest{Entitlement: e}, fault.NetDebitCap)
	s.must(t, "M", benefit.ReverseRequest{WriteOff: used, Reason: "x"}, benefit.WriteOffRequest{Entitlement: e})
	s.refused(t, "M", benefit.WriteOffRequest{Entitlement: e}, fault.NetDebitCap)
	if got := drawn(s.world, "2026-11.D"); got != 60 {
		t.Errorf("%d is drawn", got)
	}
}

// What points paid for drew when it was bought. Unused, it is given back to that cycle; used in another, it counts
// there.
func TestABenefitThatPointsPaidMovesWithItsUse(t *testing.T) {
	s := newCounter(t, "DP")
	s.must(t, "G", party.AmendRequest{Party: "D", Roles: party.Issuer | party.Acceptor, Debit: 50})
	s.must(t, "M", plainBenefit("ride", func(r *benefit.DefineRequest) {
		r.Points, r.Uses = []benefit.Cost{{Programme: "DP", Amount: 50}}, 2
	}))
	e := s.must(t, "M", benefit.BuyRequest{Benefit: "ride", Member: "li",
		Pieces: []spend.Take{{Lot: s.lots["DP"], Amount: 50}}}).Row(0)
	s.must(t, "G", cutTo("2026-12"))
	s.must(t, "M", benefit.WriteOffRequest{Entitlement: e})
	if a, b := drawn(s.world, "2026-11.D"), drawn(s.world, "2026-12.D"); a != 25 || b != 25 {
		t.Errorf("%d and %d are drawn, one of two uses was made", a, b)
	}
	s.must(t, "M", benefit.RevokeRequest{Entitlement: e, Reason: "x"})
	if a, b := drawn(s.world, "2026-11.D"), drawn(s.world, "2026-12.D"); a != 0 || b != 25 {
		t.Errorf("%d and %d are drawn, the other use is off", a, b)
	}
}

// The same of orders: delivered, or ended, in the next cycle.
func TestOrdersCrossACutOff(t *testing.T) {
	s := newShop(t, 5)
	s.must(t, "G", party.AmendRequest{Party: "G", Roles: party.Issuer | party.Acceptor, Debit: 1100})
	first := s.must(t, "D", s.purchase(t, "D", "wang", 400, s.pays("wang", 1000), want("S1", "oil", 1),
		want("S2", "wiper", 1)))
	s.must(t, "D", goods.AcceptRequest{Order: first})
	li := s.purchase(t, "D", "li", 300, s.pays("li", 100), want("DS", "cap", 1), want("S1", "voucher", 1))
	li.Authorisation = s.authorise(t, "li", "D", "GP", 1000)
	second := s.must(t, "D", li)
	s.must(t, "G", settlement.CutOffRequest{Cycle: "2026-11", Next: "2026-12"})
	full := s.purchase(t, "D", "li", 0, s.pays("li", 900), want("S1", "oil", 1))
	full.Authorisation = li.Authorisation
	s.must(t, "D", full)
	for _, c := range []struct {
		name     string
		req      command.Request
		old, now amount.Units
	}{
		{"placed", nil, 1100, 900},
		{"delivered", goods.DeliverRequest{Order: first, Part: 2}, 1000, 1000},
		{"cancelled", goods.CancelRequest{Order: first, Part: 1, Reason: "x"}, 100, 1000},
		{"rejected", goods.RejectRequest{Order: second, Reason: "x"}, 0, 1000},
	} {
		if c.req != nil {
			s.must(t, "D", c.req)
		}
		if old, now := drawn(s.world, "2026-11.G"), drawn(s.world, "2026-12.G"); old != c.old || now != c.now {
			t.Errorf("%s: %d and %d are drawn, want %d and %d", c.name, old, now, c.old, c.now)
		}
	}
	s.check(t)
}

package contract

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// What counts follows the facts: clawbacks, corrections, revocations, redemptions.

// A request that is asked again gets the answer that it got: the number, the cycle and
// the business date of then, as a single command and in a batch.
func TestTheFirstAnswerIsGivenAgain(t *testing.T) {
	w := founded(t, 1)
	req := points.OpenProgrammeRequest{Programme: "DP", En: "x", Zh: "x", Price: amount.Rate{Num: 1, Den: 1}}
	body, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	ask := func() (r command.Receipt) {
		tx, err := w.call("D", "points:OpenProgramme", "req-1", string(body))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(tx.Envelope.Response().GetPayload(), &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	want := ask()
	want.Duplicate = true
	w.advance(t, 1)
	w.must(t, "G", cutTo("2026-12"))
	if got := ask(); got != want {
		t.Errorf("a single command: %+v, want %+v", got, want)
	}
	receipts, _, err := w.send(t, "D", command.Batch{Commands: []command.Command{command.New("req-1", req)}})
	if err != nil || receipts[0] != want {
		t.Errorf("a batch: %+v, %v, want %+v", receipts, err, want)
	}
}

// A lapse is no use: whatever the settlement model's fee, none is owed for it.
func TestALapseOwesNoFee(t *testing.T) {
	s := newCounter(t, "DP")
	s.agreed(t, settlement.ProposeRequest{Terms: settlement.Terms{Fee: amount.Rate{Num: 1, Den: 10}}})
	s.must(t, "M", plainBenefit("ride", func(r *benefit.DefineRequest) {
		r.Points, r.Lapse, r.Days = []benefit.Cost{{Programme: "DP", Amount: 50}}, benefit.Keep, 1
	}))
	e := s.must(t, "M", benefit.BuyRequest{Benefit: "ride", Member: "li", Pieces: theseOf(s.lots["DP"], 50)})
	s.advance(t, 3)
	s.must(t, "M", benefit.ExpireRequest{Entitlement: e.Row(0)})
	lapsed := false
	for _, r := range booksOf(s.net).Owed() {
		for _, o := range r.List {
			lapsed = lapsed || o.Kind == settlement.Redemption
			if o.Kind == settlement.Fee {
				t.Errorf("%s owes %s a fee of %d fen", o.Debtor, o.Creditor, o.Fen)
			}
		}
	}
	if !lapsed {
		t.Error("nothing lapsed")
	}
}

// earned is what counts of a member: in the month of the first day, and today.
func earned(t *testing.T, w *world, id string) (month, today amount.Units) {
	t.Helper()
	s, err := row.Decode[points.Standing](w.net.Get("G", "tally", string(row.Standing("GP", id))))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range s.Months {
		if m.Month == day(firstDay).Month() {
			month = m.Earned
		}
	}
	return month, s.Today.Earned
}

// What is clawed back, or never came, was not earned; what was missing was.
func TestEarningsFollowTheFacts(t *testing.T) {
	rules := points.Rules{EarnPerDay: 200, Tiers: []points.Tier{{ID: "gold", En: "x", Zh: "x", AtLeast: 100}},
		Window: 12}
	w, lots := withPoints(t, rules, 90)
	compare := func(what string, month, today amount.Units) {
		t.Helper()
		if m, d := earned(t, w, "li"); m != month || d != today {
			t.Errorf("%s: %d of the month and %d of the day count, want %d and %d", what, m, d, month, today)
		}
	}
	compare("granted", 100, 100)
	w.must(t, "G", points.RevokeRequest{Pieces: theseOf(lots[0], 60), Reason: "x"})
	compare("clawed back", 40, 40)
	issue := points.IssueRequest{Programme: "GP", Grants: []points.Grant{{Member: "li", Amount: 160,
		Expires: day(firstDay) + 90, Activator: "D"}}}
	pending := w.must(t, "G", issue).Row(0)
	w.refused(t, "G", points.AdjustRequest{Lot: lots[0], Amount: 1, Reason: "x"}, fault.DailyCap)
	w.must(t, "D", points.CancelRequest{Lot: pending, Reason: "x"})
	compare("cancelled", 40, 40)
	added := w.must(t, "G", points.AdjustRequest{Lot: lots[0], Amount: 70, Reason: "x"}).Row(0)
	compare("adjusted", 110, 110)
	w.advance(t, 1)
	w.must(t, "G", points.AdjustRequest{Lot: lots[0], Amount: 500, Reason: "x"}) // of yesterday: no limit of today's
	compare("adjusted the day after", 610, 110)
	w.must(t, "G", points.RevokeRequest{Pieces: theseOf(added, 70), Reason: "x"})
	compare("the adjustment clawed back", 540, 110)
}

// An entitlement that is revoked unused was never had: the member, and the quota, have
// room for another. One that was used once has taken its place.
func TestRevokedUnusedMakesRoom(t *testing.T) {
	w := founded(t, 1)
	w.must(t, "M", plainBenefit("ride", func(r *benefit.DefineRequest) {
		r.PerMember, r.Quota, r.Uses, r.Stackable = 1, 1, 2, true
	}))
	e := w.must(t, "M", grantTo("ride", "li"))
	w.refused(t, "M", grantTo("ride", "li"), fault.Limit)
	w.refused(t, "M", grantTo("ride", "wang"), fault.Quota)
	w.must(t, "M", benefit.RevokeRequest{Entitlement: e.Row(0), Reason: "x"})
	e = w.must(t, "M", grantTo("ride", "li"))
	w.must(t, "M", benefit.WriteOffRequest{Entitlement: e.Row(0)},
		benefit.RevokeRequest{Entitlement: e.Row(0), Reason: "x"})
	w.refused(t, "M", grantTo("ride", "li"), fault.Limit)
	w.refused(t, "M", grantTo("ride", "wang"), fault.Quota)
}

// What was granted while there was no quota gives none back.
func TestOnlyWhatWasDrawnComesBack(t *testing.T) {
	w := founded(t, 1)
	w.must(t, "M", plainBenefit("ride", func(r *benefit.DefineRequest) { r.Stackable = true }))
	e := w.must(t, "M", grantTo("ride", "li"))
	w.must(t, "M", benefit.AmendRequest{Benefit: "ride", Quota: 1, Open: true}, grantTo("ride", "wang"),
		benefit.RevokeRequest{Entitlement: e.Row(0), Reason: "x"})
	w.refused(t, "M", grantTo("ride", "li"), fault.Quota)
}

// A campaign says whether a benefit that is revoked unused gives the award back.
func TestACampaignSaysWhetherAwardsComeBack(t *testing.T) {
	for returns, want := range map[bool]fault.Code{true: "", false: fault.Limit} {
		w := founded(t, 1)
		today := day(firstDay)
		w.must(t, "M", plainBenefit("ride", func(r *benefit.DefineRequest) { r.Price, r.Stackable = 100, true }))
		w.must(t, "M", campaign.ProposeRequest{Campaign: "once", Funders: []campaign.Share{{Party: "M", Parts: 1}},
			Cap: 100, Terms: campaign.Terms{
				En: "Once", Zh: "一次", Budget: 100, PerMember: 1, Returns: returns, From: today, Until: today + 9,
				Gives: campaign.Gives{Benefit: "ride"}}})
		award := campaign.AwardRequest{Campaigns: []string{"once"}, Member: "li",
			Lines: []campaign.Line{{Fen: 1}}, Reference: "r-1"}
		e := w.must(t, "M", award).Row(0)
		w.must(t, "M", benefit.RevokeRequest{Entitlement: e, Reason: "x"})
		award.Reference = "r-2"
		w.refused(t, "M", award, want)
	}
}

// What is clawed back beyond what is left is refused, or the member's debt, or borne by
// who paid for it: as the programme says.
func TestAShortClawbackGoesAsTheProgrammeSays(t *testing.T) {
	short := func(how points.Shortfall) (*world, number.Row) {
		w, lots := withPoints(t, points.Rules{Shortfall: how, EarnPerDay: 1000}, 90)
		held := w.must(t, "M", points.HoldRequest{Member: "li", Pieces: theseOf(lots[0], 80),
			Deadline: w.net.Now().Unix() + 60})
		w.must(t, "M", points.CaptureRequest{Hold: held, Amount: 80})
		return w, lots[0]
	}
	all := func(lot number.Row) points.RevokeRequest {
		return points.RevokeRequest{Pieces: theseOf(lot, 100), Reason: "x"}
	}
	grant := func(n amount.Units, activator string) points.IssueRequest {
		return points.IssueRequest{Programme: "GP", Grants: []points.Grant{{Member: "li", Amount: n,
			Expires: day(firstDay) + 90, Activator: activator}}}
	}
	lotOf := func(w *world, n number.Row) points.Lot {
		lot, err := row.Decode[points.Lot](w.net.Get("G", "tally", string(row.Lot(n))))
		if err != nil {
			t.Fatal(err)
		}
		return lot
	}

	w, lot := short(points.ShortfallRefused)
	w.refused(t, "G", all(lot), fault.Insufficient)

	w, lot = short(points.ShortfallBorne)
	w.must(t, "G", all(lot))
	w.refused(t, "G", points.RevokeRequest{Pieces: theseOf(lot, 1), Reason: "x"}, fault.Insufficient)
	if l := lotOf(w, lot); l.Revoked != 20 || l.Short != 80 {
		t.Errorf("borne: %+v", l)
	}
	if l := lotOf(w, w.must(t, "G", grant(50, "")).Row(0)); l.Available() != 50 {
		t.Errorf("borne, and yet an award pays: %+v", l)
	}

	w, lot = short(points.ShortfallOwed)
	w.must(t, "G", all(lot))
	waiting := w.must(t, "G", grant(30, "D")).Row(0)
	if l := lotOf(w, w.must(t, "G", grant(60, "")).Row(0)); l.Available() != 0 || l.State != points.Revoked {
		t.Errorf("the first award pays off: %+v", l)
	}
	w.must(t, "D", points.ActivateRequest{Lot: waiting, Evidence: make(codec.Hash, 32)})
	if l := lotOf(w, waiting); l.Available() != 10 {
		t.Errorf("20 are still owed when the evidence comes: %+v", l)
	}
	if l := lotOf(w, w.must(t, "G", grant(5, "")).Row(0)); l.Available() != 5 {
		t.Errorf("nothing is owed any more: %+v", l)
	}
	balanceAll(t, w)
}

// balanceAll holds all lots against the totals.
func balanceAll(t fataler, w *world) {
	t.Helper()
	var sum points.Totals
	for _, f := range rowsOf(w.net, "G", "totals") {
		var err error
		if sum, err = sum.Plus(f.Row.(points.Totals)); err != nil {
			t.Fatal(err)
		}
	}
	var lots points.Totals
	for _, f := range rowsOf(w.net, "G", "lot") {
		l := f.Row.(points.Lot)
		lots.Revoked += l.Revoked
		lots.Expired += l.Expired
		if l.Available() < 0 {
			t.Fatalf("%s: %+v", f.ID, l)
		}
	}
	if lots.Revoked != sum.Revoked || lots.Expired != sum.Expired {
		t.Fatalf("in lots %+v, in totals %+v", lots, sum)
	}
}

// capped is a world in which D may owe its members 400 fen.
func capped(t fataler) *world {
	w := founded(t, 1)
	w.must(t, "G", party.AmendRequest{Party: "D", Roles: party.Issuer | party.Acceptor, Liability: 400})
	one := amount.Rate{Num: 1, Den: 1}
	w.must(t, "D", points.OpenProgrammeRequest{Programme: "DP", En: "x", Zh: "x", Price: one},
		points.OpenProgrammeRequest{Programme: "EMPTY", En: "x", Zh: "x", Price: one})
	return w
}

func toLi(n amount.Units) points.IssueRequest {
	return points.IssueRequest{Programme: "DP", Grants: []points.Grant{{Member: "li", Amount: n,
		Expires: day(firstDay) + 90}}}
}

// A programme in which nothing is frees nothing, and nobody but the issuer and the
// operator counts.
func TestAnEmptyProgrammeFreesNothing(t *testing.T) {
	w := capped(t)
	w.must(t, "D", toLi(400))
	for _, id := range []string{"EMPTY", "DP", "EMPTY"} {
		w.must(t, "D", points.RelieveRequest{Programme: id})
		w.refused(t, "D", toLi(1), fault.LiabilityCap)
	}
	w.refused(t, "M", points.RelieveRequest{Programme: "DP"}, fault.Forbidden)
	w.refused(t, "D", points.RelieveRequest{Programme: "XX"}, fault.NotFound)
	if _, refusals := w.run(t, "D", points.RelieveRequest{Programme: "DP"},
		points.RelieveRequest{Programme: "EMPTY"}); fault.CodeOf(refusals[1]) != fault.Limit {
		t.Errorf("two in a batch: %v", refusals[1])
	}
}

// What comes back to members in somebody else's lane, after it was counted or before, is
// owed again: redeemed points that are given back make no second room.
func TestWhatComesBackIsOwedAgain(t *testing.T) {
	for _, counted := range []bool{false, true} {
		w := capped(t)
		lot := w.must(t, "D", toLi(400)).Row(0)
		w.must(t, "M", plainBenefit("ride", func(r *benefit.DefineRequest) {
			r.Points, r.Days = []benefit.Cost{{Programme: "DP", Amount: 400}}, 1
		}))
		e := w.must(t, "M", benefit.BuyRequest{Benefit: "ride", Member: "li", Pieces: theseOf(lot, 400)})
		if counted {
			w.must(t, "D", points.RelieveRequest{Programme: "DP"})
		}
		w.advance(t, 2)
		w.must(t, "F", benefit.ExpireRequest{Entitlement: e.Row(0)})
		w.refused(t, "D", toLi(1), fault.LiabilityCap)
		w.must(t, "D", points.RelieveRequest{Programme: "DP"})
		w.refused(t, "D", toLi(1), fault.LiabilityCap)
	}
}

// Who sets a cap on an issuer with points outstanding counts them: what was issued
// before is in it.
func TestACapCountsWhatWasIssuedBefore(t *testing.T) {
	w := founded(t, 1)
	w.must(t, "D", points.OpenProgrammeRequest{Programme: "DP", En: "x", Zh: "x", Price: amount.Rate{Num: 1, Den: 2}})
	w.must(t, "D", toLi(500))
	w.must(t, "G", party.AmendRequest{Party: "D", Roles: party.Issuer | party.Acceptor, Liability: 400})
	w.must(t, "G", points.RelieveRequest{Programme: "DP"})
	w.refused(t, "D", toLi(302), fault.LiabilityCap)
	w.must(t, "D", toLi(300))
}

// TestALiabilityCapHolds plays an issuer that does all it may, in any order, with a
// friend who redeems and refunds. What it owes its members passes the cap by no more than
// what refunds, which can't be refused, took beyond what was free; no issue takes anything
// beyond that. All that was redeemed can be issued again once it is counted.
func TestALiabilityCapHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := capped(t)
		type taken struct {
			hold number.Command
			n    amount.Units
		}
		var lots []number.Row
		var held []taken
		owed := amount.Units(0)
		// room is what the cap has left to lease, under 0 by what refunds took beyond it.
		room := func() amount.Units {
			q := rowIn(w, row.Quota(quota.Liability, "D"))
			return 400 + q.Relieved - q.Leased
		}
		for range rapid.IntRange(5, 25).Draw(t, "steps") {
			n := amount.Units(rapid.IntRange(1, 250).Draw(t, "points"))
			before := room()
			least := min(0, before)
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0, 1:
				receipts, refusals := w.run(t, "D", toLi(n))
				if refusals[0] == nil {
					lots = append(lots, receipts[0].Number.Row(0))
					owed += n
				}
			case 2:
				if len(lots) == 0 {
					continue
				}
				lot := rapid.SampledFrom(lots).Draw(t, "lot")
				receipts, refusals := w.run(t, "M", points.HoldRequest{Member: "li",
					Pieces: []spend.Take{{Lot: lot, Amount: n}}, Deadline: w.net.Now().Unix() + 600})
				if refusals[0] == nil {
					w.must(t, "M", points.CaptureRequest{Hold: receipts[0].Number, Amount: n})
					owed -= n
					held = append(held, taken{receipts[0].Number, n})
				}
			case 3:
				if len(held) > 0 {
					last := held[len(held)-1]
					held = held[:len(held)-1]
					capture := last.hold
					capture.Seq++
					w.must(t, "M", points.RefundRequest{Hold: last.hold, Capture: capture, Amount: last.n, Reason: "x"})
					owed += last.n
					least = before - last.n
				}
			case 4:
				w.must(t, "D", points.RelieveRequest{Programme: rapid.SampledFrom([]string{"DP", "DP", "EMPTY"}).Draw(t,
					"programme")})
			}
			if after := room(); after < least || owed > 400+max(0, -after) {
				t.Fatalf("D owes %d, and has %d left of its cap after %d", owed, after, before)
			}
		}
		w.must(t, "D", points.RelieveRequest{Programme: "DP"})
		if rest := 400 - owed; rest > 0 {
			w.must(t, "D", toLi(rest))
		}
		// What a lane has on lease it may use, though a refund elsewhere has passed the cap meanwhile.
		w.run(t, "D", quota.SurrenderRequest{Kind: quota.Liability, ID: "D"})
		if _, refusals := w.run(t, "D", toLi(1)); fault.CodeOf(refusals[0]) != fault.LiabilityCap {
			t.Fatalf("D owes 400, or more after refunds, and issues: %v", refusals[0])
		}
	})
}

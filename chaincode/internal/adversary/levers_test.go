package adversary

import (
	"bytes"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/settlement"
)

// may gives a party caps on what it owes members and others, in fen.
func (w *world) may(id string, liability, debit amount.Units) {
	w.Helper()
	w.must("G", party.AmendRequest{Party: id, Roles: party.Issuer | party.Acceptor, Liability: liability, Debit: debit})
}

// in runs one command in some lane of a party's.
func (w *world) in(who string, lane uint8, req command.Request) number.Command {
	w.Helper()
	numbers, refusals := w.batch(who, lane, req)
	if refusals[0] != nil {
		w.Fatalf("%s %s: %v", who, command.KindOf(req), refusals[0])
	}
	return numbers[0]
}

// D may come to owe others 1,000 fen. M, whose member has 40 points of D's, holds them in one lane and gives them back
// in another, again and again; F times out what M leaves. F can still take D's points.
func TestWhoHoldsAndReleasesLocksNoCap(t *testing.T) {
	w := found(t)
	w.open("D")
	w.may("D", 0, 1_000)
	lot, other := w.issue("D", "li", 40), w.issue("D", "zhang", 500)
	for range 60 {
		hold := w.in("M", 1, points.HoldRequest{Member: "li", Pieces: take(lot, 40), Deadline: w.soon(60)})
		w.in("M", 2, points.ReleaseRequest{Hold: hold, Reason: "x"})
	}
	for range 60 {
		hold := w.in("M", 3, points.HoldRequest{Member: "li", Pieces: take(lot, 40), Deadline: w.soon(60)})
		w.later(61e9)
		w.in("F", 2, points.TimeOutRequest{Hold: hold})
	}
	w.must("M", points.HoldRequest{Member: "zhang", Pieces: take(other, 500), Deadline: w.soon(60)})
	for id, l := range rows[quota.Lease](w, "lease") {
		if l.Used < 0 || l.Returned != 0 {
			t.Errorf("%s: %+v", id, l)
		}
	}
}

// M gives what it can of its wash to members through D, which takes it back again: in one lane and in another. F can
// still give one.
func TestWhoGrantsAndRevokesUsesUpNoQuota(t *testing.T) {
	w := found(t)
	w.must("M", ride(func(r *benefit.DefineRequest) { r.Quota, r.Grantors = 20, []string{"D", "F"} }))
	for range 30 {
		n := w.in("D", 1, benefit.GrantRequest{Benefit: "ride", Grants: []benefit.Grant{{Member: "li"}}})
		w.in("D", 2, benefit.RevokeRequest{Entitlement: n.Row(0), Reason: "x"})
	}
	w.must("F", benefit.GrantRequest{Benefit: "ride", Grants: []benefit.Grant{{Member: "li"}}})
}

// M hands back its part of D's cap, and draws on it again, in every block; F's lease can grow.
func TestWhoSurrendersWithoutEndKeepsNobodyFromDrawing(t *testing.T) {
	w := found(t)
	w.open("D")
	cycle := w.cycle().ID
	w.may("D", 0, 1_000_000)
	lot, other := w.issue("D", "li", 100), w.issue("D", "sun", 100)
	const tries = 12
	n := w.losses(tries, "G", points.HoldRequest{
		Member: "sun", Pieces: take(other, 50), Deadline: w.soon(3600),
	}, "M", func(int) []command.Request {
		return []command.Request{points.HoldRequest{Member: "li", Pieces: take(lot, 1), Deadline: w.soon(3600)},
			quota.SurrenderRequest{Kind: quota.Debit, ID: cycle + ".D"}}
	})
	if n > 9 {
		t.Errorf("G's hold was lost %d times", n)
	}
	w.refused("M", quota.SurrenderRequest{Kind: quota.Debit, ID: cycle + ".F"}, fault.NotFound)
}

// M takes a point of D's and refunds it, in every block, which counts on D's liability cap: D's lease can't grow. D
// freezes the member, and that is the end of it.
func TestWhoRefundsWithoutEndIsStoppedByTheIssuer(t *testing.T) {
	w := found(t)
	w.open("D")
	w.may("D", 1_000_000, 0)
	lot := w.issue("D", "li", 100)
	refund := func(int) []command.Request {
		hold := number.Command{Party: "M", Lane: 7, Seq: w.net.Seq("M", 7) + 1}
		capture := hold
		capture.Index = 1
		return []command.Request{points.HoldRequest{Member: "li", Pieces: take(lot, 1), Deadline: w.soon(60)},
			points.CaptureRequest{Hold: hold, Amount: 1},
			points.RefundRequest{Hold: hold, Capture: capture, Amount: 1, Reason: "x"}}
	}
	const tries = 20
	if n := w.losses(tries, "D", member.FreezeRequest{Member: "li", Reason: "x"}, "M", refund); n > 0 {
		t.Errorf("D's freeze was lost %d times", n)
	}
	issue := points.IssueRequest{
		Programme: "DP", Grants: []points.Grant{{Member: "zhang", Amount: 5_000, Expires: w.today + 90}},
	}
	if n := w.losses(tries, "D", issue, "M", refund); n > 0 {
		t.Errorf("D's issue was lost %d times", n)
	}
}

// D has disputed a line of M's statement. M offers a part and rejects it again, in every block; D can ask the operator.
func TestWhoOffersAndRejectsWithoutEndKeepsNobodyFromEscalating(t *testing.T) {
	w := found(t)
	w.open("D")
	_, taken := w.redeem("li", w.issue("D", "li", 100), 40)
	cycle := w.cycle().ID
	w.must("G", settlement.CutOffRequest{Cycle: cycle, Next: "n"})
	w.must("M", settlement.ComputeRequest{Cycle: cycle})
	hash := bytes.Repeat([]byte{1}, 32)
	dispute := w.must("D", settlement.RaiseRequest{
		Cycle: cycle, With: "M", Lines: []number.Row{taken.Row(0)}, Reason: "x", Evidence: hash,
	})
	w.must("M", settlement.AnswerRequest{Dispute: dispute, Answer: hash})
	change := func(int) []command.Request {
		return []command.Request{
			settlement.SplitRequest{
				Dispute: dispute, Parts: []settlement.Allocation{{Debtor: "D", Creditor: "M", Fen: 1}},
			},
			settlement.RejectRequest{Dispute: dispute, Answer: hash},
		}
	}
	for range 3 {
		if n := w.losses(6, "S2", settlement.LapseRequest{Dispute: dispute}, "M", change); n > 2 {
			t.Errorf("a day's word on the dispute was lost %d times", n)
		}
		w.pass(1)
	}
	if n := w.losses(6, "D", settlement.EscalateRequest{Dispute: dispute}, "M", change); n > 2 {
		t.Errorf("D's word was lost %d times", n)
	}
	w.must("G", settlement.RuleRequest{
		Dispute: dispute, Parts: []settlement.Allocation{{Debtor: "D", Creditor: "M", Fen: 7}}, Grounds: hash,
	})
}

// D owes M 40 fen, and disputes them in every cycle in which they are owed anew. The operator says nothing at first,
// then rules. Each dispute ends, what came of it can't be disputed, and M has it as a payment.
func TestWhoDisputesEachTimeOwesWhatWasRuled(t *testing.T) {
	w := found(t)
	w.open("D")
	_, owed := w.redeem("li", w.issue("D", "li", 100), 40)
	hash := bytes.Repeat([]byte{1}, 32)
	claimed := func(disputes bool, line number.Command) (cycle string, dispute number.Command) {
		cycle = w.cycle().ID
		w.must("G", settlement.CutOffRequest{Cycle: cycle, Next: cycle + "n"})
		w.must("M", settlement.ComputeRequest{Cycle: cycle})
		raise := settlement.RaiseRequest{
			Cycle: cycle, With: "M", Lines: []number.Row{line.Row(0)}, Reason: "x", Evidence: hash,
		}
		if disputes {
			dispute = w.must("D", raise)
		} else {
			w.refused("D", raise, fault.WrongState)
		}
		w.must("M", settlement.SignRequest{Cycle: cycle, With: "D", Lines: 1, Owed: 40, Root: hash})
		w.must("M", settlement.ClaimRequest{Cycle: cycle, With: "D"})
		w.pass(14)
		w.must("M", settlement.FinaliseRequest{Cycle: cycle})
		return cycle, dispute
	}
	for round := range 2 {
		_, dispute := claimed(true, owed)
		w.must("M", settlement.RejectRequest{Dispute: dispute, Answer: hash})
		decided := settlement.LapseRequest{Dispute: dispute}
		if round == 0 {
			w.pass(settlement.MaxIdle + 1)
			owed = w.must("S2", decided)
		} else {
			w.must("M", settlement.EscalateRequest{Dispute: dispute})
			owed = w.must("G", settlement.RuleRequest{
				Dispute: dispute, Parts: []settlement.Allocation{{Debtor: "D", Creditor: "M", Fen: 40}}, Grounds: hash,
			})
		}
		cycle, _ := claimed(false, owed)
		if w.closed(cycle).Payments != 1 {
			t.Fatalf("what was decided isn't paid: %+v", w.closed(cycle))
		}
		w.pass(14)
		owed = w.must("M", settlement.CarryPaymentRequest{Cycle: cycle, Payment: 1})
	}
}

// M amends its benefit in every block; what wang paid for it comes back when it is over, whoever ends it.
func TestWhoAmendsWithoutEndKeepsNobodysPoints(t *testing.T) {
	w := found(t)
	w.open("D")
	w.must("M", ride(func(r *benefit.DefineRequest) { r.Points = []benefit.Cost{{Programme: "DP", Amount: 50}} }))
	bought := w.must("M", benefit.BuyRequest{
		Benefit: "ride", Member: "li", Pieces: take(w.issue("D", "li", 50), 50),
	}).Row(0)
	w.pass(12)
	n := w.losses(benefit.MaxAmends+9, "S2", benefit.ExpireRequest{Entitlement: bought}, "M",
		func(i int) []command.Request {
			return []command.Request{benefit.AmendRequest{Benefit: "ride", Quota: amount.Units(i + 1), Open: true}}
		})
	if n > benefit.MaxAmends {
		t.Errorf("its end was lost %d times", n)
	}
}

// wang once linked an account at F. F invites itself, links another one and ends it, in every block; D can end F's
// account, and wang can spend.
func TestWhoLinksWithoutEndKeepsNobodyFromSpending(t *testing.T) {
	w := found(t)
	w.open("D")
	opened := make(code.Code, code.Size)
	commitment := code.Commit(opened)
	account := func(i int) codec.Hash { return append(make(codec.Hash, 31), byte(i)) }
	invited := w.must("D", member.InviteRequest{Member: "wang", For: "F", Commitment: commitment, Until: w.soon(3600)})
	w.must("F", member.LinkRequest{
		Member: "wang", Channel: "app", Account: account(0), Invitation: invited, Code: opened,
	})
	lot, n := w.issue("D", "wang", 100), 0
	again := func(int) []command.Request {
		n++
		invitation := number.Command{Party: "F", Lane: 7, Seq: w.net.Seq("F", 7) + 1}
		return []command.Request{
			member.InviteRequest{
				Member: "wang", Channel: "app", Account: account(0), For: "F", Commitment: commitment,
				Until: w.soon(3600),
			},
			member.LinkRequest{
				Member: "wang", Channel: "app", Account: account(n), Invitation: invitation, Code: opened,
			},
			member.UnlinkRequest{Member: "wang", Party: "F", Channel: "app", Account: account(n), Reason: "x"},
		}
	}
	if lost := w.losses(member.MaxLinks+9, "D",
		points.HoldRequest{Member: "wang", Pieces: take(lot, 1), Deadline: w.soon(3600)}, "F",
		again); lost > member.MaxLinks {
		t.Errorf("wang's hold was lost %d times", lost)
	}
	w.must("D", member.UnlinkRequest{Member: "wang", Party: "F", Channel: "app", Account: account(0), Reason: "x"})
}

// S1 adds to the stock of an oil of its, and takes it away, in every block; whoever ordered some and isn't answered
// gets back what it paid.
func TestWhoRestocksWithoutEndKeepsNobodysPoints(t *testing.T) {
	p := &parade{world: found(t), took: map[command.Kind]int{}}
	p.consortium()
	p.programmes()
	lots := p.grants()
	p.shelves()
	late := p.order(lots["wangG"], "S1", "oil", false)
	p.later(61e9)
	n := p.losses(goods.MaxStocked+9, "S2", goods.TimeOutRequest{Order: late}, "S1", func(i int) []command.Request {
		if i%2 == 0 {
			return []command.Request{goods.RestockRequest{Supplier: "S1", SKU: "oil", Seller: "D", Units: 1}}
		}
		return []command.Request{
			goods.WithdrawStockRequest{Supplier: "S1", SKU: "oil", Seller: "D", Units: 1, Reason: "x"},
		}
	})
	if n > goods.MaxStocked {
		t.Errorf("the order's end was lost %d times", n)
	}
}

// D's points are worth a hundredth of a fen, and it may come to owe others 20 fen. M takes one of them at a time: 150
// times, which comes to 2 fen.
func TestPointsOfAHundredthUseUpNoCap(t *testing.T) {
	w := found(t)
	w.must("D", points.OpenProgrammeRequest{Programme: "DP", En: "D", Zh: "D", Price: amount.Rate{Num: 1, Den: 100}})
	w.may("D", 0, 20)
	lot, other := w.issue("D", "li", 1_000), w.issue("D", "sun", 1_000)
	for range 150 {
		w.redeem("li", lot, 1)
	}
	w.redeem("sun", other, 1_000)
}

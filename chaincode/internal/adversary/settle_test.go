package adversary

import (
	"bytes"
	"fmt"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
)

// close ends the open cycle as far as anybody can who isn't concerned, and answers it.
func (w *world) close() settlement.Close {
	w.Helper()
	cycle := w.cycle()
	w.must("G", settlement.CutOffRequest{Cycle: cycle.ID, Next: cycle.ID + "x"})
	return w.end(cycle.ID)
}

// end has S2 end a cycle that was cut off: it computes it, waits until nobody can sign any more, carries over what
// isn't agreed, and nets the rest.
func (w *world) end(id string) settlement.Close {
	w.Helper()
	if w.closed(id).State == settlement.Cut {
		w.must("S2", settlement.ComputeRequest{Cycle: id})
	}
	closed := w.closed(id)
	if closed.State != settlement.Computed {
		return closed
	}
	for closed.Day(w.cycle()) <= closed.SignBy {
		w.pass(1)
	}
	pairs := rows[settlement.Pair](w, "pair")
	for _, of := range closed.Pairs {
		if p := pairs[id+"/"+of[0]+"/"+of[1]]; !p.State.Ended() && !closed.Silent(p, closed.Day(w.cycle())) &&
			!closed.Upholds(p, closed.Day(w.cycle())) {
			w.must("S2", settlement.CarryRequest{Cycle: id, A: of[0], B: of[1]})
		}
	}
	w.must("S2", settlement.FinaliseRequest{Cycle: id})
	return w.closed(id)
}

// cycle is the one that is open.
func (w *world) cycle() settlement.Cycle {
	for _, c := range rows[settlement.Cycle](w, "cycle") {
		return c
	}
	w.Fatal("there is no cycle")
	return settlement.Cycle{}
}

func (w *world) closed(id string) settlement.Close { return rows[settlement.Close](w, "close")[id] }

// Nobody attacks: an honest cycle closes without those whom it concerns.
func TestACycleEndsWithoutThoseWhomItConcerns(t *testing.T) {
	w := found(t)
	w.open("D")
	w.redeem("li", w.issue("D", "li", 100), 40)
	if owes := w.owes("D", "M"); owes != 40 {
		t.Fatalf("D owes M %d fen", owes)
	}
	for range 2 {
		if c := w.close(); c.State < settlement.Final {
			t.Errorf("cycle %s is %s", c.ID, c.State)
		}
	}
}

// closeAll ends all cycles, the open one included.
func (w *world) closeAll() {
	w.Helper()
	all := rows[settlement.Close](w, "close")
	for _, id := range sorted(all) {
		w.end(id)
	}
	w.close()
}

// S1. Two issuers that agree with each other make points worth as much as can be; others' cycle closes.
func TestTwoWhoOweEachOtherTheMost(t *testing.T) {
	w := found(t)
	for _, p := range []string{"D", "F"} {
		w.must(p, points.OpenProgrammeRequest{
			Programme: p + "P", En: p, Zh: p, Price: amount.Rate{Num: amount.Max, Den: 1}, Rules: points.Rules{},
		})
	}
	for i := range 3 {
		for _, p := range []string{"D", "F"} {
			other := map[string]string{"D": "F", "F": "D"}[p]
			lot := w.issue(p, "li", 1)
			authorisation := w.must("M", member.AuthoriseRequest{
				Member: "li", Acceptor: other, Caps: []member.Limit{{Programme: p + "P", Amount: 9}},
				Until: w.soon(600),
			})
			hold, err := w.try(other, points.HoldRequest{
				Member: "li", Pieces: take(lot, 1), Deadline: w.soon(60), Authorisation: authorisation,
			})
			if err != nil {
				continue
			}
			if _, err := w.try(other, points.CaptureRequest{Hold: hold, Amount: 1}); err != nil {
				t.Logf("%d: %v", i, err)
			}
		}
	}
	w.open("G")
	w.redeem("li", w.issue("G", "li", 100), 10)
	for range 2 {
		if c := w.close(); c.State < settlement.Final {
			t.Errorf("cycle %s is %s", c.ID, c.State)
		}
	}
}

// S16. The operator alone can't net a cycle before anybody could sign.
func TestTheOperatorAloneNetsNothing(t *testing.T) {
	w := found(t)
	w.open("D")
	w.redeem("li", w.issue("D", "li", 100), 40)
	cycle := w.cycle()
	w.batch("G", 1, settlement.SetPolicyRequest{Policy: settlement.Policy{Silence: settlement.Consent}},
		settlement.CutOffRequest{Cycle: cycle.ID, Next: "n"}, settlement.ComputeRequest{Cycle: cycle.ID},
		settlement.AdvanceRequest{Date: w.today + 1}, settlement.FinaliseRequest{Cycle: cycle.ID})
	for range 3 {
		w.batch("G", 1, settlement.AdvanceRequest{Date: w.today + 60}, settlement.FinaliseRequest{Cycle: cycle.ID})
	}
	if n := len(rows[settlement.Payment](w, "payment")); n > 0 {
		t.Errorf("%d payments of others are due by the operator's word alone", n)
	}
}

// L7. The operator jumps the business date to 2082.
func TestTheDateDoesNotJump(t *testing.T) {
	w := found(t)
	w.refused("G", settlement.AdvanceRequest{Date: w.today + 20_000})
}

// S10. D signs nonsense, or nothing. M claims what the ledger itself adds up, and has it in the same cycle.
func TestWhoSignsNonsensePaysAllTheSame(t *testing.T) {
	for _, signs := range []bool{true, false} {
		w := found(t)
		w.open("D")
		w.redeem("li", w.issue("D", "li", 100), 40)
		cycle := w.cycle().ID
		w.must("G", settlement.CutOffRequest{Cycle: cycle, Next: "n"})
		w.must("M", settlement.ComputeRequest{Cycle: cycle})
		w.must("M", settlement.SignRequest{
			Cycle: cycle, With: "D", Lines: 1, Owed: 40, Root: bytes.Repeat([]byte{1}, 32),
		})
		if signs {
			w.must("D", settlement.SignRequest{
				Cycle: cycle, With: "M", Lines: 1, Owes: 40, Root: bytes.Repeat([]byte{2}, 32),
			})
		}
		w.must("M", settlement.ClaimRequest{Cycle: cycle, With: "D"})
		w.pass(5)
		w.must("M", settlement.FinaliseRequest{Cycle: cycle})
		paid := rows[settlement.Payment](w, "payment")
		if len(paid) != 1 {
			t.Fatalf("%d payments", len(paid))
		}
		for _, p := range paid {
			if p.Debtor != "D" || p.Creditor != "M" || p.Fen != 40 {
				t.Errorf("%+v", p)
			}
		}
	}
}

// S1. F claims deposits of the largest amount in every lane and cycle. Cycles still close.
func TestDepositsOfTheLargestAmount(t *testing.T) {
	w := found(t)
	w.open("D")
	lot := w.issue("D", "li", 100)
	for cycle := range 3 {
		for lane := range uint8(4) {
			for _, debtor := range []string{"G", "D", "M"} {
				w.attack("F", 2+lane, settlement.PrefundRequest{
					Debtor: debtor, Fen: amount.Max, Reference: fmt.Sprintf("r%d-%d-%s", cycle, lane, debtor),
				})
			}
		}
		w.redeem("li", lot, 10)
		if c := w.close(); c.State < settlement.Final {
			t.Errorf("cycle %s is %s", c.ID, c.State)
		}
	}
}

// S12. A payment comes in by sixteen parts and more.
func TestAPaymentInManyParts(t *testing.T) {
	w := found(t)
	w.open("D")
	w.redeem("li", w.issue("D", "li", 100), 40)
	cycle := w.cycle()
	w.must("G", settlement.CutOffRequest{Cycle: cycle.ID, Next: "n"})
	w.must("M", settlement.ComputeRequest{Cycle: cycle.ID})
	root := bytes.Repeat([]byte{1}, 32)
	w.must("M", settlement.SignRequest{Cycle: cycle.ID, With: "D", Lines: 1, Owed: 40, Root: root})
	w.must("D", settlement.SignRequest{Cycle: cycle.ID, With: "M", Lines: 1, Owes: 40, Root: root})
	w.must("M", settlement.FinaliseRequest{Cycle: cycle.ID})
	for i := range 40 {
		w.must("M", settlement.AdviseRequest{
			Cycle: cycle.ID, Payment: 1, Reference: fmt.Sprint("r", i), Fen: 1, Booked: w.today,
		})
	}
	if c := w.closed(cycle.ID); c.State != settlement.Settled {
		t.Errorf("the cycle is %s", c.State)
	}
}

// S6. D's points are worth 0.51 fen: whether M takes 100 at once or one by one, D owes 51 at the end of the cycle.
func TestSplittingGainsNothing(t *testing.T) {
	paid := func(times int, n amount.Units) (fen amount.Units) {
		w := found(t)
		w.must("D", points.OpenProgrammeRequest{
			Programme: "DP", En: "D", Zh: "D", Price: amount.Rate{Num: 51, Den: 100},
		})
		lot := w.issue("D", "li", 100)
		for range times {
			w.redeem("li", lot, n)
		}
		cycle := w.cycle()
		w.must("G", settlement.CutOffRequest{Cycle: cycle.ID, Next: "n"})
		w.must("M", settlement.ComputeRequest{Cycle: cycle.ID})
		for _, p := range rows[settlement.Pair](w, "pair") {
			for _, o := range p.Owed {
				fen += o.Fen
			}
		}
		return fen
	}
	if one, many := paid(1, 100), paid(100, 1); one != 51 || many != 51 {
		t.Errorf("100 points at 0.51 fen: %d fen at once, %d fen one by one", one, many)
	}
}

// S14. G owes D 8 fen for an oil that came back: D's net debit cap, which is smaller, doesn't keep the member's points.
func TestACapKeepsNoRefund(t *testing.T) {
	p := &parade{world: found(t), took: map[command.Kind]int{}}
	p.consortium()
	p.programmes()
	lots := p.grants()
	p.shelves()
	n := p.delivered(lots)
	back := p.must("D", goods.RequestReturnRequest{Order: n, Part: 1, Line: 1, Quantity: 1, Reason: "x"})
	p.must("D", goods.ReceiveReturnRequest{Return: back})
	p.must("G", party.AmendRequest{Party: "D", Roles: party.Issuer | party.Acceptor, Debit: 1})
	p.must("D", goods.RefundRequest{Return: back, Payment: "back"})
}

// S14. What was redeemed and given back leaves as much room under a cap as there was.
func TestARefundMakesRoomUnderACap(t *testing.T) {
	w := found(t)
	w.must("G", party.AmendRequest{Party: "D", Roles: party.Issuer | party.Acceptor, Debit: 50})
	w.open("D")
	lot := w.issue("D", "li", 1000)
	for range 4 {
		hold, taken := w.redeem("li", lot, 50)
		w.must("M", points.RefundRequest{Hold: hold, Capture: taken, Amount: 50, Reason: "x"})
	}
}

// S14. D may come to owe 10 fen in a cycle; by benefits that it gives it owes no more, either.
func TestBenefitsCountUnderACap(t *testing.T) {
	w := found(t)
	w.must("G", party.AmendRequest{Party: "D", Roles: party.Issuer | party.Acceptor, Debit: 1500})
	w.must("M", ride(func(r *benefit.DefineRequest) { r.Price, r.Uses, r.Grantors = 1000, 5, []string{"D"} }))
	granted, err := w.try("D", benefit.GrantRequest{Benefit: "ride", Grants: []benefit.Grant{{Member: "li"}}})
	if err != nil {
		return
	}
	for range 3 {
		w.try("M", benefit.WriteOffRequest{Entitlement: granted.Row(0)})
	}
	if owes := w.owes("D", "M"); owes > 1500 {
		t.Errorf("D may come to owe 1,500 fen, and owes %d", owes)
	}
}

// S19. A lapse owes the operator no fee.
func TestALapseOwesNoFee(t *testing.T) {
	w := found(t)
	w.open("D")
	w.must("G", settlement.ProposeRequest{
		Model: "all", Terms: settlement.Terms{Fee: amount.Rate{Num: 1, Den: 10}}, From: w.today + 1,
	})
	for _, id := range []string{"D", "M"} {
		w.must(id, w.agree("G", "all"))
	}
	w.pass(2)
	w.must("M", ride(func(r *benefit.DefineRequest) {
		r.Points, r.Lapse, r.Days = []benefit.Cost{{Programme: "DP", Amount: 50}}, benefit.Keep, 1
	}))
	bought := w.must("M", benefit.BuyRequest{Benefit: "ride", Member: "li", Pieces: take(w.issue("D", "li", 100), 50)})
	w.pass(9)
	w.must("S2", benefit.ExpireRequest{Entitlement: bought.Row(0)})
	if fee := w.owes("M", "G"); fee != 0 {
		t.Errorf("M owes G %d fen for a lapse", fee)
	}
}

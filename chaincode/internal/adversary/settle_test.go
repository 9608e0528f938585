package adversary

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/member"
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
		if p := pairs[id+"/"+of[0]+"/"+of[1]]; !p.State.Ended() && !closed.Silent(p, closed.Day(w.cycle())) && !closed.Upholds(p, closed.Day(w.cycle())) {
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
		w.must(p, points.OpenProgrammeRequest{Programme: p + "P", En: p, Zh: p, Price: amount.Rate{Num: amount.Max, Den: 1}, Rules: points.Rules{}})
	}
	for i := range 3 {
		for _, p := range []string{"D", "F"} {
			other := map[string]string{"D": "F", "F": "D"}[p]
			lot := w.issue(p, "li", 1)
			slip := w.must("M", member.AuthoriseRequest{Member: "li", Acceptor: other, Caps: []member.Limit{{Programme: p + "P", Amount: 9}}, Until: w.soon(600)})
			hold, err := w.try(other, points.HoldRequest{Member: "li", Pieces: take(lot, 1), Deadline: w.soon(60), Authorisation: slip})
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

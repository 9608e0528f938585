package adversary

import (
	"testing"

	"tallystick/chaincode/settlement"
)

// close ends the open cycle as far as anybody can who isn't concerned: S2 computes it, waits until
// nobody can sign any more, carries over what isn't agreed, and nets the rest. It answers the cycle.
func (w *world) close() settlement.Close {
	w.Helper()
	cycle := w.cycle()
	w.must("G", settlement.CutOffRequest{Cycle: cycle.ID, Next: cycle.ID + "x"})
	w.must("S2", settlement.ComputeRequest{Cycle: cycle.ID})
	closed := w.closed(cycle.ID)
	if closed.State != settlement.Computed {
		return closed
	}
	w.pass(closed.SignBy + 1 - w.today)
	for _, of := range w.closed(cycle.ID).Pairs {
		p := rows[settlement.Pair](w, "pair")[cycle.ID+"/"+of[0]+"/"+of[1]]
		if !p.State.Ended() && !closed.Silent(p, w.today) {
			w.must("S2", settlement.CarryRequest{Cycle: cycle.ID, A: of[0], B: of[1]})
		}
	}
	w.must("S2", settlement.FinaliseRequest{Cycle: cycle.ID})
	return w.closed(cycle.ID)
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

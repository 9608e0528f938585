package settlement

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

// The operator and one party jump over two months in which nobody could do anything: no dispute lapses by them.
func TestSkippedDaysDontLapseADispute(t *testing.T) {
	d := Dispute{By: "D", Against: "M", State: Refused, Since: lastDay, Skipped: 5}
	jumped := Step{Caller: "F", Today: lastDay + MaxIdle + 1, Skipped: 5 + MaxIdle}
	if _, err := d.Lapse(jumped); fault.CodeOf(err) != fault.WrongState {
		t.Errorf("a dispute lapsed by days that there weren't: %v", err)
	}
	jumped.Today += MaxIdle
	if next, err := d.Lapse(jumped); err != nil || next.State != Lapsed {
		t.Errorf("%v, %v", next.State, err)
	}
	moved, err := d.Reject(RejectRequest{}, Step{Caller: "M"})
	if err == nil || moved.State != 0 {
		t.Fatalf("rejected twice: %v", err)
	}
	d.State = Raised
	if d, err = d.Reject(RejectRequest{}, Step{Caller: "M", Today: lastDay + MaxIdle + 1, Skipped: 5 + MaxIdle}); err != nil || d.Skipped != 5+MaxIdle {
		t.Fatalf("%+v, %v", d, err)
	}
}

// A pair has as many fees as all lanes have apart; whoever carries its statement over notes them in one lane, and the cycle ends.
func TestSumsOfMoreFeesThanALaneKeepsAreCarriedOver(t *testing.T) {
	const fees = 3 * MaxFees
	one := func(fee int) VeiledPosition {
		return VeiledPosition{Debtor: "D", Creditor: "S1", Fee: amount.Rate{Num: amount.Units(fee + 1), Den: 1009}, Count: 1}
	}
	pair := Pair{Cycle: "c", A: "D", B: "S1", Pending: fees}
	for i := range fees {
		pair.Hidden = append(pair.Hidden, HiddenSum{Position: one(i)})
	}
	carry, err := pair.Carry(Close{ID: "c", State: Computed, SignBy: 1}, "G", 2)
	if err != nil || carry.Pair.State != Left || len(carry.Hidden) != fees {
		t.Fatalf("%+v, %v", carry, err)
	}
	var lane Veiled
	for _, owe := range carry.Hidden {
		if lane, err = lane.Plus(owe); err != nil {
			t.Fatal(err)
		}
	}
	own := one(fees).Of()
	own.Carried = false
	if _, err := lane.Plus(own); fault.CodeOf(err) != fault.Limit {
		t.Errorf("a fee more of the lane's own: %v", err)
	}
}

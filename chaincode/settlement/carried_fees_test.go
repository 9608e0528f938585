package settlement

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

// A pair has as many fees as all lanes have apart; whoever carries its statement over notes them in one lane, and the
// cycle ends.
func TestSumsOfMoreFeesThanALaneKeepsAreCarriedOver(t *testing.T) {
	const fees = 3 * MaxFees
	one := func(fee int) VeiledPosition {
		return VeiledPosition{
			Debtor: "D", Creditor: "S1", Fee: amount.Rate{Num: amount.Units(fee + 1), Den: 1009}, Count: 1,
		}
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

package settlement

import (
	"testing"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/number"
)

// Two issuers convert points at as many prices as all their lanes keep apart. A cycle that takes longer to add up than
// an endorser waits for its chaincode would never be closed.
func TestManyDenominatorsAreAddedUpInTime(t *testing.T) {
	closed := Close{State: Cut, ID: "c"}
	den := amount.Units(1_000_000_000_039)
	var lanes []Lane
	for _, party := range []string{"D", "F"} {
		for lane := range uint8(number.Lanes) {
			p := Position{Debtor: "D", Creditor: "F", Programme: "DP", Count: 63, Fen: 5}
			for range MaxKept - 1 {
				p.Rests = append(p.Rests, amount.Fraction{Num: den / 2, Den: den})
				den -= 2
			}
			lanes = append(lanes, Lane{Party: party, Number: lane, Positions: Positions{List: []Position{p}}})
		}
	}
	at := time.Now()
	_, pairs, err := closed.Compute(lanes, "G", number.Command{}, 1)
	if took := time.Since(at); err != nil || took > 10*time.Second {
		t.Fatalf("%v after %v", err, took)
	}
	if owes, _ := pairs[0].Owes("D"); owes != amount.Units(len(lanes)*5+len(lanes)*(MaxKept-1)/2) {
		t.Errorf("D owes %d", owes)
	}
}

package contract

import (
	"fmt"
	"testing"

	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// largestTransaction is what orderers take (the topology's absoluteMax).
const largestTransaction = 4 << 20

// Adding a cycle up writes a row for every two parties and reads two for every lane. When
// all parties that a network may have owe each other, both ways, that is still a
// transaction that the orderers take.
func TestTheLargestCloseFitsATransaction(t *testing.T) {
	const ids = "ENTERPRISE-%03d" // longer than most
	size, pairs := 0, 0
	for a := range party.MaxParties {
		from := fmt.Sprintf(ids, a)
		for lane := range uint8(number.Lanes) {
			for _, key := range []string{string(row.Positions("2026-11", from, lane)),
				string(row.HiddenPositions("2026-11", from, lane))} {
				size += len(key) + 16 // its version
			}
		}
		for b := range a {
			to := fmt.Sprintf(ids, b)
			pair := settlement.Pair{Cycle: "2026-11", A: to, B: from, Owed: []settlement.Position{
				{Debtor: from, Creditor: to, Programme: "POINTS", Points: 1 << 30, Fen: 1 << 40, Count: 1 << 20},
				{Debtor: to, Creditor: from, Programme: "POINTS", Points: 1 << 30, Fen: 1 << 40, Count: 1 << 20},
			}}
			size += len(row.Pair("2026-11", to, from)) + len(row.Encode(pair)) + 8
			pairs++
		}
	}
	t.Logf("%d pairs, %d bytes", pairs, size)
	if size > largestTransaction*9/10 {
		t.Errorf("%d bytes of %d", size, largestTransaction)
	}
}

package statement

import (
	"encoding/json"
	"testing"

	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
)

// TestTheLedgersAnswerIsRead reads what query:Statement answers.
func TestTheLedgersAnswerIsRead(t *testing.T) {
	s := signed(must(Of(storyHead(), list(story()...))))
	line := must(number.ParseRow("G.1.9.0.0"))
	pair := settlement.Pair{Cycle: "2026-11", A: "D", B: "G", State: settlement.Agreed, Carved: []settlement.Carved{{Line: line, Debtor: "D", Fen: 1_800}},
		SignedA: settlement.Signature{Root: s.Root, By: s.Signatures[0].Command, Date: s.Signatures[0].Date}}
	var a Answer
	if err := json.Unmarshal(must(json.Marshal(pair)), &a); err != nil {
		t.Fatal(err)
	}
	if a.Cycle != pair.Cycle || a.A != pair.A || a.B != pair.B || a.State != "AGREED" || a.SignedA.Root.String() != s.Root.String() ||
		a.SignedA.By != pair.SignedA.By || a.SignedA.Date != pair.SignedA.Date || len(a.SignedB.Root) != 0 ||
		len(a.Carved) != 1 || a.Carved[0] != (CarvedLine{"G.1.9.0.0", 1_800}) {
		t.Errorf("%+v", a)
	}
}

// TestEveryKindOfTheLedgerHasAWord walks the ledger's kinds.
func TestEveryKindOfTheLedgerHasAWord(t *testing.T) {
	seen := 0
	for k := settlement.Redemption; k <= settlement.Rounding; k++ {
		seen++
		if kindPlace(k.String()) == len(kinds) {
			t.Errorf("%s has no word", k)
		}
	}
	if seen != len(kinds) {
		t.Errorf("the ledger has %d kinds, and there are words for %d", seen, len(kinds))
	}
}

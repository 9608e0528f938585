package goods

import (
	"math/rand/v2"
	"testing"

	"tallystick/chaincode/pedersen"
)

func opening(t *testing.T, seed byte, value uint64) (pedersen.Opening, pedersen.Commitment) {
	t.Helper()
	salt, err := pedersen.NewSalt(rand.NewChaCha8([32]byte{seed}))
	if err != nil {
		t.Fatal(err)
	}
	o := pedersen.Opening{Value: pedersen.Whole(value), Salt: salt}
	c, err := o.Commit()
	if err != nil {
		t.Fatal(err)
	}
	return o, c
}

// What the ledger adds up and what the two parties know are the same, by both kinds
// of terms.
func TestOwedSupplyOpens(t *testing.T) {
	for name, c := range map[string]struct {
		kind     TermsKind
		value    uint64 // ten-thousandths of a fen, or basis points
		quantity uint32
		want     string // ten-thousandths of a fen
	}{
		"supply, an oil kit":       {Supply, 268_000_000, 1, "268000000"},
		"supply, two wipers":       {Supply, 7_800_000, 2, "15600000"},
		"commission of 5 % on 900": {Commission, 500, 3, "25650000"}, // 2,700 × 0.95 = 2,565
		"commission, a third":      {Commission, 3333, 1, "6000300"}, // 900 × 0.6667 = 600.03
		"commission of nothing":    {Commission, 0, 1, "9000000"},
		"commission of everything": {Commission, 10_000, 7, "0"},
	} {
		o, commitment := opening(t, 1, c.value)
		line := Line{Fen: 900, Quantity: 9, Kind: c.kind, Terms: commitment}
		owed, err := line.Owes(c.quantity)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		opened, err := line.OwesOpened(o, c.quantity)
		if err != nil || opened.Value.String() != c.want || !opened.Opens(owed.Commitment()) {
			t.Errorf("%s: %s, %v; want %s", name, opened.Value, err, c.want)
		}
		if other, _ := opening(t, 2, c.value); c.value != 0 {
			wrong, err := line.OwesOpened(other, c.quantity)
			if err != nil || wrong.Opens(owed.Commitment()) {
				t.Errorf("%s: another salt opens it, %v", name, err)
			}
		}
	}
	if _, err := (Line{Fen: 900, Kind: Commission}).OwesOpened(pedersen.Known(pedersen.Whole(10_001)), 1); err == nil {
		t.Error("a commission of more than the price was taken")
	}
	if _, err := (Line{Fen: 900}).OwesOpened(pedersen.Known(pedersen.Whole(1)), 1); err == nil {
		t.Error("no terms were opened")
	}
}

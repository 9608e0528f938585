package index

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// onePercent is the fee of the tests' suppliers.
var onePercent = amount.Rate{Num: 1, Den: 100}

// opened is a hidden value; the seed makes its salt.
func opened(t *testing.T, value uint64, seed byte) pedersen.Opening {
	t.Helper()
	salt, err := pedersen.NewSalt(rand.NewChaCha8([32]byte{seed}))
	if err != nil {
		t.Fatal(err)
	}
	return pedersen.Opening{Value: pedersen.Whole(value), Salt: salt}
}

// priced is a line whose supply price is a hidden value.
func priced(t *testing.T, value uint64, seed byte) goods.Line {
	t.Helper()
	commitment, err := opened(t, value, seed).Commit()
	if err != nil {
		t.Fatal(err)
	}
	return goods.Line{Kind: goods.Supply, Terms: commitment, Fen: 900}
}

// owed adds a delivery of so many units of a line, as the ledger does. D sells: what it
// is owed came back.
func owed(t *testing.T, v settlement.HiddenPositions, debtor, creditor string, l goods.Line,
	quantity uint32) settlement.HiddenPositions {
	t.Helper()
	sum, err := l.Owes(quantity)
	if err != nil {
		t.Fatal(err)
	}
	v, err = v.Plus(settlement.HiddenOwe{
		Debtor: debtor, Creditor: creditor, Back: creditor == "D", Fee: onePercent, Count: 1, Sum: sum,
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// under is an order whose lines of a SKU are under hidden terms.
func under(o goods.Order, sku string, terms goods.Line) goods.Order {
	parts := slices.Clone(o.Parts)
	for i, p := range parts {
		parts[i].Lines = slices.Clone(p.Lines)
		for n, l := range p.Lines {
			if l.SKU == sku {
				parts[i].Lines[n].Kind, parts[i].Lines[n].Terms = terms.Kind, terms.Terms
			}
		}
	}
	o.Parts = parts
	return o
}

// hiddenSales is a ledger with hidden debts of D to S1 and G in two cycles, made by
// three lanes, and the orders that made them.
func hiddenSales(t *testing.T) *world {
	w := newWorld(t)
	oil, wiper, newer := priced(t, 268_000_000, 1), priced(t, 7_800_000, 2), priced(t, 7_000_000, 3)
	first := then(t, under(under(bought(t, "ann", "", "S1/oil:2", "S2/wiper:3"), "oil", oil), "wiper", wiper), accepted,
		shipped(1), delivered(1), delivered(2))
	first, back := refunded(t, first, 2, 1, 1, true)
	back.Order = orderIn(1)
	second := then(t, under(bought(t, "ann", "", "S2/wiper:3"), "wiper", wiper), accepted, delivered(1))
	third := then(t, under(bought(t, "ann", "", "S2/wiper:1"), "wiper", newer), accepted, delivered(1))
	open := then(t, under(bought(t, "ann", "", "S2/wiper:9"), "wiper", newer), accepted)
	w.order(1, first, sealed("D", 2, 1), put(row.Return(numbered("D", 2, 1, 0)), back))
	w.order(2, second)
	w.order(3, third)
	w.order(4, open)
	lane1 := owed(t, owed(t, settlement.HiddenPositions{}, "D", "S1", oil, 2), "D", "G", wiper, 3)
	lane2 := owed(t, owed(t, settlement.HiddenPositions{}, "D", "G", wiper, 3), "D", "G", newer, 1)
	w.write(put(row.HiddenPositions("c1", "D", 1), lane1), put(row.HiddenPositions("c1", "D", 2), lane2),
		put(row.HiddenPositions("c2", "D", 3), owed(t, settlement.HiddenPositions{}, "G", "D", wiper, 1)))
	return w
}

func suppliedText(list []Supplied) string {
	var texts []string
	for _, s := range list {
		texts = append(texts,
			fmt.Sprintf("%d × %d %s/%s at %s", s.Count, s.Line.Quantity, s.Supplier, s.Line.SKU, s.Seller))
	}
	return strings.Join(texts, ", ")
}

// TestHiddenOwes: lanes are summed up, and what makes a debt is listed for who is
// one of the two.
func TestHiddenOwes(t *testing.T) {
	w := hiddenSales(t)
	ix := w.index()
	for party, want := range map[string][]string{
		"D": {
			"c1 D→G 3: 1 × 1 S2/wiper at D, 2 × 3 S2/wiper at D",
			"c1 D→S1 1: 1 × 2 S1/oil at D",
			"c2 G→D 1 back: 1 × 1 S2/wiper at D",
		},
		"S1": {"c1 D→G 3: ", "c1 D→S1 1: 1 × 2 S1/oil at D", "c2 G→D 1 back: "},
		"A":  {"c1 D→G 3: ", "c1 D→S1 1: ", "c2 G→D 1 back: "},
	} {
		list, err := now(t, ix).HiddenOwes(party)
		var got []string
		for _, v := range list {
			slices.SortFunc(v.Made, func(a, b Supplied) int { return int(a.Line.Quantity) - int(b.Line.Quantity) })
			back := map[bool]string{true: " back"}[v.Back]
			got = append(got,
				fmt.Sprintf("%s %s→%s %d%s: %s", v.Cycle, v.Debtor, v.Creditor, v.Count, back, suppliedText(v.Made)))
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v", party, got, err)
		}
	}
}

// TestWhatWasSuppliedOpensWhatIsOwed: what the index lists, opened, is what the ledger
// committed to.
func TestWhatWasSuppliedOpensWhatIsOwed(t *testing.T) {
	list, err := now(t, hiddenSales(t).index()).HiddenOwes("D")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]pedersen.Opening{}
	for seed, value := range []uint64{0, 268_000_000, 7_800_000, 7_000_000} {
		o := opened(t, value, byte(seed))
		c, err := o.Commit()
		if err != nil {
			t.Fatal(err)
		}
		known[string(c)] = o
	}
	for i, want := range []string{"53800000", "536000000", "7800000"} { // 6 × 780 + 700, 2 × 26,800, 780
		sum := pedersen.Known(pedersen.Value{})
		for _, s := range list[i].Made {
			part, err := s.Opening(known[string(s.Line.Terms)])
			if err != nil {
				t.Fatal(err)
			}
			if sum, err = sum.Plus(part); err != nil {
				t.Fatal(err)
			}
		}
		if sum.Value.String() != want || !sum.Opens(list[i].Sum.Commitment()) {
			t.Errorf("%s→%s: %s, want %s", list[i].Debtor, list[i].Creditor, sum.Value, want)
		}
	}
}

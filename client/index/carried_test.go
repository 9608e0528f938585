package index

import (
	"fmt"
	"slices"
	"testing"

	"tallystick/chaincode/command"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// carried writes hidden positions of a closed cycle down as owed in a later one, as statement:Carry does.
func (w *world) carried(into string, seq uint64, list ...Veiled) {
	w.t.Helper()
	all, lane := settlement.Obligations{Cycle: into, Date: today}, settlement.Veiled{}
	for i, v := range list {
		var err error
		if all, _, err = all.PlusHidden(uint16(i), uint8(command.KindOf(settlement.CarryRequest{})),
			v.Of()); err != nil {
			w.t.Fatal(err)
		}
		if lane, err = lane.Plus(v.Of()); err != nil {
			w.t.Fatal(err)
		}
	}
	w.write(sealed("D", 9, seq), put(row.Obligations("D", 9, seq), all), put(row.Veiled(into, "D", 9), lane))
}

// closed writes down that a cycle was cut off and which opened then.
func (w *world) closed(cycle, next string) {
	w.write(put(row.Close(cycle), settlement.Close{ID: cycle, Next: next, State: settlement.Computed}))
}

// TestCarriedOverIsTracedBack: what was carried over, and over again, is made by the deliveries of the cycle in which
// it arose, and opens.
func TestCarriedOverIsTracedBack(t *testing.T) {
	w := hiddenSales(t)
	list, err := now(t, w.index()).VeiledOwes("D")
	if err != nil || len(list) != 3 {
		t.Fatal(list, err)
	}
	toG, toS1, back := list[0], list[1], list[2] // c1, c1, c2
	w.closed("c1", "c2")
	w.carried("c2", 1, toS1)
	w.closed("c2", "c3")
	w.closed("c3", "c4")
	w.carried("c4", 2, toG, toS1, back) // of c1, c2 and c2: not from the cycle just before
	list, err = now(t, w.index()).VeiledOwes("D")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range list[2:] {
		slices.SortFunc(v.Made, func(a, b Supplied) int { return int(a.Line.Quantity) - int(b.Line.Quantity) })
		got = append(got,
			fmt.Sprintf("%s %s→%s %d %v: %s", v.Cycle, v.Debtor, v.Creditor, v.Count, v.Back, suppliedText(v.Made)))
	}
	want := []string{
		"c2 D→S1 1 false: 1 × 2 S1/oil at D",
		"c2 G→D 1 true: 1 × 1 S2/wiper at D",
		"c4 D→G 3 false: 1 × 1 S2/wiper at D, 2 × 3 S2/wiper at D",
		"c4 D→S1 1 false: 1 × 2 S1/oil at D",
		"c4 G→D 1 true: 1 × 1 S2/wiper at D",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant\n%q", got, want)
	}
}

// TestCarriedFromNowhere: a part that no earlier cycle came to is made by nothing, and so is one of another pair or
// cycle.
func TestCarriedFromNowhere(t *testing.T) {
	w := hiddenSales(t)
	list, err := now(t, w.index()).VeiledOwes("D")
	if err != nil {
		t.Fatal(err)
	}
	w.closed("c1", "c2")
	w.closed("c2", "c3")
	other := list[1]
	other.Creditor = "M"
	sum, err := list[0].Sum.Plus(list[1].Sum)
	if err != nil {
		t.Fatal(err)
	}
	more := list[1]
	more.Sum = sum
	w.carried("c3", 1, other, more)
	w.carried("c0", 2, list[1]) // before the cycle that it is of
	list, err = now(t, w.index()).VeiledOwes("D")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range list {
		if (v.Cycle == "c3" || v.Cycle == "c0") && len(v.Made) > 0 {
			t.Errorf("%s %s→%s: %s", v.Cycle, v.Debtor, v.Creditor, suppliedText(v.Made))
		}
	}
}

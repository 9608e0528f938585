package settlement

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/pedersen"
)

type fataler interface {
	Helper()
	Fatal(args ...any)
}

// opening hides a value, in ten-thousandths of a fen, with a salt that hangs on it.
func opening(t fataler, value uint64) pedersen.Opening {
	t.Helper()
	salt, err := pedersen.NewSalt(bytes.NewReader(binary.BigEndian.AppendUint64(make([]byte, 56), value+1)))
	if err != nil {
		t.Fatal(err)
	}
	return pedersen.Opening{Value: pedersen.Whole(value), Salt: salt}
}

// hiddenSum is what so many units at a hidden price come to, and its opening.
func hiddenSum(t fataler, price, units uint64) (pedersen.Sum, pedersen.Opening) {
	t.Helper()
	unit := opening(t, price)
	c, err := unit.Commit()
	if err != nil {
		t.Fatal(err)
	}
	sum, err := c.Times(units)
	if err != nil {
		t.Fatal(err)
	}
	all, err := unit.Times(units)
	if err != nil {
		t.Fatal(err)
	}
	return sum, all
}

var onePercent = amount.Rate{Num: 1, Den: 100}

// TestStory are steps 8, 10 and 11 of the story: what the oil kit and the wipers
// come to, with the fees.
func TestStory(t *testing.T) {
	var v HiddenPositions
	opens := map[string]pedersen.Opening{}
	for _, d := range []struct {
		debtor, creditor string
		price, units     uint64
	}{{"D", "S1", 26_800, 1}, {"G", "S2", 780, 2}, {"S2", "G", 780, 1}} {
		sum, o := hiddenSum(t, d.price*PerFen, d.units)
		v = plus(t, v, HiddenOwe{Debtor: d.debtor, Creditor: d.creditor, Fee: onePercent, Count: 1, Sum: sum})
		opens[d.debtor+d.creditor] = o
	}
	want := []struct{ fen, fee amount.Units }{{26_800, 268}, {1_560, 16}, {780, 8}}
	if len(v.List) != len(want) {
		t.Fatalf("%+v", v.List)
	}
	for i, p := range v.List {
		fen, fee, err := p.Open(opens[p.Debtor+p.Creditor])
		if err != nil || fen != want[i].fen || fee != want[i].fee {
			t.Errorf("%s owes %s %d, fee %d, %v", p.Debtor, p.Creditor, fen, fee, err)
		}
	}
}

func plus(t fataler, v HiddenPositions, owe HiddenOwe) HiddenPositions {
	t.Helper()
	next, err := v.Plus(owe)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// delivery is one thing owed, with what it hides.
type delivery struct {
	owe   HiddenOwe
	opens pedersen.Opening
}

func drawDelivery(t *rapid.T) delivery {
	sum, o := hiddenSum(t, rapid.Uint64Range(0, 1<<40).Draw(t, "price"), rapid.Uint64Range(1, 9).Draw(t, "units"))
	return delivery{HiddenOwe{

		Debtor:   rapid.SampledFrom([]string{"D", "G", "S1"}).Draw(t, "debtor"),
		Creditor: rapid.SampledFrom([]string{"S1", "S2", "D"}).Draw(t, "creditor"),
		Fee: rapid.SampledFrom([]amount.Rate{onePercent, {Num: 2, Den: 200}, {Num: 0, Den: 1}, {Num: 0, Den: 7},
			{}, {Num: 3, Den: 70}, {Num: 3, Den: 100}}).Draw(t, "fee"),
		Count: rapid.Uint64Range(1, 3).Draw(t, "count"), Sum: sum,
	}, o}
}

// pair is what one position is of, in the model.
type pair struct{ debtor, creditor, fee string }

// modelOf adds openings up, where the ledger adds commitments.
func modelOf(t *rapid.T, list []delivery) (counts map[pair]uint64, opens map[pair]pedersen.Opening) {
	counts, opens = map[pair]uint64{}, map[pair]pedersen.Opening{}
	for _, d := range list {
		if d.owe.Debtor == d.owe.Creditor {
			continue
		}
		k := pair{d.owe.Debtor, d.owe.Creditor, d.owe.Fee.String()}
		if counts[k] == 0 {
			opens[k] = pedersen.Known(pedersen.Value{})
		}
		counts[k] += d.owe.Count
		sum, err := opens[k].Plus(d.opens)
		if err != nil {
			t.Fatal(err)
		}
		opens[k] = sum
	}
	return counts, opens
}

// Whatever the order of deliveries, and of batches that write and read the row in
// between, its bytes are the same, and the model's openings open it.
func TestHiddenAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Custom(drawDelivery), 1, 12).Draw(t, "deliveries")
		var v HiddenPositions
		for _, d := range list {
			v = plus(t, v, d.owe)
		}
		var other HiddenPositions
		for _, d := range rapid.Permutation(list).Draw(t, "another order") {
			if rapid.Bool().Draw(t, "a new batch") {
				other = reread(t, other)
			}
			other = plus(t, other, d.owe)
		}
		if !bytes.Equal(codec.Encode(v), codec.Encode(other)) {
			t.Fatalf("%+v\n%+v", v, other)
		}
		if !slices.IsSortedFunc(v.List, HiddenPosition.order) {
			t.Fatalf("%+v", v)
		}
		counts, opens := modelOf(t, list)
		if len(v.List) != len(counts) {
			t.Fatalf("%d positions, not %d: %+v", len(v.List), len(counts), v)
		}
		for _, p := range v.List {
			expectPosition(t, p, counts, opens)
		}
	})
}

func expectPosition(t *rapid.T, p HiddenPosition, counts map[pair]uint64, opens map[pair]pedersen.Opening) {
	k := pair{p.Debtor, p.Creditor, p.Fee.String()}
	fen, fee, err := p.Open(opens[k])
	if err != nil || p.Count != counts[k] {
		t.Fatalf("%+v: %v", p, err)
	}
	value := new(big.Rat).SetFrac(opens[k].Value.Big(), big.NewInt(PerFen))
	expectNearest(t, fen, value)
	expectNearest(t, fee, new(big.Rat).Mul(value, big.NewRat(int64(p.Fee.Num), int64(p.Fee.Den))))
}

// expectNearest holds that a whole number is within a half of an exact one.
func expectNearest(t *rapid.T, got amount.Units, exact *big.Rat) {
	off := new(big.Rat).Sub(new(big.Rat).SetInt64(int64(got)), exact)
	if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
		t.Fatalf("%d is not %s", got, exact)
	}
}

// reread is the row as the next batch finds it.
func reread(t fataler, v HiddenPositions) (back HiddenPositions) {
	t.Helper()
	if err := codec.Decode(codec.Encode(v), &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// A row that was put on the ledger isn't changed by what is added to it later.
func TestHiddenIsNotChangedInPlace(t *testing.T) {
	sum, _ := hiddenSum(t, 5, 1)
	first := plus(t, HiddenPositions{}, HiddenOwe{Debtor: "D", Creditor: "S1", Fee: onePercent, Count: 1, Sum: sum})
	roomy := HiddenPositions{List: append(make([]HiddenPosition, 0, 4), first.List...)}
	for name, v := range map[string]HiddenPositions{"computed": first, "read": reread(t, first), "with room": roomy} {
		before := codec.Encode(v)
		plus(t, v, HiddenOwe{Debtor: "D", Creditor: "S1", Fee: onePercent, Count: 1, Sum: sum})
		plus(t, v, HiddenOwe{Debtor: "A", Creditor: "S1", Fee: onePercent, Count: 1, Sum: sum})
		if !bytes.Equal(codec.Encode(v), before) {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

func TestHiddenIsBounded(t *testing.T) {
	sum, _ := hiddenSum(t, 5, 1)
	var noElement pedersen.Sum
	if err := noElement.UnmarshalBinary(bytes.Repeat([]byte{0xff}, pedersen.Size)); err != nil {
		t.Fatal(err)
	}
	full := HiddenPositions{List: []HiddenPosition{
		{Debtor: "A", Creditor: "B", Fee: onePercent, Count: uint64(amount.Max) - 1}}}
	for i := 1; i < MaxHidden; i++ {
		full.List = append(full.List, HiddenPosition{Debtor: "X", Creditor: fmt.Sprintf("%05d", i), Fee: onePercent})
	}
	owe := func(debtor, creditor string, count uint64, sum pedersen.Sum) HiddenOwe {
		return HiddenOwe{Debtor: debtor, Creditor: creditor, Fee: onePercent, Count: count, Sum: sum}
	}
	for _, c := range []struct {
		name string
		owe  HiddenOwe
		code fault.Code
	}{
		{"one more of a pair", owe("A", "B", 1, sum), ""},
		{"above 2⁵³−1 deliveries", owe("A", "B", 2, sum), fault.Limit},
		{"far above", owe("A", "B", 1<<64-1, sum), fault.Limit},
		{"a pair too many", owe("Z", "Z2", 1, sum), fault.Limit},
		{"to itself", owe("Z", "Z", 1, sum), ""},
		{"no element", owe("A", "B", 1, noElement), fault.BadRequest},
	} {
		if _, err := full.Plus(c.owe); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	fees := HiddenPositions{}
	for i := range MaxFees + 1 {
		next, err := fees.Plus(HiddenOwe{
			Debtor: "A", Creditor: "B", Fee: amount.Rate{Num: 1, Den: amount.Units(i + 2)}, Count: 1, Sum: sum,
		})
		if want := map[bool]fault.Code{true: fault.Limit}[i == MaxFees]; fault.CodeOf(err) != want {
			t.Errorf("fee %d of a pair: %v", i+1, err)
		}
		if err == nil {
			fees = next
		}
	}
	if back := reread(t, full); len(back.List) != MaxHidden {
		t.Errorf("%d of %d positions are read back", len(back.List), MaxHidden)
	}
}

func TestOpenRefusals(t *testing.T) {
	largest := uint64(amount.Max)
	sum, o := hiddenSum(t, PerFen, largest)
	at := func(fee amount.Rate, sum pedersen.Sum) HiddenPosition {
		return HiddenPosition{Debtor: "D", Creditor: "S1", Fee: fee, Count: 1, Sum: sum}
	}
	over, overOpens := hiddenSum(t, PerFen, largest+1)
	half, halfOpens := hiddenSum(t, PerFen/2, 5)
	for _, c := range []struct {
		name     string
		position HiddenPosition
		opening  pedersen.Opening
		fen, fee amount.Units
		code     fault.Code
	}{
		{"all there can be", at(onePercent, sum), o, amount.Max, 90071992547410, ""},
		{"two and a half fen, all of it a fee", at(amount.Rate{Num: 1, Den: 1}, half), halfOpens, 2, 2, ""},
		{"the fee is of the exact sum", at(amount.Rate{Num: 3, Den: 5}, half), halfOpens, 2, 2, ""},
		{"no fee", at(amount.Rate{Den: 1}, half), halfOpens, 2, 0, ""},
		{"another's opening", at(onePercent, half), o, 0, 0, fault.BadRequest},
		{"above 2⁵³−1", at(onePercent, over), overOpens, 0, 0, fault.Limit},
		{"a fee above 2⁵³−1", at(amount.Rate{Num: 2, Den: 1}, sum), o, 0, 0, fault.Limit},
	} {
		fen, fee, err := c.position.Open(c.opening)
		if fault.CodeOf(err) != c.code || c.code == "" && (fen != c.fen || fee != c.fee) {
			t.Errorf("%s: %d, %d, %v", c.name, fen, fee, err)
		}
	}
}

// Two parties that supply each other owe each other, and fees, in both directions.
func TestSalesAndReturnsStandApart(t *testing.T) {
	sum, _ := hiddenSum(t, 7, 1)
	sale := HiddenOwe{Debtor: "D", Creditor: "S1", Fee: onePercent, Count: 1, Sum: sum} // D sold goods of S1
	back := sale
	back.Back = true // S1 took goods of D back
	v := plus(t, plus(t, plus(t, HiddenPositions{}, back), sale), back)
	if len(v.List) != 2 || v.List[0].Back || !v.List[1].Back || v.List[1].Count != 2 {
		t.Fatalf("%+v", v.List)
	}
	for i, want := range []string{"S1→G", "G→D"} {
		if debtor, creditor := v.List[i].FeeParties("G"); debtor+"→"+creditor != want {
			t.Errorf("fee %s→%s, want %s", debtor, creditor, want)
		}
	}
}

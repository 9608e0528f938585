package amount

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/fault"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		name  string
		units Units
		parts []Units
		want  []Units
		code  fault.Code
	}{
		{"60 to 40", 3000, []Units{60, 40}, []Units{1800, 1200}, ""},
		{"the largest remainder", 10, []Units{1, 1, 4}, []Units{2, 2, 6}, ""},
		{"equal remainders, the first", 1, []Units{1, 1}, []Units{1, 0}, ""},
		{"one gets all", Max, []Units{7}, []Units{Max}, ""},
		{"no parts", 1, nil, nil, fault.BadRequest},
		{"a part of 0", 1, []Units{1, 0}, nil, fault.BadRequest},
		{"a part above the limit", 1, []Units{Max + 1}, nil, fault.Limit},
	} {
		got, err := Split(c.units, c.parts)
		if fault.CodeOf(err) != c.code || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
	}
}

// TestSplitLosesNothing: shares sum up, and none is off its exact value by one.
func TestSplitLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := Units(rapid.Int64Range(0, 1_000_000).Draw(t, "units"))
		parts := rapid.SliceOfN(
			rapid.Custom(func(t *rapid.T) Units { return Units(rapid.Int64Range(1, 1000).Draw(t, "part")) }), 1,
			9).Draw(t, "parts")
		shares, err := Split(units, parts)
		if err != nil {
			t.Fatal(err)
		}
		sum, whole := Units(0), Units(0)
		for _, p := range parts {
			whole += p
		}
		for i, s := range shares {
			sum += s
			if off := s*whole - units*parts[i]; off <= -whole || off >= whole {
				t.Fatalf("share %d of %v is %d", i, parts, s)
			}
		}
		if sum != units {
			t.Fatalf("%v sums to %d, not %d", shares, sum, units)
		}
	})
}

func TestExactRoundsOnce(t *testing.T) {
	var e Exact
	third := Rate{Num: 1, Den: 3}
	for range 3 {
		e.Add(1, third)
	}
	e.Add(1, Rate{Num: 1, Den: 2}, Rate{Num: 3, Den: 1})
	if got, err := e.Round(HalfEven); e.String() != "5/2" || got != 2 || err != nil {
		t.Errorf("%s rounds to %d, %v", e.String(), got, err)
	}
	past := new(big.Int).Mul(big.NewInt(int64(Max)), big.NewInt(10_000))
	var fen Exact
	if fen.AddBig(past, Rate{Num: 1, Den: 10_000}); fen.String() != fmt.Sprint(int64(Max)) {
		t.Errorf("%s", fen.String())
	}
	e.Add(Max)
	if _, err := e.Round(Down); fault.CodeOf(err) != fault.Limit {
		t.Errorf("%v", err)
	}
}

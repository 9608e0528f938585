package amount

import (
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"tallystick/chaincode/fault"
)

func TestCheckedArithmetic(t *testing.T) {
	cases := []struct {
		name string
		do   func() (Units, error)
		want Units
		code fault.Code
	}{
		{"add", func() (Units, error) { return Units(2).Add(3) }, 5, ""},
		{"add to the limit", func() (Units, error) { return (Max - 1).Add(1) }, Max, ""},
		{"add past the limit", func() (Units, error) { return Max.Add(1) }, 0, fault.Limit},
		{"sub", func() (Units, error) { return Units(3).Sub(3) }, 0, ""},
		{"sub past zero", func() (Units, error) { return Units(3).Sub(4) }, 0, fault.Insufficient},
		{"check one", func() (Units, error) { return 1, Units(1).Check() }, 1, ""},
		{"check zero", func() (Units, error) { return 0, Units(0).Check() }, 0, fault.BadRequest},
		{"check negative", func() (Units, error) { return 0, Units(-1).Check() }, 0, fault.BadRequest},
		{"check above", func() (Units, error) { return 0, (Max + 1).Check() }, 0, fault.Limit},
		{"FP at 4/5", func() (Units, error) { return Rate{Num: 4, Den: 5}.Of(8400, Down) }, 6720, ""},
		{"MP at 1/2, rest stays", func() (Units, error) { return Rate{Num: 1, Den: 2}.Of(6301, Down) }, 3150, ""},
		{"MP at 1/2, up", func() (Units, error) { return Rate{Num: 1, Den: 2}.Of(6301, Up) }, 3151, ""},
		{"half to even, down", func() (Units, error) { return Rate{Num: 1, Den: 2}.Of(5, HalfEven) }, 2, ""},
		{"half to even, up", func() (Units, error) { return Rate{Num: 1, Den: 2}.Of(7, HalfEven) }, 4, ""},
		{"fee of 1 % on 1,560", func() (Units, error) { return Rate{Num: 1, Den: 100}.Of(1560, HalfEven) }, 16, ""},
		{"rate past the limit", func() (Units, error) { return Rate{Num: 2, Den: 1}.Of(Max, Down) }, 0, fault.Limit},
		{"decimal", func() (Units, error) { return FromDecimal(decimal.RequireFromString("149.5"), HalfEven) }, 150,
			""},
		{"decimal negative", func() (Units, error) { return FromDecimal(decimal.NewFromInt(-1), Down) }, 0,
			fault.BadRequest},
		{"ratio", func() (Units, error) { return FromRat(big.NewRat(5, 2), HalfEven) }, 2, ""},
		{"ratio negative", func() (Units, error) { return FromRat(big.NewRat(-1, 2), Up) }, 0, fault.BadRequest},
		{"ratio huge", func() (Units, error) { return FromRat(big.NewRat(int64(Max)+1, 1), Down) }, 0, fault.Limit},
		{"decimal tiny", func() (Units, error) { return FromDecimal(decimal.New(1, -20_000_000), Down) }, 0,
			fault.Limit},
		{"decimal tiny and negative", func() (Units, error) { return FromDecimal(decimal.New(-1, -20_000_000), Down) },
			0, fault.Limit},
		{"decimal huge and negative", func() (Units, error) { return FromDecimal(decimal.New(-1, 20_000_000), Down) },
			0, fault.Limit},
		{"decimal of few digits", func() (Units, error) { return FromDecimal(decimal.New(1, -60), Up) }, 1, ""},
		{"decimal huge", func() (Units, error) { return FromDecimal(decimal.New(1, 99), Down) }, 0, fault.Limit},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.do()
			if fault.CodeOf(err) != c.code || err == nil && got != c.want {
				t.Errorf("got %d, %v; want %d, %q", got, err, c.want, c.code)
			}
		})
	}
}

func TestParseRate(t *testing.T) {
	cases := map[string]struct {
		want Rate
		code fault.Code
	}{
		"4/5": {Rate{Num: 4, Den: 5}, ""}, "0.8": {Rate{Num: 4, Den: 5}, ""}, "1": {Rate{Num: 1, Den: 1}, ""},
		"": {code: fault.BadRequest}, "-1": {code: fault.BadRequest}, "x": {code: fault.BadRequest},
		"1/0": {code: fault.BadRequest}, "9007199254740992": {code: fault.Limit}, "1e30": {code: fault.BadRequest},
		"123456789012345678901234567890": {code: fault.Limit},
	}
	for text, c := range cases {
		got, err := ParseRate(text)
		if fault.CodeOf(err) != c.code || err == nil && got != c.want {
			t.Errorf("ParseRate(%q) = %v, %v", text, got, err)
		}
	}
}

// Splitting an amount never gains when rounding down, and rounding stays within one unit.
func TestRoundingNeverGains(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := Rate{
			Num: Units(rapid.Int64Range(0, 1e6).Draw(t, "num")), Den: Units(rapid.Int64Range(1, 1e6).Draw(t, "den")),
		}
		a := Units(rapid.Int64Range(0, 1e9).Draw(t, "a"))
		b := Units(rapid.Int64Range(0, 1e9).Draw(t, "b"))
		whole, err := rate.Of(a+b, Down)
		if err != nil {
			t.Fatal(err)
		}
		one, _ := rate.Of(a, Down)
		two, _ := rate.Of(b, Down)
		if one+two > whole {
			t.Fatalf("splitting %d gains: %d + %d > %d", a+b, one, two, whole)
		}
		exact := new(big.Rat).SetFrac64(int64(a+b)*int64(rate.Num), int64(rate.Den))
		for _, mode := range []Rounding{Down, HalfEven, Up} {
			got, _ := rate.Of(a+b, mode)
			off := new(big.Rat).Sub(new(big.Rat).SetInt64(int64(got)), exact)
			if off.Abs(off).Cmp(big.NewRat(1, 1)) >= 0 {
				t.Fatalf("mode %d is a whole unit off", mode)
			}
		}
	})
}

// A rate in two words comes to what it does in integers of any size, to the
// refusal, near every limit and every half.
func TestRateIsExact(t *testing.T) {
	edge := func(t *rapid.T, least int64, what string) Units {
		small := rapid.Int64Range(least, 12)
		return Units(rapid.OneOf(small, rapid.Map(small, func(n int64) int64 { return int64(Max) - n }),
			rapid.Int64Range(least, int64(Max))).Draw(t, what))
	}
	rapid.Check(t, func(t *rapid.T) {
		rate, u := Rate{Num: edge(t, 0, "num"), Den: edge(t, 1, "den")}, edge(t, 0, "units")
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(int64(u)), big.NewInt(int64(rate.Num))),
			big.NewInt(int64(rate.Den)))
		for _, mode := range []Rounding{Down, HalfEven, Up} {
			got, err := rate.Of(u, mode)
			want, refused := round(exact, mode)
			if got != want || fault.CodeOf(err) != fault.CodeOf(refused) {
				t.Fatalf("%d × %s %s: %d, %v; want %d, %v", u, rate, mode, got, err, want, refused)
			}
		}
	})
}

func BenchmarkRateOf(b *testing.B) {
	rate := Rate{Num: 4, Den: 5}
	for b.Loop() {
		if _, err := rate.Of(8401, HalfEven); err != nil {
			b.Fatal(err)
		}
	}
}

package amount

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// RoundSum is Exact's sum, rounded half to even.
func TestRoundSumIsTheExactSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := Units(rapid.Int64Range(0, int64(Max)).Draw(t, "whole"))
		var rests []Fraction
		var exact Exact
		exact.Add(whole)
		for range rapid.IntRange(0, 12).Draw(t, "rests") {
			den := Units(rapid.SampledFrom(
				[]int64{2, 3, 4, 4, 7, 10, 999_983, 1_000_000, 999_999_999_989, int64(Max)}).Draw(t, "den"))
			f := Fraction{Num: Units(rapid.Int64Range(1, int64(den)-1).Draw(t, "num")), Den: den}
			rests = append(rests, f)
			exact.Add(1, Rate(f))
		}
		got, err := RoundSum(whole, rests)
		want, wrong := exact.Round(HalfEven)
		if got != want || (err == nil) != (wrong == nil) {
			t.Fatalf("%d and %v: %d, %v; want %d, %v", whole, rests, got, err, want, wrong)
		}
	})
}

// Sixty-three denominators in each of a hundred and twenty-eight lanes, none of which has anything in common with
// another: Exact takes minutes.
func TestRoundSumOfManyDenominators(t *testing.T) {
	var rests []Fraction
	for den := Units(1_000_000_000_039); len(rests) < 63*128; den -= 2 {
		rests = append(rests, Fraction{Num: den / 2, Den: den})
	}
	at := time.Now()
	got, err := RoundSum(7, rests)
	if took := time.Since(at); err != nil || got != 7+63*64 || took > 10*time.Second {
		t.Errorf("%d, %v, after %v", got, err, took)
	}
}

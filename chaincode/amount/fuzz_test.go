package amount

import (
	"testing"

	"github.com/shopspring/decimal"

	"tallystick/chaincode/fuzzed"
)

// A rate that is taken passes its check, and so does its own text.
func FuzzParseRate(tf *testing.F) {
	f := fuzzed.Target(tf, 5000)
	for _, text := range []string{"4/5", "0.8", "1", "1e9", "1/0", "9007199254740991/2", "0.0000000000000001"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rate, err := ParseRate(text)
		if err != nil {
			return
		}
		if again, err := ParseRate(rate.String()); err != nil || again.Lowest() != rate.Lowest() {
			t.Errorf("%q is %s, which is %s, %v", text, rate, again, err)
		}
	})
}

// No decimal, however it is written, takes long or leaves the range.
func FuzzFromDecimal(tf *testing.F) {
	f := fuzzed.Target(tf, 5000)
	f.Add(int64(1), int32(-20_000_000), uint8(0))
	f.Add(int64(-1), int32(20_000_000), uint8(1))
	f.Add(int64(15), int32(-1), uint8(2))
	f.Fuzz(func(t *testing.T, value int64, exponent int32, mode uint8) {
		if u, err := FromDecimal(decimal.New(value, exponent), Rounding(mode%3)); err == nil && (u < 0 || u > Max) {
			t.Errorf("%d e %d is %d", value, exponent, u)
		}
	})
}

package veil

import (
	"math"
	"testing"

	"tallystick/chaincode/fault"
)

func TestValuesAreBounded(t *testing.T) {
	const most = math.MaxUint64
	top := Value{Hi: most, Lo: most}
	for _, c := range []struct {
		name string
		do   func() (Value, error)
		want Value
		code fault.Code
	}{
		{"a carry", func() (Value, error) { return Whole(most).Plus(Whole(1)) }, Value{Hi: 1}, ""},
		{"up to the top", func() (Value, error) { return top.Plus(Value{}) }, top, ""},
		{"above it", func() (Value, error) { return top.Plus(Whole(1)) }, Value{}, fault.Limit},
		{"above it, by the high words", func() (Value, error) { return Value{Hi: 1 << 63}.Plus(Value{Hi: 1 << 63}) },
			Value{}, fault.Limit},
		{"a borrow", func() (Value, error) { return Value{Hi: 1}.Minus(Whole(1)) }, Whole(most), ""},
		{"down to nothing", func() (Value, error) { return top.Minus(top) }, Value{}, ""},
		{"under it", func() (Value, error) { return Whole(1).Minus(Whole(2)) }, Value{}, fault.Insufficient},
		{"under it, by a borrow", func() (Value, error) { return Value{Hi: 1}.Minus(Value{Hi: 1, Lo: 1}) }, Value{},
			fault.Insufficient},
		{"two words' product", func() (Value, error) { return Whole(most).Times(most) }, Value{Hi: most - 1, Lo: 1},
			""},
		{"the top once", func() (Value, error) { return top.Times(1) }, top, ""},
		{"the top twice", func() (Value, error) { return top.Times(2) }, Value{}, fault.Limit},
		{"too many high words", func() (Value, error) { return Value{Hi: 1 << 32}.Times(1 << 32) }, Value{},
			fault.Limit},
		{"a carry too many", func() (Value, error) { return Value{Hi: 1<<63 - 1, Lo: most}.Times(3) }, Value{},
			fault.Limit},
		{"never", func() (Value, error) { return top.Times(0) }, Value{}, ""},
	} {
		if got, err := c.do(); got != c.want || fault.CodeOf(err) != c.code {
			t.Errorf("%s: %s, %v", c.name, got, err)
		}
	}
}

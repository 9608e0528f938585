package loyalty

import (
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
)

func TestWhatToRefund(t *testing.T) {
	n := func(i uint16) number.Command { return number.Command{Party: "D", Seq: 7, Index: i} }
	once := points.Hold{Captures: []points.HoldCapture{{Number: n(1), Amount: 900, Refunded: 200}}}
	twice := points.Hold{Captures: []points.HoldCapture{{Number: n(1), Amount: 900, Refunded: 900},
		{Number: n(2), Amount: 50}}}
	for _, c := range []struct {
		name  string
		hold  points.Hold
		given RefundRequest
		want  points.RefundRequest
		code  fault.Code
	}{
		{"all that is left", once, RefundRequest{}, points.RefundRequest{Capture: n(1), Amount: 700}, ""},
		{"a part", once, RefundRequest{Points: 5}, points.RefundRequest{Capture: n(1), Amount: 5}, ""},
		{"one of two", twice, RefundRequest{Capture: n(2)}, points.RefundRequest{Capture: n(2), Amount: 50}, ""},
		{"which of two", twice, RefundRequest{Points: 5}, points.RefundRequest{}, fault.BadRequest},
		{"nothing is left", twice, RefundRequest{Capture: n(1)}, points.RefundRequest{}, fault.Insufficient},
		{"no such capture", once, RefundRequest{Capture: n(3)}, points.RefundRequest{}, fault.NotFound},
		{"nothing was captured", points.Hold{}, RefundRequest{}, points.RefundRequest{}, fault.BadRequest},
	} {
		c.given.Hold = n(0)
		got, err := c.given.of(c.hold)
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.want.Hold = n(0); c.code == "" && got != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

package points

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

func TestRefundRequestCheck(t *testing.T) {
	refund := RefundRequest{Hold: holdID, Capture: holdID, Amount: 1, Reason: "x"}
	testChecks(t, []checkCase{
		{"refund", refund, ""},
		{"no hold", with(refund, func(r *RefundRequest) { r.Hold = number.Command{} }), fault.BadRequest},
		{"no capture", with(refund, func(r *RefundRequest) { r.Capture = number.Command{} }), fault.BadRequest},
		{"no reason", with(refund, func(r *RefundRequest) { r.Reason = "" }), fault.BadRequest},
		{"nothing", with(refund, func(r *RefundRequest) { r.Amount = 0 }), fault.BadRequest},
		{"too much", with(refund, func(r *RefundRequest) { r.Amount = amount.Max + 1 }), fault.Limit},
		{"no reason before too much", with(refund, func(r *RefundRequest) { r.Reason, r.Amount = "", amount.Max+1 }),
			fault.BadRequest},
	})
}

// A refund unwinds the end of its own capture, whichever captures came after.
func TestRefundCapture(t *testing.T) {
	first, second := number.Command{Party: "D", Seq: 1}, number.Command{Party: "D", Seq: 2}
	hold := with(holdIn(PartCaptured), func(h *Hold) {
		h.Captures = []Taken{{Number: first, Amount: 30, Refunded: 5}, {Number: second, Amount: 40}}
	})
	for _, c := range []struct {
		name     string
		hold     Hold
		capture  number.Command
		amount   amount.Units
		caller   string
		from, to amount.Units
		code     fault.Code
	}{
		{"the end of the first", hold, first, 10, "D", 15, 25, ""},
		{"the rest of the first", hold, first, 25, "D", 0, 25, ""},
		{"more than is left of it", hold, first, 26, "D", 0, 0, fault.Insufficient},
		{"the end of the second", hold, second, 1, "D", 69, 70, ""},
		{"all of the second", hold, second, 40, "D", 30, 70, ""},
		{"no such capture", hold, holdID, 99, "D", 0, 0, fault.NotFound},
		{"another's, before all", holdIn(Open), first, 99, "F", 0, 0, fault.Forbidden},
		{"nothing captured, before which", holdIn(Open), first, 99, "D", 0, 0, fault.WrongState},
	} {
		next, from, to, err := RefundCapture(c.hold,
			RefundRequest{Hold: holdID, Capture: c.capture, Amount: c.amount, Reason: "x"}, as(c.caller, after))
		if !expect(t, c.name, err, c.code) {
			continue
		}
		if from != c.from || to != c.to || next.Refunded() != 5+c.amount || next.Captured != 70 ||
			next.State != PartCaptured {
			t.Errorf("%s: %d..%d, %+v", c.name, from, to, next)
		}
		if c.hold.Refunded() != 5 {
			t.Errorf("%s: the hold was changed in place", c.name)
		}
	}
}

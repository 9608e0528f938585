package points

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// RefundRequest unwinds a capture, all of it or a part (冲正、部分退款): the points
// go back to the lots that they were taken from, the last taken first, whatever
// today's policy is. Only the hold's acceptor may. What the funders owed for them
// the acceptor now owes back.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount is above 2⁵³−1.
//  3. NOT_FOUND: there is no such hold.
//  4. FORBIDDEN: the caller isn't its acceptor.
//  5. WRONG_STATE: nothing was captured.
//  6. NOT_FOUND: the hold has no such capture.
//  7. INSUFFICIENT: less is left of the capture.
//
// No cap refuses what is given back.
type RefundRequest struct {
	_       struct{}       `cbor:",toarray"`
	Hold    number.Command `json:"hold"`
	Capture number.Command `json:"capture"` // which of its captures
	Amount  amount.Units   `json:"amount"`
	Reason  string         `json:"reason"` // a code such as goods_returned
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r RefundRequest) Check() error {
	if err := r.Hold.Check(); err != nil {
		return err
	}
	if err := r.Capture.Check(); err != nil {
		return err
	}
	if err := name.CheckID("reason", r.Reason); err != nil {
		return err
	}
	return r.Amount.Check()
}

// RefundCapture unwinds the end of a capture. It returns the hold as it then is,
// and the points from..to of its pieces that go back.
func RefundCapture(hold Hold, req RefundRequest, at At) (next Hold, from, to amount.Units, err error) {
	if hold.Acceptor != at.Caller {
		return Hold{}, 0, 0, fault.New(fault.Forbidden, "%s is not the acceptor of hold %s", at.Caller, req.Hold)
	}
	if hold.Captured == 0 {
		return Hold{}, 0, 0, fault.New(fault.WrongState, "hold %s is %s, and nothing of it was captured",
			req.Hold, hold.State)
	}
	start := amount.Units(0)
	for i, c := range hold.Captures {
		if c.Number != req.Capture {
			start += c.Amount
			continue
		}
		left := c.Amount - c.Refunded
		if req.Amount > left {
			return Hold{}, 0, 0, fault.New(fault.Insufficient, "capture %s has %d points left, %d asked",
				req.Capture, int64(left), int64(req.Amount))
		}
		next = hold
		next.Captures = slices.Clone(hold.Captures)
		next.Captures[i].Refunded += req.Amount
		return next, start + left - req.Amount, start + left, nil
	}
	return Hold{}, 0, 0, fault.New(fault.NotFound, "hold %s has no capture %s", req.Hold, req.Capture)
}

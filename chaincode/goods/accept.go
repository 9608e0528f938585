package goods

import (
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// AcceptRequest accepts an order: the seller will deliver. What needs no delivery is
// delivered by it. Only the seller may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE (it isn't
// PLACED), EXPIRED (acceptBy has passed), and those of a delivery's figures.
type AcceptRequest struct {
	_     struct{}       `cbor:",toarray"`
	Order number.Command `json:"order"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r AcceptRequest) Check() error { return r.Order.Check() }

// Accept accepts all parts. Those that need no delivery are delivered in the cycle.
func (o Order) Accept(req AcceptRequest, cycle string, at At) (Order, error) {
	if err := o.seller(at.Caller, req.Order); err != nil {
		return Order{}, err
	}
	if err := o.Parts[0].require(Placed, req.Order); err != nil {
		return Order{}, err
	}
	if o.AcceptBy > 0 && at.Now >= o.AcceptBy {
		return Order{}, fault.New(fault.Expired, "order %s could be accepted until its time-out", req.Order)
	}
	next := o
	for i, p := range o.Parts {
		p = p.to(Accepted, at.Date)
		if p.Delivery == Virtual {
			p = p.to(Delivered, at.Date)
			p.Proof, p.Cycle = ByNature, cycle
		}
		next = next.with(i, p)
	}
	return next, nil
}

// RejectRequest turns an order down: its stock and its points go back. Only the
// seller may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE (it isn't
// PLACED).
type RejectRequest struct {
	_      struct{}       `cbor:",toarray"`
	Order  number.Command `json:"order"`
	Reason string         `json:"reason"` // a code such as address_unknown
}

// Check refuses a malformed request with BAD_REQUEST.
func (r RejectRequest) Check() error {
	if err := name.CheckID("reason", r.Reason); err != nil {
		return err
	}
	return r.Order.Check()
}

// Reject ends all parts.
func (o Order) Reject(req RejectRequest, at At) (Order, error) {
	if err := o.seller(at.Caller, req.Order); err != nil {
		return Order{}, err
	}
	if err := o.Parts[0].require(Placed, req.Order); err != nil {
		return Order{}, err
	}
	return o.endAll(Rejected, req.Reason, at.Date), nil
}

// CancelRequest ends an order that isn't accepted yet, which the seller and the
// member's home may, or a part that is but isn't delivered, which the seller may: it
// can't be had, it was lost on its way. Points go back, and stock unless it is lost.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the order, the part), FORBIDDEN,
// WRONG_STATE.
type CancelRequest struct {
	_      struct{}       `cbor:",toarray"`
	Order  number.Command `json:"order"`
	Part   uint8          `json:"part"`   // from 1; 0 for all of an order that isn't accepted
	Lost   bool           `json:"lost"`   // of a part: its goods don't come back into stock
	Reason string         `json:"reason"` // a code such as member_changed_mind
}

// Check refuses a malformed request with BAD_REQUEST.
func (r CancelRequest) Check() error {
	if r.Lost && r.Part == 0 {
		return fault.New(fault.BadRequest, "lost: an order that isn't accepted has lost nothing")
	}
	if err := name.CheckID("reason", r.Reason); err != nil {
		return err
	}
	return r.Order.Check()
}

// Cancel ends all parts, or one. home is the member's.
func (o Order) Cancel(home string, req CancelRequest, at At) (Order, error) {
	if req.Part == 0 {
		if at.Caller != home {
			if err := o.seller(at.Caller, req.Order); err != nil {
				return Order{}, err
			}
		}
		if err := o.Parts[0].require(Placed, req.Order); err != nil {
			return Order{}, err
		}
		return o.endAll(Cancelled, req.Reason, at.Date), nil
	}
	i, part, err := o.part(req.Part, req.Order)
	if err != nil {
		return Order{}, err
	}
	if err := o.seller(at.Caller, req.Order); err != nil {
		return Order{}, err
	}
	if part.State != Accepted && part.State != OnItsWay {
		return Order{}, part.require(Accepted, req.Order)
	}
	next := o.end(i, Cancelled, req.Reason, at.Date)
	next.Parts[i].Lost = req.Lost
	return next, nil
}

// TimeOutRequest ends an order that was not accepted in time, or a part that was not
// shipped or handed over in the storefront's days. Every party may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the order, the part),
// WRONG_STATE (its state has no time-out, or it is still ahead).
type TimeOutRequest struct {
	_     struct{}       `cbor:",toarray"`
	Order number.Command `json:"order"`
	Part  uint8          `json:"part"` // from 1; 0 for all of an order that isn't accepted
}

// Check refuses a malformed request with BAD_REQUEST.
func (r TimeOutRequest) Check() error { return r.Order.Check() }

// TimeOut ends all parts, or one.
func (o Order) TimeOut(req TimeOutRequest, at At) (Order, error) {
	if req.Part == 0 {
		if err := o.Parts[0].require(Placed, req.Order); err != nil {
			return Order{}, err
		}
		if at.Now < o.AcceptBy {
			return Order{}, fault.New(fault.WrongState, "order %s can still be accepted", req.Order)
		}
		return o.endAll(TimedOut, "", at.Date), nil
	}
	i, part, err := o.part(req.Part, req.Order)
	if err != nil {
		return Order{}, err
	}
	if err := part.require(Accepted, req.Order); err != nil {
		return Order{}, err
	}
	if last := part.Since + date.Date(o.ShipDays); at.Date <= last {
		return Order{}, fault.New(fault.WrongState, "the part of order %s has until %s", req.Order, last)
	}
	return o.end(i, TimedOut, "", at.Date), nil
}

// end ends a part without delivery, endAll all of them.
func (o Order) end(i int, state State, reason string, today date.Date) Order {
	part := o.Parts[i].to(state, today)
	part.Reason = reason
	return o.with(i, part)
}

func (o Order) endAll(state State, reason string, today date.Date) Order {
	for i := range o.Parts {
		o = o.end(i, state, reason, today)
	}
	return o
}

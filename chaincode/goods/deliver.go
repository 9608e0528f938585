package goods

import (
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// ShipRequest hands a part to a carrier. The seller and the supplier's party may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the order, the part), FORBIDDEN,
// WRONG_STATE (it isn't ACCEPTED, or not to be shipped).
type ShipRequest struct {
	_       struct{}       `cbor:",toarray"`
	Order   number.Command `json:"order"`
	Part    uint8          `json:"part"` // from 1
	Carrier string         `json:"carrier"`
	Waybill string         `json:"waybill"` // the carrier's number for it
}

// Check refuses a malformed request with BAD_REQUEST.
func (r ShipRequest) Check() error {
	for _, id := range [][2]string{{"carrier", r.Carrier}, {"waybill", r.Waybill}} {
		if err := name.CheckID(id[0], id[1]); err != nil {
			return err
		}
	}
	return r.Order.Check()
}

// Ship notes the carrier.
func (o Order) Ship(req ShipRequest, at At) (Order, error) {
	i, part, err := o.part(req.Part, req.Order)
	if err != nil {
		return Order{}, err
	}
	if err := o.sides(part, at.Caller, req.Order); err != nil {
		return Order{}, err
	}
	if err := part.require(Accepted, req.Order); err != nil {
		return Order{}, err
	}
	if part.Delivery != Shipped {
		return Order{}, fault.New(fault.WrongState, "the part of order %s is not to be shipped", req.Order)
	}
	part = part.to(OnItsWay, at.Date)
	part.Carrier, part.Waybill = req.Carrier, req.Waybill
	return o.with(i, part), nil
}

// DeliverRequest says that a part has reached the member, and with what proof: the
// points are captured and the parties owe each other. What is shipped is delivered
// from SHIPPED, what is handed over from ACCEPTED.
//
// With a code, the seller and the supplier's party may, if it opens the order's
// commitment: then the code is the next one's commitment, see package code. With
// a document's hash they may too, but at the counter only for an order without a
// commitment. With neither, the member's home may, and once the storefront's silence days
// have passed since it was shipped, every party.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. NOT_FOUND: there is no such order or part.
//  3. WRONG_STATE: the part can't be delivered from its state, or the storefront's silence days haven't passed.
//  4. FORBIDDEN: the caller may not say so.
//  5. UNAUTHORISED: the order waits for a code.
//  6. WRONG_CODE: the code is wrong.
//  7. LIMIT: a position would be above 2⁵³−1.
type DeliverRequest struct {
	_        struct{}       `cbor:",toarray"`
	Order    number.Command `json:"order"`
	Part     uint8          `json:"part"`     // from 1
	Code     code.Code      `json:"code"`     // the member's, or ""
	Evidence codec.Hash     `json:"evidence"` // SHA-256 of a document, or ""
}

// Check refuses a malformed request with BAD_REQUEST.
func (r DeliverRequest) Check() error {
	if len(r.Code) > 0 && len(r.Evidence) > 0 {
		return fault.New(fault.BadRequest, "want a code or a document, not both")
	}
	if n := len(r.Evidence); n != 0 && n != 32 {
		return fault.New(fault.BadRequest, "evidence: want a SHA-256")
	}
	if err := r.Code.Check(); err != nil {
		return err
	}
	return r.Order.Check()
}

// Deliver delivers the part in a cycle. home is the member's.
func (o Order) Deliver(home string, req DeliverRequest, cycle string, at At) (Order, error) {
	i, part, err := o.part(req.Part, req.Order)
	if err != nil {
		return Order{}, err
	}
	from := Accepted
	if part.Delivery == Shipped {
		from = OnItsWay
	}
	if err := part.require(from, req.Order); err != nil {
		return Order{}, err
	}
	proof, err := o.proof(part, home, req, at)
	if err != nil {
		return Order{}, err
	}
	part = part.to(Delivered, at.Date)
	part.Proof, part.Evidence, part.Cycle = proof, req.Evidence, cycle
	next := o.with(i, part)
	if proof == ByCode {
		next.Pickup = code.Commitment(req.Code)
	}
	return next, nil
}

// proof says what shows that the part was delivered.
func (o Order) proof(part Part, home string, req DeliverRequest, at At) (Proof, error) {
	switch {
	case len(req.Code) > 0:
		if err := o.sides(part, at.Caller, req.Order); err != nil {
			return 0, err
		}
		if !req.Code.Opens(o.Pickup) {
			return 0, fault.New(fault.WrongCode, "the code does not open order %s", req.Order)
		}
		return ByCode, nil
	case len(req.Evidence) > 0:
		if err := o.sides(part, at.Caller, req.Order); err != nil {
			return 0, err
		}
		if part.Delivery == Counter && len(o.Pickup) > 0 {
			return 0, fault.New(fault.Unauthorised, "order %s is handed over against the member's code", req.Order)
		}
		return ByHash, nil
	case at.Caller == home:
		return ByHome, nil
	case part.Delivery != Shipped:
		return 0, fault.New(fault.Forbidden, "%s is not the home of order %s's member", at.Caller, req.Order)
	}
	if last := part.Since + date.Date(o.SilenceDays); at.Date <= last {
		return 0, fault.New(fault.WrongState, "silence about order %s is delivery after %s", req.Order, last)
	}
	return BySilence, nil
}

// CompleteRequest ends a delivered part: nothing of it can be returned any more. The
// member's home may at any time, every party once the storefront's return days have
// passed.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the order, the part),
// WRONG_STATE (it isn't DELIVERED, a return is open, or it can still be returned).
type CompleteRequest struct {
	_     struct{}       `cbor:",toarray"`
	Order number.Command `json:"order"`
	Part  uint8          `json:"part"` // from 1
}

// Check refuses a malformed request with BAD_REQUEST.
func (r CompleteRequest) Check() error { return r.Order.Check() }

// Complete ends the part. home is the member's.
func (o Order) Complete(home string, req CompleteRequest, at At) (Order, error) {
	i, part, err := o.part(req.Part, req.Order)
	if err != nil {
		return Order{}, err
	}
	if err := part.require(Delivered, req.Order); err != nil {
		return Order{}, err
	}
	for _, l := range part.Lines {
		if l.Returning > 0 {
			return Order{}, fault.New(fault.WrongState, "a return of order %s is open", req.Order)
		}
	}
	if last := part.Since + date.Date(o.ReturnDays); at.Caller != home && at.Date <= last {
		return Order{}, fault.New(fault.WrongState, "order %s can be returned until %s", req.Order, last)
	}
	return o.with(i, part.to(Completed, at.Date)), nil
}

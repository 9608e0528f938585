package benefit

import (
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// ReserveRequest keeps an entitlement for the caller until a moment, such as
// between a booking and the service: meanwhile it can't be passed on or get a
// new code. Only the provider may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE,
// EXPIRED (its last day, or the moment, has passed), LIMIT (the moment is more
// than 7 days ahead).
type ReserveRequest struct {
	_           struct{}   `cbor:",toarray"`
	Entitlement number.Row `json:"entitlement"`
	Until       int64      `json:"until"` // UTC seconds
}

// Check refuses a malformed request with BAD_REQUEST.
func (r ReserveRequest) Check() error {
	if r.Until < 1 || r.Until > 1<<40 {
		return fault.New(fault.BadRequest, "until: want UTC seconds")
	}
	return r.Entitlement.Check()
}

// Reserve keeps the entitlement for the caller.
func Reserve(m Model, e Entitlement, req ReserveRequest, at At) (Entitlement, error) {
	if err := m.require(at.Caller); err != nil {
		return Entitlement{}, err
	}
	if err := e.requireState(Active, req.Entitlement, at.Now); err != nil {
		return Entitlement{}, err
	}
	if err := e.requireValid(req.Entitlement, at.Date); err != nil {
		return Entitlement{}, err
	}
	if req.Until <= at.Now {
		return Entitlement{}, fault.New(fault.Expired, "the reservation's end has passed")
	}
	if req.Until > at.Now+MaxReserveSecs {
		return Entitlement{}, fault.New(fault.Limit, "the reservation would end more than 7 days ahead")
	}
	next := e
	next.State, next.Holder, next.ReservedUntil = Reserved, at.Caller, req.Until
	return next, nil
}

// UnreserveRequest ends a reservation: its holder may, and after its end every
// party. Nothing needs the latter, which only tidies the row.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, WRONG_STATE, FORBIDDEN.
type UnreserveRequest struct {
	_           struct{}   `cbor:",toarray"`
	Entitlement number.Row `json:"entitlement"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r UnreserveRequest) Check() error { return r.Entitlement.Check() }

// Unreserve ends the reservation.
func Unreserve(e Entitlement, req UnreserveRequest, at At) (Entitlement, error) {
	if e.State != Reserved {
		return Entitlement{}, fault.New(fault.WrongState, "entitlement %s is %s", req.Entitlement, e.State)
	}
	if e.StateAt(at.Now) == Reserved && e.Holder != at.Caller {
		return Entitlement{}, fault.New(fault.Forbidden, "%s has not reserved entitlement %s",
			at.Caller, req.Entitlement)
	}
	next := e.free()
	next.State = Active
	return next, nil
}

package benefit

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

// ExpireRequest ends an entitlement whose last day has passed. Every party may.
//
// The points of unused uses go back to their lots, or, where the model keeps
// them, their funders owe the provider for them as if they were used; no fee is
// owed for that, and it can't be reversed.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, WRONG_STATE (it has ended,
// or its last day is still to come or today), LIMIT (an amount or position
// above 2⁵³−1).
type ExpireRequest struct {
	_           struct{}   `cbor:",toarray"`
	Entitlement number.Row `json:"entitlement"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r ExpireRequest) Check() error { return r.Entitlement.Check() }

// Expire ends the entitlement. It returns it as it then is, the lapse that the
// ledger records (false if there is none), and the pieces that go back.
func Expire(m Model, e Entitlement, req ExpireRequest, terms Terms,
	at At) (Entitlement, WriteOff, bool, spend.Line, error) {
	refuse := func(err error) (Entitlement, WriteOff, bool, spend.Line, error) {
		return Entitlement{}, WriteOff{}, false, nil, err
	}
	if e.State.Ended() {
		return refuse(fault.New(fault.WrongState, "entitlement %s is %s", req.Entitlement, e.State))
	}
	if e.requireValid(req.Entitlement, at.Date) == nil {
		return refuse(fault.New(fault.WrongState, "entitlement %s can be used until %s", req.Entitlement, e.Until))
	}
	next := e.free()
	next.State, next.Commitment = Expired, nil
	unused := e.Unused()
	if m.Lapse == Refund || len(unused) == 0 {
		return next, WriteOff{}, false, unused, nil
	}
	owed, exact, err := e.worth(e.after(e.Used), e.Points(), m.Provider, terms)
	if err != nil {
		return refuse(err)
	}
	value, err := exact.Round(amount.HalfEven)
	if err != nil {
		return refuse(err)
	}
	w := m.writeOff(e, req.Entitlement, terms, at)
	w.Scene, w.Value, w.Owed = LapseScene, value, append(w.Owed, owed...)
	return next, w, true, nil, nil
}

// RevokeRequest takes an entitlement back before it is used up. Whoever granted
// it and the provider may. The points of unused uses go back to their lots. One that
// was never used gives back what it took of the quota and of the member's number,
// and, where a campaign gave it whose terms say so, of the member's awards, the
// budget and the funders' caps.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE (it
// has ended).
type RevokeRequest struct {
	_           struct{}   `cbor:",toarray"`
	Entitlement number.Row `json:"entitlement"`
	Reason      string     `json:"reason"` // a code such as granted_in_error
}

// Check refuses a malformed request with BAD_REQUEST.
func (r RevokeRequest) Check() error {
	if err := name.CheckID("reason", r.Reason); err != nil {
		return err
	}
	return r.Entitlement.Check()
}

// Revoke takes the entitlement back. It returns it as it then is and the pieces
// that go back to their lots.
func Revoke(m Model, e Entitlement, req RevokeRequest, at At) (Entitlement, spend.Line, error) {
	if at.Caller != e.By && at.Caller != m.Provider {
		return Entitlement{}, nil, fault.New(fault.Forbidden, "%s neither granted nor provides entitlement %s",
			at.Caller, req.Entitlement)
	}
	if e.State.Ended() {
		return Entitlement{}, nil, fault.New(fault.WrongState, "entitlement %s is %s", req.Entitlement, e.State)
	}
	next := e.free()
	next.State, next.Commitment = Revoked, nil
	return next, e.Unused(), nil
}

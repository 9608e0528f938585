package points

import (
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// ActivateRequest gives the evidence that a pending lot waits for, such as a
// car's handover. Only the lot's activator may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE.
type ActivateRequest struct {
	_        struct{}   `cbor:",toarray"`
	Lot      number.Row `json:"lot"`
	Evidence codec.Hash `json:"evidence"` // SHA-256 of a document that the activator keeps
}

// Check refuses a malformed request with BAD_REQUEST.
func (r ActivateRequest) Check() error {
	if len(r.Evidence) != 32 {
		return fault.New(fault.BadRequest, "evidence: want the 32 bytes of a SHA-256")
	}
	return r.Lot.Check()
}

// Activate makes a pending lot spendable.
func Activate(lot Lot, req ActivateRequest, at At) (Lot, error) {
	if lot.Activator != at.Caller {
		return Lot{}, fault.New(fault.Forbidden, "%s is not the activator of %s", at.Caller, req.Lot)
	}
	if lot.State != Pending {
		return Lot{}, fault.New(fault.WrongState, "lot %s is %s", req.Lot, lot.State)
	}
	lot.State, lot.Evidence = Active, req.Evidence
	return lot, nil
}

// CancelRequest ends a pending lot whose evidence will not come. Its programme's
// issuer and its activator may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE.
type CancelRequest struct {
	_      struct{}   `cbor:",toarray"`
	Lot    number.Row `json:"lot"`
	Reason string     `json:"reason"` // a code such as sale_cancelled
}

// Check refuses a malformed request with BAD_REQUEST.
func (r CancelRequest) Check() error {
	if err := name.CheckID("reason", r.Reason); err != nil {
		return err
	}
	return r.Lot.Check()
}

// Cancel ends a pending lot.
func Cancel(lot Lot, issuer string, req CancelRequest, at At) (Lot, error) {
	if at.Caller != issuer && at.Caller != lot.Activator {
		return Lot{}, fault.New(fault.Forbidden, "%s is neither the issuer nor the activator of %s", at.Caller, req.Lot)
	}
	if lot.State != Pending {
		return Lot{}, fault.New(fault.WrongState, "lot %s is %s", req.Lot, lot.State)
	}
	lot.State, lot.Revoked = Cancelled, lot.Issued
	return lot, nil
}

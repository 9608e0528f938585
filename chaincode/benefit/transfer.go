package benefit

import (
	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// TransferRequest passes an entitlement on to another member. Only the home of
// the member who has it may, at the member's wish. Points that paid for it still
// go back, if they do, to the lots that they came from.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. NOT_FOUND: there is no such entitlement or member.
//  3. FORBIDDEN: the caller isn't the home of the member who has it.
//  4. WRONG_STATE: that member was erased.
//  5. FROZEN: the operator, the provider, who granted it, or an issuer of its points has frozen that wallet.
//  6. WRONG_STATE: it can't be passed on, or isn't ACTIVE.
//  7. EXPIRED: its last day has passed.
//  8. BAD_REQUEST: it goes to the same member, or a commitment is missing, or given where none is needed.
//  9. WRONG_STATE: the other member was erased.
//  10. INELIGIBLE: the other member isn't in the benefit's audience.
//  11. LIMIT: the other member has had as many as it may have.
type TransferRequest struct {
	_           struct{}        `cbor:",toarray"`
	Entitlement number.Row      `json:"entitlement"`
	To          string          `json:"to"`         // member
	Commitment  code.Commitment `json:"commitment"` // of the other member's next code; "" if the model needs none
}

// Check refuses a malformed request with BAD_REQUEST.
func (r TransferRequest) Check() error {
	if err := name.CheckID("to", r.To); err != nil {
		return err
	}
	if err := r.Commitment.Check(); err != nil {
		return err
	}
	return r.Entitlement.Check()
}

// Owner is the member who has an entitlement, as the member stands now.
type Owner struct {
	ID     string
	Home   string
	Erased bool
	Frozen bool // by somebody whose freeze counts for the entitlement
}

// Transfer passes the entitlement of its owner on to the member to.
func Transfer(m Model, e Entitlement, owner Owner, to string, req TransferRequest, at At) (Entitlement, error) {
	if at.Caller != owner.Home {
		return Entitlement{}, fault.New(fault.Forbidden, "%s is not the home of the member of %s",
			at.Caller, req.Entitlement)
	}
	if owner.Erased {
		return Entitlement{}, fault.New(fault.WrongState, "the member of %s was erased", req.Entitlement)
	}
	if owner.Frozen {
		return Entitlement{}, fault.New(fault.Frozen, "the wallet of the member of %s is frozen", req.Entitlement)
	}
	if !m.Transferable {
		return Entitlement{}, fault.New(fault.WrongState, "benefit %s can't be passed on", m.ID)
	}
	if err := e.requireState(Active, req.Entitlement, at.Now); err != nil {
		return Entitlement{}, err
	}
	if err := e.requireValid(req.Entitlement, at.Date); err != nil {
		return Entitlement{}, err
	}
	if owner.ID == to {
		return Entitlement{}, fault.New(fault.BadRequest, "to: want another member")
	}
	if err := m.checkCommitment(req.Commitment); err != nil {
		return Entitlement{}, err
	}
	next := e.free()
	next.State, next.Member, next.Commitment = Active, to, req.Commitment
	return next, nil
}

// NewCodeRequest replaces the code of an entitlement, because it was lost or
// seen by another. The member's home and whoever granted it may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the entitlement, its
// member), FORBIDDEN, WRONG_STATE (the member was erased, it needs no code, or isn't
// ACTIVE), EXPIRED.
type NewCodeRequest struct {
	_           struct{}        `cbor:",toarray"`
	Entitlement number.Row      `json:"entitlement"`
	Commitment  code.Commitment `json:"commitment"` // of the next code
}

// Check refuses a malformed request with BAD_REQUEST.
func (r NewCodeRequest) Check() error {
	if len(r.Commitment) == 0 {
		return fault.New(fault.BadRequest, "commitment: want one")
	}
	if err := r.Commitment.Check(); err != nil {
		return err
	}
	return r.Entitlement.Check()
}

// NewCode replaces the code.
func NewCode(m Model, e Entitlement, owner Owner, req NewCodeRequest, at At) (Entitlement, error) {
	if at.Caller != owner.Home && at.Caller != e.By {
		return Entitlement{}, fault.New(fault.Forbidden, "%s is neither the home of the member of %s nor granted it",
			at.Caller, req.Entitlement)
	}
	if owner.Erased {
		return Entitlement{}, fault.New(fault.WrongState, "the member of %s was erased", req.Entitlement)
	}
	if !m.Code {
		return Entitlement{}, fault.New(fault.WrongState, "benefit %s needs no code", m.ID)
	}
	if err := e.requireState(Active, req.Entitlement, at.Now); err != nil {
		return Entitlement{}, err
	}
	if err := e.requireValid(req.Entitlement, at.Date); err != nil {
		return Entitlement{}, err
	}
	next := e.free()
	next.State, next.Commitment = Active, req.Commitment
	return next, nil
}

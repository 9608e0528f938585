package settlement

import (
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// ClaimRequest asks that a statement stands as the ledger adds it up, whatever the other side signs or doesn't. When
// the deadline has passed it is settled so, without what was disputed by then. Either of the two may that has signed
// it: whoever says that a line is wrong disputes that line in time.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the cycle or the pair), WRONG_STATE (the cycle isn't
// COMPUTED, the statement has ended, or the caller hasn't signed it), CONFLICT (one of the two has claimed it).
type ClaimRequest struct {
	_     struct{} `cbor:",toarray"`
	Cycle string   `json:"cycle"`
	With  string   `json:"with"` // the other party
}

// Check refuses a malformed request with BAD_REQUEST.
func (r ClaimRequest) Check() error {
	if err := name.CheckID("cycle", r.Cycle); err != nil {
		return err
	}
	return name.CheckID("with", r.With)
}

// Claimed is the statement as one of its parties claims it.
func (p Pair) Claimed(closed Close, caller string) (Pair, error) {
	if err := closed.Require(Computed); err != nil {
		return Pair{}, err
	}
	mine := p.SignedA
	if caller == p.B {
		mine = p.SignedB
	}
	switch {
	case p.State.Ended():
		return Pair{}, fault.New(fault.WrongState, "the statement of %s and %s is %s", p.A, p.B, p.State)
	case len(mine.Root) == 0:
		return Pair{}, fault.New(fault.WrongState, "%s hasn't signed the statement of %s and %s", caller, p.A, p.B)
	case p.Claim != "":
		return Pair{}, fault.New(fault.Conflict, "%s has claimed the statement of %s and %s", p.Claim, p.A, p.B)
	}
	p.Claim = caller
	return p, nil
}

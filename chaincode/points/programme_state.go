package points

import (
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// ProgrammeState is where a programme stands.
//
//	OPEN ⇄ SUSPENDED, CLOSED
//
// Nothing new is issued, awarded or converted into a programme that isn't OPEN. What is out
// can be spent, refunded and converted until it expires whatever the state: a programme that
// could stop that would turn its members' points into its issuer's gain. Wallets are frozen
// one by one.
type ProgrammeState uint8

// The states of a programme.
const (
	OpenToIssue ProgrammeState = iota
	SuspendedIssue
	ClosedIssue
)

var programmeStates = name.Words{"OPEN", "SUSPENDED", "CLOSED"}

// MarshalJSON writes the state's name.
func (s ProgrammeState) MarshalJSON() ([]byte, error) { return programmeStates.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *ProgrammeState) UnmarshalJSON(data []byte) error {
	i, err := programmeStates.Unmarshal(data)
	*s = ProgrammeState(i)
	return err
}

// String is the state's name.
func (s ProgrammeState) String() string { return programmeStates.Of(uint8(s)) }

// SetProgrammeRequest suspends a programme, closes it, or opens it again. Its issuer may; the
// operator may suspend it, and only the operator opens again what it has suspended.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN (the caller has neither role), NOT_FOUND,
// FORBIDDEN, WRONG_STATE (it is so already), LIMIT (its issuer has changed it too often today).
type SetProgrammeRequest struct {
	_         struct{}       `cbor:",toarray"`
	Programme string         `json:"programme"`
	State     ProgrammeState `json:"state"`
	Reason    string         `json:"reason"` // a code such as replaced
}

// Check refuses a malformed request with BAD_REQUEST.
func (r SetProgrammeRequest) Check() error {
	if r.State > ClosedIssue {
		return fault.New(fault.BadRequest, "state: want OPEN, SUSPENDED or CLOSED")
	}
	if err := name.CheckID("reason", r.Reason); err != nil {
		return err
	}
	return name.CheckID("programme", r.Programme)
}

// Set changes the programme's state; operator says whether the caller is it.
func (p Programme) Set(req SetProgrammeRequest, operator bool, at At) (Programme, error) {
	byAnother := p.State == SuspendedIssue && p.StateBy != p.Issuer
	switch {
	case p.Issuer == at.Caller && (!byAnother || req.State == ClosedIssue):
	case operator && req.State == SuspendedIssue && p.State == OpenToIssue:
	case operator && req.State == OpenToIssue && byAnother:
	case p.Issuer == at.Caller:
		return Programme{}, fault.New(fault.Forbidden, "%s was suspended by %s", p.ID, p.StateBy)
	default:
		return Programme{}, fault.New(fault.Forbidden, "%s is not the issuer of %s", at.Caller, p.ID)
	}
	if p.State == req.State {
		return Programme{}, fault.New(fault.WrongState, "%s is %s", p.ID, p.State)
	}
	p.State, p.StateBy, p.Reason = req.State, at.Caller, req.Reason
	if at.Caller != p.Issuer {
		return p, nil
	}
	return p.onceMore(at)
}

// RequireOpen refuses with WRONG_STATE a programme into which nothing new comes.
func (p Programme) RequireOpen() error {
	if p.State != OpenToIssue {
		return fault.New(fault.WrongState, "%s is %s", p.ID, p.State)
	}
	return nil
}

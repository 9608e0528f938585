package member

import (
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// InvitationState is where an invitation stands.
type InvitationState uint8

// The states of an invitation. Used and Cancelled are final.
const (
	InvitationOpen InvitationState = 1 + iota
	InvitationUsed
	InvitationCancelled
)

var invitationStates = name.Words{"", "OPEN", "USED", "CANCELLED"}

// MarshalJSON writes the state's name.
func (s InvitationState) MarshalJSON() ([]byte, error) { return invitationStates.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *InvitationState) UnmarshalJSON(data []byte) error {
	state, err := invitationStates.Unmarshal(data)
	*s = InvitationState(state)
	return err
}

// String is the state's name.
func (s InvitationState) String() string { return invitationStates.Of(uint8(s)) }

// Invitation lets the party that it is for link one account to the member, or
// merge another member into it, once the member says its code there. The code is
// in the clear from the moment it is sent, to everybody who sees the envelope
// before it is ordered: so it must be of no use to anybody else.
type Invitation struct {
	_          struct{}        `cbor:",toarray"`
	Member     string          `json:"member"`
	By         string          `json:"by"`  // party that made it, before which the member stood
	For        string          `json:"for"` // the only party that may use it
	Commitment code.Commitment `json:"commitment"`
	Until      int64           `json:"until"` // UTC seconds; from then on it can't be used
	State      InvitationState `json:"state"`
}

// InviteRequest makes an invitation. The member's home may, and a party that
// names an account of its own that is linked to the member: the member has shown
// itself at that counter.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the member, or the party
// that it is for), FORBIDDEN, WRONG_STATE (the member is merged or erased),
// EXPIRED, LIMIT (more than 7 days ahead).
type InviteRequest struct {
	_          struct{}        `cbor:",toarray"`
	Member     string          `json:"member"`
	Channel    string          `json:"channel"` // of the caller's, with the account; the home may leave both ""
	Account    codec.Hash      `json:"account"`
	For        string          `json:"for"` // party
	Commitment code.Commitment `json:"commitment"`
	Until      int64           `json:"until"` // UTC seconds
}

// Check refuses a malformed request with BAD_REQUEST.
func (r InviteRequest) Check() error {
	if err := name.CheckID("member", r.Member); err != nil {
		return err
	}
	if r.HasAccount() {
		if err := checkAccount(r.Channel, r.Account); err != nil {
			return err
		}
	}
	if err := name.CheckID("for", r.For); err != nil {
		return err
	}
	if len(r.Commitment) == 0 {
		return fault.New(fault.BadRequest, "commitment: want the code's")
	}
	if err := r.Commitment.Check(); err != nil {
		return err
	}
	return checkUntil(r.Until)
}

// HasAccount says whether the request names an account.
func (r InviteRequest) HasAccount() bool { return r.Channel != "" || len(r.Account) > 0 }

// Invite makes the invitation. proven says whether the request names an account
// of the caller's that is linked to the member.
func Invite(m Member, proven bool, req InviteRequest, at At) (Invitation, error) {
	if !proven {
		if err := m.requireHome(at.Caller); err != nil {
			return Invitation{}, err
		}
	}
	if err := m.requireActive(); err != nil {
		return Invitation{}, err
	}
	if err := within(req.Until, at.Now, MaxInvitationSecs); err != nil {
		return Invitation{}, err
	}
	return Invitation{
		Member: m.ID, By: at.Caller, For: req.For, Commitment: req.Commitment, Until: req.Until, State: InvitationOpen,
	}, nil
}

// CancelInvitationRequest ends an invitation that wasn't used. Only the party
// that made it may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE.
type CancelInvitationRequest struct {
	_          struct{}       `cbor:",toarray"`
	Invitation number.Command `json:"invitation"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r CancelInvitationRequest) Check() error { return r.Invitation.Check() }

// Cancel ends the invitation.
func (i Invitation) Cancel(req CancelInvitationRequest, at At) (Invitation, error) {
	if i.By != at.Caller {
		return Invitation{}, fault.New(fault.Forbidden, "invitation %s is not %s's", req.Invitation, at.Caller)
	}
	if i.State != InvitationOpen {
		return Invitation{}, fault.New(fault.WrongState, "invitation %s is %s", req.Invitation, i.State)
	}
	next := i
	next.State = InvitationCancelled
	return next, nil
}

// accept uses the invitation for a member. Refused, first that applies:
// WRONG_STATE, EXPIRED, FORBIDDEN, WRONG_CODE, UNAUTHORISED.
func (i Invitation) accept(id number.Command, member string, cd code.Code, at At) (Invitation, error) {
	switch {
	case i.State != InvitationOpen:
		return Invitation{}, fault.New(fault.WrongState, "invitation %s is %s", id, i.State)
	case at.Now >= i.Until:
		return Invitation{}, fault.New(fault.Expired, "invitation %s has ended", id)
	case i.For != at.Caller:
		return Invitation{}, fault.New(fault.Forbidden, "invitation %s is not for %s", id, at.Caller)
	case !cd.Opens(i.Commitment):
		return Invitation{}, fault.New(fault.WrongCode, "the code is not that of invitation %s", id)
	case i.Member != member:
		return Invitation{}, fault.New(fault.Unauthorised, "invitation %s is of another member", id)
	}
	next := i
	next.State = InvitationUsed
	return next, nil
}

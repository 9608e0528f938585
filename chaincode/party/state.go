package party

import (
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// State is where a party stands.
//
//	PENDING ──its first command──▶ ACTIVE ⇄ SUSPENDED
//	  └────────────close──────────┴──▶ CLOSED ──reopen──▶ PENDING, ACTIVE
//
// A party that is SUSPENDED or CLOSED begins nothing new. What it owes and is owed goes on:
// holds and orders are delivered, timed out and refunded, statements signed, debts paid,
// points that are out spent; its members can be invited elsewhere, merged and erased.
type State uint8

// The states of a party.
const (
	Active State = iota
	Pending
	Suspended
	Closed
)

var states = name.Words{"ACTIVE", "PENDING", "SUSPENDED", "CLOSED"}

// MarshalJSON writes the state's name.
func (s State) MarshalJSON() ([]byte, error) { return states.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *State) UnmarshalJSON(data []byte) error {
	i, err := states.Unmarshal(data)
	*s = State(i)
	return err
}

// String is the state's name.
func (s State) String() string { return states.Of(uint8(s)) }

// SetRequest suspends a party, closes it, or reopens it (ACTIVE). Only the operator may. One
// that was closed before its first command is PENDING when it is reopened, and takes no
// place among the consortium's parties meanwhile.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, NOT_FOUND, WRONG_STATE (it is so
// already, is the operator, or is PENDING and to be suspended), LIMIT (the consortium is full).
type SetRequest struct {
	_      struct{} `cbor:",toarray"`
	Party  string   `json:"party"`
	State  State    `json:"state"`
	Reason string   `json:"reason"` // a code such as licence_expired
}

// Check refuses a malformed request with BAD_REQUEST.
func (r SetRequest) Check() error {
	if r.State == Pending || r.State > Closed {
		return fault.New(fault.BadRequest, "state: want ACTIVE, SUSPENDED or CLOSED")
	}
	if err := name.CheckID("reason", r.Reason); err != nil {
		return err
	}
	return name.CheckID("party", r.Party)
}

// Set changes the state.
func (p Party) Set(req SetRequest) (Party, error) {
	next := p
	if next.State = req.State; req.State == Active && p.Since.IsZero() {
		next.State = Pending
	}
	switch {
	case p.Roles.Has(Operator):
		return Party{}, fault.New(fault.WrongState, "%s is the operator", p.ID)
	case next.State == p.State || p.State == Pending && req.State == Suspended:
		return Party{}, fault.New(fault.WrongState, "party %s is %s", p.ID, p.State)
	}
	next.Reason = req.Reason
	return next, nil
}

// Begin is the party with its first command: so there is a member of the channel with its name.
func (p Party) Begin(first number.Command) Party {
	p.State, p.Since = Active, first
	return p
}

// BeginPeerRequest says that the caller runs a peer from now on, which must endorse
// whatever is done in its name: its lane heads move in a namespace of its own, whose
// existence and policy are facts of the channel. The command itself is sealed there, so
// nobody can send it for a party without that party's peer. It goes alone, and its
// lane's sequence, as all later ones, follows on the highest of the party's lanes.
//
// Every party may. Refused, first that applies: BAD_REQUEST, CONFLICT (it has begun).
type BeginPeerRequest struct {
	_ struct{} `cbor:",toarray"`
}

// Check lets everything pass: there is nothing to get wrong.
func (BeginPeerRequest) Check() error { return nil }

// BeginPeer is the party with a peer, whose lanes had come to a sequence.
func (p Party) BeginPeer(sequence uint64) (Party, error) {
	if p.Peer {
		return Party{}, fault.New(fault.Conflict, "%s has begun its peer", p.ID)
	}
	p.Peer, p.Base = true, sequence
	return p, nil
}

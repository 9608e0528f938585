// Package member is the member centre (统一会员中心): which channel account is
// whose, what a member has agreed to, and what is known of a member.
//
// Nouns. A *member* is a pseudonym with a home, the enterprise that keeps the
// person's data; nothing on the ledger says who it is. An *account* is a salted
// commitment to one customer of one party's channel, so that a counter that
// knows the salt recognises the member (渠道识别). An *invitation* is the member's
// own word, by a one-time code, that somebody may link an account or merge. A
// *consent* lets the home share a profile with named parties. An *authorisation*
// (积分认证) lets one acceptor spend so many points. *Labels* are what one party
// says of a member (标签).
//
//	member         ACTIVE ──merge──▶ MERGED        ACTIVE ──erase──▶ ERASED
//	account        LINKED ──unlink, erase──▶ UNLINKED
//	invitation     OPEN ──link, merge──▶ USED      OPEN ──cancel──▶ CANCELLED
//	consent        ACTIVE ──withdraw, erase──▶ WITHDRAWN
//	authorisation  OPEN ──revoke──▶ REVOKED ◀──revoke── WAITING ──its code──▶ USED
//
// A merged member's lots, accounts and authorisations keep the pseudonym that
// they were made with; the chain of merges leads from it to one root, in at most
// MaxDepth steps. The root names all of them, so that what was counted of one person
// under several pseudonyms counts together.
//
// The one invariant: a root counts its live accounts and consents exactly, and
// the live consents of a root were all made by its home. So an erasure names all
// that has to go, without a range, and its home can purge all of it.
//
// Every function here is pure: rows in, rows out, no ledger, no clock.
package member

import (
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// At is the setting of a command.
type At = number.At

// State is where a member stands.
type State uint8

// The states of a member. Merged and Erased are final.
const (
	Active State = 1 + iota
	Merged       // into another member
	Erased       // at the person's wish
)

var states = name.Words{"", "ACTIVE", "MERGED", "ERASED"}

// MarshalJSON writes the state's name.
func (s State) MarshalJSON() ([]byte, error) { return states.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *State) UnmarshalJSON(data []byte) error {
	state, err := states.Unmarshal(data)
	*s = State(state)
	return err
}

// String is the state's name.
func (s State) String() string { return states.Of(uint8(s)) }

// Member is one pseudonym.
type Member struct {
	_        struct{}       `cbor:",toarray"`
	ID       string         `json:"id"`   // pseudonym; means nothing outside the home
	Home     string         `json:"home"` // party that keeps the person's data and acts at the person's wish
	State    State          `json:"state"`
	Into     string         `json:"into"`     // member that it was merged into, "" for a root
	Depth    uint8          `json:"depth"`    // longest chain of merges that ends here, 0 … MaxDepth
	Merged   []string       `json:"merged"`   // all that were merged into it, at any remove, 0 … MaxMerged
	Key      Key            `json:"key"`      // the member's own, or none
	Accounts uint16         `json:"accounts"` // live ones of all that were merged into it, 0 … MaxAccounts
	Consents uint16         `json:"consents"` // likewise, 0 … MaxConsents
	Freezes  []Freeze       `json:"freezes"`  // of a root, sorted by party; lifted ones until the next day
	Number   number.Command `json:"number"`   // command that enrolled it
	// business date on which another than its home last linked an account, 0 for never
	Linked date.Date `json:"linked"`
	Links  uint8     `json:"links"` // how often on that date
}

// requireHome refuses with FORBIDDEN whoever isn't the member's home.
func (m Member) requireHome(caller string) error {
	if m.Home != caller {
		return fault.New(fault.Forbidden, "%s is not the home of member %s", caller, m.ID)
	}
	return nil
}

// requireActive refuses with WRONG_STATE a member that is merged or erased.
func (m Member) requireActive() error {
	switch m.State {
	case Active:
		return nil
	case Merged:
		return fault.New(fault.WrongState, "member %s was merged into %s", m.ID, m.Into)
	case Erased:
	}
	return fault.New(fault.WrongState, "member %s is %s", m.ID, m.State)
}

// EnrolRequest makes a member whose home is the caller, with its first account
// or none. Issuers and acceptors may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN (the caller is neither),
// CONFLICT (the pseudonym or the account was used before, if only by what is
// erased or unlinked).
type EnrolRequest struct {
	_       struct{}   `cbor:",toarray"`
	Member  string     `json:"member"`  // a new pseudonym
	Channel string     `json:"channel"` // of the caller's, with the account; or both ""
	Account codec.Hash `json:"account"` // AccountCommitment, or ""
	Key     Key        `json:"key"`     // or ""
}

// Check refuses a malformed request with BAD_REQUEST.
func (r EnrolRequest) Check() error {
	if err := name.CheckID("member", r.Member); err != nil {
		return err
	}
	if r.HasAccount() {
		if err := checkAccount(r.Channel, r.Account); err != nil {
			return err
		}
	}
	return r.Key.Check()
}

// HasAccount says whether the member is enrolled with an account.
func (r EnrolRequest) HasAccount() bool { return r.Channel != "" || len(r.Account) > 0 }

// Wallets are the pseudonyms under which a root's points and counts stand:
// its own first.
func (m Member) Wallets() []string { return append([]string{m.ID}, m.Merged...) }

// Enrol makes the member. Its account, if it has one, is made by NewAccount.
func Enrol(req EnrolRequest, at At) Member {
	m := Member{
		ID: req.Member, Home: at.Caller, State: Active, Merged: []string{}, Key: req.Key.orNone(), Number: at.Number,
	}
	if req.HasAccount() {
		m.Accounts = 1
	}
	return m
}

// SetKeyRequest replaces the key with which the member signs, or removes it.
// Only the home may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, WRONG_STATE.
type SetKeyRequest struct {
	_      struct{} `cbor:",toarray"`
	Member string   `json:"member"`
	Key    Key      `json:"key"` // "" removes it
}

// Check refuses a malformed request with BAD_REQUEST.
func (r SetKeyRequest) Check() error {
	if err := name.CheckID("member", r.Member); err != nil {
		return err
	}
	return r.Key.Check()
}

// SetKey replaces the key. What was signed with the old one counts as long as
// the authorisation that was made of it.
func (m Member) SetKey(req SetKeyRequest, at At) (Member, error) {
	if err := m.requireHome(at.Caller); err != nil {
		return Member{}, err
	}
	if err := m.requireActive(); err != nil {
		return Member{}, err
	}
	next := m
	next.Key = req.Key.orNone()
	return next, nil
}

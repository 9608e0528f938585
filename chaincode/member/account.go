package member

import (
	"crypto/hmac"
	"crypto/sha256"

	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// AccountState is where an account stands.
type AccountState uint8

// The states of an account. Unlinked is final: linked anew it gets a new salt.
const (
	Linked AccountState = 1 + iota
	Unlinked
)

var accountStates = name.Words{"", "LINKED", "UNLINKED"}

// MarshalJSON writes the state's name.
func (s AccountState) MarshalJSON() ([]byte, error) { return accountStates.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *AccountState) UnmarshalJSON(data []byte) error {
	state, err := accountStates.Unmarshal(data)
	*s = AccountState(state)
	return err
}

// String is the state's name.
func (s AccountState) String() string { return accountStates.Of(uint8(s)) }

// Account ties one customer of one party's channel (渠道账户) to a member. The
// party, the channel and the commitment are its key.
type Account struct {
	_      struct{}       `cbor:",toarray"`
	Member string         `json:"member"` // as it was when the account was linked
	State  AccountState   `json:"state"`
	Number number.Command `json:"number"` // command that linked it
}

// accountLabel keeps a commitment from being any other hash of this system.
const accountLabel = "tallystick account v1\n"

// AccountCommitment is what the ledger knows of an account: HMAC-SHA-256, keyed
// with the SaltSize random bytes that the party keeps for this account, of
// label ‖ PARTY ‖ "\n" ‖ CHANNEL ‖ "\n" ‖ customer id. Without the salt it says
// nothing; with it, it can be found again. Erasing the salt ends that.
func AccountCommitment(salt []byte, party, channel, customer string) codec.Hash {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(accountLabel + party + "\n" + channel + "\n" + customer))
	return mac.Sum(nil)
}

func checkAccount(channel string, account codec.Hash) error {
	if err := name.CheckID("channel", channel); err != nil {
		return err
	}
	return checkHash("account", account)
}

func checkHash(what string, h codec.Hash) error {
	if len(h) != sha256.Size {
		return fault.New(fault.BadRequest, "%s: want 64 hexadecimal digits", what)
	}
	return nil
}

// NewAccount is an account of the member, linked by this command.
func NewAccount(member string, at At) Account {
	return Account{Member: member, State: Linked, Number: at.Number}
}

// LinkRequest links an account of the caller's to a member: with an invitation,
// issuers and acceptors may; without one, only the member's home.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. FORBIDDEN: the caller is neither issuer nor acceptor.
//  3. NOT_FOUND: there is no such member or invitation.
//  4. FORBIDDEN: the request names no invitation, and the caller isn't the home.
//  5. WRONG_STATE: the member is merged or erased.
//
// Then, of the invitation:
//
//  6. WRONG_STATE: it is used or cancelled.
//  7. EXPIRED: it has ended.
//  8. FORBIDDEN: it is for another party.
//  9. WRONG_CODE: the one-time code is wrong.
//
// Then:
//
//  10. UNAUTHORISED: the invitation is another member's.
//  11. CONFLICT: the account was linked before.
//  12. LIMIT: the member has 32 live accounts, or others than its home linked MaxLinks today.
type LinkRequest struct {
	_          struct{}       `cbor:",toarray"`
	Member     string         `json:"member"`
	Channel    string         `json:"channel"`    // of the caller's
	Account    codec.Hash     `json:"account"`    // AccountCommitment
	Invitation number.Command `json:"invitation"` // or ""
	Code       code.Code      `json:"code"`       // of the invitation
}

// Check refuses a malformed request with BAD_REQUEST.
func (r LinkRequest) Check() error {
	if err := name.CheckID("member", r.Member); err != nil {
		return err
	}
	if err := checkAccount(r.Channel, r.Account); err != nil {
		return err
	}
	if r.Invitation.IsZero() {
		if len(r.Code) > 0 {
			return fault.New(fault.BadRequest, "code: without its invitation")
		}
		return nil
	}
	return checkInvited(r.Invitation, r.Code)
}

// checkInvited refuses with BAD_REQUEST what names no invitation or gives no code.
func checkInvited(invitation number.Command, cd code.Code) error {
	if err := invitation.Check(); err != nil {
		return err
	}
	if len(cd) == 0 {
		return fault.New(fault.BadRequest, "code: want the invitation's")
	}
	return cd.Check()
}

// Link counts the account, MaxLinks of others than the home on a business date: all that the member does reads its row,
// and whoever has one account could invite itself, link another and end it, in every block. inv is the invitation that
// the request names, nil if it names none; taken says whether the account was linked before. It returns the member and
// the invitation as they then are.
func Link(m Member, inv *Invitation, taken bool, req LinkRequest, at At) (Member, *Invitation, error) {
	if inv == nil {
		if err := m.requireHome(at.Caller); err != nil {
			return Member{}, nil, err
		}
	}
	if err := m.requireActive(); err != nil {
		return Member{}, nil, err
	}
	var used *Invitation
	if inv != nil {
		next, err := inv.accept(req.Invitation, m.ID, req.Code, at)
		if err != nil {
			return Member{}, nil, err
		}
		used = &next
	}
	if taken {
		return Member{}, nil, fault.New(fault.Conflict, "the account was linked before")
	}
	if m.Accounts >= MaxAccounts {
		return Member{}, nil, fault.New(fault.Limit, "member %s has %d accounts", m.ID, MaxAccounts)
	}
	next := m
	if at.Caller != m.Home {
		if next.Linked != at.Date {
			next.Linked, next.Links = at.Date, 0
		}
		if next.Links >= MaxLinks {
			return Member{}, nil, fault.New(fault.Limit,
				"%d accounts were linked to member %s on %s; wait for the next business date",
				next.Links, m.ID, at.Date)
		}
		next.Links++
	}
	next.Accounts++
	return next, used, nil
}

// UnlinkRequest ends an account. Its party and the member's home may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the member, the account,
// or it is another member's), FORBIDDEN, WRONG_STATE (it has ended).
type UnlinkRequest struct {
	_       struct{}   `cbor:",toarray"`
	Member  string     `json:"member"` // or any that it was merged from or into
	Party   string     `json:"party"`  // whose account it is
	Channel string     `json:"channel"`
	Account codec.Hash `json:"account"`
	Reason  string     `json:"reason"` // a code such as customer_left
}

// Check refuses a malformed request with BAD_REQUEST.
func (r UnlinkRequest) Check() error {
	if err := name.CheckID("member", r.Member); err != nil {
		return err
	}
	if err := name.CheckID("party", r.Party); err != nil {
		return err
	}
	if err := checkAccount(r.Channel, r.Account); err != nil {
		return err
	}
	return name.CheckID("reason", r.Reason)
}

// Unlink ends the account of a root. It returns both as they then are.
func Unlink(root Member, account Account, req UnlinkRequest, at At) (Member, Account, error) {
	if req.Party != at.Caller {
		if err := root.requireHome(at.Caller); err != nil {
			return Member{}, Account{}, err
		}
	}
	if account.State != Linked {
		return Member{}, Account{}, fault.New(fault.WrongState, "the account is %s", account.State)
	}
	next, ended := root, account
	next.Accounts--
	ended.State = Unlinked
	return next, ended, nil
}

package member

import (
	"cmp"
	"slices"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// AccountID names one account.
type AccountID struct {
	_       struct{}   `cbor:",toarray"`
	Party   string     `json:"party"`
	Channel string     `json:"channel"`
	Account codec.Hash `json:"account"`
}

// compare sorts accounts by party, channel and commitment.
func (a AccountID) compare(b AccountID) int {
	return cmp.Or(cmp.Compare(a.Party, b.Party), cmp.Compare(a.Channel, b.Channel),
		slices.Compare(a.Account, b.Account))
}

// LabelsID names what one party says of one pseudonym.
type LabelsID struct {
	_      struct{} `cbor:",toarray"`
	Member string   `json:"member"` // or one that was merged into it
	Party  string   `json:"party"`
}

// compare sorts labels by member and party.
func (l LabelsID) compare(b LabelsID) int {
	return cmp.Or(cmp.Compare(l.Member, b.Member), cmp.Compare(l.Party, b.Party))
}

// EraseRequest forgets a member at the person's wish (注销). Only the home may.
// It names every live account and consent of the member and of all that were
// merged into it; accounts end, consents are withdrawn and what was shared is
// purged. It names the labels, too, which go whoever gave them; if one came in
// between, the home does it again and names what is left. With the parties' salts
// gone too, nothing leads from a person to the pseudonym, nothing that it has can
// move, and every balance and statement still recomputes.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the member, an account, a
// consent, labels), FORBIDDEN, WRONG_STATE (the member is merged, or erased and the
// request names no labels), CONFLICT (the lists of accounts and consents aren't
// exactly the live ones, or labels are another member's).
type EraseRequest struct {
	_        struct{}         `cbor:",toarray"`
	Member   string           `json:"member"`
	Accounts []AccountID      `json:"accounts"` // sorted by party, channel and account, each once
	Consents []number.Command `json:"consents"` // each once
	Labels   []LabelsID       `json:"labels"`   // sorted by member and party, each once
	Reason   string           `json:"reason"`   // a code such as member_asked
}

// Check refuses a malformed request with BAD_REQUEST.
func (r EraseRequest) Check() error {
	if err := name.CheckID("member", r.Member); err != nil {
		return err
	}
	if len(r.Accounts) > MaxAccounts || len(r.Consents) > MaxConsents {
		return fault.New(fault.BadRequest, "want at most %d accounts and %d consents", MaxAccounts, MaxConsents)
	}
	for i, a := range r.Accounts {
		if err := name.CheckID("party", a.Party); err != nil {
			return fault.At("accounts", i, err)
		}
		if err := checkAccount(a.Channel, a.Account); err != nil {
			return fault.At("accounts", i, err)
		}
		if i > 0 && r.Accounts[i-1].compare(a) >= 0 {
			return fault.New(fault.BadRequest, "accounts: want them sorted, each once")
		}
	}
	for i, n := range r.Consents {
		if err := n.Check(); err != nil {
			return fault.At("consents", i, err)
		}
		if slices.Contains(r.Consents[:i], n) {
			return fault.New(fault.BadRequest, "consents: want each once")
		}
	}
	if err := r.checkLabels(); err != nil {
		return err
	}
	return name.CheckID("reason", r.Reason)
}

func (r EraseRequest) checkLabels() error {
	if len(r.Labels) > MaxLabelled {
		return fault.New(fault.BadRequest, "labels: want at most %d", MaxLabelled)
	}
	for i, l := range r.Labels {
		if err := name.CheckID("labels", l.Member); err != nil {
			return err
		}
		if err := name.CheckID("labels", l.Party); err != nil {
			return err
		}
		if i > 0 && r.Labels[i-1].compare(l) >= 0 {
			return fault.New(fault.BadRequest, "labels: want them sorted, each once")
		}
	}
	return nil
}

// Held is an account or a consent with the root of the member that it is of.
type Held[T any] struct {
	Row  T
	Root string
}

// Purged names a party whose share of a consent is to be purged.
type Purged struct {
	Consent number.Command
	Party   string
}

// Erasure is what an erasure leaves.
type Erasure struct {
	Member   Member
	Accounts []Account // in the order of the request
	Consents []Consent
	Purge    []Purged
}

// Erase forgets the member. accounts[i] and consents[i] are those that the
// request names.
func Erase(m Member, accounts []Held[Account], consents []Held[Consent], req EraseRequest, at At) (Erasure, error) {
	if err := m.requireHome(at.Caller); err != nil {
		return Erasure{}, err
	}
	for _, l := range req.Labels {
		if !slices.Contains(m.Wallets(), l.Member) {
			return Erasure{}, fault.New(fault.Conflict, "labels of %s are not of member %s", l.Member, m.ID)
		}
	}
	if m.State == Erased && len(req.Labels) > 0 && len(req.Accounts)+len(req.Consents) == 0 {
		return Erasure{Member: m}, nil
	}
	if err := m.requireActive(); err != nil {
		return Erasure{}, err
	}
	live := func(state bool, root string) bool { return state && root == m.ID }
	exact := len(accounts) == int(m.Accounts) && len(consents) == int(m.Consents)
	for _, a := range accounts {
		exact = exact && live(a.Row.State == Linked, a.Root)
	}
	for _, c := range consents {
		exact = exact && live(c.Row.State == ConsentActive, c.Root)
	}
	if !exact {
		return Erasure{}, fault.New(fault.Conflict,
			"member %s has %d live accounts and %d live consents: name exactly these", m.ID, m.Accounts, m.Consents)
	}
	left := Erasure{Member: m}
	left.Member.State, left.Member.Key, left.Member.Accounts, left.Member.Consents = Erased, nil, 0, 0
	for _, a := range accounts {
		a.Row.State = Unlinked
		left.Accounts = append(left.Accounts, a.Row)
	}
	for i, c := range consents {
		ended, parties := c.Row.end()
		left.Consents = append(left.Consents, ended)
		for _, p := range parties {
			left.Purge = append(left.Purge, Purged{req.Consents[i], p})
		}
	}
	return left, nil
}

package importer

import (
	"crypto/rand"
	"encoding/hex"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/client/clean"
	"tallystick/client/vault"
)

// What becomes of a line whose customer is no member.
const (
	refusing  = "refuse"
	enrolling = "enrol"
)

// who is the member that a line is about: a customer whom the vault knows as a member,
// or, with a plain pseudonym, the member's id itself.
type who struct{ customer, plain string }

// who reads a line's member, in every kind alike. It asks nobody: which member a
// customer is, the drafts ask.
func (m *Mapping) who(l *line) (w who, err error) {
	id, err := m.id(l, partMember)
	if err != nil {
		return w, err
	}
	if m.Pseudonym == plain {
		w.plain = id
	}
	if m.Pseudonym == keyed || m.form.accounts {
		if w.customer, err = clean.Customer(l.parts[partMember]); err != nil {
			return w, l.wrong(partMember, "%s", strings.TrimPrefix(err.(*fault.Error).Text, "customer: "))
		}
	}
	return w, nil
}

// key tells members apart.
func (w who) key() string { return w.plain + "\n" + w.customer }

// someone is a member for checking requests before the customer's is known.
func (w who) someone() string {
	if w.plain != "" {
		return w.plain
	}
	return "m"
}

// noMember is why a line is refused whose customer isn't one of the party's members.
const noMember = "the customer isn't a member: enrol the customer first (kind: members), or say unknown: enrol in the mapping"

// member is the member that a line's customer is, as the vault has it: the one that the
// customer's account was linked to. A customer whom the vault doesn't know is nobody,
// and doomed says so.
func (s Stores) member(m *Mapping, w who) (id, doomed string, err error) {
	if m.Pseudonym == plain {
		return w.plain, "", nil
	}
	account, found, err := s.account(m.Channels[0], w.customer)
	if err != nil {
		return "", "", err
	}
	if !found {
		return nobody(), noMember, nil
	}
	return account.Member, "", nil
}

// nobody is a member who isn't there, and whom nobody can enrol in time: a command about
// him is refused.
func nobody() string {
	var random [12]byte
	rand.Read(random[:]) // it never fails
	return "nobody-" + hex.EncodeToString(random[:])
}

// maxKnown is how many accounts an import keeps in mind.
const maxKnown = 100_000

// known are accounts that the vault was asked for.
type known map[string]vault.Account

// account finds a customer, and keeps in mind whom it found.
func (s Stores) account(channel, customer string) (vault.Account, bool, error) {
	key := channel + "\n" + customer
	if account, found := s.known[key]; found {
		return account, true, nil
	}
	account, found, err := s.Vault.Account(channel, customer)
	if found && err == nil {
		s.keep(account, customer)
	}
	return account, found, err
}

func (s Stores) keep(account vault.Account, customer string) {
	if s.known == nil {
		return
	}
	if len(s.known) >= maxKnown {
		clear(s.known)
	}
	s.known[account.Channel+"\n"+customer] = account
}

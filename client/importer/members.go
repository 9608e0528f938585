package importer

import (
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/client/vault"
)

// members are customers who become members, each once, with an account of each
// of the mapping's channels: member:Enrol with the first, member:Link with the
// others.
//
// One position is one command, and a member's are neighbours in the one shard:
// the source's own order and cursor then do for a member what they do for a
// line, and a run that ends between two accounts goes on with the second.
type members struct{}

func (members) form() form {
	return form{must: []part{partMember}, ordered: always, once: true, accounts: true, vault: always, index: always}
}

func (members) check(*Mapping) error { return nil }

func (members) item(m *Mapping, _ Stores, l *line) (*Item, error) {
	w, err := m.who(l)
	if err != nil {
		return nil, err
	}
	if err := l.checked(member.EnrolRequest{Member: w.someone()}); err != nil {
		return nil, err
	}
	item := &Item{key: w.key(), Adds: Totals{Members: 1, Accounts: uint64(len(m.Channels))}}
	for i, channel := range m.Channels {
		wanted := vault.Wanted{Channel: channel, Customer: w.customer, Member: w.plain, Like: m.Channels[0]}
		item.takes = append(item.takes, wanted)
		item.Drafts = append(item.Drafts, func(s Stores) (command.Request, string, error) {
			return s.enrolment(wanted, i == 0)
		})
		item.met = append(item.met, func(s Stores) (bool, string, error) {
			linked, err := s.isLinked(wanted)
			return linked, "", err
		})
	}
	return item, nil
}

// enrolment enrols a customer with the first account, and links the others to the same
// member. The vault takes the account in before the ledger hears of it: an account
// whose salt is lost is nobody's. One whom the vault knows keeps the salt, so that a
// second run makes the same command; should the customer be another member by now, the
// ledger refuses the command as the account was linked before.
func (s Stores) enrolment(wanted vault.Wanted, first bool) (command.Request, string, error) {
	account, found, err := s.account(wanted.Channel, wanted.Customer)
	if err == nil && !found {
		var taken []vault.Account
		if taken, err = s.Vault.Take(wanted); err == nil {
			account = taken[0]
		}
	}
	if err != nil {
		return nil, "", err
	}
	id, of := wanted.Member, account
	if id == "" {
		if of, found, err = s.account(wanted.Like, wanted.Customer); err != nil || !found {
			return nil, "", errNotTaken(err)
		}
		id = of.Member
	}
	if first {
		return member.EnrolRequest{Member: id, Channel: wanted.Channel, Account: account.Commitment}, "", nil
	}
	return member.LinkRequest{Member: id, Channel: wanted.Channel, Account: account.Commitment}, "", nil
}

func errNotTaken(err error) error {
	if err == nil {
		err = fault.New(fault.Internal, "a customer that the vault took in isn't there")
	}
	return err
}

// isLinked says whether an account is linked to the member whom the customer is, so that
// enrolling once more has nothing left to do.
func (s Stores) isLinked(wanted vault.Wanted) (bool, error) {
	if s.Linked == nil {
		return false, nil
	}
	account, found, err := s.account(wanted.Channel, wanted.Customer)
	if err != nil || !found || wanted.Member != "" && wanted.Member != account.Member {
		return false, err
	}
	id, err := s.Linked(account.Channel, account.Commitment)
	return id != "" && id == account.Member, err
}

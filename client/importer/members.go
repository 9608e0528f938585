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
	return form{must: []part{partMember}, ordered: true, once: true}
}

func (members) check(*Mapping) error { return nil }

func (members) item(m *Mapping, s Stores, l line) (*Item, error) {
	id, err := m.member(s, l)
	if err != nil {
		return nil, err
	}
	if err := l.checkCustomer(); err != nil {
		return nil, err
	}
	if err := checked(member.EnrolRequest{Member: id}); err != nil {
		return nil, err
	}
	item := &Item{key: id, Adds: Totals{Members: 1, Accounts: uint64(len(m.Channels))}}
	customer := l.parts[partMember]
	for i, channel := range m.Channels {
		item.Drafts = append(item.Drafts, func(s Stores) (command.Request, string, error) {
			account, err := s.account(channel, customer, id)
			if err != nil {
				return nil, "", err
			}
			if i == 0 {
				return member.EnrolRequest{Member: id, Channel: channel, Account: account.Commitment}, "", nil
			}
			return member.LinkRequest{Member: id, Channel: channel, Account: account.Commitment}, "", nil
		})
	}
	return item, nil
}

// account takes a customer into the vault, before the ledger hears of him: an
// account whose salt is lost is nobody's. One whom the vault knows keeps his
// salt, so that a second run makes the same command; should he be another member
// by now, the ledger refuses the command as the account was linked before.
func (s Stores) account(channel, customer, id string) (vault.Account, error) {
	account, err := s.Vault.NewAccount(channel, customer, id)
	if fault.CodeOf(err) != fault.Conflict {
		return account, err
	}
	account, _, err = s.Vault.Account(channel, customer)
	return account, err
}

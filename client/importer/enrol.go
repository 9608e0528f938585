package importer

import (
	"context"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/client/vault"
)

// enrol makes members of those customers who are none, and answers how many they were.
// One whom the vault knows, but not the ledger, was left half-way by an earlier run.
func (f *feeding) enrol(ctx context.Context, people []who) (uint64, error) {
	channel := f.Mapping.Channels[0]
	var wanted []vault.Wanted
	seen := map[string]bool{}
	for _, w := range people {
		if w.customer == "" || seen[w.customer] {
			continue
		}
		seen[w.customer] = true
		there, err := f.isMember(channel, w.customer)
		if err != nil {
			return 0, err
		}
		if !there {
			wanted = append(wanted, vault.Wanted{Channel: channel, Customer: w.customer, Like: channel})
		}
	}
	if len(wanted) == 0 {
		return 0, nil
	}
	accounts, err := f.Stores.Vault.Take(wanted...)
	if err != nil {
		return 0, err
	}
	reqs := make([]command.Request, len(accounts))
	for i, a := range accounts {
		reqs[i] = member.EnrolRequest{Member: a.Member, Channel: a.Channel, Account: a.Commitment}
	}
	n := uint64(0)
	for i, err := range f.Enrol(ctx, reqs) {
		if code := fault.CodeOf(err); err != nil &&
			code != fault.Conflict { // CONFLICT: somebody was faster, and the award will say
			return n, err
		}
		f.Stores.keep(accounts[i], wanted[i].Customer)
		n++
	}
	return n, nil
}

// isMember says whether a customer is a member, as far as vault and ledger know; who was
// found or enrolled in this run is kept in mind.
func (f *feeding) isMember(channel, customer string) (bool, error) {
	if _, kept := f.Stores.known[channel+"\n"+customer]; kept {
		return true, nil
	}
	account, found, err := f.Stores.Vault.Account(channel, customer)
	if err != nil || !found {
		return false, err
	}
	id, err := f.Stores.Linked(channel, account.Commitment)
	if err != nil || id == "" {
		return false, err
	}
	f.Stores.keep(account, customer)
	return true, nil
}

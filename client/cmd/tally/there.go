package main

import (
	"maps"
	"slices"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/client/books"
	"tallystick/client/index"
)

// What a question names must be there: an empty answer about nobody would pass for one about somebody who has nothing.

// memberThere is NOT_FOUND unless the ledger has a member, or points for one who is yet to be enrolled.
func memberThere(ix *index.Index, id string) error {
	_, _, err := ix.Member(id)
	if fault.CodeOf(err) != fault.NotFound {
		return err
	}
	w, err := ix.Wallet(id)
	if err == nil && len(w.Lots)+len(w.Held) == 0 {
		err = fault.New(fault.NotFound, "there is no member %.64s; tally member recognise finds a customer's", id)
	}
	return err
}

// partyThere is NOT_FOUND unless the ledger has a party.
func partyThere(ix *index.Index, id string) error {
	_, list, err := ix.Parties()
	if err == nil && !slices.ContainsFunc(list, func(p party.Party) bool { return p.ID == id }) {
		err = fault.New(fault.NotFound, "there is no party %.64s", id)
	}
	return err
}

// programmeThere is NOT_FOUND unless the ledger has a programme.
func programmeThere(ix *index.Index, id string) error {
	_, list, err := ix.Programmes()
	if err == nil && !slices.ContainsFunc(list, func(p points.Programme) bool { return p.ID == id }) {
		err = fault.New(fault.NotFound, "there is no programme %.64s", id)
	}
	return err
}

// policyThere is NOT_FOUND unless the ledger has all programmes that a policy speaks of: what it says of none would change nothing.
func policyThere(ix *index.Index, policy books.Policy) error {
	for _, id := range slices.Sorted(maps.Keys(policy.Redemption)) {
		if err := programmeThere(ix, id); err != nil {
			return err
		}
	}
	return nil
}

// cycleThere is NOT_FOUND unless the ledger has a cycle, open or closed.
func cycleThere(ix *index.Index, id string) error {
	_, open, err := ix.Cycle()
	if err != nil || open.ID == id {
		return err
	}
	_, _, err = ix.Closed(id)
	return err
}

// narrowed is what a list is narrowed to, "" for what it isn't.
type narrowed struct{ member, party string }

// there is NOT_FOUND unless what a list is narrowed to is there.
func (n narrowed) there(ix *index.Index) error {
	if n.member != "" {
		if err := memberThere(ix, n.member); err != nil {
			return err
		}
	}
	if n.party != "" {
		return partyThere(ix, n.party)
	}
	return nil
}

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
func memberThere(r *index.Reading, id string) error {
	_, err := r.Member(id)
	if fault.CodeOf(err) != fault.NotFound {
		return err
	}
	w, err := r.Wallet(id)
	if err == nil && len(w.Lots)+len(w.Held) == 0 {
		err = fault.New(fault.NotFound, "there is no member %.64s; tally member recognise finds a customer's", id)
	}
	return err
}

// partyThere is NOT_FOUND unless the ledger has a party.
func partyThere(r *index.Reading, id string) error {
	list, err := r.Parties()
	if err == nil && !slices.ContainsFunc(list, func(p party.Party) bool { return p.ID == id }) {
		err = fault.New(fault.NotFound, "there is no party %.64s", id)
	}
	return err
}

// programmeThere is NOT_FOUND unless the ledger has a programme.
func programmeThere(r *index.Reading, id string) error {
	list, err := r.Programmes()
	if err == nil && !slices.ContainsFunc(list, func(p points.Programme) bool { return p.ID == id }) {
		err = fault.New(fault.NotFound, "there is no programme %.64s", id)
	}
	return err
}

// policyThere is NOT_FOUND unless the ledger has all programmes that a policy speaks of: what it says of none would change nothing.
func policyThere(r *index.Reading, policy books.Policy) error {
	for _, id := range slices.Sorted(maps.Keys(policy.Redemption)) {
		if err := programmeThere(r, id); err != nil {
			return err
		}
	}
	return nil
}

// cycleThere is NOT_FOUND unless the ledger has a cycle, open or closed.
func cycleThere(r *index.Reading, id string) error {
	open, err := r.Cycle()
	if err != nil || open.ID == id {
		return err
	}
	_, err = r.Closed(id)
	return err
}

// narrowed is what a list is narrowed to, "" for what it isn't.
type narrowed struct{ member, party string }

// there is NOT_FOUND unless what a list is narrowed to is there.
func (n narrowed) there(r *index.Reading) error {
	if n.member != "" {
		if err := memberThere(r, n.member); err != nil {
			return err
		}
	}
	if n.party != "" {
		return partyThere(r, n.party)
	}
	return nil
}

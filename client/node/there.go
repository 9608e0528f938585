package node

import (
	"slices"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/client/index"
)

// What a question names must be there: an empty answer about nobody would pass for one about somebody who has nothing.

// MemberThere is NOT_FOUND unless the ledger has a member, or points for one who is yet to be enrolled.
func MemberThere(r *index.Reading, id string) error {
	_, err := r.Member(id)
	if fault.CodeOf(err) != fault.NotFound {
		return err
	}
	w, err := r.Wallet(id)
	if err == nil && len(w.Lots)+len(w.Held) == 0 {
		err = fault.New(fault.NotFound, "there is no member %.64s; `member.recognise` finds a customer's", id)
	}
	return err
}

// PartyThere is NOT_FOUND unless the ledger has a party.
func PartyThere(r *index.Reading, id string) error {
	list, err := r.Parties()
	if err == nil && !slices.ContainsFunc(list, func(p party.Party) bool { return p.ID == id }) {
		err = fault.New(fault.NotFound, "there is no party %.64s", id)
	}
	return err
}

// ProgrammeThere is NOT_FOUND unless the ledger has a programme.
func ProgrammeThere(r *index.Reading, id string) error {
	list, err := r.Programmes()
	if err == nil && !slices.ContainsFunc(list, func(p points.Programme) bool { return p.ID == id }) {
		err = fault.New(fault.NotFound, "there is no programme %.64s", id)
	}
	return err
}

// CycleThere is NOT_FOUND unless the ledger has a cycle, open or closed.
func CycleThere(r *index.Reading, id string) error {
	open, err := r.Cycle()
	if err != nil || open.ID == id {
		return err
	}
	_, err = r.Closed(id)
	return err
}

// Narrowed is what a list is narrowed to, "" for what it isn't.
type Narrowed struct{ Member, Party string }

// There is NOT_FOUND unless what a list is narrowed to is there.
func (n Narrowed) There(r *index.Reading) error {
	if n.Member != "" {
		if err := MemberThere(r, n.Member); err != nil {
			return err
		}
	}
	if n.Party != "" {
		return PartyThere(r, n.Party)
	}
	return nil
}

// ProgrammeQuery names a programme.
type ProgrammeQuery struct {
	Programme string `json:"programme"`
}

// MemberRequest names a member.
type MemberRequest struct {
	Member string `json:"member"`
}

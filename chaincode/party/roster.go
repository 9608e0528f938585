package party

import (
	"slices"

	"tallystick/chaincode/fault"
)

// MaxParties is the most parties of a consortium: closing a cycle reads all lanes of all.
const MaxParties = 128

// Roster is the parties that were ever registered, sorted, but for those that were closed before their first command.
// Closing a cycle reads all lanes of all of them, so that no party's commands can be left out.
type Roster struct {
	_       struct{} `cbor:",toarray"`
	Parties []string `json:"parties"`
}

// Plus adds a party. LIMIT above MaxParties.
func (r Roster) Plus(id string) (Roster, error) {
	if len(r.Parties) >= MaxParties {
		return Roster{}, fault.New(fault.Limit, "the consortium has %d parties", MaxParties)
	}
	i, _ := slices.BinarySearch(r.Parties, id)
	return Roster{Parties: slices.Insert(slices.Clone(r.Parties), i, id)}, nil
}

// Minus takes a party out that has never sent a command.
func (r Roster) Minus(id string) Roster {
	list := slices.Clone(r.Parties)
	return Roster{Parties: slices.DeleteFunc(list, func(p string) bool { return p == id })}
}

package party

import (
	"slices"

	"tallystick/chaincode/fault"
)

// MaxParties is the most parties of a consortium: closing a cycle reads all lanes of all.
const MaxParties = 128

// Directory is the parties that were ever registered, sorted, but for those that were closed before their first
// command. Closing a cycle reads all lanes of all of them, so that no party's commands can be left out.
type Directory struct {
	_       struct{} `cbor:",toarray"`
	Parties []string `json:"parties"`
}

// Plus adds a party. LIMIT above MaxParties.
func (r Directory) Plus(id string) (Directory, error) {
	if len(r.Parties) >= MaxParties {
		return Directory{}, fault.New(fault.Limit, "the consortium has %d parties", MaxParties)
	}
	i, _ := slices.BinarySearch(r.Parties, id)
	return Directory{Parties: slices.Insert(slices.Clone(r.Parties), i, id)}, nil
}

// Minus takes a party out that has never sent a command.
func (r Directory) Minus(id string) Directory {
	list := slices.Clone(r.Parties)
	return Directory{Parties: slices.DeleteFunc(list, func(p string) bool { return p == id })}
}

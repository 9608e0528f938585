package settlement

import (
	"cmp"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

// MaxPositions is the most pairs of parties, by programme, that one lane can
// make owe each other in a cycle.
const MaxPositions = 4096

// Positions is what one lane's commands of a cycle make the parties owe each
// other, sorted by debtor, creditor and programme. All of it is one row, so
// that netting reads parties × lanes rows, whatever the number of redemptions.
type Positions struct {
	_    struct{}   `cbor:",toarray"`
	List []Position `json:"list"`
}

// Position is what a debtor owes a creditor for points of one programme, or, with
// no programme, for a fee.
type Position struct {
	_         struct{}     `cbor:",toarray"`
	Debtor    string       `json:"debtor"`
	Creditor  string       `json:"creditor"`
	Programme string       `json:"programme"` // "" for a fee
	Points    amount.Units `json:"points"`
	Fen       amount.Units `json:"fen"`
}

// Owe is one thing that makes a debtor owe a creditor. A return is the opposite:
// creditor and debtor change places, and nothing is subtracted.
type Owe struct {
	_         struct{}     `cbor:",toarray"`
	Debtor    string       `json:"debtor"`
	Creditor  string       `json:"creditor"`
	Programme string       `json:"programme"` // "" for a fee
	Points    amount.Units `json:"points"`
	Fen       amount.Units `json:"fen"`
}

func (p Position) order(q Position) int {
	return cmp.Or(cmp.Compare(p.Debtor, q.Debtor), cmp.Compare(p.Creditor, q.Creditor), cmp.Compare(p.Programme, q.Programme))
}

// Plus adds what is owed. What a party owes itself, and nothing, is left out.
// LIMIT above 2⁵³−1 or MaxPositions.
func (p Positions) Plus(owe Owe) (Positions, error) {
	if owe.Debtor == owe.Creditor || owe.Points == 0 && owe.Fen == 0 {
		return p, nil
	}
	one := Position{Debtor: owe.Debtor, Creditor: owe.Creditor, Programme: owe.Programme}
	i, found := slices.BinarySearchFunc(p.List, one, Position.order)
	if !found {
		if len(p.List) >= MaxPositions {
			return Positions{}, fault.New(fault.Limit, "the lane has %d positions in this cycle", MaxPositions)
		}
		one.Points, one.Fen = owe.Points, owe.Fen
		return Positions{List: slices.Insert(slices.Clone(p.List), i, one)}, nil
	}
	one = p.List[i]
	var err error
	if one.Points, err = one.Points.Add(owe.Points); err != nil {
		return Positions{}, err
	}
	if one.Fen, err = one.Fen.Add(owe.Fen); err != nil {
		return Positions{}, err
	}
	next := slices.Clone(p.List)
	next[i] = one
	return Positions{List: next}, nil
}

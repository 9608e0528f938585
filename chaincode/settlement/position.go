package settlement

import (
	"cmp"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
)

// MaxPositions is the most pairs of parties, by programme, that one lane can
// make owe each other in a cycle.
const MaxPositions = 4096

// Positions is what one lane's commands of a cycle make the parties owe each
// other, sorted by debtor, creditor and programme. All of it is one row, so
// that netting reads parties × lanes rows, whatever the number of redemptions.
// The chain binds each obligation that it sums up, hidden ones included.
type Positions struct {
	_     struct{}   `cbor:",toarray"`
	List  []Position `json:"list"`
	Chain codec.Hash `json:"chain"` // SHA-256(chain before ‖ obligation), from nothing
}

// Position is what a debtor owes a creditor for points of one programme, or, with
// no programme, for what isn't for points.
type Position struct {
	_         struct{}     `cbor:",toarray"`
	Debtor    string       `json:"debtor"`
	Creditor  string       `json:"creditor"`
	Programme string       `json:"programme"`
	Count     uint64       `json:"count"` // obligations
	Points    amount.Units `json:"points"`
	Fen       amount.Units `json:"fen"`
}

func (p Position) order(q Position) int {
	return cmp.Or(cmp.Compare(p.Debtor, q.Debtor), cmp.Compare(p.Creditor, q.Creditor), cmp.Compare(p.Programme, q.Programme))
}

// Note adds an obligation and binds it. LIMIT above 2⁵³−1 or MaxPositions.
func (p Positions) Note(o Obligation) (Positions, error) {
	next, err := p.Plus(Position{Debtor: o.Debtor, Creditor: o.Creditor, Programme: o.Programme, Count: 1, Points: o.Points, Fen: o.Fen})
	next.Chain = p.Bind(o)
	return next, err
}

// Bind is the chain with one more obligation.
func (p Positions) Bind(o Obligation) codec.Hash { return link(p.Chain, o) }

// NoteHidden binds a hidden obligation; Veiled sums it up.
func (p Positions) NoteHidden(h Hidden) Positions {
	p.Chain = link(p.Chain, h)
	return p
}

// Plus adds a position to its like, and leaves the chain as it is. LIMIT above
// 2⁵³−1 or MaxPositions.
func (p Positions) Plus(one Position) (Positions, error) {
	i, found := slices.BinarySearchFunc(p.List, one, Position.order)
	if !found {
		if len(p.List) >= MaxPositions {
			return Positions{}, fault.New(fault.Limit, "there are %d positions in this cycle", MaxPositions)
		}
		p.List = slices.Insert(slices.Clone(p.List), i, one)
		return p, nil
	}
	sum, err := p.List[i].plus(one)
	if err != nil {
		return Positions{}, err
	}
	p.List = slices.Clone(p.List)
	p.List[i] = sum
	return p, nil
}

func (p Position) plus(q Position) (_ Position, err error) {
	p.Count += q.Count
	if p.Points, err = p.Points.Add(q.Points); err != nil {
		return Position{}, err
	}
	p.Fen, err = p.Fen.Add(q.Fen)
	return p, err
}

// Package spend is what a spend takes of a member's lots: pieces, end to end.
//
// A hold, a trade and an entitlement each keep such a line. Point n of it lies in
// a certain lot; what was taken in this order is used in this order, and unwound
// by it:
//
//	points    0          40        67           100
//	pieces    ├── lot A ──┼─ lot B ─┼─── lot C ───┤
//	          └─ Between(0, 50) ─┘└─ Between(50, 100) ─┘
//
// Cutting a line in parts and laying the parts end to end gives the line.
package spend

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/number"
)

// Piece is an amount of one lot that a spend took.
type Piece struct {
	_         struct{}     `cbor:",toarray"`
	Lot       number.Row   `json:"lot"`
	Programme string       `json:"programme"`
	Funder    string       `json:"funder"` // party that owes what it is worth
	Amount    amount.Units `json:"amount"`
}

// Line is pieces end to end, in the order in which the spend named their lots.
type Line []Piece

// Sum is the amount of all pieces.
func (l Line) Sum() (sum amount.Units) {
	for _, p := range l {
		sum += p.Amount // checked when the pieces were named
	}
	return sum
}

// Between returns the pieces of the points from..to, cut at both ends.
func (l Line) Between(from, to amount.Units) Line {
	var cut Line
	at := amount.Units(0)
	for _, p := range l {
		low, high := max(at, from), min(at+p.Amount, to)
		if at += p.Amount; low < high {
			p.Amount = high - low
			cut = append(cut, p)
		}
	}
	return cut
}

// Moved is an amount of one programme.
type Moved struct {
	Programme string
	Amount    amount.Units
}

// ByProgramme sums the pieces up, in the order in which programmes first stand.
func (l Line) ByProgramme() []Moved {
	var list []Moved
	for _, p := range l {
		i := slices.IndexFunc(list, func(m Moved) bool { return m.Programme == p.Programme })
		if i < 0 {
			i, list = len(list), append(list, Moved{Programme: p.Programme})
		}
		list[i].Amount += p.Amount
	}
	return list
}

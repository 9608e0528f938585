package goods

import (
	"tallystick/chaincode/fault"
	"tallystick/chaincode/pedersen"
)

// perFen is how many of the hidden unit a fen has: ten-thousandths, so that a
// commission in basis points of whole fen is whole too.
const perFen = 10_000

// Owes is what the seller owes the supplier's party for so many units of a line, in
// hidden ten-thousandths of a fen. The line has terms. BAD_REQUEST for terms that
// are no commitment.
func (l Line) Owes(quantity uint32) (pedersen.Sum, error) {
	if l.Kind == Supply {
		return l.Terms.Times(uint64(quantity))
	}
	kept, err := l.Terms.Times(1)
	if err != nil {
		return pedersen.Sum{}, err
	}
	left, err := oneFen.Minus(kept)
	if err != nil {
		return pedersen.Sum{}, err
	}
	return left.Times(l.price(quantity))
}

// oneFen is a fen, which everyone knows, in the hidden unit. Of each, a seller on
// commission owes what it doesn't keep: taking that so often costs half of what it
// costs to take both so often.
var oneFen = pedersen.Public(pedersen.Whole(perFen))

// OwesOpened opens what Owes comes to, for those who know the terms' value. Refused:
// BAD_REQUEST (a malformed opening, or no terms), INSUFFICIENT (a commission of more
// than the price), LIMIT.
func (l Line) OwesOpened(terms pedersen.Opening, quantity uint32) (pedersen.Opening, error) {
	switch l.Kind {
	case Supply:
		return terms.Times(uint64(quantity))
	case Commission:
		sold, err := l.sold(quantity)
		if err != nil {
			return pedersen.Opening{}, err
		}
		kept, err := terms.Times(l.price(quantity))
		if err != nil {
			return pedersen.Opening{}, err
		}
		return pedersen.Known(sold).Minus(kept)
	}
	return pedersen.Opening{}, fault.New(fault.BadRequest, "the line has no terms")
}

// price is what so many units were sold at, in fen. The order checked the sum of all.
func (l Line) price(quantity uint32) uint64 { return uint64(l.Fen) * uint64(quantity) }

// sold is the same in the hidden unit.
func (l Line) sold(quantity uint32) (pedersen.Value, error) {
	return pedersen.Whole(l.price(quantity)).Times(perFen)
}

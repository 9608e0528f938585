package goods

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/spend"
)

// worth is what points count for at the storefront, in fen: by programme their
// number × the tender's value, half to even. WRONG_STATE for a programme that it doesn't take.
func worth(tenders []Tender, line spend.Line) (sum amount.Units, err error) {
	for _, m := range line.ByProgramme() {
		i := slices.IndexFunc(tenders, func(t Tender) bool { return t.Programme == m.Programme })
		if i < 0 {
			return 0, fault.New(fault.WrongState, "the storefront doesn't take %s", m.Programme)
		}
		fen, err := tenders[i].Value.Of(m.Amount, amount.HalfEven)
		if err != nil {
			return 0, err
		}
		if sum, err = sum.Add(fen); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// reach is the least number of a line's points that count for so many fen, all of
// them if they count for less. worth never falls as points are added, so halving
// finds it.
func reach(tenders []Tender, line spend.Line, fen amount.Units) (amount.Units, error) {
	low, high := amount.Units(0), line.Sum()
	for low < high {
		middle := (low + high) / 2
		has, err := worth(tenders, line.Between(0, middle))
		if err != nil {
			return 0, err
		}
		if has >= fen {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low, nil
}

// nearest is the number of a line's points whose worth is nearest to so many fen; of two that are as
// near, the smaller. So what goes back for the last units of a line, which begins where that ends, is their
// worth within half a point, in the member's favour.
func nearest(tenders []Tender, line spend.Line, fen amount.Units) (amount.Units, error) {
	over, err := reach(tenders, line, fen)
	if err != nil || over == 0 {
		return 0, err
	}
	above, err := worth(tenders, line.Between(0, over))
	if err != nil {
		return 0, err
	}
	below, err := worth(tenders, line.Between(0, over-1))
	if err != nil {
		return 0, err
	}
	if below < fen && fen-below <= above-fen {
		return over - 1, nil
	}
	return over, nil
}

// paid is how the first so many fen of a part were paid: with points from the
// start of its line, and when these are used up, with cash. Points that count for
// nothing belong to the first fen.
func (p Part) paid(tenders []Tender, fen amount.Units) (points, cash amount.Units, err error) {
	inPoints := p.Value() - p.Cash
	switch {
	case fen == 0:
		return 0, 0, nil
	case fen >= inPoints:
		return p.Pieces.Sum(), fen - inPoints, nil
	}
	points, err = nearest(tenders, p.Pieces, fen)
	return points, 0, err
}

// split shares an order's points and cash out among its parts, in their order: each
// part's first fen are those that follow on the part before. The parts have their
// lines already.
func split(parts []Part, tenders []Tender, line spend.Line, cash amount.Units) ([]Part, error) {
	whole := Part{Pieces: line, Cash: cash}
	for _, p := range parts {
		whole.Lines = append(whole.Lines, p.Lines...)
	}
	value, fromPoints, fromCash := amount.Units(0), amount.Units(0), amount.Units(0)
	shared := slices.Clone(parts)
	for i := range shared {
		value += shared[i].Value()
		toPoints, toCash, err := whole.paid(tenders, value)
		if err != nil {
			return nil, err
		}
		shared[i].Pieces, shared[i].Cash = line.Between(fromPoints, toPoints), toCash-fromCash
		fromPoints, fromCash = toPoints, toCash
	}
	return shared, nil
}

// Kept is what paid for the units of a part that weren't returned: the points, in
// the order of the part's line, and the fen of both points and cash.
func (o Order) Kept(part Part) (line spend.Line, fen amount.Units, err error) {
	start := amount.Units(0)
	for _, l := range part.Lines {
		kept := l.Fen * amount.Units(l.Quantity-l.Returned)
		from, _, err := part.paid(o.Tenders, start)
		if err != nil {
			return nil, 0, err
		}
		to, _, err := part.paid(o.Tenders, start+kept)
		if err != nil {
			return nil, 0, err
		}
		line = append(line, part.Pieces.Between(from, to)...)
		start, fen = start+l.Value(), fen+kept
	}
	return line, fen, nil
}

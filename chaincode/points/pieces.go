package points

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// Piece is an amount of one lot.
type Piece struct {
	_      struct{}     `cbor:",toarray"`
	Lot    number.Row   `json:"lot"`
	Amount amount.Units `json:"amount"`
}

func checkPieces(pieces []Piece) error {
	if len(pieces) < 1 || len(pieces) > MaxPieces {
		return fault.New(fault.BadRequest, "pieces: want 1 to %d", MaxPieces)
	}
	seen := make(map[number.Row]bool, len(pieces))
	sum := amount.Units(0)
	for _, p := range pieces {
		if err := p.Lot.Check(); err != nil {
			return err
		}
		if err := p.Amount.Check(); err != nil {
			return err
		}
		if seen[p.Lot] {
			return fault.New(fault.BadRequest, "lot %s stands twice", p.Lot)
		}
		seen[p.Lot] = true
		var err error
		if sum, err = sum.Add(p.Amount); err != nil {
			return err
		}
	}
	return nil
}

// inOrder refuses with WRONG_ORDER a spend that doesn't take its lots earliest
// expiry first, each programme for itself, and drain one before the next.
// lots[i] is the lot of pieces[i].
func inOrder(pieces []Piece, lots []Lot) error {
	last := make(map[string]int, 4) // programme → the piece before, by index
	for i, lot := range lots {
		if before, ok := last[lot.Programme]; ok {
			if lot.Expires < lots[before].Expires {
				return fault.New(fault.WrongOrder, "lot %s expires before %s", pieces[i].Lot, pieces[before].Lot)
			}
			if pieces[before].Amount < lots[before].Available() {
				return fault.New(fault.WrongOrder, "lot %s is not drained before %s", pieces[before].Lot, pieces[i].Lot)
			}
		}
		last[lot.Programme] = i
	}
	return nil
}

// HeldPiece is an amount of one lot that a hold, a trade or a benefit took.
type HeldPiece struct {
	_         struct{}     `cbor:",toarray"`
	Lot       number.Row   `json:"lot"`
	Programme string       `json:"programme"`
	Funder    string       `json:"funder"` // party that owes what it is worth
	Amount    amount.Units `json:"amount"`
}

// Line is pieces end to end: point n of it lies in a certain lot. What was taken
// in this order is captured in this order, and unwound by it.
type Line []HeldPiece

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

// Owing is what one funder owes for points of one programme.
type Owing struct {
	Funder    string
	Programme string
	Points    amount.Units
	Fen       amount.Units
}

// Owing says what the funders owe for the points from..to, in the order in which
// they stand in the line. The worth of one funder's points is rounded half to
// even on all that was captured before and now, so that capturing in parts comes
// to the same as at once.
func (l Line) Owing(from, to amount.Units, programmes map[string]Programme) ([]Owing, error) {
	var list []Owing
	for _, p := range l.Between(from, to) {
		i := slices.IndexFunc(list, func(o Owing) bool { return o.Funder == p.Funder && o.Programme == p.Programme })
		if i < 0 {
			i, list = len(list), append(list, Owing{Funder: p.Funder, Programme: p.Programme})
		}
		list[i].Points += p.Amount
	}
	for i, o := range list {
		before := l.Between(0, from).of(o.Funder, o.Programme)
		worthBefore, err := programmes[o.Programme].Value(before)
		if err != nil {
			return nil, err
		}
		worth, err := programmes[o.Programme].Value(before + o.Points)
		if err != nil {
			return nil, err
		}
		list[i].Fen = worth - worthBefore
	}
	return list, nil
}

func (l Line) of(funder, programme string) (sum amount.Units) {
	for _, p := range l {
		if p.Funder == funder && p.Programme == programme {
			sum += p.Amount
		}
	}
	return sum
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

// Give sums up, by programme, what pieces take of their lots.
func Give(pieces []Piece, lots []Lot) []Moved {
	line := make(Line, len(pieces))
	for i, p := range pieces {
		line[i] = HeldPiece{Lot: p.Lot, Programme: lots[i].Programme, Amount: p.Amount}
	}
	return line.ByProgramme()
}

// GiveBack returns a piece to its lot. What comes back to a lot that has ended
// joins the breakage.
func GiveBack(lot Lot, piece HeldPiece) (_ Lot, broken amount.Units) {
	lot.Placed -= piece.Amount
	if lot.State == Expired {
		lot.Expired += piece.Amount
		broken = piece.Amount
	}
	return lot, broken
}

// Unwind returns a captured piece to its lot. If the lot has ended (last is its
// last day), the piece becomes a lot of its own with the programme's grace, which
// child then is. The piece then stays counted as placed in its old lot.
func Unwind(lot Lot, piece HeldPiece, rules Rules, last, today date.Date) (next Lot, child *Lot) {
	if lot.State == Active && last >= today {
		lot.Placed -= piece.Amount
		return lot, nil
	}
	return lot, &Lot{
		Programme: lot.Programme, Member: lot.Member, Funder: lot.Funder, Issued: piece.Amount,
		Expires: today + rules.graceDays(), Waits: lot.Waits, State: Active, Origin: Refunded, Parent: piece.Lot,
	}
}

package points

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/spend"
)

func checkPieces(pieces []spend.Take) error { return spend.Check(pieces, 1, MaxPieces) }

// inOrder refuses with WRONG_ORDER a spend that doesn't take its lots earliest
// expiry first, each programme for itself, and drain one before the next.
// lots[i] is the lot of pieces[i].
func inOrder(pieces []spend.Take, lots []Lot) error {
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

// Debt is what one funder owes for points of one programme.
type Debt struct {
	Funder    string
	Programme string
	Points    amount.Units
	Before    amount.Units // the funder's points of the line that went before
}

// Owing says what the funders owe for the points from..to, in the order in which they stand in the line.
func Owing(line spend.Line, from, to amount.Units) []Debt {
	list := debtsOf(line.Between(from, to))
	earlier := line.Between(0, from)
	for i, d := range list {
		list[i].Before = pointsOf(earlier, d.Funder, d.Programme)
	}
	return list
}

// debtsOf sums pieces up by funder and programme, in the order in which they stand.
func debtsOf(line spend.Line) (list []Debt) {
	for _, p := range line {
		i := slices.IndexFunc(list, func(d Debt) bool { return d.Funder == p.Funder && d.Programme == p.Programme })
		if i < 0 {
			i, list = len(list), append(list, Debt{Funder: p.Funder, Programme: p.Programme})
		}
		list[i].Points += p.Amount
	}
	return list
}

// pointsOf sums up a funder's points of a programme.
func pointsOf(line spend.Line, funder, programme string) (sum amount.Units) {
	for _, p := range line {
		if p.Funder == funder && p.Programme == programme {
			sum += p.Amount
		}
	}
	return sum
}

// Give sums up, by programme, what pieces take of their lots.
func Give(pieces []spend.Take, lots []Lot) []spend.Moved {
	line := make(spend.Line, len(pieces))
	for i, p := range pieces {
		line[i] = spend.Piece{Lot: p.Lot, Programme: lots[i].Programme, Amount: p.Amount}
	}
	return line.ByProgramme()
}

// GiveBack returns a piece to its lot. What comes back to a lot that has ended
// joins the breakage.
func GiveBack(lot Lot, piece spend.Piece) (_ Lot, broken amount.Units) {
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
func Unwind(lot Lot, piece spend.Piece, rules Rules, last, today date.Date) (next Lot, child *Lot) {
	if lot.State == Active && last >= today {
		lot.Placed -= piece.Amount
		return lot, nil
	}
	return lot, &Lot{
		Programme: lot.Programme, Member: lot.Member, Funder: lot.Funder, Issued: piece.Amount,
		Expires: today + rules.graceDays(), Waits: lot.Waits, State: Active, Origin: Refunded, Parent: piece.Lot,
	}
}

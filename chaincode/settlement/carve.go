package settlement

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/workday"
)

// Line is an obligation as a statement has it (明细).
type Line struct {
	Row        number.Row // what it is called
	Cycle      string     // that it belongs to
	Obligation Obligation
}

// disputed is the line as it stands.
func (l Line) disputed() Disputed {
	o := l.Obligation
	return Disputed{
		Line: l.Row, Debtor: o.Debtor, Creditor: o.Creditor, Programme: o.Programme, Points: o.Points, Fen: o.Fen,
	}
}

// Step is who does something, by which command, and the business date.
type Step struct {
	Caller  string
	By      number.Command
	Today   date.Date
	Skipped int32 // the open cycle's
}

// Carve leaves lines out of what is settled of the pair (剥离), and answers the dispute about them. The
// lines are those that the request names, in its order. The pair's sums, and what was signed, count
// them still: a root is of all lines.
func (p Pair) Carve(closed Close, req RaiseRequest, lines []Line, s Step) (Pair, Dispute, error) {
	if err := p.Opposable(closed, s); err != nil {
		return Pair{}, Dispute{}, err
	}
	if err := p.own(closed.ID, lines); err != nil {
		return Pair{}, Dispute{}, err
	}
	if n := p.carvedBy(s.Caller); n+len(lines) > MaxCarved {
		return Pair{}, Dispute{}, fault.New(fault.Limit, "%s disputes %d lines of %s and %s, want at most %d",
			s.Caller, n, p.A, p.B, MaxCarved)
	}
	d := Dispute{Cycle: closed.ID, By: s.Caller, Against: req.With, Reason: req.Reason, Evidence: req.Evidence,
		State: Raised, AnswerBy: workday.China.After(s.Today, closed.Policy.AnswerDays), Since: s.Today,
		Skipped: s.Skipped, Last: s.By,
	}
	p.Carved = slices.Clone(p.Carved)
	for _, line := range lines {
		one := line.disputed()
		d.Lines = append(d.Lines, one)
		p.Carved = append(p.Carved, Carved{
			Line: one.Line, Dispute: s.By, Debtor: one.Debtor, Programme: one.Programme, Points: one.Points,
			Fen: one.Fen,
		})
	}
	return p, d, nil
}

// carvedBy is how many lines one of the two disputes: neither can use up what the other may.
func (p Pair) carvedBy(party string) (n int) {
	for _, c := range p.Carved {
		if c.Dispute.Party == party {
			n++
		}
	}
	return n
}

// Opposable refuses with WRONG_STATE, then EXPIRED, to let lines of the statement be disputed.
func (p Pair) Opposable(closed Close, s Step) error {
	if err := closed.Require(Computed); err != nil {
		return err
	}
	if p.State.Ended() {
		return fault.New(fault.WrongState, "the statement of %s and %s is %s", p.A, p.B, p.State)
	}
	if closed.Day(Cycle{Date: s.Today, Skipped: s.Skipped}) > closed.SignBy {
		return fault.New(fault.Expired, "lines of cycle %s could be disputed until %s", closed.ID, closed.SignBy)
	}
	return nil
}

// own refuses with BAD_REQUEST a line that isn't of this statement, then with WRONG_STATE one that came of a dispute,
// since whoever could dispute it again in each cycle would never pay; then with CONFLICT one that was carved out.
func (p Pair) own(cycle string, lines []Line) error {
	for _, l := range lines {
		if l.Cycle != cycle || PairOf(l.Obligation.Debtor, l.Obligation.Creditor) != [2]string{p.A, p.B} {
			return fault.New(fault.BadRequest, "%s is no line of %s and %s in cycle %s", l.Row, p.A, p.B, cycle)
		}
	}
	for _, l := range lines {
		if l.Obligation.Kind == Adjustment {
			return fault.New(fault.WrongState, "%s is what came of a dispute: that is decided", l.Row)
		}
	}
	for _, l := range lines {
		if i := slices.IndexFunc(p.Carved, func(c Carved) bool { return c.Line == l.Row }); i >= 0 {
			return fault.New(fault.Conflict, "%s is in dispute %s", l.Row, p.Carved[i].Dispute)
		}
	}
	return nil
}

// Sum is how much is disputed, in fen, whichever way the lines run; up to 2⁵³−1.
func (d Dispute) Sum() (all amount.Units) {
	for _, l := range d.Lines {
		all = all.AddUpTo(l.Fen)
	}
	return all
}

package settlement

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/workday"
)

// Ended says whether the dispute is decided: nothing about it changes any more.
func (s DisputeState) Ended() bool {
	switch s {
	case Accepted, Closed, Ruled, Withdrawn, Lapsed:
		return true
	}
	return false
}

// Owed is what a dispute that has ended makes the parties owe, in the cycle that is open when it ends:
// what was ruled or agreed to, or the lines as they stood if it was withdrawn or lapsed. The rest of
// what was disputed is void.
//
//	Σ disputed = Σ owed + void
func (d Dispute) Owed() (list []Owe) {
	switch d.State {
	case Closed, Ruled:
		for _, a := range d.Decided {
			list = append(list, Owe{Kind: Adjustment, Debtor: a.Debtor, Creditor: a.Creditor, Fen: a.Fen})
		}
	case Withdrawn, Lapsed:
		for _, l := range d.Lines {
			list = append(list, Owe{
				Kind: Adjustment, Debtor: l.Debtor, Creditor: l.Creditor, Programme: l.Programme, Points: l.Points,
				Fen: l.Fen,
			})
		}
	}
	return list
}

// Reply notes the other side's answer. A late one counts, unless the dispute was escalated.
func (d Dispute) Reply(req AnswerRequest, s Step) (Dispute, error) {
	if err := d.only(s, d.Against); err != nil {
		return Dispute{}, err
	}
	if err := d.in(Raised); err != nil {
		return Dispute{}, err
	}
	next := d.to(Answered, s)
	next.Answer = req.Answer
	return next, nil
}

// Accept voids the lines.
func (d Dispute) Accept(s Step) (Dispute, error) {
	if err := d.only(s, d.Against); err != nil {
		return Dispute{}, err
	}
	if err := d.open(); err != nil {
		return Dispute{}, err
	}
	return d.to(Accepted, s), nil
}

// Reject stands by the lines; what was offered is offered no longer. An offer stands for the day on which it was made:
// who offered and rejected all day would keep the dispute's row changing, so that nobody could escalate it, agree or
// withdraw.
func (d Dispute) Reject(req RejectRequest, s Step) (Dispute, error) {
	if err := d.only(s, d.Against); err != nil {
		return Dispute{}, err
	}
	if err := d.in(Raised, Answered, Split); err != nil {
		return Dispute{}, err
	}
	if d.State == Split && s.Today <= d.Since {
		return Dispute{}, fault.New(fault.WrongState, "what was offered on %s stands for that day", d.Since)
	}
	next := d.to(Refused, s)
	next.Answer = req.Answer
	return next, nil
}

// Offer offers what is to be owed instead of the lines.
func (d Dispute) Offer(req SplitRequest, s Step) (Dispute, error) {
	if err := d.only(s, d.Against); err != nil {
		return Dispute{}, err
	}
	if err := d.concerns(req.Parts, d.By, d.Against); err != nil {
		return Dispute{}, err
	}
	if err := d.in(Raised, Answered, Refused); err != nil {
		return Dispute{}, err
	}
	if err := d.covers(req.Parts); err != nil {
		return Dispute{}, err
	}
	next := d.to(Split, s)
	next.Decided = req.Parts
	return next, nil
}

// Agree takes what is offered.
func (d Dispute) Agree(s Step) (Dispute, error) {
	if err := d.only(s, d.By); err != nil {
		return Dispute{}, err
	}
	if err := d.in(Split); err != nil {
		return Dispute{}, err
	}
	next := d.to(Closed, s)
	next.Decided = d.Decided
	return next, nil
}

// Escalate asks the operator to rule; what was offered is offered no longer.
func (d Dispute) Escalate(s Step) (Dispute, error) {
	if err := d.only(s, d.By, d.Against); err != nil {
		return Dispute{}, err
	}
	if d.State == Raised && workday.China.Before(s.Today, s.Skipped-d.Skipped) <= d.AnswerBy {
		return Dispute{}, fault.New(fault.WrongState, "%s has until %s to answer", d.Against, d.AnswerBy)
	}
	if err := d.in(Raised, Answered, Refused, Split); err != nil {
		return Dispute{}, err
	}
	return d.to(Escalated, s), nil
}

// Rule decides what is owed instead of the lines. The caller is the operator, which may bear a
// part itself, but gets none unless it is one of the two sides.
func (d Dispute) Rule(req RuleRequest, s Step) (Dispute, error) {
	if err := d.in(Escalated); err != nil {
		return Dispute{}, err
	}
	if err := d.concerns(req.Parts, d.By, d.Against, s.Caller); err != nil {
		return Dispute{}, err
	}
	if err := d.covers(req.Parts); err != nil {
		return Dispute{}, err
	}
	next := d.to(Ruled, s)
	next.Decided, next.Grounds = req.Parts, req.Grounds
	return next, nil
}

// Judge refuses with FORBIDDEN who may not rule: it is the operator's, or, where the operator is itself a side, an
// auditor's that is none.
func (d Dispute) Judge(caller, operator string, audits bool) error {
	sides := []string{d.By, d.Against}
	switch {
	case slices.Contains(sides, caller):
		return fault.New(fault.Forbidden, "%s is a side of the dispute", caller)
	case slices.Contains(sides, operator) && audits, caller == operator:
		return nil
	}
	return fault.New(fault.Forbidden, "a dispute of %s against %s isn't %s's to rule on", d.By, d.Against, caller)
}

// Lapse ends a dispute in which nothing was done for MaxIdle days: its lines are owed as they stood.
func (d Dispute) Lapse(s Step) (Dispute, error) {
	if err := d.open(); err != nil {
		return Dispute{}, err
	}
	if s.Today <= d.Since+MaxIdle {
		return Dispute{}, fault.New(fault.WrongState, "the dispute is %s since %s, and lapses after %d days",
			d.State, d.Since, MaxIdle)
	}
	return d.to(Lapsed, s), nil
}

// Withdraw takes the dispute back.
func (d Dispute) Withdraw(s Step) (Dispute, error) {
	if err := d.only(s, d.By); err != nil {
		return Dispute{}, err
	}
	if err := d.open(); err != nil {
		return Dispute{}, err
	}
	return d.to(Withdrawn, s), nil
}

// to is the dispute in another state, with nothing offered.
func (d Dispute) to(state DisputeState, s Step) Dispute {
	d.State, d.Since, d.Last, d.Decided = state, s.Today, s.By, nil
	return d
}

// only refuses everybody else with FORBIDDEN.
func (d Dispute) only(s Step, parties ...string) error {
	if !slices.Contains(parties, s.Caller) {
		return fault.New(fault.Forbidden, "in a dispute of %s against %s, this isn't %s's to do",
			d.By, d.Against, s.Caller)
	}
	return nil
}

// in refuses with WRONG_STATE a dispute in any other state.
func (d Dispute) in(states ...DisputeState) error {
	if !slices.Contains(states, d.State) {
		return fault.New(fault.WrongState, "the dispute is %s", d.State)
	}
	return nil
}

// open refuses with WRONG_STATE a dispute that has ended.
func (d Dispute) open() error {
	if d.State.Ended() {
		return d.in()
	}
	return nil
}

// concerns refuses with FORBIDDEN a part that another than these is to bear, or another than
// the two sides to get.
func (d Dispute) concerns(parts []Allocation, debtors ...string) error {
	for _, a := range parts {
		if !slices.Contains(debtors, a.Debtor) || a.Creditor != d.By && a.Creditor != d.Against {
			return fault.New(fault.Forbidden, "a dispute of %s against %s can't make %s owe %s",
				d.By, d.Against, a.Debtor, a.Creditor)
		}
	}
	return nil
}

// covers refuses with LIMIT parts that come to more than was disputed.
func (d Dispute) covers(parts []Allocation) error {
	all := amount.Units(0)
	for _, a := range parts {
		all = all.AddUpTo(a.Fen)
	}
	disputed := d.Sum()
	if all > disputed {
		return fault.New(fault.Limit, "the parts come to %d fen, %d are disputed", all, disputed)
	}
	return nil
}

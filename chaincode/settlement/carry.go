package settlement

import (
	"errors"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// Carry is what carrying a statement over changes (结转).
type Carry struct {
	Pair   Pair
	Owed   []Owe       // in the open cycle from now on
	Hidden []VeiledOwe // the same, in amounts that only the two know
	Fees   [][2]string // other statements, one for each fee on a hidden sum that they no longer wait for
}

// Carry leaves the statement out of its cycle, on a business date as Close.Day counts it: what it comes to, less carved lines, is owed anew,
// a line for each debtor and programme. Hidden sums that weren't opened are owed anew as they are; the fees on them
// arise when they are opened, in the later cycle.
//
// One command makes MaxOwed obligations at most. A statement of more programmes than that is carried as one
// line for each direction, in fen alone, so that nobody can keep a cycle from ending by having many.
func (p Pair) Carry(closed Close, operator string, today date.Date) (Carry, error) {
	if err := p.mayCarry(closed, today); err != nil {
		return Carry{}, err
	}
	c := Carry{Pair: p}
	c.Pair.State, c.Pair.Pending = Left, 0
	for _, h := range p.Hidden {
		if h.Opened.IsZero() {
			c.Hidden = append(c.Hidden, h.Position.Of())
			c.Fees = append(c.Fees, p.feeElsewhere(h.Position, operator)...)
		}
	}
	const directions = 2
	if len(c.Hidden) > MaxOwed-directions {
		return Carry{}, fault.New(fault.Limit, "%d hidden sums of %s and %s are to be opened, one command carries at most %d", len(c.Hidden), p.A, p.B, MaxOwed-directions)
	}
	list, err := p.remainder()
	if err == nil && len(list) > MaxOwed-len(c.Hidden) {
		list, err = inFen(list)
	}
	c.Owed = list
	return c, err
}

func (p Pair) mayCarry(closed Close, today date.Date) error {
	if err := closed.Require(Computed); err != nil {
		return err
	}
	switch {
	case today <= closed.SignBy:
		return fault.New(fault.WrongState, "the statements of cycle %s can be signed until %s", closed.ID, closed.SignBy)
	case p.State.Ended():
		return fault.New(fault.WrongState, "the statement of %s and %s is %s", p.A, p.B, p.State)
	case closed.Silent(p, today):
		return fault.New(fault.WrongState, "the statement of %s and %s stands by silence", p.A, p.B)
	}
	return nil
}

// feeElsewhere is the other statement that waits for the fee on a hidden sum, if there is one.
func (p Pair) feeElsewhere(v VeiledPosition, operator string) [][2]string {
	if !v.HasFee(operator) {
		return nil
	}
	pair := PairOf(v.FeeParties(operator))
	if pair == [2]string{p.A, p.B} {
		return nil
	}
	return [][2]string{pair}
}

// FeeCarried is the pair once a hidden sum was carried over on which it awaited a fee. One that was itself carried over
// waits for nothing.
func (p Pair) FeeCarried() Pair {
	if p.State != Left {
		p.Pending--
	}
	return p
}

// remainder is what the pair owes, less carved lines, as obligations of another cycle.
func (p Pair) remainder() (list []Owe, err error) {
	for _, o := range p.Owed {
		for _, c := range p.Carved {
			if c.Debtor == o.Debtor && c.Programme == o.Programme {
				o.Points, o.Fen = o.Points-c.Points, o.Fen-c.Fen // a line is carved once, and was counted
			}
		}
		if o.Points < 0 || o.Fen < 0 {
			return nil, errors.New("settlement: more is carved out of a statement than is in it")
		}
		if owe := (Owe{Kind: Carried, Debtor: o.Debtor, Creditor: o.Creditor, Programme: o.Programme, Points: o.Points, Fen: o.Fen}); !owe.Nothing() {
			list = append(list, owe)
		}
	}
	return list, nil
}

// inFen is the same, one obligation for each direction. What is worth no fen is left out.
func inFen(list []Owe) (short []Owe, err error) {
	for _, owe := range list {
		i := 0
		for i < len(short) && short[i].Debtor != owe.Debtor {
			i++
		}
		if i == len(short) {
			short = append(short, Owe{Kind: Carried, Debtor: owe.Debtor, Creditor: owe.Creditor})
		}
		if short[i].Fen, err = amount.Units.Add(short[i].Fen, owe.Fen); err != nil {
			return nil, err
		}
	}
	return short, nil
}

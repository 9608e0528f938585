package settlement

import (
	"slices"

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

// Carry leaves the statement out of its cycle, on a business date as Close.Day counts it: what it comes to, less carved
// lines, is owed anew, a line for each debtor and programme. Hidden sums that weren't opened are owed anew as they are;
// the fees on them arise when they are opened, in the later cycle.
//
// One command makes MaxOwed obligations at most. A statement with more hidden sums than that is carried by several, and
// stays as it was until the last one; one of more programmes is carried as one line for each direction, in fen alone.
// So nobody can keep a cycle from ending by having many.
func (p Pair) Carry(closed Close, operator string, today date.Date) (Carry, error) {
	if err := p.mayCarry(closed, today); err != nil {
		return Carry{}, err
	}
	const directions = 2
	c := Carry{Pair: p}
	c.Pair.Hidden = slices.Clone(p.Hidden)
	for i, h := range p.Hidden {
		if !h.Waits() || len(c.Hidden) == MaxOwed-directions {
			continue
		}
		c.Hidden = append(c.Hidden, h.Position.Of())
		c.Pair.Hidden[i].Carried = true
		c.Pair.Pending--
		if h.Position.HasFee(operator) {
			c.feeOf(h.Position, operator)
		}
	}
	if slices.ContainsFunc(c.Pair.Hidden, HiddenSum.Waits) {
		return c, nil
	}
	c.Pair.State, c.Pair.Pending = Left, 0
	list := p.remainder()
	if len(list) > MaxOwed-len(c.Hidden) {
		list = inFen(list)
	}
	c.Owed = list
	return c, nil
}

func (p Pair) mayCarry(closed Close, today date.Date) error {
	if err := closed.Require(Computed); err != nil {
		return err
	}
	switch {
	case today <= closed.SignBy:
		return fault.New(fault.WrongState, "the statements of cycle %s can be signed until %s",
			closed.ID, closed.SignBy)
	case p.State.Ended():
		return fault.New(fault.WrongState, "the statement of %s and %s is %s", p.A, p.B, p.State)
	case closed.Silent(p, today):
		return fault.New(fault.WrongState, "the statement of %s and %s stands by silence", p.A, p.B)
	case closed.Upholds(p, today):
		return fault.New(fault.WrongState, "the statement of %s and %s stands, as %s claims", p.A, p.B, p.Claim)
	}
	return nil
}

// feeOf notes which statement no longer waits for the fee on a hidden sum: another one, or this.
func (c *Carry) feeOf(v VeiledPosition, operator string) {
	pair := PairOf(v.FeeParties(operator))
	if pair == [2]string{c.Pair.A, c.Pair.B} {
		c.Pair.Pending--
		return
	}
	c.Fees = append(c.Fees, pair)
}

// FeeCarried returns the pair with one pending fee fewer, because the hidden sum was carried over. A pair that was
// itself carried over waits for nothing.
func (p Pair) FeeCarried() Pair {
	if p.State != Left {
		p.Pending--
	}
	return p
}

// remainder is what the pair owes, less carved lines, as obligations of another cycle.
func (p Pair) remainder() (list []Owe) {
	owed := slices.Clone(p.Owed)
	for _, c := range p.Carved {
		i := slices.IndexFunc(owed, func(o Position) bool { return o.Debtor == c.Debtor && o.Programme == c.Programme })
		if i < 0 { // it was added up without its programme
			i = slices.IndexFunc(owed, func(o Position) bool { return o.Debtor == c.Debtor && o.Programme == "" })
		}
		if i >= 0 {
			owed[i].Points -= min(c.Points, owed[i].Points)
			owed[i].Fen -= min(c.Fen, owed[i].Fen)
		}
	}
	for _, o := range owed {
		if owe := (Owe{
			Kind: Carried, Debtor: o.Debtor, Creditor: o.Creditor, Programme: o.Programme, Points: o.Points, Fen: o.Fen,
		}); !owe.Nothing() {
			list = append(list, owe)
		}
	}
	return list
}

// inFen is the same, one obligation for each direction. What is worth no fen is left out.
func inFen(list []Owe) (short []Owe) {
	for _, owe := range list {
		i := slices.IndexFunc(short, func(o Owe) bool { return o.Debtor == owe.Debtor })
		switch {
		case i >= 0:
			short[i].Fen = short[i].Fen.AddUpTo(owe.Fen)
		case owe.Fen > 0:
			short = append(short, Owe{Kind: Carried, Debtor: owe.Debtor, Creditor: owe.Creditor, Fen: owe.Fen})
		}
	}
	return short
}

// Carries is how many commands it takes to carry the statement over.
func (p Pair) Carries() int {
	const most = MaxOwed - 2
	waiting := 0
	for _, h := range p.Hidden {
		if h.Waits() {
			waiting++
		}
	}
	return max(1, (waiting+most-1)/most)
}

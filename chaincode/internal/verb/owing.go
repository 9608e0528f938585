package verb

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/internal/run"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// What commands make the parties owe each other.

// owe notes an obligation: in the batch's row, and, if it is of the open cycle, in
// the lane's positions, which say how many fen its fraction makes with those before it.
func (c *call) owe(o settlement.Owe) error {
	if o.Nothing() {
		return nil
	}
	if o.Of != "" {
		_, err := c.noteOwed(o)
		return err
	}
	return c.changePositions(func(p settlement.Positions) (settlement.Positions, error) {
		next, placed, err := p.Place(o)
		if err != nil {
			return settlement.Positions{}, err
		}
		one, err := c.noteOwed(placed)
		next.Chain = p.Bind(one)
		return next, err
	})
}

// noteOwed adds an obligation to the batch's row.
func (c *call) noteOwed(o settlement.Owe) (settlement.Obligation, error) {
	key, list, err := c.obligations()
	if err != nil {
		return settlement.Obligation{}, err
	}
	list, one, err := list.Plus(c.At.Number.Index, uint8(c.Kind), o)
	if err != nil {
		return settlement.Obligation{}, err
	}
	ledger.Put(c.Tx, key, list)
	return one, nil
}

// oweHidden notes an obligation in an amount that only the two know.
func (c *call) oweHidden(owe settlement.HiddenOwe) error {
	if owe.Debtor == owe.Creditor {
		return nil
	}
	sums := row.HiddenPositions(c.Cycle.ID, c.Caller.ID, c.Lane)
	hidden, _, err := ledger.Find(c.Tx, sums)
	if err != nil {
		return err
	}
	if hidden, err = hidden.Plus(owe); err != nil {
		return err
	}
	key, list, err := c.obligations()
	if err != nil {
		return err
	}
	list, one, err := list.PlusHidden(c.At.Number.Index, uint8(c.Kind), owe)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, sums, hidden)
	ledger.Put(c.Tx, key, list)
	return c.changePositions(func(p settlement.Positions) (settlement.Positions, error) {
		return p.NoteHidden(one), nil
	})
}

// obligations is the batch's row so far. It is new with the batch, so it isn't read.
func (c *call) obligations() (row.Key[settlement.Obligations], settlement.Obligations, error) {
	key := row.Obligations(c.Caller.ID, c.Lane, c.Seq)
	list, begun, err := ledger.Written(c.Tx, key)
	if !begun {
		list.Cycle, list.Date = c.Cycle.ID, c.At.Date
	}
	return key, list, err
}

func (c *call) changePositions(change func(settlement.Positions) (settlement.Positions, error)) error {
	key := row.Positions(c.Cycle.ID, c.Caller.ID, c.Lane)
	positions, _, err := ledger.Find(c.Tx, key)
	if err != nil {
		return err
	}
	next, err := change(positions)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, key, next)
	return nil
}

// occasion is what selects the settlement model of points: who took them, in which scene, and the
// business date on which they were taken out of their lots.
type occasion struct {
	acceptor, scene string
	day             date.Date
}

// settled is how one funder's points of a programme are settled.
type settled struct {
	terms settlement.Terms
	model uint32
	price amount.Rate // fen a point
}

// settledBy selects the settlement model of points. It is the same whenever it is asked: what
// selects it is fixed when the points are taken.
func (c *call) settledBy(d occasion, funder, programme string) (settled, error) {
	book, err := c.book(d.day)
	if err != nil {
		return settled{}, err
	}
	var s settled
	if funder != d.acceptor {
		s.terms, s.model = book.Select(settlement.Question{Issuer: funder, Acceptor: d.acceptor, Scene: d.scene,
			Programme: programme, Day: d.day})
	}
	if s.price = s.terms.Price; s.price.Den == 0 {
		of, err := c.programme(programme)
		if err != nil {
			return settled{}, err
		}
		s.price = of.Price
	}
	return s, nil
}

// debt is what one funder owes, and how that is settled.
type debt struct {
	points.Debt
	settled
}

// owing is what the funders of the points from..to of a line owe.
func (c *call) owing(d occasion, line spend.Line, from, to amount.Units) ([]debt, error) {
	list := points.Owing(line, from, to)
	debts := make([]debt, len(list))
	for i, o := range list {
		s, err := c.settledBy(d, o.Funder, o.Programme)
		if err != nil {
			return nil, err
		}
		debts[i] = debt{o, s}
	}
	return debts, nil
}

// oweFor notes what the funders of the points from..to owe the acceptor, and the fees on it.
func (c *call) oweFor(s spent, line spend.Line, from, to amount.Units) error {
	return c.eachDebt(s, line, from, to, func(d debt) error {
		if err := c.moveCap(s, d); err != nil {
			return err
		}
		return c.oweDebt(s, d, false)
	})
}

// oweBack notes the same the other way, because points are given back that were owed for in a cycle.
func (c *call) oweBack(s spent, line spend.Line, from, to amount.Units, owedIn string) error {
	return c.eachDebt(s, line, from, to, func(d debt) error {
		if err := c.capBack(s, d, owedIn); err != nil {
			return err
		}
		return c.oweDebt(s, d, true)
	})
}

func (c *call) oweDebt(s spent, d debt, back bool) error {
	worth, err := amount.Exactly(d.Points, d.price)
	if err != nil {
		return err
	}
	owe := settlement.Owe{Kind: settlement.Redemption, Scene: s.scene, Debtor: d.Funder, Creditor: s.acceptor,
		Programme: d.Programme, Points: d.Points, Model: d.model}.Worth(worth)
	if back {
		owe.Kind, owe.Debtor, owe.Creditor = settlement.Refund, owe.Creditor, owe.Debtor
	}
	if err := c.owe(owe); err != nil {
		return err
	}
	return c.oweFee(owe, d.settled, back)
}

// oweFee notes the fee that a model puts on an obligation for points, or, when that is given back, the operator's debt.
// It is of what the points are worth exactly.
func (c *call) oweFee(on settlement.Owe, by settled, back bool) error {
	if by.terms.Fee.Num == 0 || on.Debtor == on.Creditor {
		return nil
	}
	exact, err := amount.Exactly(on.Points, by.price, by.terms.Fee)
	if err != nil {
		return err
	}
	consortium, err := ledger.Get(c.Tx, row.Consortium(), "founding", "")
	if err != nil {
		return err
	}
	issuer, acceptor := on.Debtor, on.Creditor
	fee := settlement.Owe{Kind: settlement.Fee, Scene: on.Scene, Model: on.Model}.Worth(exact)
	if back {
		issuer, acceptor = acceptor, issuer
	}
	if fee.Debtor, fee.Creditor = acceptor, consortium.Operator; by.terms.Payer == settlement.IssuerPays {
		fee.Debtor = issuer
	}
	if back {
		fee.Kind, fee.Debtor, fee.Creditor = settlement.FeeBack, fee.Creditor, fee.Debtor
	}
	return c.owe(fee)
}

// eachDebt visits what the funders of the points from..to of a line owe.
func (c *call) eachDebt(s spent, line spend.Line, from, to amount.Units, visit func(debt) error) error {
	debts, err := c.owing(s.occasion, line, from, to)
	if err != nil {
		return err
	}
	for _, d := range debts {
		if err := visit(d); err != nil {
			return err
		}
	}
	return nil
}

// spent is what a hold or an order remembers of how its points were taken.
type spent struct {
	occasion
	by            number.Command // what took them, and drew on the caps
	member        string
	authorisation number.Command // by which they were; none by the member's home
	capped        []string       // net debit caps that they drew on
	cycle         string         // whose caps those are
}

// Owe notes an obligation of a call as verbs do, for who tests a close with debts that no command makes.
func Owe(c *run.Call, o settlement.Owe) error { return (&call{Call: c}).owe(o) }

// OweHidden is Owe for an amount that only the two know.
func OweHidden(c *run.Call, o settlement.HiddenOwe) error { return (&call{Call: c}).oweHidden(o) }

package contract

import (
	"slices"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// What commands make the parties owe each other, and the caps on it.

// owe notes an obligation: in the batch's row, and, if it is of the open cycle, in
// the lane's positions.
func (c *call) owe(o settlement.Owe) error {
	if o.Nothing() {
		return nil
	}
	key, list, err := c.obligations()
	if err != nil {
		return err
	}
	list, one, err := list.Plus(c.at.Number.Index, uint8(c.kind), o)
	if err != nil {
		return err
	}
	ledger.Put(c.tx, key, list)
	if o.Of != "" {
		return nil
	}
	return c.changePositions(func(p settlement.Positions) (settlement.Positions, error) { return p.Note(one) })
}

// oweHidden notes an obligation in an amount that only the two know.
func (c *call) oweHidden(owe settlement.VeiledOwe) error {
	if owe.Debtor == owe.Creditor {
		return nil
	}
	veiledKey := row.Veiled(c.cycle.ID, c.caller.ID, c.lane)
	veiled, _, err := ledger.Find(c.tx, veiledKey)
	if err != nil {
		return err
	}
	if veiled, err = veiled.Plus(owe); err != nil {
		return err
	}
	key, list, err := c.obligations()
	if err != nil {
		return err
	}
	list, one, err := list.PlusHidden(c.at.Number.Index, uint8(c.kind), owe)
	if err != nil {
		return err
	}
	ledger.Put(c.tx, veiledKey, veiled)
	ledger.Put(c.tx, key, list)
	return c.changePositions(func(p settlement.Positions) (settlement.Positions, error) { return p.NoteHidden(one), nil })
}

// obligations is the batch's row so far. It is new with the batch, so it isn't read.
func (c *call) obligations() (row.Key[settlement.Obligations], settlement.Obligations, error) {
	key := row.Obligations(c.caller.ID, c.lane, c.seq)
	list, begun, err := ledger.Written(c.tx, key)
	if !begun {
		list.Cycle, list.Date = c.cycle.ID, c.at.Date
	}
	return key, list, err
}

func (c *call) changePositions(change func(settlement.Positions) (settlement.Positions, error)) error {
	key := row.Positions(c.cycle.ID, c.caller.ID, c.lane)
	positions, _, err := ledger.Find(c.tx, key)
	if err != nil {
		return err
	}
	next, err := change(positions)
	if err != nil {
		return err
	}
	ledger.Put(c.tx, key, next)
	return nil
}

// taken is what selects the settlement model of points: who took them, in which scene, and the
// business date on which they were taken out of their lots.
type taken struct {
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
func (c *call) settledBy(d taken, funder, programme string) (settled, error) {
	book, err := c.book(d.day)
	if err != nil {
		return settled{}, err
	}
	var s settled
	if funder != d.acceptor {
		s.terms, s.model = book.Select(settlement.Question{Issuer: funder, Acceptor: d.acceptor, Scene: d.scene, Programme: programme, Day: d.day})
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
func (c *call) owing(d taken, line spend.Line, from, to amount.Units) ([]debt, error) {
	by := map[[2]string]settled{}
	list, err := points.Owing(line, from, to, func(funder, programme string) (amount.Rate, error) {
		s, err := c.settledBy(d, funder, programme)
		by[[2]string{funder, programme}] = s
		return s.price, err
	})
	if err != nil {
		return nil, err
	}
	debts := make([]debt, len(list))
	for i, o := range list {
		debts[i] = debt{o, by[[2]string{o.Funder, o.Programme}]}
	}
	return debts, nil
}

// fee is what the model's fee on a debt comes to: the difference of two that are each rounded
// half to even, so that capturing in parts comes to the same as at once.
func (d debt) fee() (amount.Units, error) {
	if d.terms.Fee.Num == 0 {
		return 0, nil
	}
	before, err := d.terms.Fee.Of(d.Before, amount.HalfEven)
	if err != nil {
		return 0, err
	}
	after, err := d.terms.Fee.Of(d.Before+d.Fen, amount.HalfEven)
	return after - before, err
}

// oweFor notes what the funders of the points from..to owe the acceptor, and the fees on it; or,
// when they are given back, the same the other way.
func (c *call) oweFor(s spent, line spend.Line, from, to amount.Units, back bool) error {
	debts, err := c.owing(s.taken, line, from, to)
	if err != nil {
		return err
	}
	for _, d := range debts {
		owe := settlement.Owe{Kind: settlement.Redemption, Scene: s.scene, Debtor: d.Funder, Creditor: s.acceptor,
			Programme: d.Programme, Points: d.Points, Fen: d.Fen, Model: d.model}
		if back {
			owe.Kind, owe.Debtor, owe.Creditor = settlement.Refund, owe.Creditor, owe.Debtor
			err = c.capDebtor(owe.Debtor, owe.Creditor, owe.Fen)
		} else {
			err = c.moveCap(s, d)
		}
		if err != nil {
			return err
		}
		if err := c.owe(owe); err != nil {
			return err
		}
		fen, err := d.fee()
		if err != nil {
			return err
		}
		if err := c.oweFee(owe, d.terms, fen, back); err != nil {
			return err
		}
	}
	return nil
}

// oweFee notes the fee that a model puts on an obligation, or, when that is given back, the operator's debt.
func (c *call) oweFee(on settlement.Owe, terms settlement.Terms, fen amount.Units, back bool) error {
	if fen == 0 || on.Debtor == on.Creditor {
		return nil
	}
	charter, err := ledger.Get(c.tx, row.Charter(), "charter", "")
	if err != nil {
		return err
	}
	issuer, acceptor := on.Debtor, on.Creditor
	fee := settlement.Owe{Kind: settlement.Fee, Scene: on.Scene, Fen: fen, Model: on.Model}
	if back {
		issuer, acceptor = acceptor, issuer
	}
	if fee.Debtor, fee.Creditor = acceptor, charter.Operator; terms.Payer == settlement.IssuerPays {
		fee.Debtor = issuer
	}
	if back {
		fee.Kind, fee.Debtor, fee.Creditor = settlement.FeeBack, fee.Creditor, fee.Debtor
	}
	return c.owe(fee)
}

// capDebtor draws on what a party may come to owe others in this cycle, if it has
// a cap. NET_DEBIT_CAP.
func (c *call) capDebtor(debtor, creditor string, fen amount.Units) error {
	_, err := c.capped(debtor, creditor, fen, settlement.Terms{})
	return err
}

// capped draws on the caps of what a debtor may come to owe in this cycle: others in all, and this
// creditor by their model. It answers which there are: DEBTOR, DEBTOR.CREDITOR.
func (c *call) capped(debtor, creditor string, fen amount.Units, terms settlement.Terms) (caps []string, err error) {
	if debtor == creditor || fen == 0 {
		return nil, nil
	}
	owes, err := c.party(debtor)
	if err != nil {
		return nil, err
	}
	if owes.Debit > 0 {
		caps = append(caps, debtor)
	}
	if terms.Capped() {
		caps = append(caps, debtor+"."+creditor)
	}
	for _, cap := range caps {
		if err := c.drawOn(quota.Debit, c.debitID(cap), fen, c.capOn(cap, debtor, terms)); err != nil {
			return nil, err
		}
	}
	return caps, nil
}

// capOn reads one of a debtor's caps in this cycle, with its limit as it is by now: the party's, or the
// model's with what was deposited beforehand.
func (c *call) capOn(cap, debtor string, terms settlement.Terms) func() (quota.Quota, error) {
	return func() (quota.Quota, error) {
		found, _, err := ledger.Find(c.tx, row.Quota(quota.Debit, c.debitID(cap)))
		if err != nil {
			return quota.Quota{}, err
		}
		creditor, pair := strings.CutPrefix(cap, debtor+".")
		if !pair {
			owes, err := c.party(debtor)
			found.Limit = owes.Debit
			return found, err
		}
		found.Limit = terms.Cap
		if !terms.Prefunded {
			return found, nil
		}
		deposit, _, err := ledger.Find(c.tx, row.Prefunded(c.cycle.ID, debtor, creditor))
		if err != nil {
			return quota.Quota{}, err
		}
		found.Limit, err = found.Limit.Add(deposit.Fen)
		return found, err
	}
}

func (c *call) debitID(debtor string) string { return c.cycle.ID + "." + debtor }

// capFunders draws on the caps of those who will owe for a line of points, and answers which there are.
func (c *call) capFunders(d taken, line spend.Line) ([]string, error) {
	debts, err := c.owing(d, line, 0, line.Sum())
	if err != nil {
		return nil, err
	}
	var list []string
	for _, o := range debts {
		caps, err := c.capped(o.Funder, d.acceptor, o.Fen, o.terms)
		if err != nil {
			return nil, err
		}
		list = append(list, caps...)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// capsOf are those of the caps that a hold or an order drew on for a debt: another of its debts
// may be settled by a model with a cap while this one's has none.
func (s spent) capsOf(d debt) (list []string) {
	if slices.Contains(s.capped, d.Funder) {
		list = append(list, d.Funder)
	}
	if pair := d.Funder + "." + s.acceptor; d.terms.Capped() && slices.Contains(s.capped, pair) {
		list = append(list, pair)
	}
	return list
}

// uncapFunders gives back to the caps what was drawn for the points of a line from
// one of them on: to those of the cycle in which it was.
func (c *call) uncapFunders(s spent, line spend.Line, from amount.Units) error {
	if len(s.capped) == 0 {
		return nil
	}
	debts, err := c.owing(s.taken, line, from, line.Sum())
	if err != nil {
		return err
	}
	for _, d := range debts {
		for _, cap := range s.capsOf(d) {
			if err := c.giveBackQuota(quota.Debit, s.cycle+"."+cap, d.Fen); err != nil {
				return err
			}
		}
	}
	return nil
}

// moveCap brings what was drawn on another cycle's caps to this one's, where it comes to be owed.
// It isn't refused: the points were held in time.
func (c *call) moveCap(s spent, d debt) error {
	if s.cycle == c.cycle.ID {
		return nil
	}
	for _, cap := range s.capsOf(d) {
		if err := c.giveBackQuota(quota.Debit, s.cycle+"."+cap, d.Fen); err != nil {
			return err
		}
		if err := c.overdraw(quota.Debit, c.debitID(cap), d.Fen, c.capOn(cap, d.Funder, d.terms)); err != nil {
			return err
		}
	}
	return nil
}

// spent is what a hold or an order remembers of how its points were taken.
type spent struct {
	taken
	member        string
	authorisation number.Command // by which they were; none by the member's home
	capped        []string       // net debit caps that they drew on
	cycle         string         // whose caps those are
}

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
	list, one, err := list.Plus(c.at.Number.Index, uint8(c.kind), o)
	if err != nil {
		return settlement.Obligation{}, err
	}
	ledger.Put(c.tx, key, list)
	return one, nil
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

// cap is what a debt counts for towards caps, in fen: the difference of two sums that are each rounded up, so that
// taking in parts counts for as much as at once, and nothing counts for nothing. LIMIT above 2⁵³−1.
func (d debt) cap() (amount.Units, error) {
	before, err := d.price.Of(d.Before, amount.Up)
	if err != nil {
		return 0, err
	}
	after, err := d.price.Of(d.Before+d.Points, amount.Up)
	return after - before, err
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

// oweFee notes the fee that a model puts on an obligation for points, or, when that is given back, the operator's debt. It is of
// what the points are worth exactly.
func (c *call) oweFee(on settlement.Owe, by settled, back bool) error {
	if by.terms.Fee.Num == 0 || on.Debtor == on.Creditor {
		return nil
	}
	exact, err := amount.Exactly(on.Points, by.price, by.terms.Fee)
	if err != nil {
		return err
	}
	charter, err := ledger.Get(c.tx, row.Charter(), "charter", "")
	if err != nil {
		return err
	}
	issuer, acceptor := on.Debtor, on.Creditor
	fee := settlement.Owe{Kind: settlement.Fee, Scene: on.Scene, Model: on.Model}.Worth(exact)
	if back {
		issuer, acceptor = acceptor, issuer
	}
	if fee.Debtor, fee.Creditor = acceptor, charter.Operator; by.terms.Payer == settlement.IssuerPays {
		fee.Debtor = issuer
	}
	if back {
		fee.Kind, fee.Debtor, fee.Creditor = settlement.FeeBack, fee.Creditor, fee.Debtor
	}
	return c.owe(fee)
}

// capDebtor draws on what a party may come to owe others in this cycle, if it has
// a cap. NET_DEBIT_CAP.
func (c *call) capDebtor(debtor, creditor string, fen amount.Units) ([]string, error) {
	return c.capped(debtor, creditor, fen, settlement.Terms{})
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
		found.Limit = found.Limit.AddUpTo(deposit.Fen)
		return found, nil
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
		fen, err := o.cap()
		if err != nil {
			return nil, err
		}
		caps, err := c.capped(o.Funder, d.acceptor, fen, o.terms)
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
	return c.eachDebt(s, line, from, line.Sum(), func(d debt) error {
		for _, cap := range s.capsOf(d) {
			if err := c.giveBackCap(s.cycle, cap, d); err != nil {
				return err
			}
		}
		return nil
	})
}

// giveBackCap gives back what a debt has drawn on one cap of a cycle.
func (c *call) giveBackCap(cycle, cap string, d debt) error {
	fen, err := d.cap()
	if err != nil {
		return err
	}
	return c.giveBackQuota(quota.Debit, cycle+"."+cap, fen)
}

// moveCap brings what was drawn on another cycle's caps to this one's, where it comes to be owed.
// It isn't refused: the points were held in time.
func (c *call) moveCap(s spent, d debt) error {
	if s.cycle == c.cycle.ID {
		return nil
	}
	fen, err := d.cap()
	if err != nil {
		return err
	}
	for _, cap := range s.capsOf(d) {
		if err := c.giveBackQuota(quota.Debit, s.cycle+"."+cap, fen); err != nil {
			return err
		}
		if err := c.overdraw(quota.Debit, c.debitID(cap), fen, c.capOn(cap, d.Funder, d.terms)); err != nil {
			return err
		}
	}
	return nil
}

// capBack makes room again where points are given back in the cycle in which they were owed for: net, nothing is owed. In a later one
// the acceptor comes to owe, which can't be refused: the member gave the goods back.
func (c *call) capBack(s spent, d debt, owedIn string) error {
	if owedIn != c.cycle.ID {
		fen, err := d.cap()
		if err != nil {
			return err
		}
		return c.overdrawDebtor(s.acceptor, d.Funder, fen)
	}
	for _, cap := range s.capsOf(d) {
		if err := c.giveBackCap(c.cycle.ID, cap, d); err != nil {
			return err
		}
	}
	return nil
}

// overdrawDebtor counts what a party has come to owe others, whatever its cap is.
func (c *call) overdrawDebtor(debtor, creditor string, fen amount.Units) error {
	if debtor == creditor || fen == 0 {
		return nil
	}
	owes, err := c.party(debtor)
	if err != nil || owes.Debit == 0 {
		return err
	}
	return c.overdraw(quota.Debit, c.debitID(debtor), fen, c.capOn(debtor, debtor, settlement.Terms{}))
}

// eachDebt visits what the funders of the points from..to of a line owe.
func (c *call) eachDebt(s spent, line spend.Line, from, to amount.Units, visit func(debt) error) error {
	debts, err := c.owing(s.taken, line, from, to)
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
	taken
	member        string
	authorisation number.Command // by which they were; none by the member's home
	capped        []string       // net debit caps that they drew on
	cycle         string         // whose caps those are
}

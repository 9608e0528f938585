package verb

import (
	"slices"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/number"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// The caps on what parties come to owe each other in a cycle.

// cap is what a debt counts for towards caps, in fen: the difference of two sums that are each rounded up to a
// millionth, so that taking in parts counts for as much as at once, and nothing counts for nothing. LIMIT above 2⁵³−1.
func (d debt) cap() (quota.Count, error) {
	before, err := quota.Worth(d.Before, d.price)
	if err != nil {
		return quota.Count{}, err
	}
	after, err := quota.Worth(d.Before+d.Points, d.price)
	return after.Less(before), err
}

// capDebtor draws on what a party may come to owe others in this cycle, if it has
// a cap. NET_DEBIT_CAP.
func (c *call) capDebtor(debtor, creditor string, fen quota.Count) ([]string, error) {
	return c.capped(debtor, creditor, fen, settlement.Terms{})
}

// capped draws on the caps of what a debtor may come to owe in this cycle: others in all, and this
// creditor by their model. It answers which there are: DEBTOR, DEBTOR.CREDITOR.
func (c *call) capped(debtor, creditor string, fen quota.Count, terms settlement.Terms) (caps []string, err error) {
	if debtor == creditor || fen.None() {
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
		found, _, err := ledger.Find(c.Tx, row.Quota(quota.Debit, c.debitID(cap)))
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
		deposit, _, err := ledger.Find(c.Tx, row.Prefunded(c.Cycle.ID, debtor, creditor))
		if err != nil {
			return quota.Quota{}, err
		}
		found.Limit = found.Limit.AddUpTo(deposit.Fen)
		return found, nil
	}
}

func (c *call) debitID(debtor string) string { return c.Cycle.ID + "." + debtor }

// capFunders draws on the caps of those who will owe for a line of points, and answers which there are.
func (c *call) capFunders(d occasion, line spend.Line) ([]string, error) {
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
			if err := c.giveBackCap(s.cycle, cap, d, s.by); err != nil {
				return err
			}
		}
		return nil
	})
}

// giveBackCap gives back what a command has drawn for a debt on one cap of a cycle.
func (c *call) giveBackCap(cycle, cap string, d debt, drew number.Command) error {
	fen, err := d.cap()
	if err != nil {
		return err
	}
	return c.giveBackQuota(quota.Debit, cycle+"."+cap, fen, drew)
}

// moveCap brings what was drawn on another cycle's caps to this one's, where it comes to be owed.
// It isn't refused: the points were held in time.
func (c *call) moveCap(s spent, d debt) error {
	if s.cycle == c.Cycle.ID {
		return nil
	}
	fen, err := d.cap()
	if err != nil {
		return err
	}
	for _, cap := range s.capsOf(d) {
		if err := c.giveBackQuota(quota.Debit, s.cycle+"."+cap, fen, s.by); err != nil {
			return err
		}
		if err := c.overdraw(quota.Debit, c.debitID(cap), fen, c.capOn(cap, d.Funder, d.terms)); err != nil {
			return err
		}
	}
	return nil
}

// capBack makes room again where points are given back in the cycle in which they were owed for: net, nothing is owed.
// In a later one the acceptor comes to owe, which can't be refused: the member gave the goods back.
func (c *call) capBack(s spent, d debt, owedIn string) error {
	if owedIn != c.Cycle.ID {
		fen, err := d.cap()
		if err != nil {
			return err
		}
		return c.overdrawDebtor(s.acceptor, d.Funder, fen)
	}
	for _, cap := range s.capsOf(d) {
		if err := c.giveBackCap(c.Cycle.ID, cap, d, s.by); err != nil {
			return err
		}
	}
	return nil
}

// overdrawDebtor counts what a party has come to owe others, whatever its cap is.
func (c *call) overdrawDebtor(debtor, creditor string, fen quota.Count) error {
	if debtor == creditor || fen.None() {
		return nil
	}
	owes, err := c.party(debtor)
	if err != nil || owes.Debit == 0 {
		return err
	}
	return c.overdraw(quota.Debit, c.debitID(debtor), fen, c.capOn(debtor, debtor, settlement.Terms{}))
}

package verb

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
)

// What benefits ask of points.

// payWith moves points from a member's lots into an entitlement, and says who
// funds them, and on which net debit caps they drew: a hold that is captured at once. Refused as a hold of them is, and
// with NET_DEBIT_CAP where a funder couldn't come to owe them.
func (c *call) payWith(model benefit.Model, member string,
	pieces []spend.Take) (line spend.Line, capped []string, err error) {
	_, wallet, err := c.wallet(member, pieces)
	if err != nil {
		return nil, nil, err
	}
	line, next, err := wallet.Place(pieces, c.At.Date)
	if err != nil {
		return nil, nil, err
	}
	if err := c.countSpent(wallet, line); err != nil {
		return nil, nil, err
	}
	if capped, err = c.capFunders(occasion{model.Provider, model.Scene, c.At.Date}, line); err != nil {
		return nil, nil, err
	}
	for i, p := range line {
		ledger.Put(c.Tx, row.Lot(p.Lot), next[i])
		if err := c.count(p.Programme, points.Totals{Placed: p.Amount, Captured: p.Amount}); err != nil {
			return nil, nil, err
		}
	}
	return line, capped, nil
}

// pricesOf reads the settlement prices of points that paid, by funder and programme.
func (c *call) pricesOf(d occasion, pieces spend.Line) (map[[2]string]amount.Rate, error) {
	prices := make(map[[2]string]amount.Rate, 2)
	for _, p := range pieces {
		s, err := c.settledBy(d, p.Funder, p.Programme)
		if err != nil {
			return nil, err
		}
		prices[[2]string{p.Funder, p.Programme}] = s.price
	}
	return prices, nil
}

// paidFor is what an entitlement remembers of the points that paid for it.
func paidFor(model benefit.Model, id number.Row, e benefit.Entitlement) spent {
	return spent{occasion: occasion{model.Provider, model.Scene, e.Paid.Date}, by: id.Command, member: e.Member,
		capped: e.Paid.Capped, cycle: e.Paid.Cycle}
}

// capUse asks the caps of those who come to owe for a use that no points paid for, and answers which there are; what
// points paid for was drawn then, and moves to this cycle. NET_DEBIT_CAP.
func (c *call) capUse(model benefit.Model, id number.Row, e benefit.Entitlement,
	owed []benefit.Owed) (capped []string, err error) {
	if len(e.Pieces) > 0 {
		from, to := e.Span(e.Used + 1)
		return nil, c.moveCaps(paidFor(model, id, e), e.Pieces, from, to)
	}
	for _, o := range owed {
		if o.Fee {
			continue
		}
		caps, err := c.capDebtor(o.Debtor, o.Creditor, quota.Count{Whole: o.Fen})
		if err != nil {
			return nil, err
		}
		capped = append(capped, caps...)
	}
	return capped, nil
}

// uncapUse makes room again for a use that is taken back in the cycle in which it was owed for. In a later one the
// provider comes to owe, which can't be refused.
func (c *call) uncapUse(model benefit.Model, id number.Command, w benefit.WriteOff, e benefit.Entitlement) error {
	if len(e.Pieces) > 0 {
		from, to := e.Span(w.Use)
		paid := paidFor(model, w.Entitlement, e)
		return c.eachDebt(paid, e.Pieces, from, to, func(d debt) error { return c.capBack(paid, d, w.Cycle) })
	}
	for _, o := range w.Owed {
		switch {
		case o.Fee:
		case w.Cycle != c.Cycle.ID:
			if err := c.overdrawDebtor(o.Creditor, o.Debtor, quota.Count{Whole: o.Fen}); err != nil {
				return err
			}
		case slices.Contains(w.Capped, o.Debtor):
			if err := c.giveBackQuota(quota.Debit, c.debitID(o.Debtor), quota.Count{Whole: o.Fen}, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// moveCaps brings what was drawn for the points from..to of a line to this cycle.
func (c *call) moveCaps(s spent, line spend.Line, from, to amount.Units) error {
	return c.eachDebt(s, line, from, to, func(d debt) error { return c.moveCap(s, d) })
}

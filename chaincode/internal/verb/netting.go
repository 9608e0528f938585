package verb

import (
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// nettingVerbs are those of ending a cycle's statements.
var nettingVerbs = []verb{
	does((*call).finalise),
	does((*call).carryStatement),
}

func (c *call) finalise(req settlement.FinaliseRequest) error {
	closed, err := c.closed(req.Cycle)
	if err != nil {
		return err
	}
	pairs, err := c.pairsOf(closed)
	if err != nil {
		return err
	}
	book, err := c.book(closed.To)
	if err != nil {
		return err
	}
	next, err := closed.Net(pairs, book, closed.Day(c.Cycle))
	if err != nil {
		return err
	}
	for _, p := range next.Pairs {
		ledger.Put(c.Tx, row.Pair(closed.ID, p.A, p.B), p)
	}
	for _, p := range next.Payments {
		ledger.Put(c.Tx, row.Payment(closed.ID, p.N), p)
	}
	ledger.Put(c.Tx, row.Netting(closed.ID), next.Netting)
	ledger.Put(c.Tx, row.Close(closed.ID), next.Close)
	return nil
}

// pairsOf reads all statements of a cycle.
func (c *call) pairsOf(closed settlement.Close) ([]settlement.Pair, error) {
	keys := make([]string, len(closed.Pairs))
	for i, of := range closed.Pairs {
		keys[i] = string(row.Pair(closed.ID, of[0], of[1]))
	}
	if err := c.Tx.Prefetch(keys); err != nil {
		return nil, err
	}
	pairs := make([]settlement.Pair, len(closed.Pairs))
	for i, of := range closed.Pairs {
		pair, err := c.pair(closed.ID, of[0], of[1])
		if err != nil {
			return nil, err
		}
		pairs[i] = pair
	}
	return pairs, nil
}

func (c *call) carryStatement(req settlement.CarryRequest) error {
	closed, err := c.closed(req.Cycle)
	if err != nil {
		return err
	}
	pair, err := c.pair(req.Cycle, req.A, req.B)
	if err != nil {
		return err
	}
	consortium, err := ledger.Get(c.Tx, row.Consortium(), "founding", "")
	if err != nil {
		return err
	}
	carry, err := pair.Carry(closed, consortium.Operator, closed.Day(c.Cycle))
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Pair(req.Cycle, pair.A, pair.B), carry.Pair)
	for _, of := range carry.Fees {
		waits, err := c.pair(req.Cycle, of[0], of[1])
		if err != nil {
			return err
		}
		ledger.Put(c.Tx, row.Pair(req.Cycle, of[0], of[1]), waits.FeeCarried())
	}
	return c.oweCarried(carry)
}

// oweCarried notes what a statement came to in the open cycle. Nobody's cap is drawn: it was when it arose.
func (c *call) oweCarried(carry settlement.Carry) error {
	for _, owe := range carry.Owed {
		if err := c.owe(owe); err != nil {
			return err
		}
	}
	for _, owe := range carry.Hidden {
		if err := c.oweHidden(owe); err != nil {
			return err
		}
	}
	return nil
}

package contract

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
)

// What benefits ask of points.

// payWith moves points from a member's lots into an entitlement, and says who
// funds them: a hold that is captured at once. Refused as a hold of them is, and
// with NET_DEBIT_CAP where a funder couldn't come to owe them.
func (c *call) payWith(model benefit.Model, member string, pieces []spend.Take) (spend.Line, error) {
	_, purse, err := c.purse(member, pieces)
	if err != nil {
		return nil, err
	}
	line, next, err := purse.Place(pieces, c.at.Date)
	if err != nil {
		return nil, err
	}
	if err := c.countSpent(purse, line); err != nil {
		return nil, err
	}
	if _, err := c.capFunders(taken{model.Provider, model.Scene, c.at.Date}, line); err != nil {
		return nil, err
	}
	for i, p := range line {
		ledger.Put(c.tx, row.Lot(p.Lot), next[i])
		if err := c.count(p.Programme, points.Totals{Placed: p.Amount, Captured: p.Amount}); err != nil {
			return nil, err
		}
	}
	return line, nil
}

// pricesOf reads the settlement prices of points that paid, by funder and programme.
func (c *call) pricesOf(d taken, pieces spend.Line) (map[[2]string]amount.Rate, error) {
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

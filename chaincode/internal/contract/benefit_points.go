package contract

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
)

// What benefits ask of points.

// payWith moves points from a member's lots into an entitlement, and says who
// funds them: a hold that is captured at once. Refused as a hold of them is, and
// with NET_DEBIT_CAP where a funder couldn't come to owe them.
func (c *call) payWith(member string, pieces []spend.Take) (spend.Line, error) {
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
	if _, err := c.capFunders(line, c.caller.ID); err != nil {
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

// pricesOf reads the settlement prices of the programmes whose points paid.
func (c *call) pricesOf(pieces spend.Line) (map[string]amount.Rate, error) {
	prices := make(map[string]amount.Rate, 2)
	for _, m := range pieces.ByProgramme() {
		programme, err := c.programme(m.Programme)
		if err != nil {
			return nil, err
		}
		prices[m.Programme] = programme.Price
	}
	return prices, nil
}

package contract

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
)

// What benefits ask of points.

// payWith moves points from a member's lots into an entitlement, and says who
// funds them: a hold that is captured at once. Refused as a hold of them is, and
// with NET_DEBIT_CAP where a funder couldn't come to owe them.
func (c *call) payWith(member string, pieces []points.Piece) ([]benefit.Piece, error) {
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
	if _, err := c.capFunders(purse, line, c.caller.ID); err != nil {
		return nil, err
	}
	paid := make([]benefit.Piece, len(line))
	for i, p := range line {
		ledger.Put(c.tx, row.Lot(p.Lot), next[i])
		if err := c.count(p.Programme, points.Totals{Placed: p.Amount, Captured: p.Amount}); err != nil {
			return nil, err
		}
		paid[i] = benefit.Piece{Lot: p.Lot, Programme: p.Programme, Funder: p.Funder, Amount: p.Amount}
	}
	return paid, nil
}

// payBack moves points from an entitlement back to the lots that they came from;
// one whose lot has ended becomes a lot of its own.
func (c *call) payBack(pieces []benefit.Piece) error {
	line := make(points.Line, len(pieces))
	for i, p := range pieces {
		line[i] = points.HeldPiece{Lot: p.Lot, Programme: p.Programme, Funder: p.Funder, Amount: p.Amount}
	}
	return c.unwind(line)
}

// pricesOf reads the settlement prices of the programmes whose points paid.
func (c *call) pricesOf(pieces []benefit.Piece) (map[string]amount.Rate, error) {
	prices := make(map[string]amount.Rate, 2)
	for _, p := range pieces {
		programme, err := c.programme(p.Programme)
		if err != nil {
			return nil, err
		}
		prices[p.Programme] = programme.Price
	}
	return prices, nil
}

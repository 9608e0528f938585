package contract

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
)

// What benefits ask of members and of points. Until those know more, a member
// is whom a request names, at home with the caller, and consents.

// benefitRoot answers who a member is now, and that member's home.
func (c *call) benefitRoot(member string) (id, home string, err error) {
	return member, c.caller.ID, nil
}

// benefitMaySpend refuses, with UNAUTHORISED or WRONG_CODE, what the member hasn't
// consented to: so many points of each programme, to the caller.
func (c *call) benefitMaySpend(member, home string, authorisation number.Command, cd code.Code, costs []benefit.Cost) error {
	return nil
}

// benefitFits refuses with INELIGIBLE a member whom a benefit isn't meant for.
func (c *call) benefitFits(member string, a audience.Audience) error {
	if !a.Everybody() {
		return fault.New(fault.Ineligible, "the benefit isn't meant for this member")
	}
	return nil
}

// benefitTakeLots moves points from a member's lots into an entitlement, and says
// who funds them. It counts them as placed and captured at once. Refused as a
// hold of them is.
func (c *call) benefitTakeLots(member string, pieces []points.Piece) ([]benefit.Piece, error) {
	lots, issuers, frozen, err := c.spend(member, pieces)
	if err != nil {
		return nil, err
	}
	_, next, err := points.Place(points.HoldRequest{Member: member, Pieces: pieces}, lots, issuers, frozen, c.at)
	if err != nil {
		return nil, err
	}
	taken := make([]benefit.Piece, len(pieces))
	for i, p := range pieces {
		ledger.Put(c.tx, row.Lot(p.Lot), next[i])
		if err := c.count(next[i].Programme, points.Totals{Placed: p.Amount, Captured: p.Amount}); err != nil {
			return nil, err
		}
		taken[i] = benefit.Piece{Lot: p.Lot, Programme: next[i].Programme, Funder: issuers[next[i].Programme], Amount: p.Amount}
	}
	return taken, nil
}

// benefitGiveBack moves points from an entitlement back into the lots that they
// came from, expired or not.
func (c *call) benefitGiveBack(pieces []benefit.Piece) error {
	for _, p := range pieces {
		lot, err := c.lot(p.Lot)
		if err != nil {
			return err
		}
		lot.Placed -= p.Amount
		ledger.Put(c.tx, row.Lot(p.Lot), lot)
		if err := c.count(p.Programme, points.Totals{Returned: p.Amount}); err != nil {
			return err
		}
	}
	return nil
}

// benefitPrices reads the settlement prices of the programmes whose points paid.
func (c *call) benefitPrices(pieces []benefit.Piece) (map[string]amount.Rate, error) {
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

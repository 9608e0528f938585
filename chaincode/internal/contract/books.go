package contract

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
)

func (c *call) lot(n number.Row) (points.Lot, error) {
	return ledger.Get(c.tx, row.Lot(n), "lot", n.String())
}

func (c *call) programme(id string) (points.Programme, error) {
	return ledger.Get(c.tx, row.Programme(id), "programme", id)
}

func (c *call) party(id string) (party.Party, error) {
	return ledger.Get(c.tx, row.Party(id), "party", id)
}

// count adds to the lane's totals of a programme. LIMIT above 2⁵³−1.
func (c *call) count(programme string, by points.Totals) error {
	key := row.Totals(programme, c.caller.ID, c.lane)
	totals, _, err := ledger.Find(c.tx, key)
	if err != nil {
		return err
	}
	next, err := totals.Plus(by)
	if err != nil {
		return err
	}
	ledger.Put(c.tx, key, next)
	return nil
}

// drawLiability draws on the cap of what the caller may owe members, if it has
// one. LIABILITY_CAP.
func (c *call) drawLiability(programme points.Programme, units amount.Units) error {
	if c.caller.Liability == 0 {
		return nil
	}
	fen, err := programme.Liability(units)
	if err != nil {
		return err
	}
	return c.drawCap(quota.Liability, c.caller.ID, c.caller.Liability, fen)
}

// relieve counts anew what an issuer owes its members: its lanes' leases then
// stand for that, and for what they have to spare.
func (c *call) relieve(req points.RelieveRequest) error {
	if c.caller.ID != req.Issuer && !c.caller.Roles.Has(party.Operator) {
		return fault.New(fault.Forbidden, "%s is neither %s nor the operator", c.caller.ID, req.Issuer)
	}
	if err := c.tx.Prefetch(relieveKeys(req)); err != nil {
		return err
	}
	issuer, err := c.party(req.Issuer)
	if err != nil {
		return err
	}
	owed, err := c.liabilityOf(req)
	if err != nil {
		return err
	}
	drawn := amount.Units(0)
	for lane := range uint8(number.Lanes) {
		lease, _, err := ledger.Find(c.tx, row.Lease(quota.Liability, req.Issuer, req.Issuer, lane))
		if err != nil {
			return err
		}
		drawn += lease.Used - lease.Returned
	}
	key := row.Quota(quota.Liability, req.Issuer)
	limit, _, err := ledger.Find(c.tx, key)
	if err != nil {
		return err
	}
	limit.Limit, limit.Relieved = issuer.Liability, drawn-owed
	ledger.Put(c.tx, key, limit)
	return nil
}

// liabilityOf is what an issuer owes members in the programmes named, in fen.
func (c *call) liabilityOf(req points.RelieveRequest) (sum amount.Units, err error) {
	for _, id := range req.Programmes {
		programme, err := c.programme(id)
		if err != nil {
			return 0, err
		}
		if err := programme.RequireIssuer(req.Issuer); err != nil {
			return 0, err
		}
		totals, err := c.totalsOf(id, req.Parties)
		if err != nil {
			return 0, err
		}
		fen, err := programme.Liability(totals.Outstanding())
		if err != nil {
			return 0, err
		}
		if sum, err = sum.Add(fen); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

func relieveKeys(req points.RelieveRequest) []string {
	keys := []string{string(row.Party(req.Issuer)), string(row.Quota(quota.Liability, req.Issuer))}
	for lane := range uint8(number.Lanes) {
		keys = append(keys, string(row.Lease(quota.Liability, req.Issuer, req.Issuer, lane)))
	}
	for _, programme := range req.Programmes {
		keys = append(keys, string(row.Programme(programme)))
		for _, party := range req.Parties {
			for lane := range uint8(number.Lanes) {
				keys = append(keys, string(row.Totals(programme, party, lane)))
			}
		}
	}
	return keys
}

func (c *call) totalsOf(programme string, parties []string) (sum points.Totals, err error) {
	for _, party := range parties {
		for lane := range uint8(number.Lanes) {
			one, _, err := ledger.Find(c.tx, row.Totals(programme, party, lane))
			if err != nil {
				return sum, err
			}
			if sum, err = sum.Plus(one); err != nil {
				return sum, err
			}
		}
	}
	return sum, nil
}

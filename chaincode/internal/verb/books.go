package verb

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
	return ledger.Get(c.Tx, row.Lot(n), "lot", n.String())
}

func (c *call) programme(id string) (points.Programme, error) {
	return ledger.Get(c.Tx, row.Programme(id), "programme", id)
}

func (c *call) party(id string) (party.Party, error) {
	return ledger.Get(c.Tx, row.Party(id), "party", id)
}

// count adds to the lane's totals of a programme. LIMIT above 2⁵³−1.
func (c *call) count(programme string, by points.Totals) error {
	key := row.Totals(programme, c.Caller.ID, c.Lane)
	totals, _, err := ledger.Find(c.Tx, key)
	if err != nil {
		return err
	}
	next, err := totals.Plus(by)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, key, next)
	return nil
}

// drawLiability draws on the cap of what the caller may owe members, if it has
// one. LIABILITY_CAP.
func (c *call) drawLiability(programme points.Programme, units amount.Units) error {
	if c.Caller.Liability == 0 {
		return nil
	}
	fen, err := programme.Liability(units)
	if err != nil {
		return err
	}
	if err := c.drawCap(quota.Liability, c.Caller.ID, c.Caller.Liability, fen); err != nil {
		return err
	}
	return c.count(programme.ID, points.Totals{Drawn: fen})
}

// chargeLiability counts on an issuer's cap, if it has one, what members are owed
// again. It can't be refused: whatever passes the cap, the issuer is granted so much less. What its lanes
// have to spare they may use, so it owes at most the cap and what such charges took beyond what was free.
func (c *call) chargeLiability(programme points.Programme, units amount.Units) error {
	issuer, err := c.party(programme.Issuer)
	if err != nil || issuer.Liability == 0 {
		return err
	}
	fen, err := programme.Liability(units)
	if err != nil {
		return err
	}
	if err := c.chargeCap(quota.Liability, issuer.ID, issuer.Liability, fen); err != nil {
		return err
	}
	return c.count(programme.ID, points.Totals{Drawn: fen})
}

// relieve counts a programme anew for its issuer's cap. What the last count of it
// found too much, or too little, is forgotten for what this one finds.
func (c *call) relieve(req points.RelieveRequest) error {
	programme, err := c.programme(req.Programme)
	if err != nil {
		return err
	}
	if c.Caller.ID != programme.Issuer && !c.Caller.Roles.Has(party.Operator) {
		return fault.New(fault.Forbidden, "%s is neither %s nor the operator", c.Caller.ID, programme.Issuer)
	}
	if c.Relieved {
		return fault.New(fault.Limit, "one programme a batch can be counted anew")
	}
	c.Relieved = true
	issuer, err := c.party(programme.Issuer)
	if err != nil {
		return err
	}
	lanes, err := c.totalsOf(programme.ID)
	if err != nil {
		return err
	}
	ofAll, ofThis := row.Quota(quota.Liability, issuer.ID), row.Quota(quota.Liability, issuer.ID+"."+programme.ID)
	all, _, err := ledger.Find(c.Tx, ofAll)
	if err != nil {
		return err
	}
	this, _, err := ledger.Find(c.Tx, ofThis)
	if err != nil {
		return err
	}
	excess := programme.Excess(lanes)
	all.Limit, all.Relieved = issuer.Liability, min(max(all.Relieved+excess-this.Relieved, -amount.Max), amount.Max)
	this.Relieved = excess
	ledger.Put(c.Tx, ofAll, all)
	ledger.Put(c.Tx, ofThis, this)
	return nil
}

// totalsOf reads the totals of a programme in all lanes of all parties.
func (c *call) totalsOf(programme string) ([]points.Totals, error) {
	directory, err := ledger.Get(c.Tx, row.Directory(), "directory", "of parties")
	if err != nil {
		return nil, err
	}
	var keys []row.Key[points.Totals]
	var asked []string
	for _, party := range directory.Parties {
		for lane := range uint8(number.Lanes) {
			key := row.Totals(programme, party, lane)
			keys, asked = append(keys, key), append(asked, string(key))
		}
	}
	if err := c.Tx.Prefetch(asked); err != nil {
		return nil, err
	}
	var list []points.Totals
	for _, key := range keys {
		one, found, err := ledger.Find(c.Tx, key)
		if err != nil {
			return nil, err
		}
		if found {
			list = append(list, one)
		}
	}
	return list, nil
}

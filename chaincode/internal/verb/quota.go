package verb

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/number"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
)

// quotaVerbs are those of quotas: others draw on them with draw and giveBackQuota.
var quotaVerbs = []verb{
	does((*call).surrenderQuota),
}

// openQuota makes a quota that isn't there yet: of a noun that the same command
// makes, or of the founding.
func (c *call) openQuota(kind quota.Subject, id string, limit amount.Units) {
	ledger.Put(c.Tx, row.Quota(kind, id), quota.Quota{Limit: limit})
}

// limitQuota changes a quota's limit. Under what lanes have been granted it
// grants no more; what they have they keep. NOT_FOUND if there is none.
func (c *call) limitQuota(kind quota.Subject, id string, limit amount.Units) error {
	key := row.Quota(kind, id)
	next, err := ledger.Get(c.Tx, key, "quota", id)
	if err != nil {
		return err
	}
	next.Limit = limit
	ledger.Put(c.Tx, key, next)
	return nil
}

// draw uses so much of a quota, from the lane's lease alone while that lasts.
// Refused: the kind's code, NOT_FOUND if there is no such quota. The lease is
// absent on a lane's first draw only.
func (c *call) draw(kind quota.Subject, id string, need amount.Units) error {
	return c.drawOn(kind, id, quota.Count{Whole: need}, func() (quota.Quota, error) {
		return ledger.Get(c.Tx, row.Quota(kind, id), "quota", id)
	})
}

// drawCap draws on a quota whose limit stands elsewhere: its row is made by the
// first draw, and takes the limit as it is by now whenever a lease grows.
func (c *call) drawCap(kind quota.Subject, id string, limit, need amount.Units) error {
	return c.drawOn(kind, id, quota.Count{Whole: need}, func() (quota.Quota, error) {
		found, _, err := ledger.Find(c.Tx, row.Quota(kind, id))
		found.Limit = limit
		return found, err
	})
}

// chargeCap is drawCap for what must be counted and can't be refused.
func (c *call) chargeCap(kind quota.Subject, id string, limit, need amount.Units) error {
	load := func() (quota.Quota, error) {
		found, _, err := ledger.Find(c.Tx, row.Quota(kind, id))
		found.Limit = limit
		return found, err
	}
	return c.lease(kind, id, quota.Count{Whole: need}, load,
		func(q quota.Quota, l quota.Lease, need amount.Units) (quota.Quota, quota.Lease, bool, error) {
			q, l, grew := quota.Charge(q, l, need)
			return q, l, grew, nil
		})
}

func (c *call) drawOn(kind quota.Subject, id string, need quota.Count, load func() (quota.Quota, error)) error {
	return c.lease(kind, id, need, load, func(q quota.Quota, l quota.Lease, need amount.Units) (quota.Quota,
		quota.Lease, bool, error) {
		q, l, grew, ok := quota.Draw(q, l, need)
		if !ok {
			return q, l, false, kind.Refuse(id)
		}
		return q, l, grew, nil
	})
}

// overdraw is drawOn for what can't be refused any more.
func (c *call) overdraw(kind quota.Subject, id string, need quota.Count, load func() (quota.Quota, error)) error {
	return c.lease(kind, id, need, load, func(q quota.Quota, l quota.Lease, need amount.Units) (quota.Quota,
		quota.Lease, bool, error) {
		q, l, grew := quota.Overdraw(q, l, need)
		return q, l, grew, nil
	})
}

// lease lets draw change the lane's lease. The limit is loaded only if the lease has too little, and written
// only if it grew.
func (c *call) lease(kind quota.Subject, id string, counts quota.Count, load func() (quota.Quota, error),
	draw func(quota.Quota, quota.Lease, amount.Units) (quota.Quota, quota.Lease, bool, error)) error {
	key := row.Lease(kind, id, c.Caller.ID, c.Lane)
	lease, _, err := ledger.Find(c.Tx, key)
	if err != nil {
		return err
	}
	need, lease := lease.Whole(counts)
	var limit quota.Quota
	if need > lease.Spare() {
		if limit, err = load(); err != nil {
			return err
		}
	}
	limit, lease, grew, err := draw(limit, lease, need)
	if err != nil {
		return err
	}
	if grew {
		ledger.Put(c.Tx, row.Quota(kind, id), limit)
	}
	ledger.Put(c.Tx, key, lease)
	return nil
}

// giveBackQuota gives back what a command has drawn, to the lease of its lane, whoever's that is: what one lane
// drew and another was given back would stay leased to both, and a limit could be used up with a single point.
func (c *call) giveBackQuota(kind quota.Subject, id string, n quota.Count, drew number.Command) error {
	key := row.Lease(kind, id, drew.Party, drew.Lane)
	lease, _, err := ledger.Find(c.Tx, key)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, key, lease.GiveBack(n))
	return nil
}

func (c *call) surrenderQuota(req quota.SurrenderRequest) error {
	limitKey, leaseKey := row.Quota(req.Kind, req.ID), row.Lease(req.Kind, req.ID, c.Caller.ID, c.Lane)
	lease, err := ledger.Get(c.Tx, leaseKey, "lease of the lane on quota", req.ID)
	if err != nil {
		return err
	}
	if lease.Spare() <= 0 {
		return fault.New(fault.WrongState, "the lane has used up its part of the quota of %s", req.ID)
	}
	limit, err := ledger.Get(c.Tx, limitKey, "quota", req.ID)
	if err != nil {
		return err
	}
	limit, lease, err = quota.HandBack(limit, lease, c.At.Date)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, limitKey, limit)
	ledger.Put(c.Tx, leaseKey, lease)
	return nil
}

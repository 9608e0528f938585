package contract

import (
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
)

func (c *call) expire(req points.ExpireRequest) error {
	lots := make([]points.Lot, len(req.Lots))
	for i, id := range req.Lots {
		var err error
		if lots[i], err = c.lot(id); err != nil {
			return err
		}
	}
	for i, lot := range lots {
		purse, err := c.pocket(lot)
		if err != nil {
			return err
		}
		next, broken, err := purse.Expire(lot, req.Lots[i], c.at)
		if err != nil {
			return err
		}
		ledger.Put(c.tx, row.Lot(req.Lots[i]), next)
		if err := c.count(lot.Programme, points.Totals{Expired: broken}); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) revoke(req points.RevokeRequest) error {
	lots := make([]points.Lot, len(req.Pieces))
	for i, piece := range req.Pieces {
		var err error
		if lots[i], err = c.lot(piece.Lot); err != nil {
			return err
		}
	}
	for i, piece := range req.Pieces {
		programme, err := c.programme(lots[i].Programme)
		if err != nil {
			return err
		}
		next, taken, err := points.Revoke(lots[i], piece, programme, c.at)
		if err != nil {
			return err
		}
		if err := c.unearn(next, piece.Amount); err != nil {
			return err
		}
		if err := c.oweShort(programme, next, piece.Amount-taken); err != nil {
			return err
		}
		ledger.Put(c.tx, row.Lot(piece.Lot), next)
		if err := c.count(programme.ID, points.Totals{Revoked: taken}); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) adjust(req points.AdjustRequest) error {
	lot, err := c.lot(req.Lot)
	if err != nil {
		return err
	}
	purse, err := c.pocket(lot)
	if err != nil {
		return err
	}
	programme := purse.Programmes[lot.Programme]
	made, err := points.Adjust(lot, req, programme, purse.LastDay(lot), c.at)
	if err != nil {
		return err
	}
	if err := c.earnedMore(programme, made); err != nil {
		return err
	}
	ledger.Put(c.tx, row.Lot(c.at.Number.Row(0)), made)
	if err := c.count(programme.ID, points.Totals{Issued: made.Issued}); err != nil {
		return err
	}
	return c.drawLiability(programme, made.Issued)
}

func (c *call) freeze(req points.FreezeRequest) error {
	operator := c.caller.Roles.Has(party.Operator)
	if !operator {
		if err := c.caller.Require(party.Issuer); err != nil {
			return err
		}
	}
	if err := c.unmerged(req.Member); err != nil {
		return err
	}
	return c.changeFrozen(req.Member, func(f points.Frozen) (points.Frozen, error) { return f.Add(req, operator, c.at) })
}

func (c *call) unfreeze(req points.UnfreezeRequest) error {
	return c.changeFrozen(req.Member, func(f points.Frozen) (points.Frozen, error) { return f.Lift(req, c.at) })
}

func (c *call) appeal(req points.AppealRequest) error {
	member, err := c.root(req.Member)
	if err != nil {
		return err
	}
	if member.Home != c.caller.ID {
		return fault.New(fault.Forbidden, "%s is not the home of %s", c.caller.ID, req.Member)
	}
	return c.changeFrozen(req.Member, func(f points.Frozen) (points.Frozen, error) { return f.Appeal(req, c.at) })
}

func (c *call) dismiss(req points.DismissRequest) error {
	return c.changeFrozen(req.Member, func(f points.Frozen) (points.Frozen, error) { return f.Dismiss(req, c.at) })
}

func (c *call) changeFrozen(member string, change func(points.Frozen) (points.Frozen, error)) error {
	key := row.Frozen(points.Bucket(member))
	frozen, _, err := ledger.Find(c.tx, key)
	if err != nil {
		return err
	}
	next, err := change(frozen)
	if err != nil {
		return err
	}
	ledger.Put(c.tx, key, next)
	return nil
}

// unmerged refuses with WRONG_STATE a wallet that has become a part of another.
func (c *call) unmerged(id string) error {
	member, err := c.root(id)
	if err != nil {
		return err
	}
	if member.ID != id {
		return fault.New(fault.WrongState, "%s was merged into %s; freeze that wallet", id, member.ID)
	}
	return nil
}

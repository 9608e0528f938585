package verb

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
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
		wallet, err := c.walletOf(lot)
		if err != nil {
			return err
		}
		next, broken, err := wallet.Expire(lot, req.Lots[i], c.At)
		if err != nil {
			return err
		}
		ledger.Put(c.Tx, row.Lot(req.Lots[i]), next)
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
		next, taken, err := points.Revoke(lots[i], piece, programme, c.At)
		if err != nil {
			return err
		}
		if err := c.unearn(next, piece.Amount); err != nil {
			return err
		}
		if err := c.oweShort(programme, next, piece.Amount-taken); err != nil {
			return err
		}
		ledger.Put(c.Tx, row.Lot(piece.Lot), next)
		if err := c.count(programme.ID, points.Totals{Revoked: taken}); err != nil {
			return err
		}
		if err := c.reopen(req, next, piece.Lot, taken); err != nil {
			return err
		}
	}
	return nil
}

// reopen lets the receipt of a lot that was awarded in error earn again, once all that it
// earned is taken back.
func (c *call) reopen(req points.RevokeRequest, lot points.Lot, id number.Row, taken amount.Units) error {
	if !req.Reopen || lot.Reference == "" {
		return nil
	}
	key := row.Receipt(lot.Programme, lot.Reference)
	receipt, found, err := ledger.Find(c.Tx, key)
	if err != nil || !found {
		return err
	}
	ledger.Put(c.Tx, key, receipt.TakeBack(id, taken))
	return nil
}

func (c *call) adjust(req points.AdjustRequest) error {
	lot, err := c.lot(req.Lot)
	if err != nil {
		return err
	}
	wallet, err := c.walletOf(lot)
	if err != nil {
		return err
	}
	programme := wallet.Programmes[lot.Programme]
	made, err := points.Adjust(lot, req, programme, wallet.LastDay(lot), c.At)
	if err != nil {
		return err
	}
	if err := c.earnedMore(programme, made); err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Lot(c.At.Number.Row(0)), made)
	if err := c.count(programme.ID, points.Totals{Issued: made.Issued}); err != nil {
		return err
	}
	return c.drawLiability(programme, made.Issued)
}

func (c *call) freeze(req member.FreezeRequest) error {
	return c.changeMember(req.Member, func(m member.Member) (member.Member, error) {
		return m.Freeze(req, c.Caller.Roles.Has(party.Operator), c.At)
	})
}

func (c *call) unfreeze(req member.UnfreezeRequest) error {
	return c.changeMember(req.Member, func(m member.Member) (member.Member, error) { return m.Unfreeze(c.At) })
}

func (c *call) appeal(req member.AppealRequest) error {
	return c.changeMember(req.Member, func(m member.Member) (member.Member, error) { return m.Appeal(req, c.At) })
}

func (c *call) dismiss(req member.DismissRequest) error {
	return c.changeMember(req.Member, func(m member.Member) (member.Member, error) { return m.Dismiss(req, c.At) })
}

func (c *call) changeMember(id string, change func(member.Member) (member.Member, error)) error {
	m, err := c.member(id)
	if err != nil {
		return err
	}
	next, err := change(m)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Member(id), next)
	return nil
}

package contract

import (
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
)

func (c *call) activateEntitlement(req benefit.ActivateRequest) error {
	return c.changeEntitlement(req.Entitlement, func(e benefit.Entitlement) (benefit.Entitlement, error) {
		return benefit.Activate(e, req, c.benefitAt())
	})
}

// changeEntitlement lets change decide on an entitlement by its row alone.
func (c *call) changeEntitlement(id number.Row, change func(benefit.Entitlement) (benefit.Entitlement, error)) error {
	e, err := c.entitlement(id)
	if err != nil {
		return err
	}
	next, err := change(e)
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Entitlement(id), next)
	return nil
}

func (c *call) reserveEntitlement(req benefit.ReserveRequest) error {
	e, model, err := c.entitlementOf(req.Entitlement)
	if err != nil {
		return err
	}
	next, err := benefit.Reserve(model, e, req, c.benefitAt())
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Entitlement(req.Entitlement), next)
	return nil
}

func (c *call) unreserveEntitlement(req benefit.UnreserveRequest) error {
	return c.changeEntitlement(req.Entitlement, func(e benefit.Entitlement) (benefit.Entitlement, error) {
		return benefit.Unreserve(e, req, c.benefitAt())
	})
}

func (c *call) writeOff(req benefit.WriteOffRequest) error {
	e, model, err := c.entitlementOf(req.Entitlement)
	if err != nil {
		return err
	}
	terms, err := c.benefitTerms(model, model.Scene, e)
	if err != nil {
		return err
	}
	made, next, err := benefit.Use(model, e, req, terms, c.benefitAt())
	if err != nil {
		return err
	}
	if made.Capped, err = c.capUse(model, e, made.Owed); err != nil {
		return err
	}
	ledger.Put(c.tx, row.WriteOff(c.at.Number), made)
	if err := c.putEnded(model, req.Entitlement, next); err != nil {
		return err
	}
	return c.oweAll(made.Owed, made.Scene, made.Date, false)
}

func (c *call) reverseWriteOff(req benefit.ReverseRequest) error {
	made, err := ledger.Get(c.tx, row.WriteOff(req.WriteOff), "write-off", req.WriteOff.String())
	if err != nil {
		return err
	}
	e, model, err := c.entitlementOf(made.Entitlement)
	if err != nil {
		return err
	}
	annulled, next, owed, back, err := benefit.Reverse(model, made, e, req, c.cycle.ID, c.benefitAt())
	if err != nil {
		return err
	}
	if err := c.uncapUse(model, made, e); err != nil {
		return err
	}
	ledger.Put(c.tx, row.WriteOff(req.WriteOff), annulled)
	ledger.Put(c.tx, row.Entitlement(made.Entitlement), next)
	if err := c.unwind(back); err != nil {
		return err
	}
	return c.oweAll(owed, made.Scene, made.Date, true)
}

func (c *call) expireEntitlement(req benefit.ExpireRequest) error {
	e, model, err := c.entitlementOf(req.Entitlement)
	if err != nil {
		return err
	}
	terms, err := c.benefitTerms(model, benefit.LapseScene, e)
	if err != nil {
		return err
	}
	next, lapse, kept, back, err := benefit.Expire(model, e, req, terms, c.benefitAt())
	if err != nil {
		return err
	}
	if kept {
		ledger.Put(c.tx, row.WriteOff(c.at.Number), lapse)
		err = c.moveCaps(paidFor(model, e), e.Pieces, e.Left(), e.Points())
	} else {
		err = c.uncapFunders(paidFor(model, e), e.Pieces, e.Left())
	}
	if err != nil {
		return err
	}
	if err := c.putEnded(model, req.Entitlement, next); err != nil {
		return err
	}
	if err := c.unwind(back); err != nil {
		return err
	}
	return c.oweAll(lapse.Owed, lapse.Scene, lapse.Date, false)
}

func (c *call) revokeEntitlement(req benefit.RevokeRequest) error {
	e, model, err := c.entitlementOf(req.Entitlement)
	if err != nil {
		return err
	}
	next, back, err := benefit.Revoke(model, e, req, c.benefitAt())
	if err != nil {
		return err
	}
	if err := c.putEnded(model, req.Entitlement, next); err != nil {
		return err
	}
	if err := c.uncapFunders(paidFor(model, e), e.Pieces, e.Left()); err != nil {
		return err
	}
	return c.unwind(back)
}

func (c *call) transferEntitlement(req benefit.TransferRequest) error {
	e, model, err := c.entitlementOf(req.Entitlement)
	if err != nil {
		return err
	}
	owner, err := c.root(e.Member)
	if err != nil {
		return err
	}
	to, err := c.root(req.To)
	if err != nil {
		return err
	}
	asRoot := e
	asRoot.Member = owner.ID
	next, err := benefit.Transfer(model, asRoot, owner.Home, to.ID, req, c.benefitAt())
	if err != nil {
		return err
	}
	if _, err := c.admit(model, to.ID); err != nil {
		return err
	}
	ledger.Put(c.tx, row.Entitlement(req.Entitlement), next)
	return c.recount(model, e.Member, func(n benefit.Count) (benefit.Count, error) { return n.PassOn(), nil })
}

func (c *call) newCode(req benefit.NewCodeRequest) error {
	e, model, err := c.entitlementOf(req.Entitlement)
	if err != nil {
		return err
	}
	owner, err := c.root(e.Member)
	if err != nil {
		return err
	}
	next, err := benefit.NewCode(model, e, owner.Home, req, c.benefitAt())
	if err != nil {
		return err
	}
	ledger.Put(c.tx, row.Entitlement(req.Entitlement), next)
	return nil
}

package verb

import (
	"slices"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
)

func (c *call) activateEntitlement(req benefit.ActivateRequest) error {
	return c.changeEntitlement(req.Entitlement, func(e benefit.Entitlement) (benefit.Entitlement, error) {
		return benefit.Activate(e, req, c.At)
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
	ledger.Put(c.Tx, row.Entitlement(id), next)
	return nil
}

func (c *call) reserveEntitlement(req benefit.ReserveRequest) error {
	e, model, err := c.entitlementOf(req.Entitlement)
	if err != nil {
		return err
	}
	next, err := benefit.Reserve(model, e, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Entitlement(req.Entitlement), next)
	return nil
}

func (c *call) unreserveEntitlement(req benefit.UnreserveRequest) error {
	return c.changeEntitlement(req.Entitlement, func(e benefit.Entitlement) (benefit.Entitlement, error) {
		return benefit.Unreserve(e, req, c.At)
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
	made, next, err := benefit.Use(model, e, req, terms, c.At)
	if err != nil {
		return err
	}
	if made.Capped, err = c.capUse(model, req.Entitlement, e, made.Owed); err != nil {
		return err
	}
	ledger.Put(c.Tx, row.WriteOff(c.At.Number), made)
	if err := c.putEnded(model, req.Entitlement, next); err != nil {
		return err
	}
	return c.oweAll(made.Owed, made.Scene, made.Date, false)
}

func (c *call) reverseWriteOff(req benefit.ReverseRequest) error {
	made, err := ledger.Get(c.Tx, row.WriteOff(req.WriteOff), "write-off", req.WriteOff.String())
	if err != nil {
		return err
	}
	e, model, err := c.entitlementOf(made.Entitlement)
	if err != nil {
		return err
	}
	annulled, next, owed, back, err := benefit.Reverse(model, made, e, req, c.Cycle.ID, c.At)
	if err != nil {
		return err
	}
	if err := c.uncapUse(model, req.WriteOff, made, e); err != nil {
		return err
	}
	ledger.Put(c.Tx, row.WriteOff(req.WriteOff), annulled)
	ledger.Put(c.Tx, row.Entitlement(made.Entitlement), next)
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
	next, lapse, kept, back, err := benefit.Expire(model, e, req, terms, c.At)
	if err != nil {
		return err
	}
	if kept {
		ledger.Put(c.Tx, row.WriteOff(c.At.Number), lapse)
		err = c.moveCaps(paidFor(model, req.Entitlement, e), e.Pieces, e.Left(), e.Points())
	} else {
		err = c.uncapFunders(paidFor(model, req.Entitlement, e), e.Pieces, e.Left())
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
	next, back, err := benefit.Revoke(model, e, req, c.At)
	if err != nil {
		return err
	}
	if next.Used > 0 {
		err = c.putEnded(model, req.Entitlement, next)
	} else {
		err = c.ungrant(model, req.Entitlement, next)
	}
	if err != nil {
		return err
	}
	if err := c.uncapFunders(paidFor(model, req.Entitlement, e), e.Pieces, e.Left()); err != nil {
		return err
	}
	return c.unwind(back)
}

// ungrant writes an entitlement that was revoked unused, and gives back what its
// grant had taken.
func (c *call) ungrant(model benefit.Model, id number.Row, e benefit.Entitlement) error {
	ledger.Put(c.Tx, row.Entitlement(id), e)
	if e.Drawn {
		if err := c.giveBackQuota(quota.Benefit, model.ID, quota.Count{Whole: 1}, id.Command); err != nil {
			return err
		}
	}
	if len(e.Funders) > 0 {
		if err := c.unaward(id); err != nil {
			return err
		}
	}
	return c.countBenefit(model, e.Member, func(n benefit.Count) (benefit.Count, error) { return n.PassOn(), nil })
}

func (c *call) transferEntitlement(req benefit.TransferRequest) error {
	e, model, err := c.entitlementOf(req.Entitlement)
	if err != nil {
		return err
	}
	owner, err := c.ownerOf(model, e)
	if err != nil {
		return err
	}
	to, err := c.root(req.To)
	if err != nil {
		return err
	}
	next, err := benefit.Transfer(model, e, owner, to.ID, req, c.At)
	if err != nil {
		return err
	}
	if _, err := c.admit(model, to.ID); err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Entitlement(req.Entitlement), next)
	return c.countBenefit(model, e.Member, func(n benefit.Count) (benefit.Count, error) { return n.PassOn(), nil })
}

// ownerOf reads who has an entitlement, and whether a freeze keeps it there: the
// operator's, and those of the parties whose entitlement and points it is.
func (c *call) ownerOf(model benefit.Model, e benefit.Entitlement) (benefit.Owner, error) {
	root, err := c.root(e.Member)
	if err != nil {
		return benefit.Owner{}, err
	}
	owner := benefit.Owner{ID: root.ID, Home: root.Home, Erased: root.State == member.Erased}
	concerned := []string{model.Provider, e.By}
	for _, piece := range e.Pieces {
		programme, err := c.programme(piece.Programme)
		if err != nil {
			return benefit.Owner{}, err
		}
		concerned = append(concerned, programme.Issuer)
	}
	owner.Frozen = slices.ContainsFunc(root.Frozen(), func(f member.Freeze) bool {
		return f.All || slices.Contains(concerned, f.By)
	})
	return owner, nil
}

func (c *call) newCode(req benefit.NewCodeRequest) error {
	e, model, err := c.entitlementOf(req.Entitlement)
	if err != nil {
		return err
	}
	owner, err := c.ownerOf(model, e)
	if err != nil {
		return err
	}
	next, err := benefit.NewCode(model, e, owner, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Entitlement(req.Entitlement), next)
	return nil
}

package verb

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// The verbs of benefits. Each loads, lets benefit decide, and writes; who may and
// what is refused in which order stands at the request's type.
var benefitVerbs = []verb{
	does((*call).defineBenefit),
	does((*call).amendBenefit),
	does((*call).grantBenefit),
	does((*call).buyBenefit),
	does((*call).activateEntitlement),
	does((*call).reserveEntitlement),
	does((*call).unreserveEntitlement),
	does((*call).writeOff),
	does((*call).reverseWriteOff),
	does((*call).expireEntitlement),
	does((*call).revokeEntitlement),
	does((*call).transferEntitlement),
	does((*call).newCode),
}

func (c *call) defineBenefit(req benefit.DefineRequest) error {
	if !c.Caller.Roles.Has(party.Acceptor) && !c.Caller.Roles.Has(party.Supplier) {
		return fault.New(fault.Forbidden, "%s is neither an acceptor nor a supplier", c.Caller.ID)
	}
	_, taken, err := ledger.Find(c.Tx, row.Benefit(req.Benefit))
	if err != nil {
		return err
	}
	if taken {
		return fault.New(fault.Conflict, "benefit %s exists", req.Benefit)
	}
	model, err := benefit.Define(req, c.At)
	if err != nil {
		return err
	}
	for _, programme := range model.Programmes() {
		if _, err := c.programme(programme); err != nil {
			return err
		}
	}
	ledger.Put(c.Tx, row.Benefit(model.ID), model)
	if model.Quota > 0 {
		c.openQuota(quota.Benefit, model.ID, model.Quota)
	}
	return nil
}

func (c *call) amendBenefit(req benefit.AmendRequest) error {
	model, err := c.benefit(req.Benefit)
	if err != nil {
		return err
	}
	next, err := benefit.Amend(model, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Benefit(model.ID), next)
	return c.amendQuota(next)
}

// amendQuota gives a benefit's quota its limit; one that never had any gets its row.
func (c *call) amendQuota(model benefit.Model) error {
	if model.Quota == 0 {
		return nil
	}
	_, found, err := ledger.Find(c.Tx, row.Quota(quota.Benefit, model.ID))
	if err != nil {
		return err
	}
	if found {
		return c.limitQuota(quota.Benefit, model.ID, model.Quota)
	}
	c.openQuota(quota.Benefit, model.ID, model.Quota)
	return nil
}

func (c *call) grantBenefit(req benefit.GrantRequest) error {
	model, err := c.benefit(req.Benefit)
	if err != nil {
		return err
	}
	made, err := benefit.GrantAll(model, req, c.At)
	if err != nil {
		return err
	}
	for i, e := range made {
		member, err := c.admit(model, e.Member)
		if err != nil {
			return err
		}
		e.Member = member.ID
		ledger.Put(c.Tx, row.Entitlement(c.At.Number.Row(i)), e)
	}
	return c.drawBenefit(model, len(made))
}

func (c *call) buyBenefit(req benefit.BuyRequest) error {
	model, err := c.benefit(req.Benefit)
	if err != nil {
		return err
	}
	e, err := benefit.Buy(model, req, c.At)
	if err != nil {
		return err
	}
	member, err := c.admit(model, req.Member)
	if err != nil {
		return err
	}
	e.Member = member.ID
	if err := c.checkCost(model, req.Pieces); err != nil {
		return err
	}
	if err := c.mayspend(member, req.Authorisation, req.Code, costs(model.Points)); err != nil {
		return err
	}
	pieces, capped, err := c.payWith(model, e.Member, req.Pieces)
	if err != nil {
		return err
	}
	e = e.Pay(pieces)
	e.Paid = benefit.Payment{Date: c.At.Date, Cycle: c.Cycle.ID, Capped: capped}
	ledger.Put(c.Tx, row.Entitlement(c.At.Number.Row(0)), e)
	return c.drawBenefit(model, 1)
}

// checkCost refuses payments that aren't what the benefit costs.
func (c *call) checkCost(model benefit.Model, pieces []spend.Take) error {
	programmes := make([]string, len(pieces))
	for i, p := range pieces {
		lot, err := c.lot(p.Lot)
		if err != nil {
			return err
		}
		programmes[i] = lot.Programme
	}
	return model.CheckCost(pieces, programmes)
}

func costs(list []benefit.Cost) []spend.Moved {
	moved := make([]spend.Moved, len(list))
	for i, cost := range list {
		moved[i] = spend.Moved{Programme: cost.Programme, Amount: cost.Amount}
	}
	return moved
}

// admit answers who a member is now, and counts one entitlement more for the
// member. NOT_FOUND, WRONG_STATE (the member was erased), INELIGIBLE, LIMIT.
func (c *call) admit(model benefit.Model, id string) (member.Member, error) {
	admitted, err := c.root(id)
	if err != nil {
		return member.Member{}, err
	}
	if err := alive(admitted); err != nil {
		return member.Member{}, err
	}
	if err := c.eligible(admitted.ID, model.Audience); err != nil {
		return member.Member{}, err
	}
	return admitted, c.countBenefit(model, admitted.ID, func(n benefit.Count) (benefit.Count, error) {
		return n.One(model)
	})
}

// countBenefit changes how many entitlements a member has got, where the model asks.
func (c *call) countBenefit(model benefit.Model, id string, change func(benefit.Count) (benefit.Count, error)) error {
	if !model.Counts() {
		return nil
	}
	root, err := c.root(id)
	if err != nil {
		return err
	}
	return recount(c, root.ID, benefitCounts(model.ID), change)
}

// putEnded writes an entitlement; if it has ended now, the member has one less.
func (c *call) putEnded(model benefit.Model, id number.Row, e benefit.Entitlement) error {
	ledger.Put(c.Tx, row.Entitlement(id), e)
	if !e.State.Ended() {
		return nil
	}
	return c.countBenefit(model, e.Member, func(n benefit.Count) (benefit.Count, error) { return n.End(), nil })
}

func (c *call) drawBenefit(model benefit.Model, n int) error {
	if model.Quota == 0 {
		return nil
	}
	return c.draw(quota.Benefit, model.ID, amount.Units(n))
}

// oweAll notes what a write-off in a scene made the parties owe each other, or, back, what its
// reversal does. The settlement model is that of the write-off's day.
func (c *call) oweAll(list []benefit.Owed, scene string, day date.Date, back bool) error {
	for _, o := range list {
		if err := c.oweUse(o, scene, day, back); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) oweUse(o benefit.Owed, scene string, day date.Date, back bool) error {
	debtor, creditor := o.Debtor, o.Creditor
	if back {
		debtor, creditor = creditor, debtor
	}
	by, err := c.settledAs(occasion{creditor, scene, day}, debtor, o.Programme)
	if err != nil {
		return err
	}
	owe := settlement.Owe{Kind: kindOf(o, back), Scene: scene, Debtor: o.Debtor, Creditor: o.Creditor,
		Programme: o.Programme, Points: o.Points, Model: by.model}
	if err := c.owe(owe.Worth(amount.Fine{Whole: o.Fen, Rest: o.Rest})); err != nil || o.Programme == "" ||
		scene == benefit.LapseScene {
		return err
	}
	return c.oweFee(owe, by, back)
}

// settledAs is settledBy; what isn't for points has a model, and no price.
func (c *call) settledAs(d occasion, funder, programme string) (settled, error) {
	if programme != "" {
		return c.settledBy(d, funder, programme)
	}
	book, err := c.book(d.day)
	if err != nil {
		return settled{}, err
	}
	var s settled
	s.terms, s.model = book.Select(settlement.Question{Issuer: funder, Acceptor: d.acceptor,
		Scene: d.scene, Day: d.day})
	return s, nil
}

// kindOf says what a write-off's obligation arose from.
func kindOf(o benefit.Owed, back bool) settlement.ObligationKind {
	kinds := [2]settlement.ObligationKind{settlement.Service, settlement.ServiceBack}
	switch {
	case o.Fee:
		kinds = [2]settlement.ObligationKind{settlement.Fee, settlement.FeeBack}
	case o.Programme != "":
		kinds = [2]settlement.ObligationKind{settlement.Redemption, settlement.Refund}
	}
	if back {
		return kinds[1]
	}
	return kinds[0]
}

// benefitTerms reads what an entitlement's money needs to know.
func (c *call) benefitTerms(model benefit.Model, scene string, e benefit.Entitlement) (benefit.Terms, error) {
	prices, err := c.pricesOf(occasion{model.Provider, scene, c.At.Date}, e.Pieces)
	if err != nil {
		return benefit.Terms{}, err
	}
	consortium, err := ledger.Get(c.Tx, row.Consortium(), "founding", "")
	return benefit.Terms{Agreed: prices, Operator: consortium.Operator, Cycle: c.Cycle.ID}, err
}

func (c *call) benefit(id string) (benefit.Model, error) {
	return ledger.Get(c.Tx, row.Benefit(id), "benefit", id)
}

func (c *call) entitlement(n number.Row) (benefit.Entitlement, error) {
	return ledger.Get(c.Tx, row.Entitlement(n), "entitlement", n.String())
}

// entitlementOf reads an entitlement and its model.
func (c *call) entitlementOf(n number.Row) (benefit.Entitlement, benefit.Model, error) {
	e, err := c.entitlement(n)
	if err != nil {
		return benefit.Entitlement{}, benefit.Model{}, err
	}
	model, err := c.benefit(e.Benefit)
	return e, model, err
}

package verb

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
)

// The verbs of points. Each loads, lets points decide, and writes; who may and
// what is refused in which order stands at the request's type.
var pointsVerbs = []verb{
	does((*call).openProgramme),
	does((*call).setProgramme),
	does((*call).setRules),
	does((*call).setRule),
	does((*call).pledge),
	does((*call).relieve),
	does((*call).issue),
	does((*call).award),
	does((*call).activate),
	does((*call).cancel),
	does((*call).hold),
	does((*call).capture),
	does((*call).refund),
	does((*call).release),
	does((*call).timeOut),
	does((*call).transfer),
	does((*call).offerTrade),
	does((*call).takeTrade),
	does((*call).endTrade),
	does((*call).publishRate),
	does((*call).agreeRate),
	does((*call).convert),
	does((*call).expire),
	does((*call).revoke),
	does((*call).adjust),
	does((*call).freeze),
	does((*call).unfreeze),
	does((*call).appeal),
	does((*call).dismiss),
}

func (c *call) openProgramme(req points.OpenProgrammeRequest) error {
	_, taken, err := ledger.Find(c.Tx, row.Programme(req.Programme))
	if err != nil {
		return err
	}
	if taken {
		return fault.New(fault.Conflict, "programme %s exists", req.Programme)
	}
	ledger.Put(c.Tx, row.Programme(req.Programme), points.OpenProgramme(req, c.At))
	return nil
}

func (c *call) setProgramme(req points.SetProgrammeRequest) error {
	programme, err := c.programme(req.Programme)
	if err != nil {
		return err
	}
	next, err := programme.Set(req, c.Caller.Roles.Has(party.Operator), c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Programme(req.Programme), next)
	return nil
}

func (c *call) setRules(req points.SetRulesRequest) error {
	programme, err := c.programme(req.Programme)
	if err != nil {
		return err
	}
	next, err := points.SetRules(programme, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Programme(req.Programme), next)
	return nil
}

func (c *call) setRule(req points.SetRuleRequest) error {
	programme, err := c.programme(req.Rule.Programme)
	if err != nil {
		return err
	}
	if of := req.Rule.Audience.Programme; of != "" {
		if _, err := c.programme(of); err != nil {
			return err
		}
	}
	if err := programme.RequireIssuer(c.Caller.ID); err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Rule(req.Rule.Programme, req.Rule.ID), req.Rule)
	return nil
}

func (c *call) pledge(req points.PledgeRequest) error {
	programme, err := c.programme(req.Programme)
	if err != nil {
		return err
	}
	pledge, err := points.MakePledge(programme, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Pledge(c.At.Number), pledge)
	c.openQuota(quota.Pledge, c.At.Number.String(), pledge.Amount)
	return nil
}

func (c *call) issue(req points.IssueRequest) error {
	programme, err := c.programme(req.Programme)
	if err != nil {
		return err
	}
	return c.grant(programme, req)
}

func (c *call) award(req points.AwardRequest) error {
	programme, err := c.programme(req.Programme)
	if err != nil {
		return err
	}
	_, issue, err := c.earn(programme, req)
	if err != nil {
		return err
	}
	return c.grant(programme, issue)
}

// earn evaluates an earn rule, without writing anything.
func (c *call) earn(programme points.Programme, req points.AwardRequest) (points.Earned, points.IssueRequest, error) {
	none := points.IssueRequest{}
	rule, err := ledger.Get(c.Tx, row.Rule(req.Programme, req.Rule), "earn rule", req.Rule)
	if err != nil {
		return points.Earned{}, none, err
	}
	member, err := c.root(req.Member)
	if err != nil {
		return points.Earned{}, none, err
	}
	if err := programme.RequireIssuer(c.Caller.ID); err != nil {
		return points.Earned{}, none, err
	}
	tier, err := c.tier(member.ID, req.Programme)
	if err != nil {
		return points.Earned{}, none, err
	}
	req.Member = member.ID
	earned, issue, err := rule.Earn(req, tier, c.At.Date)
	if err != nil {
		return points.Earned{}, none, err
	}
	return earned, issue, c.eligible(member.ID, rule.Audience)
}

// grant makes the lots of an issue, paid from its funders' pledges.
func (c *call) grant(programme points.Programme, req points.IssueRequest) error {
	return c.grantFrom(0, programme, req, c.fund)
}

// grantFrom makes the lots of an issue, and counts them: rows from … of this
// command. fund draws on what their funders have agreed to.
func (c *call) grantFrom(from int, programme points.Programme, req points.IssueRequest,
	fund func(points.Programme, points.Grant) error) error {
	sum, err := c.countIssue(programme, req)
	if err != nil {
		return err
	}
	grants, err := points.Issue(programme, req, c.At)
	if err != nil {
		return err
	}
	var count points.Totals // all but what countIssue has counted
	for i, g := range req.Grants {
		if err := c.earnOnce(req, g); err != nil {
			return err
		}
		if err := fund(programme, g); err != nil {
			return err
		}
		lots, err := c.earned(programme, g, grants[i])
		if err != nil {
			return err
		}
		for _, lot := range lots {
			ledger.Put(c.Tx, row.Lot(c.At.Number.Row(from)), lot)
			from++
			count.Revoked += lot.Revoked // the request's sum is checked
			if lot.State == points.Pending {
				count.Pending += lot.Issued
			}
		}
	}
	if err := c.count(programme.ID, count); err != nil {
		return err
	}
	return c.drawLiability(programme, sum-count.Revoked)
}

// earnOnce notes that a grant's receipt has earned, which it can once.
func (c *call) earnOnce(req points.IssueRequest, g points.Grant) error {
	if !req.Receipts {
		return nil
	}
	key := row.Receipt(req.Programme, g.Reference)
	receipt, _, err := ledger.Find(c.Tx, key)
	if err != nil {
		return err
	}
	next, err := receipt.Earn(g, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, key, next)
	return nil
}

// countIssue counts what an issue of the caller's own programme makes, and answers it.
func (c *call) countIssue(programme points.Programme, req points.IssueRequest) (amount.Units, error) {
	if err := programme.RequireIssuer(c.Caller.ID); err != nil {
		return 0, err
	}
	sum, err := req.Sum()
	if err != nil {
		return 0, err
	}
	return sum, c.count(programme.ID, points.Totals{Issued: sum})
}

// fund draws a grant's shares from their funders' pledges.
func (c *call) fund(programme points.Programme, g points.Grant) error {
	shares, err := g.Shares()
	if err != nil {
		return err
	}
	for i, share := range g.Split {
		if share.Funder == programme.Issuer {
			continue
		}
		pledge, err := ledger.Get(c.Tx, row.Pledge(share.Pledge), "pledge", share.Pledge.String())
		if err != nil {
			return err
		}
		if err := pledge.Covers(share, programme.ID, c.At.Date); err != nil {
			return err
		}
		if err := c.draw(quota.Pledge, share.Pledge.String(), shares[i]); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) activate(req points.ActivateRequest) error {
	lot, err := c.lot(req.Lot)
	if err != nil {
		return err
	}
	programme, err := c.programme(lot.Programme)
	if err != nil {
		return err
	}
	next, err := points.Activate(lot, req, c.At)
	if err != nil {
		return err
	}
	paid, err := c.payOff(programme, lot.Member, []points.Lot{next})
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Lot(req.Lot), paid[0])
	return c.count(lot.Programme, points.Totals{Activated: lot.Issued, Revoked: paid[0].Revoked})
}

func (c *call) cancel(req points.CancelRequest) error {
	lot, err := c.lot(req.Lot)
	if err != nil {
		return err
	}
	programme, err := c.programme(lot.Programme)
	if err != nil {
		return err
	}
	next, err := points.Cancel(lot, programme.Issuer, req, c.At)
	if err != nil {
		return err
	}
	if err := c.unearn(lot, lot.Issued); err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Lot(req.Lot), next)
	return c.count(lot.Programme, points.Totals{Revoked: lot.Issued})
}

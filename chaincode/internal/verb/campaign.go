package verb

import (
	"crypto/sha256"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
)

// The verbs of campaigns. Each loads, lets campaign decide, and writes; who may and
// what is refused in which order stands at the request's type.
var campaignVerbs = []verb{
	does((*call).proposeCampaign),
	does((*call).agreeCampaign),
	does((*call).leaveCampaign),
	does((*call).endCampaign),
	does((*call).awardPurchase),
}

func (c *call) campaign(id string) (campaign.Campaign, error) {
	return ledger.Get(c.Tx, row.Campaign(id), "campaign", id)
}

func (c *call) proposeCampaign(req campaign.ProposeRequest) error {
	programme, rule, err := c.giving(req.Terms.Gives)
	if err != nil {
		return err
	}
	_, taken, err := ledger.Find(c.Tx, row.Campaign(req.Campaign))
	if err != nil {
		return err
	}
	if taken {
		return fault.New(fault.Conflict, "campaign %s exists", req.Campaign)
	}
	if err := c.concerned(req); err != nil {
		return err
	}
	made, err := campaign.Propose(req, rule, c.At)
	if err != nil {
		return err
	}
	if programme.ID != "" {
		if _, err := programme.Rules.Expiry.LastDay(req.Terms.Gives.Expires, c.At.Date); err != nil {
			return err
		}
	}
	ledger.Put(c.Tx, row.Campaign(made.ID), made)
	c.openQuota(quota.Campaign, made.ID, made.Terms.Budget)
	c.openCap(made.ID, req.Cap)
	return nil
}

// giving lets only its issuer or provider propose what gives something. It answers
// the programme of points, and the hash of the earn rule if there is one. NOT_FOUND,
// FORBIDDEN.
func (c *call) giving(gives campaign.Gives) (programme points.Programme, rule codec.Hash, err error) {
	if gives.Benefit != "" {
		model, err := c.benefit(gives.Benefit)
		if err == nil && model.Provider != c.Caller.ID {
			err = fault.New(fault.Forbidden, "%s is not the provider of %s", c.Caller.ID, model.ID)
		}
		return points.Programme{}, nil, err
	}
	if programme, err = c.programme(gives.Programme); err != nil {
		return points.Programme{}, nil, err
	}
	if gives.Rule != "" {
		found, err := c.earnRule(gives)
		if err != nil {
			return points.Programme{}, nil, err
		}
		rule = ruleHash(found)
	}
	return programme, rule, programme.RequireIssuer(c.Caller.ID)
}

func (c *call) earnRule(gives campaign.Gives) (points.Rule, error) {
	return ledger.Get(c.Tx, row.Rule(gives.Programme, gives.Rule), "earn rule", gives.Rule)
}

// ruleHash tells two versions of an earn rule apart.
func ruleHash(rule points.Rule) codec.Hash {
	sum := sha256.Sum256(row.Encode(rule))
	return sum[:]
}

// concerned refuses with NOT_FOUND a funder or an audience's programme that isn't there.
func (c *call) concerned(req campaign.ProposeRequest) error {
	for _, f := range req.Funders {
		if _, err := c.party(f.Party); err != nil {
			return err
		}
	}
	if of := req.Terms.Audience.Programme; of != "" {
		_, err := c.programme(of)
		return err
	}
	return nil
}

// openCap opens the quota of what the caller bears of a campaign; 0 is no cap.
func (c *call) openCap(id string, fen amount.Units) {
	if fen > 0 {
		c.openQuota(quota.Campaign, capID(id, c.Caller.ID), fen)
	}
}

// capID names the quota of what one funder bears of a campaign.
func capID(id, funder string) string { return id + "." + funder }

func (c *call) agreeCampaign(req campaign.AgreeRequest) error {
	agreed := func(one campaign.Campaign) (campaign.Campaign, error) { return one.Agree(req, c.At) }
	if err := c.changeCampaign(req.Campaign, agreed); err != nil {
		return err
	}
	c.openCap(req.Campaign, req.Cap)
	return nil
}

func (c *call) leaveCampaign(req campaign.LeaveRequest) error {
	return c.changeCampaign(req.Campaign, func(one campaign.Campaign) (campaign.Campaign, error) {
		return one.Leave(req, c.At)
	})
}

func (c *call) endCampaign(req campaign.EndRequest) error {
	return c.changeCampaign(req.Campaign, func(one campaign.Campaign) (campaign.Campaign, error) {
		return one.Close(req, c.At)
	})
}

func (c *call) changeCampaign(id string, change func(campaign.Campaign) (campaign.Campaign, error)) error {
	one, err := c.campaign(id)
	if err != nil {
		return err
	}
	next, err := change(one)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Campaign(id), next)
	return nil
}

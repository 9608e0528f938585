package contract

import (
	"tallystick/chaincode/answer"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/internal/verb"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
)

var campaignQueries = []string{"Campaign", "Campaigns", "Award", "SimulateAward"}

// Campaign answers a campaign.
func (*Query) Campaign(ctx *Context, id string) (*campaign.Campaign, error) {
	if err := name.CheckID("campaign", id); err != nil {
		return nil, err
	}
	return one(ctx, row.Campaign(id), "campaign", id)
}

// Campaigns lists campaigns by id, ended ones too.
func (*Query) Campaigns(ctx *Context, page answer.Page) (*answer.CampaignPage, error) {
	part, err := list(ctx, page, row.Campaigns())
	return &answer.CampaignPage{Part: part}, err
}

// Award answers what a purchase got of one campaign.
func (*Query) Award(ctx *Context, id string) (*campaign.Award, error) {
	n, err := number.ParseRow(id)
	if err != nil {
		return nil, err
	}
	return one(ctx, row.Award(n), "award", id)
}

// SimulateAward answers, without writing, what each campaign would give for a
// purchase, and why not. It asks as the caller's single commands would, and is refused as
// they would be before it comes to the first campaign. A campaign that gives
// nothing here has all of them refused.
func (*Query) SimulateAward(ctx *Context, req campaign.AwardRequest) ([]answer.Prospect, error) {
	if err := req.Check(); err != nil {
		return nil, err
	}
	c, err := ctx.asking()
	if err != nil {
		return nil, err
	}
	return verb.Prospects(c, req)
}

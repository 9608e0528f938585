package contract

import (
	"errors"

	"tallystick/chaincode/answer"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
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
	c, err := asking(ctx)
	if err != nil {
		return nil, err
	}
	campaigns, to, err := c.awarders(req)
	if err != nil {
		return nil, err
	}
	prospects := make([]answer.Prospect, len(campaigns))
	for place, one := range campaigns {
		if prospects[place], err = c.prospect(req, to.ID, place, one); err != nil {
			return nil, err
		}
	}
	return prospects, nil
}

// prospect lets a campaign award in the overlay; what it is refused is taken back.
func (c *call) prospect(req campaign.AwardRequest, to string, place int, one campaign.Campaign) (answer.Prospect, error) {
	mark := c.tx.Mark()
	made, err := (&awarding{call: c, req: req, to: to}).award(place, one)
	if err == nil {
		return answer.Prospect{Campaign: one.ID, Award: made}, nil
	}
	var refusal *fault.Error
	if !errors.As(err, &refusal) {
		return answer.Prospect{}, err
	}
	c.tx.Rollback(mark)
	return answer.Prospect{Campaign: one.ID, Award: campaign.Award{Funders: []campaign.Borne{}}, Code: refusal.Code, Why: refusal.Text}, nil
}

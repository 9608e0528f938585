package contract

import (
	"errors"

	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
)

var campaignQueries = []string{"Campaign", "Campaigns", "Award", "SimulateAward"}

// CampaignPage is a part of the campaigns, by id.
type CampaignPage struct {
	Rows []campaign.Campaign `json:"rows"`
	Next string              `json:"next"` // bookmark of the next page, "" after the last
}

// Campaign answers a campaign.
func (*Query) Campaign(ctx *Context, id string) (*campaign.Campaign, error) {
	if err := name.CheckID("campaign", id); err != nil {
		return nil, err
	}
	return one(ctx, row.Campaign(id), "campaign", id)
}

// Campaigns lists campaigns by id, ended ones too.
func (*Query) Campaigns(ctx *Context, page Page) (*CampaignPage, error) {
	rows, next, err := list(ctx, page, row.Campaigns())
	return &CampaignPage{rows, next}, err
}

// Award answers what a purchase got of one campaign.
func (*Query) Award(ctx *Context, id string) (*campaign.Award, error) {
	n, err := number.ParseRow(id)
	if err != nil {
		return nil, err
	}
	return one(ctx, row.Award(n), "award", id)
}

// Prospect is what one campaign would give for a purchase, or why nothing.
type Prospect struct {
	Campaign string         `json:"campaign"`
	Award    campaign.Award `json:"award"` // without numbers, which a command gives; empty if it would be refused
	Code     fault.Code     `json:"code"`  // of the refusal, "" for none
	Why      string         `json:"why"`   // its text
}

// SimulateAward answers, without writing, what each campaign would give for a
// purchase, and why not. It asks as the caller's walk-ins would, and is refused as
// they would be before it comes to the first campaign. A campaign that gives
// nothing here has all of them refused.
func (*Query) SimulateAward(ctx *Context, req campaign.AwardRequest) ([]Prospect, error) {
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
	prospects := make([]Prospect, len(campaigns))
	for place, one := range campaigns {
		if prospects[place], err = c.prospect(req, to.ID, place, one); err != nil {
			return nil, err
		}
	}
	return prospects, nil
}

// prospect lets a campaign award in the overlay; what it is refused is taken back.
func (c *call) prospect(req campaign.AwardRequest, to string, place int, one campaign.Campaign) (Prospect, error) {
	mark := c.tx.Mark()
	made, err := (&awarding{call: c, req: req, to: to}).award(place, one)
	if err == nil {
		return Prospect{Campaign: one.ID, Award: made}, nil
	}
	var refusal *fault.Error
	if !errors.As(err, &refusal) {
		return Prospect{}, err
	}
	c.tx.Rollback(mark)
	return Prospect{Campaign: one.ID, Award: campaign.Award{Funders: []campaign.Borne{}}, Code: refusal.Code, Why: refusal.Text}, nil
}

package verb

import (
	"errors"

	"tallystick/chaincode/answer"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/run"
	"tallystick/chaincode/points"
	"tallystick/chaincode/touch"
)

// Simulate evaluates an award without issuing. It is refused as the award would be, before it comes to an issue.
func Simulate(asking *run.Call, req points.AwardRequest) (points.Earned, error) {
	c := &call{Call: asking}
	programme, err := c.programme(req.Programme)
	if err != nil {
		return points.Earned{}, err
	}
	earned, _, err := c.earn(programme, req)
	return earned, err
}

// Standing reads what a member has done in a programme, and its tier today.
func Standing(asking *run.Call, programme, member string) (t answer.Tiered, err error) {
	c := &call{Call: asking}
	found, err := c.root(member)
	if err != nil {
		return t, err
	}
	if t.Tier, err = c.tier(found.ID, programme); err != nil {
		return t, err
	}
	t.Standing, err = c.standing(programme, found.ID)
	return t, err
}

// Quote reads what a storefront offers a member now.
func Quote(asking *run.Call, asked answer.QuoteAsked) (goods.Quote, error) {
	c := &call{Call: asking}
	if err := c.Tx.Prefetch(touch.Quote(asked.Seller, asked.Lines)); err != nil {
		return goods.Quote{}, err
	}
	return c.quote(asked.Seller, asked.Member, asked.Region, asked.Lines)
}

// Prospects lists what each campaign would give for a purchase, and why not.
func Prospects(asking *run.Call, req campaign.AwardRequest) ([]answer.Prospect, error) {
	c := &call{Call: asking}
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
func (c *call) prospect(req campaign.AwardRequest, to string, place int,
	one campaign.Campaign) (answer.Prospect, error) {
	mark := c.Tx.Mark()
	made, err := (&awarding{call: c, req: req, to: to}).award(place, one)
	if err == nil {
		return answer.Prospect{Campaign: one.ID, Award: made}, nil
	}
	var refusal *fault.Error
	if !errors.As(err, &refusal) {
		return answer.Prospect{}, err
	}
	c.Tx.Rollback(mark)
	return answer.Prospect{Campaign: one.ID, Award: campaign.Award{Funders: []campaign.Borne{}}, Code: refusal.Code,
		Why: refusal.Text}, nil
}

package gateway

import (
	"context"

	"tallystick/chaincode/answer"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/number"
)

// Campaign is one campaign.
func (q Query) Campaign(ctx context.Context, id string) (campaign.Campaign, error) {
	return ask[campaign.Campaign](ctx, q, "Campaign", id)
}

// Campaigns lists campaigns by id, ended ones too.
func (q Query) Campaigns(ctx context.Context, page answer.Page) (answer.Part[campaign.Campaign], error) {
	return askPart[campaign.Campaign](ctx, q, page, "Campaigns")
}

// Award is what a purchase got of one campaign.
func (q Query) Award(ctx context.Context, n number.Row) (campaign.Award, error) {
	return ask[campaign.Award](ctx, q, "Award", n.String())
}

// SimulateAward says what each campaign would give for a purchase, and why not;
// nothing is written.
func (q Query) SimulateAward(ctx context.Context, req campaign.AwardRequest) ([]answer.Prospect, error) {
	return ask[[]answer.Prospect](ctx, q, "SimulateAward", asJSON(req))
}

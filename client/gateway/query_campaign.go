package gateway

import (
	"context"

	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// Campaign is one campaign.
func (q Query) Campaign(ctx context.Context, id string) (campaign.Campaign, error) {
	return ask[campaign.Campaign](ctx, q, "Campaign", id)
}

// Campaigns lists campaigns by id, ended ones too.
func (q Query) Campaigns(ctx context.Context, page Page) (Part[campaign.Campaign], error) {
	return askPart[campaign.Campaign](ctx, q, page, "Campaigns")
}

// Award is what a purchase got of one campaign.
func (q Query) Award(ctx context.Context, n number.Row) (campaign.Award, error) {
	return ask[campaign.Award](ctx, q, "Award", n.String())
}

// Prospect is what one campaign would give for a purchase, or why nothing.
type Prospect struct {
	Campaign string         `json:"campaign"`
	Award    campaign.Award `json:"award"` // without numbers; empty if it would be refused
	Code     fault.Code     `json:"code"`  // of the refusal, "" for none
	Why      string         `json:"why"`   // its text
}

// SimulateAward says what each campaign would give for a purchase, and why not;
// nothing is written.
func (q Query) SimulateAward(ctx context.Context, req campaign.AwardRequest) ([]Prospect, error) {
	return ask[[]Prospect](ctx, q, "SimulateAward", asJSON(req))
}

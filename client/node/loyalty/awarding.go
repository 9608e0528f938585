package loyalty

import (
	"context"
	"slices"

	"tallystick/chaincode/answer"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/code"
	"tallystick/chaincode/number"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of what purchases get of campaigns (活动发放).
var (
	CampaignAward = node.Does(node.Describe("campaign.award", "POST", "/v1/campaign-awards", node.Counter,
		"Give a member what a purchase gets of your campaigns, in their stacking order", "活动发放",
		`{"campaigns":["double11"],"member":"li","lines":[{"fen":16800000}],"reference":"r-000123"}`), award)
	CampaignSimulate = node.Does(node.Describe("campaign.simulate", "GET", "/v1/campaign-awards/simulation", node.See,
		"Say what each campaign would give for a purchase, and why not; nothing is written", "试算",
		`{"campaigns":["double11"],"member":"li","lines":[{"fen":16800000}],"reference":"r-000123"}`), simulateAward)
	CampaignAwards = node.Lists[CampaignAwardsRequest, campaign.Award](node.Describe("campaign.awards", "GET",
		"/v1/campaign-awards", node.Read,
		"List what purchases got of campaigns", "活动发放记录", `{}`))
)

// Awarded is the receipt of an award, with what each campaign gave; codes of benefits are told here and nowhere else.
type Awarded struct {
	node.Receipt
	Awards []AwardedOne `json:"awards"`
}

// AwardedOne is what one campaign gave.
type AwardedOne struct {
	Number number.Row `json:"number"`
	campaign.Award
	Codes []code.Code `json:"codes"` // of an entitlement, in the order of their use; none if no code is needed
}

// award sends an award, with commitments for the benefits that need codes, and tells what it gave.
func award(ctx context.Context, n *node.Node, c *node.Call, req campaign.AwardRequest) (done Awarded, err error) {
	codes := make([][]code.Code, len(req.Campaigns))
	commitments := make([]code.Commitment, len(req.Campaigns))
	coded := false
	for i, id := range req.Campaigns {
		model, needed, err := codedBenefit(ctx, n, id)
		if err != nil {
			return done, err
		}
		if !needed {
			continue
		}
		v, err := n.Vault()
		if err != nil {
			return done, err
		}
		codes[i], commitments[i] = codesFor(c, v, model, i)
		coded = true
	}
	if coded {
		req.Commitments = commitments
	}
	if done.Receipt, err = n.Once(ctx, c, node.Just(req)); err != nil {
		return done, err
	}
	err = done.tell(ctx, n, codes)
	return done, err
}

// codedBenefit is the benefit that a campaign gives, if that needs codes.
func codedBenefit(ctx context.Context, n *node.Node, id string) (benefit.Model, bool, error) {
	one, err := n.Query().Campaign(ctx, id)
	if err != nil || one.Terms.Gives.Benefit == "" {
		return benefit.Model{}, false, err
	}
	model, err := n.Query().Benefit(ctx, one.Terms.Gives.Benefit)
	return model, model.Code, err
}

// tell asks what a command's awards are, and keeps the codes.
func (a *Awarded) tell(ctx context.Context, n *node.Node, codes [][]code.Code) error {
	var made []GivenOne
	for i := range codes {
		of := a.Number.Row(i)
		one, err := n.Query().Award(ctx, of)
		if err != nil {
			return err
		}
		a.Awards = append(a.Awards, AwardedOne{of, one, []code.Code{}})
		made = append(made, GivenOne{one.Entitlement, one.Member, append([]code.Code{}, codes[i]...)})
	}
	if err := keepAwarded(ctx, n, a.Duplicate, made); err != nil {
		return err
	}
	for i := range made {
		a.Awards[i].Codes = made[i].Codes
	}
	return nil
}

// keepAwarded has the vault keep the codes of what was awarded, if it made them.
func keepAwarded(ctx context.Context, n *node.Node, again bool, made []GivenOne) error {
	if !slices.ContainsFunc(made, func(one GivenOne) bool { return len(one.Codes) > 0 }) {
		return nil
	}
	v, err := n.Vault()
	if err != nil {
		return err
	}
	if again {
		if err := ownCodes(ctx, n, v, made); err != nil {
			return err
		}
	}
	return keepCodes(v, made)
}

func simulateAward(ctx context.Context, n *node.Node, _ *node.Call,
	req campaign.AwardRequest) (node.List[answer.Prospect], error) {
	list, err := n.Query().SimulateAward(ctx, req)
	return node.List[answer.Prospect]{Rows: list}, err
}

// CampaignAwardsRequest narrows the list.
type CampaignAwardsRequest struct {
	Campaign string `json:"campaign,omitempty"`
	Member   string `json:"member,omitempty"`
}

func (r CampaignAwardsRequest) Filter() index.Filter {
	return index.Filter{Topic: r.Campaign, Member: r.Member}
}

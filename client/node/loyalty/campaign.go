package loyalty

import (
	"context"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/quota"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of campaigns (活动).
var (
	CampaignAgree = node.Sends[campaign.AgreeRequest](node.Describe("campaign.agree", "POST",
		"/v1/campaigns/{campaign}/agree", node.Loyalty,
		"Agree to bear your part of a campaign; with the last funder's agreement it begins", "确认出资",
		`{"campaign":"double11","cap":1200000}`))
	CampaignEnd = node.Sends[campaign.EndRequest](node.Describe("campaign.end", "POST",
		"/v1/campaigns/{campaign}/end", node.Loyalty,
		"End a campaign that you proposed, or withdraw it before it begins", "结束",
		`{"campaign":"double11","reason":"sold_out"}`))
	CampaignLeave = node.Sends[campaign.LeaveRequest](node.Describe("campaign.leave", "POST",
		"/v1/campaigns/{campaign}/leave", node.Loyalty,
		"End a campaign that you fund, from now on; what was awarded stands", "退出",
		`{"campaign":"double11","reason":"budget_cut"}`))
	CampaignPropose = node.Sends[campaign.ProposeRequest](node.Describe("campaign.propose", "POST",
		"/v1/campaigns", node.Loyalty,
		"Propose a campaign; for the issuer of its points or the provider of its benefit", "发起",
		`{"campaign":"double11","terms":{"en":"Double 11","zh":"双十一","scene":"","budget":3000000,"gives":{"programme":"GP","rule":"","times":{"num":0,"den":0},"bonus":3000,"perAward":0,"expires":"2027-03-31","benefit":""},"audience":{"programme":"","tiers":[],"labels":[],"not":[]},"goods":[],"outlets":[],"perMember":0,"order":0,"exclusive":false,"returns":false,"from":"2026-11-01","until":"2026-11-30"},"funders":[{"party":"D","parts":40},{"party":"G","parts":60}],"cap":0}`))
	CampaignShow = node.Does(node.Describe("campaign.show", "GET", "/v1/campaigns/{campaign}", node.Read,
		"Show a campaign's terms, who has agreed, and what is left of its budget", "活动详情",
		`{"campaign":"double11"}`), showCampaign)
	CampaignResults = node.Does(node.Describe("campaign.results", "GET", "/v1/campaigns/{campaign}/results", node.Read,
		"What a campaign gave and cost whom, what was redeemed of it, and who came back elsewhere", "活动效果",
		`{"campaign":"double11"}`), campaignResults)
	CampaignList = node.Lists[CampaignListRequest, campaign.Campaign](node.Describe("campaign.list", "GET",
		"/v1/campaigns", node.Read,
		"List the campaigns", "活动", `{}`))
)

// CampaignRequest names a campaign.
type CampaignRequest struct {
	Campaign string `json:"campaign"`
}

// CampaignShown is a campaign with what is left of its budget and its funders' caps.
type CampaignShown struct {
	campaign.Campaign
	Left     amount.Units            `json:"left"`     // fen of the budget
	LeftCaps map[string]amount.Units `json:"leftCaps"` // fen, by funder that has a cap
}

func showCampaign(ctx context.Context, n *node.Node, _ *node.Call,
	req CampaignRequest) (answer CampaignShown, err error) {
	if answer.Campaign, err = n.Query().Campaign(ctx, req.Campaign); err != nil {
		return answer, err
	}
	if answer.Left, err = leftOf(ctx, n, req.Campaign); err != nil {
		return answer, err
	}
	answer.LeftCaps = map[string]amount.Units{}
	for _, f := range answer.Funders {
		if f.Cap == 0 {
			continue
		}
		if answer.LeftCaps[f.Party], err = leftOf(ctx, n, req.Campaign+"."+f.Party); err != nil {
			return answer, err
		}
	}
	return answer, nil
}

// leftOf is what is left of a campaign's budget, or of one funder's cap.
func leftOf(ctx context.Context, n *node.Node, id string) (amount.Units, error) {
	q, err := n.Query().Quota(ctx, quota.Campaign, id)
	return q.Limit - q.Used + q.Returned, err
}

func campaignResults(ctx context.Context, n *node.Node, _ *node.Call, req CampaignRequest) (index.Results, error) {
	return node.Ask(ctx, n, func(r *index.Reading) (index.Results, error) { return r.CampaignResults(req.Campaign) })
}

// CampaignListRequest narrows the list.
type CampaignListRequest struct {
	By     string   `json:"by,omitempty"`
	States []string `json:"states,omitempty"`
}

func (r CampaignListRequest) Filter() index.Filter {
	return index.Filter{Party: r.By, States: r.States}
}

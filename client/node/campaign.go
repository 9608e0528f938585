package node

import (
	"tallystick/chaincode/campaign"
	"tallystick/client/index"
)

// The operations of campaigns (活动).
var (
	CampaignAgree = sends[campaign.AgreeRequest](Row{"campaign.agree", "POST", "/v1/campaigns/{campaign}/agree", Loyalty,
		"Agree to bear your part of a campaign; with the last funder's agreement it begins", "确认出资",
		`{"campaign":"double11","cap":1200000}`})
	CampaignEnd = sends[campaign.EndRequest](Row{"campaign.end", "POST", "/v1/campaigns/{campaign}/end", Loyalty,
		"End a campaign that you proposed, or withdraw it before it begins", "结束",
		`{"campaign":"double11","reason":"sold_out"}`})
	CampaignLeave = sends[campaign.LeaveRequest](Row{"campaign.leave", "POST", "/v1/campaigns/{campaign}/leave", Loyalty,
		"End a campaign that you fund, from now on; what was awarded stands", "退出",
		`{"campaign":"double11","reason":"budget_cut"}`})
	CampaignPropose = sends[campaign.ProposeRequest](Row{"campaign.propose", "POST", "/v1/campaigns", Loyalty,
		"Propose a campaign; for the issuer of its points or the provider of its benefit", "发起",
		`{"campaign":"double11","terms":{"en":"Double 11","zh":"双十一","scene":"","budget":3000000,"gives":{"programme":"GP","rule":"","times":{"num":0,"den":0},"bonus":3000,"perAward":0,"expires":"2027-03-31","benefit":""},"audience":{"programme":"","tiers":null,"labels":null,"not":null},"goods":null,"outlets":null,"perMember":0,"order":0,"exclusive":false,"returns":false,"from":"2026-11-01","until":"2026-11-30"},"funders":[{"party":"D","parts":40},{"party":"G","parts":60}],"cap":0}`})
	CampaignList = lists[CampaignListRequest, campaign.Campaign](Row{"campaign.list", "GET", "/v1/campaigns", Read,
		"List the campaigns", "活动", `{}`})
)

// CampaignListRequest narrows the list.
type CampaignListRequest struct {
	By     string   `json:"by,omitempty"`
	States []string `json:"states,omitempty"`
}

func (r CampaignListRequest) filter() index.Filter {
	return index.Filter{Party: r.By, States: r.States}
}

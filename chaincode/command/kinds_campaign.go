package command

import (
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/party"
)

// The kinds of campaigns, 150–159.
const (
	ProposeCampaign Kind = 150
	AgreeCampaign   Kind = 151
	LeaveCampaign   Kind = 152
	EndCampaign     Kind = 153
	AwardPurchase   Kind = 154
)

var campaignSpecs = []spec{
	specOf[campaign.ProposeRequest](ProposeCampaign, "campaign:Propose",
		now(party.Issuer|party.Acceptor|party.Supplier),
		"Campaign proposed", "提出活动"),
	specOf[campaign.AgreeRequest](AgreeCampaign, "campaign:Agree", byBusiness, "Campaign agreed", "确认活动"),
	specOf[campaign.LeaveRequest](LeaveCampaign, "campaign:Leave", toFinish, "Campaign left", "退出活动"),
	specOf[campaign.EndRequest](EndCampaign, "campaign:End", toFinish, "Campaign ended", "结束活动"),
	specOf[campaign.AwardRequest](AwardPurchase, "campaign:Award", now(party.Issuer|party.Acceptor|party.Supplier),
		"Campaign awarded", "活动奖励"),
}

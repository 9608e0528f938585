package command

import "tallystick/chaincode/campaign"

// The kinds of campaigns, 150–159.
const (
	ProposeCampaign Kind = 150
	AgreeCampaign   Kind = 151
	LeaveCampaign   Kind = 152
	EndCampaign     Kind = 153
	AwardPurchase   Kind = 154
)

var campaignSpecs = []spec{
	specOf[campaign.ProposeRequest](ProposeCampaign, "campaign:Propose"),
	specOf[campaign.AgreeRequest](AgreeCampaign, "campaign:Agree"),
	specOf[campaign.LeaveRequest](LeaveCampaign, "campaign:Leave"),
	specOf[campaign.EndRequest](EndCampaign, "campaign:End"),
	specOf[campaign.AwardRequest](AwardPurchase, "campaign:Award"),
}

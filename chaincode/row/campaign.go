package row

import (
	"reflect"

	"tallystick/chaincode/campaign"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
)

// The rows of campaigns:
//
//	j/CAMPAIGN                 campaign
//	ja/NUMBER                  award: named by the command that made it, and its place among those of one purchase
//	jr/CAMPAIGN/REFERENCE      purchase that was awarded
//	jm/CAMPAIGN/MEMBER         how many awards a member has had
var (
	campaigns = as[campaign.Campaign]("j", "campaign", "CAMPAIGN", makes(owner(proposer), command.ProposeCampaign),
		changes(owner(proposer), command.EndCampaign),
		changes(anyone, command.AgreeCampaign, command.LeaveCampaign),
		keeping(func(b, a campaign.Campaign) bool {
			return b.ID == a.ID && b.By == a.By && reflect.DeepEqual(b.Terms, a.Terms)
		}))
	awards           = byRow[campaign.Award]("ja", "award", makes(itsCommand, command.AwardPurchase))
	purchasesAwarded = as[campaign.Used]("jr", "purchase awarded", "CAMPAIGN/REFERENCE",
		makes(anyone, command.AwardPurchase))
	awardCounts = as[campaign.Count]("jm", "award-count", "CAMPAIGN/MEMBER",
		writes(anyone, command.AwardPurchase, command.RevokeEntitlement))
)

func proposer(c campaign.Campaign) string { return c.By }

// Campaign is the key of a campaign.
func Campaign(id string) Key[campaign.Campaign] { return campaigns.at(id) }

// Award is the key of an award.
func Award(n number.Row) Key[campaign.Award] {
	return awards.of(n)
}

// PurchaseAwarded is the key of a purchase that a campaign has awarded.
func PurchaseAwarded(campaignID, reference string) Key[campaign.Used] {
	return purchasesAwarded.at(campaignID, reference)
}

// AwardCount is the key of how many awards of a campaign a member has had.
func AwardCount(campaignID, member string) Key[campaign.Count] {
	return awardCounts.at(campaignID, member)
}

package row

import (
	"reflect"

	"tallystick/chaincode/campaign"
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
)

// campaignReaders reads the rows of campaigns:
//
//	j/CAMPAIGN                 campaign
//	ja/NUMBER                  award: named by the command that made it, and its place among those of one purchase
//	jr/CAMPAIGN/REFERENCE      purchase that was awarded
//	jm/CAMPAIGN/MEMBER         how many awards a member has had
var campaignReaders = map[string]reader{
	"j": as[campaign.Campaign]("campaign", "CAMPAIGN", makes(owner(proposer), command.ProposeCampaign), changes(owner(proposer), command.EndCampaign),
		changes(anyone, command.AgreeCampaign, command.LeaveCampaign),
		keeping(func(b, a campaign.Campaign) bool {
			return b.ID == a.ID && b.By == a.By && reflect.DeepEqual(b.Terms, a.Terms)
		})),
	"ja": byRow[campaign.Award]("award", makes(itsCommand, command.AwardPurchase)),
	"jr": as[campaign.Used]("purchase awarded", "CAMPAIGN/REFERENCE", makes(anyone, command.AwardPurchase)),
	"jm": as[campaign.Count]("award-count", "CAMPAIGN/MEMBER", writes(anyone, command.AwardPurchase, command.RevokeEntitlement)),
}

func proposer(c campaign.Campaign) string { return c.By }

// Campaign is the key of a campaign.
func Campaign(id string) Key[campaign.Campaign] { return Key[campaign.Campaign]("j/" + id) }

// Award is the key of an award.
func Award(n number.Row) Key[campaign.Award] {
	var room [96]byte
	return Key[campaign.Award](appendHex(appendSortable(append(room[:0], "ja/"...), n.Command), uint64(n.Ord), 2))
}

// PurchaseAwarded is the key of a purchase that a campaign has awarded.
func PurchaseAwarded(campaignID, reference string) Key[campaign.Used] {
	return Key[campaign.Used]("jr/" + campaignID + "/" + reference)
}

// AwardCount is the key of how many awards of a campaign a member has had.
func AwardCount(campaignID, member string) Key[campaign.Count] {
	return Key[campaign.Count]("jm/" + campaignID + "/" + member)
}

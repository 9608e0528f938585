package row

import (
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/number"
)

// campaignReaders reads the rows of campaigns:
//
//	j/CAMPAIGN                 campaign
//	ja/NUMBER                  award: named by the command that made it, and its place among those of one purchase
//	jr/CAMPAIGN/REFERENCE      purchase that was awarded
//	jm/CAMPAIGN/MEMBER         how many awards a member has had
var campaignReaders = map[string]reader{
	"j":  as[campaign.Campaign]("campaign"),
	"ja": byRow[campaign.Award]("award"),
	"jr": as[campaign.Used]("purchase awarded"),
	"jm": as[campaign.Count]("award-count"),
}

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

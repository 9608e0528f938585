package adversary

import (
	"fmt"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/points"
)

// M's points are worth a third of a fen. D has agreed to bear half of a campaign, and no more than 2 fen of it. M
// awards two points at a time to its own member, one of which is D's: that costs D a fen of its cap, not none.
func TestAwardsOfAPointPassNoBudget(t *testing.T) {
	w := found(t)
	w.must("M", points.OpenProgrammeRequest{Programme: "MP", En: "M", Zh: "M", Price: amount.Rate{Num: 1, Den: 3}})
	terms := campaign.Terms{
		En: "x", Zh: "x", Budget: 9, Gives: campaign.Gives{Programme: "MP", Bonus: 2, Expires: w.today + 90},
		From: w.today, Until: w.today + 30,
	}
	w.must("M", campaign.ProposeRequest{
		Campaign: "joint", Terms: terms, Funders: []campaign.Share{{Party: "D", Parts: 1}, {Party: "M", Parts: 1}},
		Cap: 9,
	})
	w.must("D", campaign.AgreeRequest{Campaign: "joint", Cap: 2})
	for i := range 40 {
		_, err := w.try("M", campaign.AwardRequest{
			Campaigns: []string{"joint"}, Member: "li", Lines: []campaign.Line{{Fen: 100}},
			Reference: fmt.Sprint("b", i),
		})
		if fault.CodeOf(err) == fault.Quota {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	borne := amount.Units(0)
	for _, lot := range rows[points.Lot](w, "lot") {
		if lot.Funder == "D" {
			borne += lot.Issued
		}
	}
	if borne < 1 || borne > 6 {
		t.Errorf("D bears no more than 2 fen, and owes for %d points at a third of a fen", borne)
	}
}

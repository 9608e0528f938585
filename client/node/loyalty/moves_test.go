package loyalty

import (
	"slices"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/client/node"
)

// TestWhatCampaignsGiveOnce: what a campaign gives however little is bought is weighed, as far as it gives it.
func TestWhatCampaignsGiveOnce(t *testing.T) {
	for _, c := range []struct {
		gives campaign.Gives
		want  []node.Part
	}{
		{campaign.Gives{Programme: "DP", Rule: "basket"}, nil},
		{campaign.Gives{Programme: "DP", Bonus: 500}, []node.Part{{Programme: "DP", Points: 500}}},
		{campaign.Gives{Programme: "DP", Bonus: 500, PerAward: 300}, []node.Part{{Programme: "DP", Points: 300}}},
		{campaign.Gives{Benefit: "wash"}, nil},
	} {
		if got := once(c.gives); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.gives, got, c.want)
		}
	}
	for uses, want := range map[uint16]amount.Units{0: 0, 1: 700, 3: 2100} {
		if got := allUses(benefit.Model{Price: 700, Uses: uses}); got != want {
			t.Errorf("%d uses: %d, want %d", uses, got, want)
		}
	}
}

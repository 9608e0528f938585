package loyalty

import (
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/campaign"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/cmd/tally/internal/cli/clitest"
	"tallystick/client/index"
	"tallystick/client/node/loyalty"
)

func TestResultsTable(t *testing.T) {
	got := clitest.Rendered(func(w table.Writer) {
		resultsTable(w, index.Results{
			Height: 9, Campaign: "double11", By: "G", Programme: "GP", Budget: 5000, Left: 2000, Awards: 1,
			Members: 1, Points: 300_000,
			Funders: []index.Bearing{{Party: "D", Points: 120_000, Fen: 1200, Redeemed: 120_000, Worth: 1200},
				{Party: "G", Points: 180_000, Fen: 1800}},
			Redeemed: []index.Redeemed{{Party: "M", Times: 1, Points: 120_000, Fen: 1200}},
			Repurchase: index.Repurchase{Members: 1, Times: 2, Points: 7, Fen: 9,
				At: []index.Elsewhere{{Redeemed: index.Redeemed{Party: "M", Times: 2, Points: 7, Fen: 9}, Members: 1}}},
		}, cli.Scales{"GP": 2})
	})
	want := strings.TrimLeft(`
 double11 of G       party  members  times    points   worth 
─────────────────────────────────────────────────────────────
 given                            1      1  3,000.00  ¥30.00 
 left of the budget                                   ¥20.00 
─────────────────────────────────────────────────────────────
 borne by            D                      1,200.00  ¥12.00 
 borne by            G                      1,800.00  ¥18.00 
 of it redeemed      D                      1,200.00  ¥12.00 
 of it redeemed      G                          0.00   ¥0.00 
─────────────────────────────────────────────────────────────
 redeemed at         M                   1  1,200.00  ¥12.00 
 repurchase at       M            1      2             ¥0.09 
 repurchase in all                1      2             ¥0.09 
as of block 8
`, "\n")
	if got != want {
		t.Errorf("\n%s", got)
	}
}

func TestCampaignTableSaysWhoHasYetToAgree(t *testing.T) {
	one := loyalty.CampaignShown{Left: 700, LeftCaps: map[string]amount.Units{"D": 30},
		Campaign: campaign.Campaign{ID: "c", By: "G", State: campaign.Proposed,
			Terms: campaign.Terms{En: "Joint", Zh: "联合",
				Gives: campaign.Gives{Programme: "GP", Rule: "basket", Times: amount.Rate{Num: 3, Den: 2}, Bonus: 150,
					PerAward: 900}}, Funders: []campaign.Funder{{Party: "D", Parts: 40, Cap: 100, Agreed: true},
				{Party: "G", Parts: 60}}}}
	got := clitest.Rendered(func(w table.Writer) { campaignTable(w, one, cli.Scales{"GP": 2}) })
	for _, want := range []string{"PROPOSED", "Joint 联合", "rule basket × 3/2 + 1.50 GP, at most 9.00",
		"40 parts, at most ¥1.00, ¥0.30 left", "60 parts, has yet to agree", "¥7.00"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s:\n%s", want, got)
		}
	}
}

package loyalty

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/answer"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node"
	"tallystick/client/node/loyalty"
)

// bought are the flags of a purchase.
func bought(cmd *cobra.Command, req *campaign.AwardRequest) {
	cli.Word(cmd, &req.Member, "member", "who bought")
	cli.Many(cmd, &req.Lines, "bought", "yuan, LABEL:YUAN, SUPPLIER/SKU:YUAN or SUPPLIER/SKU,LABEL:YUAN", parseBought)
	cli.Word(cmd, &req.Reference, "reference", "of the purchase, such as a receipt's number; a campaign awards it once")
	cli.Require(cmd, "member", "bought", "reference")
	cli.Word(cmd, &req.Outlet, "at", "PARTY:OUTLET where it was")
	cli.Word(cmd, &req.Scene, "scene", "scene (消费场景)")
	cli.Word(cmd, &req.Activator, "activator", "party whose evidence what is given waits for")
}

// ofCampaigns is the purchase that a line names, for its campaigns.
func ofCampaigns(req *campaign.AwardRequest) func([]string) (campaign.AwardRequest, error) {
	return func(args []string) (campaign.AwardRequest, error) {
		req.Campaigns = strings.Split(args[0], ",")
		return *req, nil
	}
}

func awardPurchase(a *cli.App) *cobra.Command {
	var req campaign.AwardRequest
	cmd := cli.Verb(a, "award CAMPAIGN[,CAMPAIGN…]", `  tally --as G campaign award double11 --member li --bought 168000.00 --reference r-000123
  tally --as D campaign award double11,tyres --member wang --bought tyre:599.00 --bought S2/wiper,wiper:18.00 \
      --at D:pudong --scene retail --reference r-000124`,
		loyalty.CampaignAward, ofCampaigns(&req), cli.WithMore(a, func(ctx context.Context, n *cli.Node,
			_ loyalty.Awarded) (givenPoints, error) {
			return pointsOf(ctx, n, req.Campaigns)
		}, awardedTable))
	bought(cmd, &req)
	return cmd
}

func awardedTable(t table.Writer, done loyalty.Awarded, points givenPoints) {
	cli.ReceiptTable(t, "awarded", done.Receipt)
	for _, one := range done.Awards {
		awardRows(t, one.Award, points)
		for i, c := range one.Codes {
			t.AppendRow(table.Row{fmt.Sprintf("  code for use %d", i+1), c})
		}
	}
}

// givenPoints writes points that a campaign gives.
type givenPoints map[string]func(amount.Units) string

// pointsOf asks in which programme campaigns give points, and with how many digits. Of a campaign that the caller may
// not see, such as one whose key is a counter's, points are written in smallest units.
func pointsOf(ctx context.Context, n *cli.Node, campaigns []string) (givenPoints, error) {
	s, err := cli.AskScales(ctx, n)
	if err != nil {
		return nil, err
	}
	points := givenPoints{}
	for _, id := range campaigns {
		one, err := cli.Ask(ctx, n, loyalty.CampaignShow, loyalty.CampaignRequest{Campaign: id})
		switch {
		case fault.CodeOf(err) == fault.Forbidden:
			points[id] = func(units amount.Units) string { return cli.Grouped(units) + " smallest units" }
		case err != nil:
			return nil, err
		default:
			points[id] = inProgramme(s, one.Terms.Gives.Programme)
		}
	}
	return points, nil
}

// of1 writes points of one programme, with its name.
func inProgramme(s cli.Scales, programme string) func(amount.Units) string {
	return func(units amount.Units) string { return s.Show(programme, units) + " " + programme }
}

// awardRows say what a campaign gave, and what each funder bears.
func awardRows(t table.Writer, one campaign.Award, points givenPoints) {
	show := points[one.Campaign]
	what := ""
	if one.Points > 0 {
		what = show(one.Points)
	}
	if one.Points == 0 {
		what = "entitlement " + one.Entitlement.String()
	}
	t.AppendRow(table.Row{"campaign " + one.Campaign, what})
	for _, b := range one.Funders {
		bears := cli.Yuan(b.Fen)
		if b.Points > 0 {
			bears += ", " + show(b.Points) + " in lot " + b.Lot.String()
		}
		t.AppendRow(table.Row{"  " + b.Party + " bears", bears})
	}
}

func simulateAward(a *cli.App) *cobra.Command {
	var req campaign.AwardRequest
	cmd := cli.Verb(a, "simulate CAMPAIGN[,CAMPAIGN…]",
		"  tally --as G campaign simulate double11 --member li --bought 168000.00 --reference r-000123",
		loyalty.CampaignSimulate, ofCampaigns(&req), cli.WithMore(a, func(ctx context.Context, n *cli.Node,
			_ node.List[answer.Prospect]) (givenPoints, error) {
			return pointsOf(ctx, n, req.Campaigns)
		}, prospectsTable))
	bought(cmd, &req)
	return cmd
}

func prospectsTable(t table.Writer, list node.List[answer.Prospect], points givenPoints) {
	for _, one := range list.Rows {
		if one.Code != "" {
			t.AppendRow(table.Row{"campaign " + one.Campaign, string(one.Code) + ": " + one.Why})
			continue
		}
		awardRows(t, one.Award, points)
	}
}

func awardsTable(t table.Writer, found node.Found[campaign.Award], points givenPoints) {
	t.AppendHeader(table.Row{"award", "campaign", "member", "date", "reference", "outlet", "points",
		"entitlement", "borne"})
	cli.Right(t, 7)
	t.SuppressEmptyColumns()
	for _, n := range found.Rows {
		one, gave := n.Row, ""
		if one.Points > 0 {
			gave = points[one.Campaign](one.Points)
		}
		var borne []string
		for _, b := range one.Funders {
			borne = append(borne, b.Party+" "+cli.Yuan(b.Fen))
		}
		t.AppendRow(table.Row{n.ID, one.Campaign, one.Member, one.Date, one.Reference, one.Outlet, gave,
			one.Entitlement, strings.Join(borne, ", ")})
	}
	cli.AsOf(t, found.Height)
}

func listAwards(a *cli.App) *cobra.Command {
	var req loyalty.CampaignAwardsRequest
	cmd := cli.Verb(a, "awards", "  tally --as D campaign awards --campaign double11 --member li",
		loyalty.CampaignAwards, cli.Words(&req), cli.WithMore(a, func(ctx context.Context, n *cli.Node,
			found node.Found[campaign.Award]) (givenPoints, error) {
			var campaigns []string
			for _, one := range found.Rows {
				if !slices.Contains(campaigns, one.Row.Campaign) {
					campaigns = append(campaigns, one.Row.Campaign)
				}
			}
			return pointsOf(ctx, n, campaigns)
		}, awardsTable))
	cli.Word(cmd, &req.Campaign, "campaign", "of this campaign only")
	cli.Word(cmd, &req.Member, "member", "of this member only")
	return cmd
}

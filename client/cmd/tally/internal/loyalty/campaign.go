package loyalty

import (
	"cmp"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/index"
	"tallystick/client/node/loyalty"
)

// Campaigns is the group of joint campaigns.
func Campaigns(a *cli.App) *cobra.Command {
	cmd := cli.Group("campaign", "Joint campaigns: what several parties pay for together (联合营销)")
	cli.Under(cmd, "Agree (立项)", proposeCampaign(a), agreeCampaign(a), leaveCampaign(a), endCampaign(a))
	cli.Under(cmd, "Award (发放)", awardPurchase(a), simulateAward(a))
	cli.Under(cmd, "See (查看)", showCampaign(a), listCampaigns(a), listAwards(a), campaignResults(a))
	return cmd
}

func proposeCampaign(a *cli.App) *cobra.Command {
	var req campaign.ProposeRequest
	t := &req.Terms
	cmd := cli.Sends(a, "propose CAMPAIGN",
		`  tally --as G campaign propose double11 --en "Double 11" --zh 双十一 --programme GP --bonus 30.00 \
      --expires 2027-03-31 --split G:60 --split D:40 --budget 30000.00 --from 2026-11-01 --until 2026-11-30
  tally --as D campaign propose tyres --en Tyres --zh 轮胎季 --programme DP --rule basket --times 3/2 --per-award 50.00 \
      --split D:1 --split S2:1 --cap 2000.00 --budget 5000.00 --good tyre --good S2/wiper --at D:pudong \
      --per-member 2 --stacking 10 --tier-of DP:gold --from 2026-11-01 --until 2026-11-30
  tally --as M campaign propose rides --en Rides --zh 出行月 --benefit ride --split G:1 --budget 10000.00 --from 2026-11-01 --until 2026-11-30`, loyalty.CampaignPropose,
		func(args []string) (campaign.ProposeRequest, error) {
			req.Campaign = args[0]
			slices.SortFunc(req.Funders, func(x, y campaign.Share) int { return cmp.Compare(x.Party, y.Party) })
			if t.Gives.Rule != "" && t.Gives.Times == (amount.Rate{}) {
				t.Gives.Times = amount.Rate{Num: 1, Den: 1}
			}
			return req, nil
		})
	cli.Names(cmd, &t.En, &t.Zh)
	cli.Word(cmd, &t.Gives.Programme, "programme", "programme of the points that it gives")
	cli.Word(cmd, &t.Gives.Rule, "rule", "earn rule of it, for the lines that count")
	cli.One(cmd, &t.Gives.Times, "times", "on what the rule gives: 2 or 3/2", amount.ParseRate)
	a.PointsFlag(cmd, &t.Gives.Bonus, "bonus", "points, once an award", cli.OfProgramme(&t.Gives.Programme))
	a.PointsFlag(cmd, &t.Gives.PerAward, "per-award", "points of one award at most; 0: no limit",
		cli.OfProgramme(&t.Gives.Programme))
	cli.Day(cmd, &t.Gives.Expires, "expires", "last day of the points, where the programme has no expiry rule")
	cli.Word(cmd, &t.Gives.Benefit, "benefit", "or the benefit that it gives")
	cmd.MarkFlagsMutuallyExclusive("programme", "benefit")
	cli.Many(cmd, &req.Funders, "split", "PARTY:PARTS who bears so many parts of its cost (出资方)", parseFunder)
	cli.YuanFlag(cmd, &req.Cap, "cap", "what you bear at most, if you are a funder; 0: no cap")
	cli.YuanFlag(cmd, &t.Budget, "budget", "what it may cost in all")
	cli.Many(cmd, &t.Goods, "good", "SUPPLIER/SKU or product label that it is for", cli.AsIs)
	cli.Many(cmd, &t.Outlets, "at", "PARTY:OUTLET where it is", cli.AsIs)
	cli.Word(cmd, &t.Scene, "scene", "that it is for; all scenes if you name none")
	cli.ForWhom(cmd, &t.Audience)
	cli.Whole(cmd, &t.PerMember, "per-member", 0, "awards that one member may have; 0: no limit")
	cli.Whole(cmd, &t.Order, "stacking", 0, "of stacking: the lowest first, then by id (叠加顺序)")
	cmd.Flags().BoolVar(&t.Exclusive, "exclusive", false, "it isn't had together with others")
	cli.Day(cmd, &t.From, "from", "first day")
	cli.Day(cmd, &t.Until, "until", "last day")
	cli.Require(cmd, "split", "budget", "from", "until")
	return cmd
}

func parseFunder(text string) (campaign.Share, error) {
	party, parts, err := cli.ParseParts(text)
	return campaign.Share{Party: party, Parts: parts}, err
}

func agreeCampaign(a *cli.App) *cobra.Command {
	var req campaign.AgreeRequest
	cmd := cli.Sends(a, "agree CAMPAIGN", "  tally --as D campaign agree double11 --cap 12000.00",
		loyalty.CampaignAgree, cli.Words(&req, &req.Campaign))
	cli.YuanFlag(cmd, &req.Cap, "cap", "what you bear at most; 0: no cap but the budget")
	return cmd
}

func leaveCampaign(a *cli.App) *cobra.Command {
	var req campaign.LeaveRequest
	cmd := cli.Sends(a, "leave CAMPAIGN", "  tally --as D campaign leave double11 --reason budget_cut",
		loyalty.CampaignLeave, cli.Words(&req, &req.Campaign))
	cli.Reason(cmd, &req.Reason, "budget_cut")
	return cmd
}

func endCampaign(a *cli.App) *cobra.Command {
	var req campaign.EndRequest
	cmd := cli.Sends(a, "end CAMPAIGN", "  tally --as G campaign end double11 --reason sold_out", loyalty.CampaignEnd,
		cli.Words(&req, &req.Campaign))
	cli.Reason(cmd, &req.Reason, "sold_out")
	return cmd
}

// aCampaign is the argument of commands that are about one campaign and say no more.
func aCampaign(args []string) (loyalty.CampaignRequest, error) {
	return loyalty.CampaignRequest{Campaign: args[0]}, nil
}

func showCampaign(a *cli.App) *cobra.Command {
	return cli.Verb(a, "show CAMPAIGN", "  tally --as D campaign show double11", loyalty.CampaignShow, aCampaign,
		cli.InTable(a, campaignTable))
}

func campaignTable(t table.Writer, one loyalty.CampaignShown, s cli.Scales) {
	terms := one.Terms
	t.AppendRows([]table.Row{{"campaign", one.ID}, {"name", terms.En + " " + terms.Zh}, {"of", one.By},
		{"state", one.State}, {"gives", givesText(terms.Gives, s)},
		{"budget", cli.Yuan(terms.Budget)}, {"left", cli.Yuan(one.Left)}})
	for _, f := range one.Funders {
		t.AppendRow(table.Row{"funder " + f.Party, funderText(f, one.LeftCaps[f.Party])})
	}
	t.AppendRows([]table.Row{{"from", terms.From}, {"until", terms.Until}, {"scene", terms.Scene},
		{"for", cli.AudienceText(terms.Audience)}, {"goods", strings.Join(terms.Goods, ", ")},
		{"outlets", strings.Join(terms.Outlets, ", ")}, {"awards a member", terms.PerMember},
		{"stacking order", terms.Order}, {"exclusive", cli.Yes(terms.Exclusive)}})
	if one.State.Over() {
		t.AppendRow(table.Row{"ended by " + one.End.By, one.End.Reason + " on " + one.End.Date.String()})
	}
}

func funderText(f campaign.Funder, left amount.Units) string {
	text := cli.Scaled(f.Parts, 0) + " parts"
	switch {
	case !f.Agreed:
		text += ", has yet to agree"
	case f.Cap > 0:
		text += ", at most " + cli.Yuan(f.Cap) + ", " + cli.Yuan(left) + " left"
	}
	return text
}

func givesText(g campaign.Gives, s cli.Scales) string {
	if g.Benefit != "" {
		return "benefit " + g.Benefit
	}
	var parts []string
	if g.Rule != "" {
		parts = append(parts, "rule "+g.Rule+" × "+g.Times.String())
	}
	if g.Bonus > 0 {
		parts = append(parts, s.Show(g.Programme, g.Bonus))
	}
	text := strings.Join(parts, " + ") + " " + g.Programme
	if g.PerAward > 0 {
		text += ", at most " + s.Show(g.Programme, g.PerAward)
	}
	return text
}

func listCampaigns(a *cli.App) *cobra.Command {
	var req loyalty.CampaignListRequest
	cmd := cli.Lists(a, "list", "  tally --as D campaign list --state ACTIVE", loyalty.CampaignList,
		cli.Columns[campaign.Campaign]{
			Header: table.Row{"campaign", "of", "name", "名称", "state", "gives", "funders", "budget",
				"order", "for", "from",
				"until"}, Right: []int{8, 9},
			Cells: func(n index.Entry[campaign.Campaign], s cli.Scales) table.Row {
				c, t := n.Row, n.Row.Terms
				return table.Row{c.ID, c.By, t.En, t.Zh, c.State, givesText(t.Gives, s), fundersText(c.Funders),
					cli.Yuan(t.Budget), t.Order, cli.AudienceText(t.Audience), t.From, t.Until}
			},
		}, cli.Words(&req))
	cli.Word(cmd, &req.By, "by", "proposed by this party only")
	cli.InState(cmd, &req.States, "PROPOSED, ACTIVE, ENDED or WITHDRAWN", "PROPOSED", "ACTIVE", "ENDED", "WITHDRAWN")
	return cmd
}

func fundersText(list []campaign.Funder) string {
	var parts []string
	for _, f := range list {
		parts = append(parts, f.Party+" "+cli.Scaled(f.Parts, 0))
	}
	return strings.Join(parts, " : ")
}

func campaignResults(a *cli.App) *cobra.Command {
	cmd := cli.Verb(a, "results CAMPAIGN", "  tally --as G campaign results double11 -o json", loyalty.CampaignResults,
		aCampaign, cli.InTable(a, resultsTable))
	cmd.Long = `Sum up a campaign. Borne by is what each funder's budget and cap were drawn by;
redeemed at is where points of its awards, or uses of its benefit, were spent and
not given back. Repurchase is what members did after their first award at other
parties than the campaign's own, with whatever points and benefits.`
	return cmd
}

func resultsTable(t table.Writer, r index.Results, s cli.Scales) {
	t.AppendHeader(table.Row{r.Campaign + " of " + r.By, "party", "members", "times", "points", "worth"})
	cli.Right(t, 3, 4, 5, 6)
	t.AppendRows([]table.Row{{"given", "", r.Members, r.Awards, s.Show(r.Programme, r.Points),
		cli.Yuan(r.Budget - r.Left)},
		{"left of the budget", "", "", "", "", cli.Yuan(r.Left)}})
	if r.Benefit != "" {
		t.AppendRows([]table.Row{{"benefits given", "", "", r.Given, "", ""}, {"uses of them", "", "", r.Used, "", ""}})
	}
	t.AppendSeparator()
	for _, f := range r.Funders {
		t.AppendRow(table.Row{"borne by", f.Party, "", "", s.Show(r.Programme, f.Points), cli.Yuan(f.Fen)})
	}
	for _, f := range r.Funders {
		t.AppendRow(table.Row{"of it redeemed", f.Party, "", "", s.Show(r.Programme, f.Redeemed), cli.Yuan(f.Worth)})
	}
	t.AppendSeparator()
	for _, one := range r.Redeemed {
		t.AppendRow(table.Row{"redeemed at", one.Party, "", one.Times,
			s.Show(r.Programme, one.Points), cli.Yuan(one.Fen)})
	}
	for _, one := range r.Repurchase.At {
		t.AppendRow(table.Row{"repurchase at", one.Party, one.Members, one.Times, "", cli.Yuan(one.Fen)})
	}
	t.AppendRow(table.Row{"repurchase in all", "", r.Repurchase.Members, r.Repurchase.Times, "",
		cli.Yuan(r.Repurchase.Fen)})
	cli.AsOf(t, r.Height)
}

// parseBought reads FEN, LABEL:FEN, SUPPLIER/SKU:FEN or SUPPLIER/SKU,LABEL:FEN.
func parseBought(text string) (campaign.Line, error) {
	what, fen := "", text
	if i := strings.LastIndex(text, ":"); i >= 0 {
		what, fen = text[:i], text[i+1:]
	}
	units, err := cli.ParseYuan(fen)
	if err != nil {
		return campaign.Line{}, err
	}
	line := campaign.Line{Fen: units}
	for part := range strings.SplitSeq(what, ",") {
		to := &line.Label
		if strings.Contains(part, "/") {
			to = &line.Good
		}
		if *to != "" {
			return campaign.Line{}, fault.New(fault.BadRequest, "%.80q: want one good and one label at most", text)
		}
		*to = part
	}
	return line, nil
}

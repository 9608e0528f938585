package loyalty

import (
	"context"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/points"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/figure"
	"tallystick/client/index"
	"tallystick/client/node/loyalty"
)

func award(a *cli.App) *cobra.Command {
	var w purchase
	cmd := cli.Sends(a, "award", `  tally --as D points award --programme DP --rule basket --member wang --bought 189.00
  tally --as D points award --programme DP --rule basket --member wang --bought oil:298.00 --bought 12.00 \
      --scene service --outlet shop-3 --reference r-000123`, loyalty.PointsAward,
		func([]string) (points.AwardRequest, error) { return w.request(), nil })
	w.flags(cmd)
	return cmd
}

func simulate(a *cli.App) *cobra.Command {
	var w purchase
	cmd := cli.Verb(a, "simulate",
		"  tally --as D points simulate --programme DP --rule basket --member wang --bought oil:298.00 --bought 12.00",
		loyalty.PointsSimulate, func([]string) (points.AwardRequest, error) { return w.request(), nil },
		cli.InTable(a, func(t table.Writer, earned points.Earned, s cli.Scales) {
			earnedTable(t, earned, w.req.Programme, s)
		}))
	w.flags(cmd)
	return cmd
}

func earnedTable(t table.Writer, e points.Earned, programme string, s cli.Scales) {
	t.AppendRows([]table.Row{{"points", s.Show(programme, e.Points)}, {"before rounding", e.Exact}})
	if e.Tier != "" {
		t.AppendRow(table.Row{"tier " + e.Tier, "× " + e.Times.String()})
	}
	if e.Bonus > 0 {
		t.AppendRow(table.Row{"bonus among them", s.Show(programme, e.Bonus)})
	}
	if e.Limited {
		t.AppendRow(table.Row{"limited", "to the rule's most for one award"})
	}
}

// purchase is what an award is for.
type purchase struct {
	req  points.AwardRequest
	rest points.Grant
}

func (w *purchase) request() points.AwardRequest {
	req := w.req
	req.Split, req.Outlet, req.Reference = w.rest.Split, w.rest.Outlet, w.rest.Reference
	return req
}

func (w *purchase) flags(cmd *cobra.Command) {
	cli.Word(cmd, &w.req.Programme, "programme", "programme")
	cli.Word(cmd, &w.req.Rule, "rule", "earn rule")
	cli.Word(cmd, &w.req.Member, "member", "who bought")
	cli.Word(cmd, &w.req.Scene, "scene", "scene (消费场景)")
	cli.Many(cmd, &w.req.Lines, "bought", "yuan, or label:yuan", parseLine)
	cli.Require(cmd, "programme", "rule", "member", "bought")
	cli.Day(cmd, &w.req.Expires, "expires", "last day, where the programme has no expiry rule")
	cli.Word(cmd, &w.req.Activator, "activator", "party whose evidence the lot waits for")
	granting(cmd, &w.rest)
}

// parseLine reads YUAN or LABEL:YUAN.
func parseLine(text string) (points.Bought, error) {
	label, paid, labelled := strings.Cut(text, ":")
	if !labelled {
		label, paid = "", text
	}
	fen, err := cli.ParseYuan(paid)
	return points.Bought{Label: label, Fen: fen}, err
}

func earnRules(a *cli.App) *cobra.Command {
	return cli.Group("rule", "Earn rules: what a purchase earns (积分规则)", setEarnRule(a), listEarnRules(a))
}

func setEarnRule(a *cli.App) *cobra.Command {
	var req points.SetRuleRequest
	cmd := cli.Sends(a, "set PROGRAMME RULE",
		`  tally --as D points rule set DP basket --earn 1 --from 2026-11-01 --until 2026-12-31
  tally --as D points rule set DP double --earn 2 --rounding down --tier-times gold:3/2 --label-times oil:2 \
      --bonus 0.50 --per-award 50.00 --label-of D:household --from 2026-11-01 --until 2026-11-30`, loyalty.PointsRuleSet,
		cli.Words(&req, &req.Rule.Programme, &req.Rule.ID))
	r := &req.Rule
	a.RateFlag(cmd, &r.Rate, "earn", "points for a yuan, such as 1 or 0.5",
		func(_ context.Context, _ *cli.Node, s cli.Scales, shown amount.Rate) (amount.Rate, error) {
			scale, err := s.Of(r.Programme)
			if err != nil {
				return shown, err
			}
			return figure.PerFen(shown, scale)
		})
	cli.Choice(cmd, &r.Rounding, "rounding", "of the sum of all lines", "down", "half_even", "up")
	cli.Many(cmd, &r.Tiers, "tier-times", "TIER:TIMES, such as gold:3/2", parseMultiplier)
	cli.Many(cmd, &r.Labels, "label-times", "LABEL:TIMES of a product, such as oil:2; 0 earns nothing", parseMultiplier)
	a.PointsFlag(cmd, &r.Bonus, "bonus", "points besides, once an award", cli.OfProgramme(&r.Programme))
	a.PointsFlag(cmd, &r.PerAward, "per-award", "points of one award at most; 0: no limit",
		cli.OfProgramme(&r.Programme))
	cli.Word(cmd, &r.Scene, "scene", "that it is for; all scenes if you name none")
	cli.ForWhom(cmd, &r.Audience)
	cli.Day(cmd, &r.From, "from", "first day")
	cli.Day(cmd, &r.Until, "until", "last day")
	cli.Require(cmd, "earn", "from", "until")
	return cmd
}

// parseMultiplier reads ID:TIMES.
func parseMultiplier(text string) (points.Multiplier, error) {
	id, times, ok := strings.Cut(text, ":")
	if !ok {
		return points.Multiplier{}, fmt.Errorf("%q: want ID:TIMES, such as gold:3/2", text)
	}
	rate, err := amount.ParseRate(times)
	return points.Multiplier{For: id, Times: rate}, err
}

func listEarnRules(a *cli.App) *cobra.Command {
	var req loyalty.PointsRuleListRequest
	cmd := cli.Lists(a, "list", "  tally --as A points rule list --programme DP",
		loyalty.PointsRuleList, cli.Columns[points.Rule]{
			Header: table.Row{"programme", "rule", "points a yuan", "by tier", "by label", "bonus", "at most", "scene",
				"for", "from", "until"}, Right: []int{3, 6, 7},
			Cells: func(n index.Entry[points.Rule], s cli.Scales) table.Row {
				r := n.Row
				return table.Row{r.Programme, r.ID, figure.PerYuan(r.Rate, s[r.Programme]), multipliersText(r.Tiers),
					multipliersText(r.Labels), s.OrNone(r.Programme, r.Bonus),
					s.OrNone(r.Programme, r.PerAward), r.Scene, cli.AudienceText(r.Audience), r.From, r.Until}
			},
		}, cli.Words(&req))
	cli.Word(cmd, &req.Programme, "programme", "of this programme only")
	return cmd
}

func multipliersText(list []points.Multiplier) string {
	var parts []string
	for _, m := range list {
		parts = append(parts, m.For+" × "+m.Times.String())
	}
	return strings.Join(parts, ", ")
}

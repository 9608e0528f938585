package loyalty

import (
	"context"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/points"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/figure"
	"tallystick/client/node"
	"tallystick/client/node/loyalty"
)

// Programmes is the group of programmes and their rules.
func Programmes(a *cli.App) *cobra.Command {
	return cli.Group("programme", "Programmes: units of points with one issuer, and their rules (积分计划)",
		openProgramme(a), setRules(a),
		setProgramme(a, "suspend", points.SuspendedIssue,
			"Issue nothing new for now; for the issuer and the operator (暂停)"),
		setProgramme(a, "close", points.ClosedIssue, "Issue nothing new any more; for the issuer (关闭)"),
		setProgramme(a, "reopen", points.OpenToIssue, "Issue again; for who suspended or closed it (恢复)"),
		showProgramme(a), listProgrammes(a))
}

func openProgramme(a *cli.App) *cobra.Command {
	var req points.OpenProgrammeRequest
	var rules ruleChanges
	price := amount.Rate{Num: 1, Den: 1}
	cmd := cli.Sends(a, "open PROGRAMME",
		`  tally --as F programme open FP --en "Finance points" --zh 金融积分 --point-price 4/5
  tally --as G programme open GP --en "Group points" --zh 集团积分 --scale 2 --expiry year_end:1 \
      --transfer --transfer-per-day 5000.00 --tier silver:Silver:银:1000.00 --tier gold:Gold:金:5000.00 --tier-months 12`, loyalty.ProgrammeOpen,
		func(args []string) (points.OpenProgrammeRequest, error) {
			var scale uint8
			if rules.Scale != nil {
				scale = *rules.Scale
			}
			changes, err := rules.in(func(d figure.Decimal) (amount.Units, error) { return d.Units(scale) })
			if err != nil {
				return req, err
			}
			req.Programme, req.Rules = args[0], changes.On(points.Rules{})
			req.Price, err = figure.PerUnit(price, req.Rules.Scale)
			return req, err
		})
	cli.Names(cmd, &req.En, &req.Zh)
	cli.One(cmd, &price, "point-price",
		"settlement price, yuan a point: 1 (which it is if you name none), 4/5 or 0.8", amount.ParseRate)
	rules.flags(cmd)
	return cmd
}

func setRules(a *cli.App) *cobra.Command {
	var changes ruleChanges
	units := figure.Decimal.Least // of points, until the scale is known
	asked := false
	cmd := cli.Verb(a, "rules PROGRAMME", `  tally --as G programme rules GP --transfer --transfer-per-day 50.00 --wait-days 7
  tally --as G programme rules GP --expiry sliding:365 --grace-days 14
  tally --as G programme rules GP --tier none`, loyalty.ProgrammeRules,
		func(args []string) (req loyalty.ProgrammeRulesRequest, err error) {
			if changes.None() {
				return req, fault.New(fault.BadRequest, "say which rules change: see tally programme rules --help")
			}
			if !asked {
				asked = true
				a.Later(func(_ context.Context, _ *cli.Node, s cli.Scales) error {
					scale, err := s.Of(args[0])
					if changes.Scale != nil {
						scale = *changes.Scale
					}
					units = func(d figure.Decimal) (amount.Units, error) { return d.Units(scale) }
					return err
				})
			}
			req.Programme = args[0]
			req.RuleChanges, err = changes.in(units)
			return req, err
		}, a.ReceiptOf("points:SetRules"))
	cmd.Long = `Change rules of a programme, for what happens from now on. What no flag names
stays as it is; the price never changes. Points that were issued keep the expiry
that they were issued with.`
	changes.flags(cmd)
	return cmd
}

func setProgramme(a *cli.App, verb string, state points.ProgrammeState, short string) *cobra.Command {
	req := points.SetProgrammeRequest{State: state}
	cmd := cli.Sends(a, verb+" PROGRAMME", "  tally --as D programme "+verb+" DP --reason replaced",
		loyalty.ProgrammeSet, cli.Words(&req, &req.Programme))
	cmd.Short = short
	cmd.Long = short + `. Whatever its state, points
that are out can be spent, refunded and converted until they expire; to stop a
member's spending, freeze its wallet: tally points freeze.`
	cli.Reason(cmd, &req.Reason, "replaced")
	return cmd
}

func showProgramme(a *cli.App) *cobra.Command {
	var req node.ProgrammeQuery
	return cli.Verb(a, "show PROGRAMME", "  tally --as D programme show GP", loyalty.ProgrammeShow,
		cli.Words(&req, &req.Programme), cli.Shows(a, programmeTable))
}

func programmeTable(t table.Writer, p points.Programme) {
	r, show := p.Rules, cli.ScalesOf([]points.Programme{p})
	t.AppendRows([]table.Row{
		{"programme", p.ID}, {"issuer", p.Issuer}, {"state", stateText(p)}, {"name", p.En}, {"名称", p.Zh},
		{"price, yuan a point", figure.PerPoint(p.Price, r.Scale)},
		{"digits after the point", r.Scale}, {"expiry", expiryText(r.Expiry)},
		{"grace after a refund", fmt.Sprintf("%d days", graceDays(r))},
		{"every grant needs evidence", r.Evidence}, {"can be transferred", r.Transfer.Allowed},
	})
	for _, l := range []struct {
		what  string
		units amount.Units
	}{
		{"transfers a day", r.Transfer.PerDay}, {"transfers to one member a day", r.Transfer.PerCounterparty},
		{"earned a day", r.EarnPerDay}, {"spent a day", r.SpendPerDay},
	} {
		if l.units > 0 {
			t.AppendRow(table.Row{l.what, "at most " + show.Show(p.ID, l.units)})
		}
	}
	if r.Transfer.Wait > 0 {
		t.AppendRow(table.Row{"received points wait", fmt.Sprintf("%d days", r.Transfer.Wait)})
	}
	for _, tier := range r.Tiers {
		t.AppendRow(table.Row{"tier " + tier.ID, fmt.Sprintf("%s %s from %s earned in %d months", tier.En, tier.Zh,
			show.Show(p.ID, tier.AtLeast), r.Window)})
	}
}

// stateText says in which state a programme is, who set it and why.
func stateText(p points.Programme) string {
	if p.StateBy == "" {
		return p.State.String()
	}
	return fmt.Sprintf("%s by %s: %s", p.State, p.StateBy, p.Reason)
}

func graceDays(r points.Rules) uint16 {
	if r.Grace == 0 {
		return 30
	}
	return r.Grace
}

func listProgrammes(a *cli.App) *cobra.Command {
	return cli.Verb(a, "list", "", loyalty.ProgrammeList, cli.Nothing,
		cli.Shows(a, func(t table.Writer, list node.List[points.Programme]) {
			t.AppendHeader(table.Row{"programme", "issuer", "name", "名称", "yuan a point",
				"expiry", "tiers", "state"})
			cli.Right(t, 5)
			t.SuppressEmptyColumns()
			for _, p := range list.Rows {
				var tiers []string
				for _, tier := range p.Rules.Tiers {
					tiers = append(tiers, tier.ID)
				}
				t.AppendRow(table.Row{p.ID, p.Issuer, p.En, p.Zh, figure.PerPoint(p.Price, p.Rules.Scale),
					expiryText(p.Rules.Expiry), strings.Join(tiers, ", "), p.State})
			}
		}))
}

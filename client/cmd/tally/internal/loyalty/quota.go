package loyalty

import (
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/loyalty"
)

// Quotas is the group of limits that lanes draw on.
func Quotas(a *cli.App) *cobra.Command {
	return cli.Group("quota", "Limits that lanes draw on: liability, debit, pledge, benefit, campaign (配额)",
		showQuota(a), surrenderQuota(a))
}

const aboutQuotas = `A limit is named by its kind and id: liability PARTY, debit CYCLE.PARTY or, by a
settlement model, CYCLE.DEBTOR.CREDITOR, pledge NUMBER, benefit BENEFIT, campaign CAMPAIGN or, for one
funder, CAMPAIGN.FUNDER.`

// ofQuota says how limits are named, and completes the kinds.
func ofQuota(cmd *cobra.Command) *cobra.Command {
	cmd.Long = aboutQuotas
	cmd.ValidArgsFunction = cobra.FixedCompletions([]string{string(quota.Liability), string(quota.Debit),
		string(quota.Pledge), string(quota.Benefit), string(quota.Campaign)}, cobra.ShellCompDirectiveNoFileComp)
	return cmd
}

func showQuota(a *cli.App) *cobra.Command {
	var req loyalty.QuotaQuery
	return ofQuota(cli.Verb(a, "show KIND ID", `  tally --as G quota show debit 2026-11.B
  tally --as D quota show pledge D.0.12.0
  tally --as M quota show benefit ride`, loyalty.QuotaShow, func(args []string) (loyalty.QuotaQuery, error) {
		req = loyalty.QuotaQuery{Kind: quota.Subject(args[0]), ID: args[1]}
		return req, nil
	}, cli.InTable(a, func(t table.Writer, q loyalty.QuotaShown, s cli.Scales) {
		show := quotaText(req.Kind, q.Programme, s)
		cli.Right(t, 2)
		t.AppendRows([]table.Row{{"limit", show(q.Limit)}, {"granted to lanes", show(q.Leased)},
			{"used by them", show(q.Used)}, {"given back", show(q.Returned)},
			{"recounted as free", show(q.Relieved)}})
	})))
}

func surrenderQuota(a *cli.App) *cobra.Command {
	return ofQuota(cli.Sends(a, "surrender KIND ID", "  tally --as D quota surrender pledge D.0.12.0",
		loyalty.QuotaSurrender, func(args []string) (quota.SurrenderRequest, error) {
			return quota.SurrenderRequest{Kind: quota.Subject(args[0]), ID: args[1]}, nil
		}))
}

// quotaText writes what a limit is of: money, points of a programme, or a number.
func quotaText(kind quota.Subject, programme string, s cli.Scales) func(amount.Units) string {
	switch kind {
	case quota.Liability, quota.Debit, quota.Campaign:
		return cli.Yuan
	case quota.Pledge:
		return inProgramme(s, programme)
	}
	return cli.Grouped
}

func relieve(a *cli.App) *cobra.Command {
	var req points.RelieveRequest
	return cli.Sends(a, "relieve PROGRAMME", "  tally --as G points relieve GP\n  tally --as D points relieve DP",
		loyalty.PointsRelieve, cli.Words(&req, &req.Programme))
}

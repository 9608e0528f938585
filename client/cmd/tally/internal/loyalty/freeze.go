package loyalty

import (
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/member"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/node/loyalty"
	"tallystick/client/node/members"
)

func freeze(a *cli.App) *cobra.Command {
	var req member.FreezeRequest
	cmd := cli.Sends(a, "freeze MEMBER", "  tally --as G points freeze zhang --reason abnormal_transfers",
		loyalty.PointsFreeze, cli.Words(&req, &req.Member))
	cli.Reason(cmd, &req.Reason, "abnormal_transfers")
	return cmd
}

func unfreeze(a *cli.App) *cobra.Command {
	var req member.UnfreezeRequest
	cmd := cli.Sends(a, "unfreeze MEMBER", "  tally --as G points unfreeze zhang --reason explained",
		loyalty.PointsUnfreeze, cli.Words(&req, &req.Member))
	cli.Reason(cmd, &req.Reason, "explained")
	return cmd
}

func appeal(a *cli.App) *cobra.Command {
	var req member.AppealRequest
	cmd := cli.Sends(a, "appeal MEMBER", "  tally --as D points appeal zhang --by G --evidence letter.pdf",
		loyalty.PointsAppeal, cli.Words(&req, &req.Member))
	cli.Word(cmd, &req.Against, "by", "party that froze the wallet")
	cli.Require(cmd, "by")
	cli.Evidence(cmd, &req.Evidence)
	return cmd
}

func dismiss(a *cli.App) *cobra.Command {
	var req member.DismissRequest
	cmd := cli.Sends(a, "dismiss MEMBER", "  tally --as G points dismiss zhang --reason transfers_unexplained",
		loyalty.PointsDismiss, cli.Words(&req, &req.Member))
	cli.Reason(cmd, &req.Reason, "transfers_unexplained")
	return cmd
}

func freezes(a *cli.App) *cobra.Command {
	var req members.FreezesRequest
	return cli.Verb(a, "freezes [MEMBER]", "  tally --as D points freezes\n  tally --as D points freezes zhang",
		members.PointsFreezes, cli.Words(&req, &req.Member),
		cli.Shows(a, func(t table.Writer, list node.List[index.Freeze]) {
			t.AppendHeader(table.Row{"member", "by", "programmes", "reason", "appeal", "answer"})
			t.SuppressEmptyColumns()
			for _, f := range list.Rows {
				t.AppendRow(table.Row{f.Member, f.By, reach(f), f.Reason, appealText(f.Appeal), f.Appeal.Answer})
			}
			cli.AsOf(t, list.Height)
		}))
}

func reach(f index.Freeze) string {
	if f.All {
		return "all"
	}
	return f.By + "'s own"
}

func appealText(a member.Appeal) string {
	if a.State == member.NoAppeal {
		return ""
	}
	return a.State.String()
}

package members

import (
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/member"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node"
	"tallystick/client/node/members"
)

func label(a *cli.App) *cobra.Command {
	var req member.LabelRequest
	cmd := cli.Sends(a, "label MEMBER LABEL", `  tally --as D member label wang household --until 2027-11-30
  tally --as D member label wang household --remove`, members.MemberLabel, cli.Words(&req, &req.Member, &req.Label))
	cli.Day(cmd, &req.Until, "until", "last day; for ever if you name none")
	cmd.Flags().BoolVar(&req.Remove, "remove", false, "take it back")
	return cmd
}

func labels(a *cli.App) *cobra.Command {
	return cli.Verb(a, "labels MEMBER", "  tally --as G member labels wang", members.MemberLabels, cli.OneMember,
		cli.Shows(a, func(t table.Writer, list node.List[members.Said]) {
			t.AppendHeader(table.Row{"party", "label", "until", "holds today"})
			for _, l := range list.Rows {
				t.AppendRow(table.Row{l.Party, l.Label, l.Until.String(), cli.Yes(l.On)})
			}
			cli.AsOf(t, list.Height)
		}))
}

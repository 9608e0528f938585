package main

import (
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/member"
	"tallystick/client/node"
	"tallystick/client/node/members"
)

func label(a *App) *cobra.Command {
	var req member.LabelRequest
	cmd := Sends(a, "label MEMBER LABEL",
		`  tally --as D member label wang household --until 2027-11-30
  tally --as D member label wang household --remove`, members.MemberLabel,
		Words(&req, &req.Member, &req.Label))
	Day(cmd, &req.Until, "until", "last day; for ever if you name none")
	cmd.Flags().BoolVar(&req.Remove, "remove", false, "take it back")
	return cmd
}

func labels(a *App) *cobra.Command {
	return Verb(a, "labels MEMBER", "  tally --as G member labels wang", members.MemberLabels, OneMember,
		Shows(a, func(t table.Writer, list node.List[members.Said]) {
			t.AppendHeader(table.Row{"party", "label", "until", "holds today"})
			for _, l := range list.Rows {
				t.AppendRow(table.Row{l.Party, l.Label, l.Until.String(), Yes(l.On)})
			}
			AsOf(t, list.Height)
		}))
}

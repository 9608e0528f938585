package main

import (
	"context"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/date"
	"tallystick/chaincode/member"
	"tallystick/client/index"
	"tallystick/client/node"
)

func label(a *app) *cobra.Command {
	var req member.LabelRequest
	cmd := sends(a, "label MEMBER LABEL",
		`  tally --as D member label wang household --until 2027-11-30
  tally --as D member label wang household --remove`, node.MemberLabel,
		func(args []string) (member.LabelRequest, error) {
			req.Member, req.Label = args[0], args[1]
			return req, nil
		})
	day(cmd, &req.Until, "until", "last day; for ever if you name none")
	cmd.Flags().BoolVar(&req.Remove, "remove", false, "take it back")
	return cmd
}

// said is one label of a member.
type said struct {
	Party string    `json:"party"`
	Label string    `json:"label"`
	Until date.Date `json:"until"`
	On    bool      `json:"on"` // it holds today
}

func labels(a *app) *cobra.Command {
	return leaf("labels MEMBER", "List what parties say of a member", "  tally --as G member labels wang", func(ctx context.Context, args []string) error {
		return a.withIndex(ctx, func(_ context.Context, _ *node.Node, r *index.Reading) error {
			if err := node.MemberThere(r, args[0]); err != nil {
				return err
			}
			cycle, err := r.Cycle()
			if err != nil {
				return err
			}
			found, err := index.All[member.Labels](r, index.Filter{Member: args[0]})
			if err != nil {
				return err
			}
			list := saidOf(found, args[0], cycle.Date)
			return printList(a, r.Height(), list, func(t table.Writer) {
				t.AppendHeader(table.Row{"party", "label", "until", "holds today"})
				for _, l := range list {
					t.AppendRow(table.Row{l.Party, l.Label, l.Until.String(), yes(l.On)})
				}
				asOf(t, r.Height())
			})
		})
	})
}

// saidOf lists the labels of a member, and not of who was merged into it.
func saidOf(found []index.Noun[member.Labels], id string, today date.Date) []said {
	list := []said{}
	for _, one := range found {
		of, party, _ := strings.Cut(one.ID, "/")
		if of != id {
			continue
		}
		for _, l := range one.Row.List {
			list = append(list, said{party, l.ID, l.Until, l.On(today)})
		}
	}
	return list
}

package main

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/client/gateway"
	"tallystick/client/index"
)

// owing is who owes whom: issuers their members, parties each other.
type owing struct {
	Height      uint64              `json:"height"`
	Outstanding []index.Outstanding `json:"outstanding"` // what issuers owe members
	Owed        []index.Owed        `json:"owed"`        // what parties owe each other, for points, prices and fees
	Breakage    []index.Breakage    `json:"breakage"`    // what is no longer owed
}

func owes(a *app) *cobra.Command {
	cmd := leaf("owes", "Who owes whom how many points, and how much money (应收应付)", "  tally --as A query owes -o json", func(ctx context.Context, _ []string) error {
		return a.withIndex(ctx, func(_ context.Context, _ *gateway.Gateway, ix *index.Index) error {
			var answer owing
			var err error
			if answer.Height, answer.Outstanding, err = ix.Outstanding(); err != nil {
				return err
			}
			if _, answer.Owed, err = ix.Owes(); err != nil {
				return err
			}
			if _, answer.Breakage, err = ix.Breakage(); err != nil {
				return err
			}
			s, err := indexScales(ix)
			if err != nil {
				return err
			}
			return a.print(answer, func(t table.Writer) { owesTable(t, answer, s) })
		})
	})
	cmd.Long = `Say what issuers owe their members, what parties owe each other because of
redemptions, conversions and benefits, and what nobody owes any more because it
expired. What is outstanding is shown in fen exactly: half a fen is 1/2.`
	return cmd
}

func owesTable(t table.Writer, o owing, s scales) {
	t.AppendHeader(table.Row{"owes", "whom", "for", "points", "of which held", "fen", "cycle"})
	right(t, 4, 5, 6)
	for _, r := range o.Outstanding {
		t.AppendRow(table.Row{r.Issuer, "members", r.Programme, s.show(r.Programme, r.Outstanding), s.show(r.Programme, r.Held), r.Worth, ""})
	}
	t.AppendSeparator()
	for _, r := range o.Owed {
		what, points := r.Programme, s.show(r.Programme, r.Points)
		if what == "" {
			what, points = "price or fee", ""
		}
		t.AppendRow(table.Row{r.Debtor, r.Creditor, what, points, "", int64(r.Fen), r.Cycle})
	}
	if len(o.Breakage) > 0 {
		t.AppendSeparator()
	}
	for _, b := range o.Breakage {
		t.AppendRow(table.Row{b.Party, "nobody: expired", b.Programme, s.show(b.Programme, b.Points), "", b.Fen, ""})
	}
	asOf(t, o.Height)
}

func breakage(a *app) *cobra.Command {
	return leaf("breakage", "What parties no longer owe because points expired (弃兑)", "", func(ctx context.Context, _ []string) error {
		return a.withIndex(ctx, func(_ context.Context, _ *gateway.Gateway, ix *index.Index) error {
			height, list, err := ix.Breakage()
			if err != nil {
				return err
			}
			s, err := indexScales(ix)
			if err != nil {
				return err
			}
			answer := struct {
				Height uint64           `json:"height"`
				Rows   []index.Breakage `json:"rows"`
			}{height, list}
			return a.print(answer, func(t table.Writer) {
				t.AppendHeader(table.Row{"party", "programme", "points", "fen"})
				right(t, 3, 4)
				for _, b := range list {
					t.AppendRow(table.Row{b.Party, b.Programme, s.show(b.Programme, b.Points), b.Fen})
				}
				asOf(t, height)
			})
		})
	})
}

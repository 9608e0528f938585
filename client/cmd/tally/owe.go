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
	Hidden      []hidden            `json:"hidden"`      // what they owe each other for supply, in amounts that only the two know
	Breakage    []index.Breakage    `json:"breakage"`    // what is no longer owed
}

func owes(a *app) *cobra.Command {
	cmd := leaf("owes", "Who owes whom how many points, and how much money (应收应付)", "  tally --as A query owes -o json", func(ctx context.Context, _ []string) error {
		return a.withIndex(ctx, func(_ context.Context, g *gateway.Gateway, ix *index.Index) error {
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
			if answer.Hidden, err = a.veiledOwes(ix, g.Party()); err != nil {
				return err
			}
			if err := a.print(answer, func(t table.Writer) { owesTable(t, answer, s) }); err != nil {
				return err
			}
			return wrong(answer.Hidden)
		})
	})
	cmd.Long = `Say what issuers owe their members, what parties owe each other because of
redemptions, conversions, benefits and orders, and what nobody owes any more because
it expired. What is outstanding is shown in fen exactly: half a fen is 1/2.

What sellers owe for supply is hidden on the ledger. Where you are one of the two and
your vault has all prices, it is computed from the deliveries in your read model,
compared with the ledger's commitment and shown, with the fee that it makes owed; if
the two differ, the command fails and names the pair.`
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
	hiddenRows(t, o.Hidden)
	if len(o.Breakage) > 0 {
		t.AppendSeparator()
	}
	for _, b := range o.Breakage {
		t.AppendRow(table.Row{b.Party, "nobody: expired", b.Programme, s.show(b.Programme, b.Points), "", b.Fen, ""})
	}
	asOf(t, o.Height)
}

func hiddenRows(t table.Writer, list []hidden) {
	if len(list) > 0 {
		t.AppendSeparator()
	}
	for _, h := range list {
		what := "supply"
		if h.Back {
			what = "returned supply"
		}
		t.AppendRow(table.Row{h.Debtor, h.Creditor, what, "", "", h.text(), h.Cycle})
		for _, f := range h.Fees {
			t.AppendRow(table.Row{f.Debtor, f.Creditor, "fee on " + what, "", "", int64(f.Fen), f.Cycle})
		}
	}
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

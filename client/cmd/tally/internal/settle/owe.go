package settle

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/figure"
	"tallystick/client/node/settle"
)

// Owes says who owes whom.
func Owes(a *cli.App) *cobra.Command {
	var req settle.OwesRequest
	cmd := cli.Verb(a, "owes",
		"  tally --as A query owes -o json\n  tally --as D query owes --open\n  tally --as D query owes --cycle 2026-11 --state NETTED,PART_PAID",
		settle.QueryOwes, cli.Words(&req), func(ctx context.Context, n *cli.Node, answer settle.Owing) error {
			return cmp.Or(cli.InTable(a, owesTable)(ctx, n, answer), answer.Failed())
		})
	cmd.Flags().BoolVar(&req.Open, "open", false, "only what is owed still: each fen once")
	cli.Word(cmd, &req.Cycle, "cycle", "only what arose in this cycle")
	cli.One(cmd, &req.States, "state", "only what is in one of these states: see above",
		func(text string) ([]string, error) { return strings.Split(text, ","), nil })
	cmd.Long = `Say what issuers owe their members, what parties owe each other because of
redemptions, conversions, benefits and orders, and what nobody owes any more because
it expired. What is outstanding is worth what
it is exactly: half a fen is ¥0.005.

What arose in a cycle is OPEN, or CUT_OFF, until the cycle is computed; then it has the
state of its statement (DRAFT, SIGNED, DIFFERS, AGREED, CONSENTED, UPHELD); it is NETTED
into the payments below it, and SETTLED once its debtor has made all of these. What is
CARRIED is owed in a later cycle, and shown there. What is disputed has the dispute's
state. --open leaves out what is owed no more, or by another row.

What sellers owe for supply is hidden on the ledger. Where you are one of the two and
your vault has all prices, it is computed from the deliveries in your read model,
compared with the ledger's commitment and shown, with the fee that it makes owed; if
the two differ, the command fails and names the pair.`
	return cmd
}

func owesTable(t table.Writer, o settle.Owing, s cli.Scales) {
	t.AppendHeader(table.Row{"owes", "whom", "for", "points", "of which held", "worth", "cycle", "state"})
	cli.Right(t, 4, 5, 6)
	for _, r := range o.Outstanding {
		t.AppendRow(table.Row{r.Issuer, "members", r.Programme, s.Show(r.Programme, r.Outstanding),
			s.Show(r.Programme, r.Held), figure.ExactYuan(r.Worth), ""})
	}
	t.AppendSeparator()
	for _, r := range o.Owed {
		what, points := r.Programme, s.Show(r.Programme, r.Points)
		if what == "" {
			what, points = "other than points", ""
		}
		t.AppendRow(table.Row{r.Debtor, r.Creditor, what, points, "", cli.Yuan(r.Fen), r.Cycle, r.State})
	}
	hiddenRows(t, o.Hidden)
	if len(o.Payments) > 0 {
		t.AppendSeparator()
	}
	for _, p := range o.Payments {
		t.AppendRow(table.Row{p.Debtor, p.Creditor, fmt.Sprintf("payment %d", p.N), "", "",
			cli.Yuan(p.Left), p.Cycle, p.State})
	}
	if len(o.Breakage) > 0 {
		t.AppendSeparator()
	}
	for _, b := range o.Breakage {
		t.AppendRow(table.Row{b.Party, "nobody: expired", b.Programme, s.Show(b.Programme, b.Points), "",
			figure.ExactYuan(b.Fen), ""})
	}
	cli.AsOf(t, o.Height)
}

func hiddenRows(t table.Writer, list []settle.Hidden) {
	if len(list) > 0 {
		t.AppendSeparator()
	}
	for _, h := range list {
		what := "supply"
		if h.Back {
			what = "returned supply"
		}
		t.AppendRow(table.Row{h.Debtor, h.Creditor, what, "", "", hiddenText(h), h.Cycle, h.State})
		for _, f := range h.Fees {
			t.AppendRow(table.Row{f.Debtor, f.Creditor, "fee on " + what, "", "", cli.Yuan(f.Fen), f.Cycle, h.State})
		}
	}
}

// hiddenText is the amount, or that it is hidden.
func hiddenText(h settle.Hidden) string {
	switch {
	case h.Opened:
		return figure.ExactYuan(h.Fen)
	case h.Wrong != "":
		return "WRONG (" + deliveries(h.Count) + ")"
	}
	return "hidden (" + deliveries(h.Count) + ")"
}

func deliveries(n uint64) string {
	if n == 1 {
		return "1 delivery"
	}
	return fmt.Sprintf("%d deliveries", n)
}

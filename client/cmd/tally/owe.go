package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/client/figure"
	"tallystick/client/index"
	"tallystick/client/node"
)

// owing is who owes whom: issuers their members, parties each other.
type owing struct {
	Height      uint64              `json:"height"`
	Outstanding []index.Outstanding `json:"outstanding"` // what issuers owe members
	Owed        []index.Owed        `json:"owed"`        // what parties owe each other, for points, prices and fees
	Payments    []index.Unpaid      `json:"payments"`    // what that was netted into
	Hidden      []hidden            `json:"hidden"`      // what they owe each other for supply, in amounts that only the two know
	Breakage    []index.Breakage    `json:"breakage"`    // what is no longer owed
}

// owesFilter narrows what parties owe each other.
type owesFilter struct {
	open   bool
	cycle  string
	states []string
}

// keep leaves what fits. What issuers owe members has no cycle: a filter leaves it out.
func (f owesFilter) keep(o *owing) {
	if !f.open && f.cycle == "" && len(f.states) == 0 {
		return
	}
	other := func(cycle, state string, open bool) bool {
		return f.open && !open || f.cycle != "" && cycle != f.cycle || len(f.states) > 0 && !slices.Contains(f.states, state)
	}
	if f.cycle != "" || len(f.states) > 0 {
		o.Outstanding, o.Breakage = []index.Outstanding{}, []index.Breakage{}
	}
	o.Owed = slices.DeleteFunc(o.Owed, func(r index.Owed) bool { return other(r.Cycle, r.State, r.Open) })
	o.Payments = slices.DeleteFunc(o.Payments, func(p index.Unpaid) bool { return other(p.Cycle, p.State, p.Open) })
	o.Hidden = slices.DeleteFunc(o.Hidden, func(h hidden) bool { return other(h.Cycle, h.State, h.Waits) })
}

func owes(a *app) *cobra.Command {
	var filter owesFilter
	cmd := leaf("owes", "Who owes whom how many points, and how much money (应收应付)",
		"  tally --as A query owes -o json\n  tally --as D query owes --open\n  tally --as D query owes --cycle 2026-11 --state NETTED,PART_PAID",
		func(ctx context.Context, _ []string) error {
			return a.withIndex(ctx, func(_ context.Context, g *node.Node, r *index.Reading) error {
				answer, err := a.owing(r, g.Party())
				if err != nil {
					return err
				}
				s, err := indexScales(r)
				if err != nil {
					return err
				}
				filter.keep(&answer)
				if err := a.print(answer, func(t table.Writer) { owesTable(t, answer, s) }); err != nil {
					return err
				}
				return wrong(answer.Hidden)
			})
		})
	cmd.Flags().BoolVar(&filter.open, "open", false, "only what is owed still: each fen once")
	word(cmd, &filter.cycle, "cycle", "only what arose in this cycle")
	one(cmd, &filter.states, "state", flagMeanings["state"].kind, "only what is in one of these states: see above", func(text string) ([]string, error) { return strings.Split(text, ","), nil })
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

func (a *app) owing(r *index.Reading, party string) (answer owing, err error) {
	answer.Height = r.Height()
	if answer.Outstanding, err = r.Outstanding(); err != nil {
		return answer, err
	}
	if answer.Owed, answer.Payments, err = r.Owes(); err != nil {
		return answer, err
	}
	if answer.Breakage, err = r.Breakage(); err != nil {
		return answer, err
	}
	answer.Hidden, err = a.veiledOwes(r, party)
	return answer, err
}

func owesTable(t table.Writer, o owing, s scales) {
	t.AppendHeader(table.Row{"owes", "whom", "for", "points", "of which held", "worth", "cycle", "state"})
	right(t, 4, 5, 6)
	for _, r := range o.Outstanding {
		t.AppendRow(table.Row{r.Issuer, "members", r.Programme, s.show(r.Programme, r.Outstanding), s.show(r.Programme, r.Held), figure.ExactYuan(r.Worth), ""})
	}
	t.AppendSeparator()
	for _, r := range o.Owed {
		what, points := r.Programme, s.show(r.Programme, r.Points)
		if what == "" {
			what, points = "other than points", ""
		}
		t.AppendRow(table.Row{r.Debtor, r.Creditor, what, points, "", yuan(r.Fen), r.Cycle, r.State})
	}
	hiddenRows(t, o.Hidden)
	if len(o.Payments) > 0 {
		t.AppendSeparator()
	}
	for _, p := range o.Payments {
		t.AppendRow(table.Row{p.Debtor, p.Creditor, fmt.Sprintf("payment %d", p.N), "", "", yuan(p.Left), p.Cycle, p.State})
	}
	if len(o.Breakage) > 0 {
		t.AppendSeparator()
	}
	for _, b := range o.Breakage {
		t.AppendRow(table.Row{b.Party, "nobody: expired", b.Programme, s.show(b.Programme, b.Points), "", figure.ExactYuan(b.Fen), ""})
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
		t.AppendRow(table.Row{h.Debtor, h.Creditor, what, "", "", h.text(), h.Cycle, h.State})
		for _, f := range h.Fees {
			t.AppendRow(table.Row{f.Debtor, f.Creditor, "fee on " + what, "", "", yuan(f.Fen), f.Cycle, h.State})
		}
	}
}

func breakage(a *app) *cobra.Command {
	return verb(a, "breakage", "", node.QueryBreakage, nothing, inTable(a, func(t table.Writer, answer node.BreakageNow, s scales) {
		t.AppendHeader(table.Row{"party", "programme", "points", "worth"})
		right(t, 3, 4)
		for _, b := range answer.Rows {
			t.AppendRow(table.Row{b.Party, b.Programme, s.show(b.Programme, b.Points), figure.ExactYuan(b.Fen)})
		}
		asOf(t, answer.Height)
	}))
}

package settle

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/settlement"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/settle"
)

func showCycle(a *cli.App) *cobra.Command {
	var req settle.ShowCycleRequest
	cmd := cli.Verb(a, "show [CYCLE]", `  tally --as G cycle show
  tally --as D cycle show 2026-11
  tally --as D cycle show 2026-11 -o json`, settle.CycleShow, cli.Words(&req, &req.Cycle),
		func(_ context.Context, _ *cli.Node, shown settle.ShownCycle) error {
			if shown.Open != nil {
				return a.Print(shown, func(t table.Writer) { t.AppendRows(openRows(*shown.Open)) })
			}
			return a.PrintParts(shown, cycleTables(*shown.Closed)...)
		})
	cmd.Long = `Show how far a cycle is. Lines, and what the two owe each other, count disputed lines
too; what is disputed isn't netted.`
	return cmd
}

func openRows(open settlement.Cycle) []table.Row {
	return []table.Row{{"cycle", open.ID}, {"state", "[OPEN] ─ CUT_OFF ─ COMPUTED ─ FINAL ─ INSTRUCTED ─ SETTLED"},
		{"since", open.Since}, {"business date", open.Date}}
}

// cycleTables show all that the ledger has of a closed cycle.
func cycleTables(c settle.CycleOnLedger) []func(table.Writer) {
	return []func(table.Writer){
		func(t table.Writer) { t.AppendRows(closeRows(c.Close)) },
		func(t table.Writer) { statementsTable(t, c.Statements) },
		func(t table.Writer) { nettingTable(t, c.Netting) },
		func(t table.Writer) { standsTable(t, c.Netting) },
		func(t table.Writer) { flowTable(t, c.Paid) },
	}
}

func closeRows(c settlement.Close) []table.Row {
	rows := []table.Row{{"cycle", c.ID}, {"state", stateLine(c.State)},
		{"business dates", c.From.String() + " to " + c.To.String()}, {"next cycle", c.Next},
		{"cut off by", c.CutBy}, {"sign by", signBy(c)}, {"parties", strings.Join(c.Parties, ", ")}}
	if c.State >= settlement.Computed {
		rows = append(rows, table.Row{"statements", len(c.Pairs)}, table.Row{"root", c.Root})
	}
	if c.Payments > 0 {
		rows = append(rows, table.Row{"payments", fmt.Sprintf("%d: %d instructed, %d settled, %d failed", c.Payments,
			c.Instructed, c.Settled, c.Failed)})
	}
	return rows
}

func signBy(c settlement.Close) string {
	text := c.SignBy.String()
	if len(c.Consenting) > 0 {
		text += "; the silence of " + strings.Join(c.Consenting, ", ") + " is consent"
	}
	return text + "; what doesn't stand then is carried over by tally cycle finalise --carry"
}

// stateLine draws how far a cycle is. What is neither on the straight way nor at its end stands in its place.
func stateLine(s settlement.State) string {
	way := []string{"OPEN"}
	for _, step := range []settlement.State{settlement.Cut, settlement.Computed, settlement.Final,
		settlement.Instructed} {
		way = append(way, step.String())
	}
	switch s {
	case settlement.PartSettled:
		way = append(way, s.String(), settlement.Settled.String())
	case settlement.Failed:
		way = append(way, s.String())
	default:
		way = append(way, settlement.Settled.String())
	}
	at := slices.Index(way, s.String())
	if at >= 0 {
		way[at] = "[" + way[at] + "]"
	}
	return strings.Join(way, " ─ ")
}

func statementsTable(t table.Writer, list []settle.SummedPair) {
	if len(list) == 0 {
		return
	}
	t.AppendHeader(table.Row{"A", "B", "lines", "A owes B", "B owes A", "hidden to open", "signed by", "state",
		"disputed", "lines disputed"})
	cli.Right(t, 3, 4, 5, 6, 9, 10)
	t.SuppressEmptyColumns()
	for _, s := range list {
		t.AppendRow(table.Row{s.A, s.B, s.Lines, cli.Yuan(s.AOwes), cli.Yuan(s.BOwes),
			countOrNone(s.ToOpen), signedBy(s.Pair),
			s.State, cli.YuanOrNone(s.Disputed), countOrNone(len(s.Carved))})
	}
}

func countOrNone(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func signedBy(p settlement.Pair) string {
	var list []string
	if len(p.SignedA.Root) > 0 {
		list = append(list, p.A)
	}
	if len(p.SignedB.Root) > 0 {
		list = append(list, p.B)
	}
	return strings.Join(list, ", ")
}

func nettingTable(t table.Writer, n *settlement.Netting) {
	if n == nil || len(n.Nets) == 0 {
		return
	}
	t.AppendHeader(table.Row{"net: owes", "whom", "amount", "netting", "paid, days after cut-off"})
	cli.Right(t, 3, 5)
	for _, one := range n.Nets {
		t.AppendRow(table.Row{one.Debtor, one.Creditor, cli.Yuan(one.Fen),
			nettingText(settlement.Terms{Multilateral: one.Multilateral}), one.Delay})
	}
	t.SetCaption("of %s gross in %d lines", cli.Yuan(n.Gross), n.Lines)
}

func standsTable(t table.Writer, n *settlement.Netting) {
	if n == nil || len(n.Parties) == 0 {
		return
	}
	t.AppendHeader(table.Row{"party", "pays", "receives"})
	cli.Right(t, 2, 3)
	for _, p := range n.Parties {
		t.AppendRow(table.Row{p.Party, cli.YuanOrNone(p.Pays), cli.YuanOrNone(p.Receives)})
	}
}

// widestArrow is the length of the longest arrow of a picture of payments.
const widestArrow = 24

// flowTable draws who pays whom: the longer the arrow, the more.
func flowTable(t table.Writer, list []settlement.Payment) {
	if len(list) == 0 {
		return
	}
	most := slices.MaxFunc(list, func(p, q settlement.Payment) int { return int(p.Fen - q.Fen) }).Fen
	t.AppendHeader(table.Row{"payment", "pays", "", "whom", "¥", "due", "state"})
	cli.Right(t, 1, 5)
	for _, p := range list {
		t.AppendRow(table.Row{p.N, p.Debtor, arrow(p.Fen, most), p.Creditor, cli.Yuan(p.Fen), p.Due, p.State})
	}
}

func arrow(part, most amount.Units) string {
	length := 1
	if most > 0 {
		length = max(1, int(int64(part)/max(1, int64(most)/widestArrow)))
	}
	return strings.Repeat("━", min(length, widestArrow)) + "▶"
}

func listCycles(a *cli.App) *cobra.Command {
	var req settle.ListCyclesRequest
	cmd := cli.Verb(a, "list", "  tally --as D cycle list --state COMPUTED", settle.CycleList, cli.Words(&req),
		cli.Shows(a, cyclesTable))
	cli.Word(cmd, &req.State, "state", "only those in this state")
	cli.Complete(cmd, "state", "OPEN", "CUT_OFF", "COMPUTED", "FINAL", "INSTRUCTED",
		"PART_SETTLED", "SETTLED", "FAILED")
	return cmd
}

func cyclesTable(t table.Writer, c settle.Cycles) {
	t.AppendHeader(table.Row{"cycle", "state", "from", "to", "sign by", "statements", "payments", "settled"})
	cli.Right(t, 6, 7, 8)
	t.SuppressEmptyColumns()
	for _, one := range c.Cycles {
		t.AppendRow(table.Row{one.ID, one.State, one.From, one.To, one.SignBy, countOrNone(len(one.Pairs)),
			countOrNone(int(one.Payments)), countOrNone(int(one.Settled))})
	}
	if c.Open != nil {
		t.AppendRow(table.Row{c.Open.ID, "OPEN", c.Open.Since, "", "", "", "", ""})
	}
	cli.AsOf(t, c.Height)
}

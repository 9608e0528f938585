package settle

import (
	"fmt"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node"
	"tallystick/client/node/settle"
)

// Statements is the group of statements.
func Statements(a *cli.App) *cobra.Command {
	cmd := cli.Group("statement",
		"Statements of a closed cycle: recomputed from your own blocks, opened, signed, exported (清结算账单)")
	cli.Under(cmd, "See (查看)", listStatements(a), showStatement(a), diffStatement(a), checkStatements(a))
	cli.Under(cmd, "Agree (确认)", openStatements(a), signStatements(a), claimStatement(a))
	cli.Under(cmd, "Export (导出)", exportStatement(a))
	cmd.Long = `A statement is what you and one other party owe each other in a closed cycle. Your node makes its
lines from its own blocks; their root is what you sign. When both have signed the same root it is AGREED.

  tally cycle compute ─ statement open (hidden supply) ─ statement sign ─ cycle finalise

If the other side signed another root, ask for its file and compare: statement diff FILE. A line that you don't
accept is disputed (tally dispute raise), and the rest is settled in time.`
	return cmd
}

func listStatements(a *cli.App) *cobra.Command {
	var req settle.ListStatementsRequest
	cmd := cli.Verb(a, "list", "  tally --as D statement list --cycle 2026-11", settle.StatementList, cli.Words(&req),
		cli.Shows(a, func(t table.Writer, list node.List[settle.SummedPair]) { statementsTable(t, list.Rows) }))
	cycleFlag(cmd, &req.Cycle)
	cmd.Flags().BoolVar(&req.All, "all", false, "those of other parties too")
	return cmd
}

// shownLines is how many lines of a statement the terminal shows, unless asked for more.
const shownLines = 50

func showStatement(a *cli.App) *cobra.Command {
	req := settle.ShowStatementRequest{Limit: shownLines}
	cmd := cli.Verb(a, "show", `  tally --as D statement show --with G
  tally --as A statement show --party D --with G`, settle.StatementShow, cli.Words(&req),
		cli.InTables(a, statementTable, movementsTable, linesTable))
	cycleFlag(cmd, &req.Cycle)
	withFlag(cmd, &req.With)
	cli.Word(cmd, &req.Party, "party", "whose statement, if it isn't yours")
	cli.Whole(cmd, &req.Limit, "limit", shownLines, "lines to show at most; an export has them all")
	return cmd
}

// withFlag names the other party of a statement.
func withFlag(cmd *cobra.Command, to *string) {
	cli.Word(cmd, to, "with", "the other party")
	cli.Require(cmd, "with")
}

// or is a text, or another if that is none.
func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func statementTable(t table.Writer, s settle.ShownStatement, _ cli.Scales) {
	t.AppendRows([]table.Row{
		{"cycle", fmt.Sprintf("%s, %s to %s", s.Head.Cycle, s.Head.From, s.Head.To)},
		{"state", s.State}, {"lines", s.Total.Lines},
		{s.Head.A.ID + " owes " + s.Head.B.ID, cli.Yuan(s.Total.Owes.AB)},
		{s.Head.B.ID + " owes " + s.Head.A.ID, cli.Yuan(s.Total.Owes.BA)},
		{"disputed lines", s.Carved.Lines},
		{"to settle", settleText(s)},
		{"root", s.Root.String()},
	})
	for _, sig := range s.Signatures {
		same := "the same root"
		if !slices.Equal(sig.Root, s.Root) {
			same = "another root: " + sig.Root.String()
		}
		t.AppendRow(table.Row{"signed by " + sig.Party, fmt.Sprintf("%s on %s: %s", sig.Command, sig.Date, same)})
	}
}

func settleText(s settle.ShownStatement) string {
	switch {
	case s.Closing.AB > 0:
		return s.Head.A.ID + " to " + s.Head.B.ID + " " + cli.Yuan(s.Closing.AB)
	case s.Closing.BA > 0:
		return s.Head.B.ID + " to " + s.Head.A.ID + " " + cli.Yuan(s.Closing.BA)
	}
	return "nothing"
}

func movementsTable(t table.Writer, s settle.ShownStatement, points cli.Scales) {
	t.AppendHeader(table.Row{"Debtor", "Kind", "Scene", "Programme", "Lines", "Points", "Amount", "Of it tax"})
	for _, m := range s.Movements {
		t.AppendRow(table.Row{m.Debtor, m.Kind, m.Scene, m.Programme, m.Lines, points.OrNone(m.Programme, m.Points),
			cli.Yuan(m.Fen), cli.YuanOrNone(m.Tax)})
	}
	cli.Right(t, 5, 6, 7, 8)
}

func linesTable(t table.Writer, s settle.ShownStatement, scale cli.Scales) {
	t.AppendHeader(table.Row{"Line", "Date", "Kind", "Cause", "Debtor", "Creditor", "Points", "Amount", "Block", ""})
	for _, l := range s.Lines {
		mark := ""
		if l.Disputed {
			mark = "disputed"
		}
		points := ""
		if l.Points > 0 {
			points = scale.Show(l.Programme, l.Points) + " " + l.Programme
		}
		t.AppendRow(table.Row{l.ID, l.Date, l.Kind, l.Cause, l.Debtor, l.Creditor, points,
			cli.Yuan(l.Fen), l.Block, mark})
	}
	if n := uint64(len(s.Lines)); n < s.Total.Lines {
		t.AppendRow(table.Row{fmt.Sprintf("… %d more", s.Total.Lines-n)})
	}
	cli.Right(t, 7, 8, 9)
}

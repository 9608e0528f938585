package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/settlement"
	"tallystick/client/clearing"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/statement"
)

func statementCommand(a *app) *cobra.Command {
	cmd := group("statement", "Statements of a closed cycle: recomputed from your own blocks, opened, signed, exported (清结算账单)")
	under(cmd, "See (查看)", listStatements(a), showStatement(a), diffStatement(a), checkStatements(a))
	under(cmd, "Agree (确认)", openStatements(a), signStatements(a), claimStatement(a))
	under(cmd, "Export (导出)", exportStatement(a))
	cmd.Long = `A statement is what you and one other party owe each other in a closed cycle. Your node makes its
lines from its own blocks; their root is what you sign. When both have signed the same root it is AGREED.

  tally cycle compute ─ statement open (hidden supply) ─ statement sign ─ cycle finalise

If the other side signed another root, ask for its file and compare: statement diff FILE. A line that you don't
accept is disputed (tally dispute raise), and the rest is settled in time.`
	return cmd
}

// clearingOf runs with a node's view of a closed cycle: the one named, or the one that was cut off last.
func (a *app) clearingOf(ctx context.Context, cycle string, do func(context.Context, *node.Node, *index.Reading, clearing.Node, string) error) error {
	return a.withIndex(ctx, func(ctx context.Context, g *node.Node, r *index.Reading) error {
		cfg, err := a.config(nil)
		if err != nil {
			return err
		}
		if cycle == "" {
			if cycle, err = node.LastClosed(r); err != nil {
				return err
			}
		}
		return do(ctx, g, r, clearing.Node{Network: cfg.Channel, Index: r}, cycle)
	})
}

func listStatements(a *app) *cobra.Command {
	var cycle string
	var all bool
	cmd := leaf("list", "List your statements of a cycle, or with --all everybody's", "  tally --as D statement list --cycle 2026-11",
		func(ctx context.Context, _ []string) error {
			return a.clearingOf(ctx, cycle, func(_ context.Context, g *node.Node, r *index.Reading, _ clearing.Node, cycle string) error {
				if err := node.CycleThere(r, cycle); err != nil {
					return err
				}
				pairs, err := r.Pairs(cycle)
				if err != nil {
					return err
				}
				list := []node.SummedPair{}
				for _, p := range pairs {
					if !all && p.A != g.Party() && p.B != g.Party() {
						continue
					}
					list = append(list, node.Summed(p))
				}
				return printList(a, r.Height(), list, func(t table.Writer) { statementsTable(t, list) })
			})
		})
	cycleFlag(cmd, &cycle)
	cmd.Flags().BoolVar(&all, "all", false, "those of other parties too")
	return cmd
}

// shownLines is how many lines of a statement the terminal shows, unless asked for more.
const shownLines = 50

func showStatement(a *app) *cobra.Command {
	var cycle, party, with string
	limit := shownLines
	cmd := leaf("show", "Show your statement with another party, as your own blocks have it", `  tally --as D statement show --with G
  tally --as A statement show --party D --with G`,
		func(ctx context.Context, _ []string) error {
			return a.clearingOf(ctx, cycle, func(_ context.Context, g *node.Node, r *index.Reading, node clearing.Node, cycle string) error {
				s, err := node.Recompute(cycle, or(party, g.Party()), with)
				if err != nil {
					return err
				}
				lines, err := firstLines(s, limit)
				if err != nil {
					return err
				}
				scale, err := indexScales(r)
				if err != nil {
					return err
				}
				answer := struct {
					statement.Statement
					State settlement.PairState `json:"state"`
					Lines []statement.Line     `json:"lines"` // the first of them
				}{s.Statement, s.Pair.State, lines}
				return a.printParts(answer, func(t table.Writer) { statementTable(t, s) }, func(t table.Writer) { movementsTable(t, s, scale) },
					func(t table.Writer) { linesTable(t, s, lines, scale) })
			})
		})
	cycleFlag(cmd, &cycle)
	withFlag(cmd, &with)
	word(cmd, &party, "party", "whose statement, if it isn't yours")
	whole(cmd, &limit, "limit", shownLines, "lines to show at most; an export has them all")
	return cmd
}

// withFlag names the other party of a statement.
func withFlag(cmd *cobra.Command, to *string) {
	word(cmd, to, "with", "the other party")
	require(cmd, "with")
}

// or is a text, or another if that is none.
func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func firstLines(s clearing.Statement, n int) ([]statement.Line, error) {
	list := []statement.Line{}
	for l, err := range s.Lines() {
		if err != nil {
			return nil, err
		}
		if len(list) >= n {
			break
		}
		list = append(list, l)
	}
	return list, nil
}

func statementTable(t table.Writer, s clearing.Statement) {
	t.AppendRows([]table.Row{
		{"cycle", fmt.Sprintf("%s, %s to %s", s.Head.Cycle, s.Head.From, s.Head.To)},
		{"state", s.Pair.State}, {"lines", s.Total.Lines},
		{s.Pair.A + " owes " + s.Pair.B, yuan(s.Total.Owes.AB)}, {s.Pair.B + " owes " + s.Pair.A, yuan(s.Total.Owes.BA)},
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

func settleText(s clearing.Statement) string {
	switch {
	case s.Closing.AB > 0:
		return s.Pair.A + " to " + s.Pair.B + " " + yuan(s.Closing.AB)
	case s.Closing.BA > 0:
		return s.Pair.B + " to " + s.Pair.A + " " + yuan(s.Closing.BA)
	}
	return "nothing"
}

func movementsTable(t table.Writer, s clearing.Statement, points scales) {
	t.AppendHeader(table.Row{"Debtor", "Kind", "Scene", "Programme", "Lines", "Points", "Amount", "Of it tax"})
	for _, m := range s.Movements {
		t.AppendRow(table.Row{m.Debtor, m.Kind, m.Scene, m.Programme, m.Lines, points.orNone(m.Programme, m.Points), yuan(m.Fen), yuanOrNone(m.Tax)})
	}
	right(t, 5, 6, 7, 8)
}

func linesTable(t table.Writer, s clearing.Statement, lines []statement.Line, scale scales) {
	t.AppendHeader(table.Row{"Line", "Date", "Kind", "Cause", "Debtor", "Creditor", "Points", "Amount", "Block", ""})
	for _, l := range lines {
		mark := ""
		if l.Disputed {
			mark = "disputed"
		}
		points := ""
		if l.Points > 0 {
			points = scale.show(l.Programme, l.Points) + " " + l.Programme
		}
		t.AppendRow(table.Row{l.ID, l.Date, l.Kind, l.Cause, l.Debtor, l.Creditor, points, yuan(l.Fen), l.Block, mark})
	}
	if n := uint64(len(lines)); n < s.Total.Lines {
		t.AppendRow(table.Row{fmt.Sprintf("… %d more", s.Total.Lines-n)})
	}
	right(t, 7, 8, 9)
}

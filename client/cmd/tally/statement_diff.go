package main

import (
	"context"

	"tallystick/chaincode/fault"
	"tallystick/client/clearing"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/statement"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

// differences are in what two sides' lines differ.
type differences struct {
	Lines []statement.Difference `json:"rows"`
}

func diffStatement(a *app) *cobra.Command {
	cmd := leaf("diff FILE", "Compare the other side's file (json, csv, xlsx) with your own lines, and name those that differ (对账)",
		"  tally --as D statement diff 2026-11-D-G.xlsx", func(ctx context.Context, args []string) error {
			theirs, err := statement.Open(args[0])
			if err != nil {
				return fault.New(fault.BadRequest, "%v", err)
			}
			head := theirs.Statement.Head
			return a.clearingOf(ctx, head.Cycle, func(_ context.Context, _ *node.Node, _ *index.Reading, node clearing.Node, cycle string) error {
				ours, err := node.Recompute(cycle, head.A.ID, head.B.ID)
				if err != nil {
					return err
				}
				return a.compare(ours, theirs)
			})
		})
	return cmd
}

// maxDifferences is how many differences are named at most.
const maxDifferences = 200

// compare prints in what two sides' lines differ. CONFLICT if they do.
func (a *app) compare(ours clearing.Statement, theirs *statement.File) error {
	found := differences{Lines: []statement.Difference{}}
	for d, err := range statement.Diff(ours.Lines, theirs.Lines) {
		if err != nil {
			return err
		}
		if found.Lines = append(found.Lines, d); len(found.Lines) == maxDifferences {
			break
		}
	}
	if err := a.print(found, func(t table.Writer) {
		t.AppendHeader(table.Row{"Line", "Field", "Ours", "Theirs"})
		for _, d := range found.Lines {
			t.AppendRow(table.Row{d.ID, or(d.Field, "(only one has it)"), d.Ours, d.Theirs})
		}
		if len(found.Lines) == 0 {
			t.AppendRow(table.Row{"every line is the same"})
		}
	}); err != nil || len(found.Lines) == 0 {
		return err
	}
	return fault.New(fault.Conflict, "they differ in %d places, first in line %s", len(found.Lines), found.Lines[0].ID)
}

func checkStatements(a *app) *cobra.Command {
	var cycle string
	cmd := leaf("check", "Derive the cycle's root from your own blocks and compare it with the ledger's; name every wrong line",
		"  tally --as D statement check --cycle 2026-11", func(ctx context.Context, _ []string) error {
			return a.clearingOf(ctx, cycle, func(ctx context.Context, g *node.Node, r *index.Reading, node clearing.Node, cycle string) error {
				if _, err := node.Check(ctx, cycle, g.Query()); err != nil {
					return err // it names the lines
				}
				root, err := r.CycleRoot(cycle)
				if err != nil {
					return err
				}
				gross, err := r.Gross(cycle)
				if err != nil {
					return err
				}
				answer := struct {
					Cycle string `json:"cycle"`
					Root  string `json:"root"`
					index.Gross
				}{cycle, root.String(), gross}
				return a.print(answer, func(t table.Writer) {
					t.AppendRows([]table.Row{{"cycle", cycle}, {"root", root.String() + " (the ledger's too)"}, {"obligations", gross.Count}, {"gross", yuan(gross.Fen)}, {"deliveries under hidden prices", gross.Hidden}})
				})
			})
		})
	cycleFlag(cmd, &cycle)
	return cmd
}

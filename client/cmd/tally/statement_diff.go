package main

import (
	"context"
	"errors"

	"tallystick/chaincode/fault"
	"tallystick/client/clearing"
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
			return a.with(ctx, func(ctx context.Context, n *node.Node) error {
				head := theirs.Statement.Head
				ours, err := n.Recompute(ctx, head.Cycle, head.A.ID, head.B.ID)
				if err != nil {
					return err
				}
				return errors.Join(a.compare(ours.Statement, theirs), ours.Close())
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
	var req node.CheckStatementsRequest
	cmd := verb(a, "check", "  tally --as D statement check --cycle 2026-11", node.StatementCheck,
		func([]string) (node.CheckStatementsRequest, error) { return req, nil },
		func(_ context.Context, _ *node.Node, c node.CheckedCycle) error {
			return a.print(c, func(t table.Writer) {
				t.AppendRows([]table.Row{{"cycle", c.Cycle}, {"root", c.Root + " (the ledger's too)"}, {"obligations", c.Count},
					{"gross", yuan(c.Fen)}, {"deliveries under hidden prices", c.Hidden}})
			})
		})
	cycleFlag(cmd, &req.Cycle)
	return cmd
}

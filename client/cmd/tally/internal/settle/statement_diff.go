package settle

import (
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/settle"
	"tallystick/client/statement"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

func diffStatement(a *cli.App) *cobra.Command {
	return cli.Verb(a, "diff FILE", "  tally --as D statement diff 2026-11-D-G.xlsx", settle.StatementDiff,
		func(args []string) (settle.DiffStatementRequest, error) {
			return settle.DiffStatementRequest{}, a.SendFile(args[0])
		}, cli.Shows(a, func(t table.Writer, d settle.Differences) { differencesTable(t, d.Lines) }))
}

func differencesTable(t table.Writer, list []statement.Difference) {
	t.AppendHeader(table.Row{"Line", "Field", "Ours", "Theirs"})
	for _, d := range list {
		t.AppendRow(table.Row{d.ID, or(d.Field, "(only one has it)"), d.Ours, d.Theirs})
	}
	if len(list) == 0 {
		t.AppendRow(table.Row{"every line is the same"})
	}
}

func checkStatements(a *cli.App) *cobra.Command {
	var req settle.CheckStatementsRequest
	cmd := cli.Verb(a, "check", "  tally --as D statement check --cycle 2026-11", settle.StatementCheck,
		cli.Words(&req), cli.Shows(a, func(t table.Writer, c settle.CheckedCycle) {
			t.AppendRows([]table.Row{{"cycle", c.Cycle}, {"root", c.Root + " (the ledger's too)"},
				{"obligations", c.Count},
				{"gross", cli.Yuan(c.Fen)}, {"deliveries under hidden prices", c.Hidden}})
		}))
	cycleFlag(cmd, &req.Cycle)
	return cmd
}

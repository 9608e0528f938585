package settle

import (
	"cmp"
	"context"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/settle"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

func openStatements(a *cli.App) *cobra.Command {
	var req settle.OpenStatementsRequest
	cmd := cli.Verb(a, "open", "  tally --as D statement open --cycle 2026-11", settle.StatementOpen,
		cli.Words(&req), showOpened(a))
	cmd.Long = `The sum of a cycle's hidden deliveries between two parties is opened on the ledger, so that it can be netted;
no single price is. With one delivery, or one price, in a cycle the sum says that price too. Either of the two may open it,
once; what is open already is left.`
	cycleFlag(cmd, &req.Cycle)
	return cmd
}

// showOpened says of each hidden sum what became of it.
func showOpened(a *cli.App) func(context.Context, *cli.Node, settle.Opened) error {
	return func(_ context.Context, _ *cli.Node, answer settle.Opened) error {
		err := a.Print(answer, func(t table.Writer) {
			t.AppendHeader(table.Row{"Debtor", "Creditor", "", "Command", ""})
			for _, o := range answer.Rows {
				what := "supply"
				if o.Back {
					what = "returns"
				}
				t.AppendRow(table.Row{o.Debtor, o.Creditor, what, openedBy(o), cli.InFlags(o.Why)})
			}
		})
		return cmp.Or(err, answer.Failed())
	}
}

// openedBy is the command that opened a sum just now, or that it was open; nothing if it isn't.
func openedBy(o settle.OpenedSum) string {
	if o.Why != "" {
		return ""
	}
	return or(o.Number, "open already")
}

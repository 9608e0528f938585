package consortium

import (
	"strings"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/consortium"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

func queryUnsealed(a *cli.App) *cobra.Command {
	cmd := cli.Verb(a, "unsealed", "  tally --as A query unsealed -o json", consortium.QueryUnsealed, cli.Nothing,
		cli.InTable(a, unsealedTable))
	cmd.Long = `List the rows that enough endorsers signed to make them valid, and that no sealed
batch of the party that sent them explains: the transaction, the key, who sent it,
whose peers endorsed it, and why your node doesn't honour it. No figure of your node's
read model comes from such a row. What the ledger itself is asked (query totals, query
hold, programme show, party list) is as the endorser has it.

Then the transactions that read one of them, with the points that they took out of it
if it is a lot. One that wrote the row further is listed above too, and counts no more
than the row does. One that only read it counts: look at it with its party.`
	return cmd
}

func unsealedTable(t table.Writer, found consortium.Unsealed, known cli.Scales) {
	t.AppendHeader(table.Row{"block", "transaction", "sent by", "endorsed by", "key", "why"})
	for _, s := range found.Rows {
		t.AppendRow(table.Row{s.Block, s.Tx, s.Party, strings.Join(s.Signers, " "), s.Key, s.Reason})
	}
	t.AppendSeparator()
	for _, r := range found.Traces {
		what := "read it: " + strings.Join(r.Commands, ", ")
		if r.Points > 0 {
			what = "took " + known.ShownOr(r.Programme, r.Points) + " of " + r.Programme + ": " +
				strings.Join(r.Commands, ", ")
		}
		t.AppendRow(table.Row{r.Block, r.Tx, r.Party, strings.Join(r.Signers, " "), r.Key, what})
	}
}

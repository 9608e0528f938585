package settle

import (
	"cmp"
	"context"

	"tallystick/chaincode/settlement"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/settle"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

func signStatements(a *cli.App) *cobra.Command {
	var req settle.SignStatementsRequest
	cmd := cli.Verb(a, "sign", `  tally --as D statement sign --cycle 2026-11
  tally --as D statement sign --with G`, settle.StatementSign, cli.Words(&req), showSigned(a))
	cycleFlag(cmd, &req.Cycle)
	cli.Word(cmd, &req.With, "with", "only the statement with this party")
	return cmd
}

// showSigned says of each statement what became of it. What can't be signed yet is said, and doesn't keep the others.
func showSigned(a *cli.App) func(context.Context, *cli.Node, settle.Signed) error {
	return func(_ context.Context, _ *cli.Node, answer settle.Signed) error {
		err := a.Print(answer, func(t table.Writer) {
			t.AppendHeader(table.Row{"With", "Lines", "State", "Root", ""})
			for _, s := range answer.Rows {
				t.AppendRow(table.Row{s.With, s.Lines, s.State, s.Root, cli.InFlags(s.Why)})
			}
		})
		return cmp.Or(err, answer.Failed())
	}
}

func claimStatement(a *cli.App) *cobra.Command {
	var req settlement.ClaimRequest
	cmd := cli.Sends(a, "claim", "  tally --as M statement claim --with D --cycle 2026-11", settle.StatementClaim,
		cli.Words(&req))
	withFlag(cmd, &req.With)
	cli.Word(cmd, &req.Cycle, "cycle", "closed cycle")
	cli.Require(cmd, "cycle")
	return cmd
}

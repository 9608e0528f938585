package settle

import (
	"context"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/settle"
)

func closeCycle(a *cli.App) *cobra.Command {
	var req settle.CloseCycleRequest
	cmd := cli.Verb(a, "close", "  tally --as G cycle close --next 2026-12", settle.CycleClose, cli.Words(&req),
		cli.Shows(a, func(t table.Writer, closed settle.ClosedCycle) { t.AppendRows(closeRows(closed.Close)) }))
	cmd.Long = `Cut the open cycle off and add it up, in two commands. Each is done if it isn't done
yet: stopped anywhere, the same command goes on.`
	cli.Word(cmd, &req.Next, "next", "id of the cycle that opens, such as 2026-12")
	cli.Require(cmd, "next")
	return cmd
}

func finaliseCycle(a *cli.App) *cobra.Command {
	var carry bool
	var lane uint8
	cmd := cli.Leaf("finalise [CYCLE]", settle.CycleFinalise.En+" ("+settle.CycleFinalise.Zh+")",
		`  tally --as G cycle finalise
  tally --as G cycle finalise 2026-11 --carry`, func(ctx context.Context, args []string) error {
			ask := func() (settle.CycleRequest, error) { return ofCycle(args) }
			if !carry {
				return cli.Perform(ctx, a, settle.CycleFinalise, ask, a.ReceiptOf("cycle:Finalise"))
			}
			if lane < 1 || lane >= number.Lanes {
				return fault.New(fault.BadRequest, "--lane: want 1 to %d", number.Lanes-1)
			}
			a.Lanes = fmt.Sprint(lane)
			return cli.Perform(ctx, a, settle.CycleFinaliseCarry, ask, cli.Shows(a, finalisedTable))
		})
	cmd.Long = `Net a cycle all of whose statements stand: signed by both, or, if that is the
policy, by silence after the deadline. What is disputed is left out. With --carry,
statements that don't stand after the deadline are carried into the open cycle first,
in the same transaction, so that the rest settles on time (结转).`
	cmd.Flags().BoolVar(&carry, "carry", false, "carry over what doesn't stand after the deadline")
	cli.Whole(cmd, &lane, "lane", 1, "of this node, by which --carry sends; no other process may write it")
	return cmd
}

func finalisedTable(t table.Writer, answer settle.Finalised) {
	cli.ReceiptTable(t, "cycle:Finalise", answer.Receipt)
	for _, pair := range answer.Carried {
		t.AppendRow(table.Row{"carried over", pair[0] + " and " + pair[1]})
	}
}

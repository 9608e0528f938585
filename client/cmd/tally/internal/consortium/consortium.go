// Package consortium has the commands about the network and its parties, and the questions to ledger and read model.
package consortium

import (
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/party"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/consortium"
)

// Group is the group of the consortium, which is founded once.
func Group(a *cli.App) *cobra.Command {
	var req party.FoundRequest
	found := cli.Verb(a, "found NETWORK", `  tally --as G consortium found alliance --en Group --zh 集团 --roles issuer,acceptor \
      --cycle 2026-11 --date 2026-11-01 --test`,
		consortium.ConsortiumFound, cli.Words(&req, &req.Network),
		cli.Shows(a, func(t table.Writer, consortium party.Consortium) {
			t.AppendRows([]table.Row{{"network", consortium.Network}, {"operator", consortium.Operator},
				{"test", consortium.Test}})
		}))
	cli.Names(found, &req.En, &req.Zh)
	roles(found, &req.Roles, "your roles besides operator")
	cli.Word(found, &req.Cycle, "cycle", "first settlement cycle, such as 2026-11")
	cli.Day(found, &req.Date, "date", "first business date")
	cli.Require(found, "cycle", "date")
	found.Flags().BoolVar(&req.Test, "test", false, "a test network, whose business date may run ahead of the calendar")
	return cli.Group("consortium", "Found the network (联盟)", found)
}

package main

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/party"
	"tallystick/client/node"
)

func consortium(a *app) *cobra.Command {
	var req party.FoundRequest
	found := leaf("found NETWORK", "Found the network with yourself as its operator: the ledger's first command",
		`  tally --as G consortium found alliance --en Group --zh 集团 --roles issuer,acceptor \
      --cycle 2026-11 --date 2026-11-01 --test`,
		func(ctx context.Context, args []string) error {
			req.Network = args[0]
			if err := req.Check(); err != nil {
				return err
			}
			return a.with(ctx, func(ctx context.Context, g *node.Node) error {
				charter, err := g.Gateway().Found(ctx, req)
				if err != nil {
					return err
				}
				return a.print(charter, func(t table.Writer) {
					t.AppendRows([]table.Row{{"network", charter.Network}, {"operator", charter.Operator}, {"test", charter.Test}})
				})
			})
		})
	names(found, &req.En, &req.Zh)
	roles(found, &req.Roles, "your roles besides operator")
	word(found, &req.Cycle, "cycle", "first settlement cycle, such as 2026-11")
	day(found, &req.Date, "date", "first business date")
	require(found, "cycle", "date")
	found.Flags().BoolVar(&req.Test, "test", false, "a test network, whose business date may run ahead of the calendar")
	return group("consortium", "Found the network (联盟)", found)
}

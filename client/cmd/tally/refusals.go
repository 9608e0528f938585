package main

import (
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/fault"
	"tallystick/client/cmd/tally/internal/cli"
)

func refusals(a *cli.App) *cobra.Command {
	return &cobra.Command{
		Use:   "refusals",
		Short: "List the codes of refusals, what they mean, and the exit codes",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return cli.PrintList(a, 0, fault.Table, func(t table.Writer) {
				t.AppendHeader(table.Row{"code", "exit", "retry", "meaning", "含义"})
				for _, m := range fault.Table {
					again := ""
					if m.Retry {
						again = "yes"
					}
					t.AppendRow(table.Row{m.Code, m.Exit, again, m.En, m.Zh})
				}
			})
		},
	}
}

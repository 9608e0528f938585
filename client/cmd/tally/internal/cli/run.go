package cli

import (
	"context"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/client/node"
)

// ResultsOf shows how many rows a run did, and which were refused.
func (a *App) ResultsOf(what string) func(context.Context, *Node, *node.Results) error {
	return Shows(a, func(t table.Writer, r *node.Results) {
		t.AppendRow(table.Row{what, len(r.Done)})
		for _, one := range r.Refused {
			t.AppendRow(table.Row{one.ID, string(one.Code) + ": " + one.Text})
		}
	})
}

// TakesLong gives a run over many rows an hour, if nobody says otherwise.
func (a *App) TakesLong(cmd *cobra.Command) *cobra.Command { return a.within(cmd, time.Hour) }

// Untimed gives a command all the time that it takes, if nobody says otherwise.
func (a *App) Untimed(cmd *cobra.Command) *cobra.Command { return a.within(cmd, 0) }

func (a *App) within(cmd *cobra.Command, length time.Duration) *cobra.Command {
	cmd.PreRun = func(cmd *cobra.Command, _ []string) {
		if !cmd.Flags().Changed("timeout") {
			a.timeout = length
		}
	}
	return cmd
}

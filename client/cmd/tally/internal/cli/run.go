package cli

import (
	"context"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/client/node"
)

// PrintResults shows how many rows a run did, and which were refused.
func (a *App) PrintResults(what string, r *node.Results) error {
	return a.Print(r, func(t table.Writer) {
		t.AppendRow(table.Row{what, len(r.Done)})
		for _, one := range r.Refused {
			t.AppendRow(table.Row{one.ID, string(one.Code) + ": " + one.Text})
		}
	})
}

// ResultsOf shows what a run over many rows did.
func (a *App) ResultsOf(what string) func(context.Context, *node.Node, *node.Results) error {
	return func(_ context.Context, _ *node.Node, r *node.Results) error { return a.PrintResults(what, r) }
}

// TakesLong gives a run over many rows an hour, if nobody says otherwise.
func (a *App) TakesLong(cmd *cobra.Command) *cobra.Command {
	cmd.PreRun = func(cmd *cobra.Command, _ []string) {
		if !cmd.Flags().Changed("timeout") {
			a.timeout = time.Hour
		}
	}
	return cmd
}

// Untimed gives a command all the time that it takes, if nobody says otherwise.
func (a *App) Untimed(cmd *cobra.Command) *cobra.Command {
	cmd.PreRun = func(cmd *cobra.Command, _ []string) {
		if !cmd.Flags().Changed("timeout") {
			a.timeout = 0
		}
	}
	return cmd
}

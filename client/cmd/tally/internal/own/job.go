// Package own has the commands about what a node has of its own.
package own

import (
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node"
	"tallystick/client/node/jobs"
)

// Jobs is the group of commands about long work.
func Jobs(a *cli.App) *cobra.Command {
	return cli.Group("job", "Long work that a node does by itself (任务)", listJobs(a), showJob(a))
}

func listJobs(a *cli.App) *cobra.Command {
	var req jobs.ListRequest
	cmd := cli.Verb(a, "list", "  tally --as D job list --open", jobs.JobList, cli.Words(&req),
		cli.Shows(a, func(t table.Writer, found node.List[jobs.Job]) {
			t.AppendHeader(table.Row{"job", "operation", "state", "asked for", "who", "tries", "progress"})
			for _, j := range found.Rows {
				t.AppendRow(table.Row{j.ID, j.Operation, j.State, j.Made.Format(time.DateTime), j.Who, j.Tries,
					progressText(j.Progress)})
			}
		}))
	cmd.Flags().BoolVar(&req.Open, "open", false, "only those that haven't ended")
	return cmd
}

func showJob(a *cli.App) *cobra.Command {
	var req jobs.ShowRequest
	return cli.Verb(a, "show JOB", "  tally --as D job show 20261130T101500-0badc0ffee", jobs.JobShow,
		cli.Words(&req, &req.Job), cli.Shows(a, func(t table.Writer, j jobs.Job) {
			t.AppendRows([]table.Row{{"job", j.ID}, {"operation", j.Operation}, {"state", j.State},
				{"asked for", j.Made.Format(time.DateTime)}, {"who", j.Who}, {"tries", j.Tries},
				{"progress", progressText(j.Progress)}})
			if !j.Ended.IsZero() {
				t.AppendRow(table.Row{"ended", j.Ended.Format(time.DateTime)})
			}
			if len(j.Problem) > 0 {
				t.AppendRow(table.Row{"problem", string(j.Problem)})
			}
			if len(j.Answer) > 0 {
				t.AppendRow(table.Row{"answer", string(j.Answer)})
			}
		}))
}

func progressText(p jobs.Progress) string {
	switch {
	case p.All > 0:
		return fmt.Sprintf("%s: %d %% of %d", p.On, p.Done*100/p.All, p.All)
	case p.Step != "":
		return fmt.Sprintf("%d steps; %s", p.Steps, p.Step)
	}
	return ""
}

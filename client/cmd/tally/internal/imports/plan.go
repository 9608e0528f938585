package imports

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/importer"
	"tallystick/client/plan"
)

// runPlan does a plan's steps under one bar, and shows what they did.
func runPlan(ctx context.Context, a *cli.App, path string, i importing) error {
	p, err := plan.Load(path)
	if err != nil {
		return err
	}
	bar := newBar(a, path)
	a.Dry = i.DryRun
	run := plan.Run{Importing: i.Importing, Far: bar.far,
		Open: func(ctx context.Context, party string, lanes int) (plan.Node, error) {
			as := a.Acting(party)
			there, err := as.Running()
			if err != nil || there != nil {
				return plan.There(there), err
			}
			if as.Lanes = ""; lanes > 0 {
				as.Lanes = fmt.Sprintf("1-%d", lanes)
			}
			here, err := as.Open(ctx)
			return plan.Here(here), err
		}}
	reports, err := run.Do(ctx, p)
	bar.end(err != nil)
	if len(reports) == 0 {
		return err
	}
	return errors.Join(cli.PrintList(a, 0, reports, func(t table.Writer) { planTable(t, p, reports) }), err)
}

func planTable(t table.Writer, p plan.Plan, reports []*importer.Report) {
	t.AppendHeader(table.Row{"step", "party", "kind", "source", "lines", "commands", "done now", "done before",
		"rejected", "seconds"})
	cli.Right(t, 1, 5, 6, 7, 8, 9, 10)
	for i, r := range reports {
		t.AppendRow(table.Row{i + 1, p.Steps[i].Party, r.Kind, r.Source, r.Lines, r.Commands, r.Done, r.Before,
			len(r.Rejected), seconds(r)})
	}
	t.SetCaption("%s", strings.Join(rejectedLines(reports), "\n"))
}

// rejectedLines names the first rejected lines of some reports.
func rejectedLines(reports []*importer.Report) (lines []string) {
	for i, r := range reports {
		for _, one := range r.Rejected {
			if len(lines) == shown {
				return append(lines, "… --rejected FILE writes them all")
			}
			lines = append(lines, fmt.Sprintf("step %d, line %d: %s", i+1, one.Line, one.Reason))
		}
	}
	return lines
}

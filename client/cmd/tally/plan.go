package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/viper"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/importer"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/terms"
	"tallystick/client/vault"
	"tallystick/network/settings"
)

// plan is what tally import --plan reads. Paths are seen from the plan's own folder.
type plan struct {
	Steps []planned `mapstructure:"steps"`
}

// planned is one step: a file and its mapping, or a supplier's party whose terms the
// party's vault takes over, on a node that has the state of both.
type planned struct {
	Party   string `mapstructure:"party"`
	File    string `mapstructure:"file"`
	Mapping string `mapstructure:"mapping"`
	Accept  string `mapstructure:"accept"`
}

// maxSteps is how many steps a plan can have.
const maxSteps = 64

func loadPlan(path string) (plan, error) {
	text, err := bounds.YAML(path)
	if err != nil {
		return plan{}, fmt.Errorf("the plan: %w", err)
	}
	if err := settings.Check(path, text, reflect.TypeFor[plan]()); err != nil {
		return plan{}, fault.New(fault.BadRequest, "the plan %v", err)
	}
	v := viper.New()
	v.SetConfigType("yaml")
	if err := v.ReadConfig(bytes.NewReader(text)); err != nil {
		return plan{}, fmt.Errorf("the plan %s: %w", path, err)
	}
	var p plan
	if err := v.UnmarshalExact(&p); err != nil {
		return plan{}, fmt.Errorf("the plan %s: %w", path, err)
	}
	if len(p.Steps) < 1 || len(p.Steps) > maxSteps {
		return plan{}, fmt.Errorf("the plan %s: want 1 to %d steps", path, maxSteps)
	}
	beside := func(name string) string {
		if name == "" || filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(filepath.Dir(path), name)
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Party == "" || (s.File == "") != (s.Mapping == "") || (s.File == "") == (s.Accept == "") {
			return plan{}, fmt.Errorf("the plan %s: step %d: want a party, and a file with its mapping or whose terms it accepts", path, i+1)
		}
		s.File, s.Mapping = beside(s.File), beside(s.Mapping)
	}
	return p, nil
}

// acting is the program as another party.
func (a *app) acting(party string) *app {
	other := *a
	other.as, other.profile = party, ""
	return &other
}

// runPlan scans every file before anything is sent, and then does the steps in their
// order under one bar. It ends at the first that fails; run again, it goes on there.
func (a *app) runPlan(ctx context.Context, i importing) (err error) {
	p, err := loadPlan(i.plan)
	if err != nil {
		return err
	}
	steps := make([]*step, len(p.Steps))
	all := uint64(0)
	defer func() {
		for _, s := range steps {
			if s != nil {
				err = errors.Join(err, s.close())
			}
		}
	}()
	bar := newBar(a, i.plan)
	for n, one := range p.Steps {
		if one.Accept != "" {
			continue
		}
		m, err := importer.LoadMapping(one.Mapping)
		if err != nil {
			return err
		}
		bar.about(one.Party + " " + filepath.Base(one.File) + " " + m.Kind)
		job := importer.Job{Mapping: m, Path: one.File, DryRun: i.dryRun, Retry: i.retry, Reading: bar.reading}
		if steps[n], err = a.acting(one.Party).scan(ctx, job); err != nil {
			return err
		}
		all += steps[n].scanned.Commands
	}
	outcomes, err := a.runSteps(ctx, p, steps, all, bar)
	bar.end(err)
	if len(outcomes) == 0 {
		return err
	}
	if err == nil {
		err = i.allowed.judge(outcomes...)
	}
	return errors.Join(a.printPlan(p, i.rejected, outcomes), err)
}

// printPlan shows what the steps did, and writes their rejected lines if a file is named.
func (a *app) printPlan(p plan, rejected string, outcomes []importer.Outcome) error {
	var err error
	if rejected != "" {
		err = writeRejected(rejected, outcomes...)
	}
	reports := make([]*importer.Report, len(outcomes))
	for i, o := range outcomes {
		reports[i] = o.Report
	}
	return errors.Join(printList(a, 0, reports, func(t table.Writer) { planTable(t, p, reports) }), err)
}

// runSteps does the steps up to the first that fails, and answers what they did.
func (a *app) runSteps(ctx context.Context, p plan, steps []*step, all uint64, bar *bar) (outcomes []importer.Outcome, err error) {
	before := uint64(0)
	for i, one := range p.Steps {
		var o importer.Outcome
		switch s := steps[i]; {
		case s == nil:
			o.Report, err = a.acting(one.Party).takeOver(ctx, one.Accept)
		case s.scanned.Job.DryRun:
			o.Job = s.scanned.Job
			o.Report, err = s.scanned.Feed(ctx)
		default:
			bar.about(one.Party + " " + filepath.Base(one.File) + " " + s.scanned.Job.Mapping.Kind)
			o.Report, err = s.run(ctx, func(done, _ uint64) { bar.at(before+done, all) })
			o.Job, before = s.scanned.Job, before+s.scanned.Commands
		}
		if o.Report != nil {
			outcomes = append(outcomes, o)
		}
		if err != nil {
			return outcomes, fmt.Errorf("step %d of %s: %w", i+1, one.Party, err)
		}
	}
	return outcomes, nil
}

// takeOver brings the terms that another party's vault has for this one into its own,
// as an export and an acceptance would.
func (a *app) takeOver(ctx context.Context, from string) (*importer.Report, error) {
	report := &importer.Report{Source: from, Kind: "accept"}
	err := a.acting(from).withIndex(ctx, func(_ context.Context, _ *node.Node, r *index.Reading) error {
		cfg, err := a.config(nil)
		if err != nil {
			return err
		}
		var file terms.File
		if err := a.acting(from).inVault(func(v *vault.Vault) (err error) {
			file, err = terms.Gather(r, v, from, cfg.Party, "")
			return err
		}); err != nil {
			return err
		}
		return a.inVault(func(v *vault.Vault) error {
			answer, err := file.Accept(r.Terms, v, cfg.Party)
			report.Lines, report.Terms = len(file.Terms), uint64(answer.Accepted)
			for _, d := range answer.Differ {
				report.Rejected = append(report.Rejected, importer.Rejected{Line: d.Line, Reason: d.Reason})
			}
			return err
		})
	})
	return report, err
}

func planTable(t table.Writer, p plan, reports []*importer.Report) {
	t.AppendHeader(table.Row{"step", "party", "kind", "source", "lines", "commands", "done now", "done before", "rejected", "seconds"})
	right(t, 1, 5, 6, 7, 8, 9, 10)
	for i, r := range reports {
		t.AppendRow(table.Row{i + 1, p.Steps[i].Party, r.Kind, r.Source, r.Lines, r.Commands, r.Done, r.Before, len(r.Rejected), seconds(r)})
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

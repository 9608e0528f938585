package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/mattn/go-isatty"
	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/client/config"
	"tallystick/client/gateway"
	"tallystick/client/importer"
	"tallystick/client/index"
	"tallystick/client/vault"
)

func importCommand(a *app) *cobra.Command {
	var mapping, rejected, plan string
	cmd := &cobra.Command{
		Use:   "import [FILE]",
		Short: "Make members, awards, campaigns, goods or stock of a CSV or workbook, exactly once (导入)",
		Long: `Make commands of the lines of any CSV (.gz too) or workbook (.xlsx) by a mapping file.
It says what a line becomes (kind: awards, members, labels, benefits, entitlements,
writeoffs, campaigns, suppliers, goods, terms, stock, listings, outlets), which columns hold its
parts, and which lines count. Stop it anywhere and start it again: it goes on where the
ledger's cursor stands. Lines that can't be taken, or that the ledger refuses, are
listed with their numbers and the reasons.

A plan runs several files with their mappings, each as its party, one after the
other:

  steps:
    - {party: S1, file: products.csv.gz, mapping: suppliers.yaml}
    - {party: D, accept: S1}      # D's vault takes over the terms that S1's has for it

Customers become pseudonyms, and codes are made, by the vault in the state
directory: import everything of a party from one state directory.`,
		Example: `  tally --as D import households.csv.gz --mapping members.yaml
  tally --as D import baskets.csv.gz --mapping baskets.yaml --rejected rejected.csv
  tally import --plan plan.yaml`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 1) != (mapping != "") || (len(args) == 1) == (plan != "") {
				return fault.New(fault.BadRequest, "give a file and its --mapping, or a --plan")
			}
			if plan != "" {
				return a.runPlan(cmd.Context(), plan, rejected)
			}
			m, err := importer.LoadMapping(mapping)
			if err != nil {
				return err
			}
			report, err := a.runImport(cmd.Context(), importer.Job{Mapping: m, Path: args[0]})
			if err != nil {
				return err
			}
			return a.printImport(report, rejected)
		},
	}
	word(cmd, &mapping, "mapping", "mapping file (YAML)")
	word(cmd, &plan, "plan", "or several files with their mappings and parties (YAML)")
	word(cmd, &rejected, "rejected", "write rejected lines to this CSV")
	return cmd
}

// printImport shows a report, and writes the rejected lines if a file is named.
func (a *app) printImport(report *importer.Report, rejected string) error {
	if rejected != "" {
		if err := writeRejected(rejected, report); err != nil {
			return err
		}
	}
	return a.print(report, func(t table.Writer) { importTable(t, report, rejected) })
}

// runImport runs one import with a bar of its own. A strict one that is refused has
// a report too.
func (a *app) runImport(ctx context.Context, job importer.Job) (*importer.Report, error) {
	s, err := a.scan(job)
	if err != nil {
		return nil, err
	}
	bar := newBar(a, job.Path)
	report, err := s.run(ctx, bar.at)
	bar.end(err)
	return report, errors.Join(err, s.close())
}

// step is a file that was scanned, and whose import it is.
type step struct {
	app     *app
	cfg     config.Config
	vault   *vault.Vault // nil if its mapping needs none
	scanned *importer.Scanned
}

// scan reads a file with what its mapping needs of the party's state directory.
// Nothing is sent.
func (a *app) scan(job importer.Job) (s *step, err error) {
	s = &step{app: a}
	if s.cfg, err = a.config(map[string]any{"lanes": fmt.Sprintf("1-%d", job.Mapping.Shards)}); err != nil {
		return nil, err
	}
	job.State, job.Stores.Party = s.cfg.State, s.cfg.Party
	if job.Mapping.NeedsVault() {
		if s.vault, err = vault.Open(s.cfg.State, s.cfg.Party); err != nil {
			return nil, err
		}
		job.Stores.Vault = s.vault
	}
	if s.scanned, err = job.Scan(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *step) close() error {
	if s.vault == nil {
		return nil
	}
	return s.vault.Close()
}

// run feeds what was scanned.
func (s *step) run(ctx context.Context, progress func(done, all uint64)) (report *importer.Report, err error) {
	g, err := gateway.Open(ctx, s.cfg, gateway.WithLog(s.app.log()))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.Close()) }()
	job := &s.scanned.Job
	job.Progress = progress
	job.Open = func(ctx context.Context, name string, shards int, report func(gateway.Fed)) (importer.Source, error) {
		return g.Source(ctx, name, shards, report)
	}
	if job.Mapping.NeedsEntitlements() || job.Mapping.NeedsShop() {
		ix, err := openIndex(ctx, g, s.cfg.IndexAt())
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, ix.Close()) }()
		lookup := &grants{g: g, ix: ix, patience: patience}
		job.Stores.Entitlements = func(benefit, member string) ([]importer.Granted, error) { return lookup.find(ctx, benefit, member) }
		job.Stores.Shop = ix
	}
	return s.scanned.Feed(ctx)
}

// patience is how long an import waits, in all, for entitlements to turn up that
// the read model hasn't: the peer that it reads from may be some blocks behind the
// one that took them.
const patience = 5 * time.Second

// grants looks entitlements up for write-offs.
type grants struct {
	g        *gateway.Gateway
	ix       *index.Index
	patience time.Duration // that is left
}

// find lists a member's entitlements to a benefit by their numbers.
func (l *grants) find(ctx context.Context, benefit, member string) ([]importer.Granted, error) {
	for {
		list, err := granted(l.ix, benefit, member)
		if err != nil || len(list) > 0 || l.patience <= 0 {
			return list, err
		}
		began := time.Now()
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		if err := l.g.Sync(ctx, l.ix); err != nil {
			return nil, err
		}
		l.patience -= time.Since(began)
	}
}

func granted(ix *index.Index, id, member string) ([]importer.Granted, error) {
	_, found, err := index.All[benefit.Entitlement](ix, index.Filter{Member: member, Topic: id})
	if err != nil {
		return nil, err
	}
	list := make([]importer.Granted, len(found))
	for i, one := range found {
		list[i].Entitlement = one.Row
		if list[i].Number, err = number.ParseRow(one.ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// writeRejected writes the rejected lines of some reports.
func writeRejected(path string, reports ...*importer.Report) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := csv.NewWriter(file)
	rows := [][]string{{"source", "line", "column", "reason"}}
	for _, report := range reports {
		for _, r := range report.Rejected {
			rows = append(rows, []string{report.Source, strconv.Itoa(r.Line), r.Column, r.Reason})
		}
	}
	return errors.Join(w.WriteAll(rows), file.Close())
}

// shown is how many rejected lines the table lists.
const shown = 20

func importTable(t table.Writer, r *importer.Report, file string) {
	t.AppendRows([]table.Row{
		{"source", r.Source}, {"kind", r.Kind}, {"lines", r.Lines}, {"left out by the mapping", r.Skipped},
		{"seen before in the file", r.Seen}, {"rejected", len(r.Rejected)},
	})
	for _, total := range []struct {
		what string
		n    uint64
	}{
		{"awards", r.Awards}, {"points", uint64(r.Points)}, {"members", r.Members}, {"accounts", r.Accounts}, {"labels", r.Labels},
		{"benefits", r.Benefits}, {"entitlements", r.Entitlements}, {"write-offs", r.WriteOffs}, {"campaigns", r.Campaigns},
		{"suppliers", r.Suppliers}, {"goods", r.Goods}, {"terms", r.Terms}, {"stocked", r.Stocked}, {"listings", r.Listings}, {"outlets", r.Outlets},
	} {
		if total.n > 0 {
			t.AppendRow(table.Row{total.what, total.n})
		}
	}
	t.AppendRows([]table.Row{
		{"commands", r.Commands}, {"done now", r.Done}, {"done before", r.Before}, {"refused by the ledger", r.Refused},
		{"seconds", seconds(r)},
	})
	for i, rejected := range r.Rejected {
		if i == shown {
			more := "--rejected FILE writes them all"
			if file != "" {
				more = "all are in " + file
			}
			t.AppendRow(table.Row{"…", more})
			break
		}
		t.AppendRow(table.Row{fmt.Sprintf("line %d", rejected.Line), rejected.Reason})
	}
}

// seconds is how long feeding took, to a tenth.
func seconds(r *importer.Report) string { return decimal.New(r.Millis, -3).StringFixed(1) }

// bar is a progress bar on a terminal, and a line every few seconds elsewhere.
type bar struct {
	writer  progress.Writer
	tracker *progress.Tracker
}

func newBar(a *app, path string) *bar {
	b := &bar{tracker: &progress.Tracker{Message: path}}
	if file, ok := a.err.(*os.File); ok && isatty.IsTerminal(file.Fd()) && a.format != "json" {
		b.writer = progress.NewWriter()
		b.writer.SetOutputWriter(a.err)
		b.writer.SetUpdateFrequency(200 * time.Millisecond)
		b.writer.Style().Visibility.Speed = true
		b.writer.AppendTracker(b.tracker)
		go b.writer.Render()
	}
	return b
}

// at is called from several goroutines, in no order: the tracker only grows.
func (b *bar) at(done, all uint64) {
	b.tracker.UpdateTotal(int64(all))
	if int64(done) > b.tracker.Value() {
		b.tracker.SetValue(int64(done))
	}
}

func (b *bar) end(err error) {
	if err != nil {
		b.tracker.MarkAsErrored()
	} else {
		b.tracker.MarkAsDone()
	}
	if b.writer != nil {
		b.writer.Stop()
		for b.writer.IsRenderInProgress() {
			time.Sleep(10 * time.Millisecond)
		}
	}
}

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/mattn/go-isatty"
	"github.com/shopspring/decimal"

	"tallystick/client/importer"
)

// printImport shows a report, and writes the rejected lines if a file is named.
func (a *app) printImport(rejected string, outcome importer.Outcome) error {
	var err error
	if rejected != "" {
		err = writeRejected(rejected, outcome)
	}
	return errors.Join(a.print(outcome.Report, func(t table.Writer) { importTable(t, outcome.Report, rejected) }), err)
}

// shown is how many rejected lines the table lists.
const shown = 20

func importTable(t table.Writer, r *importer.Report, file string) {
	t.AppendRows([]table.Row{
		{"source", r.Source}, {"kind", r.Kind},
	})
	for _, note := range r.Notes {
		t.AppendRow(table.Row{"", note})
	}
	if r.DryRun {
		t.AppendRow(table.Row{"", "dry run: nothing was sent or kept"})
	}
	if r.Stopped {
		t.AppendRow(table.Row{"", "stopped: run it again to go on"})
	}
	t.AppendRows([]table.Row{
		{"lines", r.Lines}, {"left out by the mapping", r.Skipped},
		{"seen before in the file", r.Seen}, {"rejected", len(r.Rejected)},
	})
	for _, total := range r.List() {
		t.AppendRow(table.Row{total.Name, total.N})
	}
	if r.Points > 0 {
		t.AppendRow(table.Row{"points", scaled(r.Points-r.PointsRefused, r.Digits)})
	}
	if r.PointsRefused > 0 {
		t.AppendRow(table.Row{"points of refused lines", scaled(r.PointsRefused, r.Digits)})
	}
	t.AppendRows([]table.Row{
		{"commands", r.Commands}, {"done now", r.Done}, {"done before", r.Before}, {"refused by the ledger", r.Refused},
	})
	if r.RefusedBefore > 0 {
		t.AppendRow(table.Row{"refused before", fmt.Sprintf("%d; --retry-refused tries them again", r.RefusedBefore)})
	}
	if r.Enrolled > 0 {
		t.AppendRow(table.Row{"members enrolled", r.Enrolled})
	}
	t.AppendRow(table.Row{"seconds", seconds(r)})
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
	app    *app
	path   string
	writer progress.Writer // nil without a terminal

	mu      sync.Mutex
	tracker *progress.Tracker
	said    time.Time
	feeding bool
}

// saidEvery is how long nothing is said without a terminal.
const saidEvery = 5 * time.Second

func newBar(a *app, path string) *bar {
	b := &bar{app: a, path: filepath.Base(path), said: time.Now()}
	b.tracker = &progress.Tracker{Message: "reading " + b.path, Units: progress.UnitsBytes}
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

// reading tells how much of the file was read. What the second reading has, at tells in
// commands.
func (b *bar) reading(pass int, read, all int64) {
	if pass > 1 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tracker.UpdateTotal(all)
	b.grow(read)
	b.say("read %s of %s", progress.UnitsBytes.Sprint(read), b.path)
}

// at is called from several goroutines, in no order: the tracker only grows.
func (b *bar) at(done, all uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.feeding {
		b.feeding = true
		b.tracker.MarkAsDone()
		b.tracker = &progress.Tracker{Message: b.path}
		if b.writer != nil {
			b.writer.AppendTracker(b.tracker)
		}
	}
	b.tracker.UpdateTotal(int64(all))
	b.grow(int64(done))
	b.say("%d of %d commands of %s", done, all, b.path)
}

func (b *bar) grow(to int64) {
	if to > b.tracker.Value() {
		b.tracker.SetValue(to)
	}
}

// say tells where no bar is drawn how far it is, now and then.
func (b *bar) say(format string, args ...any) {
	if b.writer != nil || b.app.format == "json" || time.Since(b.said) < saidEvery {
		return
	}
	b.said = time.Now()
	fmt.Fprintf(b.app.err, format+"\n", args...)
}

// about names what comes next.
func (b *bar) about(path string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.path = path
	b.tracker.UpdateMessage(path)
}

func (b *bar) end(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
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

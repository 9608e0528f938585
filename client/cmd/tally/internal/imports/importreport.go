package imports

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/mattn/go-isatty"
	"github.com/shopspring/decimal"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/importer"
	"tallystick/client/node"
)

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
		t.AppendRow(table.Row{"points", cli.Scaled(r.Points-r.PointsRefused, r.Digits)})
	}
	if r.PointsRefused > 0 {
		t.AppendRow(table.Row{"points of refused lines", cli.Scaled(r.PointsRefused, r.Digits)})
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
	app    *cli.App
	what   string          // that is worked on
	writer progress.Writer // nil without a terminal

	mu      sync.Mutex
	tracker *progress.Tracker
	said    time.Time
	feeding bool
}

// saidEvery is how long nothing is said without a terminal.
const saidEvery = 5 * time.Second

func newBar(a *cli.App, path string) *bar {
	b := &bar{app: a, what: filepath.Base(path), said: time.Now()}
	b.tracker = &progress.Tracker{Message: "reading " + b.what, Units: progress.UnitsBytes}
	if file, ok := a.Err.(*os.File); ok && isatty.IsTerminal(file.Fd()) && a.Format != "json" {
		b.writer = progress.NewWriter()
		b.writer.SetOutputWriter(a.Err)
		b.writer.SetUpdateFrequency(200 * time.Millisecond)
		b.writer.Style().Visibility.Speed = true
		b.writer.AppendTracker(b.tracker)
		go b.writer.Render()
	}
	return b
}

// far tells how far the work is. It is called by several goroutines, in no order: the tracker only grows.
func (b *bar) far(f node.Far) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if what := filepath.Base(f.What); what != b.what {
		b.what = what
		b.tracker.UpdateMessage(what)
	}
	if !f.Bytes && !b.feeding {
		b.feeding = true
		b.tracker.MarkAsDone()
		b.tracker = &progress.Tracker{Message: b.what}
		if b.writer != nil {
			b.writer.AppendTracker(b.tracker)
		}
	}
	b.tracker.UpdateTotal(int64(f.All))
	b.grow(int64(f.Done))
	if f.Bytes {
		b.say("read %s of %s", progress.UnitsBytes.Sprint(int64(f.Done)), b.what)
	} else {
		b.say("%d of %d commands of %s", f.Done, f.All, b.what)
	}
}

func (b *bar) grow(to int64) {
	if to > b.tracker.Value() {
		b.tracker.SetValue(to)
	}
}

// say tells where no bar is drawn how far it is, now and then.
func (b *bar) say(format string, args ...any) {
	if b.writer != nil || b.app.Format == "json" || time.Since(b.said) < saidEvery {
		return
	}
	b.said = time.Now()
	fmt.Fprintf(b.app.Err, format+"\n", args...)
}

// end ends it, once.
func (b *bar) end(failed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if failed {
		b.tracker.MarkAsErrored()
	} else {
		b.tracker.MarkAsDone()
	}
	if b.writer == nil {
		return
	}
	b.writer.Stop()
	for b.writer.IsRenderInProgress() {
		time.Sleep(10 * time.Millisecond)
	}
	b.writer = nil
}

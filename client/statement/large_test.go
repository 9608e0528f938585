package statement

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"
)

var large = flag.Int("lines", 10_000, "lines of the large statement")

// TestLarge writes and checks a large statement in every form, and says how long each
// took and how much memory was live at most. Where lines stream it is the same for any
// number of them.
//
//	go test ./client/statement -run TestLarge -v -lines 100000
func TestLarge(t *testing.T) {
	lines := many(*large)
	var s Statement
	measured(t, "sum up", flat, func() error {
		var err error
		s, err = Of(storyHead(), lines)
		return err
	})
	dir := t.TempDir()
	for _, form := range Forms() {
		path := filepath.Join(dir, "large."+form)
		limit := uint64(flat)
		switch form {
		case "xlsx":
			limit += 32<<20 +
				uint64(*large)*200 // sheets above 16 MiB go to a file, what they are compressed to doesn't
		case "pdf":
			limit += 64<<20 + uint64(*large)*4000 // the font, and pages, which stay in memory until all are made
		}
		measured(t, "write "+form, limit, func() error {
			file, err := os.Create(path)
			if err != nil {
				return err
			}
			defer file.Close() // what is missing is noticed below
			return Write(file, form, s, lines, Options{Language: Chinese})
		})
		if form == "pdf" {
			continue
		}
		measured(t, "verify "+form, limit, func() error {
			report, err := Verify(at(t, path), nil, 0)
			if err == nil && report.Total.Lines != uint64(*large) {
				err = fmt.Errorf("%d lines", report.Total.Lines)
			}
			return err
		})
	}
}

// flat is what a stream may have live at most, in bytes: buffers and one line, whatever
// the number of lines.
const flat = 12 << 20

// measured does something, and fails if more memory was live at any time than allowed.
func measured(t *testing.T, what string, limit uint64, do func() error) {
	t.Helper()
	runtime.GC()
	before := live()
	done, peak := make(chan struct{}), make(chan uint64)
	go func() {
		most := before
		for tick := time.Tick(5 * time.Millisecond); ; {
			select {
			case <-tick:
				most = max(most, live())
			case <-done:
				peak <- most
				return
			}
		}
	}()
	began := time.Now()
	err := do()
	took := time.Since(began)
	close(done)
	most := <-peak - before
	t.Logf("%-12s %8d lines %10s  %6.1f MiB live at most", what, *large, took.Round(time.Millisecond),
		float64(most)/(1<<20))
	if err != nil || most > limit {
		t.Errorf("%s: %d bytes live, want %d at most; %v", what, most, limit, err)
	}
}

// live is what the last collection found in use, in bytes.
func live() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

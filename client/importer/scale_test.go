package importer

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/client/gateway"
)

// long is how large the file of these tests is, in bytes: larger than what an import may keep
// in memory, and 200 MB in a soak.
func long() int64 {
	if os.Getenv("TALLY_SOAK") != "" {
		return 200 << 20
	}
	return 80 << 20
}

const longMapping = `
kind: awards
source: long
columns: {member: customer, amount: amount, reference: basket, outlet: shop, date: at}
channels: [shop]
programme: DP
rate: "100"
merge: true
layout: yyyy-MM-dd HH:mm:ss
expires: {days: 730}
where: [{column: amount, is: "!=", value: "0"}]
`

// longFile writes so many bytes of purchases of 3,000 customers, two lines a basket.
func longFile(t *testing.T, long int64) (path string, lines int) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "long.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(file, 1<<20)
	n, _ := fmt.Fprintln(w, "customer,shop,basket,amount,at,note")
	for size := int64(n); size < long; lines++ {
		n, err := fmt.Fprintf(w, "c%d,%d,b%d,%d.%02d,2026-11-%02d 07:30:27,备注\n", lines/2%3000, lines%40, lines/2,
			lines%97, lines%100, 1+lines%28)
		if err != nil {
			t.Fatal(err)
		}
		size += int64(n)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path, lines
}

// used is the processor time of this process.
func used(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// highest watches how much memory is in use until it is told to stop.
func highest(stop chan struct{}) func() uint64 {
	var most atomic.Uint64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapInuse))
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { <-done; return most.Load() }
}

// swallower is a source that takes everything and keeps nothing.
type swallower struct {
	took   atomic.Uint64
	report func(gateway.Fed)
}

func (s *swallower) open(_ context.Context, _ string, _ int, report func(gateway.Fed)) (Source, error) {
	s.report = report
	return s, nil
}
func (s *swallower) Cursor() uint64 { return 0 }
func (s *swallower) Feed(ctx context.Context, position uint64, _ command.Request) error {
	s.took.Add(1)
	s.report(gateway.Fed{Position: position})
	return ctx.Err()
}
func (s *swallower) Flush(ctx context.Context) error                     { return ctx.Err() }
func (s *swallower) Refused() (map[uint64]error, error)                  { return nil, nil }
func (s *swallower) Explain(map[uint64]error) error                      { return nil }
func (s *swallower) Redo(context.Context, uint64, command.Request) error { return nil }

// A long file is read at 60,000 lines a second of one processor, in a memory that
// doesn't grow with it. A process of its own reads it: what other tests left in memory would count.
func TestALongFile(t *testing.T) {
	const alone = "TALLY_ALONE"
	if os.Getenv(alone) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestALongFile$", "-test.v")
		cmd.Env = append(os.Environ(), alone+"=1")
		out, err := cmd.CombinedOutput()
		if t.Logf("%s", out); err != nil {
			t.Error(err)
		}
		return
	}
	path, lines := longFile(t, long())
	s := &swallower{}
	job := Job{Mapping: load(t, longMapping), File: input(t, path), State: t.TempDir(), Open: s.open,
		Stores: Stores{Party: "D", Vault: &safe{everybody: true}}}
	stop := make(chan struct{})
	most, began, from := highest(stop), time.Now(), used(t)
	scanned, err := job.Scan(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	cpu := used(t) - from
	perSecond := float64(lines) / cpu.Seconds()
	t.Logf("%d lines read in %.1f s, %.0f a second of a processor", lines, time.Since(began).Seconds(), perSecond)
	from = used(t)
	report, err := scanned.Feed(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("fed in %.1f s of a processor", (used(t) - from).Seconds())
	close(stop)
	memory := most()
	t.Logf("%d MB at most", memory>>20)
	if perSecond < 60_000 || memory > 64<<20 || report.Lines != lines || report.Done != s.took.Load() ||
		report.Done < uint64(lines)/3 || len(report.Rejected) > 0 {
		t.Errorf("%.0f lines a second, %d MB, %+v", perSecond, memory>>20, tidied(report))
	}
}

func tidied(r *Report) Report {
	one := *r
	one.Rejected = one.Rejected[:min(5, len(one.Rejected))]
	return one
}

// Stopped in either reading, an import reads little more, and says what was done.
func TestAnImportStopsAtOnce(t *testing.T) {
	path, _ := longFile(t, 8<<20)
	for name, pass := range map[string]int{"reading": 1, "feeding": 2} {
		s := &swallower{}
		job := Job{Mapping: load(t, longMapping), File: input(t, path), State: t.TempDir(), Open: s.open,
			Stores: Stores{Party: "D", Vault: &safe{everybody: true}}}
		ctx, cancel := context.WithCancel(context.Background())
		var last, whole int64
		job.Reading = func(in int, read, all int64) {
			if in != pass {
				return
			}
			if last, whole = read, all; read > all/20 {
				cancel()
			}
		}
		report, err := job.Run(ctx)
		if last > whole/2 || fault.CodeOf(err) != fault.Stopped {
			t.Errorf("%s: read %d of %d bytes although it was stopped: %v", name, last, whole, err)
		}
		if pass == 2 && (report == nil || !report.Stopped || report.Done == 0 || report.Done != s.took.Load()) {
			t.Errorf("%s: %+v", name, report)
		}
		cancel()
	}
}

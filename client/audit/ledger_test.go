package audit_test

import (
	"flag"
	"runtime"
	"syscall"
	"testing"
	"time"

	"tallystick/client/audit"
	"tallystick/client/audit/blockfile"
)

var ledger = flag.String("ledger", "", "a folder of a real peer's block files, to be audited")

// TestLedger audits a real peer's blocks, and logs how fast.
func TestLedger(t *testing.T) {
	if *ledger == "" {
		t.Skip("no -ledger")
	}
	source, err := blockfile.Open(*ledger)
	if err != nil {
		t.Fatal(err)
	}
	place, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	runtime.GOMAXPROCS(1)
	r, err := audit.Run(t.Context(), source.Blocks(), audit.Config{Place: place, Authority: audit.Network()})
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range r.Findings {
		if i < 40 {
			t.Error(f)
		}
	}
	for _, v := range r.Layers {
		t.Logf("%-14s %-12s checked %d, found %d %s", v.Name, v.Outcome, v.Checked, v.Found, v.Why)
	}
	for _, c := range r.Unverified {
		t.Logf("not verified: %s: %d", c.Name, c.Count)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	seconds := worked(t).Seconds()
	t.Logf("%s in %s, %.1f s of one core: %.0f commands a second of it; %d MB from the system", r, r.Took, seconds,
		float64(r.Commands)/seconds, m.Sys>>20)
}

// worked is how long this process has kept cores busy: what else runs here doesn't count.
func worked(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

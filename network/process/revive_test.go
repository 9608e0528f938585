package process

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tallystick/network/internal/wait"
)

// supervised runs a supervisor over a table until the test ends.
func supervised(t *testing.T, table Table) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	var mutex sync.Mutex
	s := &Supervisor{Table: table, Out: t.Output(), Alone: func(work func() error) error {
		mutex.Lock()
		defer mutex.Unlock()
		return work()
	}}
	done.Go(func() { s.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		done.Wait()
	})
}

func awaitRecord(t *testing.T, table Table, name string, right func(Record, State) bool) Record {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var record Record
	err := wait.Until(ctx, name, func(context.Context) error {
		r, state, err := table.Lookup(name)
		if record = r; err == nil && !right(r, state) {
			err = fmt.Errorf("%s: %+v", state, r)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// What dies by itself is there again, as it ran, and says how often.
func TestADeadProgramIsRevived(t *testing.T) {
	table, s := table(t), spec(t, freeAddress(t))
	first := start(t, table, s)
	supervised(t, table)
	for n := 1; n <= 2; n++ {
		if err := syscall.Kill(int(first.PID), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		again := awaitRecord(t, table, s.Name,
			func(r Record, state State) bool { return state == Running && r.Count == n })
		if again.PID == first.PID || again.LastExit == "" || time.Since(again.Last) > time.Minute {
			t.Errorf("%+v", again)
		}
		if n == 2 && again.LastExit != "signal: killed" { // its child, by now
			t.Errorf("last exit %q", again.LastExit)
		}
		if current, err := table.Current(s); !current || err != nil {
			t.Errorf("current: %v, %v", current, err)
		}
		first = again
	}
}

// What somebody ended on purpose stays ended.
func TestWhatWasEndedStaysEnded(t *testing.T) {
	table, s := table(t), spec(t, freeAddress(t))
	start(t, table, s)
	supervised(t, table)
	if err := table.Kill(t.Context(), s.Name); err != nil {
		t.Fatal(err)
	}
	time.Sleep(5 * firstWait) // nothing to wait for: nothing must happen
	if r := expect(t, table, s.Name, Stale); !r.Held {
		t.Error("not held")
	}
	start(t, table, s)
	if r := expect(t, table, s.Name, Running); r.Held || r.Count != 0 {
		t.Errorf("%+v", r)
	}
	if err := table.Stop(t.Context(), time.Second, s.Name); err != nil {
		t.Fatal(err)
	}
	time.Sleep(5 * firstWait)
	expect(t, table, s.Name, Stopped)
}

// A program that dies at once is tried ever more slowly, and says why it dies.
func TestAProgramThatKeepsDyingIsTriedMoreSlowly(t *testing.T) {
	table, s := table(t), spec(t, "die")
	if _, err := table.Start(s); err != nil {
		t.Fatal(err)
	}
	supervised(t, table)
	r := awaitRecord(t, table, s.Name, func(r Record, _ State) bool { return r.Count >= 2 })
	if !strings.Contains(r.LastExit, "exit status 2") && !strings.Contains(r.LastExit, "panic: no such channel") {
		t.Errorf("last exit %q", r.LastExit)
	}
	now := time.Now()
	last := time.Duration(0)
	for count := range 12 {
		r := Record{Revivals: Revivals{Count: count, Last: now.Add(-time.Second)}}
		if w := waitAfter(r, now); w < last || w > maxWait {
			t.Errorf("after %d: %s", count, w)
		} else {
			last = w
		}
	}
	if last != maxWait {
		t.Errorf("at last: %s", last)
	}
	if w := waitAfter(Record{Revivals: Revivals{Count: 9, Last: now.Add(-time.Hour)}}, now); w != firstWait {
		t.Errorf("after an hour: %s", w)
	}
}

// What a program takes beyond twice its limit ends it, not the machine.
func TestMemoryIsLimited(t *testing.T) {
	if _, err := os.Stat("/proc/self/limits"); err != nil {
		t.Skip("limits of other processes can be set on Linux alone")
	}
	table, s := table(t), spec(t, "hungry")
	s.Memory = 128 << 20
	if _, err := table.Start(s); err != nil {
		t.Fatal(err)
	}
	awaitRecord(t, table, s.Name, func(_ Record, state State) bool { return state == Stale })
	log, err := os.ReadFile(table.Log(s.Name))
	if err != nil || strings.Contains(string(log), "ready") {
		t.Errorf("it got all it asked for: %v, %.300s", err, log)
	}
}

// A program's limit is its own: a parent with a lower one hands none on.
func TestAChildIsLimitedByItsOwnSpec(t *testing.T) {
	var own syscall.Rlimit
	const data = 2 // RLIMIT_DATA
	if err := syscall.Getrlimit(data, &own); err != nil || own.Max < 8<<30 {
		t.Skip("this test needs room for its limits")
	}
	low := syscall.Rlimit{Cur: 1 << 30, Max: own.Max}
	if err := syscall.Setrlimit(data, &low); err != nil {
		t.Fatal(err)
	}
	defer syscall.Setrlimit(data, &own) // it was so before
	for memory, want := range map[uint64]string{0: "unlimited", 3 << 29: fmt.Sprint(3 << 30)} {
		table, s := table(t), spec(t, freeAddress(t))
		s.Memory = memory
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", start(t, table, s).PID))
		if err != nil {
			t.Skip("no /proc here")
		}
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); strings.HasPrefix(line, "Max data size") && f[3] != want {
				t.Errorf("with %d: %s", memory, line)
			}
		}
	}
}

package process

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// How long a supervisor waits before it starts a program again: longer each time
// that it dies soon, as before after it ran for a while.
const (
	firstWait = 200 * time.Millisecond
	maxWait   = 30 * time.Second
	soon      = time.Minute
)

// Supervisor starts again what died by itself. What was stopped or killed on
// purpose it leaves alone.
type Supervisor struct {
	Table Table
	// Alone runs work while nobody else changes the table; it refuses at once if
	// somebody does.
	Alone func(work func() error) error
	// Over, if set, says that there is nothing left to look after.
	Over func() bool
	Out  io.Writer // a line for each revival

	exits sync.Map // name → *os.ProcessState, of the supervisor's own children
	died  map[string]dying
}

// dying is what is known of a program that is dead.
type dying struct {
	seen time.Time     // when it was found dead
	wait time.Duration // from then on
}

// Run looks after the table's programs until the context ends or it is over.
func (s *Supervisor) Run(ctx context.Context) {
	s.died = map[string]dying{}
	s.Table.Exits = func(name string, how *os.ProcessState) { s.exits.Store(name, how) }
	ticker := time.NewTicker(firstWait)
	defer ticker.Stop()
	for s.Over == nil || !s.Over() {
		names, err := s.Table.Names()
		if err != nil {
			fmt.Fprintln(s.Out, err)
		}
		for _, name := range names {
			s.look(name, time.Now())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// look revives one program if it is dead for long enough.
func (s *Supervisor) look(name string, now time.Time) {
	record, state, err := s.Table.Lookup(name)
	if err != nil || state != Stale || record.Held || record.Spec.Program == "" {
		delete(s.died, name)
		return
	}
	d, known := s.died[name]
	if !known {
		d = dying{now, waitAfter(record, now)}
		s.died[name] = d
	}
	if now.Sub(d.seen) < d.wait {
		return
	}
	err = s.Alone(func() error { return s.revive(name, now) })
	if err != nil {
		s.died[name] = dying{now, min(2*d.wait, maxWait)}
		fmt.Fprintf(s.Out, "%s %s: %v\n", now.Format(time.DateTime), name, err)
	}
}

// waitAfter is how long to wait after a death: it doubles with each one in a row
// that came soon after the last revival.
func waitAfter(record Record, now time.Time) time.Duration {
	if record.Count == 0 || now.Sub(record.Last) > soon {
		return firstWait
	}
	return min(firstWait<<min(record.Count, 20), maxWait)
}

// revive starts a program as it ran. It looks again: somebody may have stopped or
// started it meanwhile.
func (s *Supervisor) revive(name string, now time.Time) error {
	record, state, err := s.Table.Lookup(name)
	if err != nil || state != Stale || record.Held {
		return err
	}
	so := Revivals{Count: record.Count + 1, LastExit: s.exitOf(name), Last: now.UTC().Truncate(time.Second)}
	started, err := s.Table.start(record.Spec, so)
	if err == nil && started {
		fmt.Fprintf(s.Out, "%s %s died (%s); started again, the %d. time\n", now.Format(time.DateTime), name,
			so.LastExit, so.Count)
	}
	return err
}

// exitOf says how a program ended: the system tells its parent alone.
func (s *Supervisor) exitOf(name string) string {
	if how, ok := s.exits.LoadAndDelete(name); ok {
		return how.(*os.ProcessState).String()
	}
	if words, ok := panicOf(s.Table.Log(name)); ok {
		return words
	}
	return "it was killed, or said nothing"
}

package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Run is one measurement of one arm.
type Run struct {
	Arm   string `json:"arm"`
	Phase string `json:"phase"` // small or large
	Round int    `json:"round"`
	Timing
	// CPU is milliseconds by kind of process and command, in the window.
	CPU  map[string]float64 `json:"cpuMsPerCommand"`
	Busy float64            `json:"busy"` // part of the machine, 0 … 1
	// Foreign is the part of the machine that something else used meanwhile.
	Foreign float64 `json:"foreign"`
	// Memory is the largest process of each kind, in MB, while the arm was measured.
	Memory map[string]float64 `json:"memoryMB"`
	// Leaders is how often another orderer was found leading than before.
	Leaders    int     `json:"leaders"`
	Commands   int     `json:"commands"` // of the whole run, warm-up and end included
	Bytes      float64 `json:"bytesPerCommand"`
	Refused    int     `json:"refused,omitempty"`    // commands, by a rule
	Unendorsed int     `json:"unendorsed,omitempty"` // endorsers didn't agree; nothing was sent
	Why        string  `json:"why,omitempty"`        // one reason
	Blocks     Blocks  `json:"blocks"`
	Before     Ledger  `json:"before"`
	After      Ledger  `json:"after"`
}

// Ledger is how large the ledger is.
type Ledger struct {
	Rows  int   `json:"rows"`  // ours
	Other int   `json:"other"` // the controls'
	Bytes int64 `json:"bytes"` // of one peer's, on disk
}

func (w *world) ledger() Ledger {
	return Ledger{Rows: len(w.chain.rows), Other: w.chain.fresh + accounts, Bytes: w.net.size()}
}

// forgetting is how long endorsers need to forget who worked in the arm before: beside
// others a party has a smaller share.
const forgetting = 2500 * time.Millisecond

// measure runs an arm: let the one before be forgotten, warm up, count for a while, let
// everything end, then read the blocks and check that no point was lost.
func (w *world) measure(ctx context.Context, a arm, window time.Duration) (r Run, err error) {
	r = Run{Arm: a.Key, Before: w.ledger(), Memory: map[string]float64{}}
	processes, leader, err := w.net.processes(ctx)
	if err != nil {
		return r, err
	}
	if err := pause(ctx, w.forgetting); err != nil {
		return r, err
	}
	m, stop, ended := &meter{}, make(chan struct{}), make(chan error, 1)
	go func() {
		err := a.load(ctx, w, m, stop)
		m.fail(err)
		ended <- err
	}()
	err = w.window(ctx, m, processes, window, &r)
	close(stop)
	if err := errors.Join(err, <-ended); err != nil {
		return r, fmt.Errorf("%s: %w", a.Title, err)
	}
	r.Refused, r.Unendorsed, r.Why = m.refused, m.unmatched, m.why
	r.Commands, _ = m.begun()
	if err := w.settle(ctx, &r); err != nil {
		return r, err
	}
	_, next, err := w.net.processes(ctx)
	if next != leader {
		r.Leaders++
	}
	return r, err
}

// window waits until the arm is under way, and measures for a while.
func (w *world) window(ctx context.Context, m *meter, processes map[int32]string, length time.Duration, r *Run) error {
	if err := warm(ctx, m, length/3); err != nil {
		return err
	}
	before, err := readCPU(processes)
	if err != nil {
		return err
	}
	open := time.Now()
	weighed := make(chan struct{})
	over := every(200*time.Millisecond, weighed, func() { readMemory(processes, r.Memory) })
	err = m.watch(ctx, length)
	close(weighed)
	<-over
	if err != nil {
		return err
	}
	after, err := readCPU(processes)
	if err != nil {
		return err
	}
	end := time.Now()
	r.Timing = m.timing(open, end)
	r.account(after.since(before), end.Sub(open))
	_, err = m.begun()
	return err
}

// every does something again and again until stop is closed; it is over when the
// answer is closed.
func every(d time.Duration, stop <-chan struct{}, do func()) <-chan struct{} {
	over := make(chan struct{})
	go func() {
		defer close(over)
		for {
			do()
			select {
			case <-time.After(d):
			case <-stop:
				return
			}
		}
	}()
	return over
}

// warm waits for the first commands that take effect, and a while more.
func warm(ctx context.Context, m *meter, more time.Duration) error {
	for deadline := time.Now().Add(time.Minute); ; {
		n, err := m.begun()
		switch {
		case err != nil:
			return err
		case n > 0:
			return pause(ctx, max(more, 500*time.Millisecond))
		case time.Now().After(deadline):
			return errors.New("nothing took effect for a minute")
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

// watch lets a window pass: its length, and more if hardly anything came.
func (m *meter) watch(ctx context.Context, length time.Duration) error {
	const enough = 8 // transactions
	before := m.seen()
	if err := pause(ctx, length); err != nil {
		return err
	}
	for last := time.Now().Add(2*length + 5*time.Second); m.seen()-before < enough && time.Now().Before(last); {
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// account spreads CPU over the window's commands.
func (r *Run) account(used cpuTimes, length time.Duration) {
	commands := max(1, r.Rate*length.Seconds())
	r.CPU = map[string]float64{}
	busy := 0.0
	for _, kind := range kinds {
		r.CPU[kind] = 1000 * used[kind] / commands
		busy += used[kind]
	}
	all := busy + used[kindIdle]
	if all > 0 {
		r.Busy, r.Foreign = busy/all, used[kindOther]/all
	}
}

// settle waits until all peers have everything, and looks at what came of it.
func (w *world) settle(ctx context.Context, r *Run) error {
	height, err := w.control.level(ctx)
	if err != nil {
		return err
	}
	if r.Blocks, err = w.chain.read(ctx, height); err != nil {
		return err
	}
	if r.Commands > 0 {
		r.Bytes = float64(r.Blocks.Bytes) / float64(r.Commands)
	}
	r.After = w.ledger()
	return w.check(ctx)
}

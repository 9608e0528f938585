package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"tallystick/network/internal/wait"
)

// Stop asks the programs to end, and kills those that have not after the grace
// period. Programs that are not running are forgotten. All go at once: Fabric's
// programs need no order.
func (t Table) Stop(ctx context.Context, grace time.Duration, names ...string) error {
	var group errgroup.Group
	for _, name := range names {
		group.Go(func() error {
			if err := t.stop(ctx, grace, name); err != nil {
				return fmt.Errorf("stop %s: %w", name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

func (t Table) stop(ctx context.Context, grace time.Duration, name string) error {
	record, state, err := t.Lookup(name)
	if err != nil || state == Stopped {
		return err
	}
	if err := record.end(ctx, syscall.SIGTERM, grace); errors.Is(err, errStillRuns) {
		err = record.end(ctx, syscall.SIGKILL, grace)
		if err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	return os.Remove(t.record(name))
}

// Kill ends a program at once, as a crash would (kill -9), and leaves its
// record: the program counts as Stale, and is held: only Start starts it again.
func (t Table) Kill(ctx context.Context, name string) error {
	record, state, err := t.Lookup(name)
	if err != nil {
		return err
	}
	if state != Running {
		return fmt.Errorf("%s is not running (%s)", name, state)
	}
	record.Held = true
	if err := t.write(record); err != nil {
		return err
	}
	return record.end(ctx, syscall.SIGKILL, 5*time.Second)
}

var errStillRuns = errors.New("still runs")

// end sends the signal and waits until the process is gone, or errStillRuns.
func (r Record) end(ctx context.Context, sig syscall.Signal, grace time.Duration) error {
	if err := r.signal(sig); errors.Is(err, os.ErrProcessDone) {
		return nil
	} else if err != nil {
		return err
	}
	within, cancel := context.WithTimeoutCause(ctx, grace, errStillRuns)
	defer cancel()
	return wait.Until(within, fmt.Sprintf("pid %d", r.PID), func(context.Context) error {
		if r.alive() {
			return errStillRuns
		}
		return nil
	})
}

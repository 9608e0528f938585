package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// trial is measured by the clock, a few times, where an arm is by its rate, in every
// round. Trials come last: they fill cycles, and so leave a larger ledger.
type trial struct {
	Key   string
	Title string
	run   func(ctx context.Context, w *world, o options, p *progress, r *Report) error
}

// The trials' keys.
const (
	trialSmall     = "close-small"
	trialLarge     = "close-large"
	trialIndex     = "index"
	trialStatement = "statement"
)

// trials lists all of them. A close of both sizes is one run, so that the same machine
// moods fall on either.
func trials() []trial {
	return []trial{
		{trialSmall, "a cycle of 1 % of the obligations is closed", closings(trialSmall)},
		{trialLarge, "a cycle of all the obligations is closed", closings(trialLarge)},
		{trialStatement, "a statement is recomputed and written in every form", statements},
		{trialIndex, "a fresh read model takes all blocks in, and follows two arms", replays},
	}
}

// chosen are the trials that were asked for.
func (o options) chosen() (list []trial) {
	for _, t := range trials() {
		if o.asked(t.Key) {
			list = append(list, t)
		}
	}
	return list
}

// asked says whether an arm or a trial was asked for.
func (o options) asked(key string) bool { return len(o.only) == 0 || slices.Contains(o.only, key) }

// checkOnly refuses what is neither an arm nor a trial.
func (o options) checkOnly() error {
	known := map[string]bool{}
	for _, a := range arms(batchSize) {
		known[a.Key] = true
	}
	for _, t := range trials() {
		known[t.Key] = true
	}
	for _, key := range o.only {
		if !known[key] {
			return fmt.Errorf("there is no arm %q", key)
		}
	}
	return nil
}

// try runs the trials.
func (o options) try(ctx context.Context, w *world, p *progress, list []trial, r *Report) error {
	for _, t := range list {
		if err := t.run(ctx, w, o, p, r); err != nil {
			return fmt.Errorf("%s: %w", t.Title, err)
		}
	}
	return nil
}

// clocked does something and says how long it took.
func clocked(into *time.Duration, do func() error) error {
	began := time.Now()
	err := do()
	*into = time.Since(began)
	return err
}

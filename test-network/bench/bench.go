package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	loads "github.com/shirou/gopsutil/v4/load"

	"tallystick/chaincode/command"
)

// batchSize is how many commands our batches carry: as many as they may.
const batchSize = command.MaxCommands

// firstLots is how many batches of lots there are of each programme before
// anything is measured.
var firstLots = map[string]int{programme: 80, "FP": 40, "GP": 40}

// bench sets everything up, measures both phases, and reports.
func (o options) bench(ctx context.Context, n *network, p *progress) error {
	all, last := o.arms(), o.chosen()
	w, err := o.begin(ctx, n, p)
	if err != nil {
		return err
	}
	defer w.close()
	report := Report{Began: time.Now(), Machine: machine(), Batch: batchSize, Seconds: o.seconds}
	finish := func(err error) error {
		report.Arms, report.Sums = summarise(report.Runs, all), w.chain.sums
		report.Uses, report.Wares, report.Notes = w.chain.uses, w.chain.wares, w.chain.notes
		report.Aims = aimsOf(report)
		return errors.Join(err, o.publish(report, err == nil))
	}
	if err := o.phase(ctx, w, p, phaseSmall, all, &report); err != nil {
		return finish(err)
	}
	if o.rows > 0 && len(all) > 0 {
		if err := o.fill(ctx, w, p); err != nil {
			return finish(err)
		}
		if err := o.phase(ctx, w, p, phaseLarge, all, &report); err != nil {
			return finish(err)
		}
	}
	return finish(o.try(ctx, w, p, last, &report))
}

// arms are those that were asked for.
func (o options) arms() (list []arm) {
	for _, a := range arms(batchSize) {
		if o.asked(a.Key) && (!a.named || len(o.only) > 0) {
			list = append(list, a)
		}
	}
	return list
}

// begin makes the network with its consortium, the controls' rows and the
// first lots.
func (o options) begin(ctx context.Context, n *network, p *progress) (*world, error) {
	p.say("building the programs")
	if err := n.build(ctx); err != nil {
		return nil, err
	}
	if err := n.derive(o.topology); err != nil {
		return nil, err
	}
	p.say("bringing the network up")
	if err := n.up(ctx); err != nil {
		return nil, err
	}
	w := newWorld(n, quiet(n.log))
	if o.quick {
		w.forgetting, w.tries = 0, 3
	}
	var err error
	if w.control, err = newControl(n); err != nil {
		return nil, err
	}
	w.chain = newChain(w.control.links[0])
	p.say("founding the consortium, making accounts, keys, members, benefits, goods and lots")
	if err := w.found(ctx); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(o.arms(), func(a arm) bool { return !a.Ours }) {
		if err := w.prepareControl(ctx); err != nil {
			return nil, err
		}
	}
	for _, p := range programmes {
		batches := firstLots[p]
		if o.quick {
			batches /= 2 // no fewer: each class of visitors has lots of each programme
		}
		if err := w.stock(ctx, p, batches*batchSize, batchSize, func(int, int) {}); err != nil {
			return nil, err
		}
	}
	return w, w.settle(ctx, &Run{})
}

// phase runs every arm in every round, each round in another order.
func (o options) phase(ctx context.Context, w *world, p *progress, name string, all []arm, report *Report) error {
	for round := range o.rounds {
		if len(all) == 0 {
			return nil
		}
		turn := slices.Concat(all[round*5%len(all):], all[:round*5%len(all)])
		for _, a := range turn {
			r, err := w.measure(ctx, a, time.Duration(o.seconds*float64(time.Second)))
			r.Phase, r.Round = name, round
			if err != nil {
				return err
			}
			report.Runs = append(report.Runs, r)
			p.say("%s %d/%d  %-10s %9s/s  p50 %s  p99 %s  %s", name, round+1, o.rounds, a.Key, figure(r.Rate),
				r.P50.Round(time.Millisecond), r.P99.Round(time.Millisecond), conflicts(summary([]Run{r})))
		}
	}
	return nil
}

func (o options) fill(ctx context.Context, w *world, p *progress) error {
	if err := w.fill(ctx, o.rows, batchSize, p.bar("filling the ledger")); err != nil {
		return err
	}
	p.say("reading the blocks")
	var r Run
	if err := w.settle(ctx, &r); err != nil {
		return err
	}
	p.say("%d rows of ours, %d of the controls, %d MB a peer", r.After.Rows, r.After.Other, r.After.Bytes>>20)
	return nil
}

// publish writes what was found. What is no whole measurement stays out of the
// results.
func (o options) publish(r Report, whole bool) error {
	if len(r.Runs)+len(r.Closings)+len(r.Papers) == 0 && r.Replay == nil {
		return nil
	}
	fmt.Print(r.terminal())
	if err := r.write(o.out); err != nil {
		return err
	}
	if o.results == "" || o.quick || !whole {
		return nil
	}
	text, err := os.ReadFile(o.results)
	if err != nil {
		return err
	}
	next := string(text)
	if len(o.only) == 0 && o.rows > 0 {
		if next, err = r.into(next); err != nil {
			return err
		}
	}
	if len(o.chosen()) == len(trials()) {
		if next, err = r.trialsInto(next); err != nil {
			return err
		}
	}
	return os.WriteFile(o.results, []byte(next), 0o644)
}

// machine says what it ran on, in general words.
func machine() string {
	model := ""
	if info, err := cpu.Info(); err == nil && len(info) > 0 {
		model = ", " + info[0].ModelName
	}
	busy := ""
	if l, err := loads.Avg(); err == nil {
		busy = fmt.Sprintf(", load %.1f at the start", l.Load5)
	}
	return fmt.Sprintf("%d cores%s, %s/%s, %s%s",
		runtime.NumCPU(), model, runtime.GOOS, runtime.GOARCH, runtime.Version(), busy)
}

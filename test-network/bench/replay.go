package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"tallystick/client/block"
	"tallystick/client/gateway"
	"tallystick/client/index"
)

// Replay is how fast a fresh read model took all blocks in.
type Replay struct {
	Blocks   int           `json:"blocks"`
	Rows     int           `json:"rows"`  // that transactions wrote, each obligation for itself
	Bytes    int64         `json:"bytes"` // of the blocks
	Took     time.Duration `json:"took"`
	Applying time.Duration `json:"applying"` // of it in the read model; the rest waited for blocks
}

// Lag is how a read model kept up with an arm.
type Lag struct {
	Arm      string        `json:"arm"`
	Alone    float64       `json:"alone"`    // commands a second without a read model
	Rate     float64       `json:"rate"`     // and with one that follows
	Behind   uint64        `json:"behind"`   // blocks, when the last command's outcome was known
	CaughtIn time.Duration `json:"caughtIn"` // how long it then took to have all
	Median   uint64        `json:"median"`   // blocks behind during the run
	Most     uint64        `json:"most"`
	Busy     float64       `json:"busy"` // part of the machine, and of it by others: see Run
	Foreign  float64       `json:"foreign"`
}

// reader is a read model that notes how long it takes things in.
type reader struct {
	*index.Index
	applying time.Duration
}

func (r *reader) Apply(blocks ...*block.Block) error {
	began := time.Now()
	err := r.Index.Apply(blocks...)
	r.applying += time.Since(began)
	return err
}

// readModel is the run's own read model, up to date.
func (w *world) readModel(ctx context.Context, g *gateway.Gateway) (*index.Index, error) {
	if w.index == nil {
		var err error
		if w.index, err = index.Open(w.indexPath()); err != nil {
			return nil, err
		}
	}
	return w.index, g.Sync(ctx, w.index)
}

func (w *world) indexPath() string { return filepath.Join(w.net.home, "index.db") }

// close ends what the world has open.
func (w *world) close() {
	if w.index != nil {
		_ = w.index.Close() // it is thrown away
	}
	w.control.close()
}

// replays has a fresh read model take in everything, and then follow two arms.
func replays(ctx context.Context, w *world, o options, p *progress, r *Report) error {
	if err := w.settle(ctx, &Run{}); err != nil {
		return err
	}
	g, err := w.open(ctx, operator, "")
	if err != nil {
		return err
	}
	defer g.Close()
	ix, err := index.Open(filepath.Join(w.net.home, "replay.db"))
	if err != nil {
		return err
	}
	defer ix.Close()
	fresh := &reader{Index: ix}
	all := w.chain.all
	found := Replay{Blocks: all.Count, Rows: all.Rows, Bytes: all.Bytes}
	if err := clocked(&found.Took, func() error { return g.Sync(ctx, fresh) }); err != nil {
		return err
	}
	found.Applying = fresh.applying
	r.Replay = &found
	p.say("%-12s %d blocks with %d rows in %s", trialIndex, found.Blocks, found.Rows, brief(found.Took))
	for _, a := range arms(batchSize) {
		if a.Key != armIssue16 && a.Key != armSpread {
			continue
		}
		lag, err := w.follow(ctx, g, ix, a, time.Duration(o.seconds*float64(time.Second)))
		if err != nil {
			return err
		}
		r.Lags = append(r.Lags, lag)
		p.say("%-12s %-9s %s/s alone, %s/s followed; %d blocks behind at the end",
			trialIndex, a.Key, figure(lag.Alone), figure(lag.Rate), lag.Behind)
	}
	return nil
}

// follow runs an arm by itself, and again with a read model that follows it on the same
// machine.
func (w *world) follow(ctx context.Context, g *gateway.Gateway, ix *index.Index, a arm,
	window time.Duration) (lag Lag, err error) {
	lag.Arm = a.Key
	alone, err := w.measure(ctx, a, window)
	if err != nil {
		return lag, err
	}
	lag.Alone = alone.Rate
	if err := g.Sync(ctx, ix); err != nil {
		return lag, err
	}
	following, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- g.Follow(following, ix) }()
	watched := a
	watched.load = func(ctx context.Context, w *world, m *meter, stop <-chan struct{}) error {
		return w.watched(ctx, g, ix, &lag, func() error { return a.load(ctx, w, m, stop) })
	}
	with, err := w.measure(ctx, watched, window)
	stop()
	if followed := <-ended; !errors.Is(followed, context.Canceled) {
		err = errors.Join(err, fmt.Errorf("following: %w", followed))
	}
	lag.Rate, lag.Busy, lag.Foreign = with.Rate, with.Busy, with.Foreign
	return lag, err
}

// watched does something and looks meanwhile, and when it is done, how far the read model
// is behind. The read model is asked first: what comes between counts against it.
func (w *world) watched(ctx context.Context, g *gateway.Gateway, ix *index.Index, lag *Lag, do func() error) error {
	done, seen := make(chan struct{}), make(chan []uint64)
	go func() {
		var list []uint64
		for tick := time.Tick(50 * time.Millisecond); ; {
			select {
			case <-tick:
				have := ix.Height()
				list = append(list, behind(have, g.Height()))
			case <-done:
				seen <- list
				return
			}
		}
	}()
	err := do()
	have := ix.Height()
	close(done)
	list := slices.Sorted(slices.Values(<-seen))
	if err != nil {
		return err
	}
	tip, err := w.control.links[0].height(ctx)
	if err != nil {
		return err
	}
	lag.Behind = behind(have, tip)
	if n := len(list); n > 0 {
		lag.Median, lag.Most = list[n/2], list[n-1]
	}
	return clocked(&lag.CaughtIn, func() error { return ix.Wait(ctx, tip) })
}

// behind is how many blocks one lacks of those that there are.
func behind(have, there uint64) uint64 { return max(have, there) - have }

package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"tallystick/chaincode/fault"
	"tallystick/client/config"
)

// closeFor is how long Close waits for what is in flight.
const closeFor = 10 * time.Second

// Gateway is one node's way to the ledger. All methods may be called from many
// goroutines.
type Gateway struct {
	cfg   config.Config
	net   ledgerNet
	log   *slog.Logger
	queue *queue
	out   *outbox // nil without lanes
	feed  *feed
	tip   uint64 // blocks that there were when it was opened
	locks []*flock.Flock

	shared bool // Write says which lanes it writes; else it writes those of its configuration

	mu     sync.Mutex
	lanes  []*lane // that it writes, or finishes something in
	closed bool    // it begins no lane any more

	levels     levels
	count      counters
	walkIns    chan struct{} // held by the one that is under way
	recovering sync.WaitGroup
	working    sync.WaitGroup
	life       context.Context // ends with the gateway
	stop       context.CancelFunc
	hangUp     func()
}

// Option changes how a gateway is opened.
type Option func(*Gateway)

// WithLog has the gateway log elsewhere than to slog's default. It logs lanes,
// sequences and transaction ids, never what a command holds.
func WithLog(log *slog.Logger) Option { return func(g *Gateway) { g.log = log } }

// Open connects to the party's peers, locks its lanes, finds out what became of
// everything that was under way when the last process ended, and starts.
//
// Without lanes it only asks and sends single commands, and keeps no outbox.
func Open(ctx context.Context, cfg config.Config, options ...Option) (*Gateway, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	net, err := newFabric(cfg)
	if err != nil {
		return nil, err
	}
	g, err := open(ctx, cfg, net, options...)
	if err != nil {
		net.close()
		return nil, err
	}
	g.hangUp = net.close
	return g, nil
}

// open starts a gateway over any ledgerNet.
func open(ctx context.Context, cfg config.Config, net ledgerNet, options ...Option) (*Gateway, error) {
	g := &Gateway{
		cfg: cfg, net: net, log: slog.Default(), queue: newQueue(cfg.Batch, cfg.Waiting, cfg.Linger), hangUp: func() {},
		walkIns: make(chan struct{}, 1),
	}
	for _, o := range options {
		o(g)
	}
	numbers, err := cfg.LaneList()
	if err != nil {
		return nil, err
	}
	if err := g.prepareLanes(ctx, numbers); err != nil {
		return nil, errors.Join(err, g.unlock())
	}
	g.life, g.stop = context.WithCancel(context.WithoutCancel(ctx))
	g.start()
	return g, nil
}

// prepareLanes locks the lanes, reads the outbox and the heads, and sets the
// feed to the first block that can matter.
func (g *Gateway) prepareLanes(ctx context.Context, numbers []uint8) error {
	from, err := g.net.Height(ctx)
	if err != nil {
		return g.unanswered(ctx, err)
	}
	g.tip = from
	var left []*job
	if len(numbers) > 0 {
		if g.out, err = openOutbox(g.cfg.OutboxPath()); err != nil {
			return err
		}
		if left, err = g.out.jobs(); err != nil {
			return err
		}
		g.out.prune(g.cfg.Keep)
	}
	for _, j := range left {
		for _, s := range j.live {
			from = min(from, s.From)
		}
	}
	g.feed = newFeed(g.net, g.cfg.Party, g.cfg.SealOf(g.cfg.Party), from, g.log)
	if g.shared {
		numbers = nil // Write says which, and what the processes know of each other keeps them off
	}
	for _, n := range numbers {
		seq, err := g.Query().reached(ctx, n)
		if err != nil {
			return asFault(err)
		}
		l := newLane(g, n)
		l.seq = seq
		g.lanes = append(g.lanes, l)
	}
	for _, j := range left {
		if err := g.resume(j); err != nil {
			return err
		}
	}
	for _, n := range numbers {
		if err := g.lock(n); err != nil {
			return err
		}
	}
	return nil
}

// lock keeps a second process of this machine off a lane. The outbox's own lock
// does that for a whole state directory; this one is for programs that share
// the directory without an outbox, and for people who look.
func (g *Gateway) lock(lane uint8) error {
	path := g.lockOf(lane)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("gateway: lane %d: %w", lane, err)
	}
	l := flock.New(path)
	switch locked, err := l.TryLock(); {
	case err != nil:
		return fmt.Errorf("gateway: lane %d: %w", lane, err)
	case !locked:
		return fmt.Errorf("gateway: another process writes lane %d; give this one other lanes", lane)
	}
	g.locks = append(g.locks, l)
	return nil
}

func (g *Gateway) unlock() error {
	var list []error
	for _, l := range g.locks {
		list = append(list, l.Unlock())
	}
	if g.out != nil {
		list = append(list, g.out.close())
	}
	return errors.Join(list...)
}

func (g *Gateway) start() {
	g.working.Go(func() { g.feed.run(g.life) })
	for _, l := range g.lanes {
		if l.left != nil {
			g.recovering.Add(1)
		}
		g.begin(l)
	}
}

// begin has a lane of the gateway work.
func (g *Gateway) begin(l *lane) {
	l.term, l.give = context.WithCancel(g.life)
	if l.retire {
		l.give()
	}
	g.working.Go(func() {
		defer close(l.ended)
		l.run(g.life)
	})
}

// Close takes nothing more, waits a while for what is in flight, and ends. What
// is in flight still is answered with UNKNOWN_OUTCOME; the outbox has it, and
// the next Open goes on with it.
func (g *Gateway) Close() error {
	g.queue.close(fault.New(fault.Unavailable, "the gateway is closing"))
	g.mu.Lock()
	g.closed = true
	lanes := g.lanes
	g.mu.Unlock()
	patience, cancel := context.WithTimeout(g.life, closeFor)
	defer cancel()
	for _, l := range lanes { // the feed goes on meanwhile: lanes need its verdicts
		l.give()
		select {
		case <-l.ended:
		case <-patience.Done():
		}
	}
	g.stop()
	g.working.Wait()
	g.hangUp()
	return g.unlock()
}

// Height is the number of blocks that this gateway has seen.
func (g *Gateway) Height() uint64 { return g.feed.height() }

// Tip is how many blocks there were when the gateway was opened.
func (g *Gateway) Tip() uint64 { return g.tip }

// Known is how many blocks there are as far as this gateway knows: it has seen them, or was told of them.
func (g *Gateway) Known() uint64 { return max(g.tip, g.feed.height(), g.levels.need.Load()) }

// Party is the party in whose name the gateway acts.
func (g *Gateway) Party() string { return g.cfg.Party }

// laneOf returns a lane of the gateway, which it adds as one to retire if it
// isn't configured.
func (g *Gateway) laneOf(number uint8) *lane {
	if i := slices.IndexFunc(g.lanes, func(l *lane) bool { return l.number == number }); i >= 0 {
		return g.lanes[i]
	}
	l := newLane(g, number)
	l.retire = true
	g.lanes = append(g.lanes, l)
	return l
}

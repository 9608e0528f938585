package gateway

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/client/config"
)

var seeds = flag.Int("seeds", 12, "how many lives TestExactlyOnce lives")

func testConfig(dir string) config.Config {
	cfg := config.Default()
	cfg.Party, cfg.Channel, cfg.Lanes, cfg.State = own, "alliance", "1-3", dir
	cfg.Peers = []config.Endpoint{{Name: "peer0." + own, Party: own}}
	cfg.Timeouts.Doubt, cfg.Timeouts.Effort = 300*time.Millisecond, 20*time.Second
	return cfg
}

// process is who is asked now.
type process interface{ now() *Gateway }

// node is a process that is started again whenever it crashes.
type node struct {
	t   *testing.T
	net *simNet
	cfg config.Config

	mu      sync.Mutex
	g       *Gateway
	conn    *conn
	crashes int
	told    *tally
}

// tally counts what the gateway logs, so that a test can show that what it is
// about did happen.
type tally struct {
	slog.Handler
	mu    sync.Mutex
	count map[string]int
}

func newTally() *tally { return &tally{Handler: slog.DiscardHandler, count: map[string]int{}} }

func (t *tally) Enabled(context.Context, slog.Level) bool { return true }

func (t *tally) Handle(_ context.Context, r slog.Record) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	what := r.Message
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "why" {
			what += " " + a.Value.String()[:10]
		}
		return true
	})
	t.count[what]++
	return nil
}

func (n *node) start(ctx context.Context) {
	n.conn = n.net.connect()
	g, err := open(ctx, n.cfg, n.conn, WithLog(slog.New(n.told)))
	if err != nil {
		n.t.Errorf("open: %v", err)
		return
	}
	n.g = g
}

// guard restarts the node when it crashes, until ctx ends.
func (n *node) guard(ctx context.Context) {
	for {
		n.mu.Lock()
		crashed := n.conn.crashed
		n.mu.Unlock()
		select {
		case <-crashed:
		case <-ctx.Done():
			return
		}
		n.mu.Lock()
		n.crashes++
		n.g.crash()
		n.start(ctx)
		n.mu.Unlock()
	}
}

// shut closes the node when it is alive.
func (n *node) shut() {
	n.net.mu.Lock()
	n.net.rates.crash = 0
	n.net.mu.Unlock()
	for {
		n.mu.Lock()
		select {
		case <-n.conn.crashed: // guard is about to restart it
			n.mu.Unlock()
			time.Sleep(time.Millisecond)
			continue
		default:
		}
		if err := n.g.Close(); err != nil {
			n.t.Error(err)
		}
		n.mu.Unlock()
		return
	}
}

func (n *node) now() *Gateway {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.g
}

// crash ends a gateway as the end of its process would: nothing more is written.
func (g *Gateway) crash() {
	g.stop()
	_ = g.out.abandon()
	g.queue.close(fault.New(fault.Unavailable, "crashed before it was sent"))
	g.working.Wait()
	for _, l := range g.locks {
		_ = l.Unlock()
	}
}

// Whatever is lost, repeated, reordered or crashes, every named request takes
// effect exactly once and its receipt names the command that did it; every
// anonymous one takes effect as its answer says; a source's positions each once.
func TestExactlyOnce(t *testing.T) {
	for seed := range uint64(*seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { live(t, seed) })
		})
	}
}

func live(t *testing.T, seed uint64) {
	net := newSimNet(t, seed, stormy)
	ctx, cancel := context.WithCancel(t.Context())
	var world, callers sync.WaitGroup
	world.Go(func() { net.order(ctx) })
	n := &node{t: t, net: net, cfg: testConfig(t.TempDir()), told: newTally()}
	n.start(ctx)
	world.Go(func() { n.guard(ctx) })
	l := &ledger{
		want: map[string]string{}, atMost: map[string]bool{}, released: map[string]giving{}, holds: net.holds(40),
	}
	for caller := range 12 {
		rng := rand.New(rand.NewPCG(seed, uint64(caller)+10))
		callers.Go(func() {
			for k := range 8 {
				l.named(t, n, rng, fmt.Sprintf("n%d-%d", caller, k))
				l.anonymous(t, n, rng, fmt.Sprintf("a%d-%d", caller, k))
			}
		})
	}
	callers.Go(func() { l.source(t, n, 120) })
	callers.Go(func() { l.batches(t, n, 6) })
	callers.Go(func() { l.walkIns(t, n, 4) })
	for caller := range 4 {
		callers.Go(func() { l.chosen(t, n, rand.New(rand.NewPCG(seed, uint64(caller)+50)), caller, 4) })
	}
	callers.Go(func() { intrude(ctx, net, seed) })
	callers.Wait()
	n.shut()
	net.end()
	cancel()
	world.Wait()
	l.check(t, net)
	t.Logf("%d crashes, %d blocks, %v", n.crashes, net.n.Height(), n.told.count)
}

// ledger is what the callers were told.
type ledger struct {
	mu      sync.Mutex
	want    map[string]string // member → number of the command, "" if only once matters
	atMost  map[string]bool   // member whose caller can't know
	never   []string
	choices []choice // that Once was asked for

	holds    []number.Command  // open ones, of points of one lot
	released map[string]giving // by request
}

func (l *ledger) did(member, number string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.want[member] = number
}

// until asks until the answer is final.
func until(ask func() error) error {
	for {
		err := ask()
		switch fault.CodeOf(err) {
		case fault.UnknownOutcome, fault.Unavailable, fault.Overloaded, fault.Internal, fault.SourceMoved:
			time.Sleep(50 * time.Millisecond)
		default:
			return err
		}
	}
}

func (l *ledger) named(t *testing.T, n process, rng *rand.Rand, id string) {
	var receipt command.Receipt
	var req command.Request = issue(id)
	hold, released := l.hold(rng.IntN(4) == 0)
	if released {
		req = release(hold)
	}
	err := until(func() (err error) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+rng.IntN(2000))*time.Millisecond)
		defer cancel()
		receipt, err = n.now().Do(ctx, id, req)
		return err
	})
	if err != nil {
		t.Errorf("%s: %v", id, err)
		return
	}
	if released {
		l.mu.Lock()
		l.released[id] = giving{hold, receipt.Number}
		l.mu.Unlock()
		return
	}
	l.did(id, receipt.Number.String())
}

// hold is one of the holds that nobody has released yet, if one is wanted and left.
func (l *ledger) hold(wanted bool) (number.Command, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !wanted || len(l.holds) == 0 {
		return number.Command{}, false
	}
	first := l.holds[0]
	l.holds = l.holds[1:]
	return first, true
}

// giving is a hold that was released, and the number that the receipt says.
type giving struct{ hold, number number.Command }

// checkReleased sees that each hold is closed, by the command that the receipt says.
func (l *ledger) checkReleased(t *testing.T, net *simNet) {
	t.Helper()
	net.mu.Lock()
	defer net.mu.Unlock()
	holds, requests := rowsOf[points.Hold](net), rowsOf[row.Request](net)
	for id, g := range l.released {
		if h := holds[g.hold.String()]; h.State != points.Released {
			t.Errorf("%s released %s, which is %s", id, g.hold, h.State)
		}
		if by := requests[own+"/"+id].Number; by != g.number {
			t.Errorf("%s was done by %s, its receipt says %s", id, by, g.number)
		}
	}
}

func (l *ledger) anonymous(t *testing.T, n process, rng *rand.Rand, id string) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+rng.IntN(5000))*time.Millisecond)
	defer cancel()
	receipt, err := n.now().Do(ctx, "", issue(id))
	l.mu.Lock()
	defer l.mu.Unlock()
	switch fault.CodeOf(err) {
	case "":
		l.want[id] = receipt.Number.String()
	case fault.UnknownOutcome:
		l.atMost[id] = true
	case fault.Unavailable:
		l.never = append(l.never, id)
	default:
		t.Errorf("%s: %v", id, err)
	}
}

// source feeds positions in two shards, reopening the source after each failure.
func (l *ledger) source(t *testing.T, n process, positions uint64) {
	member := func(p uint64) string { return fmt.Sprintf("s%d", p) }
	err := until(func() error {
		s, err := n.now().Source(t.Context(), "import", 2, nil)
		if err != nil {
			return err
		}
		for p := s.Cursor(); p < positions; p++ {
			if err := s.Feed(t.Context(), p, issue(member(p))); err != nil {
				break
			}
			if p%17 == 0 && s.Flush(t.Context()) != nil {
				break
			}
		}
		return s.Flush(t.Context())
	})
	if err != nil {
		t.Errorf("source: %v", err)
	}
	for p := range positions {
		l.did(member(p), "")
	}
}

// batches runs batches by their id alone: the ledger knows nothing of it, so it
// is the outbox that makes each of them once.
func (l *ledger) batches(t *testing.T, n process, count int) {
	for k := range count {
		var commands []command.Command
		for i := range 20 {
			commands = append(commands, commandOf(fmt.Sprintf("b%d-%d", k, i)))
		}
		var ran Outcome
		err := until(func() (err error) {
			ran, err = n.now().Run(t.Context(), fmt.Sprintf("run-%d", k), commands)
			return err
		})
		if err != nil {
			t.Errorf("batch %d: %v", k, err)
			continue
		}
		receipts, errs := ran.Receipts(own, commands)
		for i, r := range receipts {
			if errs[i] != nil {
				t.Errorf("batch %d: %v", k, errs[i])
			}
			l.did(fmt.Sprintf("b%d-%d", k, i), r.Number.String())
		}
	}
}

func (l *ledger) walkIns(t *testing.T, n process, count int) {
	for k := range count {
		id := fmt.Sprintf("w%d", k)
		var receipt command.Receipt
		err := until(func() (err error) {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			receipt, err = n.now().Single(ctx, id, issue(id))
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", id, err)
		}
		l.did(id, receipt.Number.String())
	}
}

// intrude writes the node's lanes now and then.
func intrude(ctx context.Context, net *simNet, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 99))
	for range 5 {
		pause(ctx, time.Duration(rng.IntN(1000))*time.Millisecond)
		net.mu.Lock()
		lane := uint8(1 + rng.IntN(3))
		seq := uint64(0)
		for _, b := range net.blocks {
			for _, tx := range b.Txs {
				var batch command.Batch
				if len(tx.Args) == 2 && tx.Valid() && codec.Decode(tx.Args[1], &batch) == nil && batch.Lane == lane {
					seq = max(seq, batch.Seq)
				}
			}
		}
		net.mu.Unlock()
		net.intrude(codec.Encode(command.Batch{
			Lane: lane, Seq: seq + 1, Commands: []command.Command{commandOf("intruder")},
		}))
	}
}

func (l *ledger) check(t *testing.T, net *simNet) {
	t.Helper()
	count, made := net.lots()
	l.checkChoices(t, count, made)
	l.checkReleased(t, net)
	for member, number := range l.want {
		if count[member] != 1 {
			t.Errorf("%s took effect %d times", member, count[member])
		}
		if number != "" && made[member] != number+".0" {
			t.Errorf("%s was done by %s, its receipt says %s", member, made[member], number)
		}
	}
	for member := range l.atMost {
		if count[member] > 1 {
			t.Errorf("%s took effect %d times", member, count[member])
		}
	}
	for _, member := range l.never {
		if count[member] > 0 {
			t.Errorf("%s took effect although it was refused", member)
		}
	}
	if err := net.n.CheckAgreement(); err != nil {
		t.Error(err)
	}
	if len(l.want) == 0 {
		t.Error(errors.New("nothing was asked"))
	}
}

package gateway

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tallystick/chaincode/command"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
	"tallystick/client/block"
	"tallystick/client/config"
	"tallystick/client/lanes"
	"tallystick/client/store"
)

// sharer is a process of a party that shares its lanes. It dies and stands still, and comes back.
type sharer struct {
	t   *testing.T
	net *simNet
	cfg config.Config
	own *store.Store

	mu     sync.Mutex
	g      *Gateway
	conn   *conn
	keeper *lanes.Keeper
	stop   func() // ends what the keeper does
	starts int
	told   *tally
}

func newSharer(t *testing.T, net *simNet, own *store.Store, lanes string) *sharer {
	cfg := testConfig(t.TempDir())
	cfg.Lanes = lanes
	return &sharer{t: t, net: net, cfg: cfg, own: own, told: newTally()}
}

// start opens the gateway, and has the keeper share lanes; s.mu is held.
func (s *sharer) start(ctx context.Context) {
	s.conn = s.net.connect()
	g, err := open(ctx, s.cfg, s.conn, WithLog(slog.New(s.told)), Shared())
	if err != nil {
		s.t.Errorf("open: %v", err)
		return
	}
	s.starts++
	s.g = g
	s.keeper = lanes.NewKeeper(s.own, lanes.Process{ID: fmt.Sprintf("%s %d", s.cfg.State, s.starts), Name: s.cfg.State,
		Lanes: s.cfg.Lanes}, g, slog.New(s.told))
	s.keep(ctx)
}

func (s *sharer) keep(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.keeper.Run(ctx)
	}()
	s.stop = func() {
		cancel()
		<-done
	}
}

func (s *sharer) now() *Gateway {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.g
}

// die ends the process as kill -9 does.
func (s *sharer) die() {
	s.stop()
	s.g.crash()
}

// disturb has the process die or stand still, again and again.
func (s *sharer) disturb(ctx context.Context, rng *rand.Rand) {
	for range 4 {
		pause(ctx, time.Duration(rng.IntN(3000))*time.Millisecond)
		away := time.Duration(rng.IntN(8000)) * time.Millisecond
		s.mu.Lock()
		if rng.IntN(2) == 0 {
			s.die()
			s.mu.Unlock()
			pause(ctx, away)
			s.mu.Lock()
			s.start(ctx)
		} else {
			goOn := s.conn.stop("")
			s.stop()
			s.mu.Unlock()
			pause(ctx, away)
			s.mu.Lock()
			goOn()
			s.keep(ctx)
		}
		s.mu.Unlock()
	}
}

// shut ends the process as it should end.
func (s *sharer) shut(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop()
	if err := s.keeper.Leave(ctx); err != nil {
		s.t.Error(err)
	}
	if err := s.g.Close(); err != nil {
		s.t.Error(err)
	}
}

// either is one of several processes, each time another.
type either struct {
	mu   sync.Mutex
	rng  *rand.Rand
	list []*sharer
}

func (e *either) now() *Gateway {
	e.mu.Lock()
	s := e.list[e.rng.IntN(len(e.list))]
	e.mu.Unlock()
	return s.now()
}

func ownStore(t *testing.T) *store.Store {
	t.Helper()
	own, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "node.db"))
	if err != nil {
		t.Fatal(err)
	}
	return own
}

// TestProcessesShareLanes: two processes of a party die, stand still and come back at random, on a network that loses
// and repeats. Whichever is asked, and however often, what has a request id takes effect once, and what has none as it
// was answered; and each lane is one chain.
func TestProcessesShareLanes(t *testing.T) {
	for seed := range uint64(max(2, *seeds/4)) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { shareLanes(t, seed) })
		})
	}
}

func shareLanes(t *testing.T, seed uint64) {
	own := ownStore(t)
	defer own.Close()
	rates := stormy
	rates.crash = 0 // disturb has them die
	net := newSimNet(t, seed, rates)
	ctx, cancel := context.WithCancel(t.Context())
	var world, callers sync.WaitGroup
	world.Go(func() { net.order(ctx) })
	both := &either{rng: rand.New(rand.NewPCG(seed, 2)),
		list: []*sharer{newSharer(t, net, own, "1-2"), newSharer(t, net, own, "3-4")}}
	for i, s := range both.list {
		s.start(ctx)
		callers.Go(func() { s.disturb(ctx, rand.New(rand.NewPCG(seed, uint64(i)+80))) })
	}
	l := &ledger{
		want: map[string]string{}, atMost: map[string]bool{}, released: map[string]giving{}, holds: net.holds(40),
	}
	for caller := range 12 {
		rng := rand.New(rand.NewPCG(seed, uint64(caller)+10))
		callers.Go(func() {
			for k := range 8 {
				pause(ctx, time.Duration(rng.IntN(1500))*time.Millisecond)
				l.named(t, both, rng, fmt.Sprintf("n%d-%d", caller, k))
				l.anonymous(t, both, rng, fmt.Sprintf("a%d-%d", caller, k))
			}
		})
	}
	callers.Go(func() { l.source(t, both, 120) })
	callers.Go(func() { l.batches(t, both.list[0], 6) })
	callers.Go(func() { l.walkIns(t, both, 4) })
	for caller := range 4 {
		callers.Go(func() { l.chosen(t, both, rand.New(rand.NewPCG(seed, uint64(caller)+50)), caller, 4) })
	}
	callers.Wait()
	for _, s := range both.list {
		s.shut(ctx)
		t.Logf("%d starts, %v", s.starts, s.told.count)
	}
	net.end()
	cancel()
	world.Wait()
	l.check(t, net)
	net.checkChains(t)
}

// checkChains sees that each lane of the party's is one chain: each batch follows on the one before it, and seals it.
func (s *simNet) checkChains(t *testing.T) {
	t.Helper()
	base := rowsOf[party.Party](s)[own].Base
	heads := map[string]row.Head{}
	for _, b := range s.blocks {
		parsed, err := block.Parse(b.Proto())
		if err != nil {
			t.Fatal(err)
		}
		for _, tx := range parsed.Txs {
			writes, err := tx.Writes(row.SealOf(own, true))
			if err != nil || !tx.Valid() || len(writes) == 0 {
				continue
			}
			after, err := row.Decode[row.Head](writes[0].Value)
			if err != nil {
				t.Fatal(err)
			}
			action, err := tx.Action()
			if err != nil {
				t.Fatal(err)
			}
			next := heads[writes[0].Key].Next(base, command.Digest(action.Args))
			if after.Seq != next.Seq || !bytes.Equal(after.Chain, next.Chain) {
				t.Errorf("block %d moves lane %q to %d, where %d is next", b.Number, writes[0].Key, after.Seq, next.Seq)
			}
			heads[writes[0].Key] = after
		}
	}
	if len(heads) < 4 {
		t.Errorf("only %d lanes were written", len(heads))
	}
}

// TestProcessesThatBothHaveALane: what keeps processes off each other's lanes is a courtesy. Two that both write all
// lanes, as after a clock has failed, count nothing twice and lose nothing: the lane's head lets one of them pass.
func TestProcessesThatBothHaveALane(t *testing.T) {
	for seed := range uint64(max(2, *seeds/4)) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net := newSimNet(t, seed, stormy)
				net.rates.crash = 0
				ctx, cancel := context.WithCancel(t.Context())
				var world, callers sync.WaitGroup
				world.Go(func() { net.order(ctx) })
				both := &either{rng: rand.New(rand.NewPCG(seed, 2))}
				for range 2 {
					s := newSharer(t, net, nil, "1-4")
					g, err := open(ctx, s.cfg, net.connect(), WithLog(slog.New(s.told)), Shared())
					if err != nil {
						t.Fatal(err)
					}
					g.Write([]uint8{1, 2, 3, 4}, time.Now().Add(time.Hour))
					s.g = g
					both.list = append(both.list, s)
				}
				l := &ledger{
					want: map[string]string{}, atMost: map[string]bool{}, released: map[string]giving{},
					holds: net.holds(40),
				}
				for caller := range 12 {
					rng := rand.New(rand.NewPCG(seed, uint64(caller)+10))
					callers.Go(func() {
						for k := range 6 {
							l.named(t, both, rng, fmt.Sprintf("n%d-%d", caller, k))
							l.anonymous(t, both, rng, fmt.Sprintf("a%d-%d", caller, k))
						}
					})
				}
				callers.Go(func() { l.source(t, both, 60) })
				callers.Wait()
				moved := 0
				for _, s := range both.list {
					if err := s.g.Close(); err != nil {
						t.Error(err)
					}
					moved += s.told.count["a batch is endorsed anew LANE_MOVED"] +
						s.told.count["a batch is endorsed anew MVCC_READ_"]
				}
				net.end()
				cancel()
				world.Wait()
				l.check(t, net)
				net.checkChains(t)
				if moved == 0 {
					t.Error("the two never met in a lane")
				}
			})
		})
	}
}

// TestAStoppedProcessWakes: a process stands still with a batch in its hands, and goes on when another has taken its
// lane and moved it. Before it had the batch endorsed, it doesn't send it; after it was about to, the batch comes too
// late. It takes effect once all the same, in a lane that the process has by then.
func TestAStoppedProcessWakes(t *testing.T) {
	for _, at := range []stage{endorsing, submitting} {
		t.Run(string(at), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sharing(t, "1", "2", func(ctx context.Context, net *simNet, a, b *sharer) {
					goOn := a.conn.stop(at)
					answered := make(chan error, 1)
					go func() {
						_, err := a.now().Do(ctx, "a", issue("a"))
						answered <- err
					}()
					synctest.Wait()
					a.stop()
					awaitLanes(t, b, 1, 2)
					for i := range 3 {
						r, err := b.now().Do(ctx, fmt.Sprint("b", i), issue("b"))
						if err != nil || r.Number.Lane != 1 {
							t.Errorf("%s, %v; want it to go by the lane of the one that stands", r.Number, err)
						}
					}
					goOn()
					time.Sleep(time.Second)
					a.keep(ctx)
					if err := <-answered; err != nil {
						t.Error(err)
					}
					awaitLanes(t, a, 1)
					awaitLanes(t, b, 2)
					if count, _ := net.lots(); count["a"] != 1 || count["b"] != 3 {
						t.Errorf("lots %v, want 1 and 3", count)
					}
					late := a.told.count["a batch is endorsed anew MVCC_READ_"] +
						a.told.count["a batch is endorsed anew LANE_MOVED"]
					if want := map[stage]int{endorsing: 0, submitting: 1}[at]; late != want {
						t.Errorf("%d batches came too late, want %d", late, want)
					}
				})
			})
		})
	}
}

// TestLanesComeBack: a dead process's lanes are another's once it has been silent for long enough, and its own again
// soon after it came back; what is asked meanwhile goes on.
func TestLanesComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sharing(t, "1-2", "3-4", func(ctx context.Context, _ *simNet, a, b *sharer) {
			asking, enough := context.WithCancel(ctx)
			var callers sync.WaitGroup
			callers.Go(func() {
				for k := 0; asking.Err() == nil; k++ {
					if _, err := b.now().Do(ctx, fmt.Sprint("b", k), issue(fmt.Sprint("b", k))); err != nil {
						t.Error(err)
					}
				}
			})
			a.die()
			died := time.Now()
			awaitLanes(t, b, 1, 2, 3, 4)
			if took := time.Since(died); took < lanes.Silence-lanes.Every || took > lanes.Silence+2*lanes.Every {
				t.Errorf("the lanes were taken after %s", took)
			}
			a.start(ctx)
			back := time.Now()
			awaitLanes(t, a, 1, 2)
			awaitLanes(t, b, 3, 4)
			if took := time.Since(back); took > 4*lanes.Every {
				t.Errorf("the lanes came back after %s", took)
			}
			if r, err := a.now().Do(ctx, "a", issue("a")); err != nil || r.Number.Lane > 2 {
				t.Errorf("%s, %v", r.Number, err)
			}
			enough()
			callers.Wait()
		})
	})
}

// sharing is two processes on a calm network that have come to the lanes of their profiles.
func sharing(t *testing.T, of, ofOther string, do func(ctx context.Context, net *simNet, a, b *sharer)) {
	net := newSimNet(t, 1, calm)
	own := ownStore(t)
	defer own.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var world sync.WaitGroup
	world.Go(func() { net.order(ctx) })
	a, b := newSharer(t, net, own, of), newSharer(t, net, own, ofOther)
	a.start(ctx)
	b.start(ctx)
	awaitLanes(t, a, named(t, a)...)
	awaitLanes(t, b, named(t, b)...)
	do(ctx, net, a, b)
	all := slices.Concat(named(t, a), named(t, b))
	a.shut(ctx)
	left := time.Now()
	awaitLanes(t, b, all...)
	if took := time.Since(left); took > lanes.Every {
		t.Errorf("who leaves as he should was waited for, %s", took)
	}
	b.shut(ctx)
	cancel()
	world.Wait()
}

// named are the lanes of a process's profile.
func named(t *testing.T, s *sharer) []uint8 {
	list, err := s.cfg.LaneList()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// awaitLanes waits until a process writes these lanes.
func awaitLanes(t *testing.T, s *sharer, want ...uint8) {
	t.Helper()
	for begun := time.Now(); !slices.Equal(s.now().Writing(), want); time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatalf("%s writes %v, want %v", s.cfg.State, s.now().Writing(), want)
		}
	}
}

package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/block"
)

// keeper is a reader that others look at while it follows, and may hold up.
type keeper struct {
	mu   sync.Mutex
	pile pile
	hold chan struct{} // Apply waits for it, unless it is nil
}

func (k *keeper) Height() uint64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.pile.Height()
}

func (k *keeper) Apply(blocks ...*block.Block) error {
	k.mu.Lock()
	hold := k.hold
	k.mu.Unlock()
	if hold != nil {
		<-hold
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.pile.Apply(blocks...)
}

// countedNet counts how often each block was read from a peer. Where spoil is not nil, it may say another block to come
// next, or, false, that the stream ends.
type countedNet struct {
	*conn
	spoil func(number uint64) (uint64, bool)

	reads sync.Mutex
	times map[uint64]int
}

func (n *countedNet) Blocks(ctx context.Context, from uint64, visit func(*block.Block) error) error {
	for ; ; from++ {
		number := from
		if n.spoil != nil {
			var goes bool
			if number, goes = n.spoil(from); !goes {
				return errors.New("the stream was killed")
			}
		}
		b, err := n.next(ctx, number)
		if err != nil {
			return err
		}
		n.reads.Lock()
		n.times[b.Number]++
		n.reads.Unlock()
		if err := visit(b); err != nil {
			return err
		}
	}
}

// following runs a test while a reader follows a gateway.
func following(t *testing.T, k *keeper, spoil func(uint64) (uint64, bool),
	test func(t *testing.T, g *Gateway, net *countedNet)) {
	synctest.Test(t, func(t *testing.T) {
		sim := newSimNet(t, 1, calm)
		net := &countedNet{conn: sim.connect(), spoil: spoil, times: map[uint64]int{}}
		ctx, cancel := context.WithCancel(t.Context())
		var world sync.WaitGroup
		world.Go(func() { sim.order(ctx) })
		g, err := open(ctx, testConfig(t.TempDir()), net, WithLog(slog.New(slog.DiscardHandler)))
		if err != nil {
			t.Fatal(err)
		}
		follow, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- g.Follow(follow, k) }()
		synctest.Wait()
		test(t, g, net)
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("following ended with %v", err)
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
		if n := g.subscribed(); n > 0 {
			t.Errorf("%d subscriptions are left", n)
		}
		cancel()
		world.Wait()
	})
}

// doMany does commands one after the other: each makes a block.
func doMany(t *testing.T, g *Gateway, name string, n int) {
	t.Helper()
	for i := range n {
		if _, err := g.Do(t.Context(), fmt.Sprint(name, i), issue("ann")); err != nil {
			t.Fatal(err)
		}
	}
}

// caughtUp waits until a reader has what the gateway has seen.
func caughtUp(t *testing.T, g *Gateway, k *keeper) {
	t.Helper()
	for range 10_000 {
		if k.Height() >= g.Height() {
			return
		}
		pause(t.Context(), 10e6)
	}
	t.Fatalf("the reader has %d blocks, the gateway %d", k.Height(), g.Height())
}

// TestFollowReadsEachBlockOnce: one stream feeds the verdicts and the reader, from the first block to the last.
func TestFollowReadsEachBlockOnce(t *testing.T) {
	k := &keeper{}
	following(t, k, nil, func(t *testing.T, g *Gateway, net *countedNet) {
		before := k.Height()
		doMany(t, g, "r", 50)
		caughtUp(t, g, k)
		if k.Height() < before+50 {
			t.Errorf("%d blocks after %d", k.Height(), before)
		}
		net.reads.Lock()
		defer net.reads.Unlock()
		for number := range k.Height() {
			if net.times[number] != 1 {
				t.Errorf("block %d was read %d times", number, net.times[number])
			}
		}
	})
}

// TestASlowReaderHoldsNoVerdictUp: commands are answered while a reader stands still; it is told all it missed, in
// order.
func TestASlowReaderHoldsNoVerdictUp(t *testing.T) {
	k := &keeper{}
	following(t, k, nil, func(t *testing.T, g *Gateway, net *countedNet) {
		hold := make(chan struct{})
		k.mu.Lock()
		k.hold = hold
		k.mu.Unlock()
		before := k.Height()
		doMany(t, g, "r", 2*followAhead)
		if k.Height() != before {
			t.Fatalf("the reader didn't stand still: %d blocks after %d", k.Height(), before)
		}
		close(hold)
		caughtUp(t, g, k)
		doMany(t, g, "s", 10)
		caughtUp(t, g, k)
		net.reads.Lock()
		defer net.reads.Unlock()
		if last := k.Height() - 1; net.times[last] != 1 {
			t.Errorf("having caught up it doesn't follow the feed: block %d was read %d times", last, net.times[last])
		}
	})
}

// TestFollowThroughBrokenStreams: streams that are killed, repeat a block or leave one out give the reader every block
// once, in order.
func TestFollowThroughBrokenStreams(t *testing.T) {
	for seed := range uint64(20) {
		var mu sync.Mutex
		turn := seed
		spoil := func(number uint64) (uint64, bool) {
			mu.Lock()
			defer mu.Unlock()
			turn++
			switch (turn * 2654435761) >> 7 % 23 {
			case 0:
				return number, false
			case 1:
				return max(number, 1) - 1, true
			case 2, 3:
				return number + 1, true
			}
			return number, true
		}
		k := &keeper{}
		following(t, k, spoil, func(t *testing.T, g *Gateway, _ *countedNet) {
			doMany(t, g, "r", 40)
			caughtUp(t, g, k)
		})
	}
}

// TestFollowEndsWithTheGateway: UNAVAILABLE, whether the reader is behind or not.
func TestFollowEndsWithTheGateway(t *testing.T) {
	within(t, asIs, func(t *testing.T, g *Gateway, _ *simNet) {
		doMany(t, g, "r", 5)
		ended := make(chan error, 1)
		go func() { ended <- g.Follow(t.Context(), &keeper{}) }()
		synctest.Wait()
		g.stop()
		if err := <-ended; fault.CodeOf(err) != fault.Unavailable {
			t.Error(err)
		}
		if err := g.Follow(t.Context(), &keeper{}); fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// TestAReaderMayBeAheadOfTheFeed: what it has, another process gave it or it read itself; it gets what comes after.
func TestAReaderMayBeAheadOfTheFeed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	g := &Gateway{feed: newFeed(nil, own, "", 0, slog.New(slog.DiscardHandler)), life: t.Context()}
	k := &keeper{pile: pile{numbers: []uint64{0, 1, 2}}}
	ended := make(chan error, 1)
	go func() { ended <- g.Follow(ctx, k) }()
	for g.subscribed() == 0 {
		time.Sleep(time.Millisecond)
	}
	for number := range uint64(6) {
		if err := g.feed.visit(&block.Block{Number: number}); err != nil {
			t.Fatal(err)
		}
	}
	caughtUp(t, g, k)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// subscribed is how many readers follow.
func (g *Gateway) subscribed() int {
	g.feed.mu.Lock()
	defer g.feed.mu.Unlock()
	return len(g.feed.subscriptions)
}

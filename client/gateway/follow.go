package gateway

import (
	"context"
	"errors"

	"tallystick/chaincode/fault"
	"tallystick/client/block"
)

// followAhead is how many blocks wait at most for a reader that follows. One that is
// slower than the ledger for longer loses the feed, and reads the ledger itself until it
// has caught up: verdicts never wait for it.
const followAhead = 64

// subscription hands a feed's blocks on, in order and without a gap.
type subscription struct {
	from   uint64            // the first block that it gets
	blocks chan *block.Block // closed when it overflowed, or the feed has ended
}

// subscribe hands on the blocks from the feed's next one.
func (f *feed) subscribe() *subscription {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := &subscription{from: f.next, blocks: make(chan *block.Block, followAhead)}
	if f.ended {
		close(s.blocks)
		return s
	}
	f.subscriptions[s] = true
	return s
}

// unsubscribe hands nothing more on.
func (f *feed) unsubscribe(s *subscription) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drop(s)
}

// drop ends a subscription, once.
func (f *feed) drop(s *subscription) {
	if f.subscriptions[s] {
		delete(f.subscriptions, s)
		close(s.blocks)
	}
}

// handOn gives a block to all subscriptions. A full one ends.
func (f *feed) handOn(b *block.Block) {
	for s := range f.subscriptions {
		select {
		case s.blocks <- b:
		default:
			f.drop(s)
		}
	}
}

// end ends all subscriptions, those to come too.
func (f *feed) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	for s := range f.subscriptions {
		f.drop(s)
	}
}

// Follow keeps a reader up to date until ctx ends, which it returns, or the reader fails.
// The reader gets the blocks that the gateway reads for its own verdicts: each comes once
// from a peer. What the reader lacks when it begins, or after it was too slow, it reads
// from the ledger. UNAVAILABLE once the gateway is closed.
func (g *Gateway) Follow(ctx context.Context, r Reader) error {
	open, end := context.WithCancel(ctx)
	defer end()
	defer context.AfterFunc(g.life, end)()
	err := g.follow(open, r)
	if ctx.Err() == nil && open.Err() != nil {
		return fault.New(fault.Unavailable, "the gateway is closed")
	}
	return err
}

func (g *Gateway) follow(ctx context.Context, r Reader) error {
	for ctx.Err() == nil {
		// While it is far behind, what waits for it would only overflow.
		if err := g.feedReader(ctx, r, g.feed.height()); err != nil {
			return err
		}
		if err := g.followFeed(ctx, r); err != nil {
			return err
		}
		g.log.Info("a reader is slower than the ledger; it reads the ledger itself", "has", r.Height())
	}
	return ctx.Err()
}

// followFeed gives a reader what the feed reads, until the reader is too slow.
func (g *Gateway) followFeed(ctx context.Context, r Reader) error {
	s := g.feed.subscribe()
	defer g.feed.unsubscribe(s)
	if err := g.feedReader(ctx, r, s.from); err != nil {
		return err
	}
	for {
		select {
		case b, more := <-s.blocks:
			if !more {
				return nil
			}
			if err := r.Apply(missing(r.Height(), gather(b, s.blocks))...); err != nil {
				return errors.Join(err, ctx.Err())
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// missing are those of some blocks that a reader hasn't got: the feed may be behind one
// that has read the ledger itself.
func missing(height uint64, blocks []*block.Block) []*block.Block {
	for len(blocks) > 0 && blocks[0].Number < height {
		blocks = blocks[1:]
	}
	return blocks
}

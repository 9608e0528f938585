package gateway

import (
	"context"
	"sync/atomic"
	"time"

	"tallystick/chaincode/fault"
)

// levels keep reads from going back behind what is known: a peer may be a block
// behind the one that told of a transaction's end.
type levels struct {
	need atomic.Uint64 // blocks that a peer must have to be asked
	seen atomic.Uint64 // blocks that the asked peer was found to have
}

func raise(to *atomic.Uint64, height uint64) {
	for {
		now := to.Load()
		if now >= height || to.CompareAndSwap(now, height) {
			return
		}
	}
}

// AtLeast has questions, readers and single commands wait until the peer has so many blocks, such as
// the Height that another node had after a command. What this gateway writes, its
// own questions see anyway.
func (g *Gateway) AtLeast(height uint64) { raise(&g.levels.need, height) }

// Reach waits until the gateway has seen so many blocks, and has what its caller asks then see them. UNAVAILABLE if ctx
// ends before. Nobody else waits.
func (g *Gateway) Reach(ctx context.Context, height uint64) error {
	if height == 0 {
		return nil
	}
	if err := g.feed.wait(ctx, height); err != nil {
		return fault.New(fault.Unavailable, "the node has %d blocks, %d are wanted", g.Height(), height)
	}
	g.AtLeast(height)
	return nil
}

// leveled waits until the peer that is asked has every block that it must have.
// UNAVAILABLE if it stays behind.
func (g *Gateway) leveled(ctx context.Context) error {
	need := g.levels.need.Load()
	deadline := time.Now().Add(g.cfg.Timeouts.Effort)
	for tries := 0; g.levels.seen.Load() < need; tries++ {
		height, err := g.net.Height(ctx)
		if err != nil && ctx.Err() != nil && g.levels.seen.Load() > 0 { // the peer answered before, and time ran out
			return fault.New(fault.Unavailable, "the peer has %d blocks, %d are wanted", g.levels.seen.Load(), need)
		}
		if err != nil {
			return asFault(err)
		}
		if raise(&g.levels.seen, height); height >= need {
			return nil
		}
		if ctx.Err() != nil || time.Now().After(deadline) {
			return fault.New(fault.Unavailable, "the peer has %d blocks, %d are wanted", height, need)
		}
		stagger(ctx, min(tries, 3))
	}
	return nil
}

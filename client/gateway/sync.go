package gateway

import (
	"context"
	"errors"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/block"
)

// Reader takes blocks in, such as an index.
type Reader interface {
	// Height is the number of blocks it has.
	Height() uint64
	// Apply takes the next blocks, in order.
	Apply(blocks ...*block.Block) error
}

var errDisorder = errors.New("blocks came out of order")

// How many blocks are handed to a reader at once while it catches up.
const (
	syncAhead = 16 // parsed and waiting
	syncGroup = 32 // in one Apply
)

// Sync brings a reader up to the block that is the last one now.
// UNAVAILABLE if no peer answers; else the reader's own error.
func (g *Gateway) Sync(ctx context.Context, r Reader) error {
	if err := g.leveled(ctx); err != nil {
		return err
	}
	tip, err := g.net.Height(ctx)
	if err != nil {
		return asFault(err)
	}
	return g.feedReader(ctx, r, tip)
}

// SyncTo brings a reader up to so many blocks, and no further: what was true then.
// BAD_REQUEST if the ledger has fewer, else as Sync.
func (g *Gateway) SyncTo(ctx context.Context, r Reader, height uint64) error {
	if err := g.leveled(ctx); err != nil {
		return err
	}
	tip, err := g.net.Height(ctx)
	if err != nil {
		return asFault(err)
	}
	if height > tip {
		return fault.New(fault.BadRequest, "the ledger has %d blocks", tip)
	}
	return g.feedReader(ctx, upTo{r, height}, height)
}

// upTo takes no more than so many blocks in.
type upTo struct {
	Reader
	height uint64
}

// Apply passes on the blocks below the height.
func (u upTo) Apply(blocks ...*block.Block) error {
	for len(blocks) > 0 && blocks[len(blocks)-1].Number >= u.height {
		blocks = blocks[:len(blocks)-1]
	}
	if len(blocks) == 0 {
		return nil
	}
	return u.Reader.Apply(blocks...)
}

func (g *Gateway) feedReader(ctx context.Context, r Reader, tip uint64) error {
	for wait := 10 * time.Millisecond; r.Height() < tip; {
		before := r.Height()
		broke, err := g.feedFrom(ctx, r, tip)
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if r.Height() >= tip {
			return nil
		}
		if r.Height() > before {
			wait = 10 * time.Millisecond
		}
		g.log.Warn("the reader's block stream broke; reading on", "from", r.Height(), "err", broke)
		pause(ctx, wait)
		wait = min(2*wait, 2*time.Second)
	}
	return nil
}

// feedFrom reads one stream into the reader: one goroutine parses while this
// one applies. It returns why the stream broke, and the reader's error.
func (g *Gateway) feedFrom(ctx context.Context, r Reader, tip uint64) (broke, err error) {
	stream, cut := context.WithCancel(ctx)
	next := r.Height()
	blocks := make(chan *block.Block, syncAhead)
	ended := make(chan error, 1)
	go func() {
		defer close(blocks)
		ended <- g.net.Blocks(stream, next, func(b *block.Block) error {
			if b.Number != next {
				return errDisorder
			}
			select {
			case blocks <- b:
				next++
				return nil
			case <-stream.Done():
				return stream.Err()
			}
		})
	}()
	for first := range blocks {
		if err = r.Apply(gather(first, blocks)...); err != nil || r.Height() >= tip {
			break
		}
	}
	cut()
	for range blocks { // let the stream's goroutine end
	}
	return <-ended, err
}

// gather takes what is ready, so that a reader that is behind works in bulk and
// one that is not gets each block at once.
func gather(first *block.Block, more <-chan *block.Block) []*block.Block {
	group := []*block.Block{first}
	for len(group) < syncGroup {
		select {
		case b, ok := <-more:
			if !ok {
				return group
			}
			group = append(group, b)
		default:
			return group
		}
	}
	return group
}

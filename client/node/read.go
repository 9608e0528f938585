package node

import (
	"context"
	"errors"

	"tallystick/client/block"
	"tallystick/client/index"
)

// Read brings the party's read model up to the ledger and opens a reading of it, which its caller closes before anything is
// sent.
func (n *Node) Read(ctx context.Context) (*index.Reading, error) {
	ix, err := n.Index(ctx)
	if err != nil {
		return nil, err
	}
	return ix.At(ctx, 0)
}

// Index opens the party's read model, or makes it, and brings it up to the ledger.
func (n *Node) Index(ctx context.Context) (*index.Index, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := errors.Join(n.connect(ctx), n.openIndex()); err != nil {
		return nil, err
	}
	from := n.index.Height()
	err := n.gateway.Sync(ctx, &catchUp{n.index, n.watch, n.gateway.Tip()})
	n.watch.Caught(n.index.Height() - from)
	return n.index, err
}

// openIndex opens the read model, or makes it, with the lock held.
func (n *Node) openIndex() error {
	if n.index != nil {
		return nil
	}
	ix, err := index.Open(n.cfg.IndexAt())
	if err != nil {
		return err
	}
	n.index = ix
	n.watch.Anew(ix.Anew())
	return nil
}

// Watch is told how far the read model is while it is brought up to the ledger.
type Watch interface {
	// Anew says why the read model is made again from the blocks, "" if it isn't.
	Anew(why string)
	// Has says how many blocks it has, and how many there are.
	Has(blocks, of uint64)
	// Caught says that it has been brought up, by how many blocks.
	Caught(taken uint64)
}

// unwatched is told in vain.
type unwatched struct{}

func (unwatched) Anew(string)        {}
func (unwatched) Has(uint64, uint64) {}
func (unwatched) Caught(uint64)      {}

// catchUp is a read model that tells how far it is.
type catchUp struct {
	*index.Index
	watch Watch
	to    uint64
}

// Apply takes the next blocks, and tells of it.
func (c *catchUp) Apply(blocks ...*block.Block) error {
	err := c.Index.Apply(blocks...)
	has := c.Index.Height()
	c.watch.Has(has, max(c.to, has))
	return err
}

// ask reads the party's read model as it is now, and closes the reading.
func ask[T any](ctx context.Context, n *Node, of func(*index.Reading) (T, error)) (answer T, err error) {
	r, err := n.Read(ctx)
	if err != nil {
		return answer, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return of(r)
}

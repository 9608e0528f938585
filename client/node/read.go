package node

import (
	"context"
	"errors"

	"tallystick/client/index"
)

// Read opens a reading of the party's read model as the ledger is now, which its caller closes before anything is sent.
func (n *Node) Read(ctx context.Context) (*index.Reading, error) {
	ix, err := n.Index(ctx)
	if err != nil {
		return nil, err
	}
	return ix.At(ctx, 0)
}

// Index opens the party's read model, or makes it, and waits until it has what the ledger has.
func (n *Node) Index(ctx context.Context) (*index.Index, error) { return n.model.now(ctx) }

// Ask reads the party's read model as it is now, and closes the reading.
func Ask[T any](ctx context.Context, n *Node, of func(*index.Reading) (T, error)) (answer T, err error) {
	r, err := n.Read(ctx)
	if err != nil {
		return answer, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return of(r)
}

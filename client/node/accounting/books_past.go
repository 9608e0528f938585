package accounting

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"tallystick/chaincode/fault"
	"tallystick/client/index"
	"tallystick/client/node"
)

// past is a read model of what was true at some height, beside the kept periods. It only goes on: from one period to
// the next it reads the blocks between, and for an earlier height all of them.
type past struct {
	node *node.Node
	call *node.Call
	path string
}

// now asks the node's own read model.
func (p past) now(ctx context.Context, of func(*index.Reading) error) error {
	_, err := node.Ask(ctx, p.node, func(r *index.Reading) (struct{}, error) { return struct{}{}, of(r) })
	return err
}

// at asks the read model as it was with so many blocks.
func (p past) at(ctx context.Context, height uint64, of func(*index.Reading) error) (err error) {
	ix, err := index.Open(p.path)
	if err != nil {
		return err
	}
	if ix.Height() > height {
		if err := errors.Join(ix.Close(), removeIndex(p.path)); err != nil {
			return err
		}
		if ix, err = index.Open(p.path); err != nil {
			return err
		}
	}
	defer func() { err = errors.Join(err, ix.Close()) }()
	if err := p.bringUp(ctx, ix, height); err != nil {
		return err
	}
	r, err := ix.At(ctx, 0)
	if err != nil {
		return err
	}
	return errors.Join(of(r), r.Close())
}

// bringUp has the read model take blocks in until it has so many.
func (p past) bringUp(ctx context.Context, ix *index.Index, height uint64) error {
	if ix.Height() == height {
		return nil
	}
	err := p.node.BringUp(ctx, ix, height)
	if err == nil {
		p.call.Tell(fmt.Sprintf("read the ledger as it was with %d blocks", height), true)
	}
	return err
}

// away is the history of a node that isn't connected.
type away struct{}

var errAway = fault.New(fault.Unavailable, "this node isn't connected")

func (away) now(context.Context, func(*index.Reading) error) error { return errAway }

func (away) at(context.Context, uint64, func(*index.Reading) error) error { return errAway }

// removeIndex removes a read model in a file: it is made of the blocks again.
func removeIndex(path string) error {
	var failed error
	for _, f := range []string{path, path + "-wal", path + "-shm"} {
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"tallystick/client/index"
	"tallystick/client/node"
)

// past is a read model of what was true at some height. It only goes on: from one period to
// the next it reads the blocks between, and for an earlier height all of them.
type past struct {
	g     *node.Node
	where string
}

// pastOf is the one beside the kept periods.
func (s *shelf) pastOf(g *node.Node) past { return past{g, filepath.Join(s.dir, "past.db")} }

// at asks the read model as it was with so many blocks.
func (p past) at(ctx context.Context, height uint64, ask func(*index.Reading) error) error {
	ix, err := index.Open(p.where)
	if err != nil {
		return err
	}
	if ix.Height() > height {
		if err := errors.Join(ix.Close(), removeIndex(p.where)); err != nil {
			return err
		}
		if ix, err = index.Open(p.where); err != nil {
			return err
		}
	}
	if err := p.g.Gateway().SyncTo(ctx, ix, height); err != nil {
		return errors.Join(err, ix.Close())
	}
	return errors.Join(readNow(ctx, ix, ask), ix.Close())
}

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

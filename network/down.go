package network

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Down ends all processes and keeps everything else. It answers how many ran.
func (n *Network) Down(ctx context.Context) (ended int, err error) {
	if !n.claimed() {
		return 0, nil
	}
	err = n.exclusively(func() error {
		ended, err = n.down(ctx)
		return err
	})
	return ended, err
}

func (n *Network) down(ctx context.Context) (int, error) {
	names, err := n.Table.Names() // also what an older topology started
	if err != nil {
		return 0, err
	}
	orphans, err := n.Table.EndOrphans(ctx, Grace)
	if err != nil {
		return orphans, err
	}
	return orphans + len(names), n.Table.Stop(ctx, Grace, names...)
}

// Reset ends all processes and removes the network: its ledger, its keys, its
// logs. There is no way back. A directory that is not a network's is left alone.
func (n *Network) Reset(ctx context.Context) error {
	if !n.claimed() {
		if _, err := os.Stat(n.Dir); err == nil {
			return fmt.Errorf("%s is not a network's directory (no %s in it); nothing is removed", n.Dir, marker)
		}
		return nil
	}
	return n.exclusively(func() error {
		if _, err := n.down(ctx); err != nil {
			return err
		}
		var faults []error
		for _, name := range contents {
			faults = append(faults, os.RemoveAll(filepath.Join(n.Dir, name)))
		}
		if err := errors.Join(faults...); err != nil {
			return err
		}
		// The marker last: while anything is left, the directory is still ours.
		if err := os.Remove(filepath.Join(n.Dir, marker)); err != nil {
			return err
		}
		_ = os.Remove(n.Dir) // fails, rightly, if somebody keeps other things there
		return nil
	})
}

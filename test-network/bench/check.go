package main

import (
	"context"
	"errors"
	"fmt"
)

// errLost says that points were lost or made: the one thing that fails a run.
var errLost = errors.New("points were lost or made")

// check asks three witnesses, and wants them to agree: the rows in the blocks,
// the receipts that this driver got, and a peer's own sum.
func (w *world) check(ctx context.Context) error {
	s := w.chain.sums
	for _, c := range []struct {
		what        string
		left, right int64
	}{
		{"issued, and available + held + captured", s.Issued, s.Available + s.Held + s.Captured},
		{"captured, and owed", s.Captured, s.Owed},
		{"issued by the rows, and by the receipts", s.Issued, w.books.issued.Load()},
		{"captured by the rows, and by the receipts", s.Captured, w.books.captured.Load()},
	} {
		if c.left != c.right {
			return fmt.Errorf("%w: %s: %d and %d", errLost, c.what, c.left, c.right)
		}
	}
	g, err := w.open(ctx, operator, "")
	if err != nil {
		return err
	}
	defer g.Close()
	t, err := g.Query().Totals(ctx, programme)
	if err != nil {
		return err
	}
	if int64(t.Issued) != s.Issued || int64(t.Captured) != s.Captured || int64(t.Held()) != s.Held {
		return fmt.Errorf("%w: the peer's totals are %+v, the rows' %+v", errLost, t, s)
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"

	"tallystick/client/gateway"
)

// errLost says that points were lost or made: the one thing that fails a run.
var errLost = errors.New("points were lost or made")

// equal is two figures that must be the same.
type equal struct {
	what        string
	left, right int64
}

func (e equal) check() error {
	if e.left != e.right {
		return fmt.Errorf("%w: %s: %d and %d", errLost, e.what, e.left, e.right)
	}
	return nil
}

// check asks three witnesses, and wants them to agree: the rows in the blocks,
// the receipts that this driver got, and a peer's own sum.
func (w *world) check(ctx context.Context) error {
	g, err := w.open(ctx, operator, "")
	if err != nil {
		return err
	}
	defer g.Close()
	for _, p := range programmes {
		if err := w.checkProgramme(ctx, g, p); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	return w.checkUses()
}

func (w *world) checkProgramme(ctx context.Context, g *gateway.Gateway, programme string) error {
	t, err := g.Query().Totals(ctx, programme)
	if err != nil {
		return err
	}
	s, told := w.chain.sums[programme], w.books.points[programme]
	for _, e := range []equal{
		{"issued, and available + held + captured + converted", s.Issued, s.Available + s.Held + s.Captured + s.Converted},
		{"due for captures and conversions, and owed", s.Due, s.Owed},
		{"issued by the rows, and by the receipts", s.Issued, told.issued.Load()},
		{"captured by the rows, and by the receipts", s.Captured, told.captured.Load()},
		{"converted by the rows, and by the receipts", s.Converted, told.converted.Load()},
		{"issued by the rows, and by the peer", s.Issued, int64(t.Issued)},
		{"held by the rows, and by the peer", s.Held, int64(t.Held())},
		{"captured by the rows, and by the peer", s.Captured, int64(t.Captured)},
		{"converted by the rows, and by the peer", s.Converted, int64(t.Converted)},
	} {
		if err := e.check(); err != nil {
			return err
		}
	}
	return nil
}

// checkUses does the same for the uses of entitlements.
func (w *world) checkUses() error {
	u := w.chain.uses
	for _, e := range []equal{
		{"uses of entitlements, and write-offs", u.Used, u.WrittenOff},
		{"write-offs by the rows, and by the receipts", u.WrittenOff, w.books.used.Load()},
		{"due for write-offs, and owed, fen", u.Due, u.Owed},
	} {
		if err := e.check(); err != nil {
			return err
		}
	}
	return nil
}

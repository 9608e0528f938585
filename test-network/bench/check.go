package main

import (
	"context"
	"errors"
	"fmt"

	"tallystick/chaincode/points"
	"tallystick/chaincode/veil"
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
	if w.shoppers != nil {
		if err := w.checkMany(ctx, g); err != nil {
			return fmt.Errorf("%s: %w", many, err)
		}
	}
	if err := w.checkNotes(); err != nil {
		return err
	}
	if err := w.checkUses(); err != nil {
		return err
	}
	if err := w.checkWares(); err != nil {
		return err
	}
	return w.checkOwed()
}

func (w *world) checkProgramme(ctx context.Context, g *gateway.Gateway, programme string) error {
	t, err := g.Query().Totals(ctx, programme)
	if err != nil {
		return err
	}
	return w.checkPoints(programme, t)
}

// checkMany does so with all programmes of many together.
func (w *world) checkMany(ctx context.Context, g *gateway.Gateway) error {
	var all points.Totals
	for _, issuer := range manyIssuers {
		for i := range manyEach {
			t, err := g.Query().Totals(ctx, manyProgramme(issuer, i))
			if err != nil {
				return err
			}
			all.Issued, all.Placed, all.Captured = all.Issued+t.Issued, all.Placed+t.Placed, all.Captured+t.Captured
		}
	}
	return w.checkPoints(many, all)
}

// checkPoints compares the rows, the receipts and the peer's sum.
func (w *world) checkPoints(programme string, t points.Totals) error {
	s, told := w.chain.sums[programme], w.books.points[programme]
	for _, e := range []equal{
		{"issued, and available + held + captured + converted", s.Issued,
			s.Available + s.Held + s.Captured + s.Converted},
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

// checkNotes compares the batches' obligations with the positions that sum them up.
func (w *world) checkNotes() error {
	n := w.chain.notes
	if err := (equal{"obligations of batches, and counted in positions", n.Obligations, n.Counted}).check(); err !=
		nil {
		return err
	}
	return equal{"fen of obligations, and of positions", n.Fen, n.Owed}.check()
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

// checkWares does the same for the units of goods. The bench has no order that ends
// without delivery, and no return.
func (w *world) checkWares() error {
	u := w.chain.wares
	for _, e := range []equal{
		{"units restocked, and free + reserved + delivered", u.Restocked, u.Free + u.Reserved + u.Delivered},
		{"units restocked by the rows, and by the receipts", u.Restocked, w.books.restocked.Load()},
		{"units delivered by the rows, and by the receipts", u.Delivered, w.books.delivered},
	} {
		if err := e.check(); err != nil {
			return err
		}
	}
	return nil
}

// checkOwed opens what the ledger has for goods, over all lanes, with what the
// driver knows of the terms: quantity × supply price of every delivery.
func (w *world) checkOwed() error {
	sums, deliveries := map[debt]veil.Sum{}, map[debt]uint64{}
	for _, lane := range w.chain.veiled {
		for _, p := range lane.List {
			of := debt{p.Debtor, p.Creditor}
			sum, err := sums[of].Plus(p.Sum)
			if err != nil {
				return err
			}
			sums[of] = sum
			deliveries[of] += p.Count
		}
	}
	for of, told := range w.books.owed {
		if err := (equal{
			"deliveries by the rows, and by the receipts", int64(deliveries[of]), int64(told.deliveries),
		}).check(); err != nil {
			return err
		}
		if !told.opening.Opens(sums[of].Commitment()) {
			return fmt.Errorf("%w: what %s owes %s doesn't open to %s ten-thousandths of a fen",
				errLost, of.debtor, of.creditor, told.opening.Value)
		}
	}
	if len(sums) != len(w.books.owed) {
		return fmt.Errorf("%w: %d pairs owe for goods, the receipts say %d", errLost, len(sums), len(w.books.owed))
	}
	return nil
}

package index

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestAReadingIsOfOneHeight: blocks that are applied while readings are open are in none of them, whichever question
// is asked; and however many are open, blocks are applied.
func TestAReadingIsOfOneHeight(t *testing.T) {
	w, _ := wallets(t)
	blocks, ix := w.blocks(), fresh(t)
	if err := ix.Apply(blocks[:2]...); err != nil {
		t.Fatal(err)
	}
	var open []*Reading
	for range 4 {
		r, err := ix.At(t.Context(), 2)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, r)
	}
	within(t, func() error { return ix.Apply(blocks[2:]...) })
	for _, r := range open {
		height, _, err := checkpoint(r.tx.Tx)
		if err != nil || height != 2 || r.Height() != 2 || lotsIn(t, r) != 0 {
			t.Errorf("a reading of height %d is of %d, with %d lots, %v", r.Height(), height, lotsIn(t, r), err)
		}
		shut(t, r)
		shut(t, r)
	}
	if r := now(t, ix); r.Height() != uint64(len(blocks)) || lotsIn(t, r) == 0 {
		t.Errorf("after it: height %d, %d lots", r.Height(), lotsIn(t, r))
	}
}

// lotsIn is how many lots there are.
func lotsIn(t *testing.T, r *Reading) int {
	t.Helper()
	found, err := r.Lots(LotFilter{}, Page{Limit: MaxPage})
	if err != nil {
		t.Fatal(err)
	}
	return len(found.Rows)
}

// within fails a test that would wait for ever.
func within(t *testing.T, do func() error) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("still waiting")
	}
}

// TestAReadingWaitsForItsHeight: At returns once the blocks are applied, or with its context.
func TestAReadingWaitsForItsHeight(t *testing.T) {
	w, _ := wallets(t)
	blocks, ix := w.blocks(), fresh(t)
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := ix.At(short, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("no blocks: %v", err)
	}
	within(t, func() error {
		applied := make(chan error, 1)
		go func() { applied <- ix.Apply(blocks...) }()
		r, err := ix.At(t.Context(), uint64(len(blocks)))
		if err != nil {
			return err
		}
		if r.Height() != uint64(len(blocks)) {
			t.Errorf("height %d, want %d", r.Height(), len(blocks))
		}
		return errors.Join(r.Close(), <-applied)
	})
}

// endless asks what no database answers before the tests end.
const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i % 1000 + 1 FROM n) SELECT COUNT(*) FROM n"

// TestAReadingEndsWithItsContext: a question that is being asked ends, and none is answered after it.
func TestAReadingEndsWithItsContext(t *testing.T) {
	w, _ := wallets(t)
	ix := w.index()
	for range 10 { // more than there are connections: each is given back
		ctx, cancel := context.WithCancel(t.Context())
		r, err := ix.At(ctx, 0)
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(20*time.Millisecond, cancel)
		within(t, func() error {
			n := 0
			if err := r.tx.QueryRow(endless).Scan(&n); !errors.Is(err, context.Canceled) {
				t.Errorf("counted %d, %v", n, err)
			}
			return nil
		})
		if _, err := r.Outstanding(); !errors.Is(err, context.Canceled) {
			t.Errorf("afterwards: %v", err)
		}
		shut(t, r)
		if n := ix.db.Readers().Stats().InUse; n > 0 && server == nil { // a server's is lost, in a moment
			t.Errorf("%d connections are in use", n)
		}
	}
	if _, err := now(t, ix).Outstanding(); err != nil {
		t.Errorf("another reading: %v", err)
	}
}

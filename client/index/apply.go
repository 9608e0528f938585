package index

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"tallystick/client/block"
)

// Namespaces that the index reads.
const (
	ledgerSpace = "tally"
	sealSpace   = "tallyseal" // and those that begin so; see row.SealOf
)

// Apply takes the next blocks in, in order, all in one database transaction:
// either all of them count or none does. It refuses a block that isn't the
// next one or doesn't follow on the one before by its hash; one that another
// process has applied to the same file meanwhile is passed over.
func (ix *Index) Apply(blocks ...*block.Block) error {
	ix.applying.Lock()
	defer ix.applying.Unlock()
	if len(blocks) == 0 {
		return nil
	}
	f := &fold{ix: ix, rows: map[string]change{}}
	err := f.exec("BEGIN IMMEDIATE")
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	// Another process may have applied blocks since: the file knows.
	f.height, f.hash, err = checkpoint(ix.conn)
	for _, b := range blocks {
		if err == nil && (b.Number >= f.height || b.Number < ix.height) {
			err = f.block(b)
		}
	}
	if err == nil {
		err = f.flush()
	}
	if err == nil {
		err = f.exec("COMMIT")
	}
	if err != nil {
		return errors.Join(fmt.Errorf("index: %w", err), f.exec("ROLLBACK"))
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.height = f.height
	close(ix.reached)
	ix.reached = make(chan struct{})
	return nil
}

// Wait waits until the index has so many blocks: a reader that wants to see
// its own write passes the write's block plus one.
func (ix *Index) Wait(ctx context.Context, height uint64) error {
	for {
		ix.mu.Lock()
		now, reached := ix.height, ix.reached
		ix.mu.Unlock()
		if now >= height {
			return nil
		}
		select {
		case <-reached:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fold gathers what some blocks wrote. Of a row that they wrote repeatedly only
// the last value matters, so rows are written to the database once, at the end,
// sorted by key.
type fold struct {
	ix     *Index
	height uint64
	hash   []byte
	rows   map[string]change
	stray  []stray
	sealed []batch
}

// change is the last value of a row.
type change struct {
	value []byte // nil: deleted
	block uint64
	tx    string
}

// stray is a row that isn't honoured.
type stray struct {
	block   uint64
	tx, key string
	value   []byte
}

func (f *fold) block(b *block.Block) error {
	if b.Number != f.height {
		return fmt.Errorf("block %d is not the next one, %d", b.Number, f.height)
	}
	if f.height > 0 && !bytes.Equal(b.Previous, f.hash) {
		return fmt.Errorf("block %d does not follow on block %d: the chain of hashes is broken", b.Number, f.height-1)
	}
	for i := range b.Txs {
		if !b.Txs[i].Valid() {
			continue
		}
		if err := f.transaction(b.Number, &b.Txs[i]); err != nil {
			return fmt.Errorf("block %d: %w", b.Number, err)
		}
	}
	f.height, f.hash = b.Number+1, b.Hash
	return nil
}

func (f *fold) transaction(number uint64, tx *block.Tx) error {
	sets, err := tx.WriteSets()
	if err != nil {
		return err
	}
	sealed, err := f.seals(sets)
	if err == nil {
		err = f.batches(number, tx.ID, sealed)
	}
	if err != nil {
		return err
	}
	for _, set := range sets {
		if set.Namespace != ledgerSpace {
			continue
		}
		for _, w := range set.Writes {
			made, err := f.honoured(w.Key, sealed)
			switch {
			case err != nil:
				return err
			case !made:
				f.stray = append(f.stray, stray{number, tx.ID, w.Key, w.Value})
				continue
			}
			c := change{value: w.Value, block: number, tx: tx.ID}
			if w.Deleted {
				c.value = nil
			}
			f.rows[w.Key] = c
		}
	}
	return nil
}

// flush writes the rows and the checkpoint.
func (f *fold) flush() error {
	keys := make([]string, 0, len(f.rows))
	for k := range f.rows {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		if err := f.write(k, f.rows[k]); err != nil {
			return err
		}
	}
	if err := f.writeBatches(); err != nil {
		return err
	}
	for _, s := range f.stray {
		if err := f.exec("INSERT OR REPLACE INTO unsealed VALUES (?,?,?,?)", s.block, s.tx, s.key, notNil(s.value)); err != nil {
			return err
		}
	}
	return f.exec("INSERT OR REPLACE INTO checkpoint VALUES (1,?,?)", f.height, f.hash)
}

func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func (f *fold) exec(query string, args ...any) error {
	s, err := f.stmt(query)
	if err == nil {
		_, err = s.Exec(args...)
	}
	if err != nil {
		return fmt.Errorf("%.40s: %w", query, err)
	}
	return nil
}

// stmt returns a statement, prepared once on the connection that writes.
func (f *fold) stmt(query string) (*sql.Stmt, error) {
	if s := f.ix.prepared[query]; s != nil {
		return s, nil
	}
	s, err := f.ix.conn.PrepareContext(context.Background(), query)
	if err == nil {
		f.ix.prepared[query] = s
	}
	return s, err
}

package index

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"

	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/client/block"
	"tallystick/client/index/internal/database"
)

// Namespaces that the index reads.
const (
	ledgerSpace = "tally"
	sealSpace   = "tallyseal" // and those that begin so; see row.SealOf
)

// Apply takes the next blocks in, in order, all in one database transaction:
// either all of them count or none does. It refuses a block that isn't the
// next one or doesn't follow on the one before by its hash; one that another
// process has applied to the same tables meanwhile is passed over.
func (ix *Index) Apply(blocks ...*block.Block) error {
	ix.applying.Lock()
	defer ix.applying.Unlock()
	if len(blocks) == 0 {
		return nil
	}
	height, err := ix.apply(blocks)
	if err = ix.db.Note(err); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	ix.given = blocks[len(blocks)-1].Number + 1
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.height = height
	close(ix.reached)
	ix.reached = make(chan struct{})
	return nil
}

func (ix *Index) apply(blocks []*block.Block) (height uint64, err error) {
	tx, err := ix.db.Write(context.Background())
	if err != nil {
		return 0, err
	}
	defer tx.Rollback() // after a commit it does nothing
	f, err := ix.fold(tx, blocks)
	if err != nil {
		return 0, err
	}
	if err := f.flush(); err != nil {
		return 0, err
	}
	return f.height, tx.Commit()
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
// table by table and sorted by key. What the fold must know of the tables it asks
// once, before it begins.
type fold struct {
	database.Asking
	height uint64
	hash   []byte
	txs    []written
	judge  judge
	had    had
	heads  map[string]row.Head // of lanes, by namespace and key, as the ledger has them
	astray map[string]wrote    // rows that don't count, as the ledger has them
	rows   map[string]change
	puts   map[string]map[string][]any // rows by table and primary key
	gone   []string                    // keys of deleted rows
}

// change is the last value of a row.
type change struct {
	value []byte    // nil: deleted
	named row.Named // it, decoded
	block uint64
	tx    string
}

// fold folds blocks, as far as the tables haven't got them.
func (ix *Index) fold(tx *sql.Tx, blocks []*block.Block) (*fold, error) {
	f := &fold{
		Asking: database.Asking{Ctx: context.Background(), Tx: tx, DB: ix.db}, judge: ix.judge,
		rows: map[string]change{},
		puts: map[string]map[string][]any{},
	}
	var err error
	// Another process may have applied blocks since: the tables know.
	if f.height, f.hash, err = checkpoint(tx); err != nil {
		return nil, err
	}
	for _, b := range blocks {
		if b.Number < f.height && b.Number >= ix.given {
			continue
		}
		if err := f.block(b); err != nil {
			return nil, err
		}
	}
	if err := f.lookUp(); err != nil {
		return nil, err
	}
	for _, t := range f.txs {
		if err := f.transaction(t); err != nil {
			return nil, fmt.Errorf("block %d: %w", t.block, err)
		}
	}
	return f, f.write()
}

// block notes what a block's valid transactions wrote.
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
		action, err := b.Txs[i].Action()
		if err != nil {
			return fmt.Errorf("block %d: %w", b.Number, err)
		}
		tx := b.Txs[i]
		f.txs = append(f.txs, written{b.Number, uint64(i), tx.Time, tx.ID, tx.Party, tx.Chaincode, action})
	}
	f.height, f.hash = b.Number+1, b.Hash
	return nil
}

func (f *fold) transaction(t written) error {
	v, err := f.judge.judge(f, t)
	if err == nil {
		err = f.trace(t)
	}
	if err == nil {
		err = f.batch(t, v)
	}
	if err != nil {
		return err
	}
	if len(v.strays) > 0 {
		err = f.leaveOut(t, v.strays)
	} else {
		err = f.takeIn(t, v.batch)
		if err == nil {
			err = f.events(t, v)
		}
	}
	if err != nil {
		return err
	}
	for _, h := range t.heads() {
		f.sawHead(h.name(), h.value)
		if err := f.put("heads", shown(h.name()), t.block, h.value); err != nil {
			return err
		}
	}
	return nil
}

// takeIn notes the rows of a transaction that counts, and what their last values won't tell.
func (f *fold) takeIn(t written, batch string) error {
	for _, w := range t.writes(ledgerSpace) {
		c := change{block: t.block, tx: t.id}
		if !w.Deleted {
			named, err := row.Read(w.Key, w.Value)
			if err != nil {
				return fmt.Errorf("key %.90q: %w", w.Key, err)
			}
			c.value, c.named = w.Value, named
			if err := f.passing(w.Key, c, batch); err != nil {
				return err
			}
		}
		f.rows[w.Key] = c
	}
	return nil
}

// passing keeps what a row tells of the batch that wrote it, and later ones don't: which receipts of a payment are its,
// and where the lines are that a close made.
func (f *fold) passing(key string, c change, batch string) error {
	switch r := c.named.Row.(type) {
	case settlement.Payment:
		return f.receipts(key, r, c.block)
	case settlement.Pair:
		if by := r.Rounded.By; row.Batch(by.Party, by.Lane, by.Seq) == batch {
			return f.rounded(r, c)
		}
	}
	return nil
}

// write makes rows of tables of the last values.
func (f *fold) write() error {
	for _, k := range sortedKeys(f.rows) {
		if err := f.row(k, f.rows[k]); err != nil {
			return err
		}
	}
	return f.put("checkpoint", 1, f.height, f.hash)
}

// put has a row written to a table at the end: the values of its columns, in the
// schema's order. The last one with a key counts, unless its table keeps the first.
func (f *fold) put(name string, row ...any) error {
	t, err := tableNamed(name)
	if err != nil {
		return err
	}
	if err := t.Fit(row); err != nil {
		return err
	}
	if f.puts[name] == nil {
		f.puts[name] = map[string][]any{}
	}
	if key := t.KeyOf(row); !t.KeepsFirst() || f.puts[name][key] == nil {
		f.puts[name][key] = row
	}
	return nil
}

// flush writes everything.
func (f *fold) flush() error {
	for _, t := range tables {
		if t.ByRow() {
			if err := f.Remove(t.Name, f.gone); err != nil {
				return err
			}
		}
		rows := make([][]any, 0, len(f.puts[t.Name]))
		for _, key := range sortedKeys(f.puts[t.Name]) {
			rows = append(rows, f.puts[t.Name][key])
		}
		if len(rows) == 0 {
			continue
		}
		if err := f.DB.Put(f.Tx, t, rows); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	return nil
}

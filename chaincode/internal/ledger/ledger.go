// Package ledger is one Fabric transaction as the contracts see it: typed rows
// in, typed rows out.
//
// Fabric's GetState doesn't show a transaction its own writes, and a batch of
// commands needs them. So Tx keeps an overlay: a row is read from the ledger
// once, changes stay in memory, each command has a savepoint to fall back to,
// and Flush sends all writes at the end in one message. Nothing else in the
// chaincode touches the stub's state.
package ledger

import (
	"errors"
	"fmt"
	"slices"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/row"
)

// Stub is what a transaction needs of Fabric's chaincode stub.
type Stub interface {
	GetState(key string) ([]byte, error)
	GetMultipleStates(keys ...string) ([][]byte, error)
	PutState(key string, value []byte) error
	PutPrivateData(collection, key string, value []byte) error
	PurgePrivateData(collection, key string) error
	StartWriteBatch()
	FinishWriteBatch() error
}

// maxKeysACall is the most that one GetMultipleStates may ask for.
const maxKeysACall = 1000

// Tx is a transaction. It is used by one goroutine and ends with its stub.
type Tx struct {
	stub    Stub
	rows    map[string]entry
	private map[privateKey][]byte // values to put into collections, nil to purge
	journal []undo
	volume  Volume
	explain func(key string, before, after any) error // why a row may not be written; nil for no check
	reads   int                                       // keys that were asked of the peer
	most    int                                       // that may be; 0: no bound
	bytes   int                                       // of the values that were read
}

// What one transaction may read in all. Every row has a bound of its own, and rows that are as large as that are few:
// but who names thousands of them in one batch, which costs a few bytes each, must not fill an endorser's memory.
const (
	MaxReads = 1 << 16   // keys
	MaxBytes = 256 << 20 // of their values
)

// AllowReads bounds what the next command may read by itself: so many keys, and MaxReads with
// all that the transaction has read. Over it the command is refused with LIMIT, the same by every
// endorser.
func (tx *Tx) AllowReads(n int) { tx.most = min(tx.reads+n, MaxReads) }

// read counts keys that are asked of the peer. LIMIT.
func (tx *Tx) read(n int) error {
	if tx.most > 0 && tx.reads+n > tx.most {
		return fault.New(fault.Limit, "it reads too much: more than %d rows with what was read before", tx.most)
	}
	tx.reads += n
	return nil
}

// weigh counts the bytes of a value that was read. LIMIT.
func (tx *Tx) weigh(value []byte) error {
	if tx.bytes += len(value); tx.bytes > MaxBytes {
		return fault.New(fault.Limit, "it reads too much: more than %d MB of rows", MaxBytes>>20)
	}
	return nil
}

// Volume is what a transaction has written so far: each row counts once, with
// its size when the first command that wrote it had ended.
type Volume struct{ Rows, Bytes int }

// entry is a row as the transaction sees it.
type entry struct {
	raw    []byte           // committed value, nil if absent; read but not decoded yet
	row    any              // decoded or written, nil if absent
	encode func(any) []byte // set once the row is written
	bytes  []byte           // what encode gives, once it was asked
	before any              // decoded, once the row is written: what was committed; nil if absent or not read
}

// undo restores one entry.
type undo struct {
	key     string
	before  entry
	known   bool         // the key had an entry before
	private *privateUndo // what it restores instead, in a collection
	volume  Volume       // what it takes back of the transaction's
}

// New begins a transaction.
func New(stub Stub) *Tx {
	return &Tx{stub: stub, rows: map[string]entry{}, private: map[privateKey][]byte{}}
}

// Prefetch reads keys that will be needed in as few calls as possible. LIMIT if they are more than may
// be read.
func (tx *Tx) Prefetch(keys []string) error {
	missing := make([]string, 0, len(keys))
	asked := make(map[string]bool, len(keys))
	for _, key := range keys {
		if _, known := tx.rows[key]; !known && !asked[key] {
			asked[key] = true
			missing = append(missing, key)
		}
	}
	if err := tx.read(len(missing)); err != nil {
		return err
	}
	for chunk := range slices.Chunk(missing, maxKeysACall) {
		values, err := tx.stub.GetMultipleStates(chunk...)
		if err != nil {
			return fmt.Errorf("ledger: reading %d keys: %w", len(chunk), err)
		}
		// Fabric 3.1.1 answers a failed read with fewer values and no error.
		if len(values) != len(chunk) {
			return fmt.Errorf("ledger: asked for %d keys, got %d values", len(chunk), len(values))
		}
		for i, key := range chunk {
			if err := tx.weigh(values[i]); err != nil {
				return err
			}
			tx.rows[key] = entry{raw: values[i]}
		}
	}
	return nil
}

// Find reads a row as the transaction sees it; false if there is none.
func Find[T any](tx *Tx, key row.Key[T]) (T, bool, error) {
	var none T
	found, known := tx.rows[string(key)]
	if !known {
		if err := tx.read(1); err != nil {
			return none, false, err
		}
		raw, err := tx.stub.GetState(string(key))
		if err != nil {
			return none, false, fmt.Errorf("ledger: reading: %w", err)
		}
		if err := tx.weigh(raw); err != nil {
			return none, false, err
		}
		found = entry{raw: raw}
	}
	if found.row == nil && len(found.raw) > 0 {
		decoded, err := row.Decode[T](found.raw)
		if err != nil {
			return none, false, err
		}
		found.row, found.raw = decoded, nil
	}
	tx.rows[string(key)] = found
	if found.row == nil {
		return none, false, nil
	}
	r, ok := found.row.(T)
	if !ok {
		return none, false, errors.New("ledger: a row of another type has this key")
	}
	return r, true, nil
}

// Written answers a row that this transaction has put, and reads nothing: false if it hasn't.
func Written[T any](tx *Tx, key row.Key[T]) (T, bool, error) {
	if _, known := tx.rows[string(key)]; !known {
		var none T
		return none, false, nil
	}
	return Find(tx, key)
}

// Get reads a row that a command names; NOT_FOUND with what and id if there is none.
func Get[T any](tx *Tx, key row.Key[T], what, id string) (T, error) {
	r, ok, err := Find(tx, key)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "there is no %s %s", what, id)
	}
	return r, err
}

// Put writes a row, in memory until Flush. The row must not be changed after.
func Put[T any](tx *Tx, key row.Key[T], r T) {
	before, known := tx.rows[string(key)]
	u := undo{key: string(key), before: before, known: known}
	next := entry{row: r, encode: encode[T], raw: before.raw, before: before.before}
	if before.encode == nil {
		u.volume.Rows = 1
		tx.volume.Rows++
		next.before = before.row
	}
	tx.journal = append(tx.journal, u)
	tx.rows[string(key)] = next
}

// Guard has Flush ask of every row that it will write whether it may: what was
// committed before, as far as it was read, and what comes after it.
func (tx *Tx) Guard(explain func(key string, before, after any) error) { tx.explain = explain }

// mayWrite refuses a row that the guard doesn't explain: a program at fault.
func (tx *Tx) mayWrite(key string, written entry) error {
	if tx.explain == nil {
		return nil
	}
	before := written.before
	if len(written.raw) > 0 { // read, and overwritten without having been looked at
		named, err := row.Read(key, written.raw)
		if err != nil {
			return err
		}
		before = named.Row
	}
	if err := tx.explain(key, before, written.row); err != nil {
		return fmt.Errorf("ledger: %.80q may not be written: %w", key, err)
	}
	return nil
}

// encode writes the value of a row of type T. It is no closure over the row: a
// batch puts hundreds.
func encode[T any](r any) []byte { return row.Encode(r.(T)) }

// Mark is a savepoint.
func (tx *Tx) Mark() int { return len(tx.journal) }

// Volume says what the transaction writes, the rows since the savepoint included.
// Ask after every command: a row is measured when it is new, and not again when
// later commands change it, as they do a lane's totals.
func (tx *Tx) Volume(since int) Volume {
	for i := since; i < len(tx.journal); i++ {
		u := &tx.journal[i]
		if u.volume.Rows == 0 || u.volume.Bytes > 0 {
			continue
		}
		e := tx.rows[u.key]
		e.bytes = e.encode(e.row)
		tx.rows[u.key] = e
		u.volume.Bytes = len(u.key) + len(e.bytes)
		tx.volume.Bytes += u.volume.Bytes
	}
	return tx.volume
}

// Rollback takes back every write since the savepoint. What was read stays
// known; a key that was never read is forgotten, not remembered as absent.
func (tx *Tx) Rollback(mark int) {
	for i := len(tx.journal) - 1; i >= mark; i-- {
		u := tx.journal[i]
		tx.volume.Rows -= u.volume.Rows
		tx.volume.Bytes -= u.volume.Bytes
		switch {
		case u.private != nil:
			u.private.restore(tx.private)
		case u.known:
			tx.rows[u.key] = u.before
		default:
			delete(tx.rows, u.key)
		}
	}
	tx.journal = tx.journal[:mark]
}

// Flush sends every write to the peer in one message, in the order of keys, those
// to collections last.
func (tx *Tx) Flush() error {
	keys := make([]string, 0, len(tx.journal))
	for _, u := range tx.journal {
		if u.private == nil {
			keys = append(keys, u.key)
		}
	}
	slices.Sort(keys)
	// FinishWriteBatch without a started batch silently sends nothing.
	tx.stub.StartWriteBatch()
	for _, key := range slices.Compact(keys) {
		written := tx.rows[key]
		if err := tx.mayWrite(key, written); err != nil {
			return err
		}
		if written.bytes == nil {
			written.bytes = written.encode(written.row)
		}
		if err := tx.stub.PutState(key, written.bytes); err != nil {
			return fmt.Errorf("ledger: writing: %w", err)
		}
	}
	if err := tx.sendPrivate(); err != nil {
		return err
	}
	if err := tx.stub.FinishWriteBatch(); err != nil {
		return fmt.Errorf("ledger: writing: %w", err)
	}
	return nil
}

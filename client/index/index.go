// Package index is the read model: what the ledger says, in tables that can be
// searched.
//
//	blocks ──▶ fold ──▶ lots, holds, orders, positions …  +  checkpoint
//	                    in one database transaction
//
// It is a fold over the write sets of valid transactions, in order and without a gap; each block
// must follow on the one before by its hash. An index that followed the blocks as they came has the
// same Digest as one that reads them all from the first. The tables can be deleted at any time: the
// index makes them again from the blocks.
//
// They are in a file of SQLite, or in a schema of a PostgreSQL database that
// several processes of a party may share. The queries are the same; see database.
//
// A transaction is honoured only if it seals one batch of the party that signed it, and if that
// batch's commands explain every row that it writes: see judge. The index keeps other transactions
// out of the tables, lists them (Unsealed), and traces what came of them (Traces).
//
// Ask it through a Reading: all its answers are of one height. The index trails the ledger by
// moments, so the ledger checks again whatever a command was chosen by.
package index

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"

	"tallystick/client/index/internal/database"
)

// Index is an open read model. One goroutine at a time may Apply; any number
// may ask meanwhile.
type Index struct {
	db    database.Database
	judge judge

	applying sync.Mutex
	given    uint64 // the next block that Apply may be given: height, or less if other processes apply too

	mu      sync.Mutex
	height  uint64        // blocks taken in
	reached chan struct{} // closed and replaced when height grows
}

// Open opens or makes the index at a path, or, if it is a URL that begins
// postgres://, in the schema of a PostgreSQL database that the URL names as its
// search_path. The URL is as the driver pgx reads it, so that a password may come
// from the file that passfile= or PGPASSFILE names.
func Open(where string) (*Index, error) {
	open := database.OpenSQLite
	if isURL(where) {
		open = database.OpenPostgres
	}
	db, err := open(where, schema)
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	r := &Index{db: db, judge: sealedOnly{}, reached: make(chan struct{})}
	if err := r.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("index: %w", err), r.Close())
	}
	return r, nil
}

// isURL says whether an index is to be in a PostgreSQL database.
func isURL(where string) bool {
	return strings.HasPrefix(where, "postgres://")
}

// load reads how far the tables are.
func (ix *Index) load() error {
	r, err := ix.At(context.Background(), 0)
	if err != nil {
		return err
	}
	ix.height, ix.given = r.height, r.height
	return r.Close()
}

// checkpoint reads how many blocks the tables have, and the last one's hash.
func checkpoint(tx *sql.Tx) (height uint64, hash []byte, err error) {
	err = tx.QueryRow("SELECT height, hash FROM checkpoint").Scan(&height, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, nil, err
	}
	return height, bytes.Clone(hash), nil
}

// Anew says why the tables are made again from the blocks, though there were some: they are damaged, something else
// changed them, or they are of an old version. "" if they aren't.
func (ix *Index) Anew() string { return ix.db.Anew() }

// Close ends the index. Its readings are to be closed before.
func (ix *Index) Close() error { return ix.db.Close() }

// Height is the number of blocks that the index has taken in: block Height is
// the next.
func (ix *Index) Height() uint64 {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	return ix.height
}

// Package index is the read model: what the ledger says, in tables that can be
// searched.
//
//	blocks ──▶ fold ──▶ lots, holds, orders, positions …  +  checkpoint
//	                    in one database transaction
//
// It is a fold over the write sets of valid transactions, in order and without
// a gap; each block must follow on the one before by its hash. Living through
// the blocks and replaying them from the first give the same Digest. The file
// can be deleted at any time: it is made again from the blocks.
//
// A row that is named by a command (a lot, a hold, an order …) is honoured only if
// it was made by the transaction that sealed its number, that is, moved the lane's
// head to its sequence. Others are kept out of the tables and named: Unsealed.
//
// Every answer carries the height it speaks of. The index trails the ledger by
// moments, so commands that were chosen by it are checked by the ledger.
package index

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// version is the schema's. Another version's file is made again.
const version = 8

//go:embed schema.sql
var schema string

// Index is an open read model. One goroutine at a time may Apply; any number
// may ask meanwhile.
type Index struct {
	write *sql.DB
	read  *sql.DB

	applying sync.Mutex
	conn     *sql.Conn            // the one that writes
	prepared map[string]*sql.Stmt // on it

	mu      sync.Mutex
	height  uint64        // blocks taken in
	reached chan struct{} // closed and replaced when height grows
}

// Open opens or makes the index at a path.
func Open(path string) (*Index, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	ix, err := open(path)
	if errors.Is(err, errVersion) {
		for _, f := range []string{path, path + "-wal", path + "-shm"} {
			if err := os.Remove(f); err != nil && !errors.Is(err, os.ErrNotExist) {
				return nil, fmt.Errorf("index: of an old version: %w", err)
			}
		}
		ix, err = open(path)
	}
	return ix, err
}

var errVersion = errors.New("index: the file is of another version")

func open(path string) (*Index, error) {
	// A lost last transaction costs nothing: its blocks are read again. So no
	// sync per commit; WAL keeps the file whole.
	write, err := connect(path, "", 1)
	if err != nil {
		return nil, err
	}
	read, err := connect(path, "&_pragma=query_only(1)", 4)
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	conn, err := write.Conn(context.Background())
	if err != nil {
		return nil, errors.Join(err, read.Close(), write.Close())
	}
	ix := &Index{write: write, read: read, conn: conn, prepared: map[string]*sql.Stmt{}, reached: make(chan struct{})}
	if err := ix.load(); err != nil {
		return nil, errors.Join(err, ix.Close())
	}
	return ix, nil
}

func connect(path, extra string, connections int) (*sql.DB, error) {
	dsn := "file:" + path + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=cache_size(-65536)&_pragma=temp_store(MEMORY)" + extra
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	db.SetMaxOpenConns(connections)
	return db, nil
}

// load makes the tables if there are none, and reads the checkpoint.
func (ix *Index) load() error {
	ctx := context.Background()
	var found int
	if err := ix.conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&found); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	if found != 0 && found != version {
		return errVersion
	}
	if _, err := ix.conn.ExecContext(ctx, schema); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	if _, err := ix.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version)); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	var err error
	ix.height, _, err = checkpoint(ix.conn)
	return err
}

// checkpoint reads how far the file is.
func checkpoint(conn *sql.Conn) (height uint64, hash []byte, err error) {
	err = conn.QueryRowContext(context.Background(), "SELECT height, hash FROM checkpoint").Scan(&height, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, nil, fmt.Errorf("index: %w", err)
	}
	return height, hash, nil
}

// Close ends the index.
func (ix *Index) Close() error {
	for _, s := range ix.prepared {
		_ = s.Close() // the connection goes with it
	}
	return errors.Join(ix.conn.Close(), ix.read.Close(), ix.write.Close())
}

// Height is the number of blocks that the index has taken in: block Height is
// the next.
func (ix *Index) Height() uint64 {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	return ix.height
}

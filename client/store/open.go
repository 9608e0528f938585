package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"tallystick/client/internal/postgres"
)

// openFile opens a file of SQLite's. What was written is on the disk when a transaction has ended: nobody can make it
// again.
func openFile(path string) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(path),
		RawQuery: "_txlock=immediate" +
			"&_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)"}).String())
	if err != nil {
		return nil, err
	}
	same := func(query string) string { return query }
	return newStore(db, same, func(ctx context.Context, db *sql.DB) (*sql.Tx, error) { return db.BeginTx(ctx, nil) }),
		nil
}

// stillFor is how long the server waits for the next word of who writes, as it takes it: what is written is short.
const stillFor = "2s"

// openPostgres opens a schema of a PostgreSQL database, and makes it if there is none and the user may.
func openPostgres(url string) (*Store, error) {
	schema, err := postgres.Named(url, "node")
	if err != nil {
		return nil, err
	}
	// A process that stands still in the middle of writing, or whose machine is gone, keeps the others from it no
	// longer.
	schema.Set("idle_in_transaction_session_timeout", stillFor)
	// Two that make one schema at once: one of them is refused, though it says IF NOT EXISTS. So they take turns.
	begin := func(ctx context.Context, db *sql.DB) (*sql.Tx, error) {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", schema.Lock); err != nil {
			return nil, errors.Join(err, tx.Rollback())
		}
		return tx, nil
	}
	s := newStore(schema.Open(readers+1), postgres.Query, begin)
	s.schema, s.text = schema.Name, postgres.Text
	return s, nil
}

func newStore(db *sql.DB, words func(string) string,
	begin func(context.Context, *sql.DB) (*sql.Tx, error)) *Store {
	db.SetMaxOpenConns(readers + 1)
	db.SetMaxIdleConns(readers + 1)
	return &Store{Reader: Reader{db, words}, db: db, begin: begin, turn: make(chan struct{}, 1),
		text: func(schema string) string { return schema }}
}

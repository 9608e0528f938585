package main

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// books are the ERP system's own: what it sold, what it was told.
type books struct{ db *sql.DB }

const tables = `
CREATE TABLE IF NOT EXISTS customers (n INTEGER PRIMARY KEY, member TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sales (
  n        INTEGER PRIMARY KEY, -- of the invoice
  customer INTEGER NOT NULL,
  quantity INTEGER NOT NULL,    -- that left the stock
  fen      INTEGER NOT NULL,    -- of the invoice
  gives    INTEGER NOT NULL,    -- points
  takes    INTEGER NOT NULL,    -- points, as payment
  returned INTEGER NOT NULL,    -- quantity that came back; what was taken is given back for it
  lot      TEXT NOT NULL DEFAULT '', -- numbers of the commands, as the node answered; '' for not yet
  hold     TEXT NOT NULL DEFAULT '',
  capture  TEXT NOT NULL DEFAULT '',
  refund   TEXT NOT NULL DEFAULT '',
  done     INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, type TEXT NOT NULL, command TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS told (id TEXT PRIMARY KEY); -- events that a webhook brought
CREATE TABLE IF NOT EXISTS known (name TEXT PRIMARY KEY, value TEXT NOT NULL);`

func openBooks(ctx context.Context, path string) (*books, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)"+
		"&_pragma=synchronous(full)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, tables); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &books{db}, nil
}

// sale is one invoice.
type sale struct {
	n, customer, quantity    int
	fen                      int64
	gives, takes             int64
	returned                 int
	lot, hold, capture, back string
}

// What the ERP system has at the beginning of its day.
const (
	customers = 20
	stock     = 5_000
	welcome   = 5_000 // points that a new customer is given
)

// plan writes down what the day will bring, once.
func (b *books) plan(ctx context.Context, s settings) error {
	tx, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	var there int
	if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM sales").Scan(&there); err != nil || there > 0 {
		return err
	}
	rng := rand.New(rand.NewPCG(s.seed, 0))
	for n := range s.sales {
		quantity := 1 + rng.IntN(5)
		fen := int64(quantity) * (500 + rng.Int64N(20_000))
		takes, returned := int64(0), 0
		if rng.IntN(2) == 0 {
			takes = 1 + rng.Int64N(100)
		}
		if takes > 0 && rng.IntN(5) == 0 {
			returned = quantity
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO sales (n, customer, quantity, fen, gives, takes, returned)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, n, rng.IntN(customers), quantity, fen, fen/100+1, takes, returned); err !=
			nil {
			return err
		}
	}
	return tx.Commit()
}

// open lists the sales that aren't done.
func (b *books) open(ctx context.Context) (list []sale, err error) {
	rows, err := b.db.QueryContext(ctx, `SELECT n, customer, quantity, fen, gives, takes, returned, lot, hold, capture, refund
		FROM sales WHERE done = 0 ORDER BY n`)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		var s sale
		if err := rows.Scan(&s.n, &s.customer, &s.quantity, &s.fen, &s.gives, &s.takes, &s.returned, &s.lot, &s.hold,
			&s.capture, &s.back); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		list = append(list, s)
	}
	return list, errors.Join(rows.Err(), rows.Close())
}

// known returns what the program noted under a name, "" if nothing.
func (b *books) known(ctx context.Context, name string) (value string, err error) {
	err = b.db.QueryRowContext(ctx, "SELECT value FROM known WHERE name = ?", name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, err
}

// figure adds something up.
func (b *books) figure(ctx context.Context, query string, args ...any) (sum int64, err error) {
	err = b.db.QueryRowContext(ctx, query, args...).Scan(&sum)
	return sum, err
}

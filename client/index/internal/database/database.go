// Package database has what SQLite and PostgreSQL do differently for the tables of a read model: opening and keeping
// them, writing rows, and queries, which are the same for both.
package database

import (
	"context"
	"database/sql"
	"fmt"
)

// Database is what SQLite and PostgreSQL do differently. Everything else is the
// same for both, and is written in the SQL that both understand; where
// PostgreSQL has another word, postgres.go translates it.
type Database interface {
	// sql is a query as the database reads it; ? or ?1 stand for its arguments.
	sql(query string) string
	// among is the condition that a text is one of a list, which is one argument.
	among(list []string) (condition string, argument any)
	// Write begins the transaction that takes blocks in. There is one at a time,
	// whichever process began it.
	Write(context.Context) (*sql.Tx, error)
	// Readers are the connections to read by, and Snapshot the transaction in which
	// one of them sees one state of the tables throughout.
	Readers() *sql.DB
	Snapshot() *sql.TxOptions
	// Put writes rows that fit a table, sorted, no two with one key.
	Put(tx *sql.Tx, t Table, rows [][]any) error
	// Note says of an error what is to be done about it.
	Note(error) error
	// Anew says why the tables are made again, "" if they aren't.
	Anew() string
	Close() error
}

// Asking is a transaction that is asked in SQL that both understand, until ctx ends.
type Asking struct {
	Ctx context.Context
	Tx  *sql.Tx
	DB  Database
}

// Query asks for rows.
func (a Asking) Query(query string, args ...any) (Result, error) {
	rows, err := a.Tx.QueryContext(a.Ctx, a.DB.sql(query), args...)
	return Result{rows, a}, a.note(err)
}

// QueryRow asks for a row.
func (a Asking) QueryRow(query string, args ...any) Single {
	return Single{a.Tx.QueryRowContext(a.Ctx, a.DB.sql(query), args...), a}
}

// Note says of an error what is to be done about it. What drivers say of a context
// that has ended differs.
func (a Asking) note(err error) error {
	if err != nil && a.Ctx.Err() != nil {
		return a.Ctx.Err()
	}
	return a.DB.Note(err)
}

// Result is the rows that a query has found.
type Result struct {
	*sql.Rows
	of Asking
}

// Err is why there are no more rows, nil after the last.
func (r Result) Err() error { return r.of.note(r.Rows.Err()) }

// Single is the one row that a query has found.
type Single struct {
	*sql.Row
	of Asking
}

// Scan reads the columns. sql.ErrNoRows if there is no row.
func (s Single) Scan(into ...any) error { return s.of.note(s.Row.Scan(into...)) }

// Found visits those rows of a table whose key is in a list: the key, and a column.
func (a Asking) Found(table, column string, keys []string, visit func(key string, value []byte)) error {
	if len(keys) == 0 {
		return nil
	}
	condition, list := a.DB.among(keys)
	rows, err := a.Query("SELECT key, "+column+" FROM "+table+" WHERE key "+condition, list)
	if err != nil {
		return fmt.Errorf("%s: %w", table, err)
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var value []byte
		if err := rows.Scan(&key, &value); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
		visit(key, value)
	}
	return rows.Err()
}

// Remove deletes those rows of a table whose key is in a list.
func (a Asking) Remove(table string, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	condition, list := a.DB.among(keys)
	if _, err := a.Tx.ExecContext(a.Ctx, a.DB.sql("DELETE FROM "+table+" WHERE key "+condition), list); err != nil {
		return fmt.Errorf("%s: %w", table, err)
	}
	return nil
}

// Bit is 1 or 0.
func Bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// NotNil is bytes as both drivers take them: none are empty.
func NotNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

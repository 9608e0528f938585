package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tallystick/chaincode/fault"
)

// database is what SQLite and PostgreSQL do differently. Everything else in this
// package is the same for both, and is written in the SQL that both understand; where
// PostgreSQL has another word, postgres.go translates it.
type database interface {
	// sql is a query as the database reads it; ? or ?1 stand for its arguments.
	sql(query string) string
	// among is the condition that a text is one of a list, which is one argument.
	among(list []string) (condition string, argument any)
	// write begins the transaction that takes blocks in. There is one at a time,
	// whichever process began it.
	write(context.Context) (*sql.Tx, error)
	// readers are the connections to read by, and snapshot the transaction in which
	// one of them sees one state of the tables throughout.
	readers() *sql.DB
	snapshot() *sql.TxOptions
	// put writes rows that fit a table, sorted, no two with one key.
	put(tx *sql.Tx, t table, rows [][]any) error
	// note says of an error what is to be done about it.
	note(error) error
	// anew says why the tables are made again, "" if they aren't.
	anew() string
	close() error
}

// asking is a transaction that is asked in this package's SQL, until ctx ends.
type asking struct {
	ctx context.Context
	tx  *sql.Tx
	db  database
}

// Query asks for rows.
func (a asking) Query(query string, args ...any) (result, error) {
	rows, err := a.tx.QueryContext(a.ctx, a.db.sql(query), args...)
	return result{rows, a}, a.note(err)
}

// QueryRow asks for a row.
func (a asking) QueryRow(query string, args ...any) single {
	return single{a.tx.QueryRowContext(a.ctx, a.db.sql(query), args...), a}
}

// note says of an error what is to be done about it. What drivers say of a context
// that has ended differs.
func (a asking) note(err error) error {
	if err != nil && a.ctx.Err() != nil {
		return a.ctx.Err()
	}
	return a.db.note(err)
}

// result is the rows that a query has found.
type result struct {
	*sql.Rows
	of asking
}

// Err is why there are no more rows, nil after the last.
func (r result) Err() error { return r.of.note(r.Rows.Err()) }

// single is the one row that a query has found.
type single struct {
	*sql.Row
	of asking
}

// Scan reads the columns. sql.ErrNoRows if there is no row.
func (s single) Scan(into ...any) error { return s.of.note(s.Row.Scan(into...)) }

// inIndex says where an error arose; a refusal stays as it is.
func inIndex(err error) error {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return err
	}
	return fmt.Errorf("index: %w", err)
}

// found visits those rows of a table whose key is in a list: the key, and a column.
func (a asking) found(table, column string, keys []string, visit func(key string, value []byte)) error {
	if len(keys) == 0 {
		return nil
	}
	condition, list := a.db.among(keys)
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

// remove deletes those rows of a table whose key is in a list.
func (a asking) remove(table string, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	condition, list := a.db.among(keys)
	if _, err := a.tx.ExecContext(a.ctx, a.db.sql("DELETE FROM "+table+" WHERE key "+condition), list); err != nil {
		return fmt.Errorf("%s: %w", table, err)
	}
	return nil
}

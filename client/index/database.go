package index

import (
	"context"
	"database/sql"
	"fmt"
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
	// read begins a transaction that sees one state of the tables throughout.
	read(context.Context) (*sql.Tx, error)
	// put writes rows that fit a table, sorted, no two with one key.
	put(tx *sql.Tx, t table, rows [][]any) error
	// note says of an error what is to be done about it.
	note(error) error
	// anew says why the tables are made again, "" if they aren't.
	anew() string
	close() error
}

// asking is a transaction that is asked in this package's SQL.
type asking struct {
	tx *sql.Tx
	db database
}

// Query asks for rows.
func (a asking) Query(query string, args ...any) (*sql.Rows, error) {
	return a.tx.Query(a.db.sql(query), args...)
}

// QueryRow asks for a row.
func (a asking) QueryRow(query string, args ...any) *sql.Row {
	return a.tx.QueryRow(a.db.sql(query), args...)
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
	if _, err := a.tx.Exec(a.db.sql("DELETE FROM "+table+" WHERE key "+condition), list); err != nil {
		return fmt.Errorf("%s: %w", table, err)
	}
	return nil
}

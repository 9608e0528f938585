package database

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// sqlite keeps a read model in a file.
type sqlite struct {
	writer, reader *sql.DB
	care           *care
}

var errVersion = errors.New("the file is of another version")

// OpenSQLite opens or makes a file. One of another version is deleted and made again.
func OpenSQLite(path string, schema Schema) (Database, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	c, err := takeCare(path)
	if err != nil {
		return nil, err
	}
	db, err := sqliteFile(path, schema)
	if errors.Is(err, errVersion) {
		if err := c.discard("it is of an old version"); err != nil {
			return nil, errors.Join(fmt.Errorf("of an old version: %w", err), c.lock.Unlock())
		}
		db, err = sqliteFile(path, schema)
	}
	if err != nil {
		return nil, errors.Join(c.note(err), c.lock.Unlock())
	}
	db.care = c
	return db, nil
}

func sqliteFile(path string, schema Schema) (*sqlite, error) {
	if err := ownFile(path); err != nil {
		return nil, err
	}
	writer, err := connect(path, "&_txlock=immediate", 1)
	if err != nil {
		return nil, err
	}
	reader, err := connect(path, "&_pragma=query_only(1)", 4)
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	db := &sqlite{writer: writer, reader: reader}
	if err := db.prepare(schema); err != nil {
		return nil, errors.Join(err, reader.Close(), writer.Close())
	}
	return db, nil
}

// connect opens a file. A lost last transaction costs nothing: its blocks are read
// again. So no sync per commit; WAL keeps the file whole. It is written into the file
// every 64 MB, not every 4: that syncs, and a reader that follows a busy ledger waits for it.
func connect(path, extra string, connections int) (*sql.DB, error) {
	dsn := "file:" + path +
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=cache_size(-131072)&_pragma=wal_autocheckpoint(16384)&_pragma=temp_store(MEMORY)" +
		extra
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	return db, nil
}

// prepare makes the tables if there are none.
func (db *sqlite) prepare(schema Schema) error {
	var found int
	if err := db.writer.QueryRow("PRAGMA user_version").Scan(&found); err != nil {
		return err
	}
	if found != 0 && found != schema.Version {
		return errVersion
	}
	if _, err := db.writer.Exec(schema.Text); err != nil {
		return err
	}
	_, err := db.writer.Exec(fmt.Sprintf("PRAGMA user_version = %d", schema.Version))
	return err
}

func (*sqlite) sql(query string) string { return query }

func (*sqlite) among(list []string) (string, any) {
	text, _ := json.Marshal(list) // a list of texts always can be
	return "IN (SELECT value FROM json_each(?))", string(text)
}

func (db *sqlite) Write(ctx context.Context) (*sql.Tx, error) { return db.writer.BeginTx(ctx, nil) }

func (db *sqlite) Readers() *sql.DB { return db.reader }

func (*sqlite) Snapshot() *sql.TxOptions { return &sql.TxOptions{ReadOnly: true} }

// put writes row by row: a call costs no round trip.
func (*sqlite) Put(tx *sql.Tx, t Table, rows [][]any) error {
	s, err := tx.Prepare(t.Upsert("VALUES (?" + strings.Repeat(", ?", len(t.Columns)-1) + ")"))
	if err != nil {
		return err
	}
	defer s.Close()
	for _, row := range rows {
		if _, err := s.Exec(row...); err != nil {
			return err
		}
	}
	return nil
}

func (db *sqlite) Note(err error) error { return db.care.note(err) }

func (db *sqlite) Anew() string { return db.care.why }

func (db *sqlite) Close() error {
	return errors.Join(db.reader.Close(), db.writer.Close(), db.care.end())
}

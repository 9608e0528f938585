package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	pg "tallystick/client/internal/postgres"
)

const (
	connections = 8    // of one process, to read; one more writes
	rowsAtOnce  = 5000 // of one statement
)

// postgres keeps a read model in a schema of a PostgreSQL database. The schema holds
// nothing else.
type postgres struct {
	writer *sql.DB // one connection, so that open readings never keep blocks from being taken in
	pool   *sql.DB
	name   string // of the schema
	schema Schema
	lock   int64 // names the schema among a database's advisory locks
}

// OpenPostgres opens or makes the tables in the schema that a URL names as its
// search_path. What it says never has the URL's password in it.
func OpenPostgres(url string, schema Schema) (Database, error) {
	named, err := pg.Named(url, "index")
	if err != nil {
		return nil, err
	}
	named.Set("plan_cache_mode", "force_custom_plan") // which of the partial indexes serves depends on the arguments
	db := &postgres{
		writer: named.Open(1), pool: named.Open(connections), name: named.Name, schema: schema, lock: named.Lock,
	}
	if err := db.prepare(context.Background()); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// prepare makes the tables if there are none, or those of another version again.
func (db *postgres) prepare(ctx context.Context) error {
	tx, err := db.begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	found, err := db.version(ctx, tx)
	if err != nil || found == db.schema.Version {
		return err
	}
	if err := db.clear(ctx, tx, found != 0); err != nil {
		return err
	}
	made := fmt.Sprintf("CREATE TABLE version (number BIGINT NOT NULL); INSERT INTO version VALUES (%d);", db.schema.Version)
	if _, err := tx.ExecContext(ctx, pg.Text(db.schema.Text)+strposAsInstr+made); err != nil {
		return fmt.Errorf("schema %s: %w", db.name, err)
	}
	return tx.Commit()
}

// strposAsInstr gives a function the name that it has in SQLite.
const strposAsInstr = "CREATE OR REPLACE FUNCTION instr(text, text) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT strpos($1, $2)';"

// version is that of the tables in the schema, 0 if it has none.
func (db *postgres) version(ctx context.Context, tx *sql.Tx) (found int, err error) {
	there := false
	err = tx.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL", db.name+".version").Scan(&there)
	if err == nil && there {
		err = tx.QueryRowContext(ctx, "SELECT number FROM version").Scan(&found)
	}
	return found, err
}

// clear makes the schema, or empties it. Ours: it has tables of another version;
// otherwise it must be empty, for what others keep in it is not ours to drop.
func (db *postgres) clear(ctx context.Context, tx *sql.Tx, ours bool) error {
	there := false
	err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)", db.name).Scan(
		&there)
	if err == nil && !there {
		_, err = tx.ExecContext(ctx, "CREATE SCHEMA "+db.name)
	}
	if err != nil {
		return fmt.Errorf("schema %s: %w", db.name, err)
	}
	names := ""
	err = tx.QueryRowContext(ctx,
		"SELECT COALESCE(string_agg(quote_ident(tablename), ', '), '') FROM pg_tables WHERE schemaname = $1",
		db.name).Scan(&names)
	switch {
	case err != nil || names == "":
		return err
	case !ours:
		return fmt.Errorf("schema %s has tables that aren't an index's; name a schema that is for this index alone",
			db.name)
	}
	_, err = tx.ExecContext(ctx, "DROP TABLE "+names+" CASCADE")
	return err
}

// begin begins a transaction that no other of the same schema runs beside. A lost last
// one costs nothing, as its blocks are read again; so its commit waits for no disk.
func (db *postgres) begin(ctx context.Context) (*sql.Tx, error) {
	tx, err := db.writer.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `SELECT set_config('synchronous_commit', 'off', true),
		set_config('idle_in_transaction_session_timeout', '5s', true), -- who stands still keeps nobody from it for longer
		pg_advisory_xact_lock($1)`,
		db.lock); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return tx, nil
}

// write is begin, unless the tables have become another version's meanwhile.
func (db *postgres) Write(ctx context.Context) (*sql.Tx, error) {
	tx, err := db.begin(ctx)
	if err != nil {
		return nil, err
	}
	found, err := db.version(ctx, tx)
	if err == nil && found != db.schema.Version {
		err = fmt.Errorf("schema %s: a program of another version has made the tables again: %d, not %d",
			db.name, found, db.schema.Version)
	}
	if err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return tx, nil
}

func (db *postgres) Readers() *sql.DB { return db.pool }

func (*postgres) Snapshot() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

func (*postgres) sql(query string) string { return pg.Query(query) }

func (*postgres) among(list []string) (string, any) { return "= ANY (?)", list }

// put writes many rows with one statement, which gets them column by column: its
// text depends on the table alone.
func (*postgres) Put(tx *sql.Tx, t Table, rows [][]any) error {
	lists := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		lists[i] = fmt.Sprintf("$%d::%s[]",
			i+1, map[string]string{"TEXT": "text", "INTEGER": "bigint", "BLOB": "bytea"}[c.Kind])
	}
	statement := t.Upsert("SELECT * FROM unnest(" + strings.Join(lists, ", ") + ")")
	for part := range slices.Chunk(rows, rowsAtOnce) {
		args := make([]any, len(t.Columns))
		for i, c := range t.Columns {
			args[i] = c.values(part, i)
		}
		if _, err := tx.Exec(statement, args...); err != nil {
			return err
		}
	}
	return nil
}

// values are those that rows have in one column.
func (c Column) values(rows [][]any, at int) any {
	switch c.Kind {
	case "TEXT":
		return listOf[string](rows, at)
	case "INTEGER":
		return listOf[int64](rows, at)
	}
	return listOf[[]byte](rows, at)
}

func listOf[T any](rows [][]any, at int) []T {
	list := make([]T, len(rows))
	for i, row := range rows {
		list[i] = row[at].(T)
	}
	return list
}

func (db *postgres) Close() error { return errors.Join(db.pool.Close(), db.writer.Close()) }

// note leaves an error as it is: a database is its administrator's.
func (*postgres) Note(err error) error { return err }

func (*postgres) Anew() string { return "" }

// Package postgres has what the node's databases need to be kept in PostgreSQL as in SQLite: a schema that a URL names,
// and SQLite's words said in PostgreSQL's.
package postgres

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// connectTimeout is for a URL without connect_timeout.
const connectTimeout = 10 * time.Second

// Schema is the schema of a database that a URL names as its search_path.
type Schema struct {
	Name string
	Lock int64 // names it among a database's advisory locks
	cfg  *pgx.ConnConfig
}

// schemaName is what a schema may be called: not public, which is everybody's, nor
// pg_…, which are the server's.
var schemaName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// Named reads a URL. What it is for, such as index, is said in errors, and tells its lock from others'. What it says
// never has the URL's password in it.
func Named(url, what string) (Schema, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return Schema{}, err
	}
	name := cfg.RuntimeParams["search_path"]
	if !schemaName.MatchString(name) || name == "public" || strings.HasPrefix(name, "pg_") {
		return Schema{}, fmt.Errorf(
			"the URL's search_path is %.80q; want the name of a schema that is for this %s alone, such as tally_d",
			name, what)
	}
	cfg.RuntimeParams["application_name"] = "tallystick"
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = connectTimeout
	}
	sum := sha256.Sum256([]byte("tallystick " + what + " " + name))
	return Schema{Name: name, Lock: int64(binary.BigEndian.Uint64(sum[:])), cfg: cfg}, nil
}

// Set has every connection begin with a parameter.
func (s Schema) Set(parameter, value string) { s.cfg.RuntimeParams[parameter] = value }

// Open opens some connections, as they are needed.
func (s Schema) Open(most int) *sql.DB {
	pool := stdlib.OpenDB(*s.cfg, stdlib.OptionShouldPing(always))
	pool.SetMaxOpenConns(most)
	pool.SetMaxIdleConns(most)
	return pool
}

// always has a connection tried before a transaction begins on it, so that a server
// that was restarted meanwhile is not noticed in the middle of one.
func always(context.Context, stdlib.ShouldPingParams) bool { return true }

// Text makes a schema of SQLite's one of PostgreSQL's. Texts are sorted by their bytes, as the ledger's keys are,
// whatever the database's language is.
func Text(schema string) string { return words.Replace(schema) }

var words = strings.NewReplacer(
	"TEXT ", `TEXT COLLATE "C" `, "INTEGER ", "BIGINT ", "INTEGER,", "BIGINT,", "BLOB ", "BYTEA ",
	") STRICT, WITHOUT ROWID;", ");",
	") STRICT;", ");")

// Query numbers a query's arguments, and says COLLATE "C" for BINARY. Queries have no other question marks.
func Query(query string) string {
	query = strings.ReplaceAll(query, "COLLATE BINARY", `COLLATE "C"`)
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteByte('$')
		if after == "" || after[0] < '1' || after[0] > '9' { // not numbered already
			b.WriteString(strconv.Itoa(n))
		}
		query = after
	}
}

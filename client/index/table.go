package index

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

// schema is the one place that says which tables there are, with which columns. It
// is SQLite's as it stands; PostgreSQL's words for it are in postgres.go.
//
//go:embed schema.sql
var schema string

// tables are those of the schema, in its order.
var tables = parseTables(schema)

// table is a table of the schema.
type table struct {
	name    string
	columns []column
	key     []string // columns of the primary key, the first ones
}

// column is a column of a table. Every one is NOT NULL.
type column struct {
	name string
	kind string // TEXT, INTEGER or BLOB
}

// parseTables reads the CREATE TABLE statements of a schema that has a column a line.
func parseTables(text string) (list []table) {
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "CREATE TABLE "): // IF NOT EXISTS name (
			list = append(list, table{name: words[len(words)-2]})
		case !strings.HasPrefix(line, "  ") || len(words) < 2:
		case words[0] == "PRIMARY":
			_, columns, _ := strings.Cut(line, "(")
			columns, _, _ = strings.Cut(columns, ")")
			list[len(list)-1].key = strings.Split(columns, ", ")
		default:
			t := &list[len(list)-1]
			t.columns = append(t.columns, column{words[0], words[1]})
			if strings.Contains(line, "PRIMARY KEY") {
				t.key = []string{words[0]}
			}
		}
	}
	return list
}

// tableNamed is a table of the schema.
func tableNamed(name string) (table, error) {
	at := slices.IndexFunc(tables, func(t table) bool { return t.name == name })
	if at < 0 {
		return table{}, fmt.Errorf("there is no table %s", name)
	}
	return tables[at], nil
}

// byRow says whether the table's key is that of a row of the ledger, or begins so.
func (t table) byRow() bool { return len(t.key) == 1 && t.key[0] == "key" }

// keepsFirst says whether the first row of a key stays: a batch is sealed once.
func (t table) keepsFirst() bool { return t.name == "batches" }

// keyOf is a row's primary key, so that rows are sorted and each is there once.
func (t table) keyOf(row []any) string {
	if t.byRow() {
		return row[0].(string)
	}
	return fmt.Sprint(row[:len(t.key)]...)
}

// names are the columns' names.
func (t table) names() []string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	return names
}

// upsert is the statement that writes rows, from whatever gives their columns: a row
// whose key is there already is replaced, or stays if the table keeps the first.
func (t table) upsert(rows string) string {
	var set []string
	for _, name := range t.names() {
		if !slices.Contains(t.key, name) {
			set = append(set, name+" = excluded."+name)
		}
	}
	do := "UPDATE SET " + strings.Join(set, ", ")
	if t.keepsFirst() {
		do = "NOTHING"
	}
	return fmt.Sprintf("INSERT INTO %s (%s) %s ON CONFLICT (%s) DO %s",
		t.name, strings.Join(t.names(), ", "), rows, strings.Join(t.key, ", "), do)
}

// fit makes the values of a row those that its columns are of: string, int64 or
// []byte. It refuses rows that the table isn't for.
func (t table) fit(row []any) error {
	if len(row) != len(t.columns) {
		return fmt.Errorf("table %s has %d columns, a row %d", t.name, len(t.columns), len(row))
	}
	for i, c := range t.columns {
		v, kind := plain(row[i])
		if kind != c.kind {
			return fmt.Errorf("column %s.%s is %s, a value is %T", t.name, c.name, c.kind, row[i])
		}
		row[i] = v
	}
	return nil
}

// plain is a value as a database takes it, and the kind of column that it is for; ""
// for none.
func plain(value any) (any, string) {
	switch v := value.(type) {
	case string:
		return text(v), "TEXT"
	case int64:
		return max(-most, min(v, most)), "INTEGER"
	case int:
		return int64(v), "INTEGER"
	case uint64: // a block
		return int64(v), "INTEGER"
	case bool:
		return int64(bit(v)), "INTEGER"
	case []byte:
		return notNil(v), "BLOB"
	}
	return nil, ""
}

// most is the most that an amount can be. Rows that were forged can have others, whose
// sums no database could form.
const most = 1 << 53

// text is a text as both databases take it.
func text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

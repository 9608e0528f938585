package database

import (
	"fmt"
	"slices"
	"strings"
)

// Schema is which tables there are, with which columns. It is SQLite's as it stands; PostgreSQL's words for it are in
// postgres.go.
type Schema struct {
	Text string
	// Version is the text's, and that of how the tables are filled. Those of any other are made again.
	Version int
}

// Tables are those of the schema, in its order.
func (s Schema) Tables() []Table { return parseTables(s.Text) }

// Table is a table of the schema.
type Table struct {
	Name    string
	Columns []Column
	Key     []string // columns of the primary key, the first ones
}

// Column is a column of a table. Every one is NOT NULL.
type Column struct {
	Name string
	Kind string // TEXT, INTEGER or BLOB
}

// parseTables reads the CREATE TABLE statements of a schema that has a column a line.
func parseTables(text string) (list []Table) {
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "CREATE TABLE "): // IF NOT EXISTS name (
			list = append(list, Table{Name: words[len(words)-2]})
		case !strings.HasPrefix(line, "  ") || len(words) < 2:
		case words[0] == "PRIMARY":
			_, columns, _ := strings.Cut(line, "(")
			columns, _, _ = strings.Cut(columns, ")")
			list[len(list)-1].Key = strings.Split(columns, ", ")
		default:
			t := &list[len(list)-1]
			t.Columns = append(t.Columns, Column{words[0], words[1]})
			if strings.Contains(line, "PRIMARY KEY") {
				t.Key = []string{words[0]}
			}
		}
	}
	return list
}

// ByRow says whether the table's key is that of a row of the ledger, or begins so.
func (t Table) ByRow() bool { return len(t.Key) == 1 && t.Key[0] == "key" }

// KeepsFirst says whether the first row of a key stays: a batch is sealed once.
func (t Table) KeepsFirst() bool { return t.Name == "batches" }

// KeyOf is a row's primary key, so that rows are sorted and each is there once.
func (t Table) KeyOf(row []any) string {
	if t.ByRow() {
		return row[0].(string)
	}
	return fmt.Sprint(row[:len(t.Key)]...)
}

// Names are the columns' names.
func (t Table) Names() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// Upsert is the statement that writes rows, from whatever gives their columns: a row
// whose key is there already is replaced, or stays if the table keeps the first.
func (t Table) Upsert(rows string) string {
	var set []string
	for _, name := range t.Names() {
		if !slices.Contains(t.Key, name) {
			set = append(set, name+" = excluded."+name)
		}
	}
	do := "UPDATE SET " + strings.Join(set, ", ")
	if t.KeepsFirst() {
		do = "NOTHING"
	}
	return fmt.Sprintf("INSERT INTO %s (%s) %s ON CONFLICT (%s) DO %s",
		t.Name, strings.Join(t.Names(), ", "), rows, strings.Join(t.Key, ", "), do)
}

// Fit makes the values of a row those that its columns are of: string, int64 or
// []byte. It refuses rows that the table isn't for.
func (t Table) Fit(row []any) error {
	if len(row) != len(t.Columns) {
		return fmt.Errorf("table %s has %d columns, a row %d", t.Name, len(t.Columns), len(row))
	}
	for i, c := range t.Columns {
		v, kind := plain(row[i])
		if kind != c.Kind {
			return fmt.Errorf("column %s.%s is %s, a value is %T", t.Name, c.Name, c.Kind, row[i])
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
		return max(-Most, min(v, Most)), "INTEGER"
	case int:
		return int64(v), "INTEGER"
	case uint64: // a block
		return int64(v), "INTEGER"
	case bool:
		return int64(Bit(v)), "INTEGER"
	case []byte:
		return NotNil(v), "BLOB"
	}
	return nil, ""
}

// Most is the most that an amount can be. Rows that were forged can have others, whose
// sums no database could form.
const Most = 1 << 53

// text is a text as both databases take it.
func text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

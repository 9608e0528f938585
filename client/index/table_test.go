package index

import (
	"strings"
	"testing"
)

func TestTables(t *testing.T) {
	made := strings.Count(schema.Text, "CREATE TABLE ")
	if len(tables) != made || made < 21 {
		t.Errorf("%d tables, the schema makes %d", len(tables), made)
	}
	for _, table := range tables {
		if len(table.Columns) < 3 || len(table.Key) == 0 {
			t.Errorf("%+v", table)
		}
		for i, c := range table.Columns {
			if c.Kind != "TEXT" && c.Kind != "INTEGER" && c.Kind != "BLOB" {
				t.Errorf("%s.%s is %q", table.Name, c.Name, c.Kind)
			}
			if i < len(table.Key) && table.Key[i] != c.Name {
				t.Errorf("%s: the key's columns aren't the first", table.Name)
			}
		}
	}
	facts, err := tableNamed("facts")
	if want := "INSERT INTO facts (key, kind, block, row) VALUES ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, block = excluded.block, row = excluded.row"; err !=
		nil || facts.Upsert("VALUES") != want {
		t.Errorf("%s, %v", facts.Upsert("VALUES"), err)
	}
	if _, err := tableNamed("none"); err == nil {
		t.Error("there is a table none")
	}
}

func TestRowsFitTables(t *testing.T) {
	for _, c := range []struct {
		name  string
		table string
		row   []any
		ok    bool
	}{
		{"a fact", "facts", []any{"k", "party", uint64(7), []byte("x")}, true},
		{"no bytes", "facts", []any{"k", "party", 7, []byte(nil)}, true},
		{"a truth", "outlets", []any{"k", "D", "sh", true, int64(1), []byte{}}, true},
		{"a column less", "facts", []any{"k", "party", uint64(7)}, false},
		{"a column more", "facts", []any{"k", "party", uint64(7), []byte("x"), 1}, false},
		{"a text for a number", "facts", []any{"k", "party", "7", []byte("x")}, false},
		{"a number for a text", "facts", []any{"k", 7, 7, []byte("x")}, false},
		{"a text for bytes", "facts", []any{"k", "party", 7, "x"}, false},
		{"a fraction", "facts", []any{"k", "party", 7.0, []byte("x")}, false},
		{"nothing", "facts", []any{"k", nil, 7, []byte("x")}, false},
	} {
		table, err := tableNamed(c.table)
		if err != nil {
			t.Fatal(err)
		}
		if err := table.Fit(c.row); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
		for _, v := range c.row {
			switch v.(type) {
			case string, int64, []byte:
			default:
				if c.ok {
					t.Errorf("%s: %T", c.name, v)
				}
			}
		}
	}
}

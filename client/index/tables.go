package index

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"

	"tallystick/chaincode/fault"
	"tallystick/client/index/internal/database"
)

// schemaText is the one place that says which tables there are, with which columns.
//
//go:embed schema.sql
var schemaText string

// schema is the tables' in this version. The tables of any
// other version are made again from the blocks, on both databases. That is the whole
// of migration: everything here follows from the blocks, so a step that rewrites
// old rows could only do worse what the fold does, and would have to be proved equal
// to it. What it costs is one reading of the blocks.
var schema = database.Schema{Text: schemaText, Version: 15}

// tables are those of the schema, in its order.
var tables = schema.Tables()

// tableNamed is a table of the schema.
func tableNamed(name string) (database.Table, error) {
	at := slices.IndexFunc(tables, func(t database.Table) bool { return t.Name == name })
	if at < 0 {
		return database.Table{}, fmt.Errorf("there is no table %s", name)
	}
	return tables[at], nil
}

// inIndex says where an error arose; a refusal stays as it is.
func inIndex(err error) error {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return err
	}
	return fmt.Errorf("index: %w", err)
}

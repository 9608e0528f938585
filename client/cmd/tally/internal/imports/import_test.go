package imports

import (
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/importer"
)

// A list of rejected lines has each with its column, value and row, for its owner alone.
func TestRejectedFile(t *testing.T) {
	dir := t.TempDir()
	path, file := filepath.Join(dir, "rejected.csv"), filepath.Join(dir, "f.csv")
	mapping := filepath.Join(dir, "m.yaml")
	for name, text := range map[string]string{
		mapping: "kind: labels\nsource: s\ncolumns: {member: id, label: label}\nchannels: [app]\n",
		file:    "label,id,note\ngold,7,=1+1\n,13800138000,\"a, b\"\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m, err := importer.LoadMapping(mapping)
	if err != nil {
		t.Fatal(err)
	}
	report := &importer.Report{Source: "s", Rejected: []importer.Rejected{{Line: 2, Code: fault.NotFound,
		Reason: "no member"}, {Line: 3, Column: "label", Reason: "column label: it is empty"}}}
	in, err := bounds.OpenInput(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeRejected(path, func(w io.Writer) error {
		return importer.WriteRejected(t.Context(), w, importer.Outcome{Job: importer.Job{Mapping: m, File: in},
			Report: report})
	}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	rows, err := readRows(path)
	want := []string{
		"rejected.source|rejected.line|rejected.column|rejected.value|rejected.customer|rejected.code|rejected.reason|label|id|note",
		"s|2||||NOT_FOUND|no member|gold|7| =1+1",
		"s|3|label||13800138000||column label: it is empty||13800138000|a, b",
	}
	want[1] = "s|2|||7|NOT_FOUND|no member|gold|7| =1+1"
	for i, row := range rows {
		if strings.Join(row, "|") != want[i] {
			t.Errorf("%q", row)
		}
	}
	if err != nil || len(rows) != 3 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func readRows(path string) ([][]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return csv.NewReader(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff"))).ReadAll()
}

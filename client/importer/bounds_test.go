package importer

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/fuzzed"
)

// failure is what reading a file ends with.
func failure(t *testing.T, file string) error {
	t.Helper()
	return failureOf(load(t, mappingText), file)
}

func failureOf(m *Mapping, file string) (failed error) {
	var r Reading
	rows, err := tableOf(m, file)
	if err != nil {
		return err
	}
	for _, err := range m.Read(rows, Stores{Party: "D", Vault: &safe{}}, &r) {
		if err != nil {
			failed = err
		}
	}
	return failed
}

// What isn't CSV ends the reading with an error that names the line, whatever quotes stand where.
func TestAStrayQuoteEndsTheReading(t *testing.T) {
	header := "who,shop,value,at,basket,more\n"
	for _, file := range []string{`"`, header + `"`, header + `a"b,1,2,3,4,5`, header + "1,2,3,4,5,\"6\"7\n",
		header + "1,5,1,2026-01-02 10:00:00,b1,x\n\"", header + `1,"2`} {
		if err := failure(t, file); err == nil || !strings.Contains(err.Error(), "line") {
			t.Errorf("%q: %v", file, err)
		}
	}
}

func TestALongLineEndsTheReading(t *testing.T) {
	header := "who,shop,value,at,basket,more\n"
	if err := failure(t, header+`"`+strings.Repeat("x", 3<<20)); fault.CodeOf(err) != fault.Limit {
		t.Errorf("%v", err)
	}
	if err := failure(t, header+strings.Repeat("x\n", maxRejected+10)); fault.CodeOf(err) != fault.Limit {
		t.Errorf("%v", err)
	}
}

// A packed file costs what its lines cost: one endless line costs its bound.
func TestAPackedFileIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.csv.gz")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := gzip.NewWriter(file)
	for range 64 {
		if _, err := w.Write([]byte(`"` + strings.Repeat("x", 1<<20))); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	opened, err := load(t, mappingText).Table(input(t, path))
	if err == nil {
		t.Error("it was read", opened.Close())
	} else if fault.CodeOf(err) != fault.Limit && fault.CodeOf(err) != fault.BadRequest {
		t.Error(err)
	}
}

// FuzzRead: no file, whatever is in it, does more than end with an error.
func FuzzRead(tf *testing.F) {
	f := fuzzed.Target(tf, 1000)
	for _, seed := range []string{`"`, "who,shop,value,at,basket,more\n\"",
		"who,shop,value,at,basket,more\n1,5,1e-99999999,2026-01-02 10:00:00,b1,x\n", "a,a\n", "\ufeff"} {
		f.Add(seed)
	}
	m := load(f, mappingText)
	f.Fuzz(func(_ *testing.T, file string) { _ = failureOf(m, file) })
}

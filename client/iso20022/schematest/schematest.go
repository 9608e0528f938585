// Package schematest holds files against the official schemas of ISO 20022, for tests.
//
// The schemas are not copied into this repository. They are read where a module that
// is pinned here, by version and sum, lies in the module cache; the go command fetches
// it if it isn't there.
package schematest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/jacoelho/xsd"
)

// The module that carries the schemas.
const (
	module = "github.com/moov-io/iso20022@v0.2.1"
	sum    = "h1:DxghLeyQheunSWxOXrdMNJZxHMkTFEfRNqIcUBd2fvM="
)

// Schema is the path of an official schema in the module.
type Schema string

// The official schemas that we use. The module has no pain.001.001.09.
const (
	Notification Schema = "docs/specifications/banktocustomer_cash_management_8/camt.054.001.08.xsd"
	Statement    Schema = "docs/specifications/banktocustomer_cash_management_8/camt.053.001.08.xsd"
	Initiation10 Schema = "docs/specifications/payments_initiation_11/pain.001.001.10_1.xsd"
)

// Official are the schemas as their registration authority publishes them, which lie beside a checkout and not in
// it. A test that needs one says where it isn't there that it was skipped.
func Official(t testing.TB, name string) string {
	t.Helper()
	at, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; at != filepath.Dir(at); at = filepath.Dir(at) {
		path := filepath.Join(at, "shared", "data", "iso20022", name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Skipf("skipped: %s is nowhere beside the checkout, in shared/data/iso20022", name)
	return ""
}

// Check fails the test if the file is not valid under the official schema.
func Check(t testing.TB, s Schema, file []byte) {
	t.Helper()
	if err := Valid(t, s, file); err != nil {
		t.Errorf("%s: %v\n%s", filepath.Base(string(s)), err, file)
	}
}

// Valid answers what is wrong with a file under the official schema, nil if nothing.
func Valid(t testing.TB, s Schema, file []byte) error {
	t.Helper()
	return Validate(filepath.Join(dir(t), filepath.FromSlash(string(s))), file)
}

// Validate answers what is wrong with a file under the schema at a path, nil if nothing.
func Validate(path string, file []byte) error {
	schema, err := xsd.LoadFile(path)
	if err != nil {
		return err
	}
	return schema.Validate(bytes.NewReader(file))
}

// dir is where the module lies.
func dir(t testing.TB) string {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = t.TempDir() // no go.mod is asked or changed
	out, err := cmd.Output()
	var m struct{ Dir, Sum, Error string }
	if parsed := json.Unmarshal(out, &m); parsed != nil || err != nil || m.Error != "" {
		t.Fatalf("go mod download %s: %v %v %s", module, err, parsed, m.Error)
	}
	if m.Sum != sum {
		t.Fatalf("%s has the sum %s, not %s", module, m.Sum, sum)
	}
	return m.Dir
}

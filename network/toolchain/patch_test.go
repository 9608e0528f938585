package toolchain

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A patch changes exactly what it names, or fails: another version of Fabric must not be
// built without it.
func TestAPatchAppliesOnceOrFails(t *testing.T) {
	source := t.TempDir()
	if err := os.WriteFile(filepath.Join(source, "a.go"), []byte("one two two"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		p    patch
		want string // "" if it fails
	}{
		{"a change", patch{file: "a.go", changes: [][2]string{{"one", "three"}}}, "three two two"},
		{"a file more", patch{file: "b.go", add: "new"}, "new"},
		{"a text that is there twice", patch{file: "a.go", changes: [][2]string{{"two", "three"}}}, ""},
		{"a text that isn't there", patch{file: "a.go", changes: [][2]string{{"four", "three"}}}, ""},
		{"a file that isn't there", patch{file: "c.go", changes: [][2]string{{"one", "three"}}}, ""},
	} {
		got, err := c.p.apply(source)
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
}

// Patches are part of what names a build.
func TestPatchesNameTheBuild(t *testing.T) {
	t.Setenv(CacheEnv, t.TempDir())
	source := find(t, pins(t, "module x\n", ""))
	before, err := source.cached()
	if err != nil {
		t.Fatal(err)
	}
	was := patches
	defer func() { patches = was }()
	patches = append([]patch{{file: "x", add: "y"}}, was...)
	if after, err := source.cached(); err != nil || after.Dir == before.Dir ||
		!strings.HasPrefix(filepath.Base(after.Dir), "fabric-") {
		t.Errorf("%s as before, %v", after.Dir, err)
	}
}

package toolchain

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pins makes a clone with a nested module and returns its root.
func pins(t *testing.T, mod, sum string) string {
	t.Helper()
	root := t.TempDir()
	tools := filepath.Join(root, "network", "tools")
	if err := errors.Join(
		os.MkdirAll(tools, 0o700),
		os.WriteFile(filepath.Join(tools, "go.mod"), []byte(mod), 0o600),
		os.WriteFile(filepath.Join(tools, "go.sum"), []byte(sum), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	return root
}

func find(t *testing.T, from ...string) Source {
	t.Helper()
	source, err := Find(from...)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func TestFindLooksUpwards(t *testing.T) {
	root := pins(t, "module x\n", "")
	source := find(t, t.TempDir(), filepath.Join(root, "test-network", "deep"))
	if want := filepath.Join(root, "network", "tools"); source.dir != want {
		t.Errorf("found %s, want %s", source.dir, want)
	}
	if _, err := Find(t.TempDir()); err == nil {
		t.Error("found pins where there are none")
	}
}

// TestCachedFollowsThePins: the same pins share a build, changed ones do not.
func TestCachedFollowsThePins(t *testing.T) {
	t.Setenv(CacheEnv, t.TempDir())
	dir := func(mod, sum string) string {
		programs, err := find(t, pins(t, mod, sum)).cached()
		if err != nil {
			t.Fatal(err)
		}
		return programs.Dir
	}
	same := dir("module x\n", "a")
	if again := dir("module x\n", "a"); again != same {
		t.Errorf("another clone builds again: %s, %s", same, again)
	}
	for _, other := range []string{dir("module y\n", "a"), dir("module x\n", "b"), dir("module x\na", "")} {
		if other == same {
			t.Error("changed pins found the old build")
		}
	}
}

func TestEnsureTakesTheCachedBuild(t *testing.T) {
	t.Setenv(CacheEnv, t.TempDir())
	source := find(t, pins(t, "module x\n", ""))
	want, err := source.cached()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(want.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	got, built, err := source.Ensure(t.Context(), nil)
	if err != nil || built || got != want {
		t.Errorf("got %v, built %v, %v", got, built, err)
	}
}

// TestBrokenPinsLeaveNothing: a build that fails says why and caches nothing.
func TestBrokenPinsLeaveNothing(t *testing.T) {
	t.Setenv(CacheEnv, t.TempDir())
	source := find(t, pins(t, "module x\n\ntool x/none\n", ""))
	programs, _, err := source.Ensure(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "not a known dependency") {
		t.Fatalf("error %v, want the go command's complaint", err)
	}
	if programs.complete() {
		t.Error("a failed build is cached")
	}
}

func TestFollowCounts(t *testing.T) {
	const stderr = "go: downloading a v1.0.0\ngo: downloading b v1.0.0\na\nb/c\nb/c: main.go:1: oh no\n"
	var last string
	complaints := follow(strings.NewReader(stderr), func(s string) { last = s })
	if last != "built 2 packages" {
		t.Errorf("last progress %q", last)
	}
	if diff := cmp.Diff([]string{"b/c: main.go:1: oh no"}, complaints); diff != "" {
		t.Error(diff)
	}
}

package topology_test

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"tallystick/network/settings/reference"
	"tallystick/network/topology"
)

var rewriteKeys = flag.Bool("rewrite-keys", false, "write KEYS.md anew")

// TestKeysAreListed: KEYS.md lists every key of a topology, with what the code says of it.
func TestKeysAreListed(t *testing.T) {
	comments, err := reference.Comments("topology.go", "program.go")
	if err != nil {
		t.Fatal(err)
	}
	page := reference.Page{
		Title: "Keys of a topology",
		About: "`tallynet` makes a network of one file, `topology.yaml`: `tallynet init` writes one to begin with, `tallynet validate`\nsays what is wrong with it.",
		Root:  reflect.TypeFor[topology.Topology](), Comments: comments, Defaults: topology.Default,
	}
	reference.Assert(t, page, "KEYS.md", *rewriteKeys)
}

// TestDefaultsAreThoseOfAFile: what the page calls the default is what a file gets that says nothing.
func TestDefaultsAreThoseOfAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "t.yaml")
	if err := os.WriteFile(file, []byte(minimal), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := topology.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"host": got.Host, "logging": got.Logging,
		"memory.peer":             got.Memory.Peer.String(),
		"orderers.batch.interval": got.Orderers.Batch.Interval.String(),
		"orderers.organisation":   got.Orderers.Organisation} {
		if topology.Default(path) != want {
			t.Errorf("%s: %q, a file gets %q", path, topology.Default(path), want)
		}
	}
}

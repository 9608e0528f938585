package config

import (
	"flag"
	"reflect"
	"testing"

	"tallystick/network/settings/reference"
)

var rewriteKeys = flag.Bool("rewrite-keys", false, "write KEYS.md anew")

// TestKeysAreListed: KEYS.md lists every key of a profile, with what the code says of it.
func TestKeysAreListed(t *testing.T) {
	comments, err := reference.Comments("config.go", "who.go")
	if err != nil {
		t.Fatal(err)
	}
	page := reference.Page{
		Title: "Keys of a profile",
		About: "A party's node is told everything by its `profile.yaml`, which `tallynet up` writes. What it doesn't write has the\ndefault, and can be set in the file or by the environment: `timeouts.doubt` is `TALLY_TIMEOUTS_DOUBT`. Paths are relative to the\nprofile's own folder.",
		Root:  reflect.TypeFor[Config](), Comments: comments, Defaults: DefaultOf,
	}
	reference.Assert(t, page, "KEYS.md", *rewriteKeys)
}

package importer

import (
	"flag"
	"path/filepath"
	"reflect"
	"testing"

	"tallystick/network/settings/reference"
)

var rewriteKeys = flag.Bool("rewrite-keys", false, "write KEYS.md anew")

// TestKeysAreListed: KEYS.md lists every key of a mapping, with what the code says of it.
func TestKeysAreListed(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	comments, err := reference.Comments(files...)
	if err != nil {
		t.Fatal(err)
	}
	page := reference.Page{
		Title: "Keys of a mapping",
		About: "A mapping says what `tally import` makes of the lines of a CSV or workbook. Which keys mean something depends on the kind;\n[mapping.go](mapping.go) shows each kind with an example.",
		Root:  reflect.TypeFor[Mapping](), Comments: comments,
	}
	reference.Assert(t, page, "KEYS.md", *rewriteKeys)
}

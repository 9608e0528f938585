package testnetwork_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// unbounded are calls by which a file from outside costs what its sender likes.
var unbounded = []string{
	"os.ReadFile(", "io.ReadAll(", "csv.NewReader(", "gzip.NewReader(", "excelize.OpenFile(", "excelize.OpenReader(",
	"json.NewDecoder(", "yaml.NewDecoder(", "yaml.Unmarshal(", "xml.NewDecoder(", "xml.Unmarshal(", ".ReadInConfig(",
}

// bounded says of files of client/ why such calls are right there.
var bounded = map[string]string{
	"bounds/":                       "it is what bounds them",
	"iso20022/walk.go":              "it bounds bytes and depth itself",
	"iso20022/made.go":              "it bounds bytes itself, of a file of ours",
	"statement/json.go":             "its parts are bounded",
	"statement/font.go":             "the fonts are our own",
	"cmd/tally/internal/cli/app.go": "it reads its own table back",
	"prices/prices.go":              "the text was bounded",
}

// Files that come from outside are read through client/bounds.
func TestFilesAreReadWithinBounds(t *testing.T) {
	used := map[string]bool{}
	err := filepath.WalkDir("../client", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		short := filepath.ToSlash(strings.TrimPrefix(path, filepath.FromSlash("../client/")))
		for _, call := range unbounded {
			if !strings.Contains(string(text), call) {
				continue
			}
			if of := exemption(short); of == "" {
				t.Errorf("client/%s calls %s…): read through client/bounds", short, call)
			} else {
				used[of] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for of := range bounded {
		if !used[of] {
			t.Errorf("client/%s is exempted and has no such call", of)
		}
	}
}

func exemption(file string) string {
	for of := range bounded {
		if file == of || strings.HasSuffix(of, "/") && strings.HasPrefix(file, of) {
			return of
		}
	}
	return ""
}

package node

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/config"
)

// letter is a request that a file of ten bytes comes with.
type letter struct {
	Letter File `json:"letter"`
}

// Carries returns it.
func (l *letter) Carries() (said *File, field string, most int64) { return &l.Letter, "letter", 10 }

// TestFilesComeWithRequests: a body or an opened file is read, whole, and the node says which it was; what the request
// names is never opened.
func TestFilesComeWithRequests(t *testing.T) {
	read := Does(Describe("letter.read", "POST", "/v1/letters", Read, "Read", "读", `{}`),
		func(_ context.Context, _ *Node, c *Call, req letter) (string, error) {
			text, err := io.ReadAll(c.File().Stream())
			return fmt.Sprintf("%s: %s, %.4s", req.Letter.Name, text, req.Letter.SHA256), err
		})
	n := Offline(config.Config{Party: "D", State: t.TempDir()})
	path := filepath.Join(t.TempDir(), "kept")
	if err := os.WriteFile(path, []byte("dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	body := func(text string) Upload {
		return Upload{Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
	}
	hash := sha256.Sum256([]byte("dear"))
	sum := fmt.Sprintf("%x", hash)
	said := `{"letter":{"sha256":"` + sum + `"}}`
	for name, c := range map[string]struct {
		with Upload
		json string
		want string
		code fault.Code
	}{
		"a body":                    {body("dear"), `{}`, "the file: dear, " + sum[:4], ""},
		"an opened file":            {Upload{path, bounds.At(path)}, `{}`, path + ": dear, " + sum[:4], ""},
		"a body with its hash":      {body("dear"), said, "the file: dear, " + sum[:4], ""},
		"another body than is said": {body("deer"), said, "", fault.BadRequest},
		"a body under a path":       {body("dear"), `{"letter":{"name":"/none"}}`, "/none: dear, " + sum[:4], ""},
		"a path without a body":     {Upload{}, `{"letter":{"name":"` + path + `"}}`, "", fault.BadRequest},
		"a long body":               {body("dear me, all"), `{}`, "", fault.Limit},
		"a file that isn't there":   {Upload{"x", bounds.At(path + "x")}, `{}`, "", fault.BadRequest},
	} {
		call := &Call{Upload: c.with}
		answer, err := read.Run(t.Context(), n, call, []byte(c.json))
		if fault.CodeOf(err) != c.code || err == nil && answer != c.want {
			t.Errorf("%s: %v, %v", name, answer, err)
		}
		want := read.Meaning(letter{File{SHA256: hash[:]}})
		if err == nil && !reflect.DeepEqual(call.Meaning, want) {
			t.Errorf("%s means %v, want %v", name, call.Meaning, want)
		}
	}
	leftovers(t, n)
}

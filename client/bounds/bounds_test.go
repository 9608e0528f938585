package bounds

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
)

func TestAllTakesWhatFits(t *testing.T) {
	for text, code := range map[string]fault.Code{
		"": "", "12345": "", "123456": fault.Limit, strings.Repeat("x", 1<<20): fault.Limit,
	} {
		got, err := All(strings.NewReader(text), "the file", 5)
		if fault.CodeOf(err) != code || err == nil && string(got) != text {
			t.Errorf("%.10q: %q, %v", text, got, err)
		}
		if err != nil && !strings.Contains(err.Error(), "the file: it has more than 5 bytes") {
			t.Errorf("%v", err)
		}
	}
	if _, err := File(filepath.Join(t.TempDir(), "none"), 5); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestPartsAreBoundedEach(t *testing.T) {
	p := NewParts(strings.NewReader("aaaabbbb"), "the file", 4)
	var four [4]byte
	for range 2 {
		p.Next()
		if _, err := io.ReadFull(p, four[:]); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.Read(four[:]); fault.CodeOf(err) != fault.Limit {
		t.Error(err)
	}
}

// zeros is endless.
type zeros struct{ b byte }

func (z zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = z.b
	}
	return len(p), nil
}

// A quote that nothing closes makes one line of all that follows.
func TestALineIsBounded(t *testing.T) {
	lines := NewCSV(io.MultiReader(strings.NewReader("a,b\n\"x"), zeros{'y'}), "the file")
	if _, err := lines.Read(); err != nil {
		t.Fatal(err)
	}
	if _, err := lines.Read(); fault.CodeOf(err) != fault.Limit {
		t.Error(err)
	}
}

func TestUnpackedIsBounded(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := io.CopyN(w, zeros{'a'}, 1<<20); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	unpacked, err := Unpack(bytes.NewReader(packed.Bytes()), "the file")
	if err != nil {
		t.Fatal(err)
	}
	unpacked.(*bounded).left = 1<<20 - 1
	if n, err := io.Copy(io.Discard, unpacked); fault.CodeOf(err) != fault.Limit {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestYAML(t *testing.T) {
	billion := "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b]\n"
	for name, c := range map[string]struct {
		text string
		code fault.Code
	}{
		"settings":      {"a: 1\nb: [x, {c: d}]\n", ""},
		"nothing":       {"", ""},
		"GB18030":       {"a: \xbd\xf0\xb6\xee\n", fault.BadRequest},
		"UTF-16":        {"\xff\xfea\x00:\x00 \x001\x00\n\x00", ""},
		"aliases":       {billion, fault.BadRequest},
		"an anchor":     {"a: &x 1", fault.BadRequest},
		"deep":          {strings.Repeat("[", 17) + strings.Repeat("]", 17), fault.BadRequest},
		"very deep":     {strings.Repeat("[", 500_000), fault.BadRequest},
		"deep by lines": {strings.Repeat("- ", 500_000), fault.BadRequest},
		"wide":          {"[" + strings.Repeat("1,", 300_000) + "1]", fault.Limit},
		"no YAML":       {"a: b: c", fault.BadRequest},
		"a second one":  {"a: 1\n---\nb: &x 1", fault.BadRequest},
		"large":         {strings.Repeat("#", Settings+1), fault.Limit},
	} {
		path := filepath.Join(t.TempDir(), "f.yaml")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := YAML(path); fault.CodeOf(err) != c.code || err != nil && !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %.200v", name, err)
		}
	}
}

package statement

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// The second implementation of FORMAT.md: it takes the page's arrays as they stand there,
// and knows nothing of the first but the page.

// cborOf writes text, whole numbers and arrays.
func cborOf(v any) []byte {
	switch v := v.(type) {
	case string:
		return append(cborHead(3, len(v)), v...)
	case []byte:
		return append(cborHead(2, len(v)), v...)
	case float64: // as encoding/json has it; the page's are small
		return cborHead(0, int(v))
	case []any:
		out := cborHead(4, len(v))
		for _, one := range v {
			out = append(out, cborOf(one)...)
		}
		return out
	}
	panic("not on the page")
}

func cborHead(major byte, n int) []byte {
	major <<= 5
	switch {
	case n < 24:
		return []byte{major | byte(n)}
	case n < 1<<8:
		return []byte{major | 24, byte(n)}
	case n < 1<<16:
		return []byte{major | 25, byte(n >> 8), byte(n)}
	}
	return []byte{major | 26, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}
}

func hashOf(parts ...[]byte) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// treeOf is the recursion of RFC 6962.
func treeOf(leaves [][]byte) []byte {
	switch len(leaves) {
	case 0:
		return hashOf()
	case 1:
		return leaves[0]
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	return hashOf([]byte{1}, treeOf(leaves[:k]), treeOf(leaves[k:]))
}

// block is one of the page's, by what stands behind its fence.
type block struct{ kind, text string }

func blocks(t *testing.T) (list []block) {
	t.Helper()
	for i, part := range strings.Split(string(must(os.ReadFile("FORMAT.md"))), "```") {
		if i%2 == 1 {
			kind, text, _ := strings.Cut(part, "\n")
			list = append(list, block{kind, text})
		}
	}
	return list
}

func TestThePageComputes(t *testing.T) {
	var value []any
	var leaves [][]byte
	want := map[string][]byte{}
	checked := 0
	for _, b := range blocks(t) {
		if name, isHex := strings.CutPrefix(b.kind, "hex "); isHex {
			says := must(hex.DecodeString(strings.Join(strings.Fields(b.text), "")))
			if string(says) != string(want[name]) {
				t.Errorf("%s: the page has %x, it comes to %x", b.kind, says, want[name])
			}
			checked++
			continue
		}
		value = nil
		if err := json.Unmarshal([]byte(b.text), &value); err != nil {
			t.Fatal(err)
		}
		if b.kind == "json line" {
			want["bytes"] = cborOf(value)
			want["leaf"] = hashOf([]byte{0}, want["bytes"])
			if leaves = append(leaves, want["leaf"]); len(leaves) == 3 {
				want["node"], want["tree"] = treeOf(leaves[:2]), treeOf(leaves)
			}
			continue
		}
		value[8] = must(hex.DecodeString(value[8].(string)))
		want["bytes"] = cborOf(value)
		want["root"] = hashOf([]byte{2}, want["bytes"])
		if string(value[8].([]byte)) != string(want["tree"]) {
			t.Error("what is signed names another tree")
		}
	}
	if checked != 10 || len(leaves) != 3 {
		t.Fatalf("%d blocks and %d lines were checked: the page lost some", checked, len(leaves))
	}
	s := must(Of(storyHead(), list(story()...)))
	if s.Root.String() != hex.EncodeToString(want["root"]) || s.Tree.String() != hex.EncodeToString(want["tree"]) {
		t.Errorf("ours is %s over %s", s.Root, s.Tree)
	}
}

// TestTheTreeIsTheRecursion compares the tree that grows leaf by leaf with the definition.
func TestTheTreeIsTheRecursion(t *testing.T) {
	var tree Tree
	var leaves [][]byte
	for i := range 200 {
		if got, want := tree.Root().String(), hex.EncodeToString(treeOf(leaves)); got != want {
			t.Fatalf("%d leaves: %s, want %s", i, got, want)
		}
		leaf := hashOf([]byte{byte(i)})
		tree.Add(leaf)
		leaves = append(leaves, leaf)
	}
	if tree.Count() != 200 {
		t.Error(tree.Count())
	}
}

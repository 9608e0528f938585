package vault

import (
	"bytes"
	"testing"
)

// TestOwn: what the node keeps elsewhere is read by its vault, in its place, alone; what is derived is the same each
// time.
func TestOwn(t *testing.T) {
	v, other := open(t, t.TempDir()), open(t, t.TempDir())
	sealed := v.Seal("li@example.com", "approval", "a-1")
	var got string
	if err := v.Unseal(sealed, &got, "approval", "a-1"); err != nil || got != "li@example.com" {
		t.Errorf("%q, %v", got, err)
	}
	if bytes.Contains(sealed, []byte("example")) || v.Unseal(sealed, &got, "approval", "a-2") == nil ||
		v.Unseal(sealed, &got, "other", "a-1") == nil || other.Unseal(sealed, &got, "approval", "a-1") == nil {
		t.Error("it is read elsewhere")
	}
	one, err := v.Derive("key", "r-1", 35)
	if err != nil || len(one) != 35 {
		t.Fatal(one, err)
	}
	for _, of := range []struct {
		v           *Vault
		purpose, id string
		same        bool
	}{{v, "key", "r-1", true}, {v, "key", "r-2", false}, {v, "ke", "yr-1", false}, {other, "key", "r-1", false}} {
		if again, err := of.v.Derive(of.purpose, of.id, 35); err != nil || bytes.Equal(one, again) != of.same {
			t.Errorf("%s %s: %x, %v", of.purpose, of.id, again, err)
		}
	}
	if bytes.Equal(v.Hash([]byte("a")), other.Hash([]byte("a"))) ||
		!bytes.Equal(v.Hash([]byte("a")), v.Hash([]byte("a"))) {
		t.Error("hashes")
	}
}

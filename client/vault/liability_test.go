package vault

import (
	"bytes"
	"testing"
)

// TestLiabilitySecret: it outlives the process, and is no other vault's or purpose's.
func TestLiabilitySecret(t *testing.T) {
	dir := t.TempDir()
	var secrets [][]byte
	for _, place := range []string{dir, dir, t.TempDir()} {
		v, err := Open(place, "G")
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, v.LiabilitySecret())
		if bytes.Equal(v.keys.sums, v.keys.salts) || len(v.keys.sums) != keySize {
			t.Error("it is derived for another purpose")
		}
		v.LiabilitySecret()[0]++ // a copy
		if !bytes.Equal(v.LiabilitySecret(), secrets[len(secrets)-1]) {
			t.Error("a caller can change it")
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(secrets[0], secrets[1]) || bytes.Equal(secrets[0], secrets[2]) {
		t.Error("the secret isn't the vault's")
	}
}

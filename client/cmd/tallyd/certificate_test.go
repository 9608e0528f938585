package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestRenewal: a certificate that is written before its key is used once the key is there, and the old one until then.
func TestRenewal(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"old", "new"} {
		if err := makeCertificate(path(name+".crt"), path(name+".key"), "D", []string{"localhost"}); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	put := func(from, to string) {
		t.Helper()
		text, err := os.ReadFile(path(from))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path(to), text, 0o600); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Second)
		if err := os.Chtimes(path(to), now, now); err != nil {
			t.Fatal(err)
		}
	}
	put("old.crt", "tls.crt")
	put("old.key", "tls.key")
	r := &reloaded{cert: path("tls.crt"), key: path("tls.key"), log: slog.New(slog.DiscardHandler)}
	if err := r.read(); err != nil {
		t.Fatal(err)
	}
	served := func() []byte {
		t.Helper()
		c, err := r.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.Certificate[0]
	}
	old := served()
	put("new.crt", "tls.crt")
	if !bytes.Equal(served(), old) {
		t.Error("a certificate is used without its key")
	}
	put("new.key", "tls.key")
	if bytes.Equal(served(), old) {
		t.Error("the new certificate isn't used")
	}
}

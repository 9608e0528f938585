//go:build e2e

package e2e

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sync/errgroup"

	"tallystick/client/index"
	"tallystick/client/index/pgtest"
)

// TestIndexOnPostgres asks tally the same with a read model in a file and with one in
// a PostgreSQL database that two processes of D's keep up at once: the answers, and
// the digests, are equal.
func TestIndexOnPostgres(t *testing.T) {
	server, err := pgtest.Start()
	if errors.Is(err, pgtest.ErrNone) && !pgtest.Required() {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	}()
	d := net.open(t, "D", "2")
	ann := fresh("pg-ann")
	enrol(t, d, ann)
	lot := issue(t, d, "DP", ann, 500)
	file, url := filepath.Join(t.TempDir(), "d.db"), server.URLOf("tally_d")
	for _, question := range [][]string{
		{"points", "wallet", ann}, {"query", "owes"}, {"query", "breakage"}, {"programme", "list"}, {"party", "list"},
		{"query", "digest"},
	} {
		inFile, inDatabase := ask(t, file, question...), ask(t, url, question...)
		if !bytes.Equal(inFile, inDatabase) {
			t.Errorf("%v: SQLite says %s, PostgreSQL %s", question, inFile, inDatabase)
		}
	}
	if got := ask(t, url, "points", "wallet", ann); !bytes.Contains(got, []byte(lot.String())) {
		t.Errorf("the lot is not there: %s", got)
	}
	followTogether(t, server.URLOf("tally_d2"), read(t, d))
}

// followTogether has two read models of one place follow a ledger from the first block
// at once, and compares them with a third.
func followTogether(t *testing.T, at string, want *index.Reading) {
	t.Helper()
	var followers errgroup.Group
	models := make([]*index.Index, 2)
	for i := range models {
		ix := must(index.Open(at))
		g := net.open(t, "D", "")
		models[i] = ix
		followers.Go(func() error { return g.Sync(t.Context(), ix) })
	}
	if err := followers.Wait(); err != nil {
		t.Fatal(err)
	}
	digest, err := want.Digest()
	for _, ix := range models {
		r := must(ix.At(t.Context(), 0))
		got, err2 := r.Digest()
		if err != nil || err2 != nil || r.Height() != want.Height() || got.String() != digest.String() {
			t.Errorf("height %d, digest %s, %v; want %d, %s, %v", r.Height(), got, err2, want.Height(), digest, err)
		}
		if err := errors.Join(r.Close(), ix.Close()); err != nil {
			t.Error(err)
		}
	}
}

// ask runs tally as D with its read model in a place.
func ask(t *testing.T, at string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(filepath.Join(root, "bin", "tally"),
		append([]string{"--as", "D", "--network", net.dir, "-o", "json"}, args...)...)
	cmd.Env = append(os.Environ(), "TALLY_INDEX="+at, "TALLY_STATE="+t.TempDir())
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tally %v: %v: %s", args, err, said.String())
	}
	return out
}

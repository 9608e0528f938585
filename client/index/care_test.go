package index

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/row"
	"tallystick/client/machine"
)

// filled is a file with an index of many lots, closed in order, and its height.
func filled(t *testing.T) (path string, height uint64) {
	t.Helper()
	w, _ := wallets(t)
	for seq := uint64(2); seq < 200; seq++ {
		w.write(sealed("D", 3, seq), put(row.Lot(numbered("D", 3, seq, 0).Row(0)), lot("DP", "ann", 50, today+30)))
	}
	path = filepath.Join(t.TempDir(), "state", "index.db")
	ix, err := believing(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := ix.Apply(w.blocks()...); err != nil {
		t.Fatal(err)
	}
	height = ix.Height()
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	return path, height
}

// spoil writes noise over the middle of a file.
func spoil(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(data) / 4; i < len(data)*3/4; i++ {
		data[i] ^= byte(7*i) | 1
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestFilesAreTheOwners: nobody else may read the tables, or what stands beside them; a wider mode is narrowed.
func TestFilesAreTheOwners(t *testing.T) {
	path, _ := filled(t)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	ix, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer ix.Close() // it was only read
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f, info.Mode(), err)
		}
	}
}

// TestADamagedIndexIsMadeAgain: whatever was done to the file, it answers as it did or is begun anew, and says so.
func TestADamagedIndexIsMadeAgain(t *testing.T) {
	for _, c := range []struct {
		name string
		harm func(t *testing.T, path string)
		why  string // "" if it answers as it did
	}{
		{"nothing", func(*testing.T, string) {}, ""},
		{"noise in its pages", spoil, "something else changed it"},
		{"noise, and nobody knows what was left", func(t *testing.T, path string) {
			spoil(t, path)
			remove(t, path+".left")
		}, "it is damaged"},
		{"no database", func(t *testing.T, path string) {
			remove(t, path+".left")
			if err := os.WriteFile(path, bytes.Repeat([]byte("x"), 9000), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "it is damaged"},
		{"cut short", func(t *testing.T, path string) {
			if err := os.Truncate(path, 20_000); err != nil {
				t.Fatal(err)
			}
		}, "something else changed it"},
		{"somebody met damaged pages", func(t *testing.T, path string) {
			if err := os.WriteFile(path+".bad", nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "it is damaged"},
		{"nobody knows what was left", func(t *testing.T, path string) { remove(t, path+".left") }, ""},
	} {
		path, height := filled(t)
		c.harm(t, path)
		ix, err := Open(path)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if c.why != "" {
			height = 0
		}
		if ix.Anew() != c.why || ix.Height() != height {
			t.Errorf("%s: made again because %q from height %d, want %q and %d",
				c.name, ix.Anew(), ix.Height(), c.why, height)
		}
		if err := ix.Close(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestDamagedPagesDontAnswer: pages that go bad while the index is open make a coded refusal that says what to do, and
// the next to open it begins anew.
func TestDamagedPagesDontAnswer(t *testing.T) {
	path, _ := filled(t)
	spoil(t, path)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".left", fmt.Appendf(nil, "%d %s", info.Size(),
		info.ModTime().UTC().Format(time.RFC3339Nano)), 0o600); err != nil {
		t.Fatal(err) // as a disk that changes bytes behind everybody's back
	}
	ix, err := Open(path)
	if err == nil {
		_, err = now(t, ix).Digest()
		if closed := ix.Close(); closed != nil {
			t.Error(closed)
		}
	}
	if fault.CodeOf(err) != fault.Machine || !strings.Contains(err.Error(), "made again from the blocks") {
		t.Fatalf("%v", err)
	}
	again, err := Open(path)
	if err != nil || again.Anew() != "it is damaged" || again.Height() != 0 {
		t.Fatalf("%v, %v", again, err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

// TestAFullDiskIsTheMachines: nothing of the blocks counts, and the error is the machine's.
func TestAFullDiskIsTheMachines(t *testing.T) {
	w, _ := wallets(t)
	ix, err := believing(filepath.Join(t.TempDir(), "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	tx, err := ix.db.Write(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("PRAGMA max_page_count = 1"); err != nil { // no less than there are
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	for seq := uint64(2); seq < 200; seq++ {
		w.write(sealed("D", 3, seq), put(row.Lot(numbered("D", 3, seq, 0).Row(0)), lot("DP", "ann", 50, today+30)))
	}
	err = ix.Apply(w.blocks()...)
	if got := machine.Fault(err); fault.CodeOf(got) != fault.Machine ||
		!strings.Contains(got.Error(), "the disk is full") || ix.Height() != 0 {
		t.Errorf("height %d, %v", ix.Height(), got)
	}
	if err := ix.Close(); err != nil {
		t.Error(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

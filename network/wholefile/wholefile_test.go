package wholefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := os.WriteFile(path, []byte("long ago"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, perm := range []fs.FileMode{0o600, 0o700} {
		if err := Write(path, []byte("new"), perm); err != nil {
			t.Fatal(err)
		}
		holds(t, path, "new", perm)
	}
	if err := Write(filepath.Join(dir, "none", "f"), nil, 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

// What was there stays when writing fails, and nothing is left beside it.
func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	path, broken := filepath.Join(dir, "f"), errors.New("broken")
	if err := Write(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := WriteTo(path, 0o644, func(w io.Writer) error {
		_, err := w.Write([]byte("half"))
		return errors.Join(err, broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	holds(t, path, "old", 0o600)
}

// holds holds that the directory has this file alone.
func holds(t *testing.T, path, text string, perm fs.FileMode) {
	t.Helper()
	data, err := os.ReadFile(path)
	info, err2 := os.Stat(path)
	if err != nil || err2 != nil || string(data) != text || info.Mode().Perm() != perm {
		t.Errorf("%q with %v, %v, %v", data, info.Mode(), err, err2)
	}
	if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) != 1 {
		t.Errorf("beside it: %v, %v", list, err)
	}
}

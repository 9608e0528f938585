package access

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/store"
)

func keyringOf(t *testing.T, path string) *Keyring {
	t.Helper()
	own, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := own.Close(); err != nil {
			t.Error(err)
		}
	})
	return NewKeyring(own)
}

// TestKeyring: a key is found by its whole text and nothing else, until it ends; the file and the list have no text.
func TestKeyring(t *testing.T) {
	path := filepath.Join(t.TempDir(), "node.db")
	k, beside := keyringOf(t, path), keyringOf(t, path)
	text, made, err := k.Add(t.Context(), NewKey{Name: "till-7", Role: "counter", Outlet: "12", Limits: Limits{1, 2,
		3}})
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := k.Add(t.Context(), NewKey{Name: "till-8", Role: "counter", Ends: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := beside.Find(t.Context(), text); err != nil || found.ID != made.ID ||
		found.Role.Name != "counter" || found.Outlet != "12" || found.Limits != (Limits{1, 2, 3}) {
		t.Errorf("found %+v, %v; want %+v", found, err, made)
	}
	secret := text[strings.LastIndexByte(text, '_')+1:]
	for _, wrong := range []string{"", text[:len(text)-1], text + "a", strings.ToUpper(text), keyPrefix + made.ID + "_",
		keyPrefix + secret, strings.TrimSuffix(other, other[strings.LastIndexByte(other, '_')+1:]) + secret,
		text + strings.Repeat("a", 1<<20),
		"tally_' OR 1=1 --_x"} {
		if _, err := k.Find(t.Context(), wrong); fault.CodeOf(err) != fault.Forbidden {
			t.Errorf("%.80q: %v", wrong, err)
		}
	}
	list, err := k.List(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatalf("%v, %v", list, err)
	}
	if shown, err := json.Marshal(list); err != nil || strings.Contains(string(shown), secret) {
		t.Errorf("%s, %v", shown, err)
	}
	if err := beside.End(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Find(t.Context(), text); fault.CodeOf(err) != fault.Forbidden {
		t.Errorf("an ended key: %v", err)
	}
	if err := k.End(t.Context(), "nobody"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("ended nobody: %v", err)
	}
	for _, file := range []string{path, path + "-wal"} {
		data, err := os.ReadFile(file)
		if err != nil || strings.Contains(string(data), secret) {
			t.Errorf("%s: %v, or it has the key's text", file, err)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", file, info.Mode(), err)
		}
	}
}

// TestKeysThatAreNone: a role, a name and an end that aren't are refused, and nothing is kept.
func TestKeysThatAreNone(t *testing.T) {
	k := keyringOf(t, filepath.Join(t.TempDir(), "node.db"))
	for _, what := range []NewKey{
		{Name: "till-7", Role: "till"}, {Role: "counter"}, {Name: "a\nb", Role: "counter"},
		{Name: "a\u009bb", Role: "counter"}, {Name: "a\xff", Role: "counter"}, {Name: "a\u202eb", Role: "counter"},
		{Name: strings.Repeat("a", 65), Role: "counter"},
		{Name: "till-7", Role: "counter", Ends: time.Now().Add(-time.Hour)},
		{Name: "li", Role: "approver"}, {Name: "till-7", Role: "counter", Outlet: "D:12"},
		{Name: "till-7", Role: "counter", Limits: Limits{PerDay: -1}}, {Name: "li", Role: "reader", Person: "a\nb"},
	} {
		if _, _, err := k.Add(t.Context(), what); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%+v: %v", what, err)
		}
	}
	if list, err := k.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// TestKeysEndByThemselves: a key lives until its end, and not at it.
func TestKeysEndByThemselves(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		key   Key
		lives bool
	}{
		{Key{}, true}, {Key{NewKey: NewKey{Ends: now.Add(1)}}, true}, {Key{NewKey: NewKey{Ends: now}}, false},
		{Key{Ended: now.Add(-1)}, false}, {Key{NewKey: NewKey{Ends: now.Add(1)}, Ended: now.Add(-1)}, false},
	} {
		if c.key.Lives(now) != c.lives {
			t.Errorf("%+v lives: %t", c.key, !c.lives)
		}
	}
}

// TestKeyringOfSeveral: several processes make keys at once, and all are there.
func TestKeyringOfSeveral(t *testing.T) {
	path := filepath.Join(t.TempDir(), "node.db")
	var makers sync.WaitGroup
	for range 4 {
		k := keyringOf(t, path)
		makers.Go(func() {
			for range 10 {
				if _, _, err := k.Add(t.Context(), NewKey{Name: "till", Role: "counter"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	makers.Wait()
	if list, err := keyringOf(t, path).List(t.Context()); err != nil || len(list) != 40 {
		t.Errorf("%d keys, %v; want 40", len(list), err)
	}
}

// TestTheSameKey: who asks again with the same bytes is told the same key, and not another one.
func TestTheSameKey(t *testing.T) {
	k := keyringOf(t, filepath.Join(t.TempDir(), "node.db"))
	random := bytes.Repeat([]byte{7}, KeyBytes)
	what := NewKey{Name: "li", Role: "approver", Person: "Li@Example", Ends: time.Now().Add(time.Hour)}
	first, made, err := k.AddOnce(t.Context(), what, random)
	if err != nil || made.Person != "li@example" {
		t.Fatal(made, err)
	}
	if again, key, err := k.AddOnce(t.Context(), what, random); err != nil || again != first || key != made {
		t.Errorf("%+v, %v", key, err)
	}
	what.Role = "admin"
	if _, _, err := k.AddOnce(t.Context(), what, random); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("another key: %v", err)
	}
}

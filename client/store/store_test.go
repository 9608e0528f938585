package store

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tallystick/client/index/pgtest"
)

// onEach tests what is the same on SQLite and on PostgreSQL, if the machine has its programs.
func onEach(t *testing.T, test func(t *testing.T, at string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "node.db")) })
	t.Run("postgres", func(t *testing.T) {
		server, err := pgtest.Start()
		if errors.Is(err, pgtest.ErrNone) && !pgtest.Required() {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := server.Stop(); err != nil {
				t.Error(err)
			}
		})
		test(t, server.URL())
	})
}

func open(t *testing.T, at string) *Store {
	t.Helper()
	s, err := Open(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func write(t *testing.T, s *Store, statement string, args ...any) {
	t.Helper()
	if err := s.Write(t.Context(), func(w Writer) error {
		_, err := w.Exec(t.Context(), statement, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestWritersTakeTurns: what a transaction has read stays as it is until it ends, whichever process writes besides.
func TestWritersTakeTurns(t *testing.T) { onEach(t, testTurns) }

func testTurns(t *testing.T, path string) {
	first := open(t, path)
	write(t, first, "CREATE TABLE counted (n INTEGER)")
	write(t, first, "INSERT INTO counted VALUES (0)")
	var all sync.WaitGroup
	for _, s := range []*Store{first, open(t, path)} {
		for range 4 {
			all.Go(func() {
				for range 10 {
					if err := s.Write(t.Context(), func(w Writer) error {
						n := 0
						if _, err := w.One(t.Context(), "SELECT n FROM counted", nil, &n); err != nil {
							return err
						}
						_, err := w.Exec(t.Context(), "UPDATE counted SET n = ?", n+1)
						return err
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	all.Wait()
	n := 0
	if _, err := first.One(t.Context(), "SELECT n FROM counted", nil, &n); err != nil || n != 80 {
		t.Errorf("%d, %v; want 80", n, err)
	}
}

// TestRefusedWrites: what a refused transaction has written isn't there, and the next one may write.
func TestRefusedWrites(t *testing.T) { onEach(t, testRefused) }

func testRefused(t *testing.T, path string) {
	s := open(t, path)
	write(t, s, "CREATE TABLE things (name TEXT)")
	no := errors.New("no")
	if err := s.Write(t.Context(), func(w Writer) error {
		if _, err := w.Exec(t.Context(), "INSERT INTO things VALUES (?)", "a"); err != nil {
			return err
		}
		return no
	}); !errors.Is(err, no) {
		t.Errorf("%v, want what was refused", err)
	}
	write(t, s, "INSERT INTO things VALUES (?)", "b")
	var names []string
	if err := s.Each(t.Context(), "SELECT name FROM things", nil, func(scan Scan) error {
		var name string
		err := scan(&name)
		names = append(names, name)
		return err
	}); err != nil || strings.Join(names, " ") != "b" {
		t.Errorf("%v, %v; want b", names, err)
	}
	if found, err := s.One(t.Context(), "SELECT name FROM things WHERE name = ?", []any{"a"}, new(string)); found ||
		err != nil {
		t.Errorf("found %t, %v", found, err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("a panic is lost")
			}
		}()
		_ = s.Write(t.Context(), func(Writer) error { panic("no") })
	}()
	write(t, s, "INSERT INTO things VALUES (?)", "c")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Write(gone, func(Writer) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want canceled", err)
	}
}

// TestMigrations: a store is opened again as it is, and one that a newer version or another one has changed isn't.
func TestMigrations(t *testing.T) { onEach(t, testMigrations) }

func testMigrations(t *testing.T, at string) {
	for name, c := range map[string]struct{ statement, want string }{
		"same": {"UPDATE migrations SET made = 1", ""},
		"newer": {"INSERT INTO migrations VALUES ('9999-more.sql', 'x', 1)",
			"newer version, in its step 9999-more.sql"},
		"another": {"UPDATE migrations SET hash = 'x' WHERE name = '0001-keys.sql'", "its step 0001-keys.sql differs"},
	} {
		t.Run(name, func(t *testing.T) {
			own := open(t, at)
			was := map[string]string{}
			if err := own.Each(t.Context(), "SELECT name, hash FROM migrations", nil, func(scan Scan) error {
				var name, hash string
				err := scan(&name, &hash)
				was[name] = hash
				return err
			}); err != nil {
				t.Fatal(err)
			}
			defer func() {
				write(t, own, "DELETE FROM migrations")
				for name, hash := range was {
					write(t, own, "INSERT INTO migrations VALUES (?, ?, 1)", name, hash)
				}
			}()
			write(t, own, c.statement)
			s, err := Open(t.Context(), at)
			if err == nil {
				err = s.Close()
			}
			if got := errorText(err); c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

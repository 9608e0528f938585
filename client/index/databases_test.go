package index

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"tallystick/client/index/pgtest"
)

// onPostgres names the environment's variable that has the tests keep their read
// models in PostgreSQL, benchmarks too: TALLY_INDEX_TESTS=postgres go test …
const onPostgres = "TALLY_INDEX_TESTS"

// server is where the tests' read models are; nil: in files of SQLite.
var server *pgtest.Server

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(doomed) != "":
		die()
	case os.Getenv(onPostgres) == "postgres":
		os.Exit(runOnPostgres(m))
	}
	os.Exit(m.Run())
}

func runOnPostgres(m *testing.M) int {
	var err error
	if server, err = pgtest.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	if err := server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// TestOnPostgres runs all tests of this package once more, on PostgreSQL. Without a
// server's programs it is skipped, or fails if it must not be: see pgtest.Required.
func TestOnPostgres(t *testing.T) {
	if os.Getenv(onPostgres) != "" { // asked here too, so that go test knows what its result depends on
		t.Skip("this is that run")
	}
	if err := pgtest.Available(); err != nil {
		if pgtest.Required() {
			t.Fatal(err)
		}
		t.Skip("the tests ran on SQLite alone: ", err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-test.v", "-test.timeout=25m")
	cmd.Env = append(os.Environ(), onPostgres+"=postgres")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if ran := bytes.Count(out, []byte("\n--- PASS: ")); ran < 20 {
		t.Errorf("%d tests ran:\n%s", ran, out)
	}
}

// where is a place for a read model that nobody has had before.
func where(t testing.TB) string {
	if server != nil {
		return server.URL()
	}
	return filepath.Join(t.TempDir(), "index.db")
}

// fresh is an empty read model.
func fresh(t testing.TB) *Index {
	t.Helper()
	return openAt(t, where(t))
}

// openAt opens a read model until the test ends.
func openAt(t testing.TB, place string) *Index {
	t.Helper()
	ix, err := believing(place)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ix.Close(); err != nil {
			t.Error(err)
		}
	})
	return ix
}

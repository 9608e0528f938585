package index

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/client/index/internal/database"
)

// needServer skips what is about PostgreSQL alone; see TestOnPostgres.
func needServer(t *testing.T) {
	if server == nil {
		t.Skip("on PostgreSQL only")
	}
}

// TestBothGiveTheSameDigest takes the same blocks in on both databases.
func TestBothGiveTheSameDigest(t *testing.T) {
	needServer(t)
	bought, _ := wallets(t)
	owes, _ := owing(t)
	for name, w := range map[string]*world{

		"wallets": bought, "sales": sales(t), "hidden sales": hiddenSales(t), "people": people(t),
		"a campaign": newMarketing(t).world, "a shop": shop(t),
		"debts": owes, "a close": closing(t),
	} {
		lite := openAt(t, filepath.Join(t.TempDir(), "index.db"))
		if err := lite.Apply(w.blocks()...); err != nil {
			t.Fatal(err)
		}
		want, err1 := now(t, lite).Digest()
		r := now(t, w.index())
		got, err2 := r.Digest()
		if err1 != nil || err2 != nil || r.Height() != lite.Height() || got.String() != want.String() {
			t.Errorf("%s: SQLite %s, PostgreSQL %s, %v, %v", name, want, got, err1, err2)
		}
	}
}

// TestSortsByBytes holds lists in the order of the ledger's keys, whatever order the
// database's language has: capitals first.
func TestSortsByBytes(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"a-1", "B-1", "_c", "a_1", "Z", "b-1"} {
		w.write(put(row.Supplier(id), goods.Supplier{ID: id, Party: "D"}))
	}
	ix := w.index()
	var list []string
	for page := (Page{Limit: 2}); ; {
		found, err := now(t, ix).Suppliers(SupplierFilter{}, page)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, ids(found)...)
		if page.After = found.Next; page.After == "" {
			break
		}
	}
	if got := strings.Join(list, " "); got != "B-1 Z _c a-1 a_1 b-1" {
		t.Error(got)
	}
}

// TestSumsAreExact holds sums, of which PostgreSQL makes another type, to the last digit.
func TestSumsAreExact(t *testing.T) {
	w := newWorld(t)
	for lane, n := range []amount.Units{database.Most, 10_000_000_000, 1} {
		w.write(put(row.Totals("DP", "D", uint8(lane+1)), points.Totals{Issued: n}))
	}
	list, err := now(t, w.index()).Outstanding()
	if want := int64(database.Most + 10_000_000_001); err != nil || int64(list[0].Issued) != want {
		t.Errorf("%+v, %v, want %d", list, err, want)
	}
}

// TestServerFails lets the server fail: what it had last may be gone, and is read
// again; a read model that was open goes on.
func TestServerFails(t *testing.T) {
	needServer(t)
	w, _ := wallets(t)
	blocks, place := w.blocks(), where(t)
	ix := openAt(t, place)
	if err := ix.Apply(blocks[:2]...); err != nil {
		t.Fatal(err)
	}
	if err := server.Crash(); err != nil {
		t.Fatal(err)
	}
	again := openAt(t, place)
	if again.Height() > 2 {
		t.Fatalf("height %d", again.Height())
	}
	if err := again.Apply(blocks[again.Height():]...); err != nil {
		t.Fatal(err)
	}
	if err := ix.Apply(blocks[ix.Height():]...); err != nil {
		t.Fatal(err)
	}
	want, _ := now(t, w.index()).Digest()
	if got, err := now(t, ix).Digest(); err != nil || got.String() != want.String() {
		t.Errorf("another digest, %v", err)
	}
}

// execIn runs SQL in the schema of a URL.
func execIn(t *testing.T, url, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func TestTablesOfAnotherVersion(t *testing.T) {
	needServer(t)
	w, _ := wallets(t)
	url := where(t)
	old := openAt(t, url)
	if err := old.Apply(w.blocks()...); err != nil {
		t.Fatal(err)
	}
	execIn(t, url, "UPDATE version SET number = number + 1; CREATE TABLE added (key TEXT)")
	if err := old.Apply(w.blocks()...); err == nil || !strings.Contains(err.Error(), "another version") {
		t.Errorf("a program whose tables are gone goes on: %v", err)
	}
	next := openAt(t, url)
	if next.Height() != 0 {
		t.Errorf("height %d of another version's tables", next.Height())
	}
	if err := next.Apply(w.blocks()...); err != nil {
		t.Error(err)
	}
	execIn(t, url, "CREATE TABLE added (key TEXT)") // the one of before is gone
	if again := openAt(t, url); again.Height() != next.Height() {
		t.Errorf("height %d: tables of this version were made again", again.Height())
	}
}

func TestOpenRefusesSchemas(t *testing.T) {
	needServer(t)
	others := server.URLOf("others")
	execIn(t, others, "CREATE SCHEMA others; CREATE TABLE others.ledger (n INTEGER)")
	for name, c := range map[string]struct{ url, says string }{
		"tables of others": {others, "aren't an index's"},
		"everybody's":      {server.URLOf("public"), "search_path"},
		"the server's":     {server.URLOf("pg_catalog"), "search_path"},
		"two":              {server.URLOf("a,b"), "search_path"},
		"one to be quoted": {server.URLOf(`a"b`), "search_path"},
		"capitals":         {server.URLOf("Tally"), "search_path"},
		"none":             {server.URLOf(""), "search_path"},
		"no such database": {strings.Replace(others, "/postgres?", "/none?", 1), "none"},
		"a wrong setting":  {others + "&connect_timeout=soon", "connect_timeout"},
		"a wrong password": {strings.Replace(strings.Replace(others, "tally@", "tally:s3cret@", 1), "passfile",
			"x-passfile", 1), ""},
		"no URL, a password": {"postgres://tally:s3cret@a:b:c/postgres?search_path=x", ""},
	} {
		ix, err := Open(c.url)
		if err == nil {
			t.Errorf("%s passes: %v", name, ix.Close())
			continue
		}
		if !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	execIn(t, others, "SELECT n FROM ledger") // it is there still
	mine := server.URLOf("given")
	execIn(t, mine, "CREATE SCHEMA given") // by an administrator
	openAt(t, mine)
}

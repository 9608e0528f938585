// Package indextest gives tests a read model: of a ledger under the true rules, or of one that has just the rows that
// they name.
package indextest

import (
	"database/sql"
	"iter"
	"path/filepath"
	"testing"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/client/block"
	"tallystick/client/index"
	"tallystick/client/index/indextest/rowwriter"
)

// Entry is one key to write.
type Entry = rowwriter.Entry

// Put writes a row.
func Put[T any](key row.Key[T], value T) Entry {
	return Entry{Key: string(key), Value: row.Encode(value)}
}

// Numbered is the number that a command of D has here: all are sealed.
func Numbered(i uint16) number.Command { return number.Command{Party: "D", Lane: 1, Seq: 1, Index: i} }

// ReadModel is the read model of a ledger with some rows, each list in a block of its own.
func ReadModel(t testing.TB, blocks ...[]Entry) *index.Reading {
	t.Helper()
	return ReadModelUpTo(t, 1<<62, blocks...)
}

// ReadModelUpTo is the read model of so many blocks of it.
func ReadModelUpTo(t testing.TB, height uint64, blocks ...[]Entry) *index.Reading {
	t.Helper()
	n := ledgersim.New(ledgersim.Config{Seed: 1, Orgs: []ledgersim.Org{{MSP: "G", Peer: true}, {MSP: "D", Peer: true}}})
	for _, name := range []string{"tally", "tallyseal"} {
		n.Deploy(name, rowwriter.Chaincode{}, ledgersim.OutOf(2, "G", "D"))
	}
	for _, entries := range blocks {
		seal := Entry{
			Space: "tallyseal", Key: string(row.LaneHead("D", 1)),
			Value: row.Encode(row.Head{Seq: 1, Chain: make([]byte, 32)}),
		}
		if tx, err := n.Invoke(n.Identity("D", "client"), "tally", []byte("write"),
			codec.Encode(append([]Entry{seal}, entries...))); err != nil || !tx.Valid() {
			t.Fatal(tx, err)
		}
	}
	return now(t, upTo(t, n.Blocks(), height, filepath.Join(t.TempDir(), "index.db")))
}

// Of reads a ledger's blocks into a read model, in which somebody then changes what statements of SQL say.
func Of(t testing.TB, blocks iter.Seq[*ledgersim.Block], changes ...string) *index.Reading {
	t.Helper()
	path := filepath.Join(t.TempDir(), "index.db")
	ix := upTo(t, blocks, 1<<62, path)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range changes {
		if _, err := db.Exec(change); err != nil {
			t.Fatalf("%s: %v", change, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return now(t, ix)
}

// upTo makes a read model of so many blocks; it is closed at the test's end.
func upTo(t testing.TB, blocks iter.Seq[*ledgersim.Block], height uint64, path string) *index.Index {
	t.Helper()
	ix, err := index.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	ix.BelieveAll()
	t.Cleanup(func() {
		if err := ix.Close(); err != nil {
			t.Error(err)
		}
	})
	for b := range blocks {
		parsed, err := block.Parse(b.Proto())
		if err == nil && parsed.Number < height {
			err = ix.Apply(parsed)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return ix
}

// now is a reading of what a read model has; it is closed at the test's end.
func now(t testing.TB, ix *index.Index) *index.Reading {
	t.Helper()
	r, err := ix.At(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

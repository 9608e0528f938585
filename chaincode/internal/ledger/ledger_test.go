package ledger

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/row"
)

// peerStub behaves as Fabric's: writes are invisible to reads, and a write
// batch that wasn't started sends nothing.
type peerStub struct {
	state, sent map[string][]byte
	batch       map[string][]byte
	private     []string // what was sent to collections, in order
	reads       int
	short       bool // answer GetMultipleStates with one value too few
	fail        error
}

func (s *peerStub) GetState(key string) ([]byte, error) { s.reads++; return s.state[key], s.fail }
func (s *peerStub) GetMultipleStates(keys ...string) ([][]byte, error) {
	s.reads++
	if len(keys) > maxKeysACall {
		return nil, errors.New("too many keys")
	}
	var values [][]byte
	for _, k := range keys {
		values = append(values, s.state[k])
	}
	if s.short {
		values = values[1:]
	}
	return values, s.fail
}
func (s *peerStub) PutState(key string, value []byte) error {
	if s.batch == nil {
		return errors.New("outside a batch")
	}
	s.batch[key] = value
	return s.fail
}
func (s *peerStub) PutPrivateData(collection, key string, value []byte) error {
	s.private = append(s.private, fmt.Sprintf("put %s %s %s", collection, key, value))
	return s.fail
}
func (s *peerStub) PurgePrivateData(collection, key string) error {
	s.private = append(s.private, fmt.Sprintf("purge %s %s", collection, key))
	return s.fail
}
func (s *peerStub) StartWriteBatch() { s.batch = map[string][]byte{} }
func (s *peerStub) FinishWriteBatch() error {
	s.sent, s.batch = s.batch, nil
	return s.fail
}

func key(i int) row.Key[row.Cursor] { return row.Source("D", fmt.Sprint("s", i)) }

// The overlay is a map with savepoints; Flush sends what is left of the writes.
func TestTxIsAMapWithSavepoints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stub := &peerStub{state: map[string][]byte{}}
		model, written := map[int]uint64{}, map[int]bool{}
		for i := range 6 {
			if rapid.Bool().Draw(t, "committed") {
				model[i] = uint64(i)
				stub.state[string(key(i))] = row.Encode(row.Cursor{At: uint64(i)})
			}
		}
		tx := New(stub)
		type saved struct {
			mark    int
			model   map[int]uint64
			written map[int]bool
		}
		var saves []saved
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			i := rapid.IntRange(0, 5).Draw(t, "key")
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				v := rapid.Uint64Range(0, 9).Draw(t, "value")
				Put(tx, key(i), row.Cursor{At: v})
				model[i], written[i] = v, true
			case 1:
				got, ok, err := Find(tx, key(i))
				if want, has := model[i]; err != nil || ok != has || got.At != want {
					t.Fatalf("key %d: %v, %v, %v; want %d, %v", i, got, ok, err, want, has)
				}
			case 2:
				saves = append(saves, saved{tx.Mark(), clone(model), clone(written)})
			case 3:
				if n := len(saves); n > 0 {
					tx.Rollback(saves[n-1].mark)
					model, written = saves[n-1].model, saves[n-1].written
					saves = saves[:n-1]
				}
			case 4:
				tx.Volume(0)
			case 5:
				if err := tx.Prefetch([]string{string(key(i)), string(key(0)), string(key(i))}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := tx.Volume(0); got.Rows != len(written) || (got.Bytes == 0) != (len(written) == 0) {
			t.Fatalf("%+v of %d rows", got, len(written))
		}
		if err := tx.Flush(); err != nil {
			t.Fatal(err)
		}
		if len(stub.sent) != len(written) {
			t.Fatalf("%d rows sent, %d written", len(stub.sent), len(written))
		}
		for i := range written {
			if got, err := row.Decode[row.Cursor](stub.sent[string(key(i))]); err != nil || got.At != model[i] {
				t.Fatalf("key %d: %v, %v; want %d", i, got, err, model[i])
			}
		}
	})
}

func clone[K comparable, V any](m map[K]V) map[K]V {
	c := make(map[K]V, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}

func TestPrefetchReadsOnceAndInChunks(t *testing.T) {
	stub := &peerStub{state: map[string][]byte{string(key(1500)): row.Encode(row.Cursor{At: 7})}}
	tx := New(stub)
	var keys []string
	for i := range 2500 {
		keys = append(keys, string(key(i)))
	}
	if err := tx.Prefetch(keys); err != nil || stub.reads != 3 {
		t.Fatalf("%d calls, %v", stub.reads, err)
	}
	if got, ok, err := Find(tx, key(1500)); err != nil || !ok || got.At != 7 || stub.reads != 3 {
		t.Errorf("%v %v %v after %d calls", got, ok, err, stub.reads)
	}
	if _, ok, err := Find(tx, key(3)); err != nil || ok || stub.reads != 3 {
		t.Errorf("an absent row was read again: %v %v", ok, err)
	}
}

func TestLedgerFaultsAreNoRefusals(t *testing.T) {
	broken := errors.New("disk")
	for name, do := range map[string]func() error{
		"a short answer":      func() error { return New(&peerStub{short: true}).Prefetch([]string{"a", "b"}) },
		"a failed prefetch":   func() error { return New(&peerStub{fail: broken}).Prefetch([]string{"a"}) },
		"a failed read":       func() error { _, _, err := Find(New(&peerStub{fail: broken}), key(1)); return err },
		"an unknown version":  func() error { return findRaw([]byte{9, 0x81, 1}) },
		"a row that is noise": func() error { return findRaw([]byte{1, 0xff}) },
		"a failed flush": func() error {
			tx := New(&peerStub{fail: broken})
			Put(tx, key(1), row.Cursor{})
			return tx.Flush()
		},
	} {
		var refusal *fault.Error
		if err := do(); err == nil || errors.As(err, &refusal) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func findRaw(value []byte) error {
	_, _, err := Find(New(&peerStub{state: map[string][]byte{string(key(1)): value}}), key(1))
	return err
}

// What goes to collections is rolled back and sent as rows are.
func TestPrivateWrites(t *testing.T) {
	stub := &peerStub{state: map[string][]byte{}}
	tx := New(stub)
	tx.PutPrivate("d-g", "2", []byte("b"))
	tx.PutPrivate("d-g", "1", []byte("a"))
	mark := tx.Mark()
	tx.PutPrivate("d-g", "1", []byte("changed"))
	tx.Purge("d-g", "2")
	tx.PutPrivate("c-d", "9", []byte("refused"))
	Put(tx, key(1), row.Cursor{At: 1})
	tx.Rollback(mark)
	tx.Purge("c-d", "3")
	if err := tx.Flush(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"purge c-d 3", "put d-g 1 a", "put d-g 2 b"}; !slices.Equal(stub.private, want) ||
		len(stub.sent) != 0 {
		t.Errorf("%q, %q", stub.private, stub.sent)
	}
	stub.fail = errors.New("the peer is gone")
	if err := tx.Flush(); err == nil {
		t.Error("a failure was swallowed")
	}
}

// A row counts once, with the size that it had at first; taken back, it doesn't count.
func TestVolumeCountsARowOnce(t *testing.T) {
	tx := New(&peerStub{state: map[string][]byte{}})
	Put(tx, key(1), row.Cursor{At: 1})
	one := tx.Volume(0)
	if want := (Volume{1, len(key(1)) + len(row.Encode(row.Cursor{At: 1}))}); one != want {
		t.Fatalf("%+v, want %+v", one, want)
	}
	mark := tx.Mark()
	Put(tx, key(1), row.Cursor{At: 1 << 40})
	Put(tx, key(2), row.Cursor{At: 2})
	if got := tx.Volume(mark); got != (Volume{2, 2 * one.Bytes}) {
		t.Errorf("%+v", got)
	}
	tx.Rollback(mark)
	if got := tx.Volume(mark); got != one {
		t.Errorf("taken back: %+v, want %+v", got, one)
	}
}

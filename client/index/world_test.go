package index

import (
	"io"
	"sync"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/client/block"
	"tallystick/client/index/indextest/rowwriter"
)

type entry = rowwriter.Entry

// world is a ledger that tests write at will.
type world struct {
	t *testing.T
	n *ledgersim.Network
}

func newWorld(t *testing.T) *world {
	n := ledgersim.New(ledgersim.Config{
		Seed: 1, Orgs: []ledgersim.Org{{MSP: "G", Peer: true}, {MSP: "D", Peer: true}, {MSP: "M"}},
	})
	for _, name := range []string{"tally", "tallyseal", "tallyseal-D", "tallyseal-G"} {
		n.Deploy(name, rowwriter.Chaincode{}, ledgersim.OutOf(2, "G", "D"))
	}
	w := &world{t, n}
	w.write(
		put(row.Party("D"), party.Party{ID: "D", Roles: party.Issuer, Peer: true}),
		put(row.Party("M"), party.Party{ID: "M", Roles: party.Issuer}),
		put(row.Programme("DP"), points.Programme{ID: "DP", Issuer: "D", Price: amount.Rate{Num: 1, Den: 1}}),
		put(row.Programme("MP"), points.Programme{ID: "MP", Issuer: "M", Price: amount.Rate{Num: 1, Den: 1}}),
	)
	return w
}

// write makes a block of one transaction.
func (w *world) write(entries ...entry) {
	w.t.Helper()
	tx, err := w.n.Invoke(w.n.Identity("D", "client"), "tally", []byte("write"), codec.Encode(entries))
	if err != nil || !tx.Valid() {
		w.t.Fatalf("writing: %v %v", tx, err)
	}
}

// blocks are all blocks, parsed.
func (w *world) blocks() []*block.Block {
	w.t.Helper()
	var list []*block.Block
	for b := range w.n.Blocks() {
		parsed, err := block.Parse(b.Proto())
		if err != nil {
			w.t.Fatal(err)
		}
		list = append(list, parsed)
	}
	return list
}

// index is an index of everything so far.
func (w *world) index() *Index {
	w.t.Helper()
	ix := fresh(w.t)
	if err := ix.Apply(w.blocks()...); err != nil {
		w.t.Fatal(err)
	}
	return ix
}

func put[T any](key row.Key[T], value T) entry {
	return entry{Key: string(key), Value: row.Encode(value)}
}

// sealed moves a lane in a party's own namespace, M having no peer.
func sealed(owner string, lane uint8, seq uint64) entry {
	return sealedIn(row.SealOf(owner, owner != "M"), owner, lane, seq)
}

func sealedIn(space, owner string, lane uint8, seq uint64) entry {
	return entry{
		Space: space, Key: string(row.LaneHead(owner, lane)),
		Value: row.Encode(row.Head{Seq: seq, Chain: make([]byte, 32)}),
	}
}

func numbered(owner string, lane uint8, seq uint64, i int) number.Command {
	return number.Command{Party: owner, Lane: lane, Seq: seq, Index: uint16(i)}
}

func lot(programme, member string, issued amount.Units, expires date.Date) points.Lot {
	return points.Lot{Programme: programme, Member: member, Issued: issued, Expires: expires, State: points.Active}
}

// believing opens a read model that honours anything.
func believing(where string) (*Index, error) {
	ix, err := Open(where)
	if err == nil {
		ix.BelieveAll()
	}
	return ix, err
}

// readings are the open ones of tests, by index.
var readings sync.Map

// now is a reading of what an index has; it is closed by the next one, or at the test's end.
func now(t testing.TB, ix *Index) *Reading {
	t.Helper()
	r, err := ix.At(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	last, had := readings.Swap(ix, r)
	if !had {
		t.Cleanup(func() {
			last, _ := readings.LoadAndDelete(ix)
			shut(t, last.(*Reading))
		})
		return r
	}
	shut(t, last.(*Reading))
	return r
}

// shut closes what a test opened.
func shut(t testing.TB, what io.Closer) {
	t.Helper()
	if err := what.Close(); err != nil {
		t.Error(err)
	}
}

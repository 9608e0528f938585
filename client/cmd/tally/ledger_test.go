package main

import (
	"path/filepath"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	pb "github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/client/block"
	"tallystick/client/index"
	"tallystick/client/vault"
)

// entry is one key to write.
type entry struct {
	_     struct{} `cbor:",toarray"`
	Space string
	Key   string
	Value []byte
}

func put[T any](key row.Key[T], value T) entry {
	return entry{Key: string(key), Value: row.Encode(value)}
}

// scribe is a chaincode that writes what it is told.
type scribe struct{}

func (scribe) Init(shim.ChaincodeStubInterface) *pb.Response { return shim.Success(nil) }

func (scribe) Invoke(stub shim.ChaincodeStubInterface) *pb.Response {
	var entries []entry
	if err := codec.Decode(stub.GetArgs()[1], &entries); err != nil {
		return shim.Error(err.Error())
	}
	for _, e := range entries {
		if e.Space != "" {
			one := codec.Encode([]entry{{Key: e.Key, Value: e.Value}})
			if answer := stub.InvokeChaincode(e.Space, [][]byte{[]byte("write"), one}, ""); answer.GetStatus() != 200 {
				return answer
			}
			continue
		}
		if err := stub.PutState(e.Key, e.Value); err != nil {
			return shim.Error(err.Error())
		}
	}
	return shim.Success(nil)
}

// numbered is the number that a command of D has in these tests: all are sealed.
func numbered(i uint16) number.Command { return number.Command{Party: "D", Lane: 1, Seq: 1, Index: i} }

// readModel is the read model of a ledger with some rows, each list in a block of its
// own.
func readModel(t *testing.T, blocks ...[]entry) *index.Reading {
	t.Helper()
	return readModelUpTo(t, 1<<62, blocks...)
}

// readModelUpTo is the read model of so many blocks of it.
func readModelUpTo(t *testing.T, height uint64, blocks ...[]entry) *index.Reading {
	t.Helper()
	n := ledgersim.New(ledgersim.Config{Seed: 1, Orgs: []ledgersim.Org{{MSP: "G", Peer: true}, {MSP: "D", Peer: true}}})
	for _, name := range []string{"tally", "tallyseal"} {
		n.Deploy(name, scribe{}, ledgersim.OutOf(2, "G", "D"))
	}
	for _, entries := range blocks {
		seal := entry{Space: "tallyseal", Key: string(row.LaneHead("D", 1)), Value: row.Encode(row.Head{Seq: 1, Chain: make([]byte, 32)})}
		if tx, err := n.Invoke(n.Identity("D", "client"), "tally", []byte("write"), codec.Encode(append([]entry{seal}, entries...))); err != nil || !tx.Valid() {
			t.Fatal(tx, err)
		}
	}
	ix, err := index.Open(filepath.Join(t.TempDir(), "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	ix.BelieveAll()
	t.Cleanup(func() {
		if err := ix.Close(); err != nil {
			t.Error(err)
		}
	})
	for b := range n.Blocks() {
		parsed, err := block.Parse(b.Proto())
		if err == nil && parsed.Number < height {
			err = ix.Apply(parsed)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return now(t, ix)
}

// now is a reading of what a read model has; it is closed at the test's end.
func now(t *testing.T, ix *index.Index) *index.Reading {
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

func aVault(t *testing.T) *vault.Vault {
	t.Helper()
	v, err := vault.Open(t.TempDir(), "D")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	})
	return v
}

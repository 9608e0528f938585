package ledgersim

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// kind is what a change does; the shim's record types.
type kind int

const (
	putValue kind = iota
	delValue
	purgeValue
	putPolicy
)

func (k kind) message() peer.ChaincodeMessage_Type {
	return [...]peer.ChaincodeMessage_Type{peer.ChaincodeMessage_PUT_STATE, peer.ChaincodeMessage_DEL_STATE,
		peer.ChaincodeMessage_PURGE_PRIVATE_DATA, peer.ChaincodeMessage_PUT_STATE_METADATA}[k]
}

// record is one change to a key's value or policy.
type record struct {
	collection, key string
	value           []byte // the chaincode's own slice until it is sent
	kind            kind
}

// writeBatch holds the last change of each key's value, and of each key's policy,
// until it is sent (shim/batch.go).
type writeBatch struct{ records map[batchKey]record }

type batchKey struct {
	collection, key string
	policy          bool
}

// change sends a change to the peer at once, or puts it in the batch if one was started.
func (s *stub) change(r record) error {
	if s.batch != nil {
		s.batch.records[batchKey{r.collection, r.key, r.kind == putPolicy}] = r
		return nil
	}
	wire(r.collection, r.key)
	if err := s.apply(r); err != nil {
		return s.failed(r.kind.message(), err)
	}
	return nil
}

// StartWriteBatch holds changes back until FinishWriteBatch or the end of Invoke.
func (s *stub) StartWriteBatch() {
	if s.batch == nil {
		s.batch = &writeBatch{records: map[batchKey]record{}}
	}
}

// batchSize is how many changes one message carries (peer.chaincode.runtimeParams).
const batchSize = 1000

// FinishWriteBatch sends the batch; without one it does nothing and says nothing.
// What a failed message had already applied stays. The shim sends in the order of
// a Go map; here it is the keys', for a seed to mean one thing.
func (s *stub) FinishWriteBatch() error {
	if s.batch == nil {
		return nil
	}
	records := slices.SortedFunc(maps.Values(s.batch.records), func(a, b record) int {
		return cmp.Or(cmp.Compare(a.collection, b.collection), cmp.Compare(a.key, b.key), cmp.Compare(a.kind, b.kind))
	})
	s.batch = nil
	for chunk := range slices.Chunk(records, batchSize) {
		for _, r := range chunk {
			wire(r.collection, r.key)
		}
		for _, r := range chunk {
			if err := s.apply(r); err != nil {
				return fmt.Errorf("failed send batch: %w", s.failed(peer.ChaincodeMessage_WRITE_BATCH_STATE, err))
			}
		}
	}
	return nil
}

// apply is the peer's side of a change.
func (s *stub) apply(r record) error {
	var value []byte // no bytes arrive as nil
	if len(r.value) > 0 {
		value = bytes.Clone(r.value)
	}
	if r.collection != "" {
		return s.applyPrivate(r, value)
	}
	switch r.kind {
	case putPolicy:
		return s.sim.writePolicy(s.def.name, r.key, value)
	case putValue:
		return s.sim.write(s.def.name, r.key, value)
	case delValue:
		return s.sim.write(s.def.name, r.key, nil)
	}
	return errors.New("only applicable for private data")
}

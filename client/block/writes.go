package block

import (
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// Write is one key that a transaction wrote.
type Write struct {
	Key     string
	Value   []byte
	Deleted bool
}

// Set is what a transaction wrote to one namespace, sorted by key as Fabric
// keeps it.
type Set struct {
	Namespace string
	Writes    []Write
}

// WriteSets returns what the transaction wrote, namespace by namespace; nothing
// for what isn't an endorser transaction. Whether it took effect is for the
// caller to ask: Valid.
func (t Tx) WriteSets() ([]Set, error) {
	if !t.Endorsed {
		return nil, nil
	}
	action, err := actionOf(t.data)
	if err != nil {
		return nil, fmt.Errorf("transaction %s: %w", t.ID, err)
	}
	var raw rwset.TxReadWriteSet
	if err := proto.Unmarshal(action.GetResults(), &raw); err != nil {
		return nil, fmt.Errorf("transaction %s: its write set: %w", t.ID, err)
	}
	var sets []Set
	for _, space := range raw.GetNsRwset() {
		var kv kvrwset.KVRWSet
		if err := proto.Unmarshal(space.GetRwset(), &kv); err != nil {
			return nil, fmt.Errorf("transaction %s: its write set: %w", t.ID, err)
		}
		set := Set{Namespace: space.GetNamespace(), Writes: make([]Write, len(kv.GetWrites()))}
		for i, w := range kv.GetWrites() {
			set.Writes[i] = Write{Key: w.GetKey(), Value: w.GetValue(), Deleted: w.GetIsDelete()}
		}
		sets = append(sets, set)
	}
	return sets, nil
}

// Writes returns what the transaction wrote to one namespace.
func (t Tx) Writes(namespace string) ([]Write, error) {
	sets, err := t.WriteSets()
	for _, s := range sets {
		if s.Namespace == namespace {
			return s.Writes, err
		}
	}
	return nil, err
}

// Answer returns what the chaincode answered to the transaction.
func (t Tx) Answer() ([]byte, error) {
	if !t.Endorsed {
		return nil, nil
	}
	action, err := actionOf(t.data)
	if err != nil {
		return nil, fmt.Errorf("transaction %s: %w", t.ID, err)
	}
	return action.GetResponse().GetPayload(), nil
}

// actionOf digs the chaincode's action out of a transaction. Fabric allows one
// action a transaction.
func actionOf(data []byte) (*peer.ChaincodeAction, error) {
	var (
		tx       peer.Transaction
		payload  peer.ChaincodeActionPayload
		response peer.ProposalResponsePayload
		action   peer.ChaincodeAction
	)
	err := unmarshalEach(
		step{func() []byte { return data }, &tx},
		step{func() []byte {
			if len(tx.GetActions()) == 0 {
				return nil
			}
			return tx.GetActions()[0].GetPayload()
		}, &payload},
		step{func() []byte { return payload.GetAction().GetProposalResponsePayload() }, &response},
		step{response.GetExtension, &action},
	)
	return &action, err
}

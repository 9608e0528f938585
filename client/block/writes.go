package block

import (
	"fmt"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// Action is what a transaction did, for whom, and by whose word.
type Action struct {
	Args      [][]byte // that it was proposed with: the function, then its arguments; none if they can't be read
	Endorsers []string // MSPs of those who signed what it did, sorted, each once
	Answer    []byte   // of the chaincode
	Sets      []Set
}

// Set is what a transaction read from and wrote to one namespace, sorted by key as
// Fabric keeps it.
type Set struct {
	Namespace string
	Reads     []Read
	Writes    []Write
}

// Read is one key that a transaction read.
type Read struct {
	Key   string
	Block uint64 // the write that it saw: block, and the transaction's place in it
	Place uint64 // both 0 if there was no such key
}

// Write is one key that a transaction wrote.
type Write struct {
	Key     string
	Value   []byte
	Deleted bool
}

// Action reads what the transaction did; nothing for what isn't an endorser
// transaction. Whether it took effect is for the caller to ask: Valid.
func (t Tx) Action() (Action, error) {
	if !t.Endorsed {
		return Action{}, nil
	}
	payload, done, err := actionOf(t.data)
	if err != nil {
		return Action{}, fmt.Errorf("transaction %s: %w", t.ID, err)
	}
	a := Action{Args: argsOf(payload), Answer: done.GetResponse().GetPayload()}
	if a.Endorsers, err = endorsersOf(payload); err == nil {
		a.Sets, err = setsOf(done)
	}
	if err != nil {
		return Action{}, fmt.Errorf("transaction %s: %w", t.ID, err)
	}
	return a, nil
}

// WriteSets returns what the transaction wrote, namespace by namespace.
func (t Tx) WriteSets() ([]Set, error) {
	a, err := t.Action()
	return a.Sets, err
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
	a, err := t.Action()
	return a.Answer, err
}

func setsOf(done *peer.ChaincodeAction) ([]Set, error) {
	var raw rwset.TxReadWriteSet
	if err := proto.Unmarshal(done.GetResults(), &raw); err != nil {
		return nil, fmt.Errorf("its write set: %w", err)
	}
	var sets []Set
	for _, space := range raw.GetNsRwset() {
		var kv kvrwset.KVRWSet
		if err := proto.Unmarshal(space.GetRwset(), &kv); err != nil {
			return nil, fmt.Errorf("its write set: %w", err)
		}
		set := Set{
			Namespace: space.GetNamespace(), Reads: make([]Read, len(kv.GetReads())),
			Writes: make([]Write, len(kv.GetWrites())),
		}
		for i, r := range kv.GetReads() {
			set.Reads[i] = Read{Key: r.GetKey(), Block: r.GetVersion().GetBlockNum(), Place: r.GetVersion().GetTxNum()}
		}
		for i, w := range kv.GetWrites() {
			set.Writes[i] = Write{Key: w.GetKey(), Value: w.GetValue(), Deleted: w.GetIsDelete()}
		}
		sets = append(sets, set)
	}
	return sets, nil
}

// argsOf reads what was proposed. Fabric's peers compare it with the hash that
// endorsers signed, and don't look into it.
func argsOf(payload *peer.ChaincodeActionPayload) [][]byte {
	var proposal peer.ChaincodeProposalPayload
	var spec peer.ChaincodeInvocationSpec
	err := unmarshalEach(step{payload.GetChaincodeProposalPayload, &proposal}, step{proposal.GetInput, &spec})
	if err != nil {
		return nil
	}
	return spec.GetChaincodeSpec().GetInput().GetArgs()
}

func endorsersOf(payload *peer.ChaincodeActionPayload) ([]string, error) {
	var list []string
	for _, e := range payload.GetAction().GetEndorsements() {
		var id msp.SerializedIdentity
		if err := unmarshalEach(step{e.GetEndorser, &id}); err != nil {
			return nil, err
		}
		list = append(list, id.GetMspid())
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// actionOf digs the chaincode's action out of a transaction. Fabric allows one
// action a transaction.
func actionOf(data []byte) (*peer.ChaincodeActionPayload, *peer.ChaincodeAction, error) {
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
	return &payload, &action, err
}

package authority

import (
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// keyPolicy reads the policy of a key.
func keyPolicy(raw []byte) (policy, error) {
	var p common.SignaturePolicyEnvelope
	if err := proto.Unmarshal(raw, &p); err != nil {
		return nil, fmt.Errorf("not a signature policy: %w", err)
	}
	return newSignaturePolicy(&p)
}

// keyPolicies are the policies of keys within one block: those before it, and which of its transactions set
// others (core/common/validation/statebased/vpmanagerimpl.go).
type keyPolicies struct {
	c       *Channel
	set     map[place][]*setter // by transactions before
	current *setter
}

// setter is a transaction that sets policies. What it does to a chaincode's keys counts once its endorsement
// for that chaincode was judged; of one that is refused before, peers wait for that judgement for ever.
type setter struct{ judged, valid map[string]bool }

func newKeyPolicies(c *Channel) *keyPolicies {
	return &keyPolicies{c: c, set: map[place][]*setter{}, current: newSetter()}
}

func newSetter() *setter { return &setter{map[string]bool{}, map[string]bool{}} }

// of is the policy of a key, nil for none.
func (k *keyPolicies) of(at place) ([]byte, *refusal) {
	for _, s := range k.set[at] {
		switch {
		case !s.judged[at.namespace]:
			return nil, refuse(Stopped, fmt.Errorf(
				"a transaction before it in the block sets the policy of key %q and was refused early: a peer waits for ever", at.key))
		case s.valid[at.namespace]:
			return nil, refuse(peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE,
				fmt.Errorf("a transaction before it in the block sets the policy of key %q", at.key))
		}
	}
	return k.c.policies[at], nil
}

// decided notes whether the transaction that is judged now satisfies a chaincode's policies.
func (k *keyPolicies) decided(namespace string, valid bool) {
	k.current.judged[namespace], k.current.valid[namespace] = true, valid
}

// done ends the transaction that is judged now: what it sets counts for those behind it. It answers what the
// transaction writes, whatever else is wrong with it.
func (k *keyPolicies) done(tx *envelope, raw []byte) []*namespaceSet {
	results := tx.results
	if results == nil {
		results = resultsOf(raw)
	}
	for _, n := range results {
		for _, w := range n.public.GetMetadataWrites() {
			at := place{n.name, "", w.GetKey()}
			k.set[at] = append(k.set[at], k.current)
		}
		for _, c := range n.collections {
			for _, w := range c.hashed.GetMetadataWrites() {
				at := place{n.name, c.name, string(w.GetKeyHash())}
				k.set[at] = append(k.set[at], k.current)
			}
		}
	}
	k.current = newSetter()
	return results
}

// resultsOf reads what an envelope writes, whatever else is wrong with it; none if it can't be read.
func resultsOf(raw []byte) []*namespaceSet {
	set, err := readEnvelopeResults(raw)
	if err != nil {
		return nil
	}
	return set
}

func readEnvelopeResults(raw []byte) ([]*namespaceSet, error) {
	var (
		message  common.Envelope
		payload  common.Payload
		body     peer.Transaction
		action   peer.ChaincodeActionPayload
		response peer.ProposalResponsePayload
		done     peer.ChaincodeAction
	)
	if err := proto.Unmarshal(raw, &message); err != nil {
		return nil, err
	}
	if err := proto.Unmarshal(message.GetPayload(), &payload); err != nil {
		return nil, err
	}
	if err := proto.Unmarshal(payload.GetData(), &body); err != nil {
		return nil, err
	}
	if len(body.GetActions()) == 0 {
		return nil, errors.New("no action")
	}
	if err := proto.Unmarshal(body.GetActions()[0].GetPayload(), &action); err != nil {
		return nil, err
	}
	if err := proto.Unmarshal(action.GetAction().GetProposalResponsePayload(), &response); err != nil {
		return nil, err
	}
	if err := proto.Unmarshal(response.GetExtension(), &done); err != nil {
		return nil, err
	}
	return readResults(done.GetResults())
}

// written is what one transaction does to a key.
type written struct {
	value, deleted bool
	sets           bool   // its metadata
	policy         []byte // then; nil removes it
}

// apply notes what the transaction does to keys' policies. A policy of a key that isn't there is dropped
// (core/ledger/kvledger/txmgmt/validation/tx_ops.go).
func (c *Channel) apply(set []*namespaceSet) {
	keys := map[place]*written{}
	at := func(p place) *written {
		if keys[p] == nil {
			keys[p] = &written{}
		}
		return keys[p]
	}
	for _, n := range set {
		for _, w := range n.public.GetWrites() {
			k := at(place{n.name, "", w.GetKey()})
			k.deleted = w.GetIsDelete() || len(w.GetValue()) == 0
			k.value = !k.deleted
			if n.name == lifecycleName {
				c.writeLifecycle(w, k.deleted)
			}
		}
		for _, w := range n.public.GetMetadataWrites() {
			k := at(place{n.name, "", w.GetKey()})
			k.sets, k.policy = true, policyIn(w.GetEntries())
		}
		for _, coll := range n.collections {
			for _, w := range coll.hashed.GetHashedWrites() {
				k := at(place{n.name, coll.name, string(w.GetKeyHash())})
				k.deleted = w.GetIsDelete() || len(w.GetValueHash()) == 0
				k.value = !k.deleted
			}
			for _, w := range coll.hashed.GetMetadataWrites() {
				k := at(place{n.name, coll.name, string(w.GetKeyHash())})
				k.sets, k.policy = true, policyIn(w.GetEntries())
			}
		}
	}
	for p, k := range keys {
		c.applyKey(p, k)
	}
}

func (c *Channel) applyKey(at place, k *written) {
	switch {
	case k.deleted || k.sets && k.policy == nil:
		delete(c.policies, at)
	case k.sets && (k.value || c.exists == nil || c.exists(at.namespace, at.collection, at.key)):
		c.policies[at] = k.policy
	}
}

// policyIn is the policy among a key's metadata.
func policyIn(entries []*kvrwset.KVMetadataEntry) []byte {
	for _, e := range entries {
		if e.GetName() == peer.MetaDataKeys_VALIDATION_PARAMETER.String() {
			return e.GetValue()
		}
	}
	return nil
}

// writeLifecycle keeps the state of chaincode definitions.
func (c *Channel) writeLifecycle(w *kvrwset.KVWrite, deleted bool) {
	clear(c.definitions)
	if deleted {
		delete(c.lifecycle, w.GetKey())
		return
	}
	c.lifecycle[w.GetKey()] = w.GetValue()
}

package authority

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// namespaceSet is what a transaction writes to a chaincode's namespace.
type namespaceSet struct {
	name        string
	public      *kvrwset.KVRWSet
	collections []*collectionSet
}

type collectionSet struct {
	name   string
	hashed *kvrwset.HashedRWSet
}

// writes says whether anything is written.
func (n *namespaceSet) writes() bool {
	return len(n.public.GetWrites()) > 0 || len(n.public.GetMetadataWrites()) > 0 ||
		slices.ContainsFunc(n.collections, func(c *collectionSet) bool {
			return len(c.hashed.GetHashedWrites()) > 0 || len(c.hashed.GetMetadataWrites()) > 0
		})
}

func readResults(raw []byte) (list []*namespaceSet, err error) {
	var all rwset.TxReadWriteSet
	if err := proto.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	for _, ns := range all.GetNsRwset() {
		n := &namespaceSet{name: ns.GetNamespace(), public: &kvrwset.KVRWSet{}}
		if err := proto.Unmarshal(ns.GetRwset(), n.public); err != nil {
			return nil, err
		}
		for _, coll := range ns.GetCollectionHashedRwset() {
			c := &collectionSet{coll.GetCollectionName(), &kvrwset.HashedRWSet{}}
			if err := proto.Unmarshal(coll.GetHashedRwset(), c.hashed); err != nil {
				return nil, err
			}
			n.collections = append(n.collections, c)
		}
		list = append(list, n)
	}
	return list, nil
}

// checkEndorsed checks what the endorsers answered, and whether they are enough for each chaincode that the
// transaction writes to (core/committer/txvalidator/v20/plugindispatcher/dispatcher.go). Peers take the
// chaincodes in any order; the first here is the first by name.
func (c *Channel) checkEndorsed(tx *envelope, policies *keyPolicies, v *Verdict) *refusal {
	if r := readEndorsed(tx); r != nil {
		return r
	}
	signers, faults, err := c.endorsers(tx.action.GetAction())
	if err != nil {
		return refuse(peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE, err)
	}
	for _, id := range signers {
		v.Endorsers = append(v.Endorsers, id.String())
	}
	for _, name := range tx.names {
		r := c.checkNamespace(tx, name, signers, policies)
		policies.decided(name, r == nil)
		if r != nil {
			return refuse(r.code, withFaults(fmt.Errorf("chaincode %s: %w", name, r.why), faults))
		}
	}
	return nil
}

// readEndorsed reads what the endorsers answered.
func readEndorsed(tx *envelope) *refusal {
	var (
		extension peer.ChaincodeHeaderExtension
		response  peer.ProposalResponsePayload
		action    peer.ChaincodeAction
	)
	const other, noChaincode = peer.TxValidationCode_INVALID_OTHER_REASON, peer.TxValidationCode_INVALID_CHAINCODE
	const badResponse = peer.TxValidationCode_BAD_RESPONSE_PAYLOAD
	if err := proto.Unmarshal(tx.channel.GetExtension(), &extension); err != nil {
		return refuse(peer.TxValidationCode_BAD_HEADER_EXTENSION, err)
	}
	raw := tx.action.GetAction().GetProposalResponsePayload()
	if err := proto.Unmarshal(raw, &response); err != nil {
		return refuse(badResponse, err)
	}
	if raw == nil || response.GetExtension() == nil {
		return refuse(badResponse, errors.New("the endorsers answered nothing"))
	}
	if err := proto.Unmarshal(response.GetExtension(), &action); err != nil {
		return refuse(badResponse, err)
	}
	var err error
	if tx.results, err = readResults(action.GetResults()); err != nil {
		return refuse(peer.TxValidationCode_BAD_RWSET, err)
	}
	proposed, ran := extension.GetChaincodeId(), action.GetChaincodeId()
	switch {
	case proposed == nil || ran == nil:
		return refuse(other, errors.New("no chaincode is named"))
	case proposed.GetName() == "" || ran.GetVersion() == "" || proposed.GetName() != ran.GetName():
		return refuse(noChaincode, fmt.Errorf("chaincode %q was proposed to, %q version %q answered",
			proposed.GetName(), ran.GetName(), ran.GetVersion()))
	}
	if action.GetEvents() != nil {
		var event peer.ChaincodeEvent
		if err := proto.Unmarshal(action.GetEvents(), &event); err != nil {
			return refuse(other, err)
		}
		if event.GetChaincodeId() != proposed.GetName() {
			return refuse(other, fmt.Errorf("an event of chaincode %q", event.GetChaincodeId()))
		}
	}
	return namesOf(tx, proposed.GetName())
}

// namesOf lists the namespaces whose chaincodes have to endorse the transaction.
func namesOf(tx *envelope, chaincode string) *refusal {
	names, seen := map[string]bool{chaincode: true}, map[string]bool{}
	for _, n := range tx.results {
		if seen[n.name] {
			return refuse(peer.TxValidationCode_ILLEGAL_WRITESET, fmt.Errorf("two sets for namespace %q", n.name))
		}
		seen[n.name] = true
		if n.writes() {
			names[n.name] = true
		}
	}
	tx.names = slices.Sorted(maps.Keys(names))
	return nil
}

// endorsers are those whose signatures over the answer, with their identity behind it, verify.
func (c *Channel) endorsers(action *peer.ChaincodeEndorsedAction) (list []*identity, faults []error, err error) {
	if n := len(action.GetEndorsements()); n > mostSignatures {
		return nil, nil, fmt.Errorf("%d endorsements; up to %d are read", n, mostSignatures)
	}
	var set []signed
	for _, e := range action.GetEndorsements() {
		set = append(set, signed{
			message:  slices.Concat(action.GetProposalResponsePayload(), e.GetEndorser()),
			identity: e.GetEndorser(), signature: e.GetSignature(),
		})
	}
	list, faults = c.config.members.signers(set)
	return list, faults, nil
}

// checkNamespace checks the endorsers against the policies of all that is written to one namespace: of the key,
// else of its collection, else of the chaincode (core/common/validation/statebased).
func (c *Channel) checkNamespace(tx *envelope, name string, signers []*identity, policies *keyPolicies) *refusal {
	raw, r := c.chaincodePolicy(name)
	if r != nil {
		return r
	}
	e := &endorsement{c: c, chaincode: name, raw: raw, signers: signers, checked: map[string]bool{}}
	for _, n := range tx.results {
		if n.name != name {
			continue
		}
		for _, key := range n.keys() {
			if r := e.checkKey(key, policies); r != nil {
				return r
			}
		}
	}
	if !e.any {
		return e.check("", raw)
	}
	return nil
}

// place is a key of a chaincode's, in a collection by its hash.
type place struct{ namespace, collection, key string }

// keys lists what a namespace's set writes, in the order in which peers look at it.
func (n *namespaceSet) keys() (list []place) {
	for _, w := range n.public.GetWrites() {
		list = append(list, place{n.name, "", w.GetKey()})
	}
	for _, w := range n.public.GetMetadataWrites() {
		list = append(list, place{n.name, "", w.GetKey()})
	}
	for _, c := range n.collections {
		for _, w := range c.hashed.GetHashedWrites() {
			list = append(list, place{n.name, c.name, string(w.GetKeyHash())})
		}
	}
	for _, c := range n.collections {
		for _, w := range c.hashed.GetMetadataWrites() {
			list = append(list, place{n.name, c.name, string(w.GetKeyHash())})
		}
	}
	return list
}

// endorsement is one transaction's check against one chaincode's policies.
type endorsement struct {
	c         *Channel
	chaincode string
	raw       []byte // policy of the chaincode
	signers   []*identity
	checked   map[string]bool // collections whose policy is satisfied; "" stands for the chaincode's
	any       bool            // any policy was satisfied
}

func (e *endorsement) checkKey(at place, policies *keyPolicies) *refusal {
	raw, r := policies.of(at)
	if r != nil {
		return r
	}
	if len(raw) > 0 {
		p, err := keyPolicy(raw)
		if err != nil {
			return refuse(Stopped, fmt.Errorf("the policy of key %q: %w", at.key, err))
		}
		if err := p.check(e.signers); err != nil {
			return refuse(peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE, fmt.Errorf("key %q: %w", at.key, err))
		}
		e.any = true
		return nil
	}
	if at.collection != "" {
		if e.checked[at.collection] {
			return nil
		}
		raw, r := e.c.collectionPolicy(e.chaincode, at.collection)
		if r != nil {
			return r
		}
		if len(raw) > 0 {
			return e.check(at.collection, raw)
		}
	}
	if e.checked[""] {
		return nil
	}
	return e.check("", e.raw)
}

func (e *endorsement) check(collection string, raw []byte) *refusal {
	const failed = peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE
	p, err := e.c.config.applicationPolicy(raw)
	if err != nil {
		return refuse(failed, err)
	}
	if err := p.check(e.signers); err != nil {
		if collection != "" {
			err = fmt.Errorf("collection %s: %w", collection, err)
		}
		return refuse(failed, err)
	}
	e.checked[collection], e.any = true, true
	return nil
}

// chaincodePolicy is the endorsement policy of a chaincode's definition
// (core/chaincode/lifecycle/deployedcc_infoprovider.go).
func (c *Channel) chaincodePolicy(name string) ([]byte, *refusal) {
	if name == lifecycleName {
		return c.lifecyclePolicy()
	}
	d, err := c.definition(name)
	switch {
	case err != nil:
		return nil, refuse(Stopped, fmt.Errorf("its definition: %w", err))
	case d == nil:
		return nil, refuse(peer.TxValidationCode_INVALID_CHAINCODE, errors.New("it is not defined"))
	case d.plugin == "" || len(d.policy) == 0:
		return nil, refuse(peer.TxValidationCode_INVALID_CHAINCODE,
			errors.New("its definition has no plugin or no policy"))
	case d.plugin != "vscc":
		return nil, refuse(Stopped, fmt.Errorf("validation by the plugin %q isn't known here", d.plugin))
	}
	return d.policy, nil
}

// lifecyclePolicy is who may change chaincode definitions: the channel's policy on it, or a majority of the
// organisations.
func (c *Channel) lifecyclePolicy() ([]byte, *refusal) {
	const path = "/Channel/Application/LifecycleEndorsement"
	if _, found := c.config.root.policy(path); found {
		return c.reference(path)
	}
	ids := slices.Collect(maps.Values(c.config.application))
	return applicationPolicyOf(len(ids)/2+1, ids)
}

const implicitCollection = "_implicit_org_"

// collectionPolicy is a collection's endorsement policy. One without its own has the chaincode's; an
// organisation's implicit collection has that of the organisation's peers.
func (c *Channel) collectionPolicy(chaincode, collection string) ([]byte, *refusal) {
	id, implicit := strings.CutPrefix(collection, implicitCollection)
	d := &definition{}
	if chaincode != lifecycleName {
		var err error
		if d, err = c.definition(chaincode); err != nil {
			return nil, refuse(Stopped, fmt.Errorf("its definition: %w", err))
		}
	}
	if implicit {
		return c.implicitPolicy(id)
	}
	for _, coll := range d.collections.GetConfig() {
		s := coll.GetStaticCollectionConfig()
		if s == nil || s.GetName() != collection {
			continue
		}
		if s.GetEndorsementPolicy() == nil {
			return d.policy, nil
		}
		raw, err := proto.Marshal(s.GetEndorsementPolicy())
		if err != nil {
			return nil, refuse(Stopped, err)
		}
		return raw, nil
	}
	return nil, refuse(peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE,
		fmt.Errorf("it has no collection %q", collection))
}

func (c *Channel) implicitPolicy(id string) ([]byte, *refusal) {
	for name, of := range c.config.application {
		if of != id {
			continue
		}
		path := "/Channel/Application/" + name + "/Endorsement"
		if _, found := c.config.root.policy(path); found {
			return c.reference(path)
		}
		return applicationPolicyOf(1, []string{id})
	}
	return nil, refuse(peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE,
		fmt.Errorf("no organisation has the MSP %q", id))
}

// reference is a chaincode's policy that refers to one of the channel's.
func (c *Channel) reference(path string) ([]byte, *refusal) {
	return marshalPolicy(&peer.ApplicationPolicy{
		Type: &peer.ApplicationPolicy_ChannelConfigPolicyReference{ChannelConfigPolicyReference: path},
	})
}

// applicationPolicyOf is a chaincode's policy that n of the organisations' members sign.
func applicationPolicyOf(n int, organisations []string) ([]byte, *refusal) {
	p, err := nOutOf(n, msp.MSPRole_MEMBER, organisations)
	if err != nil {
		return nil, refuse(Stopped, err)
	}
	return marshalPolicy(&peer.ApplicationPolicy{Type: &peer.ApplicationPolicy_SignaturePolicy{SignaturePolicy: p}})
}

func marshalPolicy(p *peer.ApplicationPolicy) ([]byte, *refusal) {
	raw, err := proto.Marshal(p)
	if err != nil {
		return nil, refuse(Stopped, err)
	}
	return raw, nil
}

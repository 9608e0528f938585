package authority

import (
	"strings"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer/lifecycle"
	"google.golang.org/protobuf/proto"
)

const (
	valid       = peer.TxValidationCode_VALID
	failed      = peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE
	noChaincode = peer.TxValidationCode_INVALID_CHAINCODE
)

// signedBy is a policy that one of these peers' organisations endorses.
func signedBy(t testing.TB, n int32, names ...string) *common.SignaturePolicyEnvelope {
	p, rules := &common.SignaturePolicyEnvelope{}, []*common.SignaturePolicy{}
	for i, name := range names {
		p.Identities = append(p.Identities,
			&msp.MSPPrincipal{Principal: marshal(t, &msp.MSPRole{MspIdentifier: name, Role: msp.MSPRole_PEER})})
		rules = append(rules, by(int32(i)))
	}
	p.Rule = of(n, rules...)
	return p
}

func application(p *common.SignaturePolicyEnvelope) *peer.ApplicationPolicy {
	return &peer.ApplicationPolicy{Type: &peer.ApplicationPolicy_SignaturePolicy{SignaturePolicy: p}}
}

// definedChannel has G, D and F; G has a policy on endorsements. Chaincode cc needs two peers; its collection own
// needs D's, its collection plain has no policy.
func definedChannel(t testing.TB) (*Channel, *trio) {
	t.Helper()
	m := newTrio(t)
	group := func(policies map[string]*common.ConfigPolicy) *common.ConfigGroup {
		return &common.ConfigGroup{Policies: policies}
	}
	organisations := map[string]*common.ConfigGroup{
		"D": group(nil), "F": group(nil), "Group": group(map[string]*common.ConfigPolicy{"Endorsement": {
			Policy: &common.Policy{Type: int32(common.Policy_SIGNATURE), Value: marshal(t, signedBy(t, 1, "G"))},
		}}),
	}
	top := &common.ConfigGroup{Groups: map[string]*common.ConfigGroup{"Application": {Groups: organisations}}}
	root, err := newGroup(channelGroup, top)
	if err != nil {
		t.Fatal(err)
	}
	c := New(nil)
	c.config = &config{
		channel: "ch", members: m.members, root: root, application: map[string]string{"Group": "G", "D": "D", "F": "F"},
	}
	collection := func(name string, p *peer.ApplicationPolicy) *peer.CollectionConfig {
		return &peer.CollectionConfig{Payload: &peer.CollectionConfig_StaticCollectionConfig{
			StaticCollectionConfig: &peer.StaticCollectionConfig{Name: name, EndorsementPolicy: p},
		}}
	}
	define(t, c, "cc", "vscc", marshal(t, application(signedBy(t, 2, "G", "D", "F"))),
		collection("own", application(signedBy(t, 1, "D"))), collection("plain", nil))
	return c, m
}

func define(t testing.TB, c *Channel, name, plugin string, policy []byte, collections ...*peer.CollectionConfig) {
	t.Helper()
	data := func(m proto.Message) []byte {
		return marshal(t, &lifecycle.StateData{Type: &lifecycle.StateData_Bytes{Bytes: marshal(t, m)}})
	}
	for key, value := range map[string][]byte{
		"namespaces/metadata/" + name:     marshal(t, &lifecycle.StateMetadata{Datatype: "ChaincodeDefinition"}),
		fieldKey(name, "Sequence"):        marshal(t, &lifecycle.StateData{Type: &lifecycle.StateData_Int64{Int64: 1}}),
		fieldKey(name, "EndorsementInfo"): data(&lifecycle.ChaincodeEndorsementInfo{Version: "7"}),
		fieldKey(name, "ValidationInfo"): data(&lifecycle.ChaincodeValidationInfo{
			ValidationPlugin: plugin, ValidationParameter: policy,
		}),
		fieldKey(name, "Collections"): data(&peer.CollectionConfigPackage{Config: collections}),
	} {
		c.lifecycle[key] = value
	}
	clear(c.definitions)
}

// writes is a set of keys written: "k" in public, "own/k" in a collection, with a "!" if a policy is set.
func writes(namespace string, keys ...string) *namespaceSet {
	n := &namespaceSet{name: namespace, public: &kvrwset.KVRWSet{}}
	for _, key := range keys {
		key, sets := strings.CutSuffix(key, "!")
		name, private, in := strings.Cut(key, "/")
		switch {
		case in && sets:
			n.collections = append(n.collections, &collectionSet{name, &kvrwset.HashedRWSet{
				MetadataWrites: []*kvrwset.KVMetadataWriteHash{{KeyHash: []byte(private)}},
			}})
		case in:
			n.collections = append(n.collections, &collectionSet{name, &kvrwset.HashedRWSet{
				HashedWrites: []*kvrwset.KVWriteHash{{KeyHash: []byte(private), ValueHash: []byte("v")}},
			}})
		case sets:
			n.public.MetadataWrites = append(n.public.MetadataWrites, &kvrwset.KVMetadataWrite{Key: key})
		default:
			n.public.Writes = append(n.public.Writes, &kvrwset.KVWrite{Key: key, Value: []byte("v")})
		}
	}
	return n
}

// TestNamespaces holds whose endorsement a chaincode's keys need. Key g has G's policy.
func TestNamespaces(t *testing.T) {
	c, m := definedChannel(t)
	define(t, c, "plugged", "mine", []byte("policy"))
	define(t, c, "unruled", "vscc", nil)
	define(t, c, "pointing", "vscc", marshal(t, &peer.ApplicationPolicy{
		Type: &peer.ApplicationPolicy_ChannelConfigPolicyReference{
			ChannelConfigPolicyReference: "/Channel/Application/Group/Endorsement",
		},
	}))
	define(t, c, "lost", "vscc", marshal(t, &peer.ApplicationPolicy{
		Type: &peer.ApplicationPolicy_ChannelConfigPolicyReference{ChannelConfigPolicyReference: "/Channel/Nowhere"},
	}))
	define(t, c, "torn", "vscc", []byte("policy"))
	c.lifecycle[fieldKey("torn", "ValidationInfo")] = []byte{9}
	c.lifecycle["namespaces/metadata/thing"] = marshal(t, &lifecycle.StateMetadata{Datatype: "Thing"})
	c.policies[place{"cc", "", "g"}] = marshal(t, signedBy(t, 1, "G"))
	c.policies[place{"cc", "own", "g"}] = marshal(t, signedBy(t, 1, "G"))
	c.policies[place{"cc", "", "torn"}] = []byte{9}
	for _, r := range []struct {
		name    string
		set     *namespaceSet
		signers string
		want    peer.TxValidationCode
	}{
		{"two", writes("cc", "k"), "G.peer D.peer", valid},
		{"one", writes("cc", "k"), "G.peer", failed},
		{"nothing written, two", writes("cc"), "G.peer D.peer", valid},
		{"nothing written, one", writes("cc"), "G.peer", failed},
		{"the key's", writes("cc", "g"), "G.peer", valid},
		{"the chaincode's, not the key's", writes("cc", "g"), "D.peer F.peer", failed},
		{"the key's and another key", writes("cc", "g", "k"), "G.peer", failed},
		{"both", writes("cc", "g", "k"), "G.peer F.peer", valid},
		{"a policy of the key is set", writes("cc", "g!"), "D.peer F.peer", failed},
		{"a policy is set", writes("cc", "k!"), "D.peer F.peer", valid},
		{"the key's policy can't be read", writes("cc", "torn"), "G.peer D.peer F.peer", Stopped},
		{"the collection's", writes("cc", "own/k"), "D.peer", valid},
		{"the chaincode's, not the collection's", writes("cc", "own/k"), "G.peer F.peer", failed},
		{"the key's in a collection", writes("cc", "own/g"), "G.peer", valid},
		{"a policy is set in a collection", writes("cc", "own/k!"), "G.peer F.peer", failed},
		{"the collection's and the chaincode's", writes("cc", "k", "own/k"), "D.peer", failed},
		{"a collection without policy", writes("cc", "plain/k"), "G.peer F.peer", valid},
		{"a collection without policy, one", writes("cc", "plain/k"), "D.peer", failed},
		{"no such collection", writes("cc", "none/k"), "G.peer D.peer F.peer", failed},
		{"an organisation's own collection", writes("cc", "_implicit_org_G/k"), "G.peer", valid},
		{"another organisation's", writes("cc", "_implicit_org_G/k"), "D.peer F.peer", failed},
		{"without a policy on it, any member's", writes("cc", "_implicit_org_D/k"), "D.client", valid},
		{"of no organisation", writes("cc", "_implicit_org_X/k"), "G.peer D.peer F.peer", failed},
		{"a definition", writes("_lifecycle", "k"), "G.client D.peer", valid},
		{"a definition, one", writes("_lifecycle", "k"), "G.client G.peer", failed},
		{"an approval", writes("_lifecycle", "_implicit_org_G/k"), "G.peer", valid},
		{"a policy of the channel's", writes("pointing", "k"), "G.peer", valid},
		{"a policy of the channel's that isn't there", writes("lost", "k"), "G.peer D.peer F.peer", failed},
		{"no definition", writes("none", "k"), "G.peer D.peer F.peer", noChaincode},
		{"no policy", writes("unruled", "k"), "G.peer D.peer F.peer", noChaincode},
		{"another plugin", writes("plugged", "k"), "G.peer D.peer F.peer", Stopped},
		{"a definition that can't be read", writes("torn", "k"), "G.peer D.peer F.peer", Stopped},
		{"a definition of something else", writes("thing", "k"), "G.peer D.peer F.peer", Stopped},
	} {
		got, why := valid, error(nil)
		tx := &envelope{results: []*namespaceSet{writes("other", "k"), r.set}}
		signers := m.signers(strings.Fields(r.signers)...)
		if refused := c.checkNamespace(tx, r.set.name, signers, newKeyPolicies(c)); refused != nil {
			got, why = refused.code, refused.why
		}
		if got != r.want {
			t.Errorf("%s: got %s (%v), want %s", r.name, got, why, r.want)
		}
	}
	if sequence, version, found := c.Definition("cc"); sequence != 1 || version != "7" || !found {
		t.Errorf("the definition is %d %q %v", sequence, version, found)
	}
	if _, _, found := c.Definition("none"); found {
		t.Error("what isn't defined is")
	}
}

// TestKeyPoliciesWithinABlock holds what a transaction meets of the policies that those before it in the block set.
func TestKeyPoliciesWithinABlock(t *testing.T) {
	for _, r := range []struct {
		name   string
		judged bool
		valid  bool
		want   peer.TxValidationCode
	}{
		{"set by one that was endorsed", true, true, failed},
		{"set by one that wasn't", true, false, valid},
		{"set by one that was refused before", false, false, Stopped},
	} {
		c, _ := definedChannel(t)
		k := newKeyPolicies(c)
		if r.judged {
			k.decided("cc", r.valid)
		}
		k.done(&envelope{results: []*namespaceSet{writes("cc", "k!", "own/k!")}}, nil)
		for _, at := range []place{{"cc", "", "k"}, {"cc", "own", "k"}} {
			got := valid
			if _, refused := k.of(at); refused != nil {
				got = refused.code
			}
			if got != r.want {
				t.Errorf("%v %s: got %s, want %s", at, r.name, got, r.want)
			}
		}
		if _, refused := k.of(place{"cc", "", "other"}); refused != nil {
			t.Errorf("another key: %v", refused.why)
		}
	}
}

// TestKeyPoliciesOverBlocks holds how long a key keeps its policy.
func TestKeyPoliciesOverBlocks(t *testing.T) {
	there := map[string]bool{}
	c, _ := definedChannel(t)
	c.exists = func(_, _, key string) bool { return there[key] }
	policy := []byte("policy")
	set := &kvrwset.KVMetadataWrite{Key: "k", Entries: []*kvrwset.KVMetadataEntry{
		{Name: peer.MetaDataKeys_VALIDATION_PARAMETER.String(), Value: policy},
	}}
	value := &kvrwset.KVWrite{Key: "k", Value: []byte("v")}
	at := place{"cc", "", "k"}
	type sets = []*kvrwset.KVMetadataWrite
	type values = []*kvrwset.KVWrite
	for _, step := range []struct {
		name   string
		there  bool
		values values
		sets   sets
		want   bool
	}{
		{"a policy of no key", false, nil, sets{set}, false},
		{"with the key", false, values{value}, sets{set}, true},
		{"a new value", true, values{value}, nil, true},
		{"removed", true, nil, sets{{Key: "k"}}, false},
		{"set again", true, nil, sets{set}, true},
		{"other metadata", true, nil, sets{{Key: "k", Entries: []*kvrwset.KVMetadataEntry{{Name: "x"}}}}, false},
		{"set once more", true, nil, sets{set}, true},
		{"deleted", true, values{{Key: "k", IsDelete: true}}, nil, false},
	} {
		there["k"] = step.there
		c.apply([]*namespaceSet{{name: "cc", public: &kvrwset.KVRWSet{Writes: step.values, MetadataWrites: step.sets}}})
		if _, has := c.policies[at]; has != step.want {
			t.Errorf("%s: the key has a policy: %v", step.name, has)
		}
	}
}

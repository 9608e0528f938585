package authority

import (
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
)

// trio is three organisations, with a client, a peer and an admin each.
type trio struct {
	t       testing.TB
	members members
	people  map[string]*issuer // "G.client"
}

func newTrio(t testing.TB) *trio {
	t.Helper()
	m := &trio{t, members{}, map[string]*issuer{}}
	for _, name := range []string{"G", "D", "F"} {
		root := newRoot(t, name)
		o, err := organisationOf(t, name, root, nil)
		if err != nil {
			t.Fatal(err)
		}
		m.members[name] = o
		for _, role := range []string{"client", "peer", "admin"} {
			m.people[name+"."+role] = root.member(role, role)
		}
	}
	return m
}

// signed are the names' signatures over a message.
func (m *trio) signed(names ...string) (set []signed) {
	for _, name := range names {
		who := m.people[name]
		raw := marshal(m.t, &msp.SerializedIdentity{Mspid: name[:1], IdBytes: who.pem()})
		set = append(set, signed{[]byte("message"), raw, who.sign([]byte("message"), false)})
	}
	return set
}

func (m *trio) signers(names ...string) []*identity {
	m.t.Helper()
	list, faults := m.members.signers(m.signed(names...))
	if len(faults) > 0 {
		m.t.Fatal(faults)
	}
	return list
}

func by(i int32) *common.SignaturePolicy {
	return &common.SignaturePolicy{Type: &common.SignaturePolicy_SignedBy{SignedBy: i}}
}

func of(n int32, rules ...*common.SignaturePolicy) *common.SignaturePolicy {
	return &common.SignaturePolicy{Type: &common.SignaturePolicy_NOutOf_{
		NOutOf: &common.SignaturePolicy_NOutOf{N: n, Rules: rules},
	}}
}

// roles are the peers of G, D and F, then G's member.
func roles(t testing.TB) (list []*msp.MSPPrincipal) {
	for _, r := range []*msp.MSPRole{
		{MspIdentifier: "G", Role: msp.MSPRole_PEER}, {MspIdentifier: "D", Role: msp.MSPRole_PEER},
		{MspIdentifier: "F", Role: msp.MSPRole_PEER}, {MspIdentifier: "G", Role: msp.MSPRole_MEMBER},
	} {
		list = append(list, &msp.MSPPrincipal{Principal: marshal(t, r)})
	}
	return list
}

// TestSignaturePolicies holds who satisfies a rule; each signer once, greedily, as Fabric's evaluator takes them.
func TestSignaturePolicies(t *testing.T) {
	m := newTrio(t)
	peers := of(2, by(0), by(1), by(2))
	for _, c := range []struct {
		name    string
		rule    *common.SignaturePolicy
		signers []string
		want    bool
	}{
		{"two of three", peers, []string{"D.peer", "F.peer"}, true},
		{"one of three", peers, []string{"D.peer"}, false},
		{"clients", peers, []string{"D.client", "F.client"}, false},
		{"none asked", of(0, by(0)), nil, true},
		{"one signer for two rules", of(2, by(0), by(0)), []string{"G.peer"}, false},
		{"one signer for two principals", of(2, by(0), by(3)), []string{"G.peer"}, false},
		{"two signers for two principals", of(2, by(0), by(3)), []string{"G.peer", "G.client"}, true},
		{"a wider rule first takes the only fit", of(2, by(3), by(0)), []string{"G.peer", "G.client"}, false},
		{"what a failed rule took is given back",
			of(2, of(2, by(0), by(1)), by(0), by(2)), []string{"G.peer", "F.peer"}, true},
		{"nested", of(2, by(0), of(1, by(1), by(2))), []string{"F.peer", "G.peer"}, true},
	} {
		p, err := newSignaturePolicy(&common.SignaturePolicyEnvelope{Rule: c.rule, Identities: roles(t)})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if err := p.check(m.signers(c.signers...)); (err == nil) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestBoundsOfPolicies holds that policies past a bound, and rules without sense, aren't read.
func TestBoundsOfPolicies(t *testing.T) {
	deep, wide := by(0), of(1)
	for range mostPolicyDepth + 1 {
		deep = of(1, deep)
	}
	for range mostRules + 1 {
		wide.GetNOutOf().Rules = append(wide.GetNOutOf().GetRules(), by(0))
	}
	for name, p := range map[string]*common.SignaturePolicyEnvelope{
		"deep":                 {Rule: deep, Identities: roles(t)},
		"wide":                 {Rule: wide, Identities: roles(t)},
		"many principals":      {Rule: by(0), Identities: make([]*msp.MSPPrincipal, mostPrincipals+1)},
		"no rule":              {Identities: roles(t)},
		"an empty rule":        {Rule: of(1, &common.SignaturePolicy{}), Identities: roles(t)},
		"a principal too many": {Rule: by(4), Identities: roles(t)},
		"a negative principal": {Rule: by(-1), Identities: roles(t)},
	} {
		if _, err := newSignaturePolicy(p); err == nil {
			t.Errorf("a policy with %s is taken", name)
		}
	}
}

// TestSigners holds whose signatures count.
func TestSigners(t *testing.T) {
	m := newTrio(t)
	twin := *m.people["G.peer"]
	m.people["G.twin"] = twin.otherS()
	set := m.signed("G.peer", "G.peer", "G.twin", "D.peer", "F.peer")
	set[3].message = []byte("another")
	set = append(set, signed{[]byte("message"), []byte("nobody"), nil})
	list, faults := m.members.signers(set)
	if len(list) != 2 || list[0].String() != "G/peer" || list[1].String() != "F/peer" || len(faults) != 4 {
		t.Errorf("%v sign, with the faults %v", list, faults)
	}
}

// TestMetaPolicies holds how many of the groups below have to agree, and how policies are looked up.
func TestMetaPolicies(t *testing.T) {
	m := newTrio(t)
	meta := func(rule common.ImplicitMetaPolicy_Rule, name string) *common.ConfigPolicy {
		return &common.ConfigPolicy{Policy: &common.Policy{Type: int32(common.Policy_IMPLICIT_META),
			Value: marshal(t, &common.ImplicitMetaPolicy{Rule: rule, SubPolicy: name})}}
	}
	top := &common.ConfigGroup{Groups: map[string]*common.ConfigGroup{"Application": {
		Groups: map[string]*common.ConfigGroup{},
		Policies: map[string]*common.ConfigPolicy{
			"Any": meta(common.ImplicitMetaPolicy_ANY, "Admins"), "All": meta(common.ImplicitMetaPolicy_ALL, "Admins"),
			"Most": meta(common.ImplicitMetaPolicy_MAJORITY, "Admins"),
			"Lost": meta(common.ImplicitMetaPolicy_ANY, "Nothing"),
		},
	}}}
	for _, name := range []string{"G", "D", "F"} {
		role := &msp.MSPRole{MspIdentifier: name, Role: msp.MSPRole_ADMIN}
		admin := &msp.MSPPrincipal{Principal: marshal(t, role)}
		top.Groups["Application"].Groups[name] = &common.ConfigGroup{Policies: map[string]*common.ConfigPolicy{
			"Admins": {Policy: &common.Policy{Type: int32(common.Policy_SIGNATURE), Value: marshal(t,
				&common.SignaturePolicyEnvelope{Rule: by(0), Identities: []*msp.MSPPrincipal{admin}})}},
			"Empty": meta(common.ImplicitMetaPolicy_MAJORITY, "Admins"),
		}}
	}
	root, err := newGroup(channelGroup, top)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path        string
		none        bool // without signers
		one, two    bool
		three, have bool
	}{
		{"/Channel/Application/Any", false, true, true, true, true},
		{"/Channel/Application/Most", false, false, true, true, true},
		{"/Channel/Application/All", false, false, false, true, true},
		{"Application/All", false, false, false, true, true},
		{"/Channel/Application/G/Admins", false, true, true, true, true},
		{"/Channel/Application/G/Empty", true, true, true, true, true}, // of no groups, none are the most
		{"/Channel/Application/Lost", false, false, false, false, true},
		{"/Channel/Application/Missing", false, false, false, false, false},
		{"/Channel/Missing/Any", false, false, false, false, false},
		{"/Channel", false, false, false, false, false},
		{"/Other/Any", false, false, false, false, false},
		{"", false, false, false, false, false},
	} {
		p, have := root.policy(c.path)
		got := [4]bool{}
		for n := range got {
			got[n] = p.check(m.signers([]string{"G.admin", "D.admin", "F.admin"}[:n]...)) == nil
		}
		if got != [4]bool{c.none, c.one, c.two, c.three} || have != c.have {
			t.Errorf("%q: %v, there: %v", c.path, got, have)
		}
	}
}

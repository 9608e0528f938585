package ledgersim

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hyperledger/fabric-chaincode-go/v2/pkg/cid"
	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

func TestEnvelopeComesBackFromItsBytes(t *testing.T) {
	s := NewSubject(Config{}).(*modelSubject)
	n, id := s.net, s.net.Identity("CMSP", "client")
	env := mustEndorse(t, n, id,
		"get a; put b 1; del c; range d e; policy b AMSP BMSP; pput shared p 1; pget shared q; event n x; call probeb (put k 1)",
		"AMSP", "BMSP")
	back, err := ParseEnvelope(env.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(env.RWSet(), back.RWSet()); d != "" {
		t.Error(d)
	}
	if back.TxID != env.TxID || back.Chaincode != env.Chaincode || back.Creator != env.Creator ||
		!back.Timestamp.Equal(env.Timestamp) ||
		back.Event().EventName != "n" || len(back.Endorsers()) != 2 || !bytes.Equal(back.Args[0], env.Args[0]) {
		t.Errorf("got %+v", back)
	}
	if !bytes.Equal(back.Bytes(), env.Bytes()) {
		t.Error("bytes changed")
	}
	b := mustCut(t, n, back, env)
	if b.Txs[0].Code != peer.TxValidationCode_VALID {
		t.Error(b.Txs[0].Code, b.Txs[0].Reason)
	}
}

// Any byte of an envelope that is changed makes it invalid, if it is one still.
func TestTamperedEnvelopesAreInvalid(t *testing.T) {
	n, id := threeOrgs(Config{}, twoOf)
	good := mustEndorse(t, n, id, "put b 1", "AMSP", "BMSP").Bytes()
	parsed := 0
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		env, err := ParseEnvelope(bad)
		if err != nil {
			continue
		}
		parsed++
		if b := mustCut(t, n, env); b.Txs[0].Valid() {
			t.Fatalf("byte %d", i)
		}
	}
	if parsed == 0 {
		t.Error("nothing was tried")
	}
}

func TestBlocksChain(t *testing.T) {
	n, id := threeOrgs(Config{}, twoOf)
	mustCut(t, n, mustEndorse(t, n, id, "put k 1", "AMSP", "BMSP"), mustEndorse(t, n, id, "put k 1", "AMSP"))
	var previous []byte
	for b := range n.Blocks() {
		p := b.Proto()
		if !bytes.Equal(p.Header.PreviousHash, previous) || len(p.Data.Data) != len(b.Txs) {
			t.Errorf("block %d", b.Number)
		}
		previous = headerHash(p.Header)
		if b.Number == n.Height()-1 {
			codes := p.Metadata.Metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER]
			if want := []byte{0, byte(peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE)}; !bytes.Equal(codes, want) {
				t.Errorf("codes %v", codes)
			}
		}
	}
}

func TestIdentityServesCID(t *testing.T) {
	n, _ := threeOrgs(Config{}, twoOf)
	id := NewIdentity("BMSP", "ann", RoleAdmin, map[string]string{"branch": "7"})
	n.Install("AMSP", ChaincodeA, code(func(s shim.ChaincodeStubInterface) *peer.Response {
		c, err := cid.New(s)
		if err != nil {
			return shim.Error(err.Error())
		}
		mspID, _ := c.GetMSPID()
		cert, _ := c.GetX509Certificate()
		branch, _, _ := c.GetAttributeValue("branch")
		return shim.Success(
			fmt.Appendf(nil, "%s %s %v %s", mspID, cert.Subject.CommonName, cert.Subject.OrganizationalUnit, branch))
	}))
	got, err := n.Evaluate(id, "AMSP", ChaincodeA)
	if err != nil || string(got) != "BMSP ann [admin] 7" {
		t.Errorf("%s %v", got, err)
	}
	if !bytes.Equal(issue("BMSP", "ann", RoleAdmin, nil), issue("BMSP", "ann", RoleAdmin, nil)) {
		t.Error("a certificate must be the same in every process")
	}
	clear(made.byBytes)
	back, err := ParseIdentity(id.Serialized())
	if err != nil || back.MSP != "BMSP" || back.Name != "ann" || back.Role != RoleAdmin {
		t.Errorf("%+v %v", back, err)
	}
}

// common/cauthdsl/cauthdsl.go
func TestPolicies(t *testing.T) {
	a, b := NewIdentity("A", "peer0", RolePeer, nil), NewIdentity("B", "peer0", RolePeer, nil)
	a2, client := NewIdentity("A", "peer1", RolePeer, nil), NewIdentity("A", "x", RoleClient, nil)
	role := func(mspID string, r msp.MSPRole_MSPRoleType) *msp.MSPPrincipal {
		return &msp.MSPPrincipal{Principal: marshal(&msp.MSPRole{MspIdentifier: mspID, Role: r})}
	}
	by := func(i int32) *common.SignaturePolicy {
		return &common.SignaturePolicy{Type: &common.SignaturePolicy_SignedBy{SignedBy: i}}
	}
	of := func(n int32, rules ...*common.SignaturePolicy) *common.SignaturePolicy {
		return &common.SignaturePolicy{
			Type: &common.SignaturePolicy_NOutOf_{NOutOf: &common.SignaturePolicy_NOutOf{N: n, Rules: rules}},
		}
	}
	tree := func(rule *common.SignaturePolicy) Policy {
		p, err := ParsePolicy(marshal(&common.SignaturePolicyEnvelope{Rule: rule,
			Identities: []*msp.MSPPrincipal{role("A", msp.MSPRole_PEER), role("B", msp.MSPRole_PEER),
				role("A", msp.MSPRole_MEMBER)}}))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	cases := []struct {
		name string
		p    Policy
		ids  []*Identity
		want bool
	}{
		{"no policy", Policy{}, []*Identity{a, b}, false},
		{"one of two", OutOf(1, "A", "B"), []*Identity{b}, true},
		{"two of two by one", OutOf(2, "A", "B"), []*Identity{b}, false},
		{"one peer twice is one", tree(of(2, by(0), by(0))), []*Identity{a, a}, false},
		{"two peers of one organisation are two", tree(of(2, by(0), by(0))), []*Identity{a, a2}, true},
		{"a client is no peer", OutOf(1, "A"), []*Identity{client}, false},
		{"a client is a member", tree(by(2)), []*Identity{client}, true},
		{"a gate in a gate", tree(of(2, by(1), of(1, by(0), by(2)))), []*Identity{a, b}, true},
		{"a gate in a gate, unmet", tree(of(2, by(1), of(2, by(0), by(2)))), []*Identity{a, b}, false},
		{"leaves take the first that fits", tree(of(2, by(2), by(0))), []*Identity{a, client}, false},
		{"whatever order would serve better", tree(of(2, by(2), by(0))), []*Identity{client, a}, true},
		{"none of nothing", tree(of(0)), nil, true},
	}
	for _, c := range cases {
		if got := c.p.Satisfied(c.ids); got != c.want {
			t.Errorf("%s: %s: %v", c.name, c.p, got)
		}
	}
	for _, b := range [][]byte{marshal(&common.SignaturePolicyEnvelope{}),
		marshal(&common.SignaturePolicyEnvelope{Rule: by(3)}), []byte("garbage")} {
		if _, err := ParsePolicy(b); err == nil {
			t.Errorf("%q is no policy", b)
		}
	}
	if spe := (&common.SignaturePolicyEnvelope{}); proto.Unmarshal(OutOf(2, "A", "B").Bytes(), spe) != nil ||
		spe.Rule.GetNOutOf().N != 2 {
		t.Error("Bytes")
	}
}

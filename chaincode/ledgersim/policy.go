package ledgersim

import (
	"fmt"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"
)

// Policy is a signature policy: a tree of N-out-of gates over roles of
// organisations. The zero Policy is satisfied by nobody.
type Policy struct {
	bytes      []byte
	root       gate
	principals []principal
}

// gate is either a leaf, which one endorser satisfies, or N of its rules.
type gate struct {
	leaf  bool
	index int // leaf: into principals
	n     int
	rules []gate
}

type principal struct {
	msp  string
	role msp.MSPRole_MSPRoleType
}

// OutOf asks for the endorsement of peers of n of the organisations.
func OutOf(n int, mspIDs ...string) Policy {
	env := &common.SignaturePolicyEnvelope{}
	var rules []*common.SignaturePolicy
	for i, id := range mspIDs {
		role := marshal(&msp.MSPRole{MspIdentifier: id, Role: msp.MSPRole_PEER})
		env.Identities = append(env.Identities,
			&msp.MSPPrincipal{PrincipalClassification: msp.MSPPrincipal_ROLE, Principal: role})
		rules = append(rules, &common.SignaturePolicy{Type: &common.SignaturePolicy_SignedBy{SignedBy: int32(i)}})
	}
	env.Rule = &common.SignaturePolicy{Type: &common.SignaturePolicy_NOutOf_{
		NOutOf: &common.SignaturePolicy_NOutOf{N: int32(n), Rules: rules}}}
	p, err := ParsePolicy(marshal(env))
	if err != nil {
		panic("ledgersim: " + err.Error())
	}
	return p
}

// errPolicyBytes marks bytes that are no policy at all. As a key's policy they
// stop a real peer for good, so they are told from a policy that is merely wrong.
type errPolicyBytes struct{ error }

// ParsePolicy reads a marshalled SignaturePolicyEnvelope: what statebased
// writes, or any tree of role principals.
func ParsePolicy(b []byte) (Policy, error) {
	env := &common.SignaturePolicyEnvelope{}
	if err := proto.Unmarshal(b, env); err != nil {
		return Policy{}, errPolicyBytes{fmt.Errorf("could not unmarshal signature policy envelope: %w", err)}
	}
	p := Policy{bytes: b}
	for _, identity := range env.Identities {
		if identity.PrincipalClassification != msp.MSPPrincipal_ROLE {
			return Policy{}, fmt.Errorf("principal %s is not modelled, only ROLE", identity.PrincipalClassification)
		}
		role := &msp.MSPRole{}
		if err := proto.Unmarshal(identity.Principal, role); err != nil {
			return Policy{}, fmt.Errorf("principal: %w", err)
		}
		p.principals = append(p.principals, principal{role.MspIdentifier, role.Role})
	}
	root, err := compile(env.Rule, len(p.principals))
	p.root = root
	return p, err
}

func compile(rule *common.SignaturePolicy, principals int) (gate, error) {
	switch t := rule.GetType().(type) {
	case *common.SignaturePolicy_SignedBy:
		if t.SignedBy < 0 || int(t.SignedBy) >= principals {
			return gate{}, fmt.Errorf("identity index out of range, requested %d, but identities length is %d",
				t.SignedBy, principals)
		}
		return gate{leaf: true, index: int(t.SignedBy)}, nil
	case *common.SignaturePolicy_NOutOf_:
		g := gate{n: int(t.NOutOf.N)}
		for _, r := range t.NOutOf.Rules {
			sub, err := compile(r, principals)
			if err != nil {
				return gate{}, err
			}
			g.rules = append(g.rules, sub)
		}
		return g, nil
	}
	return gate{}, fmt.Errorf("empty policy element")
}

// Bytes is the marshalled policy, fit for SetStateValidationParameter.
func (p Policy) Bytes() []byte { return p.bytes }

// Satisfied says whether these endorsers satisfy the policy. An endorser counts
// once, however often it appears, and for one leaf; leaves take the first free
// endorser that fits, as in Fabric (common/cauthdsl/cauthdsl.go).
func (p Policy) Satisfied(endorsers []*Identity) bool {
	var ids []*Identity
	seen := map[string]bool{}
	for _, id := range endorsers {
		if !seen[string(id.serialized)] {
			seen[string(id.serialized)] = true
			ids = append(ids, id)
		}
	}
	if p.bytes == nil {
		return false
	}
	return p.eval(p.root, ids, make([]bool, len(ids)))
}

func (p Policy) eval(g gate, ids []*Identity, used []bool) bool {
	if g.leaf {
		for i, id := range ids {
			if !used[i] && p.principals[g.index].matches(id) {
				used[i] = true
				return true
			}
		}
		return false
	}
	verified := 0
	for _, rule := range g.rules {
		trial := append([]bool(nil), used...)
		if p.eval(rule, ids, trial) {
			verified++
			copy(used, trial)
		}
	}
	return verified >= g.n
}

func (pr principal) matches(id *Identity) bool {
	if pr.msp != id.MSP {
		return false
	}
	switch pr.role {
	case msp.MSPRole_MEMBER:
		return true
	case msp.MSPRole_PEER:
		return id.Role == RolePeer
	case msp.MSPRole_CLIENT:
		return id.Role == RoleClient
	case msp.MSPRole_ADMIN:
		return id.Role == RoleAdmin
	}
	return false
}

// String is for messages: OutOf(2, 'A.peer', 'B.peer').
func (p Policy) String() string { return p.describe(p.root) }

func (p Policy) describe(g gate) string {
	if g.leaf {
		pr := p.principals[g.index]
		return fmt.Sprintf("'%s.%s'", pr.msp, strings.ToLower(pr.role.String()))
	}
	parts := []string{fmt.Sprint(g.n)}
	for _, r := range g.rules {
		parts = append(parts, p.describe(r))
	}
	return "OutOf(" + strings.Join(parts, ", ") + ")"
}

package authority

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// signed is a message, whoever is said to have signed it, and the signature.
type signed struct {
	message   []byte
	identity  []byte // serialized
	signature []byte
}

// signers are the identities that signed, each once, in the order of their signatures. Signatures that don't
// verify, and certificates that no organisation issued, are left out (common/policies/policy.go).
func (m members) signers(set []signed) (list []*identity, faults []error) {
	known := map[string]bool{}
	for i, s := range set {
		id, err := m.identity(s.identity)
		if err != nil {
			faults = append(faults, fmt.Errorf("signature %d: %w", i, err))
			continue
		}
		key := id.of.id + "\x00" + string(id.cert.Raw)
		if known[key] {
			faults = append(faults, fmt.Errorf("signature %d: %s has signed before", i, id))
			continue
		}
		if err := id.verify(s.message, s.signature); err != nil {
			faults = append(faults, fmt.Errorf("signature %d, of %s: %w", i, id, err))
			continue
		}
		known[key] = true
		list = append(list, id)
	}
	return list, faults
}

// withFaults adds to why signers aren't enough what is wrong with the other signatures, on one line.
func withFaults(err error, faults []error) error {
	for _, fault := range faults {
		err = fmt.Errorf("%w; %w", err, fault)
	}
	return err
}

// policy says whose signatures are enough.
type policy interface {
	// check answers nil if the signers are enough.
	check(signers []*identity) error
}

// noPolicy stands for one that isn't there. Nobody satisfies it.
type noPolicy string

func (p noPolicy) check([]*identity) error { return fmt.Errorf("there is no policy %q", string(p)) }

// signaturePolicy names principals and how many of them have to sign (common/cauthdsl).
type signaturePolicy struct {
	rule       *common.SignaturePolicy
	principals []*msp.MSPPrincipal
}

func newSignaturePolicy(p *common.SignaturePolicyEnvelope) (*signaturePolicy, error) {
	if n := len(p.GetIdentities()); n > mostPrincipals {
		return nil, fmt.Errorf("a signature policy names %d principals; up to %d are read", n, mostPrincipals)
	}
	left := mostRules
	if err := checkRule(p.GetRule(), len(p.GetIdentities()), 0, &left); err != nil {
		return nil, err
	}
	return &signaturePolicy{p.GetRule(), p.GetIdentities()}, nil
}

func checkRule(rule *common.SignaturePolicy, principals, depth int, left *int) error {
	*left--
	if depth > mostPolicyDepth || *left < 0 {
		return fmt.Errorf("a signature policy has more than %d rules, or more than %d in each other",
			mostRules, mostPolicyDepth)
	}
	switch rule := rule.GetType().(type) {
	case *common.SignaturePolicy_SignedBy:
		if rule.SignedBy < 0 || int(rule.SignedBy) >= principals {
			return fmt.Errorf("a signature policy asks for principal %d of %d", rule.SignedBy, principals)
		}
		return nil
	case *common.SignaturePolicy_NOutOf_:
		for _, inner := range rule.NOutOf.GetRules() {
			if err := checkRule(inner, principals, depth+1, left); err != nil {
				return err
			}
		}
		return nil
	}
	return errors.New("a signature policy has an empty rule")
}

func (p *signaturePolicy) check(signers []*identity) error {
	if !p.satisfied(p.rule, signers, make([]bool, len(signers))) {
		return errors.New("the signers don't satisfy the signature policy")
	}
	return nil
}

// satisfied plays a rule as Fabric does, greedily: each principal takes the first signer that it fits and that
// no rule before has taken; a rule that fails gives back what it took (common/cauthdsl/cauthdsl.go).
func (p *signaturePolicy) satisfied(rule *common.SignaturePolicy, signers []*identity, taken []bool) bool {
	if n := rule.GetNOutOf(); n != nil {
		met := int32(0)
		for _, inner := range n.GetRules() {
			attempt := slices.Clone(taken)
			if p.satisfied(inner, signers, attempt) {
				met++
				copy(taken, attempt)
			}
		}
		return met >= n.GetN()
	}
	for i, id := range signers {
		if !taken[i] && id.satisfies(p.principals[rule.GetSignedBy()], 0) == nil {
			taken[i] = true
			return true
		}
	}
	return false
}

// metaPolicy asks for a number of the policies of one name in the groups below (common/policies/implicitmeta.go).
type metaPolicy struct {
	name   string
	below  []policy
	needed int
}

func (p *metaPolicy) check(signers []*identity) error {
	met := 0
	for _, inner := range p.below {
		if inner.check(signers) == nil {
			met++
		}
	}
	if met < p.needed {
		return fmt.Errorf("%d of the %d policies %s below are satisfied, %d are needed",
			met, len(p.below), p.name, p.needed)
	}
	return nil
}

// group is a configuration group's policies, with those of the groups below.
type group struct {
	path     string // "Channel/Application"
	policies map[string]policy
	groups   map[string]*group
}

// newGroup compiles the policies of a group and of all below it (common/policies/policy.go).
func newGroup(path string, g *common.ConfigGroup) (*group, error) {
	made := &group{path: path, policies: map[string]policy{}, groups: map[string]*group{}}
	for name, below := range g.GetGroups() {
		var err error
		if made.groups[name], err = newGroup(path+"/"+name, below); err != nil {
			return nil, err
		}
	}
	for name, p := range g.GetPolicies() {
		compiled, err := made.compile(p.GetPolicy())
		if err != nil {
			return nil, fmt.Errorf("policy /%s/%s: %w", path, name, err)
		}
		made.policies[name] = compiled
	}
	return made, nil
}

func (g *group) compile(p *common.Policy) (policy, error) {
	switch common.Policy_PolicyType(p.GetType()) {
	case common.Policy_SIGNATURE:
		var envelope common.SignaturePolicyEnvelope
		if err := proto.Unmarshal(p.GetValue(), &envelope); err != nil {
			return nil, err
		}
		if envelope.GetVersion() != 0 {
			return nil, fmt.Errorf("signature policies have version 0, not %d", envelope.GetVersion())
		}
		return newSignaturePolicy(&envelope)
	case common.Policy_IMPLICIT_META:
		var meta common.ImplicitMetaPolicy
		if err := proto.Unmarshal(p.GetValue(), &meta); err != nil {
			return nil, err
		}
		return g.meta(&meta)
	}
	return nil, fmt.Errorf("no policy has type %d", p.GetType())
}

func (g *group) meta(m *common.ImplicitMetaPolicy) (*metaPolicy, error) {
	p := &metaPolicy{name: m.GetSubPolicy()}
	for _, name := range slices.Sorted(maps.Keys(g.groups)) {
		below, _ := g.groups[name].policy(m.GetSubPolicy())
		p.below = append(p.below, below)
	}
	switch n := len(p.below); m.GetRule() {
	case common.ImplicitMetaPolicy_ANY:
		p.needed = min(n, 1)
	case common.ImplicitMetaPolicy_ALL:
		p.needed = n
	case common.ImplicitMetaPolicy_MAJORITY:
		p.needed = min(n, n/2+1)
	default:
		return nil, fmt.Errorf("no policy has rule %d", m.GetRule())
	}
	return p, nil
}

// policy looks a policy up by its path, from the root ("/Channel/Application/Admins") or from this group
// ("Admins", "G/Admins"). One that isn't there is satisfied by nobody.
func (g *group) policy(path string) (policy, bool) {
	relative := path
	if strings.HasPrefix(path, "/") {
		under, ok := strings.CutPrefix(path, "/"+g.path)
		if !ok || under == "" {
			return noPolicy(path), false
		}
		relative = under[1:]
	}
	steps := strings.Split(relative, "/")
	at := g.below(steps[:len(steps)-1])
	if at == nil {
		return noPolicy(path), false
	}
	p, ok := at.policies[steps[len(steps)-1]]
	if !ok {
		return noPolicy(path), false
	}
	return p, true
}

// below is the group at a path below this one, or nil.
func (g *group) below(path []string) *group {
	for _, name := range path {
		if g = g.groups[name]; g == nil {
			return nil
		}
	}
	return g
}

// applicationPolicy reads a chaincode's or collection's policy: a signature policy of its own, or a reference to
// one of the channel's (core/policy/application.go).
func (c *config) applicationPolicy(raw []byte) (policy, error) {
	var p peer.ApplicationPolicy
	if err := proto.Unmarshal(raw, &p); err != nil {
		return nil, fmt.Errorf("not an endorsement policy: %w", err)
	}
	switch p := p.GetType().(type) {
	case *peer.ApplicationPolicy_SignaturePolicy:
		return newSignaturePolicy(p.SignaturePolicy)
	case *peer.ApplicationPolicy_ChannelConfigPolicyReference:
		found, ok := c.root.policy(p.ChannelConfigPolicyReference)
		if !ok {
			return nil, found.check(nil)
		}
		return found, nil
	}
	return nil, errors.New("an endorsement policy is neither a signature policy nor a reference to one")
}

// nOutOf is a policy that n of some organisations' members sign.
func nOutOf(n int, role msp.MSPRole_MSPRoleType, organisations []string) (*common.SignaturePolicyEnvelope, error) {
	p := &common.SignaturePolicyEnvelope{}
	var rules []*common.SignaturePolicy
	for i, id := range slices.Sorted(slices.Values(organisations)) {
		raw, err := proto.Marshal(&msp.MSPRole{MspIdentifier: id, Role: role})
		if err != nil {
			return nil, err
		}
		p.Identities = append(p.Identities,
			&msp.MSPPrincipal{PrincipalClassification: msp.MSPPrincipal_ROLE, Principal: raw})
		rules = append(rules, &common.SignaturePolicy{Type: &common.SignaturePolicy_SignedBy{SignedBy: int32(i)}})
	}
	p.Rule = &common.SignaturePolicy{Type: &common.SignaturePolicy_NOutOf_{
		NOutOf: &common.SignaturePolicy_NOutOf{N: int32(n), Rules: rules},
	}}
	return p, nil
}

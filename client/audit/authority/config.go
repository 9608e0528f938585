package authority

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/orderer"
	"google.golang.org/protobuf/proto"
)

// config is what one configuration of the channel says (common/channelconfig/bundle.go).
type config struct {
	channel     string
	sequence    uint64
	elements    map[string]element
	root        *group
	members     members
	application map[string]string // MSP ids by the application group's names
	bft         bool              // blocks carry several orderers' signatures
	consenters  []*common.Consenter
}

// members are all organisations, by their MSP ids.
type members map[string]*organisation

// identity reads whom a serialized identity names.
func (m members) identity(raw []byte) (*identity, error) {
	var named msp.SerializedIdentity
	if err := proto.Unmarshal(raw, &named); err != nil {
		return nil, fmt.Errorf("not an identity: %w", err)
	}
	of := m[named.GetMspid()]
	if of == nil {
		return nil, fmt.Errorf("the channel has no organisation %q", named.GetMspid())
	}
	id, err := of.read(named.GetIdBytes())
	if err != nil {
		return nil, fmt.Errorf("a certificate of %s: %w", of.id, err)
	}
	return id, nil
}

// Names of configuration groups and values (common/channelconfig).
const (
	channelGroup     = "Channel"
	applicationGroup = "Application"
	ordererGroup     = "Orderer"
	consortiumsGroup = "Consortiums"
)

// newConfig reads a configuration, and checks that it can be lived by: organisations and their authorities,
// policies, capabilities, consenters.
func newConfig(channel string, c *common.Config) (*config, error) {
	top := c.GetChannelGroup()
	if top == nil {
		return nil, errors.New("a configuration without the channel's group")
	}
	if err := checkDepth(top, 0); err != nil {
		return nil, err
	}
	made := &config{
		channel: channel, sequence: c.GetSequence(),
		members: members{}, application: map[string]string{},
	}
	var err error
	if made.elements, err = flatten(top); err != nil {
		return nil, err
	}
	capabilities, err := capabilitiesOf(top)
	if err != nil {
		return nil, err
	}
	made.bft = capabilities["V3_0"]
	if err := made.readOrganisations(top); err != nil {
		return nil, err
	}
	if made.root, err = newGroup(channelGroup, top); err != nil {
		return nil, err
	}
	return made, made.readOrderers(top.GetGroups()[ordererGroup])
}

func checkDepth(g *common.ConfigGroup, depth int) error {
	if depth >= mostGroupDepth {
		return fmt.Errorf("configuration groups are more than %d deep", mostGroupDepth)
	}
	for _, below := range g.GetGroups() {
		if err := checkDepth(below, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// capabilitiesOf reads what the channel's and the application's members have to be capable of. Those of Fabric
// before 2.0 aren't verified here.
func capabilitiesOf(top *common.ConfigGroup) (map[string]bool, error) {
	channel, err := capabilities(top)
	if err != nil {
		return nil, err
	}
	for name := range channel {
		if !slices.Contains([]string{"V1_1", "V1_3", "V1_4_2", "V1_4_3", "V2_0", "V3_0"}, name) {
			return nil, fmt.Errorf("the channel's capability %s is of a newer Fabric than 3.1.1", name)
		}
	}
	if !channel["V3_0"] && !channel["V2_0"] && !channel["V1_4_3"] {
		return nil, errors.New("channels below the capability V1_4_3 aren't verified here")
	}
	application, found := top.GetGroups()[applicationGroup]
	if !found {
		return channel, nil
	}
	names, err := capabilities(application)
	if err != nil {
		return nil, err
	}
	for name := range names {
		if !slices.Contains([]string{"V1_1", "V1_2", "V1_3", "V1_4_2", "V2_0", "V2_5"}, name) {
			return nil, fmt.Errorf("the application's capability %s isn't verified here", name)
		}
	}
	if !names["V2_0"] && !names["V2_5"] {
		return nil, errors.New("applications below the capability V2_0 aren't verified here")
	}
	return channel, nil
}

func capabilities(g *common.ConfigGroup) (map[string]bool, error) {
	var c common.Capabilities
	if err := proto.Unmarshal(g.GetValues()["Capabilities"].GetValue(), &c); err != nil {
		return nil, fmt.Errorf("not capabilities: %w", err)
	}
	names := map[string]bool{}
	for name := range c.GetCapabilities() {
		names[name] = true
	}
	return names, nil
}

// readOrganisations reads the MSPs of all groups that stand for one.
func (c *config) readOrganisations(top *common.ConfigGroup) error {
	defined := map[string]*msp.MSPConfig{}
	for name, g := range top.GetGroups() {
		groups := []*common.ConfigGroup{g}
		switch name {
		case applicationGroup, ordererGroup:
		case consortiumsGroup:
			groups = slices.Collect(maps.Values(g.GetGroups()))
		default:
			return fmt.Errorf("a channel has no group %q", name)
		}
		for _, g := range groups {
			for organisation, g := range g.GetGroups() {
				id, err := c.readOrganisation(organisation, g, defined)
				if err != nil {
					return err
				}
				if name == applicationGroup {
					c.application[organisation] = id
				}
			}
		}
	}
	return nil
}

func (c *config) readOrganisation(
	name string, g *common.ConfigGroup, defined map[string]*msp.MSPConfig,
) (string, error) {
	if len(g.GetGroups()) > 0 {
		return "", fmt.Errorf("organisation %s has groups below it", name)
	}
	var config msp.MSPConfig
	if err := proto.Unmarshal(g.GetValues()["MSP"].GetValue(), &config); err != nil {
		return "", fmt.Errorf("organisation %s: not an MSP: %w", name, err)
	}
	o, err := newOrganisation(&config, c.bft)
	if err != nil {
		return "", fmt.Errorf("organisation %s: %w", name, err)
	}
	if o.id == "" {
		return "", fmt.Errorf("organisation %s: its MSP has no id", name)
	}
	if before := defined[o.id]; before != nil && !proto.Equal(before, &config) {
		return "", fmt.Errorf("MSP %s is defined twice, differently", o.id)
	}
	defined[o.id], c.members[o.id] = &config, o
	return o.id, nil
}

// readOrderers reads who orders. With BFT the policy on blocks must ask for a quorum of exactly these, as
// orderers check too (orderer/consensus/smartbft/configverifier.go).
func (c *config) readOrderers(g *common.ConfigGroup) error {
	if g == nil {
		return nil
	}
	var orderers common.Orderers
	if err := proto.Unmarshal(g.GetValues()["Orderers"].GetValue(), &orderers); err != nil {
		return fmt.Errorf("not a list of orderers: %w", err)
	}
	c.consenters = orderers.GetConsenterMapping()
	var consensus orderer.ConsensusType
	if err := proto.Unmarshal(g.GetValues()["ConsensusType"].GetValue(), &consensus); err != nil {
		return fmt.Errorf("not a consensus type: %w", err)
	}
	if consensus.GetType() != "BFT" {
		return nil
	}
	if !c.bft {
		return errors.New("BFT needs the channel's capability V3_0")
	}
	var found common.SignaturePolicyEnvelope
	p := g.GetPolicies()["BlockValidation"].GetPolicy()
	if common.Policy_PolicyType(p.GetType()) != common.Policy_SIGNATURE {
		return errors.New("the policy on blocks doesn't ask for a quorum of the orderers")
	}
	if err := proto.Unmarshal(p.GetValue(), &found); err != nil {
		return fmt.Errorf("the policy on blocks: %w", err)
	}
	want, err := quorum(c.consenters)
	if err != nil {
		return err
	}
	if !proto.Equal(&found, want) {
		return errors.New("the policy on blocks asks for something else than a quorum of the orderers")
	}
	return nil
}

// serialized is the identity with which an orderer signs blocks.
func serialized(c *common.Consenter) ([]byte, error) {
	return proto.Marshal(&msp.SerializedIdentity{Mspid: c.GetMspId(), IdBytes: c.GetIdentity()})
}

// quorum is the policy that a block's signatures have to satisfy with BFT: of n orderers, of which f = (n-1)/3
// may lie, the first whole number from (n+f+1)/2 (common/policies/bft.go).
func quorum(consenters []*common.Consenter) (*common.SignaturePolicyEnvelope, error) {
	p := &common.SignaturePolicyEnvelope{}
	var rules []*common.SignaturePolicy
	for i, consenter := range consenters {
		raw, err := serialized(consenter)
		if err != nil {
			return nil, err
		}
		p.Identities = append(p.Identities,
			&msp.MSPPrincipal{PrincipalClassification: msp.MSPPrincipal_IDENTITY, Principal: raw})
		rules = append(rules, &common.SignaturePolicy{Type: &common.SignaturePolicy_SignedBy{SignedBy: int32(i)}})
	}
	n := len(consenters)
	p.Rule = &common.SignaturePolicy{Type: &common.SignaturePolicy_NOutOf_{
		NOutOf: &common.SignaturePolicy_NOutOf{N: int32((n + (n-1)/3 + 2) / 2), Rules: rules},
	}}
	return p, nil
}

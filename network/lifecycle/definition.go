package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/golang/protobuf/proto" //lint:ignore SA1019 the SDK's messages are of that generation
	"github.com/hyperledger/fabric-protos-go/common"
	"github.com/hyperledger/fabric-protos-go/peer"
	"github.com/hyperledger/fabric-sdk-go/pkg/client/resmgmt"
	"github.com/hyperledger/fabric-sdk-go/third_party/github.com/hyperledger/fabric/common/policydsl"

	"tallystick/network/topology"
)

// Fabric's built-in ways to endorse and to validate; their names are part of
// the definition that the parties approve.
const (
	endorsementPlugin = "escc"
	validationPlugin  = "vscc"
)

// Definition is what the parties agree on about a chaincode. The package is not
// part of it: each party approves the definition with its own.
type Definition struct {
	Name     string
	Version  string
	Sequence int64 // 1, then one more with every change
	Policy   *common.SignaturePolicyEnvelope
	// Collections in the file's order, which counts.
	Collections []*peer.CollectionConfig
}

// define turns a topology's chaincode into a definition without a sequence.
func define(chaincode topology.Chaincode) (Definition, error) {
	policy, err := policydsl.FromString(chaincode.Policy)
	if err != nil {
		return Definition{}, fmt.Errorf("chaincode %s: policy %q: %w", chaincode.Name, chaincode.Policy, err)
	}
	d := Definition{Name: chaincode.Name, Version: chaincode.Version, Policy: policy}
	for _, c := range chaincode.Collections {
		config, err := collection(c)
		if err != nil {
			return Definition{}, fmt.Errorf("chaincode %s: collection %s: %w", chaincode.Name, c.Name, err)
		}
		d.Collections = append(d.Collections, config)
	}
	return d, nil
}

// collection has its members' clients alone read and write, and an endorsing
// peer send the data to all other members' peers but wait for none: those that
// missed it fetch it.
func collection(c topology.Collection) (*peer.CollectionConfig, error) {
	var members []string
	for _, party := range c.Parties {
		members = append(members, fmt.Sprintf("'%s.member'", party))
	}
	policy, err := policydsl.FromString("OR(" + strings.Join(members, ",") + ")")
	if err != nil {
		return nil, err
	}
	return &peer.CollectionConfig{Payload: &peer.CollectionConfig_StaticCollectionConfig{
		StaticCollectionConfig: &peer.StaticCollectionConfig{
			Name: c.Name,
			MemberOrgsPolicy: &peer.CollectionPolicyConfig{
				Payload: &peer.CollectionPolicyConfig_SignaturePolicy{SignaturePolicy: policy},
			},
			RequiredPeerCount: 0,
			MaximumPeerCount:  int32(len(c.Parties) - 1),
			BlockToLive:       0, // for ever
			MemberOnlyRead:    true,
			MemberOnlyWrite:   true,
		},
	}}, nil
}

// CheckPolicy says whether a text is a signature policy that Fabric can read.
func CheckPolicy(text string) error {
	_, err := policydsl.FromString(text)
	return err
}

// errNotCommitted says that the channel has no such chaincode yet.
var errNotCommitted = errors.New("not committed")

// same says whether two definitions of a chaincode differ in their sequence at
// most.
func (d Definition) same(other Definition) bool {
	return d.Version == other.Version && proto.Equal(d.Policy, other.Policy) &&
		proto.Equal(&peer.CollectionConfigPackage{Config: d.Collections},
			&peer.CollectionConfigPackage{Config: other.Collections})
}

// next gives the definition its sequence: the committed one's if nothing
// changed, else the one after.
func (d Definition) next(committed Definition) Definition {
	d.Sequence = committed.Sequence
	if !d.same(committed) {
		d.Sequence++
	}
	return d
}

// install puts a package on the party's peer, unless it is there, and checks
// that the peer names it as we do.
func (a *Admin) install(ctx context.Context, pkg Package) error {
	request := resmgmt.LifecycleInstallCCRequest{Label: pkg.Label, Package: pkg.Bytes}
	// An empty answer means that it was installed before.
	answers, err := a.manage.LifecycleInstallCC(request, a.at(ctx)...)
	if err != nil {
		return fmt.Errorf("install %s on %s: %w", pkg.Label, a.peer, err)
	}
	for _, answer := range answers {
		if answer.PackageID != pkg.ID() {
			return fmt.Errorf("%s calls the package %s, not %s: a server with our id would hang it", a.peer,
				answer.PackageID, pkg.ID())
		}
	}
	installed, err := a.manage.LifecycleQueryInstalledCC(a.at(ctx)...)
	if err != nil {
		return fmt.Errorf("%s: installed packages: %w", a.peer, err)
	}
	for _, present := range installed {
		if present.PackageID == pkg.ID() {
			return nil
		}
	}
	return fmt.Errorf("%s does not hold package %s after its installation", a.peer, pkg.ID())
}

// approve records the party's consent, unless it has given it with this package.
func (a *Admin) approve(ctx context.Context, d Definition, packageID string) error {
	approved, err := a.manage.LifecycleQueryApprovedCC(a.channel,
		resmgmt.LifecycleQueryApprovedCCRequest{Name: d.Name, Sequence: d.Sequence}, a.at(ctx)...)
	if err == nil && approved.PackageID == packageID && d.same(Definition{
		Version: approved.Version, Policy: approved.SignaturePolicy, Collections: approved.CollectionConfig,
	}) {
		return nil
	}
	_, err = a.manage.LifecycleApproveCC(a.channel, resmgmt.LifecycleApproveCCRequest{
		Name: d.Name, Version: d.Version, PackageID: packageID, Sequence: d.Sequence,
		EndorsementPlugin: endorsementPlugin, ValidationPlugin: validationPlugin, SignaturePolicy: d.Policy,
		CollectionConfig: d.Collections,
	}, a.at(ctx)...)
	if err != nil {
		return fmt.Errorf("%s approves %s: %w", a.Party, d.Name, err)
	}
	return nil
}

// approvals returns nil when the party's peer has seen everybody's consent.
func (a *Admin) approvals(ctx context.Context, d Definition, parties []string) error {
	answer, err := a.manage.LifecycleCheckCCCommitReadiness(a.channel, resmgmt.LifecycleCheckCCCommitReadinessRequest{
		Name: d.Name, Version: d.Version, Sequence: d.Sequence,
		EndorsementPlugin: endorsementPlugin, ValidationPlugin: validationPlugin, SignaturePolicy: d.Policy,
		CollectionConfig: d.Collections,
	}, a.at(ctx)...)
	if err != nil {
		return fmt.Errorf("%s: approvals of %s: %w", a.peer, d.Name, err)
	}
	for _, party := range parties {
		if !answer.Approvals[party] {
			return fmt.Errorf("%s has not seen %s's approval of %s", a.peer, party, d.Name)
		}
	}
	return nil
}

// commit makes the definition the channel's, endorsed by the given peers.
func (a *Admin) commit(ctx context.Context, d Definition, peers []string) error {
	_, err := a.manage.LifecycleCommitCC(a.channel, resmgmt.LifecycleCommitCCRequest{
		Name: d.Name, Version: d.Version, Sequence: d.Sequence,
		EndorsementPlugin: endorsementPlugin, ValidationPlugin: validationPlugin, SignaturePolicy: d.Policy,
		CollectionConfig: d.Collections,
	}, a.at(ctx, peers...)...)
	if err != nil {
		return fmt.Errorf("%s commits %s: %w", a.Party, d.Name, err)
	}
	return nil
}

// committed returns the channel's definition as the party's peer has it, or
// errNotCommitted.
func (a *Admin) committed(ctx context.Context, chaincode string) (Definition, error) {
	answers, err := a.manage.LifecycleQueryCommittedCC(a.channel,
		resmgmt.LifecycleQueryCommittedCCRequest{Name: chaincode}, a.at(ctx)...)
	switch {
	case err != nil && strings.Contains(err.Error(), "is not defined"):
		return Definition{}, errNotCommitted
	case err != nil:
		return Definition{}, fmt.Errorf("%s: definition of %s: %w", a.peer, chaincode, err)
	case len(answers) != 1:
		return Definition{}, errNotCommitted
	}
	c := answers[0]
	return Definition{Name: c.Name, Version: c.Version, Sequence: c.Sequence, Policy: c.SignaturePolicy,
		Collections: c.CollectionConfig}, nil
}

package lifecycle

import (
	"testing"

	"github.com/hyperledger/fabric-protos-go/peer"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/errors/status"
	"github.com/hyperledger/fabric-sdk-go/third_party/github.com/hyperledger/fabric/common/policydsl"

	"tallystick/network/topology"
)

func TestNextSequence(t *testing.T) {
	const two, any = "OutOf(2,'G.peer','D.peer')", "OR('G.peer','D.peer')"
	tests := []struct {
		name                    string
		version, policy         string
		haveVersion, havePolicy string
		have, want              int64
	}{
		{"first", "1", two, "", "", 0, 1},
		{"unchanged", "1", two, "1", two, 4, 4},
		{"new version", "2", two, "1", two, 4, 5},
		{"new policy", "1", any, "1", two, 4, 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want, err := define(topology.Chaincode{Name: "tally", Version: tt.version, Policy: tt.policy})
			if err != nil {
				t.Fatal(err)
			}
			committed := Definition{Sequence: tt.have, Version: tt.haveVersion}
			if tt.havePolicy != "" {
				if committed,
					err = define(topology.Chaincode{Version: tt.haveVersion, Policy: tt.havePolicy}); err != nil {
					t.Fatal(err)
				}
				committed.Sequence = tt.have
			}
			if got := want.next(committed).Sequence; got != tt.want {
				t.Errorf("sequence %d, want %d", got, tt.want)
			}
		})
	}
}

// TestCollectionsAreCompared: any change of a collection is a new sequence.
func TestCollectionsAreCompared(t *testing.T) {
	shared := topology.Collection{Name: "shared", Parties: []string{"G", "D"}}
	other := topology.Collection{Name: "other", Parties: []string{"G"}}
	tests := []struct {
		name       string
		have, want []topology.Collection
		changed    bool
	}{
		{"none", nil, []topology.Collection{}, false},
		{"unchanged", []topology.Collection{shared, other}, []topology.Collection{shared, other}, false},
		{"added", []topology.Collection{shared}, []topology.Collection{shared, other}, true},
		{"first", nil, []topology.Collection{shared}, true},
		{"renamed", []topology.Collection{shared}, []topology.Collection{{Name: "share", Parties: shared.Parties}},
			true},
		{"other parties", []topology.Collection{shared},
			[]topology.Collection{{Name: "shared", Parties: []string{"G", "F"}}}, true},
		{"other order", []topology.Collection{shared, other}, []topology.Collection{other, shared}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var sides [2]Definition
			for i, collections := range [][]topology.Collection{tt.have, tt.want} {
				d, err := define(
					topology.Chaincode{Name: "tally", Version: "1", Policy: "OR('G.peer')", Collections: collections})
				if err != nil {
					t.Fatal(err)
				}
				sides[i] = d
			}
			sides[0].Sequence = 4
			if got := sides[1].next(sides[0]).Sequence; (got == 5) != tt.changed {
				t.Errorf("sequence %d, changed: %v", got, tt.changed)
			}
		})
	}
}

func TestCollectionIsItsMembersOnly(t *testing.T) {
	d, err := define(topology.Chaincode{Name: "tally", Policy: "OR('G.peer')",
		Collections: []topology.Collection{{Name: "shared", Parties: []string{"G", "D"}}}})
	if err != nil {
		t.Fatal(err)
	}
	members, err := policydsl.FromString("OR('G.member','D.member')")
	if err != nil {
		t.Fatal(err)
	}
	got := d.Collections[0].GetStaticCollectionConfig()
	want := &peer.StaticCollectionConfig{Name: "shared", MaximumPeerCount: 1, MemberOnlyRead: true,
		MemberOnlyWrite: true,
		MemberOrgsPolicy: &peer.CollectionPolicyConfig{
			Payload: &peer.CollectionPolicyConfig_SignaturePolicy{SignaturePolicy: members}}}
	if got.String() != want.String() {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestPolicyIsChecked(t *testing.T) {
	if _, err := define(topology.Chaincode{Name: "tally", Policy: "two of three"}); err == nil {
		t.Error("nonsense passed for a policy")
	}
}

// TestRefusedByChaincode: a chaincode that refuses is there; a peer that cannot
// reach it is not an answer.
func TestRefusedByChaincode(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want bool
	}{
		{"its own refusal", status.New(status.ChaincodeStatus, 500, "FORBIDDEN: only tally", nil), true},
		{"unreachable", status.New(status.ChaincodeStatus, 500,
			"error in simulation: failed to execute transaction: could not launch", nil), false},
		{"undefined", status.New(status.ChaincodeStatus, 500,
			"make sure the chaincode tally has been successfully defined", nil), false},
		{"not joined", status.New(status.ChaincodeStatus, 500, "channel 'alliance' not found", nil), false},
		{"no connection", status.New(status.EndorserClientStatus, 0, "connection failed", nil), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := refusedByChaincode(tt.err); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

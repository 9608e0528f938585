package lifecycle

import (
	"testing"

	"github.com/hyperledger/fabric-sdk-go/pkg/common/errors/status"

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
				if committed, err = define(topology.Chaincode{Version: tt.haveVersion, Policy: tt.havePolicy}); err != nil {
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
		{"unreachable", status.New(status.ChaincodeStatus, 500, "error in simulation: failed to execute transaction: could not launch", nil), false},
		{"undefined", status.New(status.ChaincodeStatus, 500, "make sure the chaincode tally has been successfully defined", nil), false},
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

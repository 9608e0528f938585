package genesis_test

import (
	"testing"

	"tallystick/network/genesis"
	"tallystick/network/identity"
	"tallystick/network/internal/golden"
	"tallystick/network/topology"
)

func TestRenderConfigtx(t *testing.T) {
	for _, consensus := range []topology.Consensus{topology.BFT, topology.Raft} {
		t.Run(string(consensus), func(t *testing.T) {
			network, err := topology.Load("testdata/topology.yaml")
			if err != nil {
				t.Fatal(err)
			}
			network.Orderers.Consensus = consensus
			got, err := genesis.RenderConfigtx(network, identity.Layout{Root: "/net/crypto"})
			if err != nil {
				t.Fatal(err)
			}
			golden.Assert(t, "configtx-"+string(consensus)+".yaml", got)
		})
	}
}

package profile_test

import (
	"os"
	"path/filepath"
	"testing"

	"go.yaml.in/yaml/v3"

	"tallystick/network/identity"
	"tallystick/network/internal/golden"
	"tallystick/network/profile"
	"tallystick/network/topology"
)

// TestWrite shows a party with a peer and one without.
func TestWrite(t *testing.T) {
	network, err := topology.Load("../genesis/testdata/topology.yaml")
	if err != nil {
		t.Fatal(err)
	}
	network.Profile = map[string]string{"chaincode": "tally"}
	dir := t.TempDir()
	if err := profile.Write(network, identity.Layout{Root: "/net/crypto"}, dir,
		map[string][]profile.Package{"D": {{Chaincode: "tally", ID: "tally_1:0f"}}}); err != nil {
		t.Fatal(err)
	}
	for _, party := range []string{"D", "A"} {
		text, err := os.ReadFile(filepath.Join(dir, party, "profile.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var read profile.Profile
		if err := yaml.Unmarshal(text, &read); err != nil || read.Party != party {
			t.Errorf("reads back as %q, %v", read.Party, err)
		}
		golden.Assert(t, party+".yaml", string(text))
	}
}

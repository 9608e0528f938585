package node_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"tallystick/network/identity"
	"tallystick/network/internal/golden"
	"tallystick/network/node"
	"tallystick/network/topology"
)

var layout = identity.Layout{Root: "/net/crypto"}

func TestRenderCore(t *testing.T) {
	network, err := topology.Load("../genesis/testdata/topology.yaml")
	if err != nil {
		t.Fatal(err)
	}
	peer := network.Peers()[0]
	got, err := node.RenderCore(node.Peer{
		Peer: peer, Channel: network.Channel, Identity: layout.Peer(peer.Party, peer.Name),
		Dir: "/net/peers/peer0.G", Builder: "/net/builder",
	})
	if err != nil {
		t.Fatal(err)
	}
	golden.Assert(t, "core.yaml", got)
}

func TestRenderOrderer(t *testing.T) {
	network, err := topology.Load("../genesis/testdata/topology.yaml")
	if err != nil {
		t.Fatal(err)
	}
	orderer := network.OrdererNodes()[0]
	got, err := node.RenderOrderer(node.Orderer{
		Orderer: orderer, Organisation: "O", Identity: layout.Orderer("O", orderer.Hostname),
		Dir: "/net/orderers/orderer0",
	})
	if err != nil {
		t.Fatal(err)
	}
	golden.Assert(t, "orderer.yaml", got)
}

// TestBuilder runs the external builder's scripts as a peer does.
func TestBuilder(t *testing.T) {
	dir := t.TempDir()
	if err := node.WriteBuilder(dir); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(script string, args ...string) error {
		for i := range args {
			args[i] = filepath.Join(dir, args[i])
		}
		return exec.Command(filepath.Join(dir, "bin", script), args...).Run()
	}
	write("source/connection.json", `{"address":"127.0.0.1:1"}`)
	write("metadata/metadata.json", `{"path":"","type":"ccaas","label":"tally_1"}`)
	write("other/metadata.json", `{"path":"","type":"golang","label":"tally_1"}`)
	write("output/.keep", "")
	if err := run("detect", "source", "other"); err == nil {
		t.Error("detect claims a Go package")
	}
	for _, step := range [][]string{{"detect", "source", "metadata"}, {"build", "source", "metadata", "output"},
		{"release", "output", "release"}} {
		if err := run(step[0], step[1:]...); err != nil {
			t.Fatalf("%v: %v", step, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "release/chaincode/server/connection.json")); err != nil {
		t.Error(err)
	}
}

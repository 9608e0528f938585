package network_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/network"
)

// silent is a Reporter for nobody.
type silent struct{}

func (silent) Step(string)   {}
func (silent) Detail(string) {}

// TestForeignDirectory: a directory with somebody's things in it is neither
// filled nor emptied.
func TestForeignDirectory(t *testing.T) {
	dir := t.TempDir()
	diary := filepath.Join(dir, "logs")
	topology := filepath.Join(t.TempDir(), "topology.yaml")
	for file, text := range map[string]string{
		diary: "dear diary", topology: "channel: c\nparties: [{id: G, peer: true}]\n",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	n, err := network.Open(topology, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Up(t.Context(), silent{}); err == nil || !strings.Contains(err.Error(), "choose another --dir") {
		t.Errorf("up: %v", err)
	}
	if err := n.Reset(t.Context()); err == nil || !strings.Contains(err.Error(), "nothing is removed") {
		t.Errorf("reset: %v", err)
	}
	if ended, err := n.Down(t.Context()); ended != 0 || err != nil {
		t.Errorf("down: %d, %v", ended, err)
	}
	if _, err := os.Stat(diary); err != nil {
		t.Error(err)
	}
}

func TestMissingChaincodeProgramIsRefusedFirst(t *testing.T) {
	topology := filepath.Join(t.TempDir(), "topology.yaml")
	text := "channel: c\nparties: [{id: G, peer: true}]\nchaincodes: [{name: tally, version: '1', program: bin/none}]\n"
	if err := os.WriteFile(topology, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := network.Open(topology, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Up(t.Context(), silent{}); err == nil || !strings.Contains(err.Error(), "bin/none; build it") {
		t.Errorf("up: %v", err)
	}
	if _, err := os.Stat(n.Dir); err == nil {
		t.Errorf("%s was made for nothing", n.Dir)
	}
}

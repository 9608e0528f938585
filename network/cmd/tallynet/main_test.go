package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tallystick/network/topology"
)

func TestExitCodes(t *testing.T) {
	const topology = "../../../test-network/topology.yaml"
	none, made, bad, there := filepath.Join(t.TempDir(), "none"), filepath.Join(t.TempDir(), "made", "t.yaml"),
		filepath.Join(t.TempDir(), "b.yaml"), t.TempDir()
	for file, text := range map[string]string{bad: "chanel: x\n", filepath.Join(there, ".tallynet"): "a network's"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name string
		args []string
		want int
	}{
		{"help", []string{"--help"}, 0},
		{"group alone", []string{"process"}, 0},
		{"nothing to stop", []string{"down", "--topology", topology, "--dir", none}, 0},
		{"no topology", []string{"status", "--topology", none}, 1},
		{"no network", []string{"chaincode", "restart", "--party", "D", "--topology", topology, "--dir", none}, 1},
		{"unknown party", []string{"chaincode", "restart", "--party", "Q", "--topology", topology, "--dir", none}, 1},
		{"unknown command", []string{"nosuch"}, 2},
		{"unknown subcommand", []string{"process", "nosuch"}, 2},
		{"unknown flag", []string{"up", "--fast"}, 2},
		{"missing argument", []string{"process", "kill"}, 2},
		{"missing party", []string{"chaincode", "restart"}, 2},
		{"unknown process", []string{"process", "kill", "peer9.G", "--topology", topology}, 2},
		{"unknown output", []string{"status", "-o", "xml"}, 2},
		{"version", []string{"version", "--topology", topology, "--dir", none}, 0},
		{"valid", []string{"validate", "--topology", topology}, 0},
		{"not valid", []string{"validate", "--topology", bad}, 1},
		{"init", []string{"init", "--topology", made}, 0},
		{"init makes what is valid", []string{"validate", "--topology", made}, 0},
		{"init over a topology", []string{"init", "--topology", made}, 1},
		{"nothing to reset", []string{"reset", "--topology", topology, "--dir", none}, 0},
		{"reset without a word", []string{"reset", "--topology", topology, "--dir", there}, 2},
		{"reset, meant", []string{"reset", "--yes", "--topology", topology, "--dir", there}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := run(t.Context(), tt.args); got != tt.want {
				t.Errorf("exit code %d, want %d", got, tt.want)
			}
		})
	}
}

// The programs are beside this one, from wherever the topology is; what isn't built is found.
func TestProgramsOfATopology(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Dir(self)
	for _, path := range []string{filepath.Join(t.TempDir(), "a", "mine.yaml"),
		filepath.Join(filepath.Dir(self), "mine.yaml"), "mine.yaml"} {
		dir := programsFor(path)
		if folder, err := filepath.Abs(filepath.Dir(path)); err != nil || !filepath.IsAbs(dir) &&
			filepath.Join(folder, dir) != want || filepath.IsAbs(dir) && filepath.Clean(dir) != want ||
			!strings.HasSuffix(dir, "/") {
			t.Errorf("of %s: %s, %v", path, dir, err)
		}
	}
	there := &topology.Topology{
		Chaincodes: []topology.Chaincode{{Program: self}, {Program: self + "-none"}, {Program: self + "-none"}},
		Programs:   []topology.Program{{Program: self + "-node"}}}
	if got := unbuilt(there); !slices.Equal(got, []string{self + "-none", self + "-node"}) {
		t.Errorf("%v", got)
	}
}

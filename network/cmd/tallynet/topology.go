package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tallystick/network/topology"
)

func validateCommand(s settings) *cobra.Command {
	return &cobra.Command{
		Use:   "validate",
		Short: "Say whether a topology could run, and all that is wrong with it",
		Long: `Reads the topology, with its defaults, and names every fault in it with its line. It
starts nothing and looks at no port. network/topology/KEYS.md lists all keys.`,
		Example: "  tallynet validate\n  tallynet validate --topology other.yaml",
		Args:    exactly(0),
		RunE: func(*cobra.Command, []string) error {
			t, err := topology.Load(s.GetString("topology"))
			if err != nil {
				return err
			}
			fmt.Println(summary(t))
			if programs := unbuilt(t); len(programs) > 0 {
				fmt.Printf("programs that aren't there yet: %s; build them, or correct their paths\n",
					strings.Join(programs, ", "))
			}
			return nil
		},
	}
}

// summary says in one line what a topology would make.
func summary(t *topology.Topology) string {
	var peers, others []string
	for _, p := range t.Parties {
		if p.Peer {
			peers = append(peers, p.ID)
		} else {
			others = append(others, p.ID)
		}
	}
	text := fmt.Sprintf("%s can run: channel %s, %d %s orderers, peers of %s", filepath.Base(t.File), t.Channel,
		t.Orderers.Count, t.Orderers.Consensus, strings.Join(peers, ", "))
	if len(others) > 0 {
		text += ", without a peer " + strings.Join(others, ", ")
	}
	return text + fmt.Sprintf("; ports from %d on %s", t.BasePort, t.Host)
}

// sample is what init writes. A test keeps it loadable.
//
//go:embed sample.yaml
var sample []byte

// unbuilt are programs that aren't there.
func unbuilt(t *topology.Topology) (list []string) {
	var named []string
	for _, c := range t.Chaincodes {
		named = append(named, c.Program)
	}
	for _, p := range t.Programs {
		named = append(named, p.Program)
	}
	for _, program := range named {
		if _, err := os.Stat(program); err != nil && !slices.Contains(list, program) {
			list = append(list, program)
		}
	}
	return list
}

// sampleDir is where the programs in the sample are.
const sampleDir = "../bin/"

// programsFor is where a topology's programs are as it names them: beside this one, from the topology's folder.
func programsFor(path string) string {
	self, err := os.Executable()
	if err != nil {
		return sampleDir
	}
	dir := filepath.Dir(self)
	from, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return dir + "/"
	}
	if near, err := filepath.Rel(from, dir); err == nil && strings.Count(near, "..") < 3 {
		return filepath.ToSlash(near) + "/"
	}
	return dir + "/"
}

func initCommand(s settings) *cobra.Command {
	return &cobra.Command{
		Use:   "init",
		Short: "Write a topology to begin with, with a comment on every key",
		Long: `Writes the file that --topology names, which must not be there yet: three parties, two of
them with a peer, four orderers, the ledger's chaincode, and a node for each party
with a peer. Change it, validate it, and have it run.`,
		Example: "  tallynet init --topology mine/topology.yaml && tallynet validate --topology mine/topology.yaml",
		Args:    exactly(0),
		RunE: func(*cobra.Command, []string) error {
			path := s.GetString("topology")
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if errors.Is(err, fs.ErrExist) {
				return fmt.Errorf("there is a topology at %s; name another file with --topology", path)
			}
			if err != nil {
				return err
			}
			_, err = file.Write(bytes.ReplaceAll(sample, []byte(sampleDir), []byte(programsFor(path))))
			if err = errors.Join(err, file.Close()); err == nil {
				fmt.Printf("%s is written; next: tallynet validate --topology %s\n", path, path)
			}
			return err
		},
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"tallystick/client/config"
	"tallystick/test-network/direct"
)

// controlName is the chaincode that the controls use.
const controlName = "control"

// basePort keeps the benchmark's network off everybody else's ports.
const basePort = 27050

// network is the benchmark's own, driven through tallynet.
type network struct {
	repo string // the repository's root
	home string // everything of this run: programs, topology, state
	log  io.Writer
}

func (n *network) bin(name string) string { return filepath.Join(n.home, "bin", name) }
func (n *network) dir() string            { return filepath.Join(n.home, "net") }
func (n *network) topology() string       { return filepath.Join(n.home, "topology.yaml") }

// build builds the programs of this very tree, so that what is measured is
// what is here.
func (n *network) build(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(n.home, "bin")+"/",
		"./network/cmd/tallynet", "./chaincode/cmd/tallycc", "./test-network/bench/control",
		"./test-network/bench/paper")
	cmd.Dir = n.repo
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// derive writes the topology: everybody's, with other ports, this run's
// programs, and the controls' chaincode.
func (n *network) derive(from string) error {
	raw, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	derived, err := derive(raw, filepath.Join(n.home, "bin"))
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	return os.WriteFile(n.topology(), derived, 0o600)
}

func derive(raw []byte, bin string) ([]byte, error) {
	var t map[string]any
	if err := yaml.Unmarshal(raw, &t); err != nil {
		return nil, err
	}
	list, ok := t["chaincodes"].([]any)
	if !ok {
		return nil, errors.New("no chaincodes")
	}
	for _, one := range list {
		chaincode, ok := one.(map[string]any)
		if !ok {
			return nil, errors.New("a chaincode is no mapping")
		}
		if program, ok := chaincode["program"].(string); ok {
			chaincode["program"] = filepath.Join(bin, filepath.Base(program))
		}
	}
	t["chaincodes"] = append(list, map[string]any{
		"name": controlName, "version": "1", "program": filepath.Join(bin, "control"),
	})
	t["basePort"] = basePort
	delete(t, "ports")
	delete(t, "programs") // what is measured writes the lanes itself
	return yaml.Marshal(t)
}

// tallynet runs one of its commands and answers what it printed.
func (n *network) tallynet(ctx context.Context, args ...string) ([]byte, error) {
	args = append(args, "--topology", n.topology(), "--dir", n.dir())
	cmd := exec.CommandContext(ctx, n.bin("tallynet"), args...)
	cmd.Dir = n.repo
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // let it put down what it started
	cmd.WaitDelay = time.Minute
	var out, diagnosis bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, io.MultiWriter(n.log, &diagnosis)
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("tallynet %s: %w\n%s", args[0], err, diagnosis.Bytes())
	}
	return out.Bytes(), nil
}

func (n *network) up(ctx context.Context) error {
	_, err := n.tallynet(ctx, "up")
	return err
}

// remove ends the network and forgets it. If it doesn't end, its directory
// stays: that is how its processes can still be found.
func (n *network) remove(ctx context.Context) error {
	if _, err := os.Stat(n.dir()); err == nil {
		if _, err := n.tallynet(ctx, "reset", "--yes"); err != nil {
			return fmt.Errorf("the network is left in %s: %w", n.home, err)
		}
	}
	return os.RemoveAll(n.home)
}

// processes lists the network's processes, by pid, and names the orderer that leads.
func (n *network) processes(ctx context.Context) (found map[int32]string, leader string, err error) {
	out, err := n.tallynet(ctx, "status", "-o", "json")
	if err != nil {
		return nil, "", err
	}
	var status struct {
		Rows []struct {
			Process string `json:"process"`
			PID     int32  `json:"pid"`
			State   string `json:"state"`
			Note    string `json:"note"`
		} `json:"rows"`
	}
	if err := json.Unmarshal(out, &status); err != nil {
		return nil, "", fmt.Errorf("tallynet status: %w", err)
	}
	found = map[int32]string{}
	for _, r := range status.Rows {
		if r.PID == 0 {
			return nil, "", fmt.Errorf("%s is %s", r.Process, r.State)
		}
		found[r.PID] = r.Process
		if r.Note == "leads" {
			leader = r.Process
		}
	}
	return found, leader, nil
}

// profile is where a party's is.
func (n *network) profile(party string) string {
	return filepath.Join(n.dir(), "parties", party, "profile.yaml")
}

// orderers is how many the topology has.
const orderers = 4

// orderer locates one of the network's.
func (n *network) orderer(i int) config.Endpoint {
	return direct.Orderer(n.dir(), fmt.Sprintf("127.0.0.1:%d", basePort+i), fmt.Sprintf("orderer%d.O", i), "O")
}

// size is the bytes of one peer's ledger on disk.
func (n *network) size() int64 {
	var sum int64
	_ = filepath.WalkDir(filepath.Join(n.dir(), "peers"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(path, firstPeer) {
			return nil // files come and go while LevelDB works
		}
		if info, err := d.Info(); err == nil {
			sum += info.Size()
		}
		return nil
	})
	return sum
}

// firstPeer is the one whose ledger is weighed.
const firstPeer = "peer0.D"

// findRepo walks up from the working directory to the module's root.
func findRepo() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && bytes.HasPrefix(text, []byte("module tallystick\n")) {
			return dir, nil
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		return "", errors.New("run it inside the repository")
	}
}

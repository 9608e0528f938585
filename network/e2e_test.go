//go:build e2e

package network_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"tallystick/network"
	"tallystick/network/genesis"
	"tallystick/network/internal/wait"
	"tallystick/network/process"
	"tallystick/network/toolchain"
)

// e2eTopology has a party without a peer (M) and a read-only one (A).
const e2eTopology = `
channel: alliance
basePort: %d
orderers: {consensus: %s}
parties:
  - {id: G, name: {en: Group, zh: 集团}, peer: true}
  - {id: D, name: {en: Dealer, zh: 经销商}, peer: true}
  - {id: F, name: {en: Finance, zh: 金融}, peer: true}
  - {id: M, name: {en: Mobility, zh: 出行}}
  - {id: A, name: {en: Auditor, zh: 审计}, readOnly: true}
chaincodes:
  - {name: echo, version: "1", program: echo, args: [topology]}
`

// rig is one network under test, driven as a business client drives it: by
// Fabric's own peer command.
type rig struct {
	*network.Network
	t        *testing.T
	file     string
	programs toolchain.Programs
}

func newRig(t *testing.T, basePort int, consensus string) *rig {
	t.Helper()
	dir := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "echo"), "./internal/echo")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build echo: %v\n%s", err, out)
	}
	file := filepath.Join(dir, "topology.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, e2eTopology, basePort, consensus), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, file: file}
	r.open()
	programs, err := r.Tools(t.Context(), silent{})
	if err != nil {
		t.Fatal(err)
	}
	r.programs = programs
	t.Cleanup(func() { // whatever happened, nothing keeps running
		if err := r.Reset(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *rig) open() {
	r.t.Helper()
	n, err := network.Open(r.file, "")
	if err != nil {
		r.t.Fatal(err)
	}
	r.Network = n
}

// edit changes the topology and opens the network by it.
func (r *rig) edit(old, new string) {
	r.t.Helper()
	text, err := os.ReadFile(r.file)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(r.file, []byte(strings.ReplaceAll(string(text), old, new)), 0o600); err != nil {
		r.t.Fatal(err)
	}
	r.open()
}

func (r *rig) patience() context.Context {
	ctx, cancel := context.WithTimeout(r.t.Context(), 2*time.Minute)
	r.t.Cleanup(cancel)
	return ctx
}

func (r *rig) up(t *testing.T) {
	t.Helper()
	began := time.Now()
	if err := r.Up(r.patience(), silent{}); err != nil {
		t.Fatal(err)
	}
	t.Logf("up in %.1f s", time.Since(began).Seconds())
}

// peer runs Fabric's peer command as a party's client, against G's peer.
func (r *rig) peer(party string, args ...string) (string, error) {
	at := r.Topology.Peers()[0]
	cmd := exec.CommandContext(r.patience(), r.programs.Peer(), args...)
	cmd.Env = []string{
		"FABRIC_CFG_PATH=" + filepath.Join(r.Dir, "peers", at.Name),
		"FABRIC_LOGGING_SPEC=ERROR",
		"CORE_PEER_LOCALMSPID=" + party,
		"CORE_PEER_MSPCONFIGPATH=" + r.Layout.Client(party).MSP,
		"CORE_PEER_ADDRESS=" + at.Address,
		"CORE_PEER_TLS_ROOTCERT_FILE=" + r.Layout.Peer(at.Party, at.Name).TLSCA,
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("peer %s as %s: %w\n%s", args[0], party, err, out)
	}
	return strings.TrimSpace(string(out)), err
}

// put submits a transaction through one orderer, endorsed by G and D or by the
// parties given, and waits until it is valid.
func (r *rig) put(party string, orderer int, key, value string, endorsers ...string) error {
	if len(endorsers) == 0 {
		endorsers = []string{"G", "D"}
	}
	to := r.Topology.OrdererNodes()[orderer]
	args := []string{"chaincode", "invoke", "--tls", "-o", to.Address,
		"--cafile", r.Layout.Orderer("O", to.Hostname).TLSCA, "-C", r.Topology.Channel, "-n", "echo",
		"--waitForEvent", "--waitForEventTimeout", "20s", "-c", fmt.Sprintf(`{"Args":["put",%q,%q]}`, key, value)}
	for _, peer := range r.Topology.Peers() {
		for _, endorser := range endorsers {
			if peer.Party == endorser {
				args = append(args, "--peerAddresses", peer.Address, "--tlsRootCertFiles",
					r.Layout.Peer(peer.Party, peer.Name).TLSCA)
			}
		}
	}
	_, err := r.peer(party, args...)
	return err
}

// insist is put as M until it succeeds, by D's and F's peers and any orderer: a process that was
// killed may still be on its way back.
func (r *rig) insist(key, value string) error {
	orderer := 0
	return wait.Until(r.patience(), key, func(context.Context) error {
		orderer = (orderer + 1) % len(r.Topology.OrdererNodes())
		return r.put("M", orderer, key, value, "D", "F")
	})
}

func (r *rig) get(party, key string) (string, error) {
	return r.peer(party, "chaincode", "query", "-C", r.Topology.Channel, "-n", "echo", "-c",
		fmt.Sprintf(`{"Args":["get",%q]}`, key))
}

// expectValue waits until G's peer, which may be a block behind the endorsers that the
// writer waited for, has the value.
func (r *rig) expectValue(t *testing.T, key, want string) {
	t.Helper()
	err := wait.Until(r.patience(), key, func(context.Context) error {
		got, err := r.get("G", key)
		if err == nil && got != want {
			err = fmt.Errorf("%q; want %q", got, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (r *rig) pids(t *testing.T) map[string]int32 {
	t.Helper()
	pids := map[string]int32{}
	for _, row := range r.status(t) {
		if row.State == process.Running {
			pids[row.Process] = row.PID
		}
	}
	return pids
}

func (r *rig) status(t *testing.T) []network.ProcessStatus {
	t.Helper()
	rows, err := r.Status(r.patience())
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// awaitLevel makes two more blocks, and waits until every peer and orderer runs and is at most
// a block behind the others: an orderer that comes back learns of the last one with the next.
func (r *rig) awaitLevel(t *testing.T) {
	t.Helper()
	for _, value := range []string{"1", "2"} {
		if err := r.insist("level", value); err != nil {
			t.Fatal(err)
		}
	}
	err := wait.Until(r.patience(), "heights", func(context.Context) error {
		low, high := uint64(math.MaxUint64), uint64(0)
		for _, row := range r.status(t) {
			if row.State != process.Running {
				return fmt.Errorf("%s is %s", row.Process, row.State)
			}
			if strings.HasPrefix(row.Process, "orderer") || strings.HasPrefix(row.Process, "peer") {
				low, high = min(low, row.Height), max(high, row.Height)
			}
		}
		if low+1 < high {
			return fmt.Errorf("heights are %d to %d", low, high)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNetwork plays one BFT network's life; each part goes on from the last.
func TestNetwork(t *testing.T) {
	r := newRig(t, 29050, "bft")
	part := func(name string, play func(*testing.T)) {
		if !t.Run(name, play) {
			t.FailNow()
		}
	}
	part("up from nothing", func(t *testing.T) {
		r.up(t)
		if err := r.put("M", 0, "first", "1"); err != nil {
			t.Fatal(err)
		}
		r.expectValue(t, "first", "1")
		r.awaitLevel(t)
	})
	part("the auditor reads and cannot write", r.auditor)
	part("up again changes nothing", func(t *testing.T) {
		before := r.pids(t)
		r.up(t)
		if after := r.pids(t); fmt.Sprint(after) != fmt.Sprint(before) || len(after) != len(r.Names()) {
			t.Errorf("pids were %v, are %v", before, after)
		}
	})
	part("two at once are refused", r.concurrently)
	part("a killed peer is resumed", r.killedPeer)
	part("a killed leader is replaced", r.killedLeader)
	part("a party serves another program", r.otherProgram)
	part("a new version is agreed on", func(t *testing.T) {
		r.edit(`version: "1"`, `version: "2"`)
		r.up(t)
		r.expectValue(t, "first", "1")
		if out, err := r.peer("A", "lifecycle", "chaincode", "querycommitted", "-C", "alliance"); err != nil ||
			!strings.Contains(out, "Version: 2, Sequence: 2") {
			t.Errorf("%s, %v", out, err)
		}
	})
	part("a collection is agreed on, once", func(t *testing.T) {
		r.edit("args: [topology]", "args: [topology], collections: [{name: shared, parties: [G, D]}]")
		for range 2 {
			r.up(t)
			out, err := r.peer("A", "lifecycle", "chaincode", "querycommitted", "-C", "alliance", "-n", "echo", "-O",
				"json")
			if err != nil || !strings.Contains(out, `"sequence": 3`) || !strings.Contains(out, `"name": "shared"`) {
				t.Errorf("%s, %v", out, err)
			}
		}
	})
	part("a topology for another genesis is refused", func(t *testing.T) {
		r.edit("id: M", "id: N")
		if err := r.Up(r.patience(), silent{}); !errors.Is(err, genesis.ErrTopologyChanged) {
			t.Errorf("error %v", err)
		}
		r.edit("id: N", "id: M")
	})
	part("down keeps the ledger", r.downAndUp)
	part("a port in use is named", r.portInUse)
	part("reset leaves nothing", func(t *testing.T) {
		if err := r.Reset(r.patience()); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(r.Dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", r.Dir, err)
		}
	})
}

func (r *rig) auditor(t *testing.T) {
	if got, err := r.get("A", "first"); err != nil || got != "1" {
		t.Errorf("the auditor reads %q, %v", got, err)
	}
	// The peers simulate for it; the orderers refuse what comes of that.
	err := r.put("A", 0, "first", "forged")
	if err == nil || !strings.Contains(err.Error(), "FORBIDDEN") {
		t.Errorf("the auditor's transaction: %v, want FORBIDDEN", err)
	}
	r.expectValue(t, "first", "1")
}

func (r *rig) concurrently(t *testing.T) {
	other := flock.New(filepath.Join(r.Dir, ".tallynet"))
	if ok, err := other.TryLock(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	defer other.Unlock()
	if err := r.Up(r.patience(), silent{}); err == nil ||
		!strings.Contains(err.Error(), "another tallynet is at work") {
		t.Errorf("error %v", err)
	}
}

func (r *rig) killedPeer(t *testing.T) {
	if err := r.KillProcess(r.patience(), "peer0.D"); err != nil {
		t.Fatal(err)
	}
	if err := r.put("M", 0, "without D", "1", "G", "F"); err != nil { // two of three suffice
		t.Fatal(err)
	}
	r.up(t)
	r.awaitLevel(t)
	if err := r.put("M", 0, "with D", "1", "D", "F"); err != nil {
		t.Fatal(err)
	}
}

func (r *rig) killedLeader(t *testing.T) {
	leader, err := r.Leader(r.patience())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.KillProcess(r.patience(), leader); err != nil {
		t.Fatal(err)
	}
	other := 0
	if r.Topology.OrdererNodes()[0].Name == leader {
		other = 1
	}
	began := time.Now()
	err = wait.Until(r.patience(), "a transaction without "+leader, func(context.Context) error {
		return r.put("M", other, "leaderless", "1")
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("writing again after %.1f s", time.Since(began).Seconds())
	if err := r.StartProcess(r.patience(), leader, silent{}); err != nil {
		t.Fatal(err)
	}
	r.awaitLevel(t)
}

func (r *rig) otherProgram(t *testing.T) {
	other := filepath.Join(filepath.Dir(r.file), "other")
	text, err := os.ReadFile(filepath.Join(filepath.Dir(r.file), "echo"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, text, 0o700); err != nil {
		t.Fatal(err)
	}
	serving := func(want string) {
		t.Helper()
		record, state, err := r.Table.Lookup("echo.D")
		if err != nil || state != process.Running || filepath.Base(record.Exe) != want {
			t.Errorf("echo.D runs %s (%s, %v), want %s", record.Exe, state, err, want)
		}
	}
	if err := r.RestartChaincode(r.patience(), "D", "echo", other, silent{}); err != nil {
		t.Fatal(err)
	}
	serving("other")
	if err := r.put("M", 0, "other", "1", "D", "G"); err != nil {
		t.Error(err)
	}
	r.up(t)
	serving("echo")
	if err := r.RestartChaincode(r.patience(), "M", "", "", silent{}); err == nil {
		t.Error("a party without a peer restarted its chaincode")
	}
}

func (r *rig) downAndUp(t *testing.T) {
	pids := r.pids(t)
	began := time.Now()
	ended, err := r.Down(r.patience())
	if err != nil || ended != len(pids) {
		t.Fatalf("ended %d of %d: %v", ended, len(pids), err)
	}
	t.Logf("down in %.1f s", time.Since(began).Seconds())
	for _, row := range r.status(t) {
		if row.State != process.Stopped {
			t.Errorf("%s is %s", row.Process, row.State)
		}
	}
	r.up(t)
	r.expectValue(t, "first", "1")
}

func (r *rig) portInUse(t *testing.T) {
	if _, err := r.Down(r.patience()); err != nil {
		t.Fatal(err)
	}
	address := r.Topology.Peers()[2].Address
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	err = r.Up(r.patience(), silent{})
	var port *process.PortError
	if !errors.As(err, &port) || port.Address != address || int(port.PID) != os.Getpid() {
		t.Errorf("error %v, want one that names %s and pid %d", err, address, os.Getpid())
	}
	if err == nil || !strings.Contains(err.Error(), "tallynet reset") {
		t.Errorf("error %v does not say how to go on", err)
	}
}

// TestRaft shows the other consensus: three orderers, one of which may fail.
func TestRaft(t *testing.T) {
	r := newRig(t, 28050, "raft")
	r.up(t)
	if err := r.put("G", 0, "first", "1"); err != nil {
		t.Fatal(err)
	}
	r.expectValue(t, "first", "1")
	r.killedLeader(t)
}

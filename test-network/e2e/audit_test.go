//go:build e2e

package e2e

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tallystick/client/audit"
	"tallystick/client/audit/blockfile"
	"tallystick/client/audit/wire"
)

// blockFiles is the folder in which a party's peer keeps the channel's blocks.
func (n *network) blockFiles(party string) string {
	chains := filepath.Join(n.dir, "peers", "peer0."+party, "ledger", "ledgersData", "chains", "chains")
	return must(filepath.Glob(filepath.Join(chains, "*")))[0]
}

// audited audits a folder of block files as the command line does.
func audited(t *testing.T, dir string) *audit.Report {
	t.Helper()
	source, err := blockfile.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	report, err := audit.Run(t.Context(), source.Blocks(), audit.Config{
		Source: dir, Place: must(time.LoadLocation("Asia/Shanghai")), Authority: audit.Network()})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestAudit: of a network on which everybody was honest an auditor finds nothing, whosever peer's blocks it reads.
// A byte of a copied block file that is changed, at whatever place, is found in its block.
func TestAudit(t *testing.T) {
	d := net.open(t, "D", "20-21")
	ann := fresh("ann")
	enrol(t, d, ann)
	for range 3 {
		issue(t, d, "DP", ann, 100)
	}
	asked := exec.Command(filepath.Join(root, "bin", "tally"), "--network", net.dir, "--as", "B", "audit", "replay",
		"--from-peer")
	if out, err := asked.CombinedOutput(); err != nil {
		t.Errorf("what a peer sends that B asks: %v: %s", err, out)
	}
	copied := filepath.Join(t.TempDir(), "copy")
	for _, party := range []string{"G", "D", "F"} {
		if err := os.RemoveAll(copied); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(copied, os.DirFS(net.blockFiles(party))); err != nil {
			t.Fatal(err)
		}
		r := audited(t, copied)
		if !r.Honest() || r.From != 0 || r.Commands == 0 {
			t.Fatalf("%s's peer: %s: %v", party, r, r.Findings)
		}
		for _, v := range r.Layers[:wire.Invariants] {
			want := audit.Proven
			if v.Layer == wire.Rules && slices.ContainsFunc(r.Unverified, func(c audit.Class) bool {
				return c.Name == "private_input"
			}) {
				want = audit.Partly
			}
			if v.Outcome != want {
				t.Errorf("%s's peer: %s: %+v", party, v.Name, v)
			}
		}
		t.Logf("%s's peer: %s in %s", party, r, r.Took)
	}
	changedBytes(t, copied)
}

// changedBytes changes one byte after the other of a folder's first blocks.
func changedBytes(t *testing.T, dir string) {
	t.Helper()
	const most = 60  // blocks
	var ends []int64 // of blocks
	source := must(blockfile.Open(dir))
	for b, finding := range source.Blocks() {
		if finding != nil {
			t.Fatal(finding)
		}
		if ends = append(ends, b.Offset+b.Size); len(ends) == most {
			break
		}
	}
	path := filepath.Join(dir, "blockfile_000000")
	good := must(os.ReadFile(path))[:ends[len(ends)-1]]
	places := 200
	if soaking {
		places = 5_000
	}
	rng := rand.New(rand.NewPCG(14, 30))
	layers := map[wire.Layer]int{}
	for range places {
		at, flip := rng.IntN(len(good)), byte(1+rng.IntN(255))
		block := slices.IndexFunc(ends, func(end int64) bool { return int64(at) < end })
		bad := slices.Clone(good)
		bad[at] ^= flip
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		r := audited(t, dir)
		if r.Honest() || r.Findings[0].Block != uint64(block) {
			t.Errorf("byte %d ^ %#x, in block %d: %v", at, flip, block, r.Findings)
			continue
		}
		layers[r.Findings[0].Layer]++
	}
	t.Logf("%d bytes of %d changed, each found in its block, by layer: %v", places, len(good), layers)
}

// auditForged holds that an auditor names exactly what G and F have forged, by transaction, key and signers.
func auditForged(t *testing.T, n *network, forged map[string]string) {
	t.Helper()
	for _, party := range []string{"G", "D", "F"} {
		r := audited(t, n.blockFiles(party))
		left := map[string]bool{}
		for tx := range forged {
			left[tx] = true
		}
		for _, f := range r.Findings {
			if f.Layer == wire.Invariants { // what the forged rows add up to, behind the last block
				continue
			}
			key, known := forged[f.TxID]
			if !known || f.Layer != wire.Rules && f.Layer != wire.Lanes || f.Key != key && f.Key != "(answer)" ||
				f.Party != "G" || strings.Join(f.Signers, " ") != "F G" {
				t.Errorf("%s's peer: %s", party, f)
			}
			if f.Layer == wire.Rules && f.Key == key {
				delete(left, f.TxID)
			}
		}
		if len(left) > 0 {
			t.Errorf("%s's peer: not named: %v", party, left)
		}
		t.Logf("%s's peer: %s", party, r)
	}
}

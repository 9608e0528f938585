//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/client/remote"
)

// TestTheStoryWithoutNodes plays the story of make demo, which goes through the parties' nodes there, the other way:
// the nodes are killed, and every command opens its party's itself. All figures are the same.
func TestTheStoryWithoutNodes(t *testing.T) {
	t.Parallel() // on a network of its own
	dir := t.TempDir()
	n := must(makeWithNodes(dir, 24000, briefly))
	args := []string{"--in-process", "--topology", n.topology, "--dir", n.dir}
	if !soaking { // what enemies try goes past the nodes of those who are tried
		args = append(args, "--month")
	}
	cmd := exec.CommandContext(t.Context(), "bin/demo", args...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("figures match (")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// caller is somebody who types tally on a machine with the network's folder.
type caller struct {
	*network
	env []string
}

// tally runs a command, and answers what it said and its exit code.
func (c caller) tally(args ...string) (out, errs string, exit int) {
	cmd := exec.Command(filepath.Join(root, "bin", "tally"), append([]string{"--network", c.dir}, args...)...)
	cmd.Env = append(os.Environ(), c.env...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return o.String(), e.String(), ended.ExitCode()
	}
	if err != nil {
		return o.String(), err.Error(), -1
	}
	return o.String(), e.String(), 0
}

// must is tally, of what must not be refused.
func (c caller) must(t *testing.T, args ...string) string {
	t.Helper()
	out, errs, exit := c.tally(args...)
	if exit != 0 {
		t.Fatalf("tally %s: exit %d: %s", strings.Join(args, " "), exit, errs)
	}
	return out
}

// TestNodesOfANetwork: tallynet up starts a node for each party with a peer and says where; the command line asks it by
// its socket, or over HTTPS with a key that may do what its role does; the same answers and exit codes come from it as
// from a node in process; killed in the middle, nothing is done twice, and it is started again.
func TestNodesOfANetwork(t *testing.T) {
	t.Parallel() // on a network of its own
	n := must(makeWithNodes(t.TempDir(), 25000, briefly))
	t.Cleanup(func() {
		if err := n.tallynet("reset", "--yes"); err != nil {
			t.Error(err)
		}
	})
	if err := n.tallynet("up"); err != nil {
		t.Fatal(err)
	}
	c := caller{network: n}
	c.must(t, "--as", "G", "consortium", "found", "alliance", "--en", "Group", "--zh", "集团",
		"--roles", "issuer,acceptor", "--cycle", "2026-11", "--date", "2026-11-01", "--test")
	c.must(t, "--as", "G", "party", "register", "D", "--en", "Dealer", "--zh", "经销商", "--roles", "issuer,acceptor")
	c.must(t, "--as", "D", "party", "begin-peer")
	c.must(t, "--as", "D", "programme", "open", "DP", "--en", "Dealer points", "--zh", "经销商积分", "--scale", "2")
	c.must(t, "--as", "D", "member", "enrol", "wang")
	number := c.must(t, "--as", "D", "points", "issue", "--programme", "DP", "--grant", "wang:20.00:2027-12-31",
		"-o", "json")
	var receipt struct{ Number string }
	if err := json.Unmarshal([]byte(number), &receipt); err != nil || strings.HasPrefix(receipt.Number, "D.0.") {
		t.Errorf("it wasn't the node that issued, by its lanes: %s, %v", number, err)
	}

	state := filepath.Join(n.dir, "parties", "D", "state")
	keyFile := filepath.Join(t.TempDir(), "key")
	tallyd := exec.Command(filepath.Join(root, "bin", "tallyd"), "key", "add", "--role", "counter", "till-7",
		"--profile", filepath.Join(n.dir, "parties", "D", "profile.yaml"))
	if err := os.WriteFile(keyFile, must(tallyd.Output()), 0o600); err != nil {
		t.Fatal(err)
	}
	url := "https://127.0.0.1:25203"
	till := []string{"--node", url, "--node-key", keyFile, "--node-trust", filepath.Join(state, "tls.crt")}
	till = slices.Clip(till)

	// The same questions, by a socket, over HTTPS, and in process.
	for _, question := range []string{"points wallet wang", "programme list", "programme show DP",
		"points lot " + receipt.Number + ".0"} {
		for _, form := range []string{"table", "json"} {
			words := append(strings.Fields(question), "-o", form)
			socket := c.must(t, append([]string{"--as", "D"}, words...)...)
			https := c.must(t, append(till, words...)...)
			here := c.must(t, append([]string{"--as", "D", "--node", "none"}, words...)...)
			if socket != https || socket != here {
				t.Errorf("%s: by the socket\n%sover HTTPS\n%sin process\n%s", question, socket, https, here)
			}
		}
	}
	// A till may take points, and not see what parties owe; who means another party's node is told.
	c.must(t, append(till, "points", "redeem", "--member", "wang", "--take", "DP:1.00")...)
	for _, r := range []struct {
		args []string
		exit int
		says string
	}{
		{append(till, "query", "owes"), fault.Of(fault.Forbidden).Exit, "may not"},
		{append(till, "--as", "G", "points", "wallet", "wang"), fault.Of(fault.BadRequest).Exit,
			"the node of D, not of"},
		{[]string{"--node", url, "points", "wallet", "wang"}, fault.Of(fault.BadRequest).Exit, "--node-key"},
		{[]string{"--node", url, "--node-key", keyFile, "points", "wallet", "wang"}, fault.Of(fault.Unavailable).Exit,
			"certificate"},
		{append(till, "points", "redeem", "--member", "wang", "--take", "DP:99.00"),
			fault.Of(fault.Insufficient).Exit, ""},
		{[]string{"--as", "D", "points", "wallet", "nobody"}, fault.Of(fault.NotFound).Exit, ""},
	} {
		if _, errs, exit := c.tally(r.args...); exit != r.exit || !strings.Contains(errs, r.says) {
			t.Errorf("%s: exit %d, want %d: %s", strings.Join(r.args, " "), exit, r.exit, errs)
		}
	}

	// A killed node leaves its socket; who asks meanwhile opens the node, and it is started again.
	if err := n.tallynet("process", "kill", "tallyd.D"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(state, "tallyd.sock")); err != nil {
		t.Errorf("it left no socket: %v", err)
	}
	redeem := []string{"--as", "D", "points", "redeem", "--member", "wang", "--take", "DP:2.00",
		"--request", "till-7-1"}
	first := c.must(t, redeem...)
	if err := n.tallynet("process", "start", "tallyd.D"); err != nil {
		t.Fatal(err)
	}
	if there, err := remote.There(filepath.Join(state, "tallyd.sock")); !there || err != nil {
		t.Errorf("it isn't there again: %v", err)
	}
	if again := c.must(t, redeem...); !strings.Contains(again, "had been done") || !strings.Contains(first, "done") {
		t.Errorf("asked again:\n%s%s", first, again)
	}
	if wallet := c.must(t, "--as", "D", "points", "wallet", "wang"); !strings.Contains(wallet, "17.00") {
		t.Errorf("20.00 − 1.00 − 2.00 isn't left:\n%s", wallet)
	}
	// A plan's steps go to the nodes of their parties; what writes lanes in its own process is refused beside a node.
	dir := t.TempDir()
	plan, shops, mapping, rejected := filepath.Join(dir, "plan.yaml"), filepath.Join(dir, "shops.csv"),
		filepath.Join(dir, "shops.yaml"), filepath.Join(dir, "rejected.csv")
	for name, text := range map[string]string{plan: "steps:\n- {party: D, file: shops.csv, mapping: shops.yaml}\n",
		shops:   "id,name,名称\npudong,Pudong,浦东\nno such id,Puxi,浦西\n",
		mapping: "kind: outlets\nsource: shops\ncolumns: {outlet: id, en: name, zh: 名称}\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	planned := c.must(t, "import", "--plan", plan, "--max-rejected", "1", "-o", "json")
	if !strings.Contains(planned, `"done": 1`) {
		t.Errorf("a plan through a node: %s", planned)
	}
	// A file goes to the node; its rejected lines are written here.
	out, errs, exit := c.tally("--as", "D", "import", shops, "--mapping", mapping, "--rejected", rejected, "-o", "json")
	bad, err := os.ReadFile(rejected)
	if exit != fault.Of(fault.Rejected).Exit || !strings.Contains(out, `"before": 1`) || err != nil ||
		!bytes.Contains(bad, []byte("no such id,Puxi,浦西")) {
		t.Errorf("exit %d: %s%s; rejected: %s, %v", exit, out, errs, bad, err)
	}
	if _, errs, exit := c.tally("--as", "D", "--node", "none", "import", shops, "--mapping", mapping); exit == 0 ||
		!strings.Contains(errs, "lane") {
		t.Errorf("an import in process beside a node: exit %d: %s", exit, errs)
	}
}

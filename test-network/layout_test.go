package testnetwork_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rule says what packages under a path may not depend on, and why.
type rule struct {
	under     string // path, or path/... for all below
	forbidden map[string]string
}

const (
	pure = "the rules are pure: values in, values out"
	side = "another subject; internal/verb composes the two"
)

// both are for both sides and know neither: what people write is held to its struct alike, a topology and a profile, a
// word that there isn't is answered alike, and files are written alike, whole or not at all.
var both = []string{"tallystick/network/settings", "tallystick/network/suggest", "tallystick/network/wholefile"}

// rules hold the architecture of chaincode/ and client/; network/deps_test.go
// holds its own.
var rules = []rule{
	apart("points"), apart("member"), apart("benefit"), apart("campaign"), apart("settlement"), apart("party"),
	apart("goods"),
	below("spend", "what commands take of lots and give back, which several subjects have"),
	below("pedersen", "hidden amounts, of whatever"), below("code", "secrets that are shown, of whatever"),
	below("quota", "others draw on it"), below("audience", "it takes facts, from wherever they come"),
	{"tallystick/chaincode/command",
		map[string]string{"tallystick/chaincode/row": "how rows are kept is no matter of the protocol"}},
	{"tallystick/chaincode/row",
		map[string]string{
			"github.com/hyperledger": pure, "google.golang.org/grpc": pure, "net": pure, "os/exec": pure,
		}},
	{"tallystick/chaincode/touch",
		map[string]string{"github.com/hyperledger": pure, "google.golang.org/grpc": pure, "net": pure}},
	{"tallystick/chaincode/invariant", map[string]string{
		"github.com/hyperledger": pure, "tallystick/chaincode/internal": "it shares no sum with what it checks"}},
	{"tallystick/chaincode/answer",
		map[string]string{"github.com/hyperledger": pure, "google.golang.org/grpc": pure, "net": pure}},
	{"tallystick/chaincode/command",
		map[string]string{"github.com/hyperledger": pure, "google.golang.org/grpc": pure, "net": pure}},
	{"tallystick/chaincode/internal/ledger", map[string]string{
		"github.com/hyperledger/fabric-contract-api-go": "it needs five methods of the stub, no more",
	}},
	{"tallystick/chaincode/...", map[string]string{
		"tallystick/client": "the ledger knows no client", "tallystick/network": "the ledger knows no network",
	}},
	{"tallystick/client/...", map[string]string{
		"tallystick/network":                            "a node reads what tallynet writes: profile.yaml",
		"tallystick/chaincode/internal":                 "clients speak the protocol",
		"github.com/hyperledger/fabric-sdk-go":          "registers old protocol messages; a program with both panics",
		"github.com/hyperledger/fabric-contract-api-go": "for chaincode only",
	}},
	{"tallystick/client/index", map[string]string{
		"tallystick/client/gateway":             "the index folds blocks, wherever they come from",
		"github.com/hyperledger/fabric-gateway": "it needs no connection",
	}},
	{"tallystick/client/vault", map[string]string{
		"tallystick/client/gateway": "what is kept here goes nowhere by itself",
		"google.golang.org/grpc":    "it has no connection", "github.com/hyperledger": "it knows no Fabric",
	}},
	{"tallystick/client/proof", map[string]string{
		"tallystick/client/gateway":             "a proof is checked without a network",
		"github.com/hyperledger/fabric-gateway": "a proof is checked without a network",
	}},
	{"tallystick/client/statement", map[string]string{

		"tallystick/client/gateway":             "a statement is made of lines, wherever they come from",
		"tallystick/client/index":               "a statement is made of lines, wherever they come from",
		"github.com/hyperledger/fabric-gateway": "a statement is checked without a network",
	}},
	{"tallystick/client/iso20022", map[string]string{
		"github.com/hyperledger": "files in, files out", "google.golang.org/grpc": "files in, files out",
		"net": "files in, files out", "os/exec": "files in, files out", "tallystick/client": "it knows no node",
	}},
	{"tallystick/client/books", map[string]string{
		"github.com/hyperledger": pure, "google.golang.org/grpc": pure, "modernc.org/sqlite": pure,
		"tallystick/client/index": "the index gives, the books compute",
	}},
	{"tallystick/client/audit/...", map[string]string{
		"tallystick/client/index":   "what it says is audited: one mistake can't hide in both",
		"tallystick/client/block":   "the auditor reads blocks by itself: one mistake can't hide in both",
		"tallystick/client/gateway": "the auditor asks no node",
		"tallystick/client/node":    "the auditor asks no node",
	}},
	{"tallystick/client/config", map[string]string{"google.golang.org/grpc": "configuration is data"}},
}

// subjects are those of the rules. What several of them use is below.
var subjects = []string{"points", "member", "benefit", "campaign", "settlement", "party", "goods"}

// apart keeps a subject of the rules pure and from knowing the others.
func apart(subject string) rule { return below(subject, side) }

// below keeps a package of the rules pure and from knowing subjects, but itself.
func below(subject, reason string) rule {
	forbidden := map[string]string{
		"github.com/hyperledger": pure, "google.golang.org/grpc": pure, "net": pure,
		"tallystick/chaincode/command": "the protocol knows the subjects, not they it",
		"tallystick/chaincode/row":     "how rows are kept is no matter of the rules",
	}
	for _, other := range subjects {
		if other != subject {
			forbidden["tallystick/chaincode/"+other] = reason
		}
	}
	return rule{"tallystick/chaincode/" + subject, forbidden}
}

// forTests runs the real contract for tests of nodes, so it depends on what it likes; no program may depend on it.
const forTests = "tallystick/client/node/nodetest"

// auditor runs the chaincode again (chaincode/replay), and so does whoever depends on it: these may have what is below.
const auditor = "tallystick/client/audit"

var withTheRules = []string{"tallystick/chaincode/internal", "github.com/hyperledger/fabric-contract-api-go"}

func TestForbiddenImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Deps ","}}`, "tallystick/chaincode/...",
		"tallystick/client/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	deps := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		path, list, _ := strings.Cut(strings.TrimSpace(line), " ")
		deps[path] = strings.Split(list, ",")
	}
	for _, r := range rules {
		checked := 0
		for path, list := range deps {
			if slices.Contains(list, forTests) {
				t.Errorf("%s depends on %s, which is for tests", path, forTests)
			}
			if path == forTests {
				continue
			}
			if under, all := strings.CutSuffix(r.under, "/..."); path == r.under ||
				all && strings.HasPrefix(path, under+"/") {
				checked++
				r.check(t, path, list)
			}
		}
		if checked == 0 {
			t.Errorf("no package is %s: the rule checks nothing", r.under)
		}
	}
}

func (r rule) check(t *testing.T, path string, deps []string) {
	t.Helper()
	audits := path == auditor || slices.Contains(deps, auditor)
	for _, dep := range deps {
		for forbidden, reason := range r.forbidden {
			if audits && slices.Contains(withTheRules, forbidden) {
				continue
			}
			if !slices.Contains(both, dep) && (dep == forbidden || strings.HasPrefix(dep, forbidden+"/")) {
				t.Errorf("%s depends on %s: %s", path, dep, reason)
				return
			}
		}
	}
}

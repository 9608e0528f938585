package network_test

import (
	"os/exec"
	"strings"
	"testing"
)

// forbidden holds what no package of network/ may depend on, and why.
var forbidden = map[string]string{
	"tallystick/chaincode": "network/ makes networks for any chaincode and knows nothing of points",
	"tallystick/client":    "clients read what network/ writes (profile.yaml), not the other way round",
}

// The two generations of Fabric's protocol messages. Both register the same
// names, so a program that links both panics at its start.
const (
	oldMessages = "github.com/hyperledger/fabric-protos-go"       // fabric-sdk-go's
	newMessages = "github.com/hyperledger/fabric-protos-go-apiv2" // fabric-gateway's, the chaincode shim's
)

// newOnly lists packages of network/ that may link the new messages, and why.
var newOnly = map[string]string{
	"tallystick/network/internal/echo": "a chaincode for tests, a program of its own",
}

// pkg is a package and all it depends on.
type pkg struct {
	path, name string
	deps       []string
}

// list asks the go command, which resolves imports without compiling.
func list(t *testing.T, pattern string) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-f", `{{.ImportPath}} {{.Name}} {{join .Deps ","}}`, pattern)
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %s: %v", pattern, err)
	}
	var all []pkg
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		p := pkg{path: fields[0], name: fields[1]}
		if len(fields) > 2 {
			p.deps = strings.Split(fields[2], ",")
		}
		all = append(all, p)
	}
	return all
}

// dependsOn answers a dependency at or below the path, or "".
func (p pkg) dependsOn(path string) string {
	for _, dep := range p.deps {
		if dep == path || strings.HasPrefix(dep, path+"/") {
			return dep
		}
	}
	return ""
}

func TestNetworkDependencies(t *testing.T) {
	all := list(t, "./network/...")
	if len(all) < 10 {
		t.Fatalf("go list found %d packages: it does not look where it should", len(all))
	}
	for _, p := range all {
		for path, reason := range forbidden {
			if dep := p.dependsOn(path); dep != "" {
				t.Errorf("%s depends on %s: %s", p.path, dep, reason)
			}
		}
		if dep := p.dependsOn(newMessages); dep != "" && newOnly[p.path] == "" {
			t.Errorf("%s depends on %s, which cannot share a program with fabric-sdk-go", p.path, dep)
		}
	}
}

func TestNoProgramLinksBothGenerations(t *testing.T) {
	for _, p := range list(t, "./...") {
		if p.name != "main" {
			continue
		}
		old, young := p.dependsOn(oldMessages), p.dependsOn(newMessages)
		if old != "" && young != "" {
			t.Errorf("%s links %s and %s: it would panic at its start", p.path, old, young)
		}
	}
}

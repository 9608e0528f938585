// Package till tests that a client generated from the node's description plays a day at a till.
package till

import (
	"encoding/pem"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/client/access"
	"tallystick/client/api"
	"tallystick/client/node/nodetest"
	"tallystick/client/node/operations"
)

// run runs a program of npm's in this folder.
func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestADayInTypeScript: types are made of the description as it is, the till compiles with them, and its day at a node
// comes out right. It needs npm and its packages, so a soak runs it: TALLY_SOAK=1 go test ./test-network/till.
func TestADayInTypeScript(t *testing.T) {
	if os.Getenv("TALLY_SOAK") == "" {
		t.Skip("it needs npm: a soak runs it")
	}
	run(t, nil, "npm", "ci", "--no-audit", "--no-fund")
	run(t, nil, "npx", "openapi-typescript", "../../client/api/openapi.json", "-o", "api.ts")
	run(t, nil, "npx", "tsc", "-p", ".")

	a := nodetest.NewAlliance(t, operations.All())
	d := a.Node("D")
	guard, err := access.NewGuard(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(api.New(d, guard, slog.New(slog.DiscardHandler)))
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	trusted := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(ca, trusted, 0o600); err != nil {
		t.Fatal(err)
	}
	own, err := d.Store(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	key, _, err := access.NewKeyring(own).Add(t.Context(), access.NewKey{Name: "till", Role: "loyalty"})
	if err != nil {
		t.Fatal(err)
	}
	said := run(t, []string{"NODE=" + server.URL, "KEY=" + key, "NODE_EXTRA_CA_CERTS=" + ca}, "node", "build/till.js",
		"5")
	if want := "5 customers, 9000 points taken, 4500 given back\n"; said != want {
		t.Errorf("%q, want %q", said, want)
	}
}

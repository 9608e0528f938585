package main

import (
	"encoding/pem"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/client/access"
	"tallystick/client/api"
	"tallystick/client/node/nodetest"
)

// nodeOfD is the API of a node of D's that isn't connected, and a key of a role for it.
func nodeOfD(t *testing.T, role string) (*api.Server, string) {
	t.Helper()
	n := nodetest.Offline(t)
	guard, err := access.NewGuard(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	key, _, err := guard.Keys.Add(t.Context(), access.NewKey{Name: "laptop", Role: role, Person: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	return api.New(n, guard, slog.New(slog.DiscardHandler)), key
}

// serveSocket serves a node's socket until it is stopped. The file stays, as of a node that was killed.
func serveSocket(t *testing.T, path string, handler http.Handler) (stop func()) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	server := &http.Server{Handler: handler, ConnContext: api.MarkOwner}
	ended := make(chan error)
	go func() { ended <- server.Serve(l) }()
	return func() {
		server.Close()
		<-ended
	}
}

// writeFile writes a file of a mode, and answers its path.
func writeFile(t *testing.T, name, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTheNodeThatRunsIsAsked: by its socket, if somebody serves it; one that a killed node left is none.
func TestTheNodeThatRunsIsAsked(t *testing.T) {
	dir := t.TempDir()
	as := []string{"--profile", profileIn(t, dir, "D")}
	show := append(as, "member", "profile", "show", "wang", "-o", "json")
	server, _ := nodeOfD(t, "admin")
	stop := serveSocket(t, filepath.Join(dir, "state", "tallyd.sock"), server)
	if _, errs, exit := run(t, append(as, "member", "profile", "set", "wang", "--field", "tier=gold")...); exit != 0 {
		t.Fatal(errs)
	}
	if out, errs, exit := run(t, show...); exit != 0 || !strings.Contains(out, `"gold"`) {
		t.Errorf("the node knows it: exit %d: %s%s", exit, out, errs)
	}
	none := fault.Of(fault.NotFound).Exit
	if out, _, exit := run(t, append(show, "--node", "none")...); exit != none {
		t.Errorf("in this process nobody knows it: exit %d: %s", exit, out)
	}
	stop()
	if out, errs, exit := run(t, show...); exit != none {
		t.Errorf("beside a socket that nobody serves: exit %d: %s%s", exit, out, errs)
	}
}

// TestANodeAtAnAddress: it is asked with a key of a file or of the environment, under a certificate that is trusted,
// for what the key may; for another party it refuses.
func TestANodeAtAnAddress(t *testing.T) {
	handler, key := nodeOfD(t, "counter")
	server := httptest.NewTLSServer(handler)
	defer server.Close()
	trust := writeFile(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE",
		Bytes: server.Certificate().Raw})), 0o644)
	file := writeFile(t, "key", key+"\n", 0o600)
	at := []string{"--node", server.URL, "--node-trust", trust}
	at = slices.Clip(at)
	withKey := slices.Clip(append(at, "--node-key", file))
	untrusted := slices.Clip([]string{"--node", server.URL, "--node-key", file})
	open := writeFile(t, "key", key, 0o644)
	may := []string{"verify-proof", "x"} // is done here, whatever is asked of which node
	for name, c := range map[string]struct {
		args []string
		key  string // in the environment
		code fault.Code
		says string
	}{
		// a node that isn't connected can't say what there is: by then it has let the caller in
		"a key in a file":              {withKey, "", fault.Unavailable, "isn't connected"},
		"a key in the environment":     {at, key, fault.Unavailable, "isn't connected"},
		"no key":                       {at, "", fault.BadRequest, "wants an API key: --node-key FILE, or"},
		"a key that isn't":             {at, "tally_abc_def", fault.Forbidden, ""},
		"a key that others can read":   {append(at, "--node-key", open), "", fault.BadRequest, "chmod 600"},
		"its party":                    {append(withKey, "--as", "D"), "", fault.Unavailable, "isn't connected"},
		"another party":                {append(withKey, "--as", "G"), "", fault.BadRequest, "the node of D, not of"},
		"a certificate of nobody's":    {untrusted, "", fault.Unavailable, "certificate"},
		"a trust that is none":         {append(untrusted, "--node-trust", file), "", fault.BadRequest, "PEM"},
		"an address that is none":      {append(untrusted, "--node", "node"), "", fault.BadRequest, "https://HOST"},
		"nobody, and no node is named": {nil, "", fault.BadRequest, "or which node to ask: --node URL"},
	} {
		t.Setenv("TALLY_API_KEY", c.key)
		_, errs, exit := run(t, append(c.args, "points", "wallet", "wang")...)
		if exit != fault.Of(c.code).Exit || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit %d: %s; want %s, %s", name, exit, errs, c.code, c.says)
		}
	}
	t.Setenv("TALLY_API_KEY", "")
	if _, errs, exit := run(t, append(withKey, "query", "owes")...); exit != fault.Of(fault.Forbidden).Exit ||
		!strings.Contains(errs, "counter") {
		t.Errorf("what the key may not: exit %d: %s", exit, errs)
	}
	if _, errs, _ := run(t, append(withKey, may...)...); !strings.Contains(errs, "no such file") {
		t.Errorf("what is done here: %s", errs)
	}
	// The profile may say where the node is; --node none overrules it.
	dir := t.TempDir()
	profile := profileIn(t, dir, "D")
	text, err := os.ReadFile(profile)
	if err != nil {
		t.Fatal(err)
	}
	text = fmt.Appendf(text, "node: {url: %q, key: %q, trust: %q}\n", server.URL, file, trust)
	if err := os.WriteFile(profile, text, 0o600); err != nil {
		t.Fatal(err)
	}
	ask := []string{"--profile", profile, "query", "owes"}
	if _, errs, exit := run(t, ask...); exit != fault.Of(fault.Forbidden).Exit {
		t.Errorf("the profile's node: exit %d: %s", exit, errs)
	}
	here := append(ask, "--node", "none", "--timeout", "1s")
	if _, errs, exit := run(t, here...); exit == fault.Of(fault.Forbidden).Exit {
		t.Errorf("in this process: exit %d: %s", exit, errs)
	}
}

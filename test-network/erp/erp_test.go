package main

import (
	"bytes"
	"context"
	"encoding/pem"
	"go/parser"
	"go/token"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tallystick/client/access"
	"tallystick/client/api"
	"tallystick/client/node"
	"tallystick/client/node/nodetest"
	"tallystick/client/node/operations"
)

// TestNobodyHelps: the program imports no package of the project.
func TestNobodyHelps(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range parsed.Imports {
			if strings.Contains(i.Path.Value, "tallystick") {
				t.Errorf("%s imports %s", file, i.Path.Value)
			}
		}
	}
}

// served is a node of D's over HTTPS, that is taken away and comes back at the same address.
type served struct {
	t       *testing.T
	node    *node.Node
	guard   *access.Guard
	address string
	server  *httptest.Server
}

func (s *served) start() {
	s.t.Helper()
	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.address = listener.Addr().String()
	s.server = httptest.NewUnstartedServer(api.New(s.node, s.guard, slog.New(slog.DiscardHandler)))
	if err := s.server.Listener.Close(); err != nil {
		s.t.Fatal(err)
	}
	s.server.Listener = listener
	s.server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.server.StartTLS()
}

// kill cuts all connections in the middle of whatever they carry.
func (s *served) kill() {
	s.server.CloseClientConnections()
	s.server.Listener.Close()
	s.server.CloseClientConnections()
}

// TestADay: a day's sales are right to the point and in every event, although the ERP system is killed again and again,
// and the node goes away again and again.
func TestADay(t *testing.T) {
	a := nodetest.NewAlliance(t, operations.All())
	d := a.Node("D")
	guard, err := access.NewGuard(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	s := &served{t: t, node: d, guard: guard, address: "127.0.0.1:0"}
	s.start()
	t.Cleanup(func() { s.server.Close() })
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	keep := func(name string, text []byte) {
		t.Helper()
		if err := os.WriteFile(path(name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keep("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.server.Certificate().Raw}))
	own, err := d.Store(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{"loyalty", "finance"} {
		text, _, err := access.NewKeyring(own).Add(t.Context(), access.NewKey{Name: "erp", Role: role})
		if err != nil {
			t.Fatal(err)
		}
		keep(role, []byte(text))
	}
	if out, err := exec.Command("go", "build", "-o", path("erp"), ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	erp := func(ctx context.Context, verb string, out io.Writer) *exec.Cmd {
		cmd := exec.CommandContext(ctx, path("erp"), verb, "--node", "https://"+s.address, "--ca", path("ca.pem"),
			"--key",
			path("loyalty"), "--finance", path("finance"), "--db", path("erp.db"), "--sales", "60", "--seed", "7")
		cmd.Stdout, cmd.Stderr = out, out
		return cmd
	}
	var out bytes.Buffer
	kills := 0
	for done := false; !done; {
		ctx, cancel := context.WithCancel(t.Context())
		if kills < 6 {
			ctx, cancel = context.WithTimeout(t.Context(), time.Duration(200+rand.IntN(800))*time.Millisecond)
		}
		out.Reset()
		cmd := erp(ctx, "day", &out)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if kills%2 == 1 {
			s.kill()
			s.start()
		}
		err := cmd.Wait()
		if ctx.Err() == nil && err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
		done = err == nil
		kills++
		cancel()
	}
	out.Reset()
	if err := erp(t.Context(), "reconcile", &out).Run(); err != nil ||
		!strings.Contains(out.String(), "\n0 differences\n") {
		t.Errorf("%v\n%s", err, out.String())
	}
	t.Logf("killed %d times\n%s", kills-1, out.String())

	b, err := openBooks(t.Context(), path("erp.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer b.db.Close()
	if _, err := b.db.ExecContext(t.Context(), "UPDATE sales SET gives = gives + 1 WHERE n = 3"); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := erp(t.Context(), "reconcile", &out).Run(); err == nil ||
		!strings.Contains(out.String(), "\n1 differences\n") {
		t.Errorf("a wrong figure isn't found: %v\n%s", err, out.String())
	}
}

// TestVerify: a delivery counts as the specification has it: altered, old or signed with another secret, it doesn't.
func TestVerify(t *testing.T) {
	secret, body := []byte("0123456789abcdef01234567"), []byte(`{"type":"points.issued"}`)
	now := time.Unix(1_800_000_000, 0)
	const signature = "v1,vMtWJuCEMsPgEnP2g6NDs85VlmbPPtsPd1wKf3OJIiw="
	head := func(id, stamp, signature string) http.Header {
		return http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {stamp}, "Webhook-Signature": {signature}}
	}
	for what, c := range map[string]struct {
		header http.Header
		body   string
		right  bool
	}{
		"right":           {head("e1", "1800000000", signature), string(body), true},
		"one of several":  {head("e1", "1800000000", "v1,AAAA v1a,BBBB "+signature), string(body), true},
		"altered":         {head("e1", "1800000000", signature), `{"type":"points.refunded"}`, false},
		"another id":      {head("e2", "1800000000", signature), string(body), false},
		"another time":    {head("e1", "1800000001", signature), string(body), false},
		"another version": {head("e1", "1800000000", strings.Replace(signature, "v1,", "v2,", 1)), string(body), false},
		"unsigned":        {head("e1", "1800000000", ""), string(body), false},
		"no time":         {head("e1", "", signature), string(body), false},
	} {
		if err := verify(secret, c.header, []byte(c.body), now); (err == nil) != c.right {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := verify(secret, head("e1", "1800000000", signature), body, now.Add(tolerance+time.Second)); err == nil {
		t.Error("a replayed delivery counts")
	}
}

package remote

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/access"
	"tallystick/client/api"
	"tallystick/client/bounds"
	"tallystick/client/node"
	"tallystick/client/node/accounting"
	"tallystick/client/node/members"
	"tallystick/client/node/nodetest"
	"tallystick/client/node/settle"
)

// served is a node of D's that isn't connected, by a socket.
func served(t *testing.T) *Node {
	t.Helper()
	n := nodetest.Offline(t)
	guard, err := access.NewGuard(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "s")
	socket, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ConnContext: api.MarkOwner,
		Handler: api.New(n, guard, slog.New(slog.DiscardHandler))}
	ended := make(chan error)
	go func() { ended <- server.Serve(socket) }()
	t.Cleanup(func() {
		server.Close()
		<-ended
	})
	for at, want := range map[string]bool{path: true, path + "x": false, path + "/x": false,
		path + strings.Repeat("x", 200): false} {
		if there, err := There(at); there != want || err != nil {
			t.Errorf("%s is served: %t, %v", at, there, err)
		}
	}
	return Socket(path)
}

// TestDo: what a node elsewhere does, answers and refuses is what it would do here.
func TestDo(t *testing.T) {
	n := served(t)
	var set node.Call
	gold := "gold"
	fields := []members.Field{{Name: "tier", Value: &gold}}
	if _, err := Do(t.Context(), n, members.MemberProfileSet, &set,
		members.SetProfileRequest{Member: "wang", Fields: fields}); err != nil || set.ID == "" {
		t.Fatalf("request %q: %v", set.ID, err)
	}
	known, err := Do(t.Context(), n, members.MemberProfileShow, &node.Call{}, node.MemberRequest{Member: "wang"})
	if err != nil || len(known.Fields) != 1 || known.Fields["tier"] != gold {
		t.Errorf("%+v, %v", known, err)
	}
	if _, err := Do(t.Context(), n, members.MemberProfileShow, &node.Call{},
		node.MemberRequest{Member: "li"}); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("nobody: %v", err)
	}
	if list, err := Do(t.Context(), n, accounting.BooksPeriods, &node.Call{}, node.NoRequest{}); err != nil ||
		len(list.Rows) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := Do(t.Context(), n, accounting.BooksPeriods, &node.Call{Least: 9},
		node.NoRequest{}); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("blocks that it hasn't: %v", err)
	}
	letter := &node.Call{Upload: node.Upload{Name: "s.json", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("{}")), nil
	}}}
	if _, err := Do(t.Context(), n, settle.StatementVerify, letter,
		settle.VerifyStatementRequest{Signers: 1}); err == nil || !strings.Contains(err.Error(), "trusts nobody") {
		t.Errorf("a file: %v", err)
	}
	letter.Upload.Open = bounds.At("/nowhere")
	if _, err := Do(t.Context(), n, settle.StatementVerify, letter,
		settle.VerifyStatementRequest{Signers: 1}); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("a file that isn't there: %v", err)
	}
}

// TestWhatIsNoNode: an address that is none, what can't be reached, what answers something else, redirects, and what
// goes away in the middle each have their code; a key goes nowhere else.
func TestWhatIsNoNode(t *testing.T) {
	for _, address := range []string{
		"", "node", "http://node", "https://", "https://node/v1", "https://node?x=1", "%",
	} {
		if _, err := Dial(address); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%q: %v", address, err)
		}
	}
	set := members.SetProfileRequest{Member: "li", Fields: []members.Field{{Name: "a", Value: new(string)}}}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a redirect was followed")
	}))
	defer elsewhere.Close()
	for what, c := range map[string]struct {
		handler     http.HandlerFunc
		asks, sends fault.Code
	}{
		"a page": {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") },
			fault.Internal, fault.Internal},
		"a proxy's error": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
			fault.Unavailable, fault.Unavailable},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, fault.Unavailable, fault.Unavailable},
		"one that goes away": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			fault.Unavailable, fault.UnknownOutcome},
	} {
		server := httptest.NewTLSServer(c.handler)
		n, err := Dial(server.URL, Key("k"))
		if err != nil {
			t.Fatal(err)
		}
		n.client.Transport = server.Client().Transport
		_, asked := Do(t.Context(), n, members.MemberProfileShow, &node.Call{}, node.MemberRequest{Member: "li"})
		_, sent := Do(t.Context(), n, members.MemberProfileSet, &node.Call{ID: "r-1"}, set)
		if fault.CodeOf(asked) != c.asks || fault.CodeOf(sent) != c.sends {
			t.Errorf("%s: asked %v, sent %v; want %s and %s", what, asked, sent, c.asks, c.sends)
		}
		server.Close()
		_, sent = Do(t.Context(), n, members.MemberProfileSet, &node.Call{ID: "r-1"}, set)
		if fault.CodeOf(sent) != fault.Unavailable {
			t.Errorf("nobody: %v", sent)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	<-ctx.Done()
	if _, err := Do(ctx, served(t), accounting.BooksPeriods, &node.Call{}, node.NoRequest{}); err == nil {
		t.Error("it was done after its time")
	}
}

// TestJSONIsKept holds Run to what it is given.
func TestJSONIsKept(t *testing.T) {
	answer, err := served(t).Run(t.Context(), accounting.BooksPeriods, &node.Call{}, json.RawMessage(`{}`))
	if err != nil || string(answer) != "{\"rows\":[]}\n" {
		t.Errorf("%s, %v", answer, err)
	}
	if _, err := served(t).Run(t.Context(), accounting.BooksPeriods, &node.Call{},
		json.RawMessage(`[]`)); fault.CodeOf(err) != fault.BadRequest {
		t.Error(err)
	}
}

// TestARefusalThatSays: what a node answers beside a refusal comes with it.
func TestARefusalThatSays(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnprocessableEntity)
		io.WriteString(w, `{"code":"REJECTED","detail":"1 line","answer":{"fields":{"tier":"gold"}}}`)
	}))
	defer server.Close()
	n, err := Dial(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	n.client.Transport = server.Client().Transport
	known, err := Do(t.Context(), n, members.MemberProfileShow, &node.Call{}, node.MemberRequest{Member: "li"})
	if fault.CodeOf(err) != fault.Rejected || known.Fields["tier"] != "gold" {
		t.Errorf("%+v, %v", known, err)
	}
}

package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"tallystick/client/api"
	"tallystick/client/node"
	"tallystick/client/node/consortium"
	"tallystick/client/node/operations"
	"tallystick/client/node/settle"
	"tallystick/client/remote"
)

// TestRequestsComeAsTheyWereMeant: of every operation, what the Go client makes of its example is, at the route, the
// example again, in path, query, body and file.
func TestRequestsComeAsTheyWereMeant(t *testing.T) {
	came := map[string]json.RawMessage{}
	mux := http.NewServeMux()
	for _, op := range operations.All() {
		row := op.About()
		mux.HandleFunc(row.Method+" "+row.Path, func(w http.ResponseWriter, r *http.Request) {
			request, file, err := api.RequestOf(op, r)
			if err != nil {
				t.Errorf("%s: %v", row.Name, err)
			}
			if came[row.Name] = request; !op.Carries() {
				return
			}
			from, err := file.Open()
			if err != nil {
				t.Fatal(err)
			}
			if text, err := io.ReadAll(from); err != nil || string(text) != "text" || file.Name != "f.txt" {
				t.Errorf("%s: its file %s came as %q, %v", row.Name, file.Name, text, err)
			}
		})
	}
	server := httptest.NewTLSServer(mux)
	defer server.Close()
	n, err := remote.Dial(server.URL, remote.Trust(server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs))
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range operations.All() {
		row := op.About()
		call := &node.Call{Upload: node.Upload{Name: "f.txt",
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("text")), nil }}}
		if _, err := n.Run(t.Context(), op, call, json.RawMessage(row.Example)); err != nil {
			t.Errorf("%s: %v", row.Name, err)
		}
		var meant, got any
		if json.Unmarshal([]byte(row.Example), &meant) != nil || json.Unmarshal(came[row.Name], &got) != nil ||
			!reflect.DeepEqual(meant, got) {
			t.Errorf("%s: meant %s, came %s", row.Name, row.Example, came[row.Name])
		}
	}
}

// TestPathsAreEscaped: what a path names may have any letters, and comes as it is.
func TestPathsAreEscaped(t *testing.T) {
	for _, name := range []string{"a b", "a/b", "ü?%2F#", "合契"} {
		came := ""
		mux := http.NewServeMux()
		mux.HandleFunc(consortium.QueryTotals.Method+" "+consortium.QueryTotals.Path,
			func(_ http.ResponseWriter, r *http.Request) { came = r.PathValue("programme") })
		server := httptest.NewTLSServer(mux)
		n, err := remote.Dial(server.URL,
			remote.Trust(server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs))
		if err != nil {
			t.Fatal(err)
		}
		request, err := json.Marshal(node.ProgrammeQuery{Programme: name})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := n.Run(t.Context(), consortium.QueryTotals, &node.Call{}, request); err != nil || came != name {
			t.Errorf("%q came as %q, %v", name, came, err)
		}
		server.Close()
	}
}

// TestWhatIsLeftOutOfAPath: a field that a path names and a request leaves out, such as the last of the closed cycles,
// is left out of what comes.
func TestWhatIsLeftOutOfAPath(t *testing.T) {
	var came json.RawMessage
	mux := http.NewServeMux()
	mux.HandleFunc(settle.StatementShow.Method+" "+settle.StatementShow.Path,
		func(_ http.ResponseWriter, r *http.Request) {
			var err error
			if came, _, err = api.RequestOf(settle.StatementShow, r); err != nil {
				t.Error(err)
			}
		})
	server := httptest.NewTLSServer(mux)
	defer server.Close()
	n, err := remote.Dial(server.URL, remote.Trust(server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs))
	if err != nil {
		t.Fatal(err)
	}
	for request, want := range map[string]string{`{"with":"G","limit":3}`: `{"limit":3,"with":"G"}`,
		`{"cycle":"","with":"G"}`: `{"with":"G"}`, `{"cycle":"2026-11","with":"G"}`: `{"cycle":"2026-11","with":"G"}`} {
		if _, err := n.Run(t.Context(), settle.StatementShow, &node.Call{}, json.RawMessage(request)); err != nil ||
			string(came) != want {
			t.Errorf("%s came as %s, %v; want %s", request, came, err, want)
		}
	}
}

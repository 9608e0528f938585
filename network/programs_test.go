package network

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tallystick/network/topology"
)

// TestReady: a process is ready once its URL answers 200 under the certificate that its file has.
func TestReady(t *testing.T) {
	status := http.StatusServiceUnavailable
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			t.Error("a redirect was followed")
		}
		if status == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
	}))
	defer server.Close()
	ca := filepath.Join(t.TempDir(), "tls.crt")
	ready := topology.Ready{URL: server.URL + "/readyz", CA: ca}
	refused := func(why string) {
		t.Helper()
		if err := ask(t.Context(), ready); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%v, want one with %q", err, why)
		}
	}
	refused("no such file")
	write := func(text []byte) {
		if err := os.WriteFile(ca, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write([]byte("x"))
	refused("has no certificate")
	write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	refused("503")
	status = http.StatusFound
	refused("302")
	status = http.StatusOK
	if err := ask(t.Context(), ready); err != nil {
		t.Error(err)
	}
	ready.CA = ""
	refused("certificate")
	if err := ask(t.Context(), topology.Ready{}); err != nil {
		t.Errorf("one that doesn't say: %v", err)
	}
}

// TestAddresses lists where programs are reached that say so.
func TestAddresses(t *testing.T) {
	n := &Network{Dir: "/n", Topology: &topology.Topology{Host: "127.0.0.1", BasePort: 7050,
		Parties: []topology.Party{{ID: "G", Peer: true}, {ID: "M"}},
		Programs: []topology.Program{{Name: "quiet"},
			{Name: "node", Ready: topology.Ready{URL: "https://{address}/readyz"}}}}}
	want := []Address{{"node.G", "G", "https://127.0.0.1:7154"}}
	if got := n.Addresses(); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

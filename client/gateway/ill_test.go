package gateway

import (
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/config"
)

// TestAPeerThatCannotBeReachedIsNamed: at once, with what is in the way.
func TestAPeerThatCannotBeReachedIsNamed(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	right := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(right, text, 0o600); err != nil {
		t.Fatal(err)
	}
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	go func() {
		for {
			conn, err := plain.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			_ = conn.Close()
		}
	}()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	closed.Close()
	at := func(address, name string) config.Endpoint {
		return config.Endpoint{Name: "peer0.D", Party: "D", Address: address, TLSCA: right, ServerName: name}
	}
	for _, c := range []struct {
		name string
		at   config.Endpoint
		want string // "" if nothing is in the way
	}{
		{"well", at(server.Listener.Addr().String(), "example.com"), ""},
		{"down", at(nobody, "example.com"), "peer0.D at " + nobody + " refuses the connection"},
		{"another name", at(server.Listener.Addr().String(), "peer0.D"), "not for peer0.D"},
		{"no TLS", at(plain.Addr().String(), "example.com"), "doesn't speak TLS"},
	} {
		began := time.Now()
		f := &fabric{party: "D", endpoints: []config.Endpoint{c.at}}
		own, all := f.ill(t.Context()), f.allIll(t.Context())
		if (own != nil) != (c.want != "") || (all != nil) != (c.want != "") || time.Since(began) > lookFor {
			t.Errorf("%s: %v, %v after %s", c.name, own, all, time.Since(began))
			continue
		}
		for _, err := range []error{own, all} {
			if c.want != "" && (fault.CodeOf(err) != fault.Unavailable || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
	other := &fabric{
		party: "M", endpoints: []config.Endpoint{at(nobody, "x"), at(server.Listener.Addr().String(), "example.com")},
	}
	if own, all := other.ill(t.Context()), other.allIll(t.Context()); own != nil || all != nil {
		t.Errorf("a party without a peer, of whose neighbours one answers: %v, %v", own, all)
	}
}

package identity

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"tallystick/network/internal/golden"
	"tallystick/network/topology"
)

func testTopology(t *testing.T) *topology.Topology {
	t.Helper()
	network, err := topology.Load("../genesis/testdata/topology.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return network
}

func TestRenderCryptoConfig(t *testing.T) {
	got, err := RenderCryptoConfig(testTopology(t))
	if err != nil {
		t.Fatal(err)
	}
	golden.Assert(t, "crypto-config.yaml", got)
}

// fakeIssuer writes one world-readable file and can fail after it.
type fakeIssuer struct {
	calls int
	fail  error
}

func (f *fakeIssuer) Issue(_ context.Context, _ *topology.Topology, into Layout) error {
	f.calls++
	if err := os.MkdirAll(into.Root, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(into.Root, "key"), nil, 0o644); err != nil {
		return err
	}
	return f.fail
}

func TestEnsureIsAllOrNothing(t *testing.T) {
	layout := Layout{Root: filepath.Join(t.TempDir(), "crypto")}
	issuer := &fakeIssuer{fail: errors.New("no entropy")}
	if err := Ensure(t.Context(), issuer, testTopology(t), layout); !errors.Is(err, issuer.fail) {
		t.Fatalf("error %v, want the issuer's", err)
	}
	if _, err := os.Stat(layout.Root); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("a failed issue left %s (%v)", layout.Root, err)
	}
	issuer.fail = nil
	for range 2 {
		if err := Ensure(t.Context(), issuer, testTopology(t), layout); err != nil {
			t.Fatal(err)
		}
	}
	if issuer.calls != 2 {
		t.Errorf("issued %d times, want once after the failure", issuer.calls-1)
	}
}

func TestEnsureRestricts(t *testing.T) {
	layout := Layout{Root: filepath.Join(t.TempDir(), "crypto")}
	if err := Ensure(t.Context(), &fakeIssuer{}, testTopology(t), layout); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(layout.Root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Stat(path)
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v: others may read it", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestLink plays both ends of a chaincode link, and a stranger.
func TestLink(t *testing.T) {
	layout := Layout{Root: t.TempDir()}
	ours, theirs := layout.ChaincodeLink("G"), layout.ChaincodeLink("D")
	for _, link := range []Link{ours, theirs} {
		if err := issueLink(link, "127.0.0.1"); err != nil {
			t.Fatal(err)
		}
	}
	if err := handshake(t, ours, ours); err != nil {
		t.Errorf("the party's own peer is refused: %v", err)
	}
	if err := handshake(t, ours, theirs); err == nil {
		t.Error("another party's peer is let in")
	}
}

// handshake connects a caller to a server by mutual TLS.
func handshake(t *testing.T, server, caller Link) error {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{pair(t, server.ServerCert, server.ServerKey)},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    pool(t, server.CA),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	accepted := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			err = conn.(*tls.Conn).HandshakeContext(t.Context())
			conn.Close()
		}
		accepted <- err
	}()
	conn, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{
		Certificates: []tls.Certificate{pair(t, caller.ClientCert, caller.ClientKey)},
		RootCAs:      pool(t, server.CA),
	})
	if err == nil {
		defer conn.Close()
	}
	return errors.Join(err, <-accepted)
}

func pair(t *testing.T, cert, key string) tls.Certificate {
	t.Helper()
	p, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func pool(t *testing.T, ca string) *x509.CertPool {
	t.Helper()
	text, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	p := x509.NewCertPool()
	p.AppendCertsFromPEM(text)
	return p
}

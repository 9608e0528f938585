package access

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"tallystick/client/config"
	"tallystick/client/node/nodetest"
)

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	a := authority{}
	made := &x509.Certificate{Subject: pkix.Name{CommonName: "machines"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign}
	pair := a.sign(t, made)
	a.cert, a.key = pair.Leaf, pair.PrivateKey.(*ecdsa.PrivateKey)
	return a
}

// sign makes a key, and a certificate of it; one of itself if there is no authority yet.
func (a authority) sign(t *testing.T, c *x509.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c.SerialNumber = big.NewInt(time.Now().UnixNano())
	c.NotBefore = time.Now().Add(-time.Hour)
	if c.NotAfter.IsZero() {
		c.NotAfter = time.Now().Add(time.Hour)
	}
	signer, by := key, c
	if a.key != nil {
		signer, by = a.key, a.cert
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func named(cn string, dns ...string) *x509.Certificate {
	return &x509.Certificate{Subject: pkix.Name{CommonName: cn}, DNSNames: dns}
}

// door is a server that says who asks.
type door struct {
	*httptest.Server
	guard *Guard
	serve config.Serve
}

func newDoor(t *testing.T, a authority, machines ...config.Machine) door {
	t.Helper()
	n := nodetest.Offline(t)
	guard, err := NewGuard(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	d := door{guard: guard, serve: config.Serve{ClientCA: writePEM(t, a.cert), Machines: machines}}
	if err := guard.Configure(d.serve); err != nil {
		t.Fatal(err)
	}
	d.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := guard.Caller(r.Context(), r.Header.Values("Authorization"), r.TLS)
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		io.WriteString(w, who.ID+" "+who.Role.Name+" "+who.Outlet)
	}))
	pair := authority{}.sign(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true,
		BasicConstraintsValid: true, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	d.TLS = guard.TLS(&tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}})
	d.StartTLS()
	t.Cleanup(d.Close)
	return d
}

// as is a client that shows a certificate, by a version of TLS.
func (d door) as(t *testing.T, version uint16, shown ...tls.Certificate) *http.Client {
	t.Helper()
	trust := x509.NewCertPool()
	for _, c := range d.TLS.Certificates {
		trust.AddCert(c.Leaf)
	}
	c := &tls.Config{RootCAs: trust, MinVersion: version, MaxVersion: version}
	if len(shown) > 0 {
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &shown[0], nil }
	}
	transport := &http.Transport{TLSClientConfig: c}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// asked is who the server says asks, "401" if it doesn't know, "" if there was no connection.
func (d door) asked(t *testing.T, c *http.Client, bearer string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", d.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	answer, err := c.Do(r)
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		return "401"
	}
	return string(text)
}

// TestMachines: who shows a certificate that the configuration names needs no key; any other is nobody, whoever has
// signed it, and whatever it is called.
func TestMachines(t *testing.T) {
	ours, theirs := newAuthority(t), newAuthority(t)
	spiffe, err := url.Parse("spiffe://dealer.example/erp")
	if err != nil {
		t.Fatal(err)
	}
	till := config.Grant{Role: "counter", Outlet: "12"}
	d := newDoor(t, ours,
		config.Machine{Name: "till-7", Certificate: "CN=till-7", May: till},
		config.Machine{Name: "till-8", Certificate: "DNS:Till-8.dealer.example", May: till},
		config.Machine{Name: "erp", Certificate: "URI:spiffe://dealer.example/erp",
			May: config.Grant{Role: "catalogue"}})
	key, _, err := d.guard.Keys.Add(t.Context(), NewKey{Name: "office", Role: "reader"})
	if err != nil {
		t.Fatal(err)
	}
	uri := named("")
	uri.URIs = []*url.URL{spiffe}
	ended := named("till-7")
	ended.NotAfter = time.Now().Add(-time.Minute)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, c := range []struct {
			name, bearer, want string
			shown              []tls.Certificate
		}{
			{"its common name", "", "machine:till-7 counter 12", []tls.Certificate{ours.sign(t, named("till-7"))}},
			{"its host", "", "machine:till-8 counter 12",
				[]tls.Certificate{ours.sign(t, named("x", "till-8.dealer.example"))}},
			{"its URI", "", "machine:erp catalogue ", []tls.Certificate{ours.sign(t, uri)}},
			{"a name that nobody has", "", "401", []tls.Certificate{ours.sign(t, named("till-9"))}},
			{"a name as a host", "", "401", []tls.Certificate{ours.sign(t, named("till-8.dealer.example", "till-7"))}},
			{"two machines' names", "", "401",
				[]tls.Certificate{ours.sign(t, named("till-7", "till-8.dealer.example"))}},
			{"another CA's", "", "", []tls.Certificate{theirs.sign(t, named("till-7"))}},
			{"its own", "", "", []tls.Certificate{authority{}.sign(t, named("till-7"))}},
			{"one that has ended", "", "", []tls.Certificate{ours.sign(t, ended)}},
			{"none", "", "401", nil},
			{"none, and a key", key, "key", nil},
			{"one, and a key", key, "key", []tls.Certificate{ours.sign(t, named("till-7"))}},
			{"one, and a key that is none", "tally_x_y", "401", []tls.Certificate{ours.sign(t, named("till-7"))}},
		} {
			got := d.asked(t, d.as(t, version, c.shown...), c.bearer)
			if c.want == "key" && len(got) > 8 && got[8:] == " reader " {
				continue
			}
			if got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
	}
	if old := d.as(t, tls.VersionTLS11, ours.sign(t, named("till-7"))); d.asked(t, old, "") != "" {
		t.Error("TLS 1.1 is taken")
	}
}

// TestMachinesTakenOut: a machine that was taken out of the configuration, or whose CA was, is refused on the
// connection that it has.
func TestMachinesTakenOut(t *testing.T) {
	ours := newAuthority(t)
	d := newDoor(t, ours, config.Machine{Name: "till-7", Certificate: "CN=till-7", May: config.Grant{Role: "counter"}})
	client := d.as(t, tls.VersionTLS13, ours.sign(t, named("till-7")))
	asked := func(want string) {
		t.Helper()
		if got := d.asked(t, client, ""); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	asked("machine:till-7 counter ")
	broken := d.serve
	broken.Machines = []config.Machine{{Name: "till-7", Certificate: "CN=till-7", May: config.Grant{Role: "till"}}}
	if err := d.guard.Configure(broken); err == nil {
		t.Error("a role that there isn't")
	}
	asked("machine:till-7 counter ")
	without := d.serve
	without.ClientCA = writePEM(t, newAuthority(t).cert)
	if err := d.guard.Configure(without); err != nil {
		t.Fatal(err)
	}
	asked("401")
	without = d.serve
	without.Machines = nil
	if err := d.guard.Configure(without); err != nil {
		t.Fatal(err)
	}
	asked("401")
	if _, err := d.guard.Caller(context.Background(), nil, nil); err == nil {
		t.Error("nobody is somebody")
	}
}

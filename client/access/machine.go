package access

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/config"
)

// Machines are the programs that show a certificate.
type Machines struct {
	pool  *x509.CertPool
	roots [][]byte // the pool's certificates
	known map[string]Caller
}

// NewMachines reads whose certificates count, and what they may do. BAD_REQUEST for a role that there isn't, or a file
// without certificates.
func NewMachines(cfg config.Serve) (*Machines, error) {
	m := &Machines{known: map[string]Caller{}}
	if cfg.ClientCA == "" {
		return m, nil
	}
	var err error
	if m.pool, m.roots, err = certificatesIn(cfg.ClientCA); err != nil {
		return nil, fmt.Errorf("serve.clientCA: %w", err)
	}
	for i, one := range cfg.Machines {
		grant, err := who("machines", i, one.May)
		if err != nil {
			return nil, err
		}
		m.known[folded(one.Certificate)] = Caller{ID: "machine:" + one.Name, Grant: grant}
	}
	return m, nil
}

// certificatesIn reads the certificates of a file.
func certificatesIn(path string) (pool *x509.CertPool, certificates [][]byte, err error) {
	text, err := bounds.File(path, bounds.Key)
	if err != nil {
		return nil, nil, err
	}
	pool = x509.NewCertPool()
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, nil, fault.New(fault.BadRequest, "%s: %v", path, err)
		}
		pool.AddCert(c)
		certificates = append(certificates, c.Raw)
	}
	if len(certificates) == 0 {
		return nil, nil, fault.New(fault.BadRequest, "%s has no certificates in PEM", path)
	}
	return pool, certificates, nil
}

// Ask has a server ask for certificates, if machines show them. A certificate that the CA hasn't signed ends the
// handshake; who shows none may still have a key.
func (m *Machines) Ask(c *tls.Config) *tls.Config {
	if m.pool == nil {
		return c
	}
	c = c.Clone()
	c.ClientAuth, c.ClientCAs = tls.VerifyClientCertIfGiven, m.pool
	return c
}

// Find returns the machine whose certificate a connection was made with. FORBIDDEN for one that isn't known, or not any
// more, since the connection may have been made before the configuration was changed.
func (m *Machines) Find(state *tls.ConnectionState, now time.Time) (Caller, error) {
	if state == nil || !m.signed(state.VerifiedChains) {
		return Caller{}, fault.New(fault.Forbidden, "no certificate of a machine was shown that the node's CA has signed")
	}
	c := state.PeerCertificates[0]
	if now.After(c.NotAfter) {
		return Caller{}, fault.New(fault.Forbidden, "the certificate has ended: renew it")
	}
	var found []Caller
	for _, name := range namesOf(c) {
		if caller, ok := m.known[name]; ok {
			found = append(found, caller)
		}
	}
	if len(found) != 1 {
		return Caller{}, fault.New(fault.Forbidden, "the certificate is that of no machine, or of several, in the node's "+
			"configuration (serve.machines)")
	}
	return found[0], nil
}

// signed says whether a chain ends at a CA that counts now.
func (m *Machines) signed(chains [][]*x509.Certificate) bool {
	return slices.ContainsFunc(chains, func(chain []*x509.Certificate) bool {
		root := chain[len(chain)-1].Raw
		return slices.ContainsFunc(m.roots, func(known []byte) bool { return bytes.Equal(known, root) })
	})
}

// namesOf are the names of a certificate as the configuration writes them.
func namesOf(c *x509.Certificate) []string {
	names := []string{"CN=" + c.Subject.CommonName}
	for _, dns := range c.DNSNames {
		names = append(names, folded("DNS:"+dns))
	}
	for _, uri := range c.URIs {
		names = append(names, "URI:"+uri.String())
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// folded is a certificate's name as it is compared: a host's in small letters.
func folded(name string) string {
	if host, is := strings.CutPrefix(name, "DNS:"); is {
		return "DNS:" + strings.ToLower(host)
	}
	return name
}

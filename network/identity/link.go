package identity

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// linkLifetime bounds the link's certificates; a reset makes new ones.
const linkLifetime = 10 * 365 * 24 * time.Hour

// authority signs the two certificates of one link and is then forgotten.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// issueLink makes the TLS files between a peer and its party's chaincode
// servers, which listen on host. The CA's key is never written.
func issueLink(link Link, host string) error {
	if err := os.MkdirAll(filepath.Dir(link.CA), 0o700); err != nil {
		return err
	}
	ca, err := newAuthority()
	if err != nil {
		return err
	}
	if err := writePEM(link.CA, "CERTIFICATE", ca.cert.Raw); err != nil {
		return err
	}
	server := leaf("chaincode", x509.ExtKeyUsageServerAuth)
	server.DNSNames = []string{"localhost"}
	if ip := net.ParseIP(host); ip != nil {
		server.IPAddresses = []net.IP{ip}
	}
	if err := ca.issue(server, link.ServerCert, link.ServerKey); err != nil {
		return err
	}
	return ca.issue(leaf("peer", x509.ExtKeyUsageClientAuth), link.ClientCert, link.ClientKey)
}

func newAuthority() (authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, err
	}
	template := leaf("chaincode link CA")
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign
	der, err := sign(template, template, key.Public(), key)
	if err != nil {
		return authority{}, err
	}
	cert, err := x509.ParseCertificate(der)
	return authority{cert, key}, err
}

// issue makes a key, signs the template for it and writes both.
func (a authority) issue(template *x509.Certificate, certFile, keyFile string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := sign(template, a.cert, key.Public(), a.key)
	if err != nil {
		return err
	}
	if err := writePEM(certFile, "CERTIFICATE", der); err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(keyFile, "PRIVATE KEY", secret)
}

func leaf(name string, usage ...x509.ExtKeyUsage) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		Subject:     pkix.Name{CommonName: name},
		NotBefore:   now.Add(-5 * time.Minute), // clocks differ
		NotAfter:    now.Add(linkLifetime),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: usage,
	}
}

func sign(template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		return nil, fmt.Errorf("sign %s: %w", template.Subject.CommonName, err)
	}
	return der, nil
}

func writePEM(file, kind string, der []byte) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

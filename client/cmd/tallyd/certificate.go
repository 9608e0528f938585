package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"sync"
	"time"

	"github.com/google/renameio/v2"

	"tallystick/client/machine"
)

// reloaded is a certificate that is read anew when its file has changed, or its key's: whoever renews them may write
// one after the other.
type reloaded struct {
	cert, key string // paths
	log       *slog.Logger

	mu      sync.Mutex
	now     *tls.Certificate
	changed [2]time.Time // of the files that were read
}

// get is what a handshake is answered with. A new file that can't be read is logged, and the old one stays in use.
func (r *reloaded) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if now, err := r.changes(); err == nil && now != r.readAt() {
		if err := r.read(); err != nil {
			r.log.Error("the new certificate can't be read; the old one stays in use", "err", err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now, nil
}

// changes are when the files were changed last.
func (r *reloaded) changes() (at [2]time.Time, err error) {
	for i, path := range []string{r.cert, r.key} {
		info, err := os.Stat(path)
		if err != nil {
			return at, machine.Fault(err)
		}
		at[i] = info.ModTime()
	}
	return at, nil
}

// readAt is when the files that were read were changed.
func (r *reloaded) readAt() [2]time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

// read reads the files.
func (r *reloaded) read() error {
	changed, err := r.changes()
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(r.cert, r.key)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changed = changed
	if err != nil {
		return fmt.Errorf("the certificate %s and its key: %w", r.cert, err)
	}
	r.now = &pair
	return nil
}

// certificateFor is how long a certificate that tallyd makes holds.
const certificateFor = 398 * 24 * time.Hour

// makeCertificate makes a key and a certificate that it signs itself, for the names and addresses under which the node
// is reached.
func makeCertificate(certPath, keyPath, party string, hosts []string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return err
	}
	now := time.Now()
	made := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "tallyd of " + party},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certificateFor),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			made.IPAddresses = append(made.IPAddresses, ip)
			continue
		}
		made.DNSNames = append(made.DNSNames, host)
	}
	der, err := x509.CreateCertificate(rand.Reader, made, made, &key.PublicKey, key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := writePEM(keyPath, "PRIVATE KEY", secret, 0o600); err != nil {
		return err
	}
	return writePEM(certPath, "CERTIFICATE", der, 0o644)
}

func writePEM(path, kind string, der []byte, mode os.FileMode) error {
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	return machine.Fault(renameio.WriteFile(path, text, mode, renameio.IgnoreUmask()))
}

package proof

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/client/bounds"
)

// Trust has the CAs of each party whose signature counts.
type Trust map[string]*x509.CertPool

// Add trusts the certificates of a PEM file to sign for a party's peers.
func (t Trust) Add(party, file string) error {
	text, err := bounds.File(file, bounds.Key)
	if err != nil {
		return fmt.Errorf("proof: the CA of %s: %w", party, err)
	}
	if t[party] == nil {
		t[party] = x509.NewCertPool()
	}
	if !t[party].AppendCertsFromPEM(text) {
		return fmt.Errorf("proof: %s holds no certificate", file)
	}
	return nil
}

// TrustDir trusts the CAs in a directory, of which PARTY.pem is a party's.
func TrustDir(dir string) (Trust, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.pem"))
	if err != nil {
		return nil, fmt.Errorf("proof: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("proof: %s has no PARTY.pem", dir)
	}
	t := Trust{}
	for _, file := range files {
		if err := t.Add(strings.TrimSuffix(filepath.Base(file), ".pem"), file); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// signers checks every endorsement and lists whose they are, each party once.
func (p *parts) signers(trust Trust, at time.Time) ([]string, error) {
	endorsements := p.action.GetAction().GetEndorsements()
	if len(endorsements) > maxEndorsements {
		return nil, fmt.Errorf("%d endorsements, want %d at most", len(endorsements), maxEndorsements)
	}
	var parties []string
	for i, e := range endorsements {
		party, err := trust.check(e, p.response, at)
		if err != nil {
			return nil, fmt.Errorf("endorsement %d: %w", i+1, err)
		}
		parties = append(parties, party)
	}
	slices.Sort(parties)
	return slices.Compact(parties), nil
}

// check says whose peer has signed the response.
func (t Trust) check(e *peer.Endorsement, response []byte, at time.Time) (party string, err error) {
	var who msp.SerializedIdentity
	if err := unmarshal(e.GetEndorser(), &who); err != nil {
		return "", err
	}
	party = who.GetMspid()
	if t[party] == nil {
		return "", fmt.Errorf("party %.40q is not among the trusted", party)
	}
	block, _ := pem.Decode(who.GetIdBytes())
	if block == nil {
		return "", fmt.Errorf("of %s: no certificate", party)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return "", fmt.Errorf("of %s: the certificate can't be read", party)
	}
	if _, err := cert.Verify(x509.VerifyOptions{
		Roots: t[party], CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}); err != nil {
		return "", fmt.Errorf("of %s: the certificate is not of the party's CA: %w", party, err)
	}
	if !slices.Contains(cert.Subject.OrganizationalUnit, "peer") {
		return "", fmt.Errorf("of %s: the certificate is no peer's, but of %v", party, cert.Subject.OrganizationalUnit)
	}
	key, ok := cert.PublicKey.(*ecdsa.PublicKey)
	if !ok {
		return "", fmt.Errorf("of %s: the key is not ECDSA", party)
	}
	if err := verify(key, slices.Concat(response, e.GetEndorser()), e.GetSignature()); err != nil {
		return "", fmt.Errorf("of %s: %w", party, err)
	}
	return party, nil
}

// verify checks a signature as Fabric's MSP does. Of the two forms that each has
// it takes the one with the low S, so that nobody can write a second one.
func verify(key *ecdsa.PublicKey, text, signature []byte) error {
	digest := sha256.Sum256(text)
	if !ecdsa.VerifyASN1(key, digest[:], signature) {
		return errors.New("the signature is not over this answer")
	}
	var rs struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(signature, &rs); err != nil || len(rest) > 0 {
		return errors.New("the signature can't be read")
	}
	if half := new(big.Int).Rsh(key.Params().N, 1); rs.S.Cmp(half) > 0 {
		return errors.New("the signature has a high S, which Fabric refuses")
	}
	return nil
}

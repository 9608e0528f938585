package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"
)

// issuer is an authority made for a test, or whoever it issued a certificate to.
type issuer struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

var serial int64

// newRoot makes an authority that nobody issued.
func newRoot(t testing.TB, name string) *issuer {
	t.Helper()
	return (&issuer{t: t}).issue(func(c *x509.Certificate) {
		c.Subject.CommonName, c.IsCA, c.BasicConstraintsValid = name, true, true
		c.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	})
}

// issue makes a certificate that has expired long ago, changed as the caller likes.
func (i *issuer) issue(change func(*x509.Certificate)) *issuer {
	i.t.Helper()
	serial++
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter: time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	change(template)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		i.t.Fatal(err)
	}
	parent, by := i.cert, i.key
	if parent == nil {
		parent, by = template, key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		i.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		i.t.Fatal(err)
	}
	return &issuer{i.t, cert, key}
}

// member makes a certificate in some organisational units.
func (i *issuer) member(name string, units ...string) *issuer {
	i.t.Helper()
	return i.issue(func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: name, OrganizationalUnit: units}
	})
}

func (i *issuer) intermediate(name string) *issuer {
	i.t.Helper()
	return i.issue(func(c *x509.Certificate) {
		c.Subject.CommonName, c.IsCA, c.BasicConstraintsValid = name, true, true
		c.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	})
}

func (i *issuer) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.cert.Raw})
}

// sign signs as Fabric's programs do, S at most half of the order, or with the other S.
func (i *issuer) sign(message []byte, high bool) []byte {
	i.t.Helper()
	sum := sha256.Sum256(message)
	r, s, err := ecdsa.Sign(rand.Reader, i.key, sum[:])
	if err != nil {
		i.t.Fatal(err)
	}
	if (s.Cmp(halfOrder(&i.key.PublicKey)) > 0) != high {
		s = new(big.Int).Sub(i.key.Params().N, s)
	}
	raw, err := asn1.Marshal(ecdsaSignature{r, s})
	if err != nil {
		i.t.Fatal(err)
	}
	return raw
}

// otherS is the certificate with the other S in its issuer's signature.
func (i *issuer) otherS() *issuer {
	i.t.Helper()
	var parts certificateParts
	if _, err := asn1.Unmarshal(i.cert.Raw, &parts); err != nil {
		i.t.Fatal(err)
	}
	r, s, err := parseSignature(i.cert.Signature)
	if err != nil {
		i.t.Fatal(err)
	}
	signature, err := asn1.Marshal(ecdsaSignature{r, new(big.Int).Sub(i.key.Params().N, s)})
	if err != nil {
		i.t.Fatal(err)
	}
	parts.Signature = asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}
	raw, err := asn1.Marshal(parts)
	if err != nil {
		i.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		i.t.Fatal(err)
	}
	return &issuer{i.t, cert, i.key}
}

// revoke is a revocation list of some certificates.
func (i *issuer) revoke(certs ...*issuer) []byte {
	i.t.Helper()
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: time.Now(), NextUpdate: time.Now().Add(time.Hour)}
	for _, c := range certs {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries,
			x509.RevocationListEntry{SerialNumber: c.cert.SerialNumber, RevocationTime: time.Now()})
	}
	raw, err := x509.CreateRevocationList(rand.Reader, list, i.cert, i.key)
	if err != nil {
		i.t.Fatal(err)
	}
	return raw
}

// organisationOf makes an organisation of an authority, which tells roles by Fabric's usual units.
func organisationOf(t testing.TB, id string, root *issuer, change func(*msp.FabricMSPConfig)) (*organisation, error) {
	t.Helper()
	unit := func(name string) *msp.FabricOUIdentifier {
		return &msp.FabricOUIdentifier{OrganizationalUnitIdentifier: name}
	}
	config := &msp.FabricMSPConfig{Name: id, RootCerts: [][]byte{root.pem()}, FabricNodeOus: &msp.FabricNodeOUs{
		Enable: true, ClientOuIdentifier: unit("client"), PeerOuIdentifier: unit("peer"),
		AdminOuIdentifier: unit("admin"), OrdererOuIdentifier: unit("orderer"),
	}}
	if change != nil {
		change(config)
	}
	return newOrganisation(&msp.MSPConfig{Config: marshal(t, config)}, false)
}

func marshal(t testing.TB, m proto.Message) []byte {
	t.Helper()
	raw, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

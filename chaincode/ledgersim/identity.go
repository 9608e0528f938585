package ledgersim

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"sync"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"
)

// Role is the organisational unit that Fabric's NodeOUs read from a certificate.
type Role string

const (
	RoleClient Role = "client"
	RolePeer   Role = "peer"
	RoleAdmin  Role = "admin"
)

// Identity is a member of an organisation with a real X.509 certificate, so
// that cid.New and x509 work on it. It is a pure function of MSP, name, role and
// attributes: the same in every run and every process.
type Identity struct {
	MSP  string
	Name string
	Role Role

	serialized []byte
}

// Serialized is the marshalled msp.SerializedIdentity, as stub.GetCreator gives it.
func (id *Identity) Serialized() []byte { return id.serialized }

// Identity is a client of an organisation.
func (n *Network) Identity(mspID, name string) *Identity {
	return NewIdentity(mspID, name, RoleClient, nil)
}

// made remembers identities by what they are made of and by their bytes:
// making one costs three signatures, reading one a certificate's parsing.
var made = struct {
	sync.Mutex
	byParts map[string]*Identity
	byBytes map[string]*Identity
}{byParts: map[string]*Identity{}, byBytes: map[string]*Identity{}}

// NewIdentity makes an identity; attrs, if any, are those that a Fabric CA puts
// in the certificate (cid.GetAttributeValue).
func NewIdentity(mspID, name string, role Role, attrs map[string]string) *Identity {
	attrJSON, _ := json.Marshal(attrs) // sorted by key; strings always marshal
	parts := fmt.Sprintf("%q %q %q %s", mspID, name, role, attrJSON)
	made.Lock()
	defer made.Unlock()
	if id := made.byParts[parts]; id != nil {
		return id
	}
	cert := issue(mspID, name, role, attrs)
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	id := &Identity{
		MSP: mspID, Name: name, Role: role, serialized: marshal(&msp.SerializedIdentity{Mspid: mspID, IdBytes: block}),
	}
	made.byParts[parts] = id
	made.byBytes[string(id.serialized)] = id
	return id
}

// ParseIdentity reads a serialized identity, such as a creator found in a block.
func ParseIdentity(serialized []byte) (*Identity, error) {
	made.Lock()
	defer made.Unlock()
	if id := made.byBytes[string(serialized)]; id != nil {
		return id, nil
	}
	var sid msp.SerializedIdentity
	if err := proto.Unmarshal(serialized, &sid); err != nil {
		return nil, err
	}
	block, _ := pem.Decode(sid.IdBytes)
	if block == nil {
		return nil, errors.New("identity holds no PEM certificate")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	id := &Identity{MSP: sid.Mspid, Name: cert.Subject.CommonName, serialized: bytes.Clone(serialized)}
	if len(cert.Subject.OrganizationalUnit) > 0 {
		id.Role = Role(cert.Subject.OrganizationalUnit[0])
	}
	made.byBytes[string(serialized)] = id
	return id, nil
}

// attributeOID is the extension in which a Fabric CA writes attributes.
var attributeOID = asn1.ObjectIdentifier{1, 2, 3, 4, 5, 6, 7, 8, 1}

func issue(mspID, name string, role Role, attrs map[string]string) []byte {
	ca := signer{fixedKey("ca", mspID)}
	caCert := &x509.Certificate{
		SerialNumber: serialNumber("ca", mspID),
		Subject:      pkix.Name{CommonName: "ca." + mspID, Organization: []string{mspID}},
		NotBefore:    time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2120, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA:         true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign,
	}
	cert := &x509.Certificate{
		SerialNumber: serialNumber(mspID, name, string(role)),
		Subject:      pkix.Name{CommonName: name, OrganizationalUnit: []string{string(role)}},
		NotBefore:    caCert.NotBefore,
		NotAfter:     caCert.NotAfter,
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
	if len(attrs) > 0 {
		value, _ := json.Marshal(map[string]any{"attrs": attrs}) // strings always marshal
		cert.ExtraExtensions = []pkix.Extension{{Id: attributeOID, Value: value}}
	}
	der, err := x509.CreateCertificate(nil, cert, caCert, fixedKey(mspID, name, string(role)).Public(), ca)
	if err != nil {
		panic("ledgersim: certificate: " + err.Error())
	}
	return der
}

// signer signs without randomness (RFC 6979), so certificates never change.
type signer struct{ key *ecdsa.PrivateKey }

func (s signer) Public() crypto.PublicKey { return s.key.Public() }

func (s signer) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return s.key.Sign(nil, digest, opts)
}

// fixedKey derives a P-256 key from its owner's name.
func fixedKey(parts ...string) *ecdsa.PrivateKey {
	for salt := 0; ; salt++ {
		seed := sha256.Sum256(fmt.Appendf(nil, "ledgersim key %q %d", parts, salt))
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed[:])
		if err == nil { // fails for one seed in 2^32
			return key
		}
	}
}

func serialNumber(parts ...string) *big.Int {
	sum := sha256.Sum256(fmt.Appendf(nil, "ledgersim serial %q", parts))
	sum[0] = 1 // positive, and no leading zero
	return new(big.Int).SetBytes(sum[:16])
}

// marshal is for messages that this package fills itself.
func marshal(m proto.Message) []byte {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		panic("ledgersim: marshal: " + err.Error())
	}
	return b
}

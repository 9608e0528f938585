package authority

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"
)

// organisation is an MSP as the configuration defines it: whose certificates are its members'
// (msp/mspimplsetup.go).
type organisation struct {
	id            string
	idemix        bool // its members are anonymous: none of them is recognised here
	ed25519       bool // members may have such keys
	hash          hashFamily
	roots         *x509.CertPool
	intermediates *x509.CertPool
	authorities   []*x509.Certificate // roots and intermediates
	issuers       map[string]bool     // authorities that issued another; they don't issue members' certificates
	admins        []*x509.Certificate
	revocations   []*x509.RevocationList
	units         map[string][][]byte // organisational units of which a member has one, with who may certify them
	roles         map[msp.MSPRole_MSPRoleType]unit
	told          bool                 // members' certificates tell their role
	known         map[string]*identity // by what was read lately
}

// unit is an organisational unit that stands for a role, with its certifiers' digest or none.
type unit struct {
	name       string
	certifiers []byte
}

// MSP types (msp/msp.go).
const (
	typeFabric = 0
	typeIdemix = 1
)

// newOrganisation reads an organisation and checks what Fabric checks before it takes it into use.
func newOrganisation(config *msp.MSPConfig, ed25519 bool) (*organisation, error) {
	switch config.GetType() {
	case typeFabric:
	case typeIdemix:
		var c msp.IdemixMSPConfig
		if err := proto.Unmarshal(config.GetConfig(), &c); err != nil {
			return nil, fmt.Errorf("not an idemix configuration: %w", err)
		}
		return &organisation{id: c.GetName(), idemix: true}, nil
	default:
		return nil, fmt.Errorf("no MSP has type %d", config.GetType())
	}
	var c msp.FabricMSPConfig
	if err := proto.Unmarshal(config.GetConfig(), &c); err != nil {
		return nil, fmt.Errorf("not an MSP's configuration: %w", err)
	}
	o := &organisation{id: c.GetName(), ed25519: ed25519, known: map[string]*identity{}}
	for _, step := range []func(*msp.FabricMSPConfig) error{
		o.readHashes, o.readAuthorities, o.readRevocations, o.checkAuthorities, o.readUnits, o.readRoles, o.readAdmins,
	} {
		if err := step(&c); err != nil {
			return nil, fmt.Errorf("MSP %s: %w", o.id, err)
		}
	}
	return o, nil
}

func (o *organisation) readHashes(c *msp.FabricMSPConfig) error {
	switch family := hashFamily(c.GetCryptoConfig().GetSignatureHashFamily()); family {
	case "", sha2Family:
		o.hash = sha2Family
	case sha3Family:
		o.hash = sha3Family
	default:
		return fmt.Errorf("no hash family is called %q", family)
	}
	if name := c.GetCryptoConfig().GetIdentityIdentifierHashFunction(); name != "" && name != "SHA256" {
		return fmt.Errorf("identities hashed with %q aren't verified here, only with SHA256", name)
	}
	return nil
}

// readAuthorities takes roots and intermediates in their low-S form.
func (o *organisation) readAuthorities(c *msp.FabricMSPConfig) error {
	if len(c.GetRootCerts()) == 0 {
		return errors.New("it has no root certificate")
	}
	roots, err := certificates(c.GetRootCerts())
	if err != nil {
		return err
	}
	intermediates, err := certificates(c.GetIntermediateCerts())
	if err != nil {
		return err
	}
	o.roots, o.intermediates = poolOf(roots), poolOf(intermediates)
	for i, cert := range roots {
		if roots[i], err = o.settle(cert); err != nil {
			return err
		}
	}
	for i, cert := range intermediates {
		if intermediates[i], err = o.settle(cert); err != nil {
			return err
		}
	}
	o.roots, o.intermediates = poolOf(roots), poolOf(intermediates)
	o.authorities = slices.Concat(roots, intermediates)
	return nil
}

// checkAuthorities checks that roots and intermediates may issue and aren't revoked.
func (o *organisation) checkAuthorities(c *msp.FabricMSPConfig) error {
	o.issuers = map[string]bool{}
	for i, cert := range o.authorities {
		if !cert.IsCA || len(cert.SubjectKeyId) == 0 {
			return fmt.Errorf("certificate %x isn't an authority's with a subject key id", cert.SerialNumber)
		}
		chain, err := o.chain(cert)
		if err != nil {
			return err
		}
		if len(chain) > 1 {
			if err := o.revoked(cert, chain[1]); err != nil {
				return err
			}
		}
		if i >= len(c.GetRootCerts()) {
			for _, issuer := range chain[1:] {
				o.issuers[string(issuer.Raw)] = true
			}
		}
	}
	return nil
}

func (o *organisation) readRevocations(c *msp.FabricMSPConfig) error {
	for _, raw := range c.GetRevocationList() {
		if block, _ := pem.Decode(raw); block != nil && block.Type == "X509 CRL" {
			raw = block.Bytes
		}
		list, err := x509.ParseRevocationList(raw)
		if err != nil {
			return fmt.Errorf("not a revocation list: %w", err)
		}
		o.revocations = append(o.revocations, list)
	}
	return nil
}

func (o *organisation) readUnits(c *msp.FabricMSPConfig) error {
	o.units = map[string][][]byte{}
	for _, u := range c.GetOrganizationalUnitIdentifiers() {
		certifiers, err := o.certifiers(u.GetCertificate())
		if err != nil {
			return err
		}
		name := u.GetOrganizationalUnitIdentifier()
		o.units[name] = append(o.units[name], certifiers)
	}
	return nil
}

// readRoles reads the units of clients, peers, admins and orderers.
func (o *organisation) readRoles(c *msp.FabricMSPConfig) error {
	o.roles = map[msp.MSPRole_MSPRoleType]unit{}
	of := c.GetFabricNodeOus()
	for role, identifier := range map[msp.MSPRole_MSPRoleType]*msp.FabricOUIdentifier{
		msp.MSPRole_CLIENT: of.GetClientOuIdentifier(), msp.MSPRole_PEER: of.GetPeerOuIdentifier(),
		msp.MSPRole_ADMIN: of.GetAdminOuIdentifier(), msp.MSPRole_ORDERER: of.GetOrdererOuIdentifier(),
	} {
		if identifier == nil {
			continue
		}
		u := unit{name: identifier.GetOrganizationalUnitIdentifier()}
		if len(identifier.GetCertificate()) > 0 {
			var err error
			if u.certifiers, err = o.certifiers(identifier.GetCertificate()); err != nil {
				return err
			}
		}
		o.roles[role] = u
	}
	o.told = of.GetEnable() && len(o.roles) > 0
	return nil
}

func (o *organisation) readAdmins(c *msp.FabricMSPConfig) error {
	certs, err := certificates(c.GetAdmins())
	if err != nil {
		return err
	}
	_, hasUnit := o.roles[msp.MSPRole_ADMIN]
	if len(certs) == 0 && (!o.told || !hasUnit) {
		return errors.New("it names no admins and has no unit for them")
	}
	for i, cert := range certs {
		id, err := o.identity(cert)
		if err != nil {
			return fmt.Errorf("admin %d: %w", i, err)
		}
		switch {
		case !o.told && id.invalid != nil:
			return fmt.Errorf("admin %d: %w", i, id.invalid)
		case o.told && id.hasRole(msp.MSPRole_CLIENT) != nil && id.hasRole(msp.MSPRole_ADMIN) != nil:
			return fmt.Errorf("admin %d is neither client nor admin", i)
		}
		o.admins = append(o.admins, id.cert)
	}
	return nil
}

// certifiers is the digest of an authority's chain, by which a unit names who may certify it.
func (o *organisation) certifiers(raw []byte) ([]byte, error) {
	certs, err := certificates([][]byte{raw})
	if err != nil {
		return nil, err
	}
	cert, err := o.settle(certs[0])
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(o.authorities, cert.Equal) {
		return nil, errors.New("a unit's certifier is neither root nor intermediate")
	}
	chain, err := o.chain(cert)
	if err != nil {
		return nil, err
	}
	if len(chain) > 1 && o.issuers[string(cert.Raw)] {
		return nil, errors.New("a unit's certifier issues other authorities")
	}
	return digestOf(chain), nil
}

func digestOf(chain []*x509.Certificate) []byte {
	h := sha256.New()
	for _, cert := range chain {
		h.Write(cert.Raw)
	}
	return h.Sum(nil)
}

// chain returns a certificate's only chain to a root. It holds as of the second after the certificate's own
// beginning: peers never ask whether it has expired, or blocks would change their meaning with time
// (msp/mspimplvalidate.go).
func (o *organisation) chain(cert *x509.Certificate) ([]*x509.Certificate, error) {
	return onlyChain(cert, x509.VerifyOptions{
		Roots: o.roots, Intermediates: o.intermediates, CurrentTime: cert.NotBefore.Add(time.Second),
	})
}

func onlyChain(cert *x509.Certificate, options x509.VerifyOptions) ([]*x509.Certificate, error) {
	chains, err := cert.Verify(options)
	if err != nil {
		return nil, err
	}
	if len(chains) != 1 {
		return nil, fmt.Errorf("the certificate has %d chains to a root, which leaves open whose it is", len(chains))
	}
	return chains[0], checkNames(chains[0])
}

var hostName = regexp.MustCompile(`^(\*|[A-Za-z0-9_:][A-Za-z0-9_:-]*)(\.[A-Za-z0-9_:][A-Za-z0-9_:-]*)*\.?$`)

// checkNames refuses a host's name as common name under an authority with constraints on names, as Go did
// until 1.14 (msp/mspimpl.go).
func checkNames(chain []*x509.Certificate) error {
	alternative, constraints := "2.5.29.17", "2.5.29.30"
	if len(chain) < 2 || hasExtension(chain[0], alternative) || !hostName.MatchString(chain[0].Subject.CommonName) {
		return nil
	}
	for _, issuer := range chain[1:] {
		if hasExtension(issuer, constraints) {
			return errors.New("the certificate has a host's name, which its issuer constrains, in its common name only")
		}
	}
	return nil
}

func hasExtension(cert *x509.Certificate, id string) bool {
	for _, e := range cert.Extensions {
		if e.Id.String() == id {
			return true
		}
	}
	return false
}

// settle returns the certificate in its low-S form, once it has a chain to a root
// (msp/mspimpl.go, sanitizeCert).
func (o *organisation) settle(cert *x509.Certificate) (*x509.Certificate, error) {
	if !signedWithECDSA(cert) {
		return cert, nil
	}
	if cert.IsCA && cert.CheckSignatureFrom(cert) == nil {
		own, err := lowS(cert, cert)
		if err != nil {
			return nil, err
		}
		_, err = onlyChain(own, x509.VerifyOptions{
			Roots: poolOf([]*x509.Certificate{own}), Intermediates: o.intermediates,
			CurrentTime: cert.NotBefore.Add(time.Second),
		})
		return own, err
	}
	chain, err := o.chain(cert)
	if err != nil {
		return nil, err
	}
	if len(chain) < 2 {
		return nil, errors.New("the certificate is a root that didn't sign itself")
	}
	return lowS(cert, chain[1])
}

// revoked answers an error if the issuer's revocation list in the configuration has the certificate. When it was
// revoked doesn't matter (msp/mspimplvalidate.go).
func (o *organisation) revoked(cert, issuer *x509.Certificate) error {
	if len(issuer.SubjectKeyId) == 0 {
		return errors.New("the issuer has no subject key id")
	}
	for _, list := range o.revocations {
		if list.AuthorityKeyId == nil {
			return errors.New("a revocation list doesn't say whose it is")
		}
		if !bytes.Equal(list.AuthorityKeyId, issuer.SubjectKeyId) ||
			issuer.CheckSignature(list.SignatureAlgorithm, list.RawTBSRevocationList, list.Signature) != nil {
			continue
		}
		for _, r := range list.RevokedCertificateEntries {
			if r.SerialNumber.Cmp(cert.SerialNumber) == 0 {
				return errors.New("the certificate is revoked")
			}
		}
	}
	return nil
}

func certificates(list [][]byte) (certs []*x509.Certificate, err error) {
	for _, raw := range list {
		block, _ := pem.Decode(raw)
		if block == nil {
			return nil, errors.New("a certificate isn't PEM")
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		certs = append(certs, cert)
	}
	return certs, nil
}

func poolOf(certs []*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, cert := range certs {
		pool.AddCert(cert)
	}
	return pool
}

package authority

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"
)

// identity is whom a certificate names, in an organisation of the configuration. That it could be read doesn't
// yet make it a member: invalid says why it is none (msp/mspimplvalidate.go).
type identity struct {
	of        *organisation
	cert      *x509.Certificate // in its low-S form
	certifier []byte            // digest of its chain without itself
	invalid   error
}

// String is the identity for people: its organisation and common name.
func (id *identity) String() string { return id.of.id + "/" + id.cert.Subject.CommonName }

// read makes an identity of its serialized form; an error says that peers can't read it either.
func (o *organisation) read(raw []byte) (*identity, error) {
	if o.idemix {
		return nil, errors.New("members of an idemix organisation aren't verified here")
	}
	if id := o.known[string(raw)]; id != nil {
		return id, nil
	}
	if len(raw) > mostIdentity {
		return nil, fmt.Errorf("a certificate of %d bytes; up to %d are read", len(raw), mostIdentity)
	}
	certs, err := certificates([][]byte{raw})
	if err != nil {
		return nil, err
	}
	id, err := o.identity(certs[0])
	if err != nil {
		return nil, err
	}
	if len(o.known) >= mostKept {
		clear(o.known)
	}
	o.known[string(raw)] = id
	return id, nil
}

func (o *organisation) identity(cert *x509.Certificate) (*identity, error) {
	cert, err := o.settle(cert)
	if err != nil {
		return nil, err
	}
	id := &identity{of: o, cert: cert}
	id.invalid = id.validate()
	return id, nil
}

// validate answers why the identity is no member, or nil.
func (id *identity) validate() error {
	switch id.cert.PublicKeyAlgorithm {
	case x509.ECDSA:
	case x509.Ed25519:
		if !id.of.ed25519 {
			return errors.New("Ed25519 keys need the channel's capability V3_0")
		}
	default:
		return fmt.Errorf("members' keys aren't of type %s", id.cert.PublicKeyAlgorithm)
	}
	if id.cert.IsCA {
		return errors.New("an authority's certificate identifies nobody")
	}
	chain, err := id.of.chain(id.cert)
	if err != nil {
		return err
	}
	if len(chain) < 2 {
		return errors.New("the certificate is a root")
	}
	if id.of.issuers[string(chain[1].Raw)] {
		return errors.New("the certificate's issuer issues other authorities")
	}
	id.certifier = digestOf(chain[1:])
	if err := id.of.revoked(id.cert, chain[1]); err != nil {
		return err
	}
	return id.checkUnits()
}

// checkUnits checks that the identity has one of the organisation's units, and one role.
func (id *identity) checkUnits() error {
	if len(id.of.units) > 0 && !id.inKnownUnit() {
		return fmt.Errorf("none of the units %q is the organisation's", id.cert.Subject.OrganizationalUnit)
	}
	if !id.of.told {
		return nil
	}
	roles := 0
	for _, name := range id.cert.Subject.OrganizationalUnit {
		u, found := id.of.roleOf(name)
		if !found {
			continue
		}
		if len(u.certifiers) > 0 && !bytes.Equal(u.certifiers, id.certifier) {
			return fmt.Errorf("unit %q is certified by another authority", name)
		}
		roles++
	}
	if roles != 1 {
		return fmt.Errorf("the units %q tell %d roles; one is needed", id.cert.Subject.OrganizationalUnit, roles)
	}
	return nil
}

func (id *identity) inKnownUnit() bool {
	for _, name := range id.cert.Subject.OrganizationalUnit {
		for _, certifiers := range id.of.units[name] {
			if bytes.Equal(certifiers, id.certifier) {
				return true
			}
		}
	}
	return false
}

// roleOf returns the role's unit of that name. If two roles have the same, the later of client, peer, admin,
// orderer counts.
func (o *organisation) roleOf(name string) (found unit, ok bool) {
	for _, role := range []msp.MSPRole_MSPRoleType{
		msp.MSPRole_CLIENT, msp.MSPRole_PEER, msp.MSPRole_ADMIN, msp.MSPRole_ORDERER,
	} {
		if u, has := o.roles[role]; has && u.name == name {
			found, ok = u, true
		}
	}
	return found, ok
}

// hasRole answers nil if the certificate's units tell the role.
func (id *identity) hasRole(role msp.MSPRole_MSPRoleType) error {
	u, defined := id.of.roles[role]
	if !id.of.told || !defined {
		return fmt.Errorf("certificates of %s don't tell who is %s", id.of.id, role)
	}
	if id.certifier == nil {
		return errors.New("the certificate has no chain")
	}
	for _, name := range id.cert.Subject.OrganizationalUnit {
		if name == u.name {
			return nil
		}
	}
	return fmt.Errorf("%s is no %s", id, role)
}

// verify checks a signature of the identity's.
func (id *identity) verify(message, signature []byte) error {
	return verify(id.cert.PublicKey, id.of.hash, message, signature)
}

// satisfies answers nil if the identity is whom the principal means (msp/mspimpl.go).
func (id *identity) satisfies(p *msp.MSPPrincipal, depth int) error {
	switch p.GetPrincipalClassification() {
	case msp.MSPPrincipal_ROLE:
		return id.satisfiesRole(p.GetPrincipal())
	case msp.MSPPrincipal_ORGANIZATION_UNIT:
		return id.satisfiesUnit(p.GetPrincipal())
	case msp.MSPPrincipal_IDENTITY:
		return id.satisfiesIdentity(p.GetPrincipal())
	case msp.MSPPrincipal_ANONYMITY:
		var a msp.MSPIdentityAnonymity
		if err := proto.Unmarshal(p.GetPrincipal(), &a); err != nil {
			return err
		}
		if a.GetAnonymityType() != msp.MSPIdentityAnonymity_NOMINAL {
			return fmt.Errorf("%s isn't anonymous", id)
		}
		return nil
	case msp.MSPPrincipal_COMBINED:
		return id.satisfiesAll(p.GetPrincipal(), depth)
	}
	return fmt.Errorf("no principal has classification %d", p.GetPrincipalClassification())
}

func (id *identity) satisfiesRole(raw []byte) error {
	var role msp.MSPRole
	if err := proto.Unmarshal(raw, &role); err != nil {
		return err
	}
	if role.GetMspIdentifier() != id.of.id {
		return fmt.Errorf("%s isn't of %s", id, role.GetMspIdentifier())
	}
	switch role.GetRole() {
	case msp.MSPRole_MEMBER:
		return id.invalid
	case msp.MSPRole_ADMIN:
		for _, admin := range id.of.admins {
			if admin.Equal(id.cert) {
				return nil
			}
		}
		return errors.Join(id.invalid, id.hasRole(msp.MSPRole_ADMIN))
	case msp.MSPRole_CLIENT, msp.MSPRole_PEER:
	case msp.MSPRole_ORDERER:
		if !id.of.told {
			return fmt.Errorf("certificates of %s don't tell who is an orderer", id.of.id)
		}
	default:
		return fmt.Errorf("no role has number %d", role.GetRole())
	}
	return errors.Join(id.invalid, id.hasRole(role.GetRole()))
}

func (id *identity) satisfiesUnit(raw []byte) error {
	var u msp.OrganizationUnit
	if err := proto.Unmarshal(raw, &u); err != nil {
		return err
	}
	if u.GetMspIdentifier() != id.of.id {
		return fmt.Errorf("%s isn't of %s", id, u.GetMspIdentifier())
	}
	if id.invalid != nil {
		return id.invalid
	}
	for _, name := range id.cert.Subject.OrganizationalUnit {
		if name == u.GetOrganizationalUnitIdentifier() && bytes.Equal(id.certifier, u.GetCertifiersIdentifier()) {
			return nil
		}
	}
	return fmt.Errorf("%s isn't in unit %s", id, u.GetOrganizationalUnitIdentifier())
}

func (id *identity) satisfiesIdentity(raw []byte) error {
	var named msp.SerializedIdentity
	if err := proto.Unmarshal(raw, &named); err != nil {
		return err
	}
	if named.GetMspid() != id.of.id {
		return fmt.Errorf("%s isn't of %s", id, named.GetMspid())
	}
	other, err := id.of.read(named.GetIdBytes())
	if err != nil {
		return err
	}
	if !other.cert.Equal(id.cert) {
		return fmt.Errorf("%s isn't %s", id, other)
	}
	return id.invalid
}

func (id *identity) satisfiesAll(raw []byte, depth int) error {
	if depth >= mostCombined {
		return fmt.Errorf("principals are combined more than %d deep", mostCombined)
	}
	var all msp.CombinedPrincipal
	if err := proto.Unmarshal(raw, &all); err != nil {
		return err
	}
	if len(all.GetPrincipals()) == 0 {
		return errors.New("a combined principal combines none")
	}
	for _, p := range all.GetPrincipals() {
		if err := id.satisfies(p, depth+1); err != nil {
			return err
		}
	}
	return nil
}

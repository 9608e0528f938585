package authority

import (
	"crypto/x509"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
)

// TestMembers holds who is a member of an organisation.
func TestMembers(t *testing.T) {
	root, other := newRoot(t, "root"), newRoot(t, "other")
	between := root.intermediate("between")
	revoked := root.member("revoked", "client")
	sales := func(c *msp.FabricMSPConfig) {
		c.OrganizationalUnitIdentifiers = []*msp.FabricOUIdentifier{
			{OrganizationalUnitIdentifier: "sales", Certificate: root.pem()},
		}
	}
	for _, c := range []struct {
		name   string
		cert   *issuer
		change func(*msp.FabricMSPConfig)
		why    string // "" for a member
	}{
		{"a client", root.member("c", "client"), nil, ""},
		{"with more units", root.member("c", "peer", "sales"), nil, ""},
		{"of no role", root.member("c", "sales"), nil, "tell 0 roles"},
		{"of two roles", root.member("c", "client", "peer"), nil, "tell 2 roles"},
		{"of another authority", other.member("c", "client"), nil, "unknown authority"},
		{"the authority itself", root, nil, "an authority's certificate"},
		{"revoked", revoked,
			func(c *msp.FabricMSPConfig) { c.RevocationList = [][]byte{root.revoke(revoked)} }, "revoked"},
		{"revoked by somebody else", revoked,
			func(c *msp.FabricMSPConfig) { c.RevocationList = [][]byte{other.revoke(revoked)} }, ""},
		{"of an intermediate", between.member("c", "client"),
			func(c *msp.FabricMSPConfig) { c.IntermediateCerts = [][]byte{between.pem()} }, ""},
		{"of the root of an intermediate", root.member("c", "client"),
			func(c *msp.FabricMSPConfig) { c.IntermediateCerts = [][]byte{between.pem()} }, "issues other authorities"},
		{"not yet", root.issue(func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = c.NotBefore.AddDate(90, 0, 0), c.NotAfter.AddDate(99, 0, 0)
		}), nil, "expired"},
		{"for another use", root.issue(func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}
		}), nil, "incompatible key usage"},
		{"in no unit of the organisation's", root.member("c", "client"), sales, "is the organisation's"},
		{"in a unit of the organisation's", root.member("c", "client", "sales"), sales, ""},
		{"role certified by the wrong authority", between.member("c", "client"), func(c *msp.FabricMSPConfig) {
			c.RootCerts = append(c.RootCerts, other.pem())
			c.IntermediateCerts = [][]byte{between.pem()}
			c.FabricNodeOus.ClientOuIdentifier.Certificate = other.pem()
		}, "certified by another authority"},
	} {
		o, err := organisationOf(t, "G", root, c.change)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		id, err := o.read(c.cert.pem())
		if err == nil {
			err = id.invalid
		}
		if c.why == "" && err != nil || c.why != "" && (err == nil || !strings.Contains(err.Error(), c.why)) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.why)
		}
	}
}

// TestOrganisations holds which organisations a configuration can't have.
func TestOrganisations(t *testing.T) {
	root, other := newRoot(t, "root"), newRoot(t, "other")
	between := root.intermediate("between")
	for name, change := range map[string]func(*msp.FabricMSPConfig){
		"no root": func(c *msp.FabricMSPConfig) {
			c.RootCerts = nil
		},
		"not PEM": func(c *msp.FabricMSPConfig) {
			c.RootCerts = [][]byte{root.cert.Raw}
		},
		"a member for a root": func(c *msp.FabricMSPConfig) {
			c.RootCerts = [][]byte{root.member("c", "client").pem()}
		},
		"another's intermediate": func(c *msp.FabricMSPConfig) {
			c.IntermediateCerts = [][]byte{other.intermediate("x").pem()}
		},
		"a revoked intermediate": func(c *msp.FabricMSPConfig) {
			c.IntermediateCerts, c.RevocationList = [][]byte{between.pem()}, [][]byte{root.revoke(between)}
		},
		"not a revocation list": func(c *msp.FabricMSPConfig) {
			c.RevocationList = [][]byte{[]byte("no")}
		},
		"a peer for an admin": func(c *msp.FabricMSPConfig) {
			c.Admins = [][]byte{root.member("p", "peer").pem()}
		},
		"no admin": func(c *msp.FabricMSPConfig) {
			c.FabricNodeOus = nil
		},
		"an unknown hash": func(c *msp.FabricMSPConfig) {
			c.CryptoConfig = &msp.FabricCryptoConfig{SignatureHashFamily: "MD5"}
		},
	} {
		if _, err := organisationOf(t, "G", root, change); err == nil {
			t.Errorf("an organisation with %s is taken", name)
		}
	}
}

// TestSignatures holds that S is at most half of the order, in signatures; and that a certificate with either S
// is the same identity.
func TestSignatures(t *testing.T) {
	root := newRoot(t, "root")
	o, err := organisationOf(t, "G", root, nil)
	if err != nil {
		t.Fatal(err)
	}
	holder := root.member("c", "client")
	id, err := o.read(holder.pem())
	if err != nil {
		t.Fatal(err)
	}
	message := []byte("message")
	if err := id.verify(message, holder.sign(message, false)); err != nil {
		t.Error(err)
	}
	for name, signature := range map[string][]byte{
		"a high S": holder.sign(message, true), "another message": holder.sign([]byte("other"), false),
		"another key": root.sign(message, false), "nothing": nil, "no ASN.1": []byte("signature"),
	} {
		if id.verify(message, signature) == nil {
			t.Errorf("a signature with %s verifies", name)
		}
	}
	twin, err := o.read(holder.otherS().pem())
	if err != nil || !twin.cert.Equal(id.cert) {
		t.Errorf("the certificate with the other S is another identity: %v", err)
	}
}

// TestPrincipals holds whom a principal means.
func TestPrincipals(t *testing.T) {
	root := newRoot(t, "root")
	named := root.member("named", "client")
	o, err := organisationOf(t, "G", root, func(c *msp.FabricMSPConfig) { c.Admins = [][]byte{named.pem()} })
	if err != nil {
		t.Fatal(err)
	}
	role := func(of string, role msp.MSPRole_MSPRoleType) *msp.MSPPrincipal {
		return &msp.MSPPrincipal{Principal: marshal(t, &msp.MSPRole{MspIdentifier: of, Role: role})}
	}
	other := func(class msp.MSPPrincipal_Classification, raw []byte) *msp.MSPPrincipal {
		return &msp.MSPPrincipal{PrincipalClassification: class, Principal: raw}
	}
	all := func(list ...*msp.MSPPrincipal) *msp.MSPPrincipal {
		return other(msp.MSPPrincipal_COMBINED, marshal(t, &msp.CombinedPrincipal{Principals: list}))
	}
	client, peer, admin, orderer := root.member("c", "client"), root.member("p", "peer"), root.member("a", "admin"),
		root.member("o", "orderer", "sales")
	deep := role("G", msp.MSPRole_PEER)
	for range mostCombined + 1 {
		deep = all(deep)
	}
	of, err := o.read(orderer.pem())
	if err != nil {
		t.Fatal(err)
	}
	unit := func(certifiers []byte) []byte {
		return marshal(t, &msp.OrganizationUnit{
			MspIdentifier: "G", OrganizationalUnitIdentifier: "sales", CertifiersIdentifier: certifiers,
		})
	}
	identity := marshal(t, &msp.SerializedIdentity{Mspid: "G", IdBytes: peer.pem()})
	for _, c := range []struct {
		name      string
		principal *msp.MSPPrincipal
		who       *issuer
		want      bool
	}{
		{"member", role("G", msp.MSPRole_MEMBER), client, true},
		{"member of another", role("D", msp.MSPRole_MEMBER), client, false},
		{"client", role("G", msp.MSPRole_CLIENT), client, true},
		{"client, a peer", role("G", msp.MSPRole_CLIENT), peer, false},
		{"peer", role("G", msp.MSPRole_PEER), peer, true},
		{"orderer", role("G", msp.MSPRole_ORDERER), orderer, true},
		{"orderer, a peer", role("G", msp.MSPRole_ORDERER), peer, false},
		{"admin by unit", role("G", msp.MSPRole_ADMIN), admin, true},
		{"admin by name", role("G", msp.MSPRole_ADMIN), named, true},
		{"admin, a client", role("G", msp.MSPRole_ADMIN), client, false},
		{"no role", role("G", 99), client, false},
		{"unit", other(msp.MSPPrincipal_ORGANIZATION_UNIT, unit(of.certifier)), orderer, true},
		{"unit of another certifier", other(msp.MSPPrincipal_ORGANIZATION_UNIT, unit(nil)), orderer, false},
		{"unit, not in it", other(msp.MSPPrincipal_ORGANIZATION_UNIT, unit(of.certifier)), peer, false},
		{"identity", other(msp.MSPPrincipal_IDENTITY, identity), peer, true},
		{"identity of somebody else", other(msp.MSPPrincipal_IDENTITY, identity), client, false},
		{"both", all(role("G", msp.MSPRole_PEER), role("G", msp.MSPRole_MEMBER)), peer, true},
		{"one of both", all(role("G", msp.MSPRole_PEER), role("G", msp.MSPRole_CLIENT)), peer, false},
		{"none combined", all(), peer, false},
		{"combined too deep", deep, peer, false},
		{"nominal", other(msp.MSPPrincipal_ANONYMITY, nil), peer, true},
		{"anonymous", other(msp.MSPPrincipal_ANONYMITY,
			marshal(t, &msp.MSPIdentityAnonymity{AnonymityType: msp.MSPIdentityAnonymity_ANONYMOUS})), peer, false},
		{"no class", other(99, nil), peer, false},
	} {
		id, err := o.read(c.who.pem())
		if err != nil {
			t.Fatal(err)
		}
		if err := id.satisfies(c.principal, 0); (err == nil) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Package identity gives every party, peer and orderer of a topology its keys
// and certificates.
//
// An [Issuer] makes them; a [Layout] says where they are, so nothing else cares
// who issued them. Today's issuer is [Cryptogen], which is a test network's: it
// makes each organisation's CA on the spot and leaves the CA's key beside it.
//
// The link between a peer and its chaincode servers has a CA of its own a
// party, whose key is thrown away: nothing but that peer can call them.
package identity

import "path/filepath"

// Layout is a directory tree of identities in the shape that Fabric's programs
// know (peerOrganizations, ordererOrganizations).
type Layout struct{ Root string }

// Material is where the files of one identity are.
type Material struct {
	MSP     string // directory: Fabric's local MSP
	Cert    string // signing certificate
	Key     string // signing key, PKCS #8
	TLSCert string
	TLSKey  string
	TLSCA   string // the CA that issued TLSCert
}

// Link is where the TLS files between a peer and its party's chaincode servers
// are. Both ends show a certificate of CA.
type Link struct{ CA, ServerCert, ServerKey, ClientCert, ClientKey string }

// Party returns the directory of a party's organisation.
func (l Layout) Party(id string) string {
	return filepath.Join(l.Root, "peerOrganizations", id)
}

// CA locates the certificate of the CA that a party's identities come from.
func (l Layout) CA(party string) string {
	return filepath.Join(l.Party(party), "msp", "cacerts", "ca."+party+"-cert.pem")
}

// OrdererOrganisation returns the directory of the orderers' organisation.
func (l Layout) OrdererOrganisation(id string) string {
	return filepath.Join(l.Root, "ordererOrganizations", id)
}

// Peer locates a peer's identity.
func (l Layout) Peer(party, hostname string) Material {
	return node(filepath.Join(l.Party(party), "peers", hostname), hostname)
}

// Orderer locates an orderer's identity.
func (l Layout) Orderer(organisation, hostname string) Material {
	return node(filepath.Join(l.OrdererOrganisation(organisation), "orderers", hostname), hostname)
}

// Admin locates the identity that governs for a party.
func (l Layout) Admin(party string) Material {
	return user(l.Party(party), "Admin@"+party)
}

// Client locates the identity that a party's business programs use.
func (l Layout) Client(party string) Material {
	return user(l.Party(party), "User1@"+party)
}

// OrdererAdmin locates the identity that may join orderers to channels.
func (l Layout) OrdererAdmin(organisation string) Material {
	return user(l.OrdererOrganisation(organisation), "Admin@"+organisation)
}

// ChaincodeLink locates the TLS files between a party's peer and its chaincode.
func (l Layout) ChaincodeLink(party string) Link {
	dir := filepath.Join(l.Party(party), "chaincode")
	return Link{
		CA:         filepath.Join(dir, "ca.crt"),
		ServerCert: filepath.Join(dir, "server.crt"),
		ServerKey:  filepath.Join(dir, "server.key"),
		ClientCert: filepath.Join(dir, "client.crt"),
		ClientKey:  filepath.Join(dir, "client.key"),
	}
}

// node locates a peer's or an orderer's files.
func node(dir, name string) Material { return material(dir, name, "server") }

// user locates a person's or a program's files.
func user(organisation, name string) Material {
	return material(filepath.Join(organisation, "users", name), name, "client")
}

func material(dir, name, tls string) Material {
	return Material{
		MSP:     filepath.Join(dir, "msp"),
		Cert:    filepath.Join(dir, "msp", "signcerts", name+"-cert.pem"),
		Key:     filepath.Join(dir, "msp", "keystore", "priv_sk"),
		TLSCert: filepath.Join(dir, "tls", tls+".crt"),
		TLSKey:  filepath.Join(dir, "tls", tls+".key"),
		TLSCA:   filepath.Join(dir, "tls", "ca.crt"),
	}
}

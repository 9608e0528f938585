// Package profile writes each party's profile.yaml: all that the party's own
// programs need to know of the network, and nothing of tallynet's.
package profile

import (
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"tallystick/network/identity"
	"tallystick/network/topology"
)

// Profile is one party's view of the network. All paths are absolute.
type Profile struct {
	Party      string   `yaml:"party"`
	Name       Name     `yaml:"name"`
	Channel    string   `yaml:"channel"`
	Chaincodes []string `yaml:"chaincodes"`
	// Extra is the topology's profile section, its keys among these.
	Extra map[string]string `yaml:",inline"`

	Identity Identity `yaml:"identity"` // the business programs'
	Admin    Identity `yaml:"admin"`    // the one that governs

	// Peers has the party's own peer first. A party without one gets the others.
	Peers    []Endpoint `yaml:"peers"`
	Orderers []Endpoint `yaml:"orderers"`

	// Trust has every party whose peer endorses.
	Trust []Trust `yaml:"trust"`

	// Packages are the chaincode packages of the party's own peer; none without one.
	Packages []Package `yaml:"packages,omitempty"`
}

// Package is a chaincode's package on the party's peer.
type Package struct {
	Chaincode string `yaml:"chaincode"`
	ID        string `yaml:"id"`
}

// Trust is what a party's endorsements are checked by where there is no network.
type Trust struct {
	Party string `yaml:"party"`
	CA    string `yaml:"ca"` // of the party's identities, not of its TLS
}

// Name is the party's name in two languages.
type Name struct {
	EN string `yaml:"en"`
	ZH string `yaml:"zh"`
}

// Identity names the files of one signing identity.
type Identity struct {
	MSPID string `yaml:"mspId"`
	Cert  string `yaml:"cert"`
	Key   string `yaml:"key"`
}

// Endpoint is where a peer or an orderer is, and how its TLS is checked.
type Endpoint struct {
	Name       string `yaml:"name"`
	Party      string `yaml:"party"`
	Address    string `yaml:"address"` // host:port
	TLSCA      string `yaml:"tlsCA"`
	ServerName string `yaml:"serverName"` // in the certificate
}

// New makes a party's profile.
func New(t *topology.Topology, layout identity.Layout, party topology.Party) Profile {
	p := Profile{
		Party:    party.ID,
		Name:     Name{party.Name.EN, party.Name.ZH},
		Channel:  t.Channel,
		Extra:    t.Profile,
		Identity: signer(party.ID, layout.Client(party.ID)),
		Admin:    signer(party.ID, layout.Admin(party.ID)),
	}
	for _, chaincode := range t.Chaincodes {
		p.Chaincodes = append(p.Chaincodes, chaincode.Name)
	}
	var others []Endpoint
	for _, peer := range t.Peers() {
		at := Endpoint{peer.Name, peer.Party, peer.Address, layout.Peer(peer.Party, peer.Name).TLSCA, peer.Name}
		if peer.Party == party.ID {
			p.Peers = append(p.Peers, at)
		} else {
			others = append(others, at)
		}
	}
	p.Peers = append(p.Peers, others...)
	for _, owner := range t.PeerParties() {
		p.Trust = append(p.Trust, Trust{owner.ID, layout.CA(owner.ID)})
	}
	owner := t.Orderers.Organisation
	for _, o := range t.OrdererNodes() {
		p.Orderers = append(p.Orderers,
			Endpoint{o.Name, owner, o.Address, layout.Orderer(owner, o.Hostname).TLSCA, o.Hostname})
	}
	return p
}

// Write puts every party's profile at <dir>/<party>/profile.yaml, with the packages of its peer.
func Write(t *topology.Topology, layout identity.Layout, dir string, packages map[string][]Package) error {
	for _, party := range t.Parties {
		p := New(t, layout, party)
		p.Packages = packages[party.ID]
		text, err := yaml.Marshal(p)
		if err != nil {
			return fmt.Errorf("profile of %s: %w", party.ID, err)
		}
		home := filepath.Join(dir, party.ID)
		if err := os.MkdirAll(home, 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(home, "profile.yaml"), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func signer(party string, m identity.Material) Identity { return Identity{party, m.Cert, m.Key} }

package network

import (
	"tallystick/network/lifecycle"
	"tallystick/network/profile"
)

// Package is the chaincode package of one party: the id that its peer knows it by.
type Package struct {
	Chaincode string `json:"chaincode"`
	Party     string `json:"party"`
	ID        string `json:"id"`
}

// packagesOf are the packages by party, for their profiles.
func (n *Network) packagesOf() map[string][]profile.Package {
	of := map[string][]profile.Package{}
	for _, p := range n.Packages() {
		of[p.Party] = append(of[p.Party], profile.Package{Chaincode: p.Chaincode, ID: p.ID})
	}
	return of
}

// Packages lists the packages of all chaincodes and parties; none before the keys that are in them have been made.
func (n *Network) Packages() []Package {
	list := []Package{}
	for _, server := range n.Topology.Servers() {
		pkg, err := lifecycle.NewPackage(server, n.Layout.ChaincodeLink(server.Party))
		if err != nil {
			return []Package{}
		}
		list = append(list, Package{server.Chaincode.Name, server.Party, pkg.ID()})
	}
	return list
}

package lifecycle

import (
	"fmt"
	"net"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"tallystick/network/identity"
	"tallystick/network/topology"
)

// adminUser is the name under which the SDK finds the party's admin.
const adminUser = "admin"

type dict = map[string]any

// connectionProfile writes the SDK's configuration for one party's admin.
//
// The channel section lists the party's own peer alone: the SDK asks it, not a
// random one, which may not have joined or may be down. maxTargets is 1 in both
// places because the SDK otherwise waits ten seconds, every other time, for
// answers that it does not need.
func connectionProfile(t *topology.Topology, layout identity.Layout, party string) ([]byte, error) {
	once := dict{"attempts": 1} // tallynet itself asks again, until its own deadline
	profile := dict{
		"version": "1.0.0",
		"client": dict{
			"organization": party,
			"logging":      dict{"level": "critical"}, // errors are returned; logging them says them twice
			"tlsCerts":     dict{"systemCertPool": false},
			// Where the admin's key is already: else the SDK makes a folder
			// "keystore" wherever it is started.
			"credentialStore": dict{"cryptoStore": dict{"path": filepath.Dir(filepath.Dir(layout.Admin(party).Key))}},
		},
		"channels": dict{t.Channel: dict{
			"orderers": ordererNames(t),
			"peers": dict{"peer0." +
				party: dict{"endorsingPeer": true, "chaincodeQuery": true, "ledgerQuery": true, "eventSource": true}},
			"policies": dict{
				"discovery":          dict{"maxTargets": 1, "retryOpts": once},
				"queryChannelConfig": dict{"minResponses": 1, "maxTargets": 1, "retryOpts": once},
				"eventService":       dict{"resolverStrategy": "PreferOrg", "balancer": "Random"},
			},
		}},
		"organizations": organizations(t, layout),
		"orderers":      ordererEndpoints(t, layout),
		"peers":         peerEndpoints(t, layout),
	}
	text, err := yaml.Marshal(profile)
	if err != nil {
		return nil, fmt.Errorf("connection profile of %s: %w", party, err)
	}
	return text, nil
}

func organizations(t *topology.Topology, layout identity.Layout) dict {
	all := dict{}
	for _, peer := range t.Peers() {
		admin := layout.Admin(peer.Party)
		all[peer.Party] = dict{
			"mspid": peer.Party,
			"peers": []string{peer.Name},
			"users": dict{adminUser: dict{"cert": dict{"path": admin.Cert}, "key": dict{"path": admin.Key}}},
		}
	}
	return all
}

func peerEndpoints(t *topology.Topology, layout identity.Layout) dict {
	all := dict{}
	for _, peer := range t.Peers() {
		all[peer.Name] = endpoint(peer.Address, layout.Peer(peer.Party, peer.Name).TLSCA)
	}
	return all
}

func ordererEndpoints(t *topology.Topology, layout identity.Layout) dict {
	all := dict{}
	for _, orderer := range t.OrdererNodes() {
		all[orderer.Name] = endpoint(orderer.Address, layout.Orderer(t.Orderers.Organisation, orderer.Hostname).TLSCA)
	}
	return all
}

func endpoint(address, tlsCA string) dict {
	host, _, _ := net.SplitHostPort(address)
	return dict{
		"url":         address,
		"tlsCACerts":  dict{"path": tlsCA},
		"grpcOptions": dict{"ssl-target-name-override": host, "fail-fast": true},
	}
}

func ordererNames(t *topology.Topology) []string {
	var names []string
	for _, orderer := range t.OrdererNodes() {
		names = append(names, orderer.Name)
	}
	return names
}

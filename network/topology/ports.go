package topology

import (
	"fmt"
	"net"
	"sort"
	"strconv"
	"strings"
)

// Ports derive from the base port b, so that two networks with bases 1000
// apart never meet:
//
//	b+0 …    orderers          b+100·p      the p-th peer (p = 1, 2, …)
//	b+20 …   their admin       b+100·p+1    its operations
//	b+40 …   their operations  b+100·p+2    where it listens for chaincode
//	                           b+100·p+3 …  the programs of its party
//	                           b+100·p+10 … the chaincode servers of its party
const (
	adminOffset      = 20
	operationsOffset = 40
	partySpan        = 100
	programOffset    = 3
	serverOffset     = 10

	// MaxOrderers and MaxChaincodes are what the derived ports leave room for.
	MaxOrderers   = 20
	MaxChaincodes = 90
)

// Orderer is one node of the ordering service.
type Orderer struct {
	Name       string // "orderer0": the process
	Hostname   string // "orderer0.O": the name in its certificate
	Number     int    // 1 and up: its consenter id
	Address    string // host:port of broadcast, deliver and consensus
	Admin      string // host:port of channel participation, mutual TLS
	Operations string // host:port of health and metrics, mutual TLS
}

// Peer is one party's peer.
type Peer struct {
	Name       string // "peer0.G": the process and the name in its certificate
	Party      string
	Address    string
	Operations string
	// Chaincode is where the peer waits for chaincode to call it. Ours is called
	// instead, but a peer cannot be told not to listen.
	Chaincode string
}

// Server is one party's process for one chaincode.
type Server struct {
	Name      string // "tally.G": the process
	Party     string
	Chaincode Chaincode
	Address   string
}

// OrdererNodes lists the ordering service's nodes.
func (t *Topology) OrdererNodes() []Orderer {
	nodes := make([]Orderer, t.Orderers.Count)
	for i := range nodes {
		name := fmt.Sprintf("orderer%d", i)
		nodes[i] = Orderer{
			Name:       name,
			Hostname:   name + "." + t.Orderers.Organisation,
			Number:     i + 1,
			Address:    t.address(name, i),
			Admin:      t.address(name+".admin", adminOffset+i),
			Operations: t.address(name+".operations", operationsOffset+i),
		}
	}
	return nodes
}

// Peers lists the peers in the order of their parties.
func (t *Topology) Peers() []Peer {
	var peers []Peer
	for i, party := range t.PeerParties() {
		name := "peer0." + party.ID
		first := partySpan * (i + 1)
		peers = append(peers, Peer{
			Name:       name,
			Party:      party.ID,
			Address:    t.address(name, first),
			Operations: t.address(name+".operations", first+1),
			Chaincode:  t.address(name+".chaincode", first+2),
		})
	}
	return peers
}

// Servers lists the chaincode processes, party by party.
func (t *Topology) Servers() []Server {
	var servers []Server
	for i, party := range t.PeerParties() {
		for j, chaincode := range t.Chaincodes {
			name := chaincode.Name + "." + party.ID
			servers = append(servers, Server{
				Name:      name,
				Party:     party.ID,
				Chaincode: chaincode,
				Address:   t.address(name, partySpan*(i+1)+serverOffset+j),
			})
		}
	}
	return servers
}

// address joins the host with an endpoint's port: the override, or the base
// port plus the offset.
func (t *Topology) address(endpoint string, offset int) string {
	return net.JoinHostPort(t.Host, strconv.Itoa(t.port(endpoint, offset)))
}

func (t *Topology) port(endpoint string, offset int) int {
	for name, port := range t.Ports { // viper has folded the names to lower case
		if strings.EqualFold(name, endpoint) {
			return port
		}
	}
	return t.BasePort + offset
}

// Endpoints maps the name of every endpoint to its host:port.
func (t *Topology) Endpoints() map[string]string {
	endpoints := map[string]string{}
	for _, o := range t.OrdererNodes() {
		endpoints[o.Name] = o.Address
		endpoints[o.Name+".admin"] = o.Admin
		endpoints[o.Name+".operations"] = o.Operations
	}
	for _, p := range t.Peers() {
		endpoints[p.Name] = p.Address
		endpoints[p.Name+".operations"] = p.Operations
		endpoints[p.Name+".chaincode"] = p.Chaincode
	}
	for _, s := range t.Servers() {
		endpoints[s.Name] = s.Address
	}
	for _, r := range t.ProgramRuns() {
		endpoints[r.Name] = r.Address
	}
	return endpoints
}

// endpointNames returns the endpoints' names, sorted.
func (t *Topology) endpointNames() []string {
	var names []string
	for name := range t.Endpoints() {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

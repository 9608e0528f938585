// Package genesis makes the channel's first block: who the members are, what
// each may do, and how the orderers agree.
//
// Its policies are plain signature policies where Fabric's samples use
// "ANY Writers" over the organisations: an implicit policy checks a signature
// once for every organisation it tries, which cost a fifth of the throughput.
// The price is that Readers, Writers and the endorsement policies have to be
// rewritten when a party joins.
package genesis

import (
	_ "embed"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"tallystick/network/identity"
	"tallystick/network/topology"
)

// Profile is the name of the one profile in the rendered configtx.yaml.
const Profile = "Alliance"

//go:embed configtx.yaml.tmpl
var configtxText string

var configtx = template.Must(template.New("configtx.yaml").Funcs(template.FuncMap{
	"host": func(address string) (string, error) { host, _, err := net.SplitHostPort(address); return host, err },
	"port": func(address string) (string, error) { _, port, err := net.SplitHostPort(address); return port, err },
}).Parse(configtxText))

// view is what the template sees.
type view struct {
	*topology.Topology
	layout  identity.Layout
	Profile string
}

// RenderConfigtx writes configtxgen's input for a topology whose identities are
// in the layout.
func RenderConfigtx(t *topology.Topology, layout identity.Layout) (string, error) {
	var out strings.Builder
	if err := configtx.Execute(&out, view{t, layout, Profile}); err != nil {
		return "", fmt.Errorf("render configtx.yaml: %w", err)
	}
	return out.String(), nil
}

// poolBytes is the most that requests waiting at one BFT orderer take of its memory.
const poolBytes = 1 << 29

// leastPool is room for some 500 transactions a second: one waits for a block interval or so.
const leastPool = 128

// PoolSize is how many requests wait at a BFT orderer; more have to wait outside.
// Fabric counts them, whatever their size, so the number follows from the largest.
func (v view) PoolSize() int { return max(leastPool, poolBytes/int(v.Orderers.Batch.AbsoluteMax)) }

// BFT says which consensus section applies.
func (v view) BFT() bool { return v.Orderers.Consensus == topology.BFT }

// MSP returns the directory of a party's verifying MSP.
func (v view) MSP(party string) string { return filepath.Join(v.layout.Party(party), "msp") }

// OrdererMSP returns the directory of the orderers' verifying MSP.
func (v view) OrdererMSP() string {
	return filepath.Join(v.layout.OrdererOrganisation(v.Orderers.Organisation), "msp")
}

// Consenter locates the certificates of one orderer.
func (v view) Consenter(o topology.Orderer) identity.Material {
	return v.layout.Orderer(v.Orderers.Organisation, o.Hostname)
}

// PeerOf returns the peer of a party, or none.
func (v view) PeerOf(party string) []topology.Peer {
	return slices.DeleteFunc(v.Peers(), func(p topology.Peer) bool { return p.Party != party })
}

// Readers is the policy of everyone who may follow the channel: all parties'
// people, programs and peers, and the orderers, who catch up from each other.
func (v view) Readers() string {
	return anyOf(v.roles(func(p topology.Party) []string {
		if p.Peer {
			return []string{"client", "peer", "admin"}
		}
		return []string{"client", "admin"}
	}))
}

// Writers is the policy of everyone whose transactions the orderers accept: the
// clients and admins of the parties that are not read-only. An admin writes
// when it approves a chaincode.
func (v view) Writers() string {
	return anyOf(v.roles(func(p topology.Party) []string {
		if p.ReadOnly {
			return nil
		}
		return []string{"client", "admin"}
	}))
}

// roles lists the principals of all parties, then of the orderers.
func (v view) roles(of func(topology.Party) []string) []string {
	var principals []string
	for _, party := range v.Parties {
		for _, role := range of(party) {
			principals = append(principals, principal(party.ID, role))
		}
	}
	return append(principals,
		principal(v.Orderers.Organisation, "orderer"), principal(v.Orderers.Organisation, "admin"))
}

func principal(id, role string) string { return fmt.Sprintf("'%s.%s'", id, role) }

func anyOf(principals []string) string { return "OR(" + strings.Join(principals, ",") + ")" }

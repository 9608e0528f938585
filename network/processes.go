package network

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tallystick/network/lifecycle"
	"tallystick/network/node"
	"tallystick/network/process"
	"tallystick/network/toolchain"
	"tallystick/network/topology"
)

// Names lists all processes of the topology: orderers, peers, chaincode
// servers, then the parties' programs.
func (n *Network) Names() []string {
	var names []string
	for _, o := range n.Topology.OrdererNodes() {
		names = append(names, o.Name)
	}
	for _, p := range n.Topology.Peers() {
		names = append(names, p.Name)
	}
	for _, s := range n.Topology.Servers() {
		names = append(names, s.Name)
	}
	for _, r := range n.Topology.ProgramRuns() {
		names = append(names, r.Name)
	}
	return names
}

// Known refuses a name that no process of the topology has.
func (n *Network) Known(name string) error {
	names := n.Names()
	for _, known := range names {
		if known == name {
			return nil
		}
	}
	return fmt.Errorf("no process %q; there are %s", name, strings.Join(names, ", "))
}

// specs writes the nodes' configuration and says how to run every process but
// the programs'. The identities must exist.
func (n *Network) specs(programs toolchain.Programs) ([]process.Spec, error) {
	builder := filepath.Join(n.Dir, "builder")
	if err := node.WriteBuilder(builder); err != nil {
		return nil, err
	}
	var specs []process.Spec
	owner := n.Topology.Orderers.Organisation
	for _, o := range n.Topology.OrdererNodes() {
		spec, err := node.Orderer{
			Orderer: o, Organisation: owner, Identity: n.Layout.Orderer(owner, o.Hostname),
			Dir: filepath.Join(n.Dir, "orderers", o.Name), Logging: n.Topology.Logging,
		}.Prepare(programs.Orderer())
		if err != nil {
			return nil, err
		}
		spec.Memory = uint64(n.Topology.Memory.Orderer)
		specs = append(specs, spec)
	}
	for _, p := range n.Topology.Peers() {
		spec, err := node.Peer{
			Peer: p, Channel: n.Topology.Channel, Identity: n.Layout.Peer(p.Party, p.Name),
			Dir: filepath.Join(n.Dir, "peers", p.Name), Builder: builder, Logging: n.Topology.Logging,
		}.Prepare(programs.Peer())
		if err != nil {
			return nil, err
		}
		spec.Memory = uint64(n.Topology.Memory.Peer)
		specs = append(specs, spec)
	}
	for _, s := range n.Topology.Servers() {
		spec, err := n.serverSpec(s)
		if err != nil {
			return nil, err
		}
		specs = append(specs, spec)
	}
	return specs, nil
}

// serverSpec says how to run a chaincode server.
func (n *Network) serverSpec(s topology.Server) (process.Spec, error) {
	link := n.Layout.ChaincodeLink(s.Party)
	pkg, err := lifecycle.NewPackage(s, link)
	if err != nil {
		return process.Spec{}, err
	}
	spec := lifecycle.ServerSpec(s, pkg, link)
	spec.Memory = uint64(n.Topology.Memory.Chaincode)
	return spec, nil
}

// checkPrograms refuses a topology that names programs which are not there,
// before anything is built or started.
func (n *Network) checkPrograms() error {
	for _, p := range n.Topology.Programs {
		if _, err := os.Stat(p.Program); errors.Is(err, fs.ErrNotExist) {
			return &process.MissingError{Name: "program " + p.Name, Program: p.Program}
		}
	}
	for _, c := range n.Topology.Chaincodes {
		if _, err := os.Stat(c.Program); errors.Is(err, fs.ErrNotExist) {
			return &process.MissingError{Name: "chaincode " + c.Name, Program: c.Program}
		}
		if err := lifecycle.CheckPolicy(c.Policy); err != nil {
			return fmt.Errorf("chaincode %s: policy %q: %w", c.Name, c.Policy, err)
		}
	}
	return nil
}

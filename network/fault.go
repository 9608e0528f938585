package network

import (
	"context"
	"fmt"
	"path/filepath"

	"tallystick/network/internal/wait"
	"tallystick/network/lifecycle"
	"tallystick/network/topology"
)

// KillProcess ends one process as a crash would.
func (n *Network) KillProcess(ctx context.Context, name string) error {
	if err := n.Known(name); err != nil {
		return err
	}
	return n.Table.Kill(ctx, name)
}

// StartProcess starts one process again and waits until it answers: an orderer
// its admin, a peer its party's admin, a chaincode server its peer, a program at
// its URL.
func (n *Network) StartProcess(ctx context.Context, name string, report Reporter) error {
	if err := n.Known(name); err != nil {
		return err
	}
	if !n.claimed() {
		return fmt.Errorf("there is no network in %s; `tallynet up` makes one", n.Dir)
	}
	return n.exclusively(func() error { return n.startProcess(ctx, name, report) })
}

func (n *Network) startProcess(ctx context.Context, name string, report Reporter) error {
	programs, err := n.Tools(ctx, report)
	if err != nil {
		return err
	}
	specs, err := n.specs(programs)
	if err != nil {
		return err
	}
	for _, r := range n.Topology.ProgramRuns() {
		if r.Name != name {
			continue
		}
		spec, err := n.programSpec(r)
		if err != nil {
			return err
		}
		specs = append(specs, spec)
	}
	for _, spec := range specs {
		if spec.Name != name {
			continue
		}
		report.Step(name)
		if _, err := n.Table.Start(spec); err != nil {
			return err
		}
	}
	return n.watching(ctx, []string{name}, func(ctx context.Context) error { return n.awaitProcess(ctx, name) })
}

func (n *Network) awaitProcess(ctx context.Context, name string) error {
	for _, node := range n.Topology.OrdererNodes() {
		if node.Name == name {
			return n.joinOrderer(ctx, node, nil) // it is in the channel; this waits until it is active
		}
	}
	for _, peer := range n.Topology.Peers() {
		if peer.Name == name {
			return n.awaitPeer(ctx, peer.Party, func(ctx context.Context, admin *lifecycle.Admin) error {
				_, err := admin.Joined(ctx)
				return err
			})
		}
	}
	for _, server := range n.Topology.Servers() {
		if server.Name == name {
			return n.awaitServer(ctx, server)
		}
	}
	for _, r := range n.Topology.ProgramRuns() {
		if r.Name == name {
			return n.awaitProgram(ctx, r)
		}
	}
	return nil
}

// awaitServer waits until the chaincode answers its party's peer.
func (n *Network) awaitServer(ctx context.Context, server topology.Server) error {
	return n.awaitPeer(ctx, server.Party, func(ctx context.Context, admin *lifecycle.Admin) error {
		return admin.Answers(ctx, server.Chaincode.Name)
	})
}

func (n *Network) awaitPeer(ctx context.Context, party string,
	condition func(context.Context, *lifecycle.Admin) error) error {
	admin, err := lifecycle.Open(n.Topology, n.Layout, party)
	if err != nil {
		return err
	}
	defer admin.Close()
	return wait.Until(ctx, "peer0."+party+" answers", func(ctx context.Context) error { return condition(ctx, admin) })
}

// RestartChaincode replaces the servers of one party by new ones, on the same
// ports and with the same TLS files, and waits until they answer.
//
// chaincode limits it to one; empty means all of the party's. program runs
// another program than the topology's, until the next restart or Up: that is
// how a party that endorses something else is played.
func (n *Network) RestartChaincode(ctx context.Context, party, chaincode, program string, report Reporter) error {
	if _, err := n.Topology.Party(party); err != nil {
		return err
	}
	servers, err := n.serversAt(party, chaincode)
	if err != nil {
		return err
	}
	if !n.claimed() {
		return fmt.Errorf("there is no network in %s; `tallynet up` makes one", n.Dir)
	}
	return n.exclusively(func() error {
		for _, server := range servers {
			report.Step(server.Name)
			if err := n.restartServer(ctx, server, program); err != nil {
				return err
			}
		}
		return nil
	})
}

// serversAt lists a party's servers of one chaincode, or of all.
func (n *Network) serversAt(party, chaincode string) ([]topology.Server, error) {
	var found []topology.Server
	for _, server := range n.Topology.Servers() {
		if server.Party == party && (chaincode == "" || server.Chaincode.Name == chaincode) {
			found = append(found, server)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s serves no chaincode %s; only parties with a peer serve", party, chaincode)
	}
	return found, nil
}

func (n *Network) restartServer(ctx context.Context, server topology.Server, program string) error {
	if program != "" {
		absolute, err := filepath.Abs(program)
		if err != nil {
			return err
		}
		server.Chaincode.Program = absolute
	}
	spec, err := n.serverSpec(server)
	if err != nil {
		return err
	}
	if err := n.Table.Stop(ctx, Grace, server.Name); err != nil {
		return err
	}
	if _, err := n.Table.Start(spec); err != nil {
		return err
	}
	return n.watching(ctx, []string{server.Name}, func(ctx context.Context) error { return n.awaitServer(ctx, server) })
}

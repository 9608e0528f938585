package network

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"tallystick/network/internal/wait"
	"tallystick/network/lifecycle"
	"tallystick/network/participation"
	"tallystick/network/topology"
)

// joinOrderers brings every orderer into the channel and waits until all are
// active and one of them leads.
func (n *Network) joinOrderers(ctx context.Context) error {
	block, err := os.ReadFile(n.block.File())
	if err != nil {
		return err
	}
	group, within := errgroup.WithContext(ctx)
	for _, node := range n.Topology.OrdererNodes() {
		group.Go(func() error { return n.joinOrderer(within, node, block) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return wait.Until(ctx, "orderers elect a leader", func(ctx context.Context) error {
		leader, err := n.Leader(ctx)
		if err == nil && leader == "" {
			err = errors.New("no orderer leads yet")
		}
		return err
	})
}

func (n *Network) joinOrderer(ctx context.Context, node topology.Orderer, block []byte) error {
	orderer, err := n.openOrderer(node)
	if err != nil {
		return err
	}
	defer orderer.Close()
	return n.watching(ctx, []string{node.Name}, func(ctx context.Context) error {
		return wait.Until(ctx, node.Name+" takes part in "+n.Topology.Channel, func(ctx context.Context) error {
			status, err := orderer.Channel(ctx, n.Topology.Channel)
			switch {
			case errors.Is(err, participation.ErrNotJoined):
				return errors.Join(err, orderer.Join(ctx, n.Topology.Channel, block))
			case err == nil && status.Status != "active":
				return fmt.Errorf("%s is %s", node.Name, status.Status)
			}
			return err
		})
	})
}

// openOrderer prepares to speak to an orderer as its organisation's admin.
func (n *Network) openOrderer(node topology.Orderer) (*participation.Orderer, error) {
	return participation.Open(node.Admin, node.Operations, n.Layout.OrdererAdmin(n.Topology.Orderers.Organisation))
}

// Leader names the orderer that leads, or "" while none does.
func (n *Network) Leader(ctx context.Context) (string, error) {
	nodes := n.Topology.OrdererNodes()
	var last error
	for _, node := range nodes {
		leads, err := n.leaderBy(ctx, node, nodes)
		if leads != "" {
			return leads, nil
		}
		last = errors.Join(last, err)
	}
	return "", last
}

// leaderBy asks one orderer who leads: a BFT orderer knows the leader's number,
// a Raft orderer only whether it is the one.
func (n *Network) leaderBy(ctx context.Context, node topology.Orderer, nodes []topology.Orderer) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	orderer, err := n.openOrderer(node)
	if err != nil {
		return "", err
	}
	defer orderer.Close()
	if n.Topology.Orderers.Consensus == topology.BFT {
		number, err := orderer.BFTLeader(ctx, n.Topology.Channel)
		if err != nil || number < 1 || number > len(nodes) {
			return "", err
		}
		return nodes[number-1].Name, nil
	}
	leads, err := orderer.RaftLeader(ctx, n.Topology.Channel)
	if err != nil || !leads {
		return "", err
	}
	return node.Name, nil
}

// admins are the admins of all peer-owning parties.
type admins []*lifecycle.Admin

// openAdmins signs them all in.
func (n *Network) openAdmins() (admins, error) {
	var all admins
	for _, party := range n.Topology.PeerParties() {
		admin, err := lifecycle.Open(n.Topology, n.Layout, party.ID)
		if err != nil {
			all.close()
			return nil, err
		}
		all = append(all, admin)
	}
	return all, nil
}

func (all admins) close() {
	for _, admin := range all {
		admin.Close()
	}
}

// joinPeers brings every peer into the channel.
func (n *Network) joinPeers(ctx context.Context, all admins) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, admin := range all {
		group.Go(func() error {
			name := "peer0." + admin.Party
			return n.watching(ctx, []string{name}, func(ctx context.Context) error {
				return wait.Until(ctx, name+" joins "+n.Topology.Channel, admin.Join)
			})
		})
	}
	return group.Wait()
}

// awaitGossip waits until every peer sees the peers of all parties.
func (n *Network) awaitGossip(ctx context.Context, all admins) error {
	var parties []string
	for _, admin := range all {
		parties = append(parties, admin.Party)
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, admin := range all {
		group.Go(func() error {
			return wait.Until(ctx, "gossip", func(ctx context.Context) error { return admin.Sees(ctx, parties) })
		})
	}
	return group.Wait()
}

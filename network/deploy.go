package network

import (
	"context"

	"golang.org/x/sync/errgroup"

	"tallystick/network/lifecycle"
)

// deploy brings all chaincodes to all parties: installs while the peers find
// each other, then definitions, then a first endorsement.
func (n *Network) deploy(ctx context.Context, admins admins, report Reporter) error {
	deployments, err := n.deployments(admins)
	if err != nil {
		return err
	}
	report.Step("packages and gossip")
	group, within := errgroup.WithContext(ctx)
	group.Go(func() error { return n.awaitGossip(within, admins) })
	for _, d := range deployments {
		group.Go(func() error { return d.Install(within) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	report.Step("chaincode definitions")
	if err := forEach(ctx, deployments, lifecycle.Deployment.Agree); err != nil {
		return err
	}
	report.Step("first endorsements")
	return forEach(ctx, deployments, func(d lifecycle.Deployment, ctx context.Context) error {
		return n.watching(ctx, n.serversOf(d.Chaincode.Name), func(ctx context.Context) error { return d.AwaitReady(ctx) })
	})
}

// deployments pairs every chaincode with each party's package for it.
func (n *Network) deployments(admins admins) ([]lifecycle.Deployment, error) {
	var all []lifecycle.Deployment
	for _, chaincode := range n.Topology.Chaincodes {
		d := lifecycle.Deployment{Chaincode: chaincode, Admins: admins, Packages: map[string]lifecycle.Package{}}
		for _, server := range n.Topology.Servers() {
			if server.Chaincode.Name != chaincode.Name {
				continue
			}
			pkg, err := lifecycle.NewPackage(server, n.Layout.ChaincodeLink(server.Party))
			if err != nil {
				return nil, err
			}
			d.Packages[server.Party] = pkg
		}
		all = append(all, d)
	}
	return all, nil
}

func (n *Network) serversOf(chaincode string) []string {
	var names []string
	for _, s := range n.Topology.Servers() {
		if s.Chaincode.Name == chaincode {
			names = append(names, s.Name)
		}
	}
	return names
}

// forEach works on all deployments at once.
func forEach(ctx context.Context, all []lifecycle.Deployment, work func(lifecycle.Deployment, context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, d := range all {
		group.Go(func() error { return work(d, ctx) })
	}
	return group.Wait()
}

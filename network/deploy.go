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
		if d.Chaincode.Name == d.Program { // the parties' definitions use the same package
			group.Go(func() error { return d.Install(within) })
		}
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
		return n.watching(ctx, n.serversOf(d.Program), func(ctx context.Context) error { return d.AwaitReady(ctx) })
	})
}

// deployments pairs every definition with each party's package for it.
func (n *Network) deployments(admins admins) ([]lifecycle.Deployment, error) {
	var all []lifecycle.Deployment
	for _, chaincode := range n.Topology.Chaincodes {
		packages := map[string]lifecycle.Package{}
		for _, server := range n.Topology.Servers() {
			if server.Chaincode.Name != chaincode.Name {
				continue
			}
			pkg, err := lifecycle.NewPackage(server, n.Layout.ChaincodeLink(server.Party))
			if err != nil {
				return nil, err
			}
			packages[server.Party] = pkg
		}
		for _, definition := range n.Topology.Definitions(chaincode) {
			all = append(all, lifecycle.Deployment{Chaincode: definition, Program: chaincode.Name, Admins: admins,
				Packages: packages})
		}
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
func forEach(ctx context.Context, all []lifecycle.Deployment,
	work func(lifecycle.Deployment, context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, d := range all {
		group.Go(func() error { return work(d, ctx) })
	}
	return group.Wait()
}

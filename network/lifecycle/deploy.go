package lifecycle

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"tallystick/network/internal/wait"
	"tallystick/network/topology"
)

// Deployment is one chaincode definition on its way to all peer-owning parties.
type Deployment struct {
	Chaincode topology.Chaincode
	Program   string // name of the topology's chaincode whose package and servers it uses
	Admins    []*Admin
	Packages  map[string]Package // by party
}

// Install puts every party's package on its peer. What is there stays.
func (d Deployment) Install(ctx context.Context) error {
	return d.each(ctx, func(ctx context.Context, a *Admin) error {
		return a.install(ctx, d.Packages[a.Party])
	})
}

// Agree has every party approve the chaincode's definition and commits it. It
// takes up where an interrupted run stopped: consents that were given count,
// and a definition that is committed and unchanged is only approved by those
// whose package is new. A changed version, policy or collection becomes the next
// sequence.
func (d Deployment) Agree(ctx context.Context) error {
	want, err := define(d.Chaincode)
	if err != nil {
		return err
	}
	committed, err := d.Admins[0].committed(ctx, want.Name)
	if err != nil && !errors.Is(err, errNotCommitted) {
		return err
	}
	want = want.next(committed)
	err = d.each(ctx, func(ctx context.Context, a *Admin) error {
		return a.approve(ctx, want, d.Packages[a.Party].ID())
	})
	if err != nil || want.Sequence == committed.Sequence {
		return err
	}
	if err := d.awaitApprovals(ctx, want); err != nil {
		return err
	}
	if err := d.Admins[0].commit(ctx, want, d.peers()); err != nil {
		return err
	}
	return d.awaitCommitted(ctx, want)
}

// awaitApprovals waits until every peer has every approval in its state: the
// commit is endorsed by all of them and must come out the same.
func (d Deployment) awaitApprovals(ctx context.Context, want Definition) error {
	return d.each(ctx, func(ctx context.Context, a *Admin) error {
		return wait.Until(ctx, "approvals of "+want.Name, func(ctx context.Context) error {
			return a.approvals(ctx, want, d.parties())
		})
	})
}

func (d Deployment) awaitCommitted(ctx context.Context, want Definition) error {
	return d.each(ctx, func(ctx context.Context, a *Admin) error {
		return wait.Until(ctx, "commit of "+want.Name, func(ctx context.Context) error {
			have, err := a.committed(ctx, want.Name)
			if err == nil && have.Sequence < want.Sequence {
				err = fmt.Errorf("%s is at sequence %d, not %d", a.peer, have.Sequence, want.Sequence)
			}
			return err
		})
	})
}

// AwaitReady waits until the chaincode answers every party's peer and every
// peer can name endorsers enough for its policy.
func (d Deployment) AwaitReady(ctx context.Context) error {
	return d.each(ctx, func(ctx context.Context, a *Admin) error {
		return wait.Until(ctx, d.Chaincode.Name+" endorses", func(ctx context.Context) error {
			if err := a.Answers(ctx, d.Chaincode.Name); err != nil {
				return err
			}
			return a.CanEndorse(ctx, d.Chaincode.Name)
		})
	})
}

// each works for all admins at once and returns the first error.
func (d Deployment) each(ctx context.Context, work func(context.Context, *Admin) error) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, admin := range d.Admins {
		group.Go(func() error { return work(ctx, admin) })
	}
	return group.Wait()
}

func (d Deployment) parties() []string {
	var parties []string
	for _, a := range d.Admins {
		parties = append(parties, a.Party)
	}
	return parties
}

func (d Deployment) peers() []string {
	var peers []string
	for _, a := range d.Admins {
		peers = append(peers, a.peer)
	}
	return peers
}

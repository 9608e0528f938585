package network

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"tallystick/network/genesis"
	"tallystick/network/identity"
	"tallystick/network/process"
	"tallystick/network/profile"
	"tallystick/network/toolchain"
)

// Grace is how long a process may take to end by itself.
const Grace = 3 * time.Second

// Reporter hears how far a long command is.
type Reporter interface {
	// Step says that a step begins, and so that the one before is done.
	Step(what string)
	// Detail says where the step is, as in "built 120 packages".
	Detail(text string)
}

// Tools builds Fabric's programs unless they are cached.
func (n *Network) Tools(ctx context.Context, report Reporter) (toolchain.Programs, error) {
	report.Step("Fabric's programs")
	if n.noTools != nil {
		return toolchain.Programs{}, n.noTools
	}
	programs, built, err := n.tools.Ensure(ctx, report.Detail)
	if err == nil && !built {
		report.Detail("cached")
	}
	return programs, err
}

// Up makes the network run as its topology says and returns when an endorsement
// works across all peer-owning parties and their programs are ready. What runs and is right is left alone, a
// process that died is started again, one that runs something else than the
// topology says is replaced, and a ledger that exists is kept. From then on a
// supervisor starts again what dies.
//
// Refused: a missing program, a port in use, a topology whose genesis
// block would be another ([genesis.ErrTopologyChanged]), a directory with other
// things in it, and another tallynet at work there.
func (n *Network) Up(ctx context.Context, report Reporter) error {
	if err := n.checkPrograms(); err != nil {
		return err
	}
	if err := n.claim(); err != nil {
		return err
	}
	return n.exclusively(func() error {
		err := n.up(ctx, report)
		if errors.Is(err, genesis.ErrTopologyChanged) {
			return fmt.Errorf("%w: put it back, or start over with `tallynet reset` (which removes the ledger)", err)
		}
		if err != nil {
			return fmt.Errorf(
				"%w\nthe network is half up: `tallynet up` goes on from here, `tallynet reset` starts over", err)
		}
		return nil
	})
}

func (n *Network) up(ctx context.Context, report Reporter) error {
	programs, err := n.Tools(ctx, report)
	if err != nil {
		return err
	}
	if n.Patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, n.Patience,
			fmt.Errorf("%s passed; --timeout allows more", n.Patience))
		defer cancel()
	}
	report.Step("identities")
	if err := identity.Ensure(ctx, identity.Cryptogen{Program: programs.Cryptogen()}, n.Topology,
		n.Layout); err != nil {
		return err
	}
	report.Step("genesis block")
	if err := n.block.Ensure(ctx, programs.Configtxgen(), n.Topology, n.Layout); err != nil {
		return err
	}
	report.Step("processes")
	if err := n.startAll(ctx, programs, report); err != nil {
		return err
	}
	report.Step("orderers")
	if err := n.joinOrderers(ctx); err != nil {
		return err
	}
	admins, err := n.openAdmins()
	if err != nil {
		return err
	}
	defer admins.close()
	report.Step("peers")
	if err := n.joinPeers(ctx, admins); err != nil {
		return err
	}
	if err := n.deploy(ctx, admins, report); err != nil {
		return err
	}
	if err := profile.Write(n.Topology, n.Layout, filepath.Join(n.Dir, "parties"), n.packagesOf()); err != nil {
		return err
	}
	return n.startPrograms(ctx, report)
}

// startAll ends what nobody remembers, and starts all but the programs.
func (n *Network) startAll(ctx context.Context, programs toolchain.Programs, report Reporter) error {
	specs, err := n.specs(programs)
	if err != nil {
		return err
	}
	if n.Tallynet != "" {
		specs = append(specs, n.supervisorSpec())
	}
	if _, err := n.Table.EndOrphans(ctx, Grace); err != nil {
		return err
	}
	return n.start(ctx, specs, report)
}

// start starts those of some processes that don't run, and replaces those that run something else.
func (n *Network) start(ctx context.Context, specs []process.Spec, report Reporter) error {
	var outdated []string
	for _, spec := range specs {
		_, state, err := n.Table.Lookup(spec.Name)
		if err != nil {
			return err
		}
		current, err := n.Table.Current(spec)
		if err != nil {
			return err
		}
		if state == process.Running && !current {
			outdated = append(outdated, spec.Name)
		}
	}
	if err := n.Table.Stop(ctx, Grace, outdated...); err != nil {
		return err
	}
	started := 0
	for _, spec := range specs {
		isNew, err := n.Table.Start(spec)
		if err != nil {
			return err
		}
		if isNew {
			started++
		}
	}
	report.Detail(
		fmt.Sprintf("%d started, %d of them replaced, %d ran already", started, len(outdated), len(specs)-started))
	return nil
}

// Package network makes a Fabric network run from one topology file: native
// processes, no Docker. It knows Fabric and nothing of points.
//
// A [Network] is a topology and a state directory. Everything that the network
// is stands in that directory, so any later call takes up where an earlier one
// stopped, whether that finished or not:
//
//	crypto/    keys and certificates          run/   what was started, and its pid
//	genesis/   the channel's first block      logs/  a log a process
//	orderers/  peers/  ledgers                parties/<id>/profile.yaml  for clients
//	builder/   the peers' external builder
package network

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"tallystick/network/genesis"
	"tallystick/network/identity"
	"tallystick/network/process"
	"tallystick/network/toolchain"
	"tallystick/network/topology"
)

// Network is one network on this machine.
type Network struct {
	Topology *topology.Topology
	Dir      string // absolute
	Layout   identity.Layout
	Table    process.Table
	// Patience bounds how long Up waits for the network; 0 is for ever. Building
	// Fabric's programs is not counted.
	Patience time.Duration

	// Tallynet is the program that supervises the others once Up has returned; with
	// none, what dies stays dead until the next Up.
	Tallynet string

	tools   toolchain.Source
	noTools error // why tools can't be found; only who starts something needs them
	block   genesis.Block
}

// Open reads the topology and finds the network's state in dir, or in .run
// beside the topology if dir is empty. Nothing is created yet.
func Open(topologyFile, dir string) (*Network, error) {
	t, err := topology.Load(topologyFile)
	if err != nil {
		return nil, err
	}
	beside := filepath.Dir(t.File)
	if dir == "" {
		dir = filepath.Join(beside, ".run")
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	tools, missing := FindTools(beside)
	return &Network{
		Topology: t,
		Dir:      dir,
		Layout:   identity.Layout{Root: filepath.Join(dir, "crypto")},
		Table:    process.Table{Records: filepath.Join(dir, "run"), Logs: filepath.Join(dir, "logs")},
		tools:    tools,
		noTools:  missing,
		block:    genesis.Block{Dir: filepath.Join(dir, "genesis"), Channel: t.Channel},
	}, nil
}

// FindTools finds the pins of Fabric's programs from the working directory, the
// given one, or the running program's own.
func FindTools(beside string) (toolchain.Source, error) {
	var from []string
	if here, err := os.Getwd(); err == nil {
		from = append(from, here)
	}
	from = append(from, beside)
	if exe, err := os.Executable(); err == nil {
		from = append(from, filepath.Dir(exe))
	}
	return toolchain.Find(from...)
}

// marker is the file that makes a directory a network's: without it reset
// removes nothing and up starts nothing.
const marker = ".tallynet"

// contents lists what a network keeps in its directory; reset removes these.
var contents = []string{"crypto", "crypto.partial", "genesis", "orderers", "peers", "builder", "run", "logs", "parties"}

// claim makes the directory the network's, unless it is somebody else's.
func (n *Network) claim() error {
	mark := filepath.Join(n.Dir, marker)
	if _, err := os.Stat(mark); err == nil {
		return nil
	}
	entries, err := os.ReadDir(n.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s is not empty and not a network's; choose another --dir", n.Dir)
	}
	if err := os.MkdirAll(n.Dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(mark, []byte("state of a tallynet network; `tallynet reset` removes it\n"), 0o600)
}

// claimed says whether the directory is a network's.
func (n *Network) claimed() bool {
	_, err := os.Stat(filepath.Join(n.Dir, marker))
	return err == nil
}

// Made says whether the network has been made: whether there is anything to reset.
func (n *Network) Made() bool { return n.claimed() }

// busy is how long the supervisor may keep others waiting while it starts what died.
const busy = 2 * time.Second

// exclusively runs work while no other tallynet changes the network.
func (n *Network) exclusively(work func() error) error { return n.alone(busy, work) }

// alone is exclusively, if the network is free within so long.
func (n *Network) alone(within time.Duration, work func() error) error {
	lock := flock.New(filepath.Join(n.Dir, marker))
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	ok, err := lock.TryLockContext(ctx, 20*time.Millisecond)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("lock %s: %w", n.Dir, err)
	}
	if !ok {
		return fmt.Errorf("another tallynet is at work in %s; wait for it", n.Dir)
	}
	defer lock.Unlock()
	return work()
}

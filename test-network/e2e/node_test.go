//go:build e2e

package e2e

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/client/gateway"
	"tallystick/client/index"
)

// node is a gateway of a party's. Who acts or asks by it knows what everybody did on its network before, as people who
// tell each other do: its peer may be blocks behind theirs, and is waited for. What its Gateway is asked directly knows
// only what the peer knows; those who race each other ask so.
type node struct {
	*gateway.Gateway
	of *network
	at sight // blocks that its peer was found to have
}

// sight is how many blocks somebody on a network has seen.
type sight struct{ atomic.Uint64 }

// know says that somebody has seen so many blocks.
func (s *sight) know(height uint64) {
	for before := s.Load(); before < height && !s.CompareAndSwap(before, height); before = s.Load() {
	}
}

// patience is how long a test waits for what must come.
const patience = 3 * time.Minute

// level waits until the node's peer has what anybody has seen.
func (n *node) level(ctx context.Context) error {
	want := n.of.seen.Load()
	if n.at.Load() >= want {
		return nil
	}
	n.AtLeast(want)
	for deadline := time.Now().Add(patience); ; {
		_, err := n.Gateway.Query().Cycle(ctx)
		if err == nil {
			n.at.know(want)
			return nil
		}
		if fault.CodeOf(err) != fault.Unavailable || ctx.Err() != nil || time.Now().After(deadline) {
			return err
		}
		breathe(ctx)
	}
}

// tell has others know what the node's peer has.
func (n *node) tell() {
	height := n.Height()
	n.at.know(height)
	n.of.seen.know(height)
}

// Do carries out a command.
func (n *node) Do(ctx context.Context, request string, req command.Request) (command.Receipt, error) {
	if err := n.level(ctx); err != nil {
		return command.Receipt{}, err
	}
	r, err := n.Gateway.Do(ctx, request, req)
	n.tell()
	return r, err
}

// Run carries out a batch.
func (n *node) Run(ctx context.Context, id string, commands []command.Command) (gateway.Outcome, error) {
	if err := n.level(ctx); err != nil {
		return gateway.Outcome{}, err
	}
	ran, err := n.Gateway.Run(ctx, id, commands)
	n.tell()
	return ran, err
}

// Single carries out a command outside of lanes.
func (n *node) Single(ctx context.Context, request string, req command.Request) (command.Receipt, error) {
	n.AtLeast(n.of.seen.Load())
	r, err := n.Gateway.Single(ctx, request, req)
	n.tell()
	return r, err
}

// SinglePrivate carries out a command with what its parties alone may see.
func (n *node) SinglePrivate(ctx context.Context, request string, req command.Request,
	private map[string][]byte) (command.Receipt, error) {
	n.AtLeast(n.of.seen.Load())
	r, err := n.Gateway.SinglePrivate(ctx, request, req, private)
	n.tell()
	return r, err
}

// Query asks the node's peer.
func (n *node) Query() gateway.Query {
	n.AtLeast(n.of.seen.Load())
	return n.Gateway.Query()
}

// Sync brings a reader up to the last block.
func (n *node) Sync(ctx context.Context, r gateway.Reader) error {
	n.AtLeast(n.of.seen.Load())
	err := n.Gateway.Sync(ctx, r)
	n.of.seen.know(r.Height())
	return err
}

// dial opens a gateway with a state directory of its own.
func (n *network) dial(ctx context.Context, party, state, lanes string) (*node, error) {
	cfg, err := n.config(party, state, lanes)
	if err != nil {
		return nil, err
	}
	g, err := gateway.Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &node{Gateway: g, of: n}, nil
}

// open opens a party's gateway for a test.
func (n *network) open(t *testing.T, party, lanes string) *node {
	t.Helper()
	g, err := n.dial(t.Context(), party, t.TempDir(), lanes)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// everywhere waits until all peers have what anybody has seen.
func (n *network) everywhere(t *testing.T) {
	t.Helper()
	for _, party := range []string{"G", "D", "F"} {
		if err := n.open(t, party, "").level(t.Context()); err != nil {
			t.Fatalf("%s's peer: %v", party, err)
		}
	}
}

// models are the parties' read models, which all tests of a network share.
type models struct {
	mu sync.Mutex
	of map[string]*index.Index
	at map[string]*index.Reading // the last one of each
}

// model is a party's read model, as it was last brought up.
func (n *network) model(party string) (*index.Index, error) {
	n.models.mu.Lock()
	defer n.models.mu.Unlock()
	if ix := n.models.of[party]; ix != nil {
		return ix, nil
	}
	ix, err := index.Open(filepath.Join(filepath.Dir(n.dir), "model-"+party+".db"))
	if err != nil {
		return nil, err
	}
	if n.models.of == nil {
		n.models.of, n.models.at = map[string]*index.Index{}, map[string]*index.Reading{}
	}
	n.models.of[party] = ix
	return ix, nil
}

// reading closes a party's last reading, and opens one of what there is now.
func (m *models) reading(party string, ix *index.Index) (r *index.Reading, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if last := m.at[party]; last != nil {
		delete(m.at, party)
		if err := last.Close(); err != nil {
			return nil, err
		}
	}
	if r, err = ix.At(context.Background(), 0); err == nil {
		m.at[party] = r
	}
	return r, err
}

// close closes the read models.
func (m *models) close() (err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.at {
		err = errors.Join(err, r.Close())
	}
	for _, ix := range m.of {
		err = errors.Join(err, ix.Close())
	}
	m.of, m.at = nil, nil
	return err
}

// read brings the read model of a party up to now, and reads it. The party's next reading takes the place of this one:
// what is compared with later must be asked before.
func read(t *testing.T, g *node) *index.Reading {
	t.Helper()
	ix, err := g.of.model(g.Party())
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Sync(t.Context(), ix); err != nil {
		t.Fatal(err)
	}
	r, err := g.of.models.reading(g.Party(), ix)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// breathe lets who is waited for have the processor before it is asked again.
func breathe(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Millisecond):
	}
}

// await waits until something is so.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	began := time.Now()
	for tick := time.NewTicker(20 * time.Millisecond); !so(); <-tick.C {
		if time.Since(began) > patience {
			t.Fatalf("%s: not in %s", what, patience)
		}
	}
}

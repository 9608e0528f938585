package node

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"tallystick/chaincode/fault"
	"tallystick/client/config"
	"tallystick/client/gateway"
	"tallystick/client/index"
	"tallystick/client/lanes"
	"tallystick/client/store"
	"tallystick/client/vault"
)

// Node is one party's node: its gateway to the ledger, its read model, its vault and what it has of its own,
// each opened once. All methods may
// be called from many goroutines.
type Node struct {
	cfg     config.Config
	gateway *gateway.Gateway
	model   *readModel
	feeds   feeds         // that imports use
	feeding sync.Map      // sources of imports that it feeds now
	prices  sync.Map      // of programmes, by their ids
	desk    chan struct{} // held by the call that is at the books
	offline bool          // it isn't connected
	keeper  *lanes.Keeper // of its part of the lanes that the party's processes share; nil if it shares none

	leaveLanes func() error

	mu    sync.Mutex
	vault *vault.Vault
	own   *store.Store
}

// Option changes how a node is opened.
type Option func(*Node)

// Following has the read model follow the ledger from when the node is opened: what is asked then waits for the blocks
// that the node has seen, instead of bringing the read model up itself. It is for a node that runs on; without it, each
// reading asks a peer for what there is.
func Following() Option { return func(n *Node) { n.model.following = true } }

// Open connects a party's node. It writes the lanes of its configuration, or, where the party's processes share them,
// its part of all. Its read model and its vault are opened when they are first needed. A watch may be nil.
func Open(ctx context.Context, cfg config.Config, log *slog.Logger, watch Watch, options ...Option) (*Node, error) {
	settings := []gateway.Option{gateway.WithLog(log)}
	if cfg.SharesLanes() {
		settings = append(settings, gateway.Shared())
	}
	g, err := gateway.Open(ctx, cfg, settings...)
	if err != nil {
		return nil, err
	}
	n := nodeOf(cfg, g, watch)
	for _, o := range options {
		o(n)
	}
	err = n.model.begin()
	if err == nil && cfg.SharesLanes() {
		err = n.shareLanes(ctx, log)
	}
	if err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

// Offline is a party's node that isn't connected, for what needs no network, such as files, the vault, and dry runs.
// What asks the ledger is UNAVAILABLE.
func Offline(cfg config.Config) *Node {
	n := nodeOf(cfg, gateway.Unconnected(cfg), nil)
	n.offline = true
	return n
}

func nodeOf(cfg config.Config, g *gateway.Gateway, watch Watch) *Node {
	if watch == nil {
		watch = unwatched{}
	}
	return &Node{cfg: cfg, gateway: g, feeds: byGateway{g}, model: newModel(cfg.IndexAt(), g, watch),
		desk: make(chan struct{}, 1), leaveLanes: func() error { return nil }}
}

// Party is whose node it is.
func (n *Node) Party() string { return n.cfg.Party }

// Config is the party's configuration.
func (n *Node) Config() config.Config { return n.cfg }

// Connected says whether the node was opened with a network.
func (n *Node) Connected() bool { return !n.offline }

// EnterBooks waits until no other call is at the party's books, or until the context ends. The caller leaves them.
func (n *Node) EnterBooks(ctx context.Context) (leave func(), err error) {
	select {
	case n.desk <- struct{}{}:
		return func() { <-n.desk }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Query asks the ledger, by a peer.
func (n *Node) Query() gateway.Query { return n.gateway.Query() }

// Height is how many blocks the node has seen.
func (n *Node) Height() uint64 { return n.gateway.Height() }

// AtLeast has questions, readings and single commands wait for so many blocks, such as the Height of another node's
// receipt.
func (n *Node) AtLeast(height uint64) { n.gateway.AtLeast(height) }

// Reach waits until the node has seen so many blocks: the Height of another node's receipt. UNAVAILABLE if ctx ends
// before. Unlike AtLeast it binds nobody else: a height that never comes is its caller's loss alone.
func (n *Node) Reach(ctx context.Context, height uint64) error {
	if height > 0 && n.offline {
		return fault.New(fault.Unavailable, "this node isn't connected, and has no blocks")
	}
	return n.gateway.Reach(ctx, height)
}

// Gateway is for what a request id of the caller's doesn't stand for: imports, which are known by their source, and the
// founding, of which there is one. Everything else goes through [Node.Send], [Node.Once] and [Node.Begin].
func (n *Node) Gateway() *gateway.Gateway { return n.gateway }

// Vault opens the party's vault, or makes it if there is none.
func (n *Node) Vault() (*vault.Vault, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.vault == nil {
		v, err := vault.Open(n.cfg.VaultAt(), n.cfg.Party)
		if err != nil {
			return nil, err
		}
		n.vault = v
	}
	return n.vault, nil
}

// Store opens what the node has of its own, or makes it if there is none.
func (n *Node) Store(ctx context.Context) (*store.Store, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.own == nil {
		own, err := store.Open(ctx, n.cfg.StoreAt())
		if err != nil {
			return nil, err
		}
		n.own = own
	}
	return n.own, nil
}

// Answers says whether the node's databases answer, and its read model has what the ledger has.
func (n *Node) Answers(ctx context.Context) error {
	own, err := n.Store(ctx)
	if err != nil {
		return err
	}
	if _, err := own.One(ctx, "SELECT 1", nil, new(int)); err != nil {
		return err
	}
	_, err = Ask(ctx, n, func(r *index.Reading) (uint64, error) { return r.Height(), nil })
	return err
}

// Close disconnects, and closes what was opened.
func (n *Node) Close() error {
	n.model.end()
	err := errors.Join(n.leaveLanes(), n.gateway.Close(), n.model.close())
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.vault != nil {
		err = errors.Join(err, n.vault.Close())
	}
	if n.own != nil {
		err = errors.Join(err, n.own.Close())
	}
	return err
}

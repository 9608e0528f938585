package node

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"tallystick/client/config"
	"tallystick/client/gateway"
	"tallystick/client/index"
	"tallystick/client/vault"
)

// Node is one party's node: its gateway to the ledger, its read model and its vault, each opened once. All methods may be
// called from many goroutines.
type Node struct {
	cfg   config.Config
	log   *slog.Logger
	watch Watch
	least uint64        // blocks that what is asked must have
	desk  chan struct{} // held by the one who is at the books

	mu      sync.Mutex
	gateway *gateway.Gateway // nil until it is connected
	vault   *vault.Vault
	index   *index.Index
}

// New makes a party's node, which connects as soon as an operation needs the network, and opens its read model and its
// vault when they are first needed. A watch may be nil. Answers are of least blocks or more.
func New(cfg config.Config, log *slog.Logger, watch Watch, least uint64) *Node {
	if watch == nil {
		watch = unwatched{}
	}
	return &Node{cfg: cfg, log: log, watch: watch, least: least, desk: make(chan struct{}, 1)}
}

// Connect connects the node to its peers, once. [Op.Do] does so.
func (n *Node) Connect(ctx context.Context) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.connect(ctx)
}

// connect is Connect, with the lock held.
func (n *Node) connect(ctx context.Context) error {
	if n.gateway != nil {
		return nil
	}
	g, err := gateway.Open(ctx, n.cfg, gateway.WithLog(n.log))
	if err != nil {
		return err
	}
	g.AtLeast(n.least)
	n.gateway = g
	return nil
}

// Party is whose node it is.
func (n *Node) Party() string { return n.cfg.Party }

// Query asks the ledger, by a peer.
func (n *Node) Query() gateway.Query { return n.gateway.Query() }

// Height is how many blocks the node has seen.
func (n *Node) Height() uint64 { return n.gateway.Height() }

// Gateway is for what a request id of the caller's doesn't stand for: imports, which are known by their source, and the
// founding, of which there is one. Everything else goes through [Node.Send], [Node.Once] and [Node.Begin].
func (n *Node) Gateway() *gateway.Gateway { return n.gateway }

// Vault opens the party's vault, or makes it if there is none.
func (n *Node) Vault() (*vault.Vault, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.vault == nil {
		v, err := vault.Open(n.cfg.State, n.cfg.Party)
		if err != nil {
			return nil, err
		}
		n.vault = v
	}
	return n.vault, nil
}

// Close disconnects, and closes what was opened.
func (n *Node) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	var err error
	if n.gateway != nil {
		err = n.gateway.Close()
	}
	if n.index != nil {
		err = errors.Join(err, n.index.Close())
	}
	if n.vault != nil {
		err = errors.Join(err, n.vault.Close())
	}
	return err
}

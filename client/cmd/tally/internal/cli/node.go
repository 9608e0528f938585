package cli

import (
	"cmp"
	"context"
	"crypto/x509"
	"os"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/config"
	"tallystick/client/node"
	"tallystick/client/remote"
)

// Node is the party's node that a command asks: one that is opened in this process, or one that runs as a process of
// its own (tallyd).
type Node struct {
	here  *node.Node   // nil for one that runs elsewhere
	there *remote.Node // nil for one in this process
	least uint64       // blocks that one elsewhere must have
}

// Do performs an operation by a node, wherever it is: with the same request, answer and refusals.
func Do[Req, Ans any](ctx context.Context, n *Node, op node.Op[Req, Ans], c *node.Call, req Req) (Ans, error) {
	if n.there == nil {
		return op.Do(ctx, n.here, c, req)
	}
	c.Least = max(c.Least, n.least)
	return remote.Do(ctx, n.there, op, c, req)
}

// Ask performs an operation that only asks.
func Ask[Req, Ans any](ctx context.Context, n *Node, op node.Op[Req, Ans], req Req) (Ans, error) {
	return Do(ctx, n, op, &node.Call{}, req)
}

// Elsewhere says whether the node is another process: what a request can't carry, such as a file to write to, doesn't
// reach it.
func (n *Node) Elsewhere() bool { return n.there != nil }

// close closes a node that was opened in this process.
func (n *Node) close() error {
	if n.there != nil {
		return nil
	}
	return n.here.Close()
}

// InProcess is what --node says for a node in this process.
const InProcess = "none"

// running finds the node that runs for the party: the one that --node or the profile names; else the one that serves
// the socket in the party's state directory. Nil if there is none, or --node is none: then the command opens the
// party's node in this process.
func (a *App) running() (*Node, error) {
	at := a.node
	switch at.URL {
	case InProcess:
		return nil, nil
	case "":
		cfg, err := a.Config(nil)
		if err != nil {
			return nil, err
		}
		if cfg.Node.URL == "" {
			return a.served(cfg)
		}
		at = config.Node{URL: cfg.Node.URL, Key: cmp.Or(at.Key, cfg.Node.Key), Trust: cmp.Or(at.Trust, cfg.Node.Trust)}
	}
	return a.dial(at)
}

// Running finds the node that runs for the party, nil if none does.
func (a *App) Running() (*remote.Node, error) {
	n, err := a.running()
	if err != nil || n == nil {
		return nil, err
	}
	return n.there, nil
}

// served is the node that serves the socket in a party's state directory, nil if none does. UNAVAILABLE if nobody can
// tell: a command beside a node might take long to find out that they hinder each other.
func (a *App) served(cfg config.Config) (*Node, error) {
	there, err := remote.There(cfg.SocketPath())
	if err != nil {
		return nil, fault.New(fault.Unavailable, "whether a node runs can't be found out: %v; --node none asks none", err)
	}
	if !there {
		return nil, nil
	}
	return &Node{there: remote.Socket(cfg.SocketPath(), remote.Of(cfg.Party)), least: a.height}, nil
}

// dial reaches a node over HTTPS.
func (a *App) dial(at config.Node) (*Node, error) {
	key, err := apiKey(at.Key)
	if err != nil {
		return nil, err
	}
	options := []remote.Option{remote.Key(key)}
	if at.Trust != "" {
		pool, err := trusted(at.Trust)
		if err != nil {
			return nil, err
		}
		options = append(options, remote.Trust(pool))
	}
	party, err := a.meant()
	if err != nil {
		return nil, err
	}
	if party != "" {
		options = append(options, remote.Of(party))
	}
	n, err := remote.Dial(at.URL, options...)
	if err != nil {
		return nil, err
	}
	return &Node{there: n, least: a.height}, nil
}

// meant is whose node the caller means, "" if nobody says.
func (a *App) meant() (string, error) {
	if a.profile == "" {
		return a.as, nil
	}
	cfg, err := a.Config(nil)
	return cfg.Party, err
}

// apiKey is the API key in a file that its owner alone can read; without one, that in $TALLY_API_KEY.
func apiKey(path string) (string, error) {
	if path == "" {
		key := strings.TrimSpace(os.Getenv("TALLY_API_KEY"))
		if key == "" {
			return "", fault.New(fault.BadRequest,
				"a node at a URL wants an API key: --node-key FILE, or $TALLY_API_KEY; tallyd key add makes one")
		}
		return key, nil
	}
	if err := config.CheckSecret("--node-key "+path, path, 0o077); err != nil {
		return "", err
	}
	text, err := bounds.File(path, bounds.Key)
	return strings.TrimSpace(string(text)), err
}

// trusted reads the certificates by which a node's own is trusted.
func trusted(path string) (*x509.CertPool, error) {
	text, err := bounds.File(path, bounds.Key)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fault.New(fault.BadRequest, "--node-trust: %s has no certificate in PEM", path)
	}
	return pool, nil
}

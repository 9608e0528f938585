package access

import (
	"context"
	"crypto/tls"
	"encoding/hex"
	"strings"
	"sync/atomic"
	"time"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/client/config"
	"tallystick/client/node"
	"tallystick/client/store"
)

// Guard knows who asks a node, and keeps what is to be known of it. All methods may be called from many goroutines.
type Guard struct {
	Keys      *Keyring
	Log       Log
	Approvals Approvals

	node    *node.Node
	own     *store.Store
	desk    *desk
	refused refusals
	clock   func() time.Time
	now     atomic.Pointer[settings]
}

// settings are what the configuration says of who may, which can change while the node runs.
type settings struct {
	machines *Machines
	people   *People
	rules    map[string]config.Approval // by operation
	place    *time.Location             // of days
	kept     config.Kept
}

// NewGuard opens what a node keeps of who asks, and reads its configuration.
func NewGuard(ctx context.Context, n *node.Node) (*Guard, error) {
	own, err := n.Store(ctx)
	if err != nil {
		return nil, err
	}
	g := &Guard{Keys: NewKeyring(own), Log: NewLog(own), Approvals: NewApprovals(n, own), node: n, own: own,
		desk: &desk{own: own}, clock: time.Now}
	return g, g.Configure(n.Config().Serve)
}

// Configure has another configuration count from now on: who isn't in it any more is refused. If it can't be used, the
// one before stays.
func (g *Guard) Configure(cfg config.Serve) error {
	made, err := settingsOf(cfg)
	if err == nil {
		g.now.Store(made)
	}
	return err
}

// CheckConfig refuses a configuration that can't be used.
func CheckConfig(cfg config.Serve) error {
	_, err := settingsOf(cfg)
	return err
}

func settingsOf(cfg config.Serve) (*settings, error) {
	machines, err := NewMachines(cfg)
	if err != nil {
		return nil, err
	}
	people, err := NewPeople(cfg)
	if err != nil {
		return nil, err
	}
	place, err := time.LoadLocation(cfg.Place)
	if err != nil {
		return nil, fault.New(fault.BadRequest, "serve.place: %v", err)
	}
	s := &settings{machines: machines, people: people, rules: map[string]config.Approval{}, place: place,
		kept: cfg.Kept.Whole()}
	for _, rule := range cfg.Approvals {
		s.rules[rule.Operation] = rule
	}
	return s, nil
}

// place is where days are counted.
func (g *Guard) place() *time.Location { return g.now.Load().place }

// Kept is for how long what has ended is kept.
func (g *Guard) Kept() config.Kept { return g.now.Load().kept }

// Rule is the rule of an operation whose requests a second person may have to approve.
func (g *Guard) Rule(operation string) (rule config.Approval, there bool) {
	rule, there = g.now.Load().rules[operation]
	return rule, there
}

// Body is the keyed hash of what a request names, by which it is known again: whoever hasn't the vault's key can't try
// what it may have been.
func (g *Guard) Body(m node.Meaning) (string, error) {
	v, err := g.node.Vault()
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(v.Hash(codec.Encode(m))), nil
}

// TLS is how a server has to be reached, so that machines can show their certificates: base, and what the configuration
// says when a connection begins.
func (g *Guard) TLS(base *tls.Config) *tls.Config {
	c := base.Clone()
	c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		return g.now.Load().machines.Ask(base), nil
	}
	return c
}

var errNobody = fault.New(fault.Forbidden, "say who you are: Authorization: Bearer, and an API key or a token")

// Caller finds out who asks, by what he says of himself in the header Authorization, or by the certificate that he
// shows if he says nothing. FORBIDDEN for whom nobody knows.
func (g *Guard) Caller(ctx context.Context, said []string, shown *tls.ConnectionState) (Caller, error) {
	if len(said) == 0 && shown != nil && len(shown.PeerCertificates) > 0 {
		return g.now.Load().machines.Find(shown, time.Now())
	}
	if len(said) != 1 {
		return Caller{}, errNobody
	}
	scheme, text, _ := strings.Cut(said[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return Caller{}, errNobody
	}
	if text = strings.TrimSpace(text); IsToken(text) {
		return g.now.Load().people.Find(ctx, text)
	}
	return g.Keys.Find(ctx, text)
}

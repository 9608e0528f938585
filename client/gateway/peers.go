package gateway

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"

	"tallystick/client/bounds"
	"tallystick/client/config"
)

const (
	maxMessage = 200 << 20       // bytes: a block of full batches
	downFor    = 3 * time.Second // how long a peer that failed is passed over
)

// peer is one peer of the profile.
type peer struct {
	name  string
	party string
	conn  *grpc.ClientConn
	gw    *client.Gateway
	sign  identity.Sign
	down  time.Time // passed over until then
}

// peers chooses which peer to talk to: the first of the profile, which is the
// party's own, unless it failed just now.
type peers struct {
	mu  sync.Mutex
	all []*peer
}

func dialAll(cfg config.Config) (*peers, error) {
	id, sign, err := loadIdentity(cfg.Identity)
	if err != nil {
		return nil, err
	}
	p := &peers{}
	for _, at := range cfg.Peers {
		one, err := dial(at, id, sign)
		if err != nil {
			p.close()
			return nil, err
		}
		p.all = append(p.all, one)
	}
	return p, nil
}

func dial(at config.Endpoint, id identity.Identity, sign identity.Sign) (*peer, error) {
	ca, err := bounds.File(at.TLSCA, bounds.Key)
	if err != nil {
		return nil, fmt.Errorf("gateway: %s: %w", at.Name, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		return nil, fmt.Errorf("gateway: %s: %s holds no certificate", at.Name, at.TLSCA)
	}
	conn, err := grpc.NewClient(at.Address,
		grpc.WithTransportCredentials(credentials.NewClientTLSFromCert(pool, at.ServerName)),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)),
		// Peers cut off clients that ping more often than once a minute.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: time.Minute, Timeout: 20 * time.Second}),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff: backoff.Config{
				BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second,
			},
			MinConnectTimeout: 3 * time.Second,
		}))
	if err != nil {
		return nil, fmt.Errorf("gateway: %s: %w", at.Name, err)
	}
	gw, err := client.Connect(id, client.WithSign(sign), client.WithClientConnection(conn))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("gateway: %s: %w", at.Name, err), conn.Close())
	}
	return &peer{name: at.Name, party: at.Party, conn: conn, gw: gw, sign: sign}, nil
}

func loadIdentity(from config.Identity) (identity.Identity, identity.Sign, error) {
	certPEM, err := bounds.File(from.Cert, bounds.Key)
	if err != nil {
		return nil, nil, fmt.Errorf("gateway: identity: %w", err)
	}
	cert, err := identity.CertificateFromPEM(certPEM)
	if err != nil {
		return nil, nil, fmt.Errorf("gateway: identity: %w", err)
	}
	id, err := identity.NewX509Identity(from.MSP, cert)
	if err != nil {
		return nil, nil, fmt.Errorf("gateway: identity: %w", err)
	}
	keyPEM, err := bounds.File(from.Key, bounds.Key)
	if err != nil {
		return nil, nil, fmt.Errorf("gateway: identity: %w", err)
	}
	key, err := identity.PrivateKeyFromPEM(keyPEM)
	if err != nil {
		return nil, nil, errors.New("gateway: identity: the key file holds no private key in PEM")
	}
	sign, err := identity.NewPrivateKeySign(key)
	if err != nil {
		return nil, nil, fmt.Errorf("gateway: identity: %w", err)
	}
	return id, sign, nil
}

// pick returns the first peer that isn't down; if all are, the one that has
// been down longest.
func (p *peers) pick() *peer {
	p.mu.Lock()
	defer p.mu.Unlock()
	best, now := p.all[0], time.Now()
	for _, one := range p.all {
		if !one.down.After(now) {
			return one
		}
		if one.down.Before(best.down) {
			best = one
		}
	}
	return best
}

// own returns a peer of a party, the first if it has several; nil if none.
func (p *peers) own(party string) *peer {
	if i := slices.IndexFunc(p.all, func(one *peer) bool { return one.party == party }); i >= 0 {
		return p.all[i]
	}
	return nil
}

// failed passes a peer over for a while.
func (p *peers) failed(one *peer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	one.down = time.Now().Add(downFor)
}

func (p *peers) close() {
	for _, one := range p.all {
		_ = one.gw.Close()   // cancels a context
		_ = one.conn.Close() // nothing is in flight that matters
	}
}

package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/protobuf/proto"

	"tallystick/client/config"
)

// How many transactions a control keeps under way: those of one command, and
// those of hundreds, which are at their best so (16: 34,000 keys a second; 48:
// 44,000; 128: 41,000, and each waits for 3 s).
const (
	inFlight     = 128
	bulkInFlight = 48
)

// patience is how long one step of a transaction may take.
const patience = 60 * time.Second

// link is a connection to one party's own peer, in that party's name.
type link struct {
	conn    *grpc.ClientConn
	gw      *client.Gateway
	network *client.Network
}

func dial(profile string) (*link, error) {
	cfg, err := config.Load(profile, nil)
	if err != nil {
		return nil, err
	}
	id, sign, err := signer(cfg.Identity)
	if err != nil {
		return nil, err
	}
	at := cfg.Peers[0]
	ca, err := os.ReadFile(at.TLSCA)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	const max = 200 << 20
	conn, err := grpc.NewClient(at.Address,
		grpc.WithTransportCredentials(credentials.NewClientTLSFromCert(pool, at.ServerName)),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(max), grpc.MaxCallSendMsgSize(max)))
	if err != nil {
		return nil, err
	}
	gw, err := client.Connect(id, client.WithSign(sign), client.WithClientConnection(conn))
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &link{conn: conn, gw: gw, network: gw.GetNetwork(cfg.Channel)}, nil
}

func signer(from config.Identity) (identity.Identity, identity.Sign, error) {
	cert, err := os.ReadFile(from.Cert)
	if err != nil {
		return nil, nil, err
	}
	parsed, err := identity.CertificateFromPEM(cert)
	if err != nil {
		return nil, nil, err
	}
	id, err := identity.NewX509Identity(from.MSP, parsed)
	if err != nil {
		return nil, nil, err
	}
	raw, err := os.ReadFile(from.Key)
	if err != nil {
		return nil, nil, err
	}
	key, err := identity.PrivateKeyFromPEM(raw)
	if err != nil {
		return nil, nil, err
	}
	sign, err := identity.NewPrivateKeySign(key)
	return id, sign, err
}

func (l *link) close() { _, _ = l.gw.Close(), l.conn.Close() }

// height asks the party's peer how many blocks it has.
func (l *link) height(ctx context.Context) (uint64, error) {
	answer, err := l.network.GetContract("qscc").EvaluateWithContext(ctx, "GetChainInfo",
		client.WithArguments(l.network.Name()))
	if err != nil {
		return 0, err
	}
	var info common.BlockchainInfo
	err = proto.Unmarshal(answer, &info)
	return info.GetHeight(), err
}

// evaluate has the party's peer carry a function of ours out, without sending it.
func (l *link) evaluate(ctx context.Context, function string, args ...string) error {
	_, err := l.network.GetContract("tally").EvaluateWithContext(ctx, function, client.WithArguments(args...))
	return err
}

// control drives the controls: many transactions in flight over one connection
// to the issuer's peer, their outcome from the stream of (filtered) blocks.
type control struct {
	links []*link // one a peer; transactions go to the first

	mu      sync.Mutex
	waiting map[string]chan peer.TxValidationCode
}

func newControl(n *network) (*control, error) {
	c := &control{waiting: map[string]chan peer.TxValidationCode{}}
	for _, party := range peerOwners {
		l, err := dial(n.profile(party))
		if err != nil {
			c.close()
			return nil, fmt.Errorf("%s: %w", party, err)
		}
		c.links = append(c.links, l)
	}
	return c, nil
}

// listen takes outcomes in until the returned function is called: only while a
// control runs, so that our own arms don't pay for it.
func (c *control) listen(ctx context.Context) (func(), error) {
	from, err := c.links[0].height(ctx)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	blocks, err := c.links[0].network.FilteredBlockEvents(ctx, client.WithStartBlock(from))
	if err != nil {
		stop()
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for b := range blocks {
			c.tell(b.GetFilteredTransactions())
		}
	}()
	return func() { stop(); <-ended }, nil
}

func (c *control) tell(txs []*peer.FilteredTransaction) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, tx := range txs {
		if told := c.waiting[tx.GetTxid()]; told != nil {
			told <- tx.GetTxValidationCode()
			delete(c.waiting, tx.GetTxid())
		}
	}
}

// errUnendorsed says that endorsers didn't agree: nothing was sent.
var errUnendorsed = errors.New("not endorsed")

// do runs one transaction and answers what the block said about it.
func (c *control) do(ctx context.Context, function string, args ...string) (peer.TxValidationCode, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	proposal, err := c.links[0].network.GetContract(controlName).NewProposal(function, client.WithArguments(args...))
	if err != nil {
		return 0, err
	}
	tx, err := proposal.EndorseWithContext(ctx)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errUnendorsed, err)
	}
	told := make(chan peer.TxValidationCode, 1)
	c.mu.Lock()
	c.waiting[tx.TransactionID()] = told
	c.mu.Unlock()
	// On BFT a failed submission may well commit: only the block tells.
	_, submitted := tx.SubmitWithContext(ctx)
	select {
	case code := <-told:
		return code, nil
	case <-ctx.Done():
		return 0, fmt.Errorf("no outcome: %w", errors.Join(ctx.Err(), submitted))
	}
}

// level waits until every peer has the same blocks and none is on its way.
func (c *control) level(ctx context.Context) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	var last uint64
	for same := 0; same < 3; {
		time.Sleep(150 * time.Millisecond) // a block's time: nothing may follow
		low, high := ^uint64(0), uint64(0)
		for _, l := range c.links {
			height, err := l.height(ctx)
			if err != nil {
				return 0, err
			}
			low, high = min(low, height), max(high, height)
		}
		if low == high && high == last {
			same++
			continue
		}
		same, last = 0, high
	}
	return last, nil
}

func (c *control) close() {
	for _, l := range c.links {
		l.close()
	}
}

package blockfile

import (
	"context"
	"crypto/x509"
	"errors"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/fault"
	"tallystick/client/audit/wire"
	"tallystick/client/bounds"
	"tallystick/client/config"
)

// Peer is the blocks that a peer has, from block 0 up to the height that it has now.
type Peer struct {
	Name   string // of the peer, as the profile has it
	Height uint64 // number of its blocks

	conn    *grpc.ClientConn
	gateway *client.Gateway
	network *client.Network
}

// Dial asks the party's own peer, the first of its profile, for its height. Refused:
// UNAVAILABLE if it doesn't answer, BAD_REQUEST if the profile's files can't be used.
func Dial(ctx context.Context, cfg config.Config) (*Peer, error) {
	at := cfg.Peers[0]
	id, sign, err := signer(cfg.Identity)
	if err != nil {
		return nil, fault.New(fault.BadRequest, "the identity of the profile: %v", err)
	}
	ca, err := bounds.File(at.TLSCA, bounds.Key)
	if err != nil {
		return nil, fault.New(fault.BadRequest, "the certificate of %s: %v", at.Name, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		return nil, fault.New(fault.BadRequest, "%s holds no certificate", at.TLSCA)
	}
	conn, err := grpc.NewClient(at.Address,
		grpc.WithTransportCredentials(credentials.NewClientTLSFromCert(pool, at.ServerName)),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(wire.MaxBlock)))
	if err != nil {
		return nil, fault.New(fault.BadRequest, "the peer %s: %v", at.Name, err)
	}
	gateway, err := client.Connect(id, client.WithSign(sign), client.WithClientConnection(conn))
	if err != nil {
		return nil, errors.Join(fault.New(fault.BadRequest, "the peer %s: %v", at.Name, err), conn.Close())
	}
	p := &Peer{Name: at.Name, conn: conn, gateway: gateway, network: gateway.GetNetwork(cfg.Channel)}
	if p.Height, err = p.height(ctx); err != nil {
		return nil, errors.Join(fault.New(fault.Unavailable, "%s doesn't say how many blocks it has: %v", at.Name, err),
			p.Close())
	}
	return p, nil
}

// signer is whom the peer knows.
func signer(from config.Identity) (identity.Identity, identity.Sign, error) {
	certPEM, err := bounds.File(from.Cert, bounds.Key)
	if err != nil {
		return nil, nil, err
	}
	keyPEM, err := bounds.File(from.Key, bounds.Key)
	if err != nil {
		return nil, nil, err
	}
	cert, err := identity.CertificateFromPEM(certPEM)
	if err != nil {
		return nil, nil, err
	}
	key, err := identity.PrivateKeyFromPEM(keyPEM)
	if err != nil {
		return nil, nil, errors.New("the key's file holds no private key in PEM") // the text of err could tell of it
	}
	id, err := identity.NewX509Identity(from.MSP, cert)
	if err != nil {
		return nil, nil, err
	}
	sign, err := identity.NewPrivateKeySign(key)
	return id, sign, err
}

// Close ends the connection.
func (p *Peer) Close() error { return errors.Join(p.gateway.Close(), p.conn.Close()) }

func (p *Peer) height(ctx context.Context) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	answer, err := p.network.GetContract("qscc").EvaluateWithContext(ctx, "GetChainInfo",
		client.WithArguments(p.network.Name()))
	if err != nil {
		return 0, err
	}
	info := &common.BlockchainInfo{}
	if err := proto.Unmarshal(answer, info); err != nil {
		return 0, err
	}
	return info.GetHeight(), nil
}

// Blocks reads the blocks, in order.
func (p *Peer) Blocks(ctx context.Context) Blocks {
	return func(yield func(*wire.Block, *wire.Finding) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		if p.Height == 0 {
			return
		}
		next := uint64(0)
		lost := func(why string) {
			yield(nil, bad("", 0, next, why))
		}
		events, err := p.network.BlockEvents(ctx, client.WithStartBlock(0))
		if err != nil {
			lost("the peer gives no blocks: " + err.Error())
			return
		}
		for raw := range events {
			b, err := wire.Parse(raw)
			if err != nil {
				lost(err.Error())
				return
			}
			if next = b.Number + 1; !yield(b, nil) || next >= p.Height {
				return
			}
		}
		lost("the peer gives no more blocks, though it has them")
	}
}

package blockfile

import (
	"context"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/fault"
	"tallystick/client/audit/wire"
)

// Peer is the blocks that a peer has, from block 0 up to the height that it has now.
type Peer struct {
	network *client.Network
	Height  uint64
}

// OpenPeer asks a peer for its height. Refused: UNAVAILABLE.
func OpenPeer(ctx context.Context, network *client.Network) (*Peer, error) {
	answer, err := network.GetContract("qscc").EvaluateWithContext(ctx, "GetChainInfo",
		client.WithArguments(network.Name()))
	if err != nil {
		return nil, fault.New(fault.Unavailable, "the peer doesn't say how many blocks it has: %v", err)
	}
	info := &common.BlockchainInfo{}
	if err := proto.Unmarshal(answer, info); err != nil {
		return nil, fault.New(fault.Unavailable, "the peer doesn't say how many blocks it has: %v", err)
	}
	return &Peer{network, info.GetHeight()}, nil
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

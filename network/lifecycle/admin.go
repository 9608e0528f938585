// Package lifecycle governs a running channel as its members' admins do: peers
// join, chaincode is installed, approved and committed, and the parties' views
// of each other are asked for.
//
// It is the one package that speaks to Fabric by fabric-sdk-go. The SDK and the
// newer fabric-gateway register the same protocol messages and cannot share a
// program, so nothing that imports this package may import that one.
package lifecycle

import (
	"context"
	"fmt"
	"time"

	"github.com/hyperledger/fabric-sdk-go/pkg/client/ledger"
	"github.com/hyperledger/fabric-sdk-go/pkg/client/resmgmt"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/errors/retry"
	fabcontext "github.com/hyperledger/fabric-sdk-go/pkg/common/providers/context"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/providers/fab"
	"github.com/hyperledger/fabric-sdk-go/pkg/core/config"
	"github.com/hyperledger/fabric-sdk-go/pkg/fabsdk"

	"tallystick/network/identity"
	"tallystick/network/topology"
)

// attempt bounds one request to a peer or an orderer, so that one that hangs is
// asked again instead of waited for.
const attempt = 10 * time.Second

// Admin is the admin of a peer-owning party, working at its own peer.
type Admin struct {
	Party   string
	peer    string // the peer's name in the connection profile
	channel string
	sdk     *fabsdk.FabricSDK
	client  fabcontext.ClientProvider
	manage  *resmgmt.Client
}

// Open signs a party's admin in. It connects on first use.
func Open(t *topology.Topology, layout identity.Layout, party string) (*Admin, error) {
	profile, err := connectionProfile(t, layout, party)
	if err != nil {
		return nil, err
	}
	sdk, err := fabsdk.New(config.FromRaw(profile, "yaml"))
	if err != nil {
		return nil, fmt.Errorf("admin of %s: %w", party, err)
	}
	client := sdk.Context(fabsdk.WithOrg(party), fabsdk.WithUser(adminUser))
	manage, err := resmgmt.New(client)
	if err != nil {
		sdk.Close()
		return nil, fmt.Errorf("admin of %s: %w", party, err)
	}
	return &Admin{party, "peer0." + party, t.Channel, sdk, client, manage}, nil
}

// Close ends the admin's connections.
func (a *Admin) Close() { a.sdk.Close() }

// at aims a request at the party's own peer, once.
func (a *Admin) at(ctx context.Context, peers ...string) []resmgmt.RequestOption {
	if len(peers) == 0 {
		peers = []string{a.peer}
	}
	return []resmgmt.RequestOption{
		resmgmt.WithTargetEndpoints(peers...),
		resmgmt.WithParentContext(ctx),
		resmgmt.WithTimeout(fab.ResMgmt, attempt),
		resmgmt.WithTimeout(fab.PeerResponse, attempt),
		resmgmt.WithTimeout(fab.OrdererResponse, attempt),
		resmgmt.WithRetry(retry.Opts{}),
	}
}

// Joined says whether the party's peer is in the channel. An error means that
// the peer does not answer.
func (a *Admin) Joined(ctx context.Context) (bool, error) {
	answer, err := a.manage.QueryChannels(a.at(ctx)...)
	if err != nil {
		return false, fmt.Errorf("%s: %w", a.peer, err)
	}
	for _, joined := range answer.Channels {
		if joined.ChannelId == a.channel {
			return true, nil
		}
	}
	return false, nil
}

// Join brings the party's peer into the channel; being there is no error. The
// SDK fetches the first block from an orderer.
func (a *Admin) Join(ctx context.Context) error {
	joined, err := a.Joined(ctx)
	if err != nil || joined {
		return err
	}
	if err := a.manage.JoinChannel(a.channel, a.at(ctx)...); err != nil {
		return fmt.Errorf("%s joins %s: %w", a.peer, a.channel, err)
	}
	return nil
}

// Height returns how many blocks the party's peer holds.
func (a *Admin) Height(ctx context.Context) (uint64, error) {
	client, err := ledger.New(a.channelContext())
	if err != nil {
		return 0, fmt.Errorf("%s: %w", a.peer, err)
	}
	info, err := client.QueryInfo(ledger.WithTargetEndpoints(a.peer), ledger.WithParentContext(ctx))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", a.peer, err)
	}
	return info.BCI.Height, nil
}

func (a *Admin) channelContext() fabcontext.ChannelProvider {
	return a.sdk.ChannelContext(a.channel, fabsdk.WithOrg(a.Party), fabsdk.WithUser(adminUser))
}

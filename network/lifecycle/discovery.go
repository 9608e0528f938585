package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hyperledger/fabric-sdk-go/pkg/fab/comm"
	"github.com/hyperledger/fabric-sdk-go/pkg/fab/discovery"
)

// Sees returns nil when the party's peer knows, by gossip, peers in the channel
// of all the given parties.
func (a *Admin) Sees(ctx context.Context, parties []string) error {
	answer, err := a.discover(ctx, discovery.NewRequest().OfChannel(a.channel).AddPeersQuery())
	if err != nil {
		return err
	}
	peers, err := answer.ForChannel(a.channel).Peers()
	if err != nil {
		return fmt.Errorf("%s: discovery: %w", a.peer, err)
	}
	var seen []string
	for _, peer := range peers {
		seen = append(seen, peer.MSPID)
	}
	for _, party := range parties {
		if !slices.Contains(seen, party) {
			return fmt.Errorf("%s sees peers of %v, not yet of %s", a.peer, seen, party)
		}
	}
	return nil
}

// CanEndorse returns nil when the party's peer can name peers that together
// satisfy a chaincode's endorsement policy.
func (a *Admin) CanEndorse(ctx context.Context, chaincode string) error {
	calls := discovery.CcCalls(chaincode)
	request, err := discovery.NewRequest().OfChannel(a.channel).AddEndorsersQuery(discovery.CcInterests(calls)...)
	if err != nil {
		return err
	}
	answer, err := a.discover(ctx, request)
	if err != nil {
		return err
	}
	if _, err := answer.ForChannel(a.channel).Endorsers(calls, discovery.NewIndifferentFilter()); err != nil {
		return fmt.Errorf("%s: endorsers of %s: %w", a.peer, chaincode, err)
	}
	return nil
}

// discover asks the party's peer. The SDK's own discovery service would answer
// from a cache that is up to five seconds old.
func (a *Admin) discover(ctx context.Context, request *discovery.Request) (discovery.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	client, err := a.client()
	if err != nil {
		return nil, err
	}
	service, err := discovery.New(client)
	if err != nil {
		return nil, err
	}
	peer, err := comm.NetworkPeerConfig(client.EndpointConfig(), a.peer)
	if err != nil {
		return nil, err
	}
	answers, err := service.Send(ctx, request, peer.PeerConfig)
	if err != nil {
		return nil, err
	}
	answer, ok := <-answers
	if !ok {
		return nil, errors.New("discovery: no answer")
	}
	return answer, answer.Error()
}

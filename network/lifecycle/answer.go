package lifecycle

import (
	"context"
	"fmt"
	"strings"

	"github.com/hyperledger/fabric-sdk-go/pkg/client/channel"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/errors/retry"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/errors/status"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/providers/fab"
)

// metadataFunction is what the contract API answers by itself. Other programs
// refuse it, which tells as much: they are there.
const metadataFunction = "org.hyperledger.fabric:GetMetadata"

// Answers returns nil when a chaincode answers the party's peer, be it with a
// refusal of its own.
func (a *Admin) Answers(ctx context.Context, chaincode string) error {
	client, err := channel.New(a.channelContext())
	if err != nil {
		return fmt.Errorf("%s: %w", a.peer, err)
	}
	_, err = client.Query(
		channel.Request{ChaincodeID: chaincode, Fcn: metadataFunction},
		channel.WithTargetEndpoints(a.peer),
		channel.WithParentContext(ctx),
		channel.WithTimeout(fab.Query, attempt),
		channel.WithRetry(retry.Opts{}),
	)
	if err != nil && !refusedByChaincode(err) {
		return fmt.Errorf("%s on %s: %w", chaincode, a.peer, err)
	}
	return nil
}

// peerRefusals begin what a peer says for itself when it could not get an
// answer. It uses the status of a chaincode's refusal, 500, for them; only the
// words differ (Fabric 3.1.1, core/endorser/endorser.go).
var peerRefusals = []string{"error in simulation", "make sure the chaincode", "channel '"}

// refusedByChaincode says whether an error is the chaincode's own answer.
func refusedByChaincode(err error) bool {
	s, ok := status.FromError(err)
	if !ok || s.Group != status.ChaincodeStatus {
		return false
	}
	for _, words := range peerRefusals {
		if strings.HasPrefix(s.Message, words) {
			return false
		}
	}
	return true
}

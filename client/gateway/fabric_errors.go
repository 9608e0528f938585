package gateway

import (
	"errors"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"tallystick/chaincode/fault"
)

// What Fabric 3.1.1 says, where it has no code for it (internal/pkg/gateway,
// core/handlers/auth/filter, orderer/consensus/smartbft).
const (
	saysMismatch  = "ProposalResponsePayloads do not match"
	saysChaincode = "chaincode response "
	saysStale     = "incorrect timestamp"
	saysOrdered   = "request already processed"
	saysKnown     = "request already exists"
)

// classify says what a failed call means. A refusal crosses the wire in the
// message of an error detail, as "chaincode response 500, CODE: text"; there is
// one detail for each endorser that failed.
func classify(at stage, err error) *callError {
	failed := &callError{stage: at, kind: unreachable, err: err}
	messages := messagesOf(err)
	if at == submitting {
		if status.Code(err) == codes.Aborted || status.Code(err) == codes.InvalidArgument {
			failed.kind = rejected
		}
		return failed
	}
	for _, m := range messages {
		refusal, coded := fault.Parse(m)
		switch {
		case coded && refusal.Code == fault.Unavailable: // an endorser can't reach its lane heads
		case coded && refusal.Code == fault.Overloaded: // one has done our share for now
			if failed.kind == unreachable {
				failed.refusal = refusal
			}
		case coded && (failed.kind != refused || isLag(failed.refusal.Code)):
			failed.kind, failed.refusal = refused, refusal
		case coded || failed.kind == refused:
		case strings.Contains(m, saysStale):
			failed.kind, failed.refusal = refused, fault.New(fault.TimeWindow, "a peer refuses the transaction's timestamp: set the clock")
		case strings.Contains(m, saysMismatch):
			failed.kind = mismatched
		case strings.Contains(m, saysChaincode) && failed.kind == unreachable:
			failed.kind = broken
		}
	}
	return failed
}

// isLag says whether a refusal may only mean that an endorser is a block
// behind: another endorser's refusal of the same proposal says more.
func isLag(code fault.Code) bool { return code == fault.LaneMoved || code == fault.SourceMoved }

// refusedElsewhere says whether only endorsers of other parties refused. The
// gateway asks its own peer first and the others once that has endorsed.
func refusedElsewhere(err error, own string) bool {
	elsewhere := false
	for _, d := range detailsOf(err) {
		if _, coded := fault.Parse(d.GetMessage()); coded {
			if d.GetMspId() == own {
				return false
			}
			elsewhere = true
		}
	}
	return elsewhere
}

// isOrdered says whether a failed submission in truth succeeded: on BFT the
// gateway counts an orderer that has the transaction already as a failure.
func isOrdered(err error) bool {
	for _, m := range messagesOf(err) {
		if strings.Contains(m, saysOrdered) || strings.Contains(m, saysKnown) {
			return true
		}
	}
	return false
}

// messagesOf lists what the gateway service and each peer or orderer said.
func messagesOf(err error) []string {
	list := []string{err.Error()}
	for _, d := range detailsOf(err) {
		list = append(list, d.GetMessage())
	}
	return list
}

// detailsOf lists what each peer or orderer said.
func detailsOf(err error) (list []*gateway.ErrorDetail) {
	var answered interface{ GRPCStatus() *status.Status }
	if !errors.As(err, &answered) {
		return nil
	}
	for _, d := range answered.GRPCStatus().Details() {
		if detail, ok := d.(*gateway.ErrorDetail); ok {
			list = append(list, detail)
		}
	}
	return list
}

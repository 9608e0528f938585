package gateway

import (
	"errors"
	"fmt"
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
	saysLaunch    = "could not launch chaincode "
	saysSilent    = " does not answer: INVOKE_CHAINCODE failed"
	saysRefused   = "connection refused"
	saysLate      = "context deadline exceeded"
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
			failed.kind, failed.refusal = refused,
				fault.New(fault.TimeWindow, "a peer refuses the transaction's timestamp: set the clock")
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

// said puts a failed call into words: what each peer or orderer said, by its address, or else what Fabric did.
func said(err error) string {
	var list []string
	for _, d := range detailsOf(err) {
		list = append(list, fmt.Sprintf("%s (%s) %.200s", d.GetAddress(), d.GetMspId(), brief(d.GetMessage())))
	}
	if len(list) == 0 {
		return err.Error()
	}
	return strings.Join(list, "; ")
}

// brief puts into words why a peer or an orderer can't do what it is asked; what isn't known it answers as it is.
func brief(message string) string {
	if down := unserved(message); down != "" {
		return "has no running chaincode program " + down
	}
	switch {
	case strings.Contains(message, saysRefused):
		return "refuses the connection: it is down"
	case strings.Contains(message, saysLate):
		return "doesn't answer in time"
	}
	return message
}

// unserved is the chaincode whose program a peer can't reach, by its message; "" if that isn't what it says.
func unserved(message string) string {
	if _, after, found := strings.Cut(message, saysLaunch); found {
		label, _, _ := strings.Cut(after, ":")
		return label
	}
	before, _, found := strings.Cut(message, saysSilent)
	if !found {
		return ""
	}
	return before[strings.LastIndex(before, " ")+1:]
}

// without is UNAVAILABLE if a party's own peer says that a chaincode program of its doesn't run; nil if it doesn't.
func without(err error, party string) error {
	for _, d := range detailsOf(err) {
		if d.GetMspId() == party && unserved(d.GetMessage()) != "" {
			return fault.New(fault.Unavailable, "%s's own peer %s %s; nothing that %s sends can be endorsed without it",
				party, d.GetAddress(), brief(d.GetMessage()), party)
		}
	}
	return nil
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

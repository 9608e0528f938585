package contract

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
)

// A walk-in is one command, sent alone and as JSON by somebody without a lane:
// a person at the peer's own command line. It goes to the caller's lane 0 and
// takes that lane's next number; two at once conflict and one is tried again.
// The request id may be "".
func walkIn(ctx *Context, request string, req command.Request) (*command.Receipt, error) {
	if err := req.Check(); err != nil {
		return nil, err
	}
	r, err := begin(ctx, number.WalkIn, 0, digestOf(ctx.GetStub().GetArgs()))
	if err != nil {
		return nil, err
	}
	receipt, err := r.one(0, command.New(request, req), req)
	if err != nil {
		return nil, err
	}
	return &receipt, r.tx.Flush()
}

// Party is the contract of parties.
type Party struct{ contractapi.Contract }

// Register admits a party. See party.RegisterRequest.
func (*Party) Register(ctx *Context, request string, req party.RegisterRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Cycle is the contract of the business date.
type Cycle struct{ contractapi.Contract }

// Advance moves the business date on. See settlement.AdvanceRequest.
func (*Cycle) Advance(ctx *Context, request string, req settlement.AdvanceRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Points is the contract of points.
type Points struct{ contractapi.Contract }

// OpenProgramme opens a programme. See points.OpenProgrammeRequest.
func (*Points) OpenProgramme(ctx *Context, request string, req points.OpenProgrammeRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Issue makes lots. See points.IssueRequest.
func (*Points) Issue(ctx *Context, request string, req points.IssueRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Activate gives a pending lot's evidence. See points.ActivateRequest.
func (*Points) Activate(ctx *Context, request string, req points.ActivateRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Hold reserves points. See points.HoldRequest.
func (*Points) Hold(ctx *Context, request string, req points.HoldRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Capture redeems held points. See points.CaptureRequest.
func (*Points) Capture(ctx *Context, request string, req points.CaptureRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Release gives held points back. See points.ReleaseRequest.
func (*Points) Release(ctx *Context, request string, req points.ReleaseRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// TimeOut ends a hold after its deadline. See points.TimeOutRequest.
func (*Points) TimeOut(ctx *Context, request string, req points.TimeOutRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Transfer moves points between members. See points.TransferRequest.
func (*Points) Transfer(ctx *Context, request string, req points.TransferRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Freeze stops a member's spending. See points.FreezeRequest.
func (*Points) Freeze(ctx *Context, request string, req points.FreezeRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Unfreeze lifts a freeze. See points.UnfreezeRequest.
func (*Points) Unfreeze(ctx *Context, request string, req points.UnfreezeRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

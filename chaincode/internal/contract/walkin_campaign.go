package contract

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"tallystick/chaincode/campaign"
	"tallystick/chaincode/command"
)

// Campaign is the contract of joint campaigns.
type Campaign struct{ contractapi.Contract }

// Propose proposes a campaign. See campaign.ProposeRequest.
func (*Campaign) Propose(ctx *Context, request string, req campaign.ProposeRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Agree agrees to fund a campaign. See campaign.AgreeRequest.
func (*Campaign) Agree(ctx *Context, request string, req campaign.AgreeRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Leave ends a campaign for a funder. See campaign.LeaveRequest.
func (*Campaign) Leave(ctx *Context, request string, req campaign.LeaveRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// End ends a campaign for its proposer. See campaign.EndRequest.
func (*Campaign) End(ctx *Context, request string, req campaign.EndRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Award gives what a purchase gets of campaigns. See campaign.AwardRequest.
func (*Campaign) Award(ctx *Context, request string, req campaign.AwardRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

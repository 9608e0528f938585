package contract

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"tallystick/chaincode/command"
	"tallystick/chaincode/member"
	"tallystick/chaincode/points"
)

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

// Freeze stops a member's spending. See member.FreezeRequest.
func (*Points) Freeze(ctx *Context, request string, req member.FreezeRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Unfreeze lifts a freeze. See member.UnfreezeRequest.
func (*Points) Unfreeze(ctx *Context, request string, req member.UnfreezeRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// SetProgramme suspends, closes or reopens a programme. See points.SetProgrammeRequest.
func (*Points) SetProgramme(ctx *Context, request string, req points.SetProgrammeRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// SetRules replaces a programme's rules. See points.SetRulesRequest.
func (*Points) SetRules(ctx *Context, request string, req points.SetRulesRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// SetRule sets an earn rule. See points.SetRuleRequest.
func (*Points) SetRule(ctx *Context, request string, req points.SetRuleRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Pledge agrees to bear the cost of another's points. See points.PledgeRequest.
func (*Points) Pledge(ctx *Context, request string, req points.PledgeRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Award issues what a purchase earns by a rule. See points.AwardRequest.
func (*Points) Award(ctx *Context, request string, req points.AwardRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Cancel ends a pending lot whose evidence will not come. See points.CancelRequest.
func (*Points) Cancel(ctx *Context, request string, req points.CancelRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Refund unwinds a capture, or a part. See points.RefundRequest.
func (*Points) Refund(ctx *Context, request string, req points.RefundRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Offer offers a trade. See points.OfferRequest.
func (*Points) Offer(ctx *Context, request string, req points.OfferRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Take takes an offered trade. See points.TakeRequest.
func (*Points) Take(ctx *Context, request string, req points.TakeRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// EndTrade gives back what an offer set aside. See points.EndTradeRequest.
func (*Points) EndTrade(ctx *Context, request string, req points.EndTradeRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// PublishRate publishes a conversion rate. See points.PublishRateRequest.
func (*Points) PublishRate(ctx *Context, request string, req points.PublishRateRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// AgreeRate agrees to a published rate. See points.AgreeRateRequest.
func (*Points) AgreeRate(ctx *Context, request string, req points.AgreeRateRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Convert turns points into another programme's. See points.ConvertRequest.
func (*Points) Convert(ctx *Context, request string, req points.ConvertRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Expire ends lots whose last day has passed. See points.ExpireRequest.
func (*Points) Expire(ctx *Context, request string, req points.ExpireRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Revoke claws points back. See points.RevokeRequest.
func (*Points) Revoke(ctx *Context, request string, req points.RevokeRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Adjust gives points that were missing from a lot. See points.AdjustRequest.
func (*Points) Adjust(ctx *Context, request string, req points.AdjustRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Appeal appeals against a freeze. See member.AppealRequest.
func (*Points) Appeal(ctx *Context, request string, req member.AppealRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Dismiss turns an appeal down. See member.DismissRequest.
func (*Points) Dismiss(ctx *Context, request string, req member.DismissRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Relieve counts anew what an issuer no longer owes. See points.RelieveRequest.
func (*Points) Relieve(ctx *Context, request string, req points.RelieveRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

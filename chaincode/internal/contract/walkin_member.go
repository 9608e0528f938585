package contract

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"tallystick/chaincode/audience"
	"tallystick/chaincode/command"
	"tallystick/chaincode/member"
)

// Member is the contract of the member centre.
type Member struct{ contractapi.Contract }

// Enrol makes a member. See member.EnrolRequest.
func (*Member) Enrol(ctx *Context, request string, req member.EnrolRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Link links a channel account. See member.LinkRequest.
func (*Member) Link(ctx *Context, request string, req member.LinkRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Unlink ends a channel account. See member.UnlinkRequest.
func (*Member) Unlink(ctx *Context, request string, req member.UnlinkRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Invite makes an invitation. See member.InviteRequest.
func (*Member) Invite(ctx *Context, request string, req member.InviteRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// CancelInvitation ends an unused invitation. See member.CancelInvitationRequest.
func (*Member) CancelInvitation(ctx *Context, request string, req member.CancelInvitationRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Merge joins two members. See member.MergeRequest.
func (*Member) Merge(ctx *Context, request string, req member.MergeRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// SetKey replaces the member's key. See member.SetKeyRequest.
func (*Member) SetKey(ctx *Context, request string, req member.SetKeyRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Consent records a consent. See member.ConsentRequest.
func (*Member) Consent(ctx *Context, request string, req member.ConsentRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Share shows a profile to a party. See member.ShareRequest.
func (*Member) Share(ctx *Context, request string, req member.ShareRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// WithdrawConsent ends a consent. See member.WithdrawConsentRequest.
func (*Member) WithdrawConsent(ctx *Context, request string, req member.WithdrawConsentRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Erase forgets a member. See member.EraseRequest.
func (*Member) Erase(ctx *Context, request string, req member.EraseRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Label says something of a member. See member.LabelRequest.
func (*Member) Label(ctx *Context, request string, req member.LabelRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Authorise records an authorisation. See member.AuthoriseRequest.
func (*Member) Authorise(ctx *Context, request string, req member.AuthoriseRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// RevokeAuthorisation ends an authorisation. See member.RevokeAuthorisationRequest.
func (*Member) RevokeAuthorisation(ctx *Context, request string, req member.RevokeAuthorisationRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Offer is the contract of offers.
type Offer struct{ contractapi.Contract }

// Publish publishes an offer, or changes it. See audience.PublishRequest.
func (*Offer) Publish(ctx *Context, request string, req audience.PublishRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Withdraw ends an offer. See audience.WithdrawRequest.
func (*Offer) Withdraw(ctx *Context, request string, req audience.WithdrawRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

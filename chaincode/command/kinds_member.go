package command

import (
	"tallystick/chaincode/audience"
	"tallystick/chaincode/member"
)

// The kinds of members and of what is shown to them, 50–79.
const (
	Enrol               Kind = 50
	Link                Kind = 51
	Unlink              Kind = 52
	Invite              Kind = 53
	CancelInvitation    Kind = 54
	Merge               Kind = 55
	SetKey              Kind = 56
	Consent             Kind = 57
	Share               Kind = 58
	WithdrawConsent     Kind = 59
	Erase               Kind = 60
	Label               Kind = 61
	Authorise           Kind = 62
	RevokeAuthorisation Kind = 63
	PublishOffer        Kind = 70
	WithdrawOffer       Kind = 71
)

var memberSpecs = []spec{
	specOf[member.EnrolRequest](Enrol, "member:Enrol"),
	specOf[member.LinkRequest](Link, "member:Link"),
	specOf[member.UnlinkRequest](Unlink, "member:Unlink"),
	specOf[member.InviteRequest](Invite, "member:Invite"),
	specOf[member.CancelInvitationRequest](CancelInvitation, "member:CancelInvitation"),
	specOf[member.MergeRequest](Merge, "member:Merge"),
	specOf[member.SetKeyRequest](SetKey, "member:SetKey"),
	specOf[member.ConsentRequest](Consent, "member:Consent"),
	specOf[member.ShareRequest](Share, "member:Share"),
	specOf[member.WithdrawConsentRequest](WithdrawConsent, "member:WithdrawConsent"),
	specOf[member.EraseRequest](Erase, "member:Erase"),
	specOf[member.LabelRequest](Label, "member:Label"),
	specOf[member.AuthoriseRequest](Authorise, "member:Authorise"),
	specOf[member.RevokeAuthorisationRequest](RevokeAuthorisation, "member:RevokeAuthorisation"),
	specOf[audience.PublishRequest](PublishOffer, "offer:Publish"),
	specOf[audience.WithdrawRequest](WithdrawOffer, "offer:Withdraw"),
}

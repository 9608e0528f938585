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
	specOf[member.EnrolRequest](Enrol, "member:Enrol", byMerchant, "Member enrolled", "会员入会"),
	specOf[member.LinkRequest](Link, "member:Link", byMerchant, "Account linked", "账号关联"),
	specOf[member.UnlinkRequest](Unlink, "member:Unlink", toFinish, "Account unlinked", "解除关联"),
	specOf[member.InviteRequest](Invite, "member:Invite", toFinish,
		"Member invited", "邀请会员"),
	specOf[member.CancelInvitationRequest](CancelInvitation, "member:CancelInvitation", toFinish,
		"Invitation cancelled", "取消邀请"),
	specOf[member.MergeRequest](Merge, "member:Merge", toFinish, "Members merged", "会员合并"),
	specOf[member.SetKeyRequest](SetKey, "member:SetKey", byBusiness, "Member's key set", "设定会员密钥"),
	specOf[member.ConsentRequest](Consent, "member:Consent", byBusiness, "Consent given", "会员同意"),
	specOf[member.ShareRequest](Share, "member:Share", byBusiness, "Data shared", "数据共享"),
	specOf[member.WithdrawConsentRequest](WithdrawConsent, "member:WithdrawConsent", toFinish,
		"Consent withdrawn", "撤回同意"),
	specOf[member.EraseRequest](Erase, "member:Erase", toFinish, "Member erased", "会员注销"),
	specOf[member.LabelRequest](Label, "member:Label", byMerchant, "Member labelled", "会员标签"),
	specOf[member.AuthoriseRequest](Authorise, "member:Authorise", byBusiness, "Use authorised", "授权使用"),
	specOf[member.RevokeAuthorisationRequest](RevokeAuthorisation, "member:RevokeAuthorisation", toFinish,
		"Authorisation revoked", "撤销授权"),
	specOf[audience.PublishRequest](PublishOffer, "offer:Publish", byMerchant, "Offer published", "发布优惠"),
	specOf[audience.WithdrawRequest](WithdrawOffer, "offer:Withdraw", toFinish, "Offer withdrawn", "撤回优惠"),
}

package node

import (
	"tallystick/chaincode/member"
	"tallystick/client/index"
)

// The operations of members (会员).
var (
	MemberAuthorise = sends[member.AuthoriseRequest](Row{"member.authorise", "POST", "/v1/authorisations", Counter,
		"Let an acceptor spend so many of a member's points: at the member's wish, or with its signature", "积分认证",
		`{"member":"zhang","acceptor":"D","caps":[{"programme":"GP","amount":5}],"until":1796168419,"commitment":"","nonce":"96c262a60dd6fa4b035792889dd35273","signature":"e06698d02459bcc81cb636094c32d308adcf912b3eef4a50d96d36b6065bd8132a0c908109d6475a15af60851d361da8c73de901c2c36744b88147e95b6f7e03"}`})
	MemberCancel = sends[member.CancelInvitationRequest](Row{"member.cancel", "POST", "/v1/invitations/{invitation}/cancel", Loyalty,
		"End an invitation of yours that wasn't used", "取消邀请",
		`{"invitation":"D.0.40.0"}`})
	MemberConsent = sends[member.ConsentRequest](Row{"member.consent", "POST", "/v1/consents", Loyalty,
		"Record that a member lets you show its profile to some parties; for its home", "授权同意",
		`{"member":"wang","purpose":"joint_marketing","parties":["F","G"],"until":"2027-11-30"}`})
	MemberKey = sends[member.SetKeyRequest](Row{"member.key", "POST", "/v1/members/{member}/key", Loyalty,
		"Set the key with which a member signs, or remove it; for its home", "会员密钥",
		`{"member":"wang","key":"7497d5131ed98f312f093383ced2013400f4e02f0100a84f22c67b6796ed6626"}`})
	MemberLabel = sends[member.LabelRequest](Row{"member.label", "POST", "/v1/members/{member}/labels", Counter,
		"Say one thing of a member, or take it back; for issuers and acceptors", "会员标签",
		`{"member":"wang","label":"household","until":"2027-11-30","remove":false}`})
	MemberRevoke = sends[member.RevokeAuthorisationRequest](Row{"member.revoke", "POST", "/v1/authorisations/{authorisation}/revoke", Loyalty,
		"End an authorisation; for the member's home and the acceptor", "撤销认证",
		`{"authorisation":"G.0.31.0","reason":"member_asked"}`})
	MemberUnlink = sends[member.UnlinkRequest](Row{"member.unlink", "POST", "/v1/members/{member}/unlink", Loyalty,
		"End an account: yours, or, for the member's home, anybody's", "解绑",
		`{"member":"wang","party":"F","channel":"app","account":"abababababababababababababababababababababababababababababababab","reason":"left"}`})
	MemberWithdraw = sends[member.WithdrawConsentRequest](Row{"member.withdraw", "POST", "/v1/consents/{consent}/withdraw", Loyalty,
		"End a consent and purge what was shared; for the home, and after its end for those in it", "撤回同意",
		`{"consent":"D.0.44.0","reason":"member_asked"}`})
	MemberAuthorisations = lists[MemberAuthorisationsRequest, member.Authorisation](Row{"member.authorisations", "GET", "/v1/authorisations", Read,
		"List authorisations and how much of them is left", "授权列表", `{}`})
	MemberList = lists[MemberListRequest, member.Member](Row{"member.list", "GET", "/v1/members", Read,
		"List members", "会员列表", `{}`})
)

// MemberAuthorisationsRequest narrows the list.
type MemberAuthorisationsRequest struct {
	Member   string   `json:"member,omitempty"`
	Acceptor string   `json:"acceptor,omitempty"`
	States   []string `json:"states,omitempty"`
}

func (r MemberAuthorisationsRequest) filter() index.Filter {
	return index.Filter{Member: r.Member, Party: r.Acceptor, States: r.States}
}

// MemberListRequest narrows the list.
type MemberListRequest struct {
	Home   string   `json:"home,omitempty"`
	States []string `json:"states,omitempty"`
}

func (r MemberListRequest) filter() index.Filter {
	return index.Filter{Party: r.Home, States: r.States}
}

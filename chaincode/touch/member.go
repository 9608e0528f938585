package touch

import (
	"tallystick/chaincode/audience"
	"tallystick/chaincode/member"
	"tallystick/chaincode/row"
)

var memberTouches = []touches{
	of(func(t *Touch, at At, r member.EnrolRequest) {
		rewrites(t, row.Member(r.Member))
		if r.HasAccount() {
			reads(t, row.Account(at.Caller, r.Channel, r.Account))
		}
		t.Weight += 2
	}),
	of(func(t *Touch, at At, r member.LinkRequest) {
		rewrites(t, row.Member(r.Member))
		reads(t, row.Account(at.Caller, r.Channel, r.Account))
		if !r.Invitation.IsZero() {
			contends(t, row.Invitation(r.Invitation))
		}
		t.Weight += 3
	}),
	of(func(t *Touch, _ At, r member.UnlinkRequest) {
		reads(t, row.Member(r.Member))
		reads(t, row.Account(r.Party, r.Channel, r.Account))
		t.Weight += 2
	}),
	of(func(t *Touch, _ At, r member.InviteRequest) { t.member(r.Member) }),
	of(func(t *Touch, _ At, r member.MergeRequest) {
		rewrites(t, row.Member(r.From))
		rewrites(t, row.Member(r.Into))
		reads(t, row.Invitation(r.Invitation))
		if !r.Invitation.IsZero() {
			contends(t, row.Invitation(r.Invitation))
		}
		t.Weight += 3
	}),
	of(func(t *Touch, _ At, r member.SetKeyRequest) { t.member(r.Member) }),
	of(func(t *Touch, _ At, r member.ConsentRequest) {
		rewrites(t, row.Member(r.Member))
		t.Weight += 2
	}),
	of(func(t *Touch, at At, r member.LabelRequest) {
		reads(t, row.Member(r.Member))
		rewrites(t, row.Labels(r.Member, at.Caller))
		t.Weight++
	}),
	of(func(t *Touch, _ At, r member.AuthoriseRequest) {
		t.member(r.Member)
		reads(t, row.Party(r.Acceptor))
		for _, limit := range r.Caps {
			reads(t, row.Programme(limit.Programme))
		}
	}),
	of(func(t *Touch, _ At, r member.RevokeAuthorisationRequest) {
		reads(t, row.Authorisation(r.Authorisation))
		t.Weight += 2
	}),
	of(func(t *Touch, _ At, r member.FreezeRequest) { t.wallet(r.Member) }),
	of(func(t *Touch, _ At, r member.UnfreezeRequest) { t.wallet(r.Member) }),
	of(func(t *Touch, _ At, r member.AppealRequest) { t.wallet(r.Member) }),
	of(func(t *Touch, _ At, r member.DismissRequest) { t.wallet(r.Member) }),
	plain[member.CancelInvitationRequest](), plain[member.ShareRequest](), plain[member.WithdrawConsentRequest](),
	plain[member.EraseRequest](),
	plain[audience.PublishRequest](), plain[audience.WithdrawRequest](),
}

// member adds a member whose row is so rarely rewritten that nothing waits for it.
func (t *Touch) member(id string) {
	reads(t, row.Member(id))
	t.Weight += 2
}

// wallet adds a member whose freezes are rewritten.
func (t *Touch) wallet(id string) {
	contends(t, row.Member(id))
	t.Weight++
}

package contract

import (
	"tallystick/chaincode/member"
	"tallystick/chaincode/row"
)

// memberVerbs are those of members and of what is shown to them. Who may and
// what is refused in which order stands at the request's type.
var memberVerbs = []verb{
	reading((*call).enrol, func(r *run, req member.EnrolRequest) []string {
		keys := []string{string(row.Member(req.Member))}
		if req.HasAccount() {
			keys = append(keys, string(row.Account(r.caller.ID, req.Channel, req.Account)))
		}
		return keys
	}),
	reading((*call).link, func(r *run, req member.LinkRequest) []string {
		return []string{string(row.Member(req.Member)), string(row.Account(r.caller.ID, req.Channel, req.Account))}
	}),
	reading((*call).unlink, func(_ *run, req member.UnlinkRequest) []string {
		return []string{string(row.Member(req.Member)), string(row.Account(req.Party, req.Channel, req.Account))}
	}),
	reading((*call).invite, func(_ *run, req member.InviteRequest) []string { return []string{string(row.Member(req.Member))} }),
	does((*call).cancelInvitation),
	reading((*call).mergeMembers, func(_ *run, req member.MergeRequest) []string {
		return []string{string(row.Member(req.From)), string(row.Member(req.Into)), string(row.Invitation(req.Invitation))}
	}),
	reading((*call).setKey, func(_ *run, req member.SetKeyRequest) []string { return []string{string(row.Member(req.Member))} }),
	reading((*call).consent, func(_ *run, req member.ConsentRequest) []string { return []string{string(row.Member(req.Member))} }),
	does((*call).share),
	does((*call).withdrawConsent),
	does((*call).erase),
	reading((*call).label, func(r *run, req member.LabelRequest) []string {
		return []string{string(row.Member(req.Member)), string(row.Labels(req.Member, r.caller.ID))}
	}),
	reading((*call).authorise, func(_ *run, req member.AuthoriseRequest) []string {
		keys := []string{string(row.Member(req.Member)), string(row.Party(req.Acceptor))}
		for _, limit := range req.Caps {
			keys = append(keys, string(row.Programme(limit.Programme)))
		}
		return keys
	}),
	reading((*call).revokeAuthorisation, func(_ *run, req member.RevokeAuthorisationRequest) []string {
		return []string{string(row.Authorisation(req.Authorisation))}
	}),
	does((*call).publishOffer),
	does((*call).withdrawOffer),
}

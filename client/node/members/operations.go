// Package members has what a node does with members: enrolment, accounts, consents, authorisations, profiles, wallets.
package members

import "tallystick/client/node"

// Operations lists what this package does, by the file of their noun. One that is declared and not listed fails a test.
func Operations() []node.Operation {
	return []node.Operation{
		MemberRecognise, MemberLink, MemberUnlink, MemberUnlinkCustomer,
		MemberConsent, MemberShare, MemberWithdraw, MemberProfileRead,
		MemberEnrol,
		MemberMerge, MemberErase, MemberSweep,
		MemberInvite, MemberAuthorise, MemberAuthoriseCode, MemberAuthoriseSigned,
		MemberCancel, MemberKey, MemberLabel, MemberRevoke, MemberAuthorisations, MemberShow, MemberLabels,
		MemberList,
		MemberKeyGenerate,
		MemberProfileSet, MemberProfileShow,
		PointsWallet, PointsFreezes, PointsLiability,
	}
}

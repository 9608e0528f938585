package row

import (
	"tallystick/chaincode/audience"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
)

// The rows of members and of what is shown to them:
//
//	m/MEMBER                   member
//	ma/PARTY/CHANNEL/HEX       account, by its commitment
//	mi/NUMBER                  invitation: named by the command that made it, and so
//	mc/NUMBER, mz/NUMBER       consent, authorisation
//	ml/MEMBER/PARTY            labels of a member by a party
//	mk/MEMBER/NONCEHEX         signed statement that was used
//	n/PARTY/OFFER              offer
var (
	members = as[member.Member]("m", "member", "MEMBER", makes(owner(home), command.Enrol),
		changes(owner(home), command.SetKey, command.Consent, command.Erase),
		changes(anyone, command.Link, command.Unlink, command.Merge, command.WithdrawConsent,
			command.Freeze, command.Unfreeze, command.Appeal, command.Dismiss),
		keeping(func(b, a member.Member) bool { return b.ID == a.ID && b.Home == a.Home && b.Number == a.Number }))
	accounts = as[member.Account]("ma", "account", "PARTY/CHANNEL/HEX",
		makes(inKey("PARTY"), command.Enrol, command.Link), changes(anyone, command.Unlink, command.Erase))
	invitations = byCommand[member.Invitation]("mi", "invitation", makes(itsCommand, command.Invite),
		changes(anyone, command.Link, command.Merge),
		changes(owner(func(i member.Invitation) string { return i.By }), command.CancelInvitation))
	consents = byCommand[member.Consent]("mc", "consent", makes(itsCommand, command.Consent),
		changes(anyone, command.WithdrawConsent),
		changes(owner(func(c member.Consent) string { return c.By }), command.Share, command.Erase))
	labels = as[member.Labels]("ml", "labels", "MEMBER/PARTY", writes(inKey("PARTY"), command.Label),
		changes(anyone, command.Erase))
	authorisations = byCommand[member.Authorisation]("mz", "authorisation", makes(itsCommand, command.Authorise),
		changes(anyone, command.RevokeAuthorisation, command.EndTrade, command.TimeOut, command.CancelOrder,
			command.TimeOutOrder),
		changes(owner(func(a member.Authorisation) string { return a.Acceptor }), command.Hold, command.Release,
			command.Transfer, command.OfferTrade,
			command.TakeTrade, command.Convert, command.BuyBenefit, command.PlaceOrder, command.RejectOrder),
		keeping(func(b, a member.Authorisation) bool {
			return b.Member == a.Member && b.Acceptor == a.Acceptor && b.By == a.By && b.Until == a.Until
		}))
	statementsUsed = as[member.Used]("mk", "statement used", "MEMBER/NONCE", makes(anyone, command.Authorise))
	offers         = as[audience.Offer]("n", "offer", "PARTY/OFFER", writes(inKey("PARTY"), command.PublishOffer),
		changes(inKey("PARTY"), command.WithdrawOffer))
)

func home(m member.Member) string { return m.Home }

// Member is the key of a member.
func Member(id string) Key[member.Member] { return members.at(id) }

// Account is the key of an account of a party's channel.
func Account(party, channel string, account codec.Hash) Key[member.Account] {
	return accounts.at(party, channel, account.String())
}

// Invitation is the key of an invitation.
func Invitation(n number.Command) Key[member.Invitation] {
	return invitations.by(n)
}

// Consent is the key of a consent.
func Consent(n number.Command) Key[member.Consent] {
	return consents.by(n)
}

// Authorisation is the key of an authorisation.
func Authorisation(n number.Command) Key[member.Authorisation] {
	return authorisations.by(n)
}

// Labels is the key of what a party says of a member.
func Labels(id, party string) Key[member.Labels] {
	return labels.at(id, party)
}

// StatementUsed is the key of a signed statement of a member that has counted.
func StatementUsed(id string, nonce member.Nonce) Key[member.Used] {
	return statementsUsed.at(id, nonce.String())
}

// Offer is the key of an enterprise's offer.
func Offer(party, id string) Key[audience.Offer] {
	return offers.at(party, id)
}

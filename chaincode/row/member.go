package row

import (
	"tallystick/chaincode/audience"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
)

// memberReaders reads the rows of members and of what is shown to them:
//
//	m/MEMBER                   member
//	ma/PARTY/CHANNEL/HEX       account, by its commitment
//	mi/NUMBER                  invitation: named by the command that made it, and so
//	mc/NUMBER, mz/NUMBER       consent, authorisation
//	ml/MEMBER/PARTY            labels of a member by a party
//	mk/MEMBER/NONCEHEX         signed statement that was used
//	n/PARTY/OFFER              offer
var memberReaders = map[string]reader{
	"m": as[member.Member]("member", "MEMBER", makes(owner(home), command.Enrol), changes(owner(home), command.SetKey, command.Consent, command.Erase),
		changes(anyone, command.Link, command.Unlink, command.Merge, command.WithdrawConsent,
			command.Freeze, command.Unfreeze, command.Appeal, command.Dismiss),
		keeping(func(b, a member.Member) bool { return b.ID == a.ID && b.Home == a.Home && b.Number == a.Number })),
	"ma": as[member.Account]("account", "PARTY/CHANNEL/HEX", makes(inKey("PARTY"), command.Enrol, command.Link), changes(anyone, command.Unlink, command.Erase)),
	"mi": byCommand[member.Invitation]("invitation", makes(itsCommand, command.Invite), changes(anyone, command.Link, command.Merge),
		changes(owner(func(i member.Invitation) string { return i.By }), command.CancelInvitation)),
	"mc": byCommand[member.Consent]("consent", makes(itsCommand, command.Consent), changes(anyone, command.WithdrawConsent),
		changes(owner(func(c member.Consent) string { return c.By }), command.Share, command.Erase)),
	"ml": as[member.Labels]("labels", "MEMBER/PARTY", writes(inKey("PARTY"), command.Label), changes(anyone, command.Erase)),
	"mz": byCommand[member.Authorisation]("authorisation", makes(itsCommand, command.Authorise),
		changes(anyone, command.RevokeAuthorisation, command.EndTrade, command.TimeOut, command.CancelOrder, command.TimeOutOrder),
		changes(owner(func(a member.Authorisation) string { return a.Acceptor }), command.Hold, command.Release, command.Transfer, command.OfferTrade,
			command.TakeTrade, command.Convert, command.BuyBenefit, command.PlaceOrder, command.RejectOrder),
		keeping(func(b, a member.Authorisation) bool {
			return b.Member == a.Member && b.Acceptor == a.Acceptor && b.By == a.By && b.Until == a.Until
		})),
	"mk": as[member.Used]("statement used", "MEMBER/NONCE", makes(anyone, command.Authorise)),
	"n":  as[audience.Offer]("offer", "PARTY/OFFER", writes(inKey("PARTY"), command.PublishOffer), changes(inKey("PARTY"), command.WithdrawOffer)),
}

func home(m member.Member) string { return m.Home }

// Member is the key of a member.
func Member(id string) Key[member.Member] { return Key[member.Member]("m/" + id) }

// Account is the key of an account of a party's channel.
func Account(party, channel string, account codec.Hash) Key[member.Account] {
	return Key[member.Account]("ma/" + party + "/" + channel + "/" + account.String())
}

// Invitation is the key of an invitation.
func Invitation(n number.Command) Key[member.Invitation] {
	return Key[member.Invitation](appendSortable([]byte("mi/"), n))
}

// Consent is the key of a consent.
func Consent(n number.Command) Key[member.Consent] {
	return Key[member.Consent](appendSortable([]byte("mc/"), n))
}

// Authorisation is the key of an authorisation.
func Authorisation(n number.Command) Key[member.Authorisation] {
	return Key[member.Authorisation](appendSortable([]byte("mz/"), n))
}

// Labels is the key of what a party says of a member.
func Labels(id, party string) Key[member.Labels] {
	return Key[member.Labels]("ml/" + id + "/" + party)
}

// StatementUsed is the key of a signed statement of a member that has counted.
func StatementUsed(id string, nonce member.Nonce) Key[member.Used] {
	return Key[member.Used]("mk/" + id + "/" + nonce.String())
}

// Offer is the key of an enterprise's offer.
func Offer(party, id string) Key[audience.Offer] {
	return Key[audience.Offer]("n/" + party + "/" + id)
}

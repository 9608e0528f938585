package contract

import (
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/party"
)

// may says which parties may send a kind of command at all. Whose row it may act on is
// asked by the kind's verb.
type may struct {
	roles party.Roles // one of these is needed
	ever  bool        // to have had one is enough, whatever became of the party
}

// now lets a party begin something: it has one of the roles today and is active.
func now(roles party.Roles) may { return may{roles: roles} }

// What several kinds ask for.
var (
	byOperator = now(party.Operator)
	byIssuer   = now(party.Issuer)
	byAcceptor = now(party.Acceptor)
	bySupplier = now(party.Supplier)
	byMerchant = now(party.Issuer | party.Acceptor)
	byProvider = now(party.Acceptor | party.Supplier)
	byBusiness = now(party.Business)
	// toFinish lets a party bring to an end what it began, and what others began and their
	// deadline has ended. It outlives roles and suspension, or the others would pay for
	// them; who only ever audited has begun nothing.
	toFinish = may{roles: party.Business, ever: true}
	byAnyone = may{ever: true} // even who only audits
)

// mays has an entry for every kind of command.
var mays = map[command.Kind]may{
	command.RegisterParty: byOperator,
	command.AdvanceDate:   byOperator,
	command.AmendParty:    byOperator,
	command.SetParty:      byOperator,
	command.BeginPeer:     byAnyone,

	command.OpenProgramme: byIssuer,
	command.Issue:         byIssuer,
	command.SetRules:      byIssuer,
	command.SetRule:       byIssuer,
	command.Award:         byIssuer,
	command.PublishRate:   byIssuer,
	command.AgreeRate:     byIssuer,
	command.Convert:       byIssuer,
	command.Revoke:        byIssuer,
	command.Adjust:        byIssuer,
	command.SetProgramme:  now(party.Issuer | party.Operator),
	command.Freeze:        now(party.Issuer | party.Operator),
	command.Relieve:       now(party.Issuer | party.Operator),
	command.Hold:          byAcceptor,
	command.Activate:      byBusiness,
	command.Transfer:      byBusiness,
	command.Pledge:        byBusiness,
	command.OfferTrade:    byBusiness,
	command.TakeTrade:     byBusiness,
	command.Capture:       toFinish,
	command.Release:       toFinish,
	command.TimeOut:       toFinish,
	command.Refund:        toFinish,
	command.Cancel:        toFinish,
	command.EndTrade:      toFinish,
	command.Expire:        toFinish,
	command.Unfreeze:      toFinish,
	command.Appeal:        toFinish,
	command.Dismiss:       toFinish,

	command.Enrol:               byMerchant,
	command.Link:                byMerchant,
	command.Label:               byMerchant,
	command.PublishOffer:        byMerchant,
	command.SetKey:              byBusiness,
	command.Consent:             byBusiness,
	command.Share:               byBusiness,
	command.Authorise:           byBusiness,
	command.Unlink:              toFinish,
	command.Invite:              toFinish, // so that a closed party's members can leave it
	command.CancelInvitation:    toFinish,
	command.Merge:               toFinish,
	command.WithdrawConsent:     toFinish,
	command.Erase:               toFinish,
	command.RevokeAuthorisation: toFinish,
	command.WithdrawOffer:       toFinish,

	command.DefineBenefit:       byProvider,
	command.AmendBenefit:        byProvider,
	command.BuyBenefit:          byProvider,
	command.ReserveEntitlement:  byProvider,
	command.GrantBenefit:        byBusiness,
	command.ActivateEntitlement: byBusiness,
	command.TransferEntitlement: byBusiness,
	command.Unreserve:           toFinish,
	command.WriteOff:            toFinish,
	command.ReverseWriteOff:     toFinish,
	command.ExpireEntitlement:   toFinish,
	command.RevokeEntitlement:   toFinish,
	command.NewCode:             toFinish,

	command.ProposeCampaign: now(party.Issuer | party.Acceptor | party.Supplier),
	command.AwardPurchase:   now(party.Issuer | party.Acceptor | party.Supplier),
	command.AgreeCampaign:   byBusiness,
	command.LeaveCampaign:   toFinish,
	command.EndCampaign:     toFinish,

	command.SurrenderQuota: toFinish,

	command.ApproveSupplier:  byOperator,
	command.RefuseSupplier:   byOperator,
	command.ApplySupplier:    byBusiness,
	command.SetGood:          bySupplier,
	command.OfferTerms:       bySupplier,
	command.Restock:          bySupplier,
	command.SetStorefront:    byAcceptor,
	command.ListGood:         byAcceptor,
	command.SetOutlet:        byProvider,
	command.WithdrawSupplier: toFinish,
	command.WithdrawStock:    toFinish,

	command.PlaceOrder:    byAcceptor,
	command.AcceptOrder:   byAcceptor,
	command.RejectOrder:   toFinish,
	command.CancelOrder:   toFinish,
	command.TimeOutOrder:  toFinish,
	command.ShipOrder:     toFinish,
	command.DeliverOrder:  toFinish,
	command.CompleteOrder: toFinish,
	command.RequestReturn: toFinish,
	command.ReceiveReturn: toFinish,
	command.RefuseReturn:  toFinish,
	command.RefundReturn:  toFinish,
	command.TimeOutReturn: toFinish,
	command.PayBack:       toFinish,

	command.CutOff:          byOperator,
	command.SetPolicy:       byOperator,
	command.RuleDispute:     now(party.Operator | party.Auditor),
	command.AcceptPolicy:    toFinish,
	command.ConfirmDate:     byBusiness,
	command.Prefund:         byBusiness,
	command.Deposit:         byBusiness,
	command.ProposeModel:    byBusiness,
	command.AgreeModel:      byBusiness,
	command.LeaveModel:      toFinish,
	command.Compute:         toFinish,
	command.OpenHidden:      toFinish,
	command.SignStatement:   toFinish,
	command.CarryStatement:  toFinish,
	command.ClaimStatement:  toFinish,
	command.CarryPayment:    toFinish,
	command.LapseDispute:    toFinish,
	command.Finalise:        toFinish,
	command.Instruct:        toFinish,
	command.Advise:          toFinish,
	command.Bounce:          toFinish,
	command.TakeBack:        toFinish,
	command.RaiseDispute:    toFinish,
	command.AnswerDispute:   toFinish,
	command.AcceptDispute:   toFinish,
	command.RejectDispute:   toFinish,
	command.SplitDispute:    toFinish,
	command.AgreeSplit:      toFinish,
	command.EscalateDispute: toFinish,
	command.WithdrawDispute: toFinish,
}

// allow refuses with FORBIDDEN a party that may not send such a command: it has none of
// the roles, or is suspended or closed.
func (m may) allow(p party.Party, kind command.Kind) error {
	switch {
	case m.ever && (m.roles == 0 || (p.Roles|p.Had)&m.roles != 0):
		return nil
	case m.ever || p.Roles&m.roles == 0:
		return fault.New(fault.Forbidden, "%s has no role for %s", p.ID, kind)
	case p.State != party.Active:
		return fault.New(fault.Forbidden, "%s is %s: it begins nothing", p.ID, p.State)
	}
	return nil
}

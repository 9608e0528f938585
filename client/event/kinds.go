package event

import (
	"regexp"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
)

// kind is what the events of one kind of command are called, and whom they are for besides those whom the command
// concerns.
type kind struct {
	of       command.Kind
	name     string
	everyone bool
}

// kinds has a type of event for each kind of command: TestEveryCommandIsAnEvent names those that were forgotten. A name
// never changes, and is never used again for something else.
var kinds = []kind{
	{command.RegisterParty, "party.registered", true},
	{command.AmendParty, "party.amended", true},
	{command.SetParty, "party.state_set", true},
	{command.BeginPeer, "party.peer_begun", true},

	{command.OpenProgramme, "programme.opened", true},
	{command.SetRules, "programme.rules_set", true},
	{command.SetProgramme, "programme.state_set", true},
	{command.Relieve, "programme.liability_relieved", false},
	{command.PublishRate, "rate.published", true},
	{command.AgreeRate, "rate.agreed", true},

	{command.Issue, "points.issued", false},
	{command.Activate, "points.activated", false},
	{command.Hold, "points.held", false},
	{command.Capture, "points.captured", false},
	{command.Release, "points.released", false},
	{command.TimeOut, "points.timed_out", false},
	{command.Refund, "points.refunded", false},
	{command.Transfer, "points.transferred", false},
	{command.Convert, "points.converted", false},
	{command.Expire, "points.expired", false},
	{command.Revoke, "points.revoked", false},
	{command.Adjust, "points.adjusted", false},
	{command.Freeze, "points.frozen", false},
	{command.Unfreeze, "points.unfrozen", false},
	{command.Appeal, "points.adjustment_appealed", false},
	{command.Dismiss, "points.appeal_dismissed", false},
	{command.SetRule, "points.rule_set", true},
	{command.Award, "points.awarded", false},
	{command.Cancel, "points.award_cancelled", false},
	{command.Pledge, "points.redemption_pledged", true},
	{command.OfferTrade, "trade.offered", true},
	{command.TakeTrade, "trade.taken", false},
	{command.EndTrade, "trade.ended", false},

	{command.Enrol, "member.enrolled", false},
	{command.Link, "member.account_linked", false},
	{command.Unlink, "member.account_unlinked", false},
	{command.Invite, "member.invited", false},
	{command.CancelInvitation, "member.invitation_cancelled", false},
	{command.Merge, "member.merged", false},
	{command.SetKey, "member.key_set", false},
	{command.Consent, "member.consent_given", false},
	{command.Share, "member.data_shared", false},
	{command.WithdrawConsent, "member.consent_withdrawn", false},
	{command.Erase, "member.erased", true},
	{command.Label, "member.labelled", false},
	{command.Authorise, "member.use_authorised", false},
	{command.RevokeAuthorisation, "member.authorisation_revoked", false},

	{command.DefineBenefit, "benefit.defined", true},
	{command.AmendBenefit, "benefit.amended", true},
	{command.GrantBenefit, "benefit.granted", false},
	{command.BuyBenefit, "benefit.bought", false},
	{command.ActivateEntitlement, "benefit.activated", false},
	{command.ReserveEntitlement, "benefit.reserved", false},
	{command.Unreserve, "benefit.unreserved", false},
	{command.WriteOff, "benefit.written_off", false},
	{command.ReverseWriteOff, "benefit.write_off_reversed", false},
	{command.ExpireEntitlement, "benefit.expired", false},
	{command.RevokeEntitlement, "benefit.revoked", false},
	{command.TransferEntitlement, "benefit.transferred", false},
	{command.NewCode, "benefit.code_renewed", false},
	{command.PublishOffer, "offer.published", true},
	{command.WithdrawOffer, "offer.withdrawn", true},
	{command.SurrenderQuota, "quota.surrendered", false},

	{command.ProposeCampaign, "campaign.proposed", false},
	{command.AgreeCampaign, "campaign.agreed", false},
	{command.LeaveCampaign, "campaign.left", false},
	{command.EndCampaign, "campaign.ended", false},
	{command.AwardPurchase, "campaign.awarded", false},

	{command.ApplySupplier, "supplier.applied", true},
	{command.ApproveSupplier, "supplier.approved", true},
	{command.RefuseSupplier, "supplier.refused", false},
	{command.WithdrawSupplier, "supplier.withdrawn", true},
	{command.SetGood, "good.set", true},
	{command.ListGood, "good.listed", true},
	{command.OfferTerms, "terms.offered", false},
	{command.Restock, "stock.filled", false},
	{command.WithdrawStock, "stock.withdrawn", false},
	{command.SetStorefront, "storefront.set", true},
	{command.SetOutlet, "outlet.set", true},

	{command.PlaceOrder, "order.placed", false},
	{command.AcceptOrder, "order.accepted", false},
	{command.RejectOrder, "order.rejected", false},
	{command.CancelOrder, "order.cancelled", false},
	{command.TimeOutOrder, "order.timed_out", false},
	{command.ShipOrder, "order.shipped", false},
	{command.DeliverOrder, "order.delivered", false},
	{command.CompleteOrder, "order.completed", false},
	{command.PayBack, "order.cash_paid_back", false},
	{command.RequestReturn, "return.requested", false},
	{command.ReceiveReturn, "return.received", false},
	{command.RefuseReturn, "return.refused", false},
	{command.RefundReturn, "return.refunded", false},
	{command.TimeOutReturn, "return.timed_out", false},

	{command.AdvanceDate, "cycle.date_advanced", true},
	{command.ConfirmDate, "cycle.date_confirmed", true},
	{command.CutOff, "cycle.cut_off", true},
	{command.Compute, "cycle.computed", true},
	{command.Finalise, "cycle.finalised", true},
	{command.SetPolicy, "cycle.policy_proposed", true},
	{command.AcceptPolicy, "cycle.policy_accepted", true},
	{command.ProposeModel, "model.proposed", false},
	{command.AgreeModel, "model.agreed", false},
	{command.LeaveModel, "model.left", false},

	{command.OpenHidden, "statement.supply_opened", false},
	{command.SignStatement, "statement.signed", false},
	{command.CarryStatement, "statement.carried", false},
	{command.ClaimStatement, "statement.sums_claimed", false},
	{command.RaiseDispute, "dispute.raised", false},
	{command.AnswerDispute, "dispute.answered", false},
	{command.AcceptDispute, "dispute.accepted", false},
	{command.RejectDispute, "dispute.rejected", false},
	{command.SplitDispute, "dispute.split_proposed", false},
	{command.AgreeSplit, "dispute.split_agreed", false},
	{command.EscalateDispute, "dispute.escalated", false},
	{command.RuleDispute, "dispute.ruled", false},
	{command.WithdrawDispute, "dispute.withdrawn", false},
	{command.LapseDispute, "dispute.lapsed", false},

	{command.Instruct, "payment.instructed", false},
	{command.Advise, "payment.advised", false},
	{command.TakeBack, "payment.taken_back", false},
	{command.Bounce, "payment.bounced", false},
	{command.CarryPayment, "payment.carried", false},
	{command.Deposit, "payment.deposited", false},
	{command.Prefund, "payment.prefunded", false},
}

// byKind has the types of events by the kinds of commands, nil where there is none.
var byKind = func() (list [256]*kind) {
	for i := range kinds {
		list[kinds[i].of] = &kinds[i]
	}
	return list
}()

// TypeOf is what an event of a kind of command is called, "" for a kind that there isn't.
func TypeOf(k command.Kind) string {
	if known := byKind[k]; known != nil {
		return known.name
	}
	return ""
}

// Type is a type of events.
type Type struct {
	Name     string `json:"name"`
	En       string `json:"en"` // what happened
	Zh       string `json:"zh"`
	Everyone bool   `json:"everyone"` // every party is told, not only those whom the command concerns
}

// Types lists all types, by subject.
func Types() []Type {
	list := make([]Type, len(kinds))
	for i, k := range kinds {
		en, zh := k.of.Words()
		list[i] = Type{k.name, en, zh, k.everyone}
	}
	return list
}

// Wanted is a choice of types: all of them if it names none.
type Wanted struct{ kinds map[string]bool }

var typeForm = regexp.MustCompile(`^[a-z_]+\.([a-z_]+|\*)$`)

// Want chooses types by their names; "order.*" names all of a subject. BAD_REQUEST for one that there isn't.
func Want(names []string) (Wanted, error) {
	var w Wanted
	for _, name := range names {
		if !typeForm.MatchString(name) {
			return w, fault.New(fault.BadRequest,
				"`types`: %.60q is no type of events; see `event.types`; an asterisk behind the point names all of a subject", name)
		}
		found := false
		for _, k := range kinds {
			if k.name == name || name[len(name)-1] == '*' && subjectOf(k.name) == name[:len(name)-1] {
				if found = true; w.kinds == nil {
					w.kinds = map[string]bool{}
				}
				w.kinds[k.name] = true
			}
		}
		if !found {
			return w, fault.New(fault.BadRequest, "`types`: there are no events %.60q; see `event.types`", name)
		}
	}
	return w, nil
}

// Has says whether a type was chosen.
func (w Wanted) Has(name string) bool { return w.kinds == nil || w.kinds[name] }

// subjectOf is a name up to its point: "order." of "order.placed".
func subjectOf(name string) string {
	for i := range name {
		if name[i] == '.' {
			return name[:i+1]
		}
	}
	return name
}

package adversary

import (
	"fmt"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
)

// machine is the states of one kind of row: what moves it, who may, and from when on.
type machine struct {
	row    string             // its kind
	words  func(uint8) string // the code's names of its states
	states []state
}

// state is one state. It is final if it has no moves.
type state struct {
	name  string
	waits string // for whom
	moves []move
	// rests says why it may stay for ever without harming anybody else, "" if it may not: then somebody for whom
	// it doesn't wait must be able to end it after a deadline.
	rests string
}

// move is one arrow of the picture.
type move struct {
	who   string // "anyone" for every party
	kinds []command.Kind
	to    string
	after string // the deadline from which on, "" for none
}

func by(who, to string, kinds ...command.Kind) move { return move{who, kinds, to, ""} }

func after(deadline, who, to string, kinds ...command.Kind) move {
	return move{who, kinds, to, deadline}
}

func final(names ...string) (list []state) {
	for _, n := range names {
		list = append(list, state{name: n})
	}
	return list
}

func waiting(name, waits string, moves ...move) state {
	return state{name: name, waits: waits, moves: moves}
}

func resting(name, waits, rests string, moves ...move) state {
	return state{name, waits, moves, rests}
}

// words are the names of a type of states.
func words[S interface {
	~uint8
	fmt.Stringer
}]() func(uint8) string {
	return func(i uint8) string { return S(i).String() }
}

func of(row string, names func(uint8) string, states []state, more ...state) machine {
	return machine{row, names, append(more, states...)}
}

// machines are all state machines of the ledger.
var machines = []machine{
	of("party", words[party.State](), nil,
		resting("PENDING", "its first command", "nobody can deal with it", by("itself", "ACTIVE", command.BeginPeer),
			by("operator", "CLOSED", command.SetParty)),
		resting("ACTIVE", "nobody", "business goes on", by("operator", "SUSPENDED", command.SetParty),
			by("operator", "CLOSED", command.SetParty)),
		resting("SUSPENDED", "operator", "what it began ends as if it were silent; its members can leave it",
			by("operator", "ACTIVE", command.SetParty), by("operator", "CLOSED", command.SetParty)),
		resting("CLOSED", "operator", "as SUSPENDED", by("operator", "ACTIVE", command.SetParty),
			by("operator", "PENDING", command.SetParty))),
	of("programme", words[points.ProgrammeState](), nil,
		resting("OPEN", "nobody", "business goes on", by("issuer, operator", "SUSPENDED", command.SetProgramme),
			by("issuer", "CLOSED", command.SetProgramme)),
		resting("SUSPENDED", "who suspended it", "what is out is spent, refunded and converted as before",
			by("who suspended it", "OPEN", command.SetProgramme), by("issuer", "CLOSED", command.SetProgramme)),
		resting("CLOSED", "issuer", "as SUSPENDED", by("issuer", "OPEN", command.SetProgramme))),
	of("lot", words[points.LotState](), final("EXPIRED", "REVOKED", "CANCELLED"),
		resting("PENDING", "witness",
			"issuer and witness, either of them, can cancel it; nobody else has anything in it",
			by("witness", "ACTIVE", command.Activate), by("issuer, witness", "CANCELLED", command.Cancel)),
		resting("ACTIVE", "member", "after its last day it pays for nothing; to expire it is the issuer's gain alone",
			by("issuer", "EXPIRED", command.Expire), by("issuer", "REVOKED", command.Revoke))),
	of("hold", words[points.HoldState](), final("CAPTURED", "CLOSED", "RELEASED", "TIMED_OUT"),
		waiting("OPEN", "acceptor", by("acceptor", "CAPTURED", command.Capture),
			by("acceptor", "PART_CAPTURED", command.Capture), by("acceptor", "RELEASED", command.Release),
			after("its deadline", "anyone", "TIMED_OUT", command.TimeOut)),
		waiting("PART_CAPTURED", "acceptor", by("acceptor", "CAPTURED", command.Capture),
			by("acceptor", "CLOSED", command.Release),
			after("its deadline", "anyone", "CLOSED", command.TimeOut))),
	of("trade", words[points.TradeState](), final("SWAPPED", "WITHDRAWN", "LAPSED"),
		waiting("OFFERED", "a taker", by("the taker's home", "SWAPPED", command.TakeTrade),
			by("maker", "WITHDRAWN", command.EndTrade),
			after("its end", "anyone", "LAPSED", command.EndTrade))),
	of("appeal", words[member.AppealState](), nil,
		resting("NONE", "the member's home", "an issuer stops what it owes itself, the operator what it must",
			by("the member's home", "APPEALED", command.Appeal), by("who froze", "lifted", command.Unfreeze)),
		resting("APPEALED", "who froze", "as NONE", by("who froze", "DISMISSED", command.Dismiss),
			by("who froze", "lifted", command.Unfreeze)),
		resting("DISMISSED", "who froze", "as NONE", by("the member's home", "APPEALED", command.Appeal),
			by("who froze", "lifted", command.Unfreeze))),
	of("authorisation", words[member.AuthorisationState](), final("REVOKED", "USED"),
		resting("WAITING", "its code", "without effect after its last second", by("acceptor", "USED", command.Hold),
			by("home", "REVOKED", command.RevokeAuthorisation)),
		resting("OPEN", "acceptor", "without effect after its last second",
			by("home", "REVOKED", command.RevokeAuthorisation))),
	of("consent", words[member.ConsentState](), final("WITHDRAWN"),
		resting("ACTIVE", "home", "without effect after its last day",
			by("home", "WITHDRAWN", command.WithdrawConsent, command.Erase))),
	of("invitation", words[member.InvitationState](), final("USED", "CANCELLED"),
		resting("OPEN", "its code", "without effect after its last second",
			by("who has the code", "USED", command.Link, command.Merge),
			by("who invited", "CANCELLED", command.CancelInvitation))),
	of("account", words[member.AccountState](), final("UNLINKED"),
		resting("LINKED", "nobody", "a customer of its party's", by("its party, home", "UNLINKED", command.Unlink))),
	of("member", words[member.State](), final("MERGED", "ERASED"),
		resting("ACTIVE", "nobody", "a person", by("home", "MERGED", command.Merge),
			by("home", "ERASED", command.Erase))),
	of("entitlement", words[benefit.State](), final("CONSUMED", "EXPIRED", "REVOKED", "REVERSED"),
		waiting("GRANTED", "witness", by("witness", "ACTIVE", command.ActivateEntitlement),
			by("grantor, provider", "REVOKED", command.RevokeEntitlement),
			after("its last day", "anyone", "EXPIRED", command.ExpireEntitlement)),
		waiting("ACTIVE", "member", by("provider", "CONSUMED", command.WriteOff),
			by("provider", "RESERVED", command.ReserveEntitlement),
			by("grantor, provider", "REVOKED", command.RevokeEntitlement),
			after("its last day", "anyone", "EXPIRED", command.ExpireEntitlement)),
		waiting("RESERVED", "provider", by("provider", "CONSUMED", command.WriteOff),
			by("provider", "ACTIVE", command.Unreserve),
			after("the reservation's end", "anyone", "ACTIVE", command.Unreserve),
			after("its last day", "anyone", "EXPIRED", command.ExpireEntitlement))),
	of("write-off", words[benefit.WriteOffState](), final("REVERSED"),
		resting("DONE", "nobody", "a fact; it can be reversed within the model's window",
			by("provider", "REVERSED", command.ReverseWriteOff))),
	of("campaign", words[campaign.State](), final("ENDED", "WITHDRAWN"),
		resting("PROPOSED", "its funders", "it awards nothing", by("its last funder", "ACTIVE", command.AgreeCampaign),
			by("proposer, funders", "WITHDRAWN", command.EndCampaign, command.LeaveCampaign)),
		resting("ACTIVE", "nobody", "after its last day it awards nothing",
			by("proposer, funders", "ENDED", command.EndCampaign, command.LeaveCampaign))),
	of("supplier", words[goods.SupplierState](), final("REFUSED", "WITHDRAWN"),
		resting("APPLIED", "operator", "it lists nothing, and can withdraw",
			by("operator", "APPROVED", command.ApproveSupplier), by("operator", "REFUSED", command.RefuseSupplier),
			by("its party", "WITHDRAWN", command.WithdrawSupplier)),
		resting("APPROVED", "nobody", "what was ordered of it goes on",
			by("operator", "SUSPENDED", command.RefuseSupplier),
			by("its party", "WITHDRAWN", command.WithdrawSupplier)),
		resting("SUSPENDED", "operator", "what was ordered of it goes on",
			by("operator", "APPROVED", command.ApproveSupplier),
			by("its party", "WITHDRAWN", command.WithdrawSupplier))),
	of("part", words[goods.State](), final("COMPLETED", "REJECTED", "CANCELLED", "TIMED_OUT"),
		waiting("PLACED", "seller", by("seller", "ACCEPTED", command.AcceptOrder),
			by("seller", "REJECTED", command.RejectOrder), by("seller, home", "CANCELLED", command.CancelOrder),
			after("the moment to accept by", "anyone", "TIMED_OUT", command.TimeOutOrder)),
		waiting("ACCEPTED", "seller", by("seller, supplier", "SHIPPED", command.ShipOrder),
			by("seller, supplier, home", "DELIVERED", command.DeliverOrder),
			by("seller", "CANCELLED", command.CancelOrder),
			after("the days to ship", "anyone", "TIMED_OUT", command.TimeOutOrder)),
		waiting("SHIPPED", "carrier", by("seller, supplier, home", "DELIVERED", command.DeliverOrder),
			by("seller", "CANCELLED", command.CancelOrder),
			after("the days of silence", "anyone", "DELIVERED", command.DeliverOrder)),
		waiting("DELIVERED", "member", by("home", "COMPLETED", command.CompleteOrder),
			after("the days to return", "anyone", "COMPLETED", command.CompleteOrder))),
	of("return", words[goods.ReturnState](), final("REFUNDED", "REFUSED"),
		waiting("REQUESTED", "seller", by("seller, supplier", "RECEIVED", command.ReceiveReturn),
			by("seller", "REFUSED", command.RefuseReturn),
			after("the days to answer", "anyone", "REFUNDED", command.TimeOutReturn)),
		waiting("RECEIVED", "seller", by("seller", "REFUNDED", command.RefundReturn),
			by("seller", "REFUSED", command.RefuseReturn),
			after("the days to answer", "anyone", "REFUNDED", command.TimeOutReturn))),
	of("cash", words[goods.DueState](), final("PAID_BACK"),
		resting("OWED", "seller", "money is owed, and only banks pay",
			by("seller, home", "PAID_BACK", command.PayBack))),
	of("programme", words[points.ProgrammeState](), nil,
		resting("OPEN", "nobody", "business goes on in it", by("issuer, operator", "SUSPENDED", command.SetProgramme),
			by("issuer", "CLOSED", command.SetProgramme)),
		resting("SUSPENDED", "who suspended it", "what is out can be spent",
			by("who suspended it", "OPEN", command.SetProgramme), by("issuer", "CLOSED", command.SetProgramme)),
		resting("CLOSED", "issuer", "what is out can be spent", by("issuer", "OPEN", command.SetProgramme),
			by("issuer", "SUSPENDED", command.SetProgramme))),
	of("party", words[party.State](), nil,
		resting("PENDING", "the party", "it has sent nothing yet", by("the party", "ACTIVE", command.BeginPeer),
			by("operator", "CLOSED", command.SetParty)),
		resting("ACTIVE", "nobody", "business goes on", by("operator", "SUSPENDED", command.SetParty),
			by("operator", "CLOSED", command.SetParty)),
		resting("SUSPENDED", "operator", "what it began goes on, by others too after each deadline",
			by("operator", "ACTIVE", command.SetParty), by("operator", "CLOSED", command.SetParty)),
		resting("CLOSED", "operator", "as SUSPENDED", by("operator", "ACTIVE", command.SetParty),
			by("operator", "PENDING", command.SetParty), by("operator", "SUSPENDED", command.SetParty))),
	of("close", words[settlement.State](), nil,
		resting("OPEN", "operator", "business goes on in it", by("operator", "CUT_OFF", command.CutOff)),
		waiting("CUT_OFF", "nobody", after("the cut-off", "anyone", "COMPUTED", command.Compute)),
		waiting("COMPUTED", "debtors and creditors",
			by("debtors and creditors", "COMPUTED", command.OpenHidden, command.SignStatement, command.RaiseDispute),
			after("the days to sign", "anyone", "FINAL", command.CarryStatement, command.Finalise)),
		waiting("FINAL", "debtors", by("debtors", "INSTRUCTED", command.Instruct),
			by("creditors", "PART_SETTLED", command.Advise), by("creditors", "SETTLED", command.Advise),
			after("each payment's day and 90 more", "anyone", "FAILED", command.CarryPayment)),
		waiting("INSTRUCTED", "banks", by("debtors", "FAILED", command.Bounce),
			by("creditors", "PART_SETTLED", command.Advise), by("creditors", "SETTLED", command.Advise),
			after("each payment's day and 90 more", "anyone", "FAILED", command.CarryPayment)),
		resting("PART_SETTLED", "banks",
			"each payment that didn't come is carried over by anyone, 90 days after its day",
			by("creditors", "SETTLED", command.Advise)),
		resting("SETTLED", "nobody", "all is paid", by("creditors", "PART_SETTLED", command.TakeBack),
			by("creditors", "FAILED", command.TakeBack)),
		resting("FAILED", "debtors", "as PART_SETTLED", by("debtors", "INSTRUCTED", command.Instruct))),
	of("pair", words[settlement.PairState](), final("AGREED", "CONSENTED", "CARRIED", "UPHELD"),
		waiting("DRAFT", "the two", by("the two", "SIGNED", command.SignStatement),
			after("the days to sign", "anyone", "CARRIED", command.CarryStatement),
			after("the days to sign", "anyone", "CONSENTED", command.Finalise)),
		waiting("SIGNED", "the other", by("the other", "AGREED", command.SignStatement),
			by("the other", "DIFFERS", command.SignStatement), by("who signed", "SIGNED", command.ClaimStatement),
			after("the days to sign", "anyone", "CARRIED", command.CarryStatement),
			after("the days to sign", "anyone", "CONSENTED", command.Finalise),
			after("the days to sign, if it is claimed", "anyone", "UPHELD", command.Finalise)),
		waiting("DIFFERS", "the two", by("the two", "AGREED", command.SignStatement),
			by("the two", "DIFFERS", command.ClaimStatement),
			after("the days to sign", "anyone", "CARRIED", command.CarryStatement),
			after("the days to sign, if it is claimed", "anyone", "UPHELD", command.Finalise))),
	of("payment", words[settlement.PaymentState](), final("CARRIED"),
		resting("SETTLED", "nobody", "it is paid; what a bank takes back is owed in another cycle",
			by("creditor", "CARRIED", command.TakeBack)),
		waiting("DUE", "debtor", by("debtor", "INSTRUCTED", command.Instruct),
			by("creditor", "SETTLED", command.Advise), by("creditor", "PART_PAID", command.Advise),
			after("its day", "creditor", "CARRIED", command.CarryPayment),
			after("its day and 90 more", "anyone", "CARRIED", command.CarryPayment)),
		waiting("INSTRUCTED", "banks", by("debtor", "FAILED", command.Bounce),
			by("creditor", "SETTLED", command.Advise), by("creditor", "PART_PAID", command.Advise),
			after("its day and 90 more", "anyone", "CARRIED", command.CarryPayment)),
		waiting("PART_PAID", "debtor", by("debtor", "INSTRUCTED", command.Instruct),
			by("creditor", "SETTLED", command.Advise), by("creditor", "CARRIED", command.Advise),
			after("its day and 90 more", "anyone", "CARRIED", command.CarryPayment)),
		waiting("FAILED", "debtor", by("debtor", "INSTRUCTED", command.Instruct),
			after("its day and 90 more", "anyone", "CARRIED", command.CarryPayment))),
	of("dispute", words[settlement.DisputeState](), final("ACCEPTED", "CLOSED", "RULED", "WITHDRAWN", "LAPSED"),
		waiting("RAISED", "the other side", by("the other side", "ANSWERED", command.AnswerDispute),
			by("the other side", "ACCEPTED", command.AcceptDispute),
			by("the other side", "REJECTED", command.RejectDispute),
			by("the other side", "SPLIT", command.SplitDispute),
			by("who raised it", "WITHDRAWN", command.WithdrawDispute),
			after("the day to answer by", "either side", "ESCALATED", command.EscalateDispute),
			after("60 days in which nothing was done", "anyone", "LAPSED", command.LapseDispute)),
		waiting("ANSWERED", "the other side", by("the other side", "ACCEPTED", command.AcceptDispute),
			by("the other side", "REJECTED", command.RejectDispute),
			by("the other side", "SPLIT", command.SplitDispute),
			by("who raised it", "WITHDRAWN", command.WithdrawDispute),
			after("the answer", "either side", "ESCALATED", command.EscalateDispute),
			after("60 days in which nothing was done", "anyone", "LAPSED", command.LapseDispute)),
		waiting("REJECTED", "who raised it", by("who raised it", "WITHDRAWN", command.WithdrawDispute),
			by("the other side", "SPLIT", command.SplitDispute),
			after("the rejection", "either side", "ESCALATED", command.EscalateDispute),
			after("60 days in which nothing was done", "anyone", "LAPSED", command.LapseDispute)),
		waiting("SPLIT", "who raised it", by("who raised it", "CLOSED", command.AgreeSplit),
			by("the other side", "REJECTED", command.RejectDispute),
			after("the offer", "either side", "ESCALATED", command.EscalateDispute),
			after("60 days in which nothing was done", "anyone", "LAPSED", command.LapseDispute)),
		waiting("ESCALATED", "operator, or an auditor", by("operator, or an auditor", "RULED", command.RuleDispute),
			by("the other side", "ACCEPTED", command.AcceptDispute),
			by("who raised it", "WITHDRAWN", command.WithdrawDispute),
			after("60 days in which nothing was done", "anyone", "LAPSED", command.LapseDispute))),
}

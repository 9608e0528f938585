package touch

import (
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

var partyTouches = []touches{
	aside[party.RegisterRequest](), aside[settlement.AdvanceRequest](),
	plain[party.AmendRequest](), plain[party.SetRequest](), plain[party.BeginPeerRequest](),
}

// cycleTouches keep one transaction in flight on a cycle's close, on a statement and on the party's notices. Who signs
// reads the close that others write; that is so rarely in flight with them that sending again costs less than waiting
// always.
var cycleTouches = []touches{
	of(func(t *Touch, _ At, _ settlement.CutOffRequest) {
		t.Weight, t.Alone = t.Weight+2, true // of its batch's obligations one row is written, and that is of one cycle
	}),
	of(func(t *Touch, _ At, r settlement.ComputeRequest) { t.closes(r.Cycle) }),
	of(func(t *Touch, _ At, r settlement.FinaliseRequest) { t.closes(r.Cycle) }),
	of(func(t *Touch, _ At, r settlement.OpenRequest) { t.statement(5, r.Cycle, r.Debtor, r.Creditor) }),
	of(func(t *Touch, _ At, r settlement.SignRequest) { t.statement(1, r.Cycle, r.With) }),
	of(func(t *Touch, _ At, r settlement.CarryRequest) { t.statement(40, r.Cycle, r.A, r.B) }),
	of(func(t *Touch, _ At, r settlement.ClaimRequest) { t.statement(1, r.Cycle, r.With) }),
	notice[settlement.ProposeRequest](), notice[settlement.AgreeRequest](), notice[settlement.LeaveRequest](),
	notice[settlement.SetPolicyRequest](), notice[settlement.AcceptPolicyRequest](),
	notice[settlement.ConfirmDateRequest](),
}

// paymentTouches keep one transaction in flight on all payments of a cycle, for its close counts them.
var paymentTouches = []touches{
	of(func(t *Touch, _ At, r settlement.InstructRequest) {
		t.payments(1+len(r.Payments), r.Cycle, r.Payments...)
	}),
	of(func(t *Touch, at At, r settlement.AdviseRequest) {
		t.payments(4, r.Cycle, r.Payment)
		for _, reference := range r.References() {
			reads(t, row.Used(at.Caller, reference))
		}
	}),
	of(func(t *Touch, _ At, r settlement.BounceRequest) { t.payments(2, r.Cycle, r.Payment) }),
	of(func(t *Touch, at At, r settlement.TakeBackRequest) {
		t.payments(6, r.Cycle, r.Payment)
		reads(t, row.Used(at.Caller, r.Receipt), row.Used(at.Caller, r.Reference))
		t.owes(at)
	}),
	of(func(t *Touch, at At, r settlement.CarryPaymentRequest) {
		t.payments(4, r.Cycle, r.Payment)
		t.owes(at)
	}),
	of(func(t *Touch, at At, r settlement.DepositRequest) {
		reads(t, row.Party(r.Holder))
		reads(t, row.Announced(at.Cycle, at.Caller, r.Holder, r.Reference))
		t.waits("deposits with", r.Holder)
		t.Weight++
	}),
	of(func(t *Touch, at At, r settlement.PrefundRequest) {
		reads(t, row.Party(r.Debtor))
		reads(t, row.Announced(at.Cycle, r.Debtor, at.Caller, r.Reference))
		reads(t, row.Used(at.Caller, r.Reference))
		reads(t, row.Prefunded(at.Cycle, r.Debtor, at.Caller))
		t.owes(at)
		t.waits("deposits with", r.Debtor) // in the cycle that is open by then
		t.Weight += 4
	}),
}

// disputeTouches read the dispute alone, but for the first. The rows of its lines aren't read beforehand: each is as
// large as a batch can make it, and whoever isn't a side may name thousands.
var disputeTouches = []touches{
	of(func(t *Touch, at At, r settlement.RaiseRequest) {
		reads(t, row.Close(r.Cycle))
		reads(t, row.Pair(r.Cycle, at.Caller, r.With))
		t.statement(2, r.Cycle, r.With)
	}),
	of(func(t *Touch, _ At, r settlement.AnswerRequest) { t.dispute(r.Dispute, 1) }),
	of(func(t *Touch, _ At, r settlement.AcceptRequest) { t.dispute(r.Dispute, 1) }),
	of(func(t *Touch, _ At, r settlement.RejectRequest) { t.dispute(r.Dispute, 1) }),
	of(func(t *Touch, _ At, r settlement.SplitRequest) { t.dispute(r.Dispute, 1) }),
	of(func(t *Touch, _ At, r settlement.AgreeSplitRequest) { t.dispute(r.Dispute, 4) }),
	of(func(t *Touch, _ At, r settlement.EscalateRequest) { t.dispute(r.Dispute, 1) }),
	of(func(t *Touch, _ At, r settlement.RuleRequest) { t.dispute(r.Dispute, 4) }),
	of(func(t *Touch, _ At, r settlement.LapseRequest) { t.dispute(r.Dispute, 4) }),
	of(func(t *Touch, _ At, r settlement.WithdrawRequest) { t.dispute(r.Dispute, 4) }),
}

// aside is for commands that an endorser's calendar, or its lanes, can refuse with their whole transaction.
func aside[R command.Request]() touches {
	return of(func(t *Touch, _ At, _ R) { t.Weight, t.Alone = t.Weight+40, true })
}

// notice is for commands that write the party's own notices.
func notice[R command.Request]() touches {
	return of(func(t *Touch, at At, _ R) {
		contends(t, row.Notice(at.Caller))
		t.Weight++
	})
}

// closes adds a close that writes a row for every two parties: how many there are is on the ledger.
func (t *Touch) closes(cycle string) {
	contends(t, row.Close(cycle))
	t.Weight += MaxWeight
}

func (t *Touch) payments(weight int, cycle string, payments ...uint32) {
	rewrites(t, row.Close(cycle))
	for _, n := range payments {
		reads(t, row.Payment(cycle, n))
	}
	t.Weight += weight
}

func (t *Touch) dispute(n number.Command, weight int) {
	rewrites(t, row.Dispute(n))
	t.Weight += weight
}

// statement waits for each party that a request names. Who signs or disputes names the other side alone, so it is what
// all have in common; and the fee on a hidden sum, which changes the statement of the supplier's party with the
// operator too, is met by that party's.
func (t *Touch) statement(weight int, cycle string, parties ...string) {
	for _, id := range parties {
		t.waits("statement", cycle+"/"+id)
	}
	t.Weight += weight
}

package gateway

import (
	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
)

// noticeKey is the row of the party's own notices.
const noticeKey = "sn"

// demandOfClearing keeps one transaction in flight on a cycle's close, on a statement and on
// the party's notices. Signing reads the close that others write; it is so rarely in flight
// with them that trying again costs less than waiting always.
func demandOfClearing(req command.Request) (demand, bool) {
	switch r := req.(type) {
	case settlement.CutOffRequest:
		// Of its batch's obligations one row is written, and that is of one cycle.
		return demand{weight: 2, alone: true}, true
	case settlement.ComputeRequest:
		return ofClose(r.Cycle, maxWeight), true // how many pairs there are is on the ledger
	case settlement.FinaliseRequest:
		return ofClose(r.Cycle, maxWeight), true
	case settlement.OpenRequest:
		return ofStatement(5, r.Cycle, r.Debtor, r.Creditor), true
	case settlement.SignRequest:
		return ofStatement(1, r.Cycle, r.With), true
	case settlement.CarryRequest:
		return ofStatement(40, r.Cycle, r.A, r.B), true
	case settlement.ClaimRequest:
		return ofStatement(1, r.Cycle, r.With), true
	case settlement.ProposeRequest, settlement.AgreeRequest, settlement.LeaveRequest, settlement.SetPolicyRequest,
		settlement.AcceptPolicyRequest, settlement.ConfirmDateRequest:
		return demand{keys: []string{noticeKey}, weight: 1}, true
	}
	return demandOfPayments(req)
}

// demandOfPayments counts every payment by its cycle: the close counts them.
func demandOfPayments(req command.Request) (demand, bool) {
	switch r := req.(type) {
	case settlement.InstructRequest:
		return ofClose(r.Cycle, 1+len(r.Payments)), true
	case settlement.AdviseRequest:
		return ofClose(r.Cycle, 4), true
	case settlement.BounceRequest:
		return ofClose(r.Cycle, 2), true
	case settlement.TakeBackRequest:
		return ofClose(r.Cycle, 6), true
	case settlement.CarryPaymentRequest:
		return ofClose(r.Cycle, 4), true
	case settlement.DepositRequest:
		return demand{keys: []string{"cf" + r.Holder}, weight: 1}, true
	case settlement.PrefundRequest:
		return demand{keys: []string{"cf" + r.Debtor}, weight: 4}, true // in the cycle that is open by then
	}
	return demandOfDisputes(req)
}

func demandOfDisputes(req command.Request) (demand, bool) {
	switch r := req.(type) {
	case settlement.RaiseRequest:
		return ofStatement(2, r.Cycle, r.With), true
	case settlement.AnswerRequest:
		return ofDispute(r.Dispute, 1), true
	case settlement.AcceptRequest:
		return ofDispute(r.Dispute, 1), true
	case settlement.RejectRequest:
		return ofDispute(r.Dispute, 1), true
	case settlement.SplitRequest:
		return ofDispute(r.Dispute, 1), true
	case settlement.AgreeSplitRequest:
		return ofDispute(r.Dispute, 4), true
	case settlement.EscalateRequest:
		return ofDispute(r.Dispute, 1), true
	case settlement.RuleRequest:
		return ofDispute(r.Dispute, 4), true
	case settlement.LapseRequest:
		return ofDispute(r.Dispute, 4), true
	case settlement.WithdrawRequest:
		return ofDispute(r.Dispute, 4), true
	}
	return demand{}, false
}

func ofClose(cycle string, weight int) demand {
	return demand{keys: []string{"cy" + cycle}, weight: weight}
}

func ofDispute(n number.Command, weight int) demand {
	return demand{keys: []string{"cd" + n.String()}, weight: weight}
}

// ofStatement has a key for each party that a request names. Who signs or disputes
// names the other side alone, so one key of the two is what all have in common; and the fee
// on a hidden sum, which changes the supplier's party's statement with the operator too, is met by that party's.
func ofStatement(weight int, cycle string, parties ...string) demand {
	d := demand{weight: weight}
	for _, id := range parties {
		d.keys = append(d.keys, "cp"+cycle+"/"+id)
	}
	return d
}

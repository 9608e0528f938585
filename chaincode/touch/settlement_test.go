package touch

import (
	"slices"
	"testing"

	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
)

// TestWhatClearingWaitsFor: two requests of one party in flight on one row of clearing have a key in
// common, and those on different rows have none.
func TestWhatClearingWaitsFor(t *testing.T) {
	n := func(seq uint64) number.Command { return number.Command{Party: "D", Seq: seq} }
	for _, c := range []struct {
		name string
		a, b command.Request
		wait bool
	}{
		{"computing and finalising", settlement.ComputeRequest{Cycle: "c"}, settlement.FinaliseRequest{Cycle: "c"},
			true},
		{"two cycles", settlement.ComputeRequest{Cycle: "c"}, settlement.FinaliseRequest{Cycle: "d"}, false},
		{"signing and opening with one party", settlement.SignRequest{Cycle: "c", With: "S1"},
			settlement.OpenRequest{Cycle: "c", Debtor: "D", Creditor: "S1"}, true},
		{"signing and carrying, named the other way", settlement.SignRequest{Cycle: "c", With: "S1"},
			settlement.CarryRequest{Cycle: "c", A: "S1", B: "T"}, true},
		{"signing and disputing with one party", settlement.SignRequest{Cycle: "c", With: "S1"},
			settlement.RaiseRequest{Cycle: "c", With: "S1"}, true},
		{"signing with two", settlement.SignRequest{Cycle: "c", With: "S1"},
			settlement.SignRequest{Cycle: "c", With: "S2"}, false},
		{"signing in two cycles", settlement.SignRequest{Cycle: "c", With: "S1"},
			settlement.SignRequest{Cycle: "d", With: "S1"}, false},
		{"instructing and advising", settlement.InstructRequest{Cycle: "c", Payments: []uint32{1}},
			settlement.AdviseRequest{Cycle: "c", Payment: 2}, true},
		{"bouncing and advising", settlement.BounceRequest{Cycle: "c", Payment: 1},
			settlement.AdviseRequest{Cycle: "c", Payment: 2}, true},
		{"deposits of one", settlement.PrefundRequest{Debtor: "F"}, settlement.PrefundRequest{Debtor: "F"}, true},
		{"deposits of two", settlement.PrefundRequest{Debtor: "F"}, settlement.PrefundRequest{Debtor: "M"}, false},
		{"proposing and agreeing", settlement.ProposeRequest{Model: "a"}, settlement.AgreeRequest{Model: "b"}, true},
		{"leaving and the policy", settlement.LeaveRequest{Model: "a"}, settlement.SetPolicyRequest{}, true},
		{"one dispute", settlement.AnswerRequest{Dispute: n(1)}, settlement.RuleRequest{Dispute: n(1)}, true},
		{"two disputes", settlement.AnswerRequest{Dispute: n(1)}, settlement.WithdrawRequest{Dispute: n(2)}, false},
	} {
		var a, b Touch
		a.Add(At{}, c.a)
		b.Add(At{}, c.b)
		if got := slices.ContainsFunc(a.Contended,
			func(k string) bool { return slices.Contains(b.Contended, k) }); got != c.wait {
			t.Errorf("%s: %v and %v", c.name, a.Contended, b.Contended)
		}
	}
	var cut Touch
	if cut.Add(At{}, settlement.CutOffRequest{}); !cut.Alone {
		t.Error("a batch with a cut-off in it would owe in two cycles")
	}
}

package gateway

import (
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
)

// TestWhatClearingWaitsFor: two requests in flight on one row of clearing have a key in
// common, and those on different rows have none.
func TestWhatClearingWaitsFor(t *testing.T) {
	n := func(seq uint64) number.Command { return number.Command{Party: own, Seq: seq} }
	for _, c := range []struct {
		name string
		a, b command.Request
		wait bool
	}{
		{"computing and finalising", settlement.ComputeRequest{Cycle: "c"}, settlement.FinaliseRequest{Cycle: "c"}, true},
		{"two cycles", settlement.ComputeRequest{Cycle: "c"}, settlement.FinaliseRequest{Cycle: "d"}, false},
		{"signing and opening with one party", settlement.SignRequest{Cycle: "c", With: "S1"}, settlement.OpenRequest{Cycle: "c", Debtor: own, Creditor: "S1"}, true},
		{"signing and carrying, named the other way", settlement.SignRequest{Cycle: "c", With: "S1"}, settlement.CarryRequest{Cycle: "c", A: "S1", B: "T"}, true},
		{"signing and disputing with one party", settlement.SignRequest{Cycle: "c", With: "S1"}, settlement.RaiseRequest{Cycle: "c", With: "S1"}, true},
		{"signing with two", settlement.SignRequest{Cycle: "c", With: "S1"}, settlement.SignRequest{Cycle: "c", With: "S2"}, false},
		{"signing in two cycles", settlement.SignRequest{Cycle: "c", With: "S1"}, settlement.SignRequest{Cycle: "d", With: "S1"}, false},
		{"instructing and advising", settlement.InstructRequest{Cycle: "c", Payments: []uint32{1}}, settlement.AdviseRequest{Cycle: "c", Payment: 2}, true},
		{"bouncing and advising", settlement.BounceRequest{Cycle: "c", Payment: 1}, settlement.AdviseRequest{Cycle: "c", Payment: 2}, true},
		{"deposits of one", settlement.PrefundRequest{Debtor: "F"}, settlement.PrefundRequest{Debtor: "F"}, true},
		{"deposits of two", settlement.PrefundRequest{Debtor: "F"}, settlement.PrefundRequest{Debtor: "M"}, false},
		{"proposing and agreeing", settlement.ProposeRequest{Model: "a"}, settlement.AgreeRequest{Model: "b"}, true},
		{"leaving and the policy", settlement.LeaveRequest{Model: "a"}, settlement.SetPolicyRequest{}, true},
		{"one dispute", settlement.AnswerRequest{Dispute: n(1)}, settlement.RuleRequest{Dispute: n(1)}, true},
		{"two disputes", settlement.AnswerRequest{Dispute: n(1)}, settlement.WithdrawRequest{Dispute: n(2)}, false},
	} {
		a, b := demandOf(c.a), demandOf(c.b)
		if got := slices.ContainsFunc(a.keys, func(k string) bool { return slices.Contains(b.keys, k) }); got != c.wait {
			t.Errorf("%s: %v and %v", c.name, a.keys, b.keys)
		}
	}
	if !demandOf(settlement.CutOffRequest{}).alone {
		t.Error("a batch with a cut-off in it would owe in two cycles")
	}
}

// TestEveryKindOfClearingIsKnown: each has keys, or travels alone.
func TestEveryKindOfClearingIsKnown(t *testing.T) {
	known := 0
	for k := range 256 {
		name := command.Kind(k).String()
		req, err := command.Parse(name, []byte("{}"))
		if subject, _, _ := strings.Cut(name, ":"); err != nil || req == nil || !slices.Contains([]string{"cycle", "statement", "payment", "model", "dispute"}, subject) {
			continue
		}
		if _, advance := req.(settlement.AdvanceRequest); advance {
			continue
		}
		if d, ok := demandOfClearing(req); !ok || len(d.keys) == 0 && !d.alone || d.weight == 0 {
			t.Errorf("%s: %+v, %v", name, d, ok)
		}
		known++
	}
	if known < 20 {
		t.Errorf("only %d kinds", known)
	}
}

package contract

import (
	"bytes"

	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
)

// closePrecedence is what begins the close of a cycle, and what parties agree to settle by. What
// opening a hidden sum is refused for, and what is too much to add up, is in the tests of package settlement.
var closePrecedence = map[string]precedence{
	"cut off": {cutOffOn, [][]ground{{{"not the operator", "", fault.Forbidden}, {"another cycle", "", fault.WrongState}, {"known", "", fault.Conflict}}}},
	"compute": {computeOn, [][]ground{{{"auditor", "", fault.Forbidden}, {"no cycle", "cycle", fault.NotFound}, {"still open", "cycle", fault.NotFound}, {"computed", "", fault.WrongState}}}},
	"sign": {signOn, [][]ground{{{"no cycle", "", fault.NotFound}, {"no pair", "", fault.NotFound}, {"final", "stage", fault.WrongState}, {"agreed", "stage", fault.WrongState},
		{"other sums", "", fault.Conflict}, {"signed", "stage", fault.Conflict}}}},
	"propose a model":  {modelOn, [][]ground{{{"auditor", "caller", fault.Forbidden}, {"not named", "caller", fault.Forbidden}, {"another's", "caller", fault.Forbidden}, {"today", "", fault.Expired}}}},
	"agree to a model": {agreeOn, [][]ground{{{"auditor", "", fault.Forbidden}, {"no model", "model", fault.NotFound}, {"older", "model", fault.NotFound}, {"agreed", "", fault.Conflict}}}},
	"leave a model":    {leaveOn, [][]ground{{{"no model", "", fault.NotFound}, {"never agreed", "bond", fault.NotFound}, {"left", "bond", fault.NotFound}}}},
	"set the policy": {func(t fataler, f fouls) (*stage, string, command.Request) {
		return &stage{world: established(t, 5)}, set(f["not the operator"], "D", "G"), settlement.SetPolicyRequest{Policy: settlement.Policy{SignDays: set(f["too long"], int32(settlement.MaxNoticeDay+1), 3)}}
	}, [][]ground{{{"too long", "", fault.BadRequest}, {"not the operator", "", fault.Forbidden}}}},
}

func cutOffOn(t fataler, f fouls) (*stage, string, command.Request) {
	s := closeOn(t, fouls{})
	return s, set(f["not the operator"], "D", "G"), settlement.CutOffRequest{Cycle: set(f["another cycle"], "2027-01", "2026-12"), Next: set(f["known"], "2026-11", "2027-02")}
}

func computeOn(t fataler, f fouls) (*stage, string, command.Request) {
	s := &stage{world: established(t, 5)}
	s.owes(t, "D", "G", 100)
	s.must(t, "G", cutTo("2026-12"))
	if f["computed"] {
		s.must(t, "F", settlement.ComputeRequest{Cycle: "2026-11"})
	}
	cycle := cycleOr(f)
	if f["still open"] {
		cycle = "2026-12"
	}
	return s, set(f["auditor"], "A", "M"), settlement.ComputeRequest{Cycle: cycle}
}

func signOn(t fataler, f fouls) (*stage, string, command.Request) {
	s := closeOn(t, f)
	req := s.signing(t, "2026-11", "D", "G", 1)
	if f["agreed"] || f["final"] {
		s.agree(t, "2026-11")
	}
	if f["signed"] {
		s.must(t, "D", req)
	}
	if f["final"] {
		s.must(t, "G", settlement.FinaliseRequest{Cycle: "2026-11"})
	}
	if req.Cycle, req.With = cycleOr(f), set(f["no pair"], "S1", "G"); f["other sums"] {
		req.Owes++
	}
	req.Root = bytes.Repeat([]byte{1}, 32)
	return s, "D", req
}

// modelOn is a stage on which D has proposed a model m of what it owes.
func modelOn(t fataler, f fouls) (*stage, string, command.Request) {
	s := &stage{world: established(t, 5)}
	s.must(t, "D", settlement.ProposeRequest{Model: "m", Scope: settlement.Scope{Issuer: "D"}, From: day(firstDay) + 1})
	req := settlement.ProposeRequest{Model: "m", Scope: settlement.Scope{Issuer: set(f["not named"], "F", "D")}, From: day(firstDay) + set(f["today"], date.Date(0), 1)}
	if f["auditor"] {
		req.Model, req.Scope.Issuer = "a", "A"
		return s, "A", req
	}
	return s, set(f["another's"], "G", "D"), req
}

func agreeOn(t fataler, f fouls) (*stage, string, command.Request) {
	s, _, version := modelOn(t, fouls{})
	s.must(t, "D", version)
	if f["agreed"] {
		s.must(t, "M", settlement.AgreeRequest{Model: "m", Version: 2})
	}
	return s, set(f["auditor"], "A", "M"), settlement.AgreeRequest{Model: set(f["no model"], "n", "m"), Version: set(f["older"], uint32(1), 2)}
}

func leaveOn(t fataler, f fouls) (*stage, string, command.Request) {
	s, _, _ := modelOn(t, fouls{})
	if !f["never agreed"] {
		s.must(t, "M", settlement.AgreeRequest{Model: "m", Version: 1})
	}
	if f["left"] {
		s.must(t, "M", settlement.LeaveRequest{Model: "m"})
	}
	return s, "M", settlement.LeaveRequest{Model: set(f["no model"], "n", "m")}
}

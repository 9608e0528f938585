package contract

import (
	"bytes"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
)

// closePrecedence is what begins the close of a cycle, and what parties agree to settle by. What
// opening a hidden sum is refused for, and what is too much to add up, is in the tests of package settlement.
var closePrecedence = map[string]precedence{
	"cut off": {cutOffOn, [][]ground{{{"not the operator", "", fault.Forbidden},
		{"another cycle", "", fault.WrongState}, {"known", "", fault.Conflict}}}},
	"compute": {computeOn, [][]ground{{{"auditor", "", fault.Forbidden}, {"no cycle", "cycle", fault.NotFound},
		{"still open", "cycle", fault.NotFound}, {"computed", "", fault.WrongState}}}},
	"sign": {signOn, [][]ground{{{"no cycle", "", fault.NotFound}, {"no pair", "", fault.NotFound},
		{"final", "stage", fault.WrongState}, {"agreed", "stage", fault.WrongState},
		{"other sums", "", fault.Conflict}, {"signed", "stage", fault.Conflict}}}},
	"propose a model": {modelOn, [][]ground{{{"auditor", "caller", fault.Forbidden},
		{"not named", "caller", fault.Forbidden}, {"today", "", fault.Expired}, {"tired", "", fault.Limit}}}},
	"agree to a model": {agreeOn, [][]ground{{{"auditor", "", fault.Forbidden}, {"no model", "model", fault.NotFound},
		{"older", "model", fault.NotFound}, {"other terms", "", fault.Conflict}, {"agreed", "notices", fault.Conflict},
		{"tired", "notices", fault.Limit}}}},
	"leave a model": {leaveOn, [][]ground{{{"no model", "", fault.NotFound},
		{"never agreed", "bond", fault.NotFound}, {"left", "bond", fault.NotFound}, {"tired", "bond", fault.Limit}}}},
	"set the policy": {func(t fataler, has causes) (*stage, string, command.Request) {
		return &stage{world: established(t, 5)}, set(has["not the operator"], "D", "G"),
			settlement.SetPolicyRequest{Policy: settlement.Policy{SignDays: set(has["too long"],
				int32(settlement.MaxNoticeDay+1), 3), AnswerDays: 3}}
	}, [][]ground{{{"too long", "", fault.BadRequest}, {"not the operator", "", fault.Forbidden},
		untried(fault.Limit)}}},
	"move the date": {advanceOn, [][]ground{{{"not the operator", "", fault.Forbidden},
		{"back", "date", fault.WrongState}, {"far", "date", fault.WrongState}, untried(fault.TimeWindow)}}},
	"confirm a date": {func(t fataler, has causes) (*stage, string, command.Request) {
		s := &stage{world: established(t, 5)}
		s.tire(t, has, "M")
		return s, set(has["auditor"], "A", set(has["operator"], "G", "M")),
			settlement.ConfirmDateRequest{Date: day(firstDay) + 30}
	}, [][]ground{{{"auditor", "caller", fault.Forbidden}, {"operator", "caller", fault.Forbidden},
		{"tired", "", fault.Limit}}}},
}

func cutOffOn(t fataler, has causes) (*stage, string, command.Request) {
	s := closeOn(t, causes{})
	return s, set(has["not the operator"], "D", "G"), settlement.CutOffRequest{Cycle: set(has["another cycle"],
		"2027-01", "2026-12"), Next: set(has["known"], "2026-11", "2027-02")}
}

func computeOn(t fataler, has causes) (*stage, string, command.Request) {
	s := &stage{world: established(t, 5)}
	s.owes(t, "D", "G", 100)
	s.must(t, "G", cutTo("2026-12"))
	if has["computed"] {
		s.must(t, "F", settlement.ComputeRequest{Cycle: "2026-11"})
	}
	cycle := cycleOr(has)
	if has["still open"] {
		cycle = "2026-12"
	}
	return s, set(has["auditor"], "A", "M"), settlement.ComputeRequest{Cycle: cycle}
}

func signOn(t fataler, has causes) (*stage, string, command.Request) {
	s := closeOn(t, has)
	req := s.signing(t, "2026-11", "D", "G", 1)
	if has["agreed"] || has["final"] {
		s.agree(t, "2026-11")
	}
	if has["signed"] {
		s.must(t, "D", req)
	}
	if has["final"] {
		s.must(t, "G", settlement.FinaliseRequest{Cycle: "2026-11"})
	}
	if req.Cycle, req.With = cycleOr(has), set(has["no pair"], "S1", "G"); has["other sums"] {
		req.Owes++
	}
	req.Root = bytes.Repeat([]byte{1}, 32)
	return s, "D", req
}

// modelOn is a stage on which D has proposed a model m of what it owes.
func modelOn(t fataler, has causes) (*stage, string, command.Request) {
	s := &stage{world: established(t, 5)}
	s.must(t, "D", settlement.ProposeRequest{Model: "m", Scope: settlement.Scope{Issuer: "D"}, From: day(firstDay) + 1})
	req := settlement.ProposeRequest{Model: "m", Scope: settlement.Scope{Issuer: set(has["not named"], "F", "D")},
		From: day(firstDay) + set(has["today"], date.Date(0), 1)}
	s.tire(t, has, "D")
	if has["auditor"] {
		req.Model, req.Scope.Issuer = "a", "A"
		return s, "A", req
	}
	return s, "D", req
}

// tire has a party use up its notices of the day, if that is to be refused.
func (s *stage) tire(t fataler, has causes, party string) {
	if !has["tired"] {
		return
	}
	for s.refusedOnce(t, party) {
	}
}

// refusedOnce gives notice of something until that is refused.
func (s *stage) refusedOnce(t fataler, party string) bool {
	_, refusals := s.run(t, party, settlement.AcceptPolicyRequest{Policy: settlement.Policy{SignDays: 3,
		AnswerDays: 3}})
	return refusals[0] == nil
}

func advanceOn(t fataler, has causes) (*stage, string, command.Request) {
	s := &stage{world: established(t, 5)}
	ahead := date.Date(1)
	switch {
	case has["back"]:
		ahead = 0
	case has["far"]:
		ahead = settlement.MaxStep + 1
	}
	return s, set(has["not the operator"], "D", "G"), settlement.AdvanceRequest{Date: day(firstDay) + ahead}
}

func agreeOn(t fataler, has causes) (*stage, string, command.Request) {
	s, _, version := modelOn(t, causes{})
	s.must(t, "D", version)
	if has["agreed"] {
		s.consent(t, "M", "D", "m")
	}
	s.tire(t, has, "M")
	req := s.agreement("D", "m")
	if req.Model, req.Version = set(has["no model"], "n", "m"), set(has["older"], uint32(1), 2); has["other terms"] {
		req.Hash = make(codec.Hash, 32)
	}
	return s, set(has["auditor"], "A", "M"), req
}

func leaveOn(t fataler, has causes) (*stage, string, command.Request) {
	s, _, _ := modelOn(t, causes{})
	if !has["never agreed"] {
		s.consent(t, "M", "D", "m")
	}
	if has["left"] {
		s.must(t, "M", settlement.LeaveRequest{By: "D", Model: "m"})
	}
	s.tire(t, has, "M")
	return s, "M", settlement.LeaveRequest{By: "D", Model: set(has["no model"], "n", "m")}
}

package contract

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
)

// paymentPrecedence is what ends a cycle, and what banks did.
var paymentPrecedence = map[string]precedence{
	"finalise": {finaliseOn, [][]ground{{{"auditor", "", fault.Forbidden}, {"no cycle", "", fault.NotFound},
		{"not computed", "stage", fault.WrongState}, {"unsigned", "stage", fault.WrongState},
		{"unlike roots", "stage", fault.WrongState}}}},
	"carry": {carryOn, [][]ground{{{"auditor", "", fault.Forbidden}, {"no cycle", "", fault.NotFound},
		{"no pair", "", fault.NotFound}, {"final", "stage", fault.WrongState},
		{"early", "stage", fault.WrongState}, {"signed", "stage", fault.WrongState},
		{"carried", "stage", fault.WrongState}, {"consent", "stage", fault.WrongState}}}},
	"instruct": {instructOn, [][]ground{{{"no cycle", "", fault.NotFound}, {"no payment", "", fault.NotFound},
		{"another's", "", fault.Forbidden}, {"instructed", "stage", fault.WrongState},
		{"settled", "stage", fault.WrongState}, untried(fault.Limit), {"another sum", "", fault.Conflict}}}},
	"advise": {adviseOn, [][]ground{{{"no cycle", "", fault.NotFound}, {"no payment", "", fault.NotFound},
		{"not the creditor", "", fault.Forbidden}, {"reference", "", fault.Conflict},
		{"settled", "stage", fault.WrongState}, {"too much", "", fault.Conflict}}}},
	"take back": {takeBackOn, [][]ground{{{"no cycle", "", fault.NotFound}, {"no payment", "", fault.NotFound},
		{"not the creditor", "", fault.Forbidden}, {"no receipt", "", fault.NotFound},
		{"more than came", "", fault.Conflict}, {"reference", "", fault.Conflict}}}},
	"bounce": {bounceOn, [][]ground{{{"no cycle", "", fault.NotFound}, {"no payment", "", fault.NotFound},
		{"not the debtor", "", fault.Forbidden}, {"not instructed", "stage", fault.WrongState},
		{"settled", "stage", fault.WrongState}}}},
	"prefund": {prefundOn, [][]ground{{{"auditor", "", fault.Forbidden}, {"its own", "debtor", fault.BadRequest},
		{"no debtor", "debtor", fault.NotFound}, {"not announced", "", fault.NotFound},
		{"reference", "", fault.Conflict}}}},
	"deposit": {depositOn, [][]ground{{{"auditor", "", fault.Forbidden}, {"no holder", "", fault.NotFound},
		{"announced", "", fault.Conflict}}}},
	"carry payment": {carryPaymentOn, [][]ground{{{"auditor", "", fault.Forbidden}, {"no cycle", "", fault.NotFound},
		{"no payment", "", fault.NotFound}, {"settled", "", fault.WrongState}, {"early", "", fault.WrongState},
		{"a stranger", "", fault.Forbidden}}}},
	"claim": {claimOn, [][]ground{{{"no cycle", "", fault.NotFound}, {"no pair", "", fault.NotFound},
		{"final", "stage", fault.WrongState}, {"unsigned", "stage", fault.WrongState},
		{"claimed", "", fault.Conflict}}}},
}

// closeOn is a stage on which D owes G 100 fen, and M owes D 50 fen, in a cycle that was closed.
func closeOn(t fataler, has causes) *stage {
	policy := settlement.Policy{SignDays: 1, AnswerDays: 1,
		Silence: set(has["consent"], settlement.Consent, settlement.CarryOver)}
	s := &stage{world: establishedUnder(t, 5, policy)}
	s.owes(t, "D", "G", 100)
	s.owes(t, "M", "D", 50)
	if s.must(t, "G", settlement.CutOffRequest{Cycle: "2026-11", Next: "2026-12"}); !has["not computed"] {
		s.must(t, "G", settlement.ComputeRequest{Cycle: "2026-11"})
	}
	return s
}

// cycleOr is the cycle, or one that there isn't.
func cycleOr(has causes) string { return set(has["no cycle"], "2020-01", "2026-11") }

func finaliseOn(t fataler, has causes) (*stage, string, command.Request) {
	s := closeOn(t, has)
	if has["unlike roots"] {
		s.must(t, "D", s.signing(t, "2026-11", "D", "M", 1))
		s.must(t, "M", s.signing(t, "2026-11", "M", "D", 2))
	} else if !has["unsigned"] && !has["not computed"] {
		s.agree(t, "2026-11")
	}
	return s, set(has["auditor"], "A", "M"), settlement.FinaliseRequest{Cycle: cycleOr(has)}
}

func carryOn(t fataler, has causes) (*stage, string, command.Request) {
	s := closeOn(t, has)
	if has["final"] || has["signed"] {
		s.agree(t, "2026-11")
	}
	if has["final"] {
		s.must(t, "G", settlement.FinaliseRequest{Cycle: "2026-11"})
	}
	s.advance(t, set(has["early"], date.Date(1), 2)) // the last day to sign, or the next
	if has["carried"] {
		s.must(t, "F", settlement.CarryRequest{Cycle: "2026-11", A: "G", B: "D"})
	}
	return s, set(has["auditor"], "A", "M"), settlement.CarryRequest{Cycle: cycleOr(has), A: "D",
		B: set(has["no pair"], "S1", "G")}
}

// payOn is closeOn, netted: payment 1 is D's to G, 100 fen, payment 2 M's to D, 50 fen.
func payOn(t fataler, has causes) *stage {
	s := closeOn(t, causes{})
	s.agree(t, "2026-11")
	s.must(t, "G", settlement.FinaliseRequest{Cycle: "2026-11"})
	if has["settled"] {
		s.must(t, "D", settlement.AdviseRequest{Cycle: "2026-11", Payment: 2, Reference: "all", Fen: 50,
			Booked: day(firstDay)})
	}
	return s
}

func instructing(cycle string, fen amount.Units, payments ...uint32) settlement.InstructRequest {
	return settlement.InstructRequest{Cycle: cycle, Payments: payments, Message: "msg", Hash: make(codec.Hash, 32),
		Fen: fen, Execute: day(firstDay)}
}

// telling instructs what is still to come in of a payment.
func telling(p settlement.Payment, message string) settlement.InstructRequest {
	req := instructing(p.Cycle, max(1, p.Rest()), p.N)
	req.Message = message
	return req
}

func instructOn(t fataler, has causes) (*stage, string, command.Request) {
	s := payOn(t, has)
	if has["instructed"] {
		s.must(t, "M", instructing("2026-11", 50, 2))
	}
	req := instructing(cycleOr(has), set(has["another sum"], amount.Units(51), 50), 2)
	if has["another's"] {
		req.Payments = []uint32{1, 2}
	}
	if has["no payment"] {
		req.Payments = append(req.Payments, 3)
	}
	return s, "M", req
}

func adviseOn(t fataler, has causes) (*stage, string, command.Request) {
	s := payOn(t, has)
	req := settlement.AdviseRequest{Cycle: cycleOr(has), Payment: set(has["no payment"], uint32(3), 2),
		Reference: "bank", Fen: set(has["too much"], amount.Units(51), 2), Booked: day(firstDay)}
	by := set(has["not the creditor"], "M", "D")
	if has["reference"] {
		s.deposit(t, "F", by, 1, "bank")
	}
	return s, by, req
}

func takeBackOn(t fataler, has causes) (*stage, string, command.Request) {
	s := payOn(t, causes{"settled": true})
	by := set(has["not the creditor"], "M", "D")
	if has["reference"] {
		s.deposit(t, "F", by, 1, "back")
	}
	return s, by, settlement.TakeBackRequest{Cycle: cycleOr(has), Payment: set(has["no payment"], uint32(3), 2),
		Receipt: set(has["no receipt"], "none", "all"), Reference: "back",
		Fen: set(has["more than came"], amount.Units(51), 50), Booked: day(firstDay), Evidence: make(codec.Hash, 32)}
}

func bounceOn(t fataler, has causes) (*stage, string, command.Request) {
	s := payOn(t, has)
	if !has["not instructed"] && !has["settled"] {
		s.must(t, "M", instructing("2026-11", 50, 2))
	}
	return s, set(has["not the debtor"], "D", "M"), settlement.BounceRequest{Cycle: cycleOr(has),
		Payment: set(has["no payment"], uint32(3), 2), Reason: "AC04"}
}

func prefundOn(t fataler, has causes) (*stage, string, command.Request) {
	s := &stage{world: established(t, 5)}
	if has["reference"] {
		s.deposit(t, "F", "G", 1, "bank")
	}
	if !has["not announced"] {
		s.must(t, "D", settlement.DepositRequest{Holder: "G", Fen: 1, Reference: "bank"})
	}
	return s, set(has["auditor"], "A", "G"), settlement.PrefundRequest{Debtor: set(has["its own"], "G",
		set(has["no debtor"], "nobody", "D")), Fen: 1, Reference: "bank"}
}

func depositOn(t fataler, has causes) (*stage, string, command.Request) {
	s := &stage{world: established(t, 5)}
	by, req := set(has["auditor"], "A", "D"), settlement.DepositRequest{Holder: set(has["no holder"], "nobody", "G"),
		Fen: 1, Reference: "bank"}
	if has["announced"] {
		s.must(t, "D", settlement.DepositRequest{Holder: "G", Fen: 2, Reference: "bank"})
	}
	return s, by, req
}

func carryPaymentOn(t fataler, has causes) (*stage, string, command.Request) {
	s := payOn(t, has)
	if !has["early"] {
		s.advance(t, 9)
	}
	return s, set(has["auditor"], "A", set(has["a stranger"], "F", "D")),
		settlement.CarryPaymentRequest{Cycle: cycleOr(has), Payment: set(has["no payment"], uint32(3), 2)}
}

func claimOn(t fataler, has causes) (*stage, string, command.Request) {
	s := closeOn(t, causes{})
	switch {
	case has["final"]:
		s.agree(t, "2026-11")
		s.must(t, "G", settlement.FinaliseRequest{Cycle: "2026-11"})
	case has["claimed"]:
		s.must(t, "D", s.signing(t, "2026-11", "D", "G", 2), settlement.ClaimRequest{Cycle: "2026-11", With: "G"})
	}
	if !has["unsigned"] && !has["final"] {
		s.must(t, "G", s.signing(t, "2026-11", "G", "D", 1))
	}
	return s, "G", settlement.ClaimRequest{Cycle: cycleOr(has), With: set(has["no pair"], "S1", "D")}
}

package contract

import (
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// meanwhile endorses a batch, lets something happen, and answers what becomes of the batch.
func (w *world) meanwhile(t *testing.T, msp string, requests []command.Request, happen func()) peer.TxValidationCode {
	t.Helper()
	batch := command.Batch{Lane: 2, Seq: 1}
	for _, r := range requests {
		batch.Commands = append(batch.Commands, command.New("", r))
	}
	env, err := w.net.Endorse(w.net.Propose(w.client(msp), seal.Outer, []byte("batch:Run"), codec.Encode(batch)),
		endorsers(msp)...)
	if err != nil {
		t.Fatal(err)
	}
	happen()
	w.net.Submit(env)
	if err := ledgersim.NewScheduler(w.net, 1, ledgersim.DefaultWeights).Drain(); err != nil {
		t.Fatal(err)
	}
	return w.net.Lookup("G", env.TxID).Code
}

// What a party does for itself leaves what others have in flight as it is: here M holds and captures
// D's points, and F is busy.
func TestOwnAffairsDisturbNobody(t *testing.T) {
	for name, busy := range map[string]func(w *world) []command.Request{
		"agreeing and leaving": func(w *world) []command.Request {
			return []command.Request{w.agreement("G", "all"), settlement.LeaveRequest{By: "G", Model: "all"},
				w.agreement("G", "all")}
		},
		"proposing": func(*world) []command.Request {
			return []command.Request{settlement.ProposeRequest{Model: "f", Scope: settlement.Scope{Issuer: "F"},
				From: day(firstDay) + 1}}
		},
		"accepting a policy": func(*world) []command.Request {
			return []command.Request{settlement.AcceptPolicyRequest{Policy: settlement.Policy{SignDays: 1,
				AnswerDays: 1}}}
		},
		"confirming a date": func(*world) []command.Request {
			return []command.Request{settlement.ConfirmDateRequest{Date: day(firstDay) + 30}}
		},
		"freezing others": func(*world) []command.Request {
			return []command.Request{member.FreezeRequest{Member: "wang", Reason: "x"},
				member.UnfreezeRequest{Member: "wang", Reason: "x"}, member.FreezeRequest{Member: "sun", Reason: "x"}}
		},
	} {
		s := newCounter(t, "DP")
		s.must(t, "G", settlement.ProposeRequest{Model: "all", From: day(firstDay) + 1})
		held := s.must(t, "M", s.hold(20, "DP"))
		code := s.meanwhile(t, "M", []command.Request{points.CaptureRequest{Hold: held, Amount: 20}, s.hold(20, "DP")},
			func() { s.must(t, "F", busy(s.world)...) })
		if code != peer.TxValidationCode_VALID {
			t.Errorf("%s by F: what M has to do with D's points is %s", name, code)
		}
	}
}

// Who freezes and lifts a wallet in turn is in the way of its member's spends once a day, not always.
func TestFreezingInTurnEnds(t *testing.T) {
	s := newCounter(t, "DP")
	in, out := member.FreezeRequest{Member: "li", Reason: "x"}, member.UnfreezeRequest{Member: "li", Reason: "x"}
	s.must(t, "F", in, out)
	s.refused(t, "F", in, fault.Limit)
	if code := s.meanwhile(t, "M", []command.Request{s.hold(20, "DP")},
		func() { s.run(t, "F", in, out, in) }); code != peer.TxValidationCode_VALID {
		t.Errorf("%s", code)
	}
	s.must(t, "G", in, out, in, out)
	s.advance(t, 1)
	s.must(t, "F", in)
}

// However often one party agrees to a model and leaves it, the others can still agree, and it is bound by nothing.
func TestAgreeingInTurnUsesNothingUp(t *testing.T) {
	w := founded(t, 1)
	w.must(t, "G", settlement.ProposeRequest{Model: "all", Terms: settlement.Terms{Delay: 1}, From: day(firstDay) + 1})
	var turns []command.Request
	for range 127 {
		turns = append(turns, w.agreement("G", "all"), settlement.LeaveRequest{By: "G", Model: "all"})
	}
	w.must(t, "F", turns...)
	w.consent(t, "D", "G", "all")
	w.advance(t, 1)
	if m := rowIn(w, row.Agreements(day(firstDay)+1)).Models; len(m) != 1 || len(m[0].Agreed) != 2 ||
		m[0].Agreed[0] != "D" {
		t.Errorf("%+v", m)
	}
}

// One party's notices keep neither the date from moving nor others from agreeing: it has so many batches a day.
func TestNoticesEnd(t *testing.T) {
	w := founded(t, 1)
	policy := settlement.AcceptPolicyRequest{Policy: settlement.Policy{SignDays: 3, AnswerDays: 3}}
	for range settlement.MaxNotices {
		w.must(t, "F", policy, policy)
	}
	w.refused(t, "F", policy, fault.Limit)
	w.must(t, "D", policy)
	code := w.meanwhile(t, "G", []command.Request{settlement.AdvanceRequest{Date: day(firstDay) + 1}}, func() {
		w.run(t, "F", policy)
	})
	if code != peer.TxValidationCode_VALID {
		t.Errorf("moving the date: %s", code)
	}
	w.must(t, "F", policy)
}

// The operator alone can't net what others owe: neither are its rules in force at once, nor is silence consent of those
// who haven't said so.
func TestTheOperatorNetsNothingByItself(t *testing.T) {
	s := newCounter(t, "DP")
	held := s.must(t, "M", s.hold(40, "DP"))
	s.must(t, "M", points.CaptureRequest{Hold: held, Amount: 40})
	strict := settlement.SetPolicyRequest{Policy: settlement.Policy{SignDays: 1, AnswerDays: 1,
		Silence: settlement.Consent}}
	close := func(from date.Date, id, next string) []command.Request {
		list := []command.Request{strict, settlement.CutOffRequest{Cycle: id, Next: next},
			settlement.ComputeRequest{Cycle: id}}
		for d := range date.Date(4) {
			list = append(list, settlement.AdvanceRequest{Date: from + d + 1})
		}
		return append(list, settlement.FinaliseRequest{Cycle: id})
	}
	_, refusals := s.run(t, "G", close(day(firstDay), "2026-11", "2026-12")...)
	if got := fault.CodeOf(refusals[len(refusals)-1]); got != fault.WrongState {
		t.Errorf("netting a cycle that opened before: %v", refusals)
	}
	s.must(t, "D", settlement.CarryRequest{Cycle: "2026-11", A: "D", B: "M"})
	_, refusals = s.run(t, "G", close(s.open().Date, "2026-12", "2027-01")...)
	if got := fault.CodeOf(refusals[len(refusals)-1]); got != fault.WrongState ||
		len(rowsOf(s.net, "G", "payment")) > 0 {
		t.Errorf("netting by the silence of those who haven't accepted it: %v", refusals)
	}
}

// A date that jumps over the days to sign in doesn't end them.
func TestSilenceCantBeJumpedOver(t *testing.T) {
	s := newCounter(t, "DP")
	held := s.must(t, "M", s.hold(40, "DP"))
	s.must(t, "M", points.CaptureRequest{Hold: held, Amount: 40})
	s.must(t, "G", cutTo("2026-12"), settlement.ComputeRequest{Cycle: "2026-11"})
	s.refused(t, "G", settlement.AdvanceRequest{Date: day("2082-01-01")}, fault.WrongState)
	s.must(t, "F", settlement.ConfirmDateRequest{Date: day(firstDay) + 300})
	s.refused(t, "G", settlement.AdvanceRequest{Date: day(firstDay) + 301}, fault.WrongState)
	s.must(t, "G", settlement.AdvanceRequest{Date: day(firstDay) + 300})
	s.refused(t, "G", settlement.CarryRequest{Cycle: "2026-11", A: "D", B: "M"}, fault.WrongState)
	for range 4 { // a Sunday and three working days
		s.must(t, "G", settlement.AdvanceRequest{Date: s.open().Date + 1})
	}
	s.refused(t, "G", settlement.CarryRequest{Cycle: "2026-11", A: "D", B: "M"}, fault.WrongState)
	s.must(t, "M", s.signing(t, "2026-11", "M", "D", 1))
	s.must(t, "G", settlement.AdvanceRequest{Date: s.open().Date + 1})
	s.must(t, "G", settlement.CarryRequest{Cycle: "2026-11", A: "D", B: "M"})
}

// What was settled by a model stays so when nobody is bound by it any more: a refund a year later is the same money.
func TestARefundLongAfterItsModel(t *testing.T) {
	s := newCounter(t, "DP")
	s.agreed(t, settlement.ProposeRequest{Terms: settlement.Terms{Price: amount.Rate{Num: 3, Den: 1}}})
	held := s.must(t, "M", s.hold(30, "DP"))
	captured := s.must(t, "M", points.CaptureRequest{Hold: held, Amount: 30})
	s.must(t, "D", settlement.LeaveRequest{By: "D", Model: "m"})
	s.must(t, "M", settlement.LeaveRequest{By: "D", Model: "m"})
	s.must(t, "F", settlement.ConfirmDateRequest{Date: day(firstDay) + 365})
	s.must(t, "G", settlement.AdvanceRequest{Date: day(firstDay) + 365})
	if left := rowIn(s.world, row.Agreements(s.open().Date)).Models; len(left) > 0 {
		t.Errorf("the book keeps %+v", left)
	}
	refunded := s.must(t, "M", points.RefundRequest{Hold: held, Capture: captured, Amount: 30, Reason: "x"})
	lines{
		{"2026-11", captured, settlement.Redemption, "", "D", "M", "DP", 30, 90, 1, 0, 0},
		{"2026-11", refunded, settlement.Refund, "", "M", "D", "DP", 30, 90, 1, 0, 0},
	}.compare(t, s.world)
	if m := rowIn(s.world, row.SettlementModel(1)); m.Number != 1 || m.Terms.Price.Num != 3 {
		t.Errorf("model 1 is %+v", m)
	}
}

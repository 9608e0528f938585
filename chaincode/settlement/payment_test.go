package settlement

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// paid is a final cycle with payments of 10 fen each from D to G, due on the last day.
func paid(n int) (Close, []Payment) {
	closed := Close{ID: "2026-11", To: lastDay, State: Final, Payments: uint32(n)}
	list := make([]Payment, n)
	for i := range list {
		list[i] = Payment{Cycle: closed.ID, N: uint32(i + 1), Debtor: "D", Creditor: "G", Fen: 10, Due: lastDay}
	}
	return closed, list
}

func instructing(payments ...uint32) InstructRequest {
	return InstructRequest{
		Cycle: "2026-11", Payments: payments, Message: "msg-1", Hash: make(codec.Hash, 32),
		Fen: amount.Units(10 * len(payments)), Execute: lastDay,
	}
}

func advising(payment uint32, reference string, fen amount.Units) AdviseRequest {
	return AdviseRequest{Cycle: "2026-11", Payment: payment, Reference: reference, Fen: fen, Booked: lastDay}
}

// Every state of a payment, and every verb.
func TestEveryVerbOnEveryPayment(t *testing.T) {
	all := map[PaymentState]map[string]PaymentState{
		Due:      {"instruct": Sent, "advise part": PartPaid, "advise all": Paid},
		Sent:     {"advise part": PartPaid, "advise all": Paid, "bounce": Bounced},
		PartPaid: {"instruct": Sent, "advise part": PartPaid, "advise all": Paid},
		Paid:     {},
		Bounced:  {"instruct": Sent, "advise part": PartPaid, "advise all": Paid},
	}
	for state := range PaymentState(len(paymentStates)) {
		for _, verb := range []string{"instruct", "advise part", "advise all", "bounce"} {
			closed, list := paid(1)
			before := list[0]
			before.State = state
			switch state {
			case PartPaid:
				before.Received = 3
			case Paid:
				before.Received, closed.Settled = 10, 1
			case Sent, Bounced:
				before.Message = "msg-0"
			case Due:
			}
			closed.Instructed, closed.Failed = counted(state == Sent), counted(state == Bounced)
			closed.State = closed.Progress()
			next, after, err := do(closed, before, verb)
			to, allowed := all[state][verb]
			switch {
			case !allowed && fault.CodeOf(err) != fault.WrongState:
				t.Errorf("%s of a payment that is %s: %v", verb, state, err)
			case allowed && (err != nil || after.State != to || next.State != next.Progress()):
				t.Errorf("%s of a payment that is %s: %s, %v", verb, state, after.State, err)
			case allowed && (next.Settled != counted(to == Paid) || next.Failed != counted(to == Bounced) ||
				next.Instructed != counted(after.Message != "" && to != Bounced)):
				t.Errorf("%s of a payment that is %s: %+v", verb, state, next)
			}
		}
	}
}

func counted(is bool) uint32 {
	if is {
		return 1
	}
	return 0
}

// do does a verb, as who may.
func do(closed Close, p Payment, verb string) (Close, Payment, error) {
	switch verb {
	case "instruct":
		req := instructing(p.N)
		req.Fen = p.Rest()
		next, list, err := closed.Instruct([]Payment{p}, req, p.Debtor, lastDay)
		return next, append(list, Payment{})[0], err
	case "bounce":
		return closed.Bounce(p, BounceRequest{Reason: "r"}, p.Debtor)
	case "advise part":
		return closed.Advise(p, advising(p.N, "ref", 1), number.Command{})
	}
	return closed.Advise(p, advising(p.N, "ref", max(1, p.Fen-p.Received)), number.Command{})
}

// A cycle follows its payments: the walk of its states.
func TestACycleFollowsItsPayments(t *testing.T) {
	for _, c := range []struct {
		verbs string // of payments 1 and 2
		state State
	}{
		{"", Final},
		{"instruct 1", Final},
		{"instruct 1, instruct 2", Instructed},
		{"instruct 1, instruct 2, advise part 1", Instructed},
		{"instruct 1, instruct 2, advise part 1, advise part 1", Instructed},
		{"instruct 1, instruct 2, advise all 1", PartSettled},
		{"advise all 2", PartSettled},
		{"advise part 2", Final},
		{"advise all 2, advise all 1", Settled},
		{"instruct 1, instruct 2, advise all 1, advise part 2, advise all 2", Settled},
		{"instruct 1, instruct 2, bounce 1", Final},
		{"instruct 1, instruct 2, bounce 1, bounce 2", Failed},
		{"instruct 1, instruct 2, bounce 1, bounce 2, instruct 2", Final},
		{"instruct 1, instruct 2, bounce 1, bounce 2, instruct 2, instruct 1", Instructed},
		{"instruct 1, instruct 2, bounce 1, bounce 2, advise part 1", Final},
		{"instruct 1, instruct 2, bounce 1, advise all 2", PartSettled},
		{"instruct 1, instruct 2, bounce 1, advise all 1, advise all 2", Settled},
	} {
		closed, list := paid(2)
		for verb := range strings.SplitSeq(c.verbs, ", ") {
			if verb == "" {
				continue
			}
			i := verb[len(verb)-1] - '1'
			var err error
			if closed, list[i], err = do(closed, list[i], verb[:len(verb)-2]); err != nil {
				t.Fatalf("%s: %s: %v", c.verbs, verb, err)
			}
		}
		if closed.State != c.state {
			t.Errorf("%s: %s, want %s", c.verbs, closed.State, c.state)
		}
	}
}

// Grounds of an advice, alone and before all that follow.
func TestAdviseRefusals(t *testing.T) {
	spoil := []struct {
		name string
		do   func(*Payment, *AdviseRequest)
		code fault.Code
	}{
		{"carried over", func(p *Payment, _ *AdviseRequest) { p.State = Overdue }, fault.WrongState},
		{"settled", func(p *Payment, _ *AdviseRequest) { p.State = Paid }, fault.WrongState},
		{"a fen too much", func(p *Payment, r *AdviseRequest) { r.Fen = p.Fen - p.Received + 1 }, fault.Conflict},
	}
	closed, list := paid(1)
	for i := range spoil {
		for j := i; j < len(spoil); j++ {
			p, req := list[0], advising(1, "ref", 4)
			spoil[i].do(&p, &req)
			spoil[j].do(&p, &req)
			if _, _, err := closed.Advise(p, req, number.Command{}); fault.CodeOf(err) != spoil[i].code {
				t.Errorf("%s and %s: %v", spoil[i].name, spoil[j].name, err)
			}
		}
	}
	p := list[0]
	for i := range 3 * KeptAdvices {
		next, after, err := closed.Advise(p, advising(1, fmt.Sprint("r-", i), 1), number.Command{})
		if p.Fen == p.Received {
			break
		}
		if err != nil {
			t.Fatalf("part %d: %v", i, err)
		}
		closed, p = next, after
	}
	if len(p.Advices) > KeptAdvices || p.Count < uint32(len(p.Advices)) {
		t.Errorf("%d of %d advices are shown", len(p.Advices), p.Count)
	}
	if err := p.MayAdvise("D"); fault.CodeOf(err) != fault.Forbidden {
		t.Errorf("the debtor says it came in: %v", err)
	}
	if err := p.MayAdvise("G"); err != nil {
		t.Error(err)
	}
}

// A payment that came in after its day is late, whatever the day on which that is said.
func TestLateAdvices(t *testing.T) {
	closed, list := paid(1)
	p := list[0]
	for i, c := range []struct {
		days date.Date
		late bool
	}{{-1, false}, {0, false}, {1, true}, {-2, false}} {
		req := advising(1, fmt.Sprint("ref-", i), 1)
		req.Booked += c.days
		var err error
		if closed, p, err = closed.Advise(p, req, number.Command{Seq: uint64(i)}); err != nil {
			t.Fatal(err)
		}
		if got := p.Advices[i]; got.Late != c.late || got.Reference != req.Reference || got.By.Seq != uint64(i) ||
			got.Fen != 1 {
			t.Errorf("%+v", got)
		}
	}
}

// All payments of an instruction are refused together: first for who asks, then for where they stand.
func TestInstructRefusals(t *testing.T) {
	closed, list := paid(3)
	settled, foreign := list[1], list[2]
	settled.State, foreign.Debtor = Paid, "M"
	for _, c := range []struct {
		name string
		list []Payment
		code fault.Code
	}{
		{"its own", list, ""},
		{"one is settled", []Payment{list[0], settled}, fault.WrongState},
		{"one is another's", []Payment{list[0], foreign}, fault.Forbidden},
		{"one is settled, the next another's", []Payment{settled, foreign}, fault.Forbidden},
	} {
		next, got, err := closed.Instruct(c.list, instructing(1, 2, 3), "D", lastDay)
		if fault.CodeOf(err) != c.code || err == nil &&
			(next.Instructed != 3 || next.State != Instructed || got[2].Message != "msg-1" || len(got[2].Hash) != 32) {
			t.Errorf("%s: %+v, %v", c.name, next, err)
		}
	}
	if list[0].State != Due {
		t.Error("the payments were changed in place")
	}
	if _, _, err := closed.Bounce(settled, BounceRequest{Reason: "r"}, "G"); fault.CodeOf(err) != fault.Forbidden {
		t.Errorf("a settled payment bounces for another: %v", err)
	}
}

func TestPaymentRequests(t *testing.T) {
	long, word := strings.Repeat("r", MaxReference+1), fault.BadRequest
	for _, c := range []struct {
		name string
		req  interface{ Check() error }
		code fault.Code
	}{
		{"instruct", instructing(1, 2, 9), ""},
		{"instruct as many as can be", instructing(upTo(MaxInstruct)...), ""},
		{"instruct one more", instructing(upTo(MaxInstruct + 1)...), word},
		{"instruct nothing", instructing(), word},
		{"instruct payment 0", instructing(0, 1), word},
		{"instruct one twice", instructing(1, 1), word},
		{"instruct unsorted", instructing(2, 1), word},
		{"no cycle", InstructRequest{Payments: []uint32{1}, Message: "m", Hash: make(codec.Hash, 32)}, word},
		{"no message", InstructRequest{Cycle: "c", Payments: []uint32{1}, Hash: make(codec.Hash, 32)}, word},
		{"a long message",
			InstructRequest{Cycle: "c", Payments: []uint32{1}, Message: long, Hash: make(codec.Hash, 32)}, word},
		{"a short hash", InstructRequest{Cycle: "c", Payments: []uint32{1}, Message: "m", Hash: make(codec.Hash, 31)},
			word},
		{"advise", advising(1, long[1:], 1), ""},
		{"advise payment 0", advising(0, "r", 1), word},
		{"advise by a long reference", advising(1, long, 1), word},
		{"advise by none", advising(1, "", 1), word},
		{"advise nothing", advising(1, "r", 0), word},
		{"advise a great deal", advising(1, "r", amount.Max+1), fault.Limit},
		{"advise of no day", AdviseRequest{Cycle: "c", Payment: 1, Reference: "r", Fen: 1}, word},
		{"bounce", BounceRequest{Cycle: "c", Payment: 1, Reason: "AC04"}, ""},
		{"bounce without a reason", BounceRequest{Cycle: "c", Payment: 1}, word},
		{"bounce payment 0", BounceRequest{Cycle: "c", Reason: "AC04"}, word},
		{"bounce of no cycle", BounceRequest{Payment: 1, Reason: "AC04"}, word},
		{"prefund", PrefundRequest{Debtor: "D", Fen: 1, Reference: "r"}, ""},
		{"prefund nothing", PrefundRequest{Debtor: "D", Reference: "r"}, word},
		{"prefund a great deal", PrefundRequest{Debtor: "D", Fen: amount.Max + 1, Reference: "r"}, fault.Limit},
		{"prefund of nobody", PrefundRequest{Fen: 1, Reference: "r"}, word},
		{"prefund without a reference", PrefundRequest{Debtor: "D", Fen: 1}, word},
		{"carry", CarryRequest{Cycle: "c", A: "D", B: "G"}, ""},
		{"carry of one", CarryRequest{Cycle: "c", A: "D"}, word},
		{"finalise", FinaliseRequest{Cycle: "c"}, ""},
		{"finalise nothing", FinaliseRequest{}, word},
	} {
		if err := c.req.Check(); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := (PrefundRequest{Debtor: "D", Fen: 1}).Owed("D"); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("a deposit with itself: %v", err)
	}
	if owe, err := (PrefundRequest{Debtor: "D", Fen: 9}).Owed("G"); err != nil ||
		owe != (Owe{Kind: Prefunding, Debtor: "G", Creditor: "D", Fen: 9}) {
		t.Errorf("%+v, %v", owe, err)
	}
}

func upTo(n uint32) (list []uint32) {
	for i := range n {
		list = append(list, i+1)
	}
	return list
}

// TestCountersAreARecount does random verbs on several payments: the cycle's counters are always what counting all
// payments gives, nothing more comes in than is owed, and what is settled stays so.
func TestCountersAreARecount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		closed, list := paid(rapid.IntRange(1, 4).Draw(t, "payments"))
		for step := range rapid.IntRange(1, 40).Draw(t, "steps") {
			i := rapid.IntRange(0, len(list)-1).Draw(t, "payment")
			next, after, err := closed, list[i], error(nil)
			if verb := rapid.SampledFrom([]string{"instruct", "bounce", "advise"}).Draw(t, "verb"); verb == "advise" {
				next, after, err = closed.Advise(list[i],
					advising(list[i].N, fmt.Sprint("ref-", step), amount.Units(rapid.Int64Range(1, 11).Draw(t, "fen"))),
					number.Command{})
			} else {
				next, after, err = do(closed, list[i], verb)
			}
			if err != nil {
				continue
			}
			if list[i].State == Paid {
				t.Fatalf("a settled payment is %s", after.State)
			}
			closed, list[i] = next, after
			recount(t, closed, list)
		}
	})
}

func recount(t *rapid.T, closed Close, list []Payment) {
	var settled, failed, received uint32
	for _, p := range list {
		settled, failed, received = settled+counted(p.Received == p.Fen), failed+counted(p.State == Bounced),
			received+counted(p.Received > p.Fen)
		var sum amount.Units
		for _, a := range p.Advices {
			sum += a.Fen
		}
		if sum != p.Received || (p.State == Paid) != (p.Received == p.Fen) {
			t.Fatalf("%+v", p)
		}
	}
	sent := uint32(len(
		slices.DeleteFunc(slices.Clone(list), func(p Payment) bool { return p.Message == "" || p.State == Bounced })))
	if closed.Settled != settled || closed.Failed != failed || closed.Instructed != sent || received != 0 {
		t.Fatalf("%+v, of %+v", closed, list)
	}
	if (closed.State == Settled) != (settled == closed.Payments) ||
		(closed.State == PartSettled) != (settled > 0 && settled < closed.Payments) {
		t.Fatalf("%s with %d of %d settled", closed.State, settled, closed.Payments)
	}
}

package settlement

import (
	"slices"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// lastDay is the last business date of the cycles in these tests, of which statements can be signed for three days.
const lastDay = date.Date(20787) // 2026-11-30

// owing is an obligation of a test.
type owing struct {
	debtor, creditor, programme string
	fen                         amount.Units
}

// everybody is who accepts being paid by each other, in these tests.
var everybody = []string{"A", "B", "C", "D", "E", "F", "G", "M", "S", "S1", "S2"}

// november is the story's cycle, hidden sums opened.
var november = []owing{
	{"M", "G", "MP", 3_150}, {"F", "D", "FP", 6_720}, {"G", "D", "GP", 20_000}, {"D", "S1", "", 26_800},
	{"S1", "G", "", 268},
	{"G", "M", "GP", 9_600}, {"D", "M", "DP", 1_200}, {"M", "G", "", 108}, {"D", "G", "DP", 1_800},
	{"G", "S2", "", 1_560}, {"S2", "G", "", 16},
	{"G", "D", "DP", 900}, {"S2", "G", "", 780}, {"G", "S2", "", 8},
}

// ended is a cycle in which so much is owed, each by a lane of its own, with all statements in a state.
func ended(t fataler, policy Policy, state PairState, list ...owing) (Close, []Pair) {
	t.Helper()
	var lanes []Lane
	for i, o := range list {
		p := note(t, o.debtor, uint8(i%number.Lanes), Owe{
			Debtor: o.debtor, Creditor: o.creditor, Programme: o.programme, Fen: o.fen, Points: o.fen,
		}).Positions
		lanes = append(lanes, Lane{Party: o.debtor, Number: uint8(i % number.Lanes), Positions: p})
	}
	closed := Close{
		ID: "2026-11", Next: "2026-12", To: lastDay, State: Cut, Policy: policy,
		SignBy: lastDay + date.Date(policy.SignDays),
	}
	closed, pairs, err := closed.Compute(lanes, "G", cutBy, lastDay)
	if err != nil {
		t.Fatal(err)
	}
	for i := range pairs {
		pairs[i].State = state
	}
	return closed, pairs
}

// agreeing is a book in which parties have agreed to a model for anything.
func agreeing(terms Terms, parties ...string) Agreements {
	return Agreements{Models: []Model{bound("all", Scope{}, terms, parties...)}}
}

func bound(id string, scope Scope, terms Terms, parties ...string) Model {
	m := Model{ID: id, Version: 1, By: parties[0], Scope: scope, Terms: terms, From: lastDay - 9}
	m.Agreed = slices.Sorted(slices.Values(parties))
	return m
}

// carve leaves a line of a debtor's out of a pair.
func carve(pairs []Pair, debtor, creditor, programme string, fen amount.Units) {
	of := PairOf(debtor, creditor)
	for i := range pairs {
		if pairs[i].A == of[0] && pairs[i].B == of[1] {
			pairs[i].Carved = append(pairs[i].Carved, Carved{
				Debtor: debtor, Programme: programme, Points: fen, Fen: fen,
			})
		}
	}
}

var byThree = Policy{SignDays: 3, AnswerDays: 3}

var storyParties = []string{"D", "F", "G", "M", "S1", "S2"}

// The story's steps 15 to 18: D's campaign line is carved out, and the rest netted.
func TestTheStorysNovember(t *testing.T) {
	closed, pairs := ended(t, byThree, Agreed, november...)
	carve(pairs, "D", "M", "DP", 1_200)
	nets := []Net{{Debtor: "D", Creditor: "S1", Fen: 26_800}, {Debtor: "F", Creditor: "D", Fen: 6_720},
		{Debtor: "G", Creditor: "D", Fen: 19_100},
		{Debtor: "G", Creditor: "M", Fen: 6_342}, {Debtor: "G", Creditor: "S2", Fen: 772},
		{Debtor: "S1", Creditor: "G", Fen: 268}}
	for _, c := range []struct {
		name   string
		book   Agreements
		stands []Stand
		paid   amount.Units
		in     int
		due    date.Date
	}{
		{"bilateral", Agreements{}, []Stand{
			{Party: "D", Pays: 26_800, Receives: 25_820}, {Party: "F", Pays: 6_720},
			{Party: "G", Pays: 26_214, Receives: 268},
			{Party: "M", Receives: 6_342}, {Party: "S1", Pays: 268, Receives: 26_800}, {Party: "S2", Receives: 772},
		}, 60_002, 6, lastDay},
		{"multilateral", agreeing(Terms{Multilateral: true, Payers: everybody, Delay: 5}, storyParties...), []Stand{
			{Party: "D", Pays: 980}, {Party: "F", Pays: 6_720}, {Party: "G", Pays: 25_946},
			{Party: "M", Receives: 6_342}, {Party: "S1", Receives: 26_532}, {Party: "S2", Receives: 772},
		}, 33_646, 5, lastDay + 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := closed.Net(pairs, c.book, lastDay+1)
			if err != nil {
				t.Fatal(err)
			}
			if got.Netting.Gross != 71_710 || got.Netting.Lines != 13 ||
				!slices.Equal(got.Netting.Parties, c.stands) || len(got.Pairs) != 0 {
				t.Errorf("%+v", got)
			}
			for i, n := range got.Netting.Nets {
				n.Multilateral, n.Delay, n.payers = false, 0, ""
				if n != nets[i] {
					t.Errorf("%+v, want %+v", n, nets[i])
				}
			}
			paid := amount.Units(0)
			for i, p := range got.Payments {
				paid += p.Fen
				if p.N != uint32(i+1) || p.Due != c.due || p.State != Due || p.Cycle != "2026-11" {
					t.Errorf("%+v", p)
				}
			}
			if paid != c.paid || got.Close.State != Final || int(got.Close.Payments) != c.in ||
				len(got.Payments) != c.in {
				t.Errorf("%d fen in %d payments, %s", paid, len(got.Payments), got.Close.State)
			}
		})
	}
}

// Every state of a statement, before and after the deadline, under either policy.
func TestWhatCanBeNettedAndCarried(t *testing.T) {
	yes := fault.Code("")
	no := fault.WrongState
	for _, c := range []struct {
		state   PairState
		pending uint32
		silence Silence
		late    bool
		net     fault.Code // the whole cycle
		carry   fault.Code // this pair
	}{
		{Draft, 0, CarryOver, false, no, no}, {Draft, 0, CarryOver, true, no, yes}, {Draft, 0, Consent, false, no, no},
		{Draft, 0, Consent, true, yes, no},
		{Draft, 1, CarryOver, false, no, no}, {Draft, 1, CarryOver, true, no, yes}, {Draft, 1, Consent, false, no, no},
		{Draft, 1, Consent, true, no, yes},
		{OneSide, 0, CarryOver, false, no, no}, {OneSide, 0, CarryOver, true, no, yes},
		{OneSide, 0, Consent, false, no, no}, {OneSide, 0, Consent, true, yes, no},
		{Differs, 0, CarryOver, false, no, no}, {Differs, 0, CarryOver, true, no, yes},
		{Differs, 0, Consent, false, no, no}, {Differs, 0, Consent, true, no, yes},
		{Agreed, 0, CarryOver, false, yes, no}, {Agreed, 0, CarryOver, true, yes, no},
		{Agreed, 0, Consent, false, yes, no}, {Agreed, 0, Consent, true, yes, no},
		{BySilent, 0, Consent, true, yes, no}, {Left, 0, CarryOver, true, yes, no}, {Left, 0, Consent, true, yes, no},
	} {
		policy := byThree
		policy.Silence = c.silence
		closed, pairs := ended(t, policy, Agreed, owing{"D", "G", "", 5}, owing{"D", "M", "", 7})
		if c.silence == Consent {
			closed.Consenting = []string{"D", "G"}
		}
		pairs[0].State, pairs[0].Pending = c.state, c.pending
		today := closed.SignBy
		if c.late {
			today++
		}
		got, err := closed.Net(pairs, Agreements{}, today)
		if fault.CodeOf(err) != c.net {
			t.Errorf("%+v: netting %v", c, err)
		}
		if silent := c.late && c.silence == Consent && c.state < Differs &&
			c.pending == 0; silent != (len(got.Pairs) == 1 && got.Pairs[0].State == BySilent) {
			t.Errorf("%+v: silence changed %+v", c, got.Pairs)
		}
		if err == nil && (got.Netting.Lines == 1) != (c.state == Left) {
			t.Errorf("%+v: %d lines are netted", c, got.Netting.Lines)
		}
		if carry, err := pairs[0].Carry(closed, "G", today); fault.CodeOf(err) != c.carry ||
			err == nil && (carry.Pair.State != Left || carry.Pair.Pending != 0) {
			t.Errorf("%+v: carrying %v, %+v", c, err, carry)
		}
	}
}

// Only a computed cycle is netted, and only its statements are carried.
func TestOnlyAComputedCycleEnds(t *testing.T) {
	closed, pairs := ended(t, byThree, Agreed, november...)
	for state := range State(len(states)) {
		closed.State = state
		want := fault.WrongState
		if state == Computed {
			want = ""
		}
		if _, err := closed.Net(pairs, Agreements{}, lastDay); fault.CodeOf(err) != want {
			t.Errorf("netting a cycle that is %s: %v", state, err)
		}
		open := pairs[0]
		open.State = Draft
		if _, err := open.Carry(closed, "G", lastDay+9); fault.CodeOf(err) != want {
			t.Errorf("carrying a statement of a cycle that is %s: %v", state, err)
		}
	}
}

func TestNothingToPayIsSettled(t *testing.T) {
	for name, list := range map[string][]owing{
		"level":       {{"D", "G", "", 5}, {"G", "D", "GP", 5}},
		"a fen short": {{"D", "G", "", 5}, {"G", "D", "GP", 4}},
		"a ring":      {{"D", "G", "", 5}, {"G", "M", "", 5}, {"M", "D", "", 5}},
	} {
		closed, pairs := ended(t, byThree, Agreed, list...)
		got, err := closed.Net(pairs, agreeing(Terms{Multilateral: true, Payers: everybody}, storyParties...), lastDay)
		want := Settled
		if name == "a fen short" {
			want = Final
		}
		if err != nil || got.Close.State != want || (len(got.Payments) == 0) != (want == Settled) {
			t.Errorf("%s: %s, %+v, %v", name, got.Close.State, got.Payments, err)
		}
	}
	closed, pairs := ended(t, byThree, Left, november...)
	if got, err := closed.Net(pairs, Agreements{}, lastDay); err != nil || got.Close.State != Settled ||
		got.Netting.Gross != 0 || got.Netting.Lines != 0 {
		t.Errorf("all carried over: %+v, %v", got, err)
	}
}

// A pair is netted with others only if both directions say so; the longer delay counts.
func TestHowAPairIsSettled(t *testing.T) {
	all, slow := Terms{Multilateral: true, Payers: everybody, Delay: 2}, Terms{Delay: 30}
	for _, c := range []struct {
		name         string
		models       []Model
		multilateral bool
		delay        int32
	}{
		{"no model", nil, false, 0},
		{"one hasn't agreed", []Model{bound("all", Scope{}, all, "D", "M")}, false, 0},
		{"both have", []Model{bound("all", Scope{}, all, "D", "G")}, true, 2},
		{"one direction is bilateral",
			[]Model{bound("all", Scope{}, all, "D", "G"), bound("dg", Scope{Issuer: "D"}, slow, "D", "G")}, false, 30},
		{"the other is",
			[]Model{bound("all", Scope{}, all, "D", "G"), bound("dg", Scope{Acceptor: "D"}, slow, "D", "G")}, false,
			30},
		{"one direction is slower", []Model{bound("all", Scope{}, all, "D", "G"),
			bound("dg", Scope{Issuer: "G"}, Terms{Multilateral: true, Payers: everybody, Delay: 9}, "D", "G")}, true,
			9},
		{"for a scene alone", []Model{bound("all", Scope{Scene: "retail"}, all, "D", "G")}, false, 0},
		{"for a programme alone", []Model{bound("all", Scope{Programme: "GP"}, all, "D", "G")}, false, 0},
	} {
		payers, delay := (Agreements{Models: c.models}).between("D", "G", lastDay)
		if (payers != "") != c.multilateral || delay != c.delay {
			t.Errorf("%s: %q, %d days", c.name, payers, delay)
		}
	}
}

// Two groups that don't owe each other don't pay each other, and nobody waits as long as others agreed to wait: C and D
// can't put off what D owes E.
func TestGroupsStayApart(t *testing.T) {
	closed, pairs := ended(t, byThree, Agreed, owing{"A", "B", "", 10}, owing{"C", "D", "", 10}, owing{"D", "E", "", 4})
	models := []Model{bound("all", Scope{}, Terms{Multilateral: true, Payers: everybody, Delay: 1}, "A", "B", "C", "D",
		"E"), bound("slow", Scope{Issuer: "C"}, Terms{Multilateral: true, Payers: everybody, Delay: 8}, "C", "D")}
	got, err := closed.Net(pairs, Agreements{Models: models}, lastDay)
	want := []Payment{{Debtor: "A", Creditor: "B", Fen: 10, Due: lastDay + 1},
		{Debtor: "C", Creditor: "D", Fen: 10, Due: lastDay + 8}, {Debtor: "D", Creditor: "E", Fen: 4, Due: lastDay + 1}}
	if err != nil || len(got.Payments) != len(want) {
		t.Fatalf("%+v, %v", got.Payments, err)
	}
	for i, p := range got.Payments {
		if p.Debtor != want[i].Debtor || p.Creditor != want[i].Creditor || p.Fen != want[i].Fen ||
			p.Due != want[i].Due {
			t.Errorf("%+v, want %+v", p, want[i])
		}
	}
}

// What netting must never answer is no refusal, so that it ends the transaction.
func TestBrokenNettingsAreNoRefusals(t *testing.T) {
	n := Netting{Nets: []Net{{Debtor: "D", Creditor: "G", Fen: 5}}}
	if err := n.prove([]Payment{{Debtor: "D", Creditor: "G", Fen: 5}}); err != nil {
		t.Error(err)
	}
	for name, payments := range map[string][]Payment{
		"nobody pays":      nil,
		"a fen too little": {{Debtor: "D", Creditor: "G", Fen: 4}},
		"the wrong way":    {{Debtor: "G", Creditor: "D", Fen: 5}},
		"to another":       {{Debtor: "D", Creditor: "M", Fen: 5}},
		"twice":            {{Debtor: "D", Creditor: "G", Fen: 5}, {Debtor: "D", Creditor: "G", Fen: 5}},
	} {
		if err := n.prove(payments); err == nil || fault.CodeOf(err) != fault.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What lies above 2⁵³−1 fen stops nobody: a net is counted up to it, and a party that is to pay more does so by several
// payments.
func TestTwoPartiesThatClaimAbsurdSumsConcernThemselves(t *testing.T) {
	closed, pairs := ended(t, byThree, Agreed, owing{"S1", "S2", "", amount.Max}, owing{"S1", "G", "", amount.Max},
		owing{"S1", "D", "", 3}, owing{"F", "S2", "", amount.Max},
		owing{"F", "G", "", 7}, owing{"D", "M", "DP", 1200})
	got, err := closed.Net(pairs, Agreements{
		Models: []Model{bound("all", Scope{}, Terms{Multilateral: true, Payers: everybody}, "S1", "S2", "F", "G", "D")},
	}, lastDay)
	if err != nil || got.Netting.Gross != amount.Max {
		t.Fatalf("%+v, %v", got.Netting, err)
	}
	all := map[string]amount.Units{}
	for _, p := range got.Payments {
		if p.Fen < 1 || p.Fen > amount.Max {
			t.Errorf("%+v", p)
		}
		all[p.Debtor] -= p.Fen
		all[p.Creditor] += p.Fen
	}
	if all["M"] != 1200 || all["D"] != 3-1200 || all["G"] != amount.Max+7 || all["S2"] != 2*amount.Max {
		t.Errorf("%v", all)
	}
}

// A creditor is paid by those alone whom it accepts as payers: a shell in which a debtor has a claim isn't one of them.
func TestNobodyIsPaidByWhomItNeverAccepted(t *testing.T) {
	list := []owing{{"D", "M", "DP", 1000}, {"S1", "D", "", 1000}} // S1, a shell, would owe in D's place
	for _, c := range []struct {
		name string
		m, s []string // whom M's model with D names, and D's with S1
		want []string
	}{
		{"M accepts S1", []string{"D", "M", "S1"}, []string{"D", "M", "S1"}, []string{"S1 M"}},
		{"M accepts D", []string{"D", "M"}, []string{"D", "M", "S1"}, []string{"D M", "S1 D"}},
		{"another circle", []string{"D", "M", "S2"}, []string{"D", "S1", "S2"}, []string{"D M", "S1 D"}},
	} {
		closed, pairs := ended(t, byThree, Agreed, list...)
		book := Agreements{Models: []Model{bound("dm", Scope{}, Terms{Multilateral: true, Payers: c.m}, "D", "M"),
			bound("ds", Scope{}, Terms{Multilateral: true, Payers: c.s}, "D", "S1")}}
		got, err := closed.Net(pairs, book, lastDay)
		if err != nil {
			t.Fatal(err)
		}
		var paid []string
		for _, p := range got.Payments {
			paid = append(paid, p.Debtor+" "+p.Creditor)
		}
		if !slices.Equal(paid, c.want) {
			t.Errorf("%s: %v, want %v", c.name, paid, c.want)
		}
	}
}

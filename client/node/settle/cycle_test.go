package settle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
	"tallystick/client/index"
	"tallystick/client/node"
)

const (
	november      = date.Date(20758) // 2026-11-01
	endOfNovember = november + 29
)

// clearingHouse is a ledger's clearing as the rules have it, without the ledger. It refuses what the rules refuse.
type clearingHouse struct {
	open     settlement.Cycle
	lanes    []settlement.Lane
	closed   map[string]settlement.Close
	pairs    map[string]settlement.Pair
	payments map[string]settlement.Payment
	netting  map[string]settlement.Netting
	sent     []string         // names of what took effect
	fails    map[string]error // by the name of a command: what its next sending meets, once
}

// storyLanes is what the story's cycle 2026-11 makes the parties owe each other: 14
// obligations, 72,910 fen.
func storyLanes() []settlement.Lane {
	lane := settlement.Lane{Party: "D", Number: 1}
	for _, o := range []struct {
		debtor, creditor string
		fen              amount.Units
	}{
		{"M", "G", 3150}, {"F", "D", 6720}, {"G", "D", 20_000}, {"D", "S1", 26_800}, {"S1", "G", 268},
		{"G", "M", 9600}, {"D", "M", 1200},
		{"M", "G", 108}, {"D", "G", 1800}, {"G", "S2", 1560}, {"S2", "G", 16}, {"G", "D", 900},
		{"S2", "G", 780}, {"G", "S2", 8},
	} {
		lane.Positions = lane.Positions.Merge(settlement.Positions{List: []settlement.Position{{Debtor: o.debtor,
			Creditor: o.creditor, Count: 1, Fen: o.fen}}})
	}
	return []settlement.Lane{lane}
}

func newClearingHouse() *clearingHouse {
	h := &clearingHouse{open: settlement.Open("2026-11", november), lanes: storyLanes(),
		closed: map[string]settlement.Close{}, pairs: map[string]settlement.Pair{},
		payments: map[string]settlement.Payment{}, netting: map[string]settlement.Netting{}, fails: map[string]error{}}
	h.open.Date = endOfNovember
	return h
}

func (h *clearingHouse) Cycle(context.Context) (settlement.Cycle, error) { return h.open, nil }

func (h *clearingHouse) Close(_ context.Context, cycle string) (settlement.Close, error) {
	return find(h.closed, cycle)
}

func (h *clearingHouse) Statement(_ context.Context, cycle, a, b string) (settlement.Pair, error) {
	return find(h.pairs, cycle+"/"+a+"/"+b)
}

func (h *clearingHouse) Netting(_ context.Context, cycle string) (settlement.Netting, error) {
	return find(h.netting, cycle)
}

func (h *clearingHouse) Payment(_ context.Context, cycle string, n uint32) (settlement.Payment, error) {
	return find(h.payments, settlement.EndToEnd(cycle, n))
}

func find[T any](in map[string]T, id string) (T, error) {
	one, found := in[id]
	if !found {
		return one, fault.New(fault.NotFound, "there is no %s", id)
	}
	return one, nil
}

func (h *clearingHouse) before(next string) (string, error) {
	for id, c := range h.closed {
		if c.Next == next {
			return id, nil
		}
	}
	return "", fault.New(fault.NotFound, "nothing was before %s", next)
}

// send does one command. An error that is prepared for it comes instead, or, if it is an unknown
// outcome, after it.
func (h *clearingHouse) send(_ context.Context, _ string, req command.Request) error {
	name := command.KindOf(req).String()
	prepared := h.fails[name]
	delete(h.fails, name)
	if prepared != nil && fault.CodeOf(prepared) != fault.UnknownOutcome {
		return prepared
	}
	if err := errors.Join(req.Check(), h.do(req)); err != nil {
		return err
	}
	h.sent = append(h.sent, name)
	return prepared
}

func (h *clearingHouse) do(req command.Request) error {
	switch r := req.(type) {
	case settlement.CutOffRequest:
		next, closed, err := h.open.CutOff(r, settlement.Founding(), []string{"D", "F", "G", "M", "S1", "S2"},
			number.Command{Party: "G", Seq: 9})
		if err != nil {
			return err
		}
		h.open, h.closed[closed.ID] = next, closed
	case settlement.ComputeRequest:
		closed, pairs, err := h.closed[r.Cycle].Compute(h.lanes, "G", number.Command{Party: "G", Seq: 10}, h.open.Date)
		if err != nil {
			return err
		}
		h.closed[r.Cycle] = closed
		for _, p := range pairs {
			h.pairs[r.Cycle+"/"+p.A+"/"+p.B] = p
		}
	default:
		return fault.New(fault.Internal, "%T", req)
	}
	return nil
}

// TestClosingGoesOn: stopped at any step, also by an answer that was lost, the next run
// does what is left, and nothing twice.
func TestClosingGoesOn(t *testing.T) {
	stopped, lost := fault.New(fault.Unavailable, "nobody answers"), fault.New(fault.UnknownOutcome, "lost")
	for _, c := range []struct {
		name  string
		fails map[string]error
		runs  int
		told  string // of the last run
	}{
		{"at once", nil, 1, "cut off 2026-11, opened 2026-12 true; added up 2026-11 true"},
		{"once more", nil, 2, "cut off 2026-11, opened 2026-12 false; added up 2026-11 false"},
		{"stopped before the cut-off", map[string]error{"cycle:CutOff": stopped}, 2,
			"cut off 2026-11, opened 2026-12 true; added up 2026-11 true"},
		{"the cut-off's answer is lost", map[string]error{"cycle:CutOff": lost}, 2,
			"cut off 2026-11, opened 2026-12 false; added up 2026-11 true"},
		{"stopped between", map[string]error{"cycle:Compute": stopped}, 2,
			"cut off 2026-11, opened 2026-12 false; added up 2026-11 true"},
		{"the last answer is lost", map[string]error{"cycle:Compute": lost}, 2,
			"cut off 2026-11, opened 2026-12 false; added up 2026-11 false"},
	} {
		h := newClearingHouse()
		h.fails = c.fails
		if h.fails == nil {
			h.fails = map[string]error{}
		}
		var told []string
		var closed settlement.Close
		var err error
		for range c.runs {
			told = nil
			last, unknown := h.before("2026-12")
			run := closing{closes: h, next: "2026-12", last: last, unknown: unknown, send: h.send,
				tell: func(step string, done bool) { told = append(told, fmt.Sprint(step, " ", done)) }}
			closed, err = run.run(t.Context())
		}
		if got := strings.Join(told, "; "); err != nil || got != c.told || closed.State != settlement.Computed ||
			len(closed.Pairs) != 7 {
			t.Errorf("%s: %v, %s, %s with %d pairs", c.name, err, got, closed.State, len(closed.Pairs))
		}
		if got := strings.Join(h.sent, " "); got != "cycle:CutOff cycle:Compute" {
			t.Errorf("%s: %s took effect", c.name, got)
		}
	}
}

func TestClosingRefuses(t *testing.T) {
	h := newClearingHouse()
	h.open.ID = "2026-12"
	_, unknown := h.before("2026-12")
	run := closing{closes: h, next: "2026-12", unknown: unknown, send: h.send, tell: func(string, bool) {}}
	if _, err := run.run(t.Context()); fault.CodeOf(err) != fault.NotFound || len(h.sent) > 0 {
		t.Errorf("the first cycle can't be the next: %v", err)
	}
	late := fault.New(fault.UnknownOutcome,
		"transaction 1f: the orderers haven't taken it so far; ask again with the same request id")
	if text := node.InDoubt(late, "till-7").Error(); !strings.Contains(text,
		"(transaction 1f: the orderers haven't taken it so far); ask again with `request` till-7") ||
		strings.Count(text, "ask again") != 1 {
		t.Error(text)
	}
	if err := node.StepInDoubt(fault.New(fault.UnknownOutcome, "x"),
		"`cycle.close`"); !strings.Contains(err.Error(), "`cycle.close` again") {
		t.Error(err)
	}
}

func TestWhatIsCarried(t *testing.T) {
	n := number.Command{Party: "D", Seq: 1}
	hidden := []settlement.HiddenSum{{}, {Opened: n}}
	closed := func(consenting ...string) settlement.Close {
		return settlement.Close{ID: "c", State: settlement.Computed, SignBy: 100, Consenting: consenting}
	}
	all := []string{"Z", "differs", "draft", "fee", "hidden", "opened", "signed"}
	pair := func(a string, s settlement.PairState, pending uint32, h ...settlement.HiddenSum) settlement.Pair {
		return settlement.Pair{A: a, B: "Z", State: s, Pending: pending, Hidden: h}
	}
	pairs := []settlement.Pair{pair("agreed", settlement.Agreed, 0), pair("draft", settlement.Draft, 0),
		pair("signed", settlement.OneSide, 0), pair("differs", settlement.Differs, 0),
		pair("hidden", settlement.Draft, 1, hidden...), pair("fee", settlement.Draft, 1),
		pair("opened", settlement.OneSide, 0, hidden[1]), pair("left", settlement.Left, 0),
		pair("silent", settlement.BySilent, 0)}
	for _, c := range []struct {
		name   string
		closed settlement.Close
		pairs  []settlement.Pair
		today  date.Date
		want   string
		code   fault.Code
	}{
		{"silence is no consent", closed(), pairs, 101, "draft signed differs hidden fee opened", ""},
		{"silence is everybody's consent", closed(all...), pairs, 101, "differs hidden", ""},
		{"silence is one's consent", closed("Z", "draft"), pairs, 101, "signed differs hidden fee opened", ""},
		{"on the last day", closed(), pairs, 100, "", fault.WrongState},
		{"before it, with nothing to carry", closed(), pairs[:1], 1, "", ""},
		{"no pair at all", closed(), nil, 101, "", ""},
		{"not computed", settlement.Close{ID: "c", State: settlement.Cut}, pairs, 101, "", fault.WrongState},
		{"final", settlement.Close{ID: "c", State: settlement.Final}, pairs, 101, "", fault.WrongState},
	} {
		list, err := toCarry(c.closed, c.pairs, c.today)
		var got []string
		for _, r := range list {
			got = append(got, r.A)
			if r.Check() != nil || r.Cycle != "c" {
				t.Errorf("%s: %+v", c.name, r)
			}
		}
		if fault.CodeOf(err) != c.code || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
	}
}

// TestTheRulesTakeWhatIsCarried: none of it is refused, whatever silence means, and with it the cycle is netted.
func TestTheRulesTakeWhatIsCarried(t *testing.T) {
	supply := settlement.HiddenSum{Position: settlement.HiddenPosition{Debtor: "D", Creditor: "S1",
		Fee: amount.Rate{Num: 1, Den: 100}, Count: 1}}
	owed := func(debtor, creditor string) []settlement.Position {
		return []settlement.Position{{Debtor: debtor, Creditor: creditor, Count: 1, Fen: 100}}
	}
	for _, consenting := range [][]string{nil, {"D", "F", "G", "M", "S1"}} {
		closed := settlement.Close{ID: "c", State: settlement.Computed, SignBy: 100, Consenting: consenting}
		pairs := []settlement.Pair{{A: "D", B: "G", Owed: owed("D", "G")},
			{A: "D", B: "M", Owed: owed("M", "D"), State: settlement.Differs},
			{A: "D", B: "S1", Hidden: []settlement.HiddenSum{supply}, Pending: 1},
			{A: "G", B: "S1", Owed: owed("S1", "G"), Pending: 1},
			{A: "F", B: "G", Owed: owed("F", "G"), State: settlement.Agreed}}
		carries, err := toCarry(closed, pairs, 101)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range carries {
			at := slices.IndexFunc(pairs, func(p settlement.Pair) bool { return p.A == c.A && p.B == c.B })
			carried, err := pairs[at].Carry(closed, "G", 101)
			if err != nil {
				t.Fatalf("%v: %s and %s: %v", consenting, c.A, c.B, err)
			}
			pairs[at] = carried.Pair
			for _, fee := range carried.Fees {
				of := slices.IndexFunc(pairs, func(p settlement.Pair) bool { return p.A == fee[0] && p.B == fee[1] })
				pairs[of] = pairs[of].FeeCarried()
			}
		}
		if netted, err := closed.Net(pairs, settlement.Founding(), 101); err != nil || len(netted.Payments) == 0 {
			t.Errorf("%v: %+v, %v", consenting, netted.Payments, err)
		}
	}
}

// TestAfterTheDeadlineAllIsCarried that nobody signed.
func TestAfterTheDeadlineAllIsCarried(t *testing.T) {
	h := storyComputed(t)
	if _, err := toFinalise(t.Context(), h, "2026-11"); fault.CodeOf(err) != fault.WrongState {
		t.Errorf("before the deadline: %v", err)
	}
	h.open.Date += 10
	carries, err := toFinalise(t.Context(), h, "2026-11")
	if err != nil || len(carries) != 7 || carries[0] != (settlement.CarryRequest{Cycle: "2026-11", A: "D", B: "F"}) {
		t.Errorf("%v, %v", carries, err)
	}
	if _, err := toFinalise(t.Context(), h, "2026-10"); fault.CodeOf(err) != fault.NotFound {
		t.Error(err)
	}
}

func storyComputed(t *testing.T) *clearingHouse {
	t.Helper()
	h := newClearingHouse()
	for _, req := range []command.Request{settlement.CutOffRequest{Cycle: "2026-11", Next: "2026-12"},
		settlement.ComputeRequest{Cycle: "2026-11"}} {
		if err := h.send(t.Context(), "", req); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// final notes what netting might have made of a cycle.
func (h *clearingHouse) final(cycle string) {
	due := date.Date(endOfNovember + 3)
	for i, p := range []settlement.Payment{{Debtor: "D", Creditor: "S1", Fen: 980},
		{Debtor: "F", Creditor: "S1", Fen: 6720, State: settlement.Paid},
		{Debtor: "G", Creditor: "S1", Fen: 25_266, State: settlement.Sent}} {
		p.Cycle, p.N, p.Due = cycle, uint32(i)+1, due
		h.payments[settlement.EndToEnd(cycle, p.N)] = p
	}
	closed := h.closed[cycle]
	closed.State, closed.Payments, closed.Instructed, closed.Settled = settlement.PartSettled, 3, 1, 1
	h.closed[cycle] = closed
	h.netting[cycle] = settlement.Netting{Gross: 71_710, Lines: 13,
		Nets: []settlement.Net{{Debtor: "F", Creditor: "D", Fen: 6720, Multilateral: true, Delay: 3},
			{Debtor: "G", Creditor: "D", Fen: 19_100, Multilateral: true, Delay: 3}},
		Parties: []settlement.Stand{{Party: "D", Pays: 980}, {Party: "S1", Receives: 26_532}}}
}

// TestAnEmptyCycleHasNoNetting: it is settled, and nothing was netted.
func TestAnEmptyCycleHasNoNetting(t *testing.T) {
	h := newClearingHouse()
	h.closed["c"] = settlement.Close{ID: "c", State: settlement.Settled}
	shown, err := closedOnLedger(t.Context(), h, "c")
	if err != nil || shown.Netting != nil || shown.Statements == nil || shown.Paid == nil {
		t.Errorf("%+v, %v", shown, err)
	}
	if _, err := closedOnLedger(t.Context(), h, "d"); fault.CodeOf(err) != fault.NotFound {
		t.Error(err)
	}
}

func TestCyclesComeInTurn(t *testing.T) {
	entry := func(id, next string) index.Entry[settlement.Close] {
		return index.Entry[settlement.Close]{ID: id, Row: settlement.Close{ID: id, Next: next}}
	}
	for _, c := range []struct {
		name string
		list []index.Entry[settlement.Close]
		want string
	}{
		{"none", nil, ""},
		{"one", []index.Entry[settlement.Close]{entry("a", "open")}, "a"},
		{"ids in another order", []index.Entry[settlement.Close]{entry("1-last", "open"), entry("2-first", "3-middle"),
			entry("3-middle", "1-last")}, "2-first 3-middle 1-last"},
		{"a ring ends", []index.Entry[settlement.Close]{entry("open", "open")}, "open"},
	} {
		var got []string
		for _, one := range inTurn(c.list, "open") {
			got = append(got, one.ID)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestPoliciesKeepWhatIsLeftOut(t *testing.T) {
	present := settlement.Policy{SignDays: 3, AnswerDays: 4, Silence: settlement.Consent}
	nine, eight, carry := int32(9), int32(8), settlement.CarryOver
	for _, c := range []struct {
		change PolicyChange
		want   settlement.Policy
	}{
		{PolicyChange{SignDays: &nine}, settlement.Policy{SignDays: 9, AnswerDays: 4, Silence: settlement.Consent}},
		{PolicyChange{AnswerDays: &eight}, settlement.Policy{SignDays: 3, AnswerDays: 8, Silence: settlement.Consent}},
		{PolicyChange{Silence: &carry}, settlement.Policy{SignDays: 3, AnswerDays: 4}},
		{PolicyChange{&nine, &eight, &carry}, settlement.Policy{SignDays: 9, AnswerDays: 8}},
		{PolicyChange{}, present},
	} {
		if got := c.change.On(present); got != c.want {
			t.Errorf("%+v: %+v", c.change, got)
		}
	}
}

// TestWhatFinaliseRefusesNamesTheFlag that carries over a statement that doesn't stand.
func TestWhatFinaliseRefusesNamesTheFlag(t *testing.T) {
	refused := byCarrying(fault.New(fault.WrongState,
		"the statement of D and G is DRAFT, with 0 hidden sums to be opened"))
	if fault.CodeOf(refused) != fault.WrongState || !strings.Contains(refused.Error(), "`cycle.finalise.carry`") {
		t.Error(refused)
	}
	for _, other := range []error{nil, fault.New(fault.WrongState, "cycle 2026-11 is OPEN"),
		fault.New(fault.Forbidden, "the statement of D and G isn't yours")} {
		if got := byCarrying(other); got != other {
			t.Errorf("%v became %v", other, got)
		}
	}
}

// TestClosedCyclesAreSummedUp, with what is disputed apart.
func TestClosedCyclesAreSummedUp(t *testing.T) {
	h := storyComputed(t)
	shown, err := closedOnLedger(t.Context(), h, "2026-11")
	if err != nil || shown.Netting != nil || len(shown.Paid) != 0 || len(shown.Statements) != 7 {
		t.Fatalf("%+v, %v", shown, err)
	}
	dm := h.pairs["2026-11/D/M"]
	dm.Carved = []settlement.Carved{{Line: number.Command{Party: "D", Seq: 3}.Row(0), Debtor: "D", Fen: 1200}}
	h.pairs["2026-11/D/M"] = dm
	h.final("2026-11")
	shown, err = closedOnLedger(t.Context(), h, "2026-11")
	if err != nil || shown.Netting == nil || len(shown.Paid) != 3 {
		t.Fatalf("%+v, %v", shown, err)
	}
	if dm := shown.Statements[2]; dm.A != "D" || dm.B != "M" || dm.Lines != 1 || dm.AOwes != 1200 ||
		dm.BOwes != 0 || dm.Disputed != 1200 {
		t.Errorf("%+v", dm)
	}
}

// TestOneJSONOfACycle: that of the open one, or of the closed one.
func TestOneJSONOfACycle(t *testing.T) {
	for want, shown := range map[string]ShownCycle{`"id":"open"`: {Open: &settlement.Cycle{ID: "open"}},
		`"id":"closed"`: {Closed: &CycleOnLedger{Close: settlement.Close{ID: "closed"}}}} {
		text, err := json.Marshal(shown)
		if err != nil || !strings.Contains(string(text), want) || strings.Contains(string(text), `"Open"`) {
			t.Errorf("%s: %s, %v", want, text, err)
		}
	}
}

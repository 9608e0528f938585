package settle

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/replay"
	"tallystick/chaincode/replay/replaytest"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
	"tallystick/client/gateway/gatewaytest"
	"tallystick/client/index"
	"tallystick/client/index/indextest"
	"tallystick/client/node"
	"tallystick/client/node/nodetest"
)

const (
	november      = date.Date(20758) // 2026-11-01
	endOfNovember = november + 29
)

// house is a ledger's clearing under the rules, as G closes it. G owes D 900 and 1,200 fen of the cycle 2026-11.
type house struct {
	t      *testing.T
	ledger *replay.Ledger
	sent   []string         // names of what took effect
	fails  map[string]error // by the name of a command: what its next sending meets, once
}

func newHouse(t *testing.T) *house {
	t.Helper()
	c := &house{t: t, ledger: replaytest.TwoParties(t), fails: map[string]error{}}
	c.do("G", points.OpenProgrammeRequest{Programme: "GP", En: "G", Zh: "G", Price: amount.Rate{Num: 1, Den: 1}})
	c.do("D", member.EnrolRequest{Member: "wang"})
	lot := c.do("G", points.IssueRequest{Programme: "GP",
		Grants: []points.Grant{{Member: "wang", Amount: 5000, Expires: november + 300}}}).Row(0)
	for _, fen := range []amount.Units{900, 1200} {
		held := c.do("D", points.HoldRequest{Member: "wang", Pieces: []spend.Take{{Lot: lot, Amount: fen}},
			Deadline: c.ledger.Now().Unix() + 600})
		c.do("D", points.CaptureRequest{Hold: held, Amount: fen})
	}
	return c
}

// do does a command that the rules take.
func (c *house) do(who string, req command.Request) number.Command {
	c.t.Helper()
	done, err := c.ledger.Do(who, req)
	if err != nil {
		c.t.Fatalf("%s: %v", command.KindOf(req), err)
	}
	return done
}

func (c *house) Cycle(context.Context) (open settlement.Cycle, err error) {
	return open, c.ledger.Ask("G", "Cycle", &open)
}

func (c *house) Close(_ context.Context, cycle string) (closed settlement.Close, err error) {
	return closed, c.ledger.Ask("G", "Close", &closed, cycle)
}

func (c *house) Statement(_ context.Context, cycle, a, b string) (p settlement.Pair, err error) {
	return p, c.ledger.Ask("G", "Statement", &p, cycle, a, b)
}

// before is the cycle whose cut-off opened another.
func (c *house) before(next string) (string, error) {
	return CycleBefore(indextest.Of(c.t, c.ledger.Blocks()), next)
}

// send does one command. An error that is prepared for it comes instead, or, if it is an unknown
// outcome, after it.
func (c *house) send(_ context.Context, _ string, req command.Request) error {
	name := command.KindOf(req).String()
	prepared := c.fails[name]
	delete(c.fails, name)
	if prepared != nil && fault.CodeOf(prepared) != fault.UnknownOutcome {
		return prepared
	}
	if _, err := c.ledger.Do("G", req); err != nil {
		return err
	}
	c.sent = append(c.sent, name)
	return prepared
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
		h := newHouse(t)
		maps.Copy(h.fails, c.fails)
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
			len(closed.Pairs) != 1 {
			t.Errorf("%s: %v, %s, %s with %d pairs", c.name, err, got, closed.State, len(closed.Pairs))
		}
		if got := strings.Join(h.sent, " "); got != "cycle:CutOff cycle:Compute" {
			t.Errorf("%s: %s took effect", c.name, got)
		}
	}
}

func TestClosingRefuses(t *testing.T) {
	h := newHouse(t)
	_, unknown := h.before("2026-11")
	run := closing{closes: h, next: "2026-11", unknown: unknown, send: h.send, tell: func(string, bool) {}}
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
	h := newHouse(t)
	h.do("G", settlement.CutOffRequest{Cycle: "2026-11", Next: "2026-12"})
	h.do("G", settlement.ComputeRequest{Cycle: "2026-11"})
	if _, err := toFinalise(t.Context(), h, "2026-11"); fault.CodeOf(err) != fault.WrongState {
		t.Errorf("before the deadline: %v", err)
	}
	for day := november + 1; day < november+8; day++ {
		h.do("G", settlement.AdvanceRequest{Date: day})
	}
	carries, err := toFinalise(t.Context(), h, "2026-11")
	if err != nil || !slices.Equal(carries, []settlement.CarryRequest{{Cycle: "2026-11", A: "D", B: "G"}}) {
		t.Fatalf("%v, %v", carries, err)
	}
	h.do("G", carries[0])
	h.do("G", settlement.FinaliseRequest{Cycle: "2026-11"})
	if _, err := toFinalise(t.Context(), h, "2026-10"); fault.CodeOf(err) != fault.NotFound {
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

// TestClosedCyclesAreSummedUp, with what is disputed apart; one in which nothing is owed has no netting.
func TestClosedCyclesAreSummedUp(t *testing.T) {
	h := newHouse(t)
	s := gatewaytest.Serve(t, h.ledger.Network)
	g, d := nodetest.Open(t, s, "G"), nodetest.Open(t, s, "D")
	show := func(cycle string) CycleOnLedger {
		t.Helper()
		d.AtLeast(g.Height())
		g.AtLeast(d.Height())
		shown, err := CycleShow.Do(t.Context(), g, &node.Call{}, ShowCycleRequest{Cycle: cycle})
		if err != nil || shown.Closed == nil {
			t.Fatalf("%+v, %v", shown, err)
		}
		return *shown.Closed
	}
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(CycleClose.Do(t.Context(), g, &node.Call{}, CloseCycleRequest{Next: "2026-12"}))
	if shown := show("2026-11"); shown.Netting != nil || len(shown.Paid) != 0 || len(shown.Statements) != 1 {
		t.Fatalf("%+v", shown)
	}
	with := ShowStatementRequest{Cycle: "2026-11", With: "G", Limit: 10}
	lines, err := StatementShow.Do(t.Context(), d, &node.Call{}, with)
	must(lines, err)
	line, err := number.ParseRow(lines.Lines[1].ID)
	must(line, err)
	must(DisputeRaise.Do(t.Context(), d, &node.Call{}, settlement.RaiseRequest{Cycle: "2026-11", With: "G",
		Lines: []number.Row{line}, Reason: "not_delivered", Evidence: make(codec.Hash, 32)}))
	show("2026-11")
	must(StatementSign.Do(t.Context(), d, &node.Call{}, SignStatementsRequest{Cycle: "2026-11"}))
	must(StatementSign.Do(t.Context(), g, &node.Call{}, SignStatementsRequest{Cycle: "2026-11"}))
	show("2026-11")
	must(CycleFinalise.Do(t.Context(), g, &node.Call{}, CycleRequest{Cycle: "2026-11"}))
	shown := show("2026-11")
	if shown.Netting == nil || len(shown.Paid) != 1 || shown.Paid[0].Fen != 900 {
		t.Fatalf("%+v", shown)
	}
	if p := shown.Statements[0]; p.A != "D" || p.B != "G" || p.Lines != 2 || p.AOwes != 0 || p.BOwes != 2100 ||
		p.Disputed != 1200 {
		t.Errorf("%+v", p)
	}
	must(CycleClose.Do(t.Context(), g, &node.Call{}, CloseCycleRequest{Next: "2027-01"}))
	if shown := show("2026-12"); shown.State != settlement.Settled || shown.Netting != nil || shown.Statements == nil ||
		shown.Paid == nil {
		t.Errorf("%+v", shown)
	}
	if _, err := CycleShow.Do(t.Context(), g, &node.Call{}, ShowCycleRequest{Cycle: "2026-10"}); fault.CodeOf(err) !=
		fault.NotFound {
		t.Error(err)
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

package settlement

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/workday"
)

// The statement of D and M that tests dispute: three lines, raised on a day before the last one to do so.
const (
	raisedOn = 20790
	signBy   = 20792
	answerBy = 20795
)

func hashOf(b byte) codec.Hash { return slices.Repeat(codec.Hash{b}, 32) }

func lineOf(seq uint64, debtor, creditor string, fen amount.Units) Line {
	return Line{Row: number.Command{Party: "M", Lane: 1, Seq: seq}.Row(0), Cycle: "2026-11",
		Obligation: Obligation{
			Kind: Redemption, Scene: "retail", Debtor: debtor, Creditor: creditor, Programme: "DP", Points: fen / 2,
			Fen: fen, Model: 1,
		}}
}

func statementOf(t fataler, lines ...Line) (Close, Pair) {
	t.Helper()
	pair := Pair{A: "D", B: "M"}
	for _, l := range lines {
		o := l.Obligation
		pair = pair.Known(Owe{
			Kind: o.Kind, Debtor: o.Debtor, Creditor: o.Creditor, Programme: o.Programme, Points: o.Points, Fen: o.Fen,
		})
	}
	return Close{ID: "2026-11", State: Computed, SignBy: signBy, Policy: Policy{AnswerDays: answerBy - raisedOn}}, pair
}

func raising(lines ...Line) RaiseRequest {
	req := RaiseRequest{Cycle: "2026-11", With: "M", Reason: "not-ours", Evidence: hashOf(1)}
	for _, l := range lines {
		req.Lines = append(req.Lines, l.Row)
	}
	return req
}

var byD = Step{Caller: "D", By: number.Command{Party: "D", Lane: 1, Seq: 7}, Today: raisedOn}

func TestRaiseRequest(t *testing.T) {
	one, two := lineOf(1, "D", "M", 5), lineOf(2, "D", "M", 5)
	many := make([]Line, MaxDisputed+1)
	for i := range many {
		many[i] = lineOf(uint64(i+1), "D", "M", 5)
	}
	for _, c := range []struct {
		name   string
		lines  []Line
		change func(*RaiseRequest)
		code   fault.Code
	}{
		{"one line", []Line{one}, nil, ""},
		{"two", []Line{one, two}, nil, ""},
		{"as many as there can be", many[1:], nil, ""},
		{"none", nil, nil, fault.BadRequest},
		{"too many", many, nil, fault.BadRequest},
		{"one twice", []Line{one, two, one}, nil, fault.BadRequest},
		{"no such number", []Line{one}, func(r *RaiseRequest) { r.Lines[0].Command.Seq = 0 }, fault.BadRequest},
		{"no evidence", []Line{one}, func(r *RaiseRequest) { r.Evidence = nil }, fault.BadRequest},
		{"evidence in the clear", []Line{one},
			func(r *RaiseRequest) { r.Evidence = codec.Hash("the receipt of Mr Li") }, fault.BadRequest},
		{"a reason in words", []Line{one}, func(r *RaiseRequest) { r.Reason = "Mr Li was charged twice" },
			fault.BadRequest},
		{"no cycle", []Line{one}, func(r *RaiseRequest) { r.Cycle = "" }, fault.BadRequest},
		{"with nobody", []Line{one}, func(r *RaiseRequest) { r.With = "M/x" }, fault.BadRequest},
	} {
		req := raising(c.lines...)
		if c.change != nil {
			c.change(&req)
		}
		if err := req.Check(); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestDecisionsAreWellFormed(t *testing.T) {
	d, part := number.Command{Party: "D", Lane: 1, Seq: 7}, Allocation{Debtor: "D", Creditor: "M", Fen: 5}
	parts := func(change func(*Allocation)) []Allocation {
		one := part
		change(&one)
		return []Allocation{part, one}
	}
	split := func(parts []Allocation) error { return SplitRequest{Dispute: d, Parts: parts}.Check() }
	rule := func(parts []Allocation) error {
		return RuleRequest{Dispute: d, Parts: parts, Grounds: hashOf(1)}.Check()
	}
	for _, c := range []struct {
		name string
		err  error
		code fault.Code
	}{
		{"an answer", AnswerRequest{Dispute: d, Answer: hashOf(1)}.Check(), ""},
		{"an answer in the clear", AnswerRequest{Dispute: d, Answer: codec.Hash("we say no")}.Check(),
			fault.BadRequest},
		{"an answer to nothing", AnswerRequest{Answer: hashOf(1)}.Check(), fault.BadRequest},
		{"a rejection without an answer", RejectRequest{Dispute: d}.Check(), fault.BadRequest},
		{"a ruling without grounds", RuleRequest{Dispute: d}.Check(), fault.BadRequest},
		{"to accept nothing", AcceptRequest{}.Check(), fault.BadRequest},
		{"to withdraw nothing", WithdrawRequest{}.Check(), fault.BadRequest},
		{"to escalate nothing", EscalateRequest{}.Check(), fault.BadRequest},
		{"to agree to nothing", AgreeSplitRequest{}.Check(), fault.BadRequest},
		{"a split of no part", split(nil), fault.BadRequest},
		{"a ruling of no part", rule(nil), ""},
		{"sixteen parts", rule(slices.Repeat([]Allocation{part}, MaxAllocations)), ""},
		{"seventeen", rule(slices.Repeat([]Allocation{part}, MaxAllocations+1)), fault.BadRequest},
		{"the same part twice", split(parts(func(*Allocation) {})), ""},
		{"a part of nothing", split(parts(func(a *Allocation) { a.Fen = 0 })), fault.BadRequest},
		{"a negative part", rule(parts(func(a *Allocation) { a.Fen = -1 })), fault.BadRequest},
		{"a part above 2⁵³−1", rule(parts(func(a *Allocation) { a.Fen = amount.Max + 1 })), fault.Limit},
		{"a part to oneself", split(parts(func(a *Allocation) { a.Creditor = "D" })), fault.BadRequest},
		{"a part of an odd party", split(parts(func(a *Allocation) { a.Debtor = "D x" })), fault.BadRequest},
	} {
		if fault.CodeOf(c.err) != c.code {
			t.Errorf("%s: %v", c.name, c.err)
		}
	}
}

// Every two grounds on which lines can't be carved out, the first of them counts.
func TestCarveRefusals(t *testing.T) {
	grounds := []struct {
		name  string
		code  fault.Code
		spoil func(*Close, *Pair, *[]Line, *Step)
	}{
		{"not computed", fault.WrongState, func(c *Close, _ *Pair, _ *[]Line, _ *Step) { c.State = Final }},
		{"agreed", fault.WrongState, func(_ *Close, p *Pair, _ *[]Line, _ *Step) { p.State = Agreed }},
		{"late", fault.Expired, func(_ *Close, _ *Pair, _ *[]Line, s *Step) { s.Today = signBy + 1 }},
		{"another pair's", fault.BadRequest,
			func(_ *Close, _ *Pair, l *[]Line, _ *Step) { (*l)[1].Obligation.Creditor = "G" }},
		{"another cycle's", fault.BadRequest,
			func(_ *Close, _ *Pair, l *[]Line, _ *Step) { (*l)[1].Cycle = "2026-12" }},
		{"decided", fault.WrongState,
			func(_ *Close, _ *Pair, l *[]Line, _ *Step) { (*l)[1].Obligation.Kind = Adjustment }},
		{"carved", fault.Conflict, func(_ *Close, p *Pair, l *[]Line, _ *Step) {
			p.Carved = append(p.Carved, Carved{Line: (*l)[0].Row, Dispute: byD.By})
		}},
		{"too many", fault.Limit, func(_ *Close, p *Pair, _ *[]Line, _ *Step) {
			for range MaxCarved - 1 {
				p.Carved = append(p.Carved, Carved{Dispute: byD.By})
			}
		}},
	}
	for i := range grounds {
		for j := i; j < len(grounds); j++ {
			lines := []Line{lineOf(1, "D", "M", 1200), lineOf(2, "M", "D", 30)}
			closed, pair := statementOf(t, lines...)
			s := byD
			grounds[j].spoil(&closed, &pair, &lines, &s)
			if i != j {
				grounds[i].spoil(&closed, &pair, &lines, &s)
			}
			if _, _, err := pair.Carve(closed, raising(lines...), lines, s); fault.CodeOf(err) != grounds[i].code {
				t.Errorf("%s and %s: %v", grounds[i].name, grounds[j].name, err)
			}
		}
	}
}

// Lines that are carved out are left out of what is settled, and stay in all else: so signatures stay too.
func TestCarve(t *testing.T) {
	lines := []Line{lineOf(1, "D", "M", 1200), lineOf(2, "M", "D", 30), lineOf(3, "D", "M", 77)}
	closed, pair := statementOf(t, lines...)
	pair.State, pair.SignedB = OneSide, Signature{Root: hashOf(9)}
	before := codec.Encode(pair)
	last := byD
	last.Today = signBy
	next, d, err := pair.Carve(closed, raising(lines[1], lines[0]), []Line{lines[1], lines[0]}, last)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(codec.Encode(pair), before) {
		t.Error("the statement was changed in place")
	}
	expectOwes(t, next, "D", 1277, 77)
	expectOwes(t, next, "M", 30, 0)
	if next.Count() != 3 || next.State != OneSide || !slices.Equal(next.SignedB.Root, hashOf(9)) {
		t.Errorf("%+v", next)
	}
	want := Carved{Line: lines[0].Row, Dispute: byD.By, Debtor: "D", Programme: "DP", Points: 600, Fen: 1200}
	if len(next.Carved) != 2 || next.Carved[1] != want {
		t.Errorf("%+v", next.Carved)
	}
	if d.By != "D" || d.Against != "M" || d.State != Raised || d.Since != signBy ||
		d.AnswerBy != workday.China.After(signBy, answerBy-raisedOn) || d.Last != byD.By || d.Cycle != "2026-11" ||
		d.Reason != "not-ours" {
		t.Errorf("%+v", d)
	}
	if one := (Disputed{Line: lines[1].Row, Debtor: "M", Creditor: "D", Programme: "DP", Points: 15, Fen: 30}); len(
		d.Lines) != 2 || d.Lines[0] != one {
		t.Errorf("%+v", d.Lines)
	}
	if _, _, err := next.Carve(closed, raising(lines[2], lines[0]), []Line{lines[2], lines[0]},
		byD); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("a line is carved twice: %v", err)
	}
}

// Two disputes that are tried from one statement don't write over each other.
func TestCarvingCopies(t *testing.T) {
	lines := []Line{lineOf(1, "D", "M", 1200), lineOf(2, "D", "M", 30)}
	closed, pair := statementOf(t, lines...)
	pair.Carved = make([]Carved, 0, 8)
	first, _, err := pair.Carve(closed, raising(lines[0]), lines[:1], byD)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := pair.Carve(closed, raising(lines[1]), lines[1:], byD); err != nil ||
		first.Carved[0].Line != lines[0].Row {
		t.Errorf("%+v, %v", first.Carved, err)
	}
}

func expectOwes(t fataler, p Pair, debtor string, all, stands amount.Units) {
	t.Helper()
	gotAll, gotStands := p.Owes(debtor)
	if gotAll != all || gotStands != stands {
		t.Fatal(fmt.Sprintf("%s owes %d, of which %d stand, not %d and %d", debtor, gotAll, gotStands, all, stands))
	}
}

// move is one thing to do to a dispute.
type move struct {
	name string
	do   func(Dispute, Step) (Dispute, error)
}

// moves are all of them, with fair parts where some are wanted. Only the operator is let through to a ruling.
var moves = []move{
	{"answer", func(d Dispute, s Step) (Dispute, error) { return d.Reply(AnswerRequest{Answer: hashOf(2)}, s) }},
	{"accept", Dispute.Accept},
	{"reject", func(d Dispute, s Step) (Dispute, error) { return d.Reject(RejectRequest{Answer: hashOf(3)}, s) }},
	{"split", func(d Dispute, s Step) (Dispute, error) {
		return d.Offer(SplitRequest{Parts: []Allocation{{Debtor: "D", Creditor: "M", Fen: 900}}}, s)
	}},
	{"agree", Dispute.Agree},
	{"escalate", Dispute.Escalate},
	{"rule", func(d Dispute, s Step) (Dispute, error) {
		parts := []Allocation{{Debtor: "D", Creditor: "M", Fen: 1000}, {Debtor: s.Caller, Creditor: "M", Fen: 200}}
		return d.Rule(RuleRequest{Parts: parts, Grounds: hashOf(4)}, s)
	}},
	{"withdraw", Dispute.Withdraw},
}

// disputeIn is the story's dispute, of D against M, in a state.
func disputeIn(state DisputeState) Dispute {
	d := Dispute{Cycle: "2026-11", By: "D", Against: "M", State: state, AnswerBy: answerBy, Since: raisedOn,
		Lines: []Disputed{
			{Line: lineOf(1, "D", "M", 1200).Row, Debtor: "D", Creditor: "M", Programme: "GP", Points: 1200, Fen: 1200},
		}}
	if state == Split || state == Closed || state == Ruled {
		d.Decided = []Allocation{{Debtor: "D", Creditor: "M", Fen: 900}}
	}
	return d
}

// Every state, verb and caller: where it leads and what is then owed, or why not. What isn't listed is refused:
// with FORBIDDEN for who may never do it, else with WRONG_STATE. G is the operator: the contract lets nobody else
// rule, and the verb doesn't ask.
func TestEveryMoveOfADispute(t *testing.T) {
	leads := map[string]DisputeState{

		"RAISED answer M": Answered, "RAISED accept M": Accepted, "RAISED reject M": Refused,
		"RAISED split M": Split, "RAISED withdraw D": Withdrawn,
		"ANSWERED accept M": Accepted, "ANSWERED reject M": Refused, "ANSWERED split M": Split,
		"ANSWERED escalate D": Escalated, "ANSWERED escalate M": Escalated, "ANSWERED withdraw D": Withdrawn,
		"REJECTED accept M": Accepted, "REJECTED split M": Split, "REJECTED escalate D": Escalated,
		"REJECTED escalate M": Escalated, "REJECTED withdraw D": Withdrawn,
		"SPLIT accept M": Accepted, "SPLIT reject M": Refused, "SPLIT agree D": Closed, "SPLIT escalate D": Escalated,
		"SPLIT escalate M": Escalated, "SPLIT withdraw D": Withdrawn,
		"ESCALATED accept M": Accepted, "ESCALATED rule G": Ruled, "ESCALATED withdraw D": Withdrawn,
	}
	owed := map[DisputeState][]Owe{
		Closed: {{Kind: Adjustment, Debtor: "D", Creditor: "M", Fen: 900}},
		Ruled: {{Kind: Adjustment, Debtor: "D", Creditor: "M", Fen: 1000},
			{Kind: Adjustment, Debtor: "G", Creditor: "M", Fen: 200}},
		Withdrawn: {{Kind: Adjustment, Debtor: "D", Creditor: "M", Programme: "GP", Points: 1200, Fen: 1200}},
	}
	may := map[string]string{
		"answer": "M", "accept": "M", "reject": "M", "split": "M", "agree": "D", "escalate": "DM", "rule": "G",
		"withdraw": "D",
	}
	for state := Raised; state <= Withdrawn; state++ {
		for _, m := range moves {
			for _, caller := range []string{"D", "M", "G", "F"} {
				if m.name == "rule" && caller != "G" {
					continue
				}
				at := fmt.Sprintf("%s %s %s", state, m.name, caller)
				to, ok := leads[at]
				delete(leads, at)
				s := Step{Caller: caller, By: number.Command{Party: caller, Lane: 1, Seq: 9}, Today: answerBy}
				next, err := m.do(disputeIn(state), s)
				if !ok {
					want := fault.WrongState
					if !slices.Contains([]byte(may[m.name]), caller[0]) {
						want = fault.Forbidden
					}
					if fault.CodeOf(err) != want {
						t.Errorf("%s: %s, %v", at, next.State, err)
					}
					continue
				}
				if err != nil || next.State != to || next.Since != answerBy || next.Last != s.By ||
					!slices.Equal(next.Owed(), owed[to]) {
					t.Errorf("%s: %+v owes %+v, %v", at, next, next.Owed(), err)
				}
				if decided := len(next.Decided) > 0; decided != (to == Split || to == Closed || to == Ruled) {
					t.Errorf("%s: decided %+v", at, next.Decided)
				}
			}
		}
	}
	for at := range leads {
		t.Errorf("%s was never tried", at)
	}
}

// Who doesn't answer in time can be taken to the operator, by either, on the day after.
func TestSilenceIsEscalated(t *testing.T) {
	for _, caller := range []string{"D", "M"} {
		for today, want := range map[date.Date]fault.Code{
			raisedOn: fault.WrongState, answerBy: fault.WrongState, answerBy + 1: "",
		} {
			s := Step{Caller: caller, Today: today}
			if _, err := disputeIn(Raised).Escalate(s); fault.CodeOf(err) != want {
				t.Errorf("%s on day %d: %v", caller, today, err)
			}
		}
	}
	late := Step{Caller: "M", Today: answerBy + 9}
	if next, err := disputeIn(Raised).Reply(AnswerRequest{Answer: hashOf(2)}, late); err != nil ||
		next.State != Answered {
		t.Errorf("a late answer, not escalated: %v", err)
	}
}

// What a split or a ruling can't hold: each two grounds, the first of them counts. A ruling's state comes before
// its parties, a split's after them.
func TestPartsOfASplitAndARuling(t *testing.T) {
	to := func(debtor, creditor string, fen amount.Units) Allocation {
		return Allocation{Debtor: debtor, Creditor: creditor, Fen: fen}
	}
	for _, c := range []struct {
		name        string
		parts       []Allocation
		split, rule fault.Code // by the other side, and by the operator G
	}{
		{"all of it", []Allocation{to("D", "M", 1200)}, "", ""},
		{"a part", []Allocation{to("D", "M", 1000), to("D", "M", 100)}, "", ""},
		{"the other way", []Allocation{to("M", "D", 1200)}, "", ""},
		{"nothing", nil, "", ""},
		{"a fen too much", []Allocation{to("D", "M", 1000), to("M", "D", 201)}, fault.Limit, fault.Limit},
		{"above 2⁵³−1 in all", []Allocation{to("D", "M", amount.Max), to("D", "M", 1)}, fault.Limit, fault.Limit},
		{"the operator bears a part", []Allocation{to("D", "M", 1000), to("G", "M", 200)}, fault.Forbidden, ""},
		{"the operator bears it all, to who disputes", []Allocation{to("G", "D", 1200)}, fault.Forbidden, ""},
		{"the operator gets a part", []Allocation{to("D", "G", 1)}, fault.Forbidden, fault.Forbidden},
		{"a stranger bears a part", []Allocation{to("F", "M", 1)}, fault.Forbidden, fault.Forbidden},
		{"a stranger gets a part", []Allocation{to("D", "F", 1)}, fault.Forbidden, fault.Forbidden},
		{"a stranger, and too much", []Allocation{to("D", "M", 1300), to("D", "F", 1)}, fault.Forbidden,
			fault.Forbidden},
	} {
		m, g := Step{Caller: "M", Today: raisedOn}, Step{Caller: "G", Today: raisedOn}
		for _, late := range []bool{false, true} {
			offer, decide := disputeIn(Raised), disputeIn(Escalated)
			split, rule := c.split, c.rule
			if late {
				offer, decide = disputeIn(Accepted), disputeIn(Ruled)
				if rule = fault.WrongState; split != fault.Forbidden {
					split = fault.WrongState
				}
			}
			if next, err := offer.Offer(SplitRequest{Parts: c.parts}, m); fault.CodeOf(err) != split ||
				err == nil && !slices.Equal(next.Decided, c.parts) {
				t.Errorf("split: %s, ended %t: %+v, %v", c.name, late, next.Decided, err)
			}
			if _, err := offer.Offer(SplitRequest{Parts: c.parts}, g); fault.CodeOf(err) != fault.Forbidden {
				t.Errorf("split by a stranger: %s: %v", c.name, err)
			}
			if next, err := decide.Rule(RuleRequest{Parts: c.parts, Grounds: hashOf(4)},
				g); fault.CodeOf(err) != rule ||
				err == nil && (!slices.Equal(next.Decided, c.parts) || next.Grounds == nil) {
				t.Errorf("ruling: %s, ended %t: %+v, %v", c.name, late, next.Decided, err)
			}
		}
	}
}

// The operator may be a side itself; then it may get a part as well.
func TestTheOperatorRulesOnItsOwnDispute(t *testing.T) {
	d := disputeIn(Escalated)
	d.Against = "G"
	next, err := d.Rule(RuleRequest{Parts: []Allocation{{Debtor: "D", Creditor: "G", Fen: 1200}}, Grounds: hashOf(4)},
		Step{Caller: "G"})
	if err != nil || next.State != Ruled {
		t.Errorf("%+v, %v", next, err)
	}
}

// table is a statement and its disputes, as they go on.
type table struct {
	closed   Close
	pair     Pair
	lines    []Line
	today    date.Date
	disputes []Dispute
	owed     []Owe
	all      [2]amount.Units // what D and M owe, lines carved out included
	reached  map[DisputeState]int
}

func (tb *table) raise(t *rapid.T) {
	picked := rapid.SliceOfNDistinct(rapid.SampledFrom(tb.lines), 1, 4, func(l Line) number.Row { return l.Row }).Draw(
		t, "lines")
	caller := rapid.SampledFrom([]string{"D", "M"}).Draw(t, "by")
	req := raising(picked...)
	if req.With = "M"; caller == "M" {
		req.With = "D"
	}
	by := number.Command{Party: caller, Lane: 1, Seq: uint64(len(tb.disputes) + 1)}
	taken := slices.ContainsFunc(picked, func(l Line) bool {
		return slices.ContainsFunc(tb.disputes, func(d Dispute) bool {
			return slices.ContainsFunc(d.Lines, func(one Disputed) bool { return one.Line == l.Row })
		})
	})
	pair, d, err := tb.pair.Carve(tb.closed, req, picked, Step{Caller: caller, By: by, Today: tb.today})
	if (err == nil) != (!taken && tb.today <= signBy) {
		t.Fatalf("on day %d, disputed before %t: %v", tb.today, taken, err)
	}
	if err == nil {
		tb.pair, tb.disputes = pair, append(tb.disputes, d)
	}
}

// move does several things to one dispute, whoever may.
func (tb *table) move(t *rapid.T) {
	if len(tb.disputes) == 0 {
		return
	}
	d := &tb.disputes[rapid.IntRange(0, len(tb.disputes)-1).Draw(t, "dispute")]
	for range rapid.IntRange(1, 5).Draw(t, "moves") {
		tb.moveOne(t, d)
	}
}

func (tb *table) moveOne(t *rapid.T, d *Dispute) {
	part := rapid.Custom(func(t *rapid.T) Allocation {
		who := rapid.SampledFrom([]string{"D", "M", "D", "M", "G"})
		return Allocation{
			Debtor: who.Draw(t, "debtor"), Creditor: who.Draw(t, "creditor"),
			Fen: amount.Units(rapid.IntRange(1, 300).Draw(t, "fen")),
		}
	})
	parts := rapid.SliceOfN(part, 0, 3).Draw(t, "parts")
	// Small numbers are drawn more often, so what ends most disputes soon comes last.
	all := []move{
		{"split", func(d Dispute, s Step) (Dispute, error) { return d.Offer(SplitRequest{Parts: parts}, s) }},
		moves[4], moves[5], moves[0], moves[2],
		{"rule", func(d Dispute, s Step) (Dispute, error) {
			return d.Rule(RuleRequest{Parts: parts, Grounds: hashOf(4)}, s)
		}},
		moves[7], moves[1],
	}
	m := all[rapid.IntRange(0, len(all)-1).Draw(t, "verb")]
	s := Step{Caller: "G", By: byD.By, Today: tb.today}
	switch m.name {
	case "rule":
	case "agree", "withdraw", "escalate":
		s.Caller = rapid.SampledFrom([]string{d.By, d.By, d.Against, "G"}).Draw(t, "caller")
	default:
		s.Caller = rapid.SampledFrom([]string{d.Against, d.Against, d.By, "G"}).Draw(t, "caller")
	}
	next, err := m.do(*d, s)
	if err != nil {
		return
	}
	if d.State.Ended() {
		t.Fatalf("%s was %s", m.name, d.State)
	}
	*d = next
	tb.reached[next.State]++
	tb.owed = append(tb.owed, next.Owed()...)
}

// check holds that what was disputed is void, owed or open, that never more is owed than was disputed, and that
// the statement settles the rest.
func (tb *table) check(t *rapid.T) {
	var disputed, void, owed, open amount.Units
	stands := tb.all
	for _, d := range tb.disputes {
		sum := amount.Units(0)
		for _, l := range d.Lines {
			sum += l.Fen
			stands[sideOf[l.Debtor]] -= l.Fen
		}
		disputed += sum
		if !d.State.Ended() {
			open += sum
			continue
		}
		decided := amount.Units(0)
		for _, o := range d.Owed() {
			decided += o.Fen
		}
		if decided > sum || d.State == Withdrawn && decided != sum || d.State == Accepted && decided != 0 {
			t.Fatalf("%s: %d of %d fen", d.State, decided, sum)
		}
		void += sum - decided
	}
	for _, o := range tb.owed {
		if owed += o.Fen; o.Kind != Adjustment || o.Of != "" || o.Scene != "" || o.Creditor == "G" {
			t.Fatalf("%+v", o)
		}
	}
	if disputed != void+owed+open {
		t.Fatalf("%d were disputed; %d are void, %d owed, %d open", disputed, void, owed, open)
	}
	expectOwes(t, tb.pair, "D", tb.all[0], stands[0])
	expectOwes(t, tb.pair, "M", tb.all[1], stands[1])
}

// Whatever is done, what was disputed is void, owed anew, or still open; and a line is disputed once.
func TestNothingIsLostInDisputes(t *testing.T) {
	reached := map[DisputeState]int{}
	for range 5 {
		rapid.Check(t, func(t *rapid.T) { drawTable(t, reached).play(t) })
	}
	for state := Answered; state <= Withdrawn; state++ {
		if reached[state] == 0 && !testing.Short() {
			t.Errorf("no dispute was ever %s", state)
		}
	}
}

func drawTable(t *rapid.T, reached map[DisputeState]int) *table {
	tb := &table{today: raisedOn, reached: reached}
	for i := range rapid.IntRange(1, 8).Draw(t, "count") {
		l := lineOf(uint64(i+1), "D", "M", amount.Units(rapid.IntRange(0, 1000).Draw(t, "fen")))
		if l.Obligation.Points++; rapid.Bool().Draw(t, "M owes") {
			l.Obligation.Debtor, l.Obligation.Creditor = "M", "D"
		}
		tb.all[sideOf[l.Obligation.Debtor]] += l.Obligation.Fen
		tb.lines = append(tb.lines, l)
	}
	tb.closed, tb.pair = statementOf(t, tb.lines...)
	return tb
}

func (tb *table) play(t *rapid.T) {
	t.Repeat(map[string]func(*rapid.T){
		"raise": tb.raise, "move": tb.move, "a day": func(*rapid.T) { tb.today++ }, "": tb.check,
	})
}

var sideOf = map[string]int{"D": 0, "M": 1}

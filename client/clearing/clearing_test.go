package clearing

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/replay"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
	"tallystick/client/index"
	"tallystick/client/index/indextest"
	"tallystick/client/statement"
)

const (
	day   = date.Date(20758) // 2026-11-01
	cycle = "2026-11"
)

// world is a ledger under the true rules on which D and G have spent each other's points in November.
type world struct {
	t *testing.T
	*replay.Ledger
	lines []number.Row // G→D 20,000 with tax, D→G 1,800, G→D 900
}

func newWorld(t *testing.T) *world {
	t.Helper()
	orgs := []ledgersim.Org{{MSP: "G", Peer: true}, {MSP: "D", Peer: true}}
	l, err := replay.NewLedger(ledgersim.Config{Seed: 1, Orgs: orgs}, replay.Rules{Operator: "G", Test: true})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, Ledger: l}
	roles := party.Issuer | party.Acceptor
	found := party.FoundRequest{Network: "alliance", En: "Group", Zh: "集团", Roles: roles, Cycle: cycle, Date: day,
		Test: true}
	if err := l.Found("G", found); err != nil {
		t.Fatal(err)
	}
	w.do("G", party.RegisterRequest{Party: "D", En: "Dealer", Zh: "经销商", Roles: roles})
	if err := l.BeginPeer("D"); err != nil {
		t.Fatal(err)
	}
	for programme, scale := range map[string]uint8{"DP": 0, "GP": 2, "XP": 3} {
		issuer := strings.Replace(programme[:1], "X", "D", 1)
		w.do(issuer, points.OpenProgrammeRequest{Programme: programme, En: programme, Zh: programme,
			Price: amount.Rate{Num: 1, Den: 1}, Rules: points.Rules{Scale: scale}})
	}
	w.do("D", member.EnrolRequest{Member: "ann"})
	w.do("G", member.EnrolRequest{Member: "bob"})
	w.taxed()
	w.lines = []number.Row{w.spend("D", "ann", "GP", "care", 20_000), w.spend("G", "bob", "DP", "", 1_800),
		w.spend("D", "ann", "GP", "", 900)}
	return w
}

func (w *world) do(who string, req command.Request) number.Command {
	w.t.Helper()
	n, err := w.Do(who, req)
	if err != nil {
		w.t.Fatalf("%s %s: %v", who, command.KindOf(req), err)
	}
	return n
}

// taxed agrees that what G owes D for care has 6 % of tax in it, from the next day on, and comes to that day.
func (w *world) taxed() {
	w.t.Helper()
	care := settlement.Scope{Issuer: "G", Acceptor: "D", Scene: "care"}
	terms := settlement.Terms{Tax: amount.Rate{Num: 6, Den: 100}}
	w.do("G", settlement.ProposeRequest{Model: "taxed", Scope: care, Terms: terms, From: day + 1})
	var given []settlement.Given
	if err := w.Ask("D", "Notices", &given); err != nil {
		w.t.Fatal(err)
	}
	m := given[0].Notice.Proposed[0]
	w.do("D", settlement.AgreeRequest{By: m.By, Model: m.ID, Version: m.Version, Hash: m.Hash()})
	w.do("G", settlement.AdvanceRequest{Date: day + 1})
}

// spend has a member spend points at its home, which their issuer then owes for.
func (w *world) spend(home, who, programme, scene string, n amount.Units) number.Row {
	w.t.Helper()
	return w.do(home, points.CaptureRequest{Hold: w.hold(home, who, programme, scene, n), Amount: n}).Row(0)
}

// hold gives a member points, and holds them at its home.
func (w *world) hold(home, who, programme, scene string, n amount.Units) number.Command {
	w.t.Helper()
	grants := []points.Grant{{Member: who, Amount: n, Expires: day + 300}}
	lot := w.do(programme[:1], points.IssueRequest{Programme: programme, Grants: grants}).Row(0)
	pieces := []spend.Take{{Lot: lot, Amount: n}}
	return w.do(home, points.HoldRequest{Member: who, Pieces: pieces, Scene: scene, Deadline: w.Now().Unix() + 60})
}

// dispute has G dispute the third line.
func (w *world) dispute() {
	w.t.Helper()
	w.do("G", settlement.RaiseRequest{Cycle: cycle, With: "D", Lines: w.lines[2:], Reason: "not_ours",
		Evidence: make(codec.Hash, 32)})
}

// closed ends the cycle and adds it up.
func (w *world) closed() *world {
	w.t.Helper()
	w.do("G", settlement.CutOffRequest{Cycle: cycle, Next: "2026-12"})
	w.do("G", settlement.ComputeRequest{Cycle: cycle})
	return w
}

// node is a party's view of it, by a read model in which somebody changed what statements of SQL say.
func (w *world) node(changes ...string) Node {
	w.t.Helper()
	return Node{Network: "alliance", Index: indextest.Of(w.t, w.Blocks(), changes...)}
}

// peer asks the ledger's rows.
type peer struct {
	*world
	asked int // how often
}

func (p *peer) Obligations(_ context.Context, line number.Row) (list settlement.Obligations, err error) {
	p.asked++
	return list, p.Ask("D", "Obligations", &list, line.String())
}

// TestBothSidesSignTheSame: what both recompute is what the ledger takes, in either's name, and what is then paid
// stands in it.
func TestBothSidesSignTheSame(t *testing.T) {
	w := newWorld(t).closed()
	w.dispute()
	s, err := w.node().Recompute(cycle, "G", "D")
	if err != nil {
		t.Fatal(err)
	}
	if s.Head.A.Zh != "经销商" || s.Total.Lines != 3 || s.Total.Tax.BA != 1132 || s.Carved.Lines != 1 ||
		s.Closing.BA != 18_200 || len(s.Signatures) != 0 {
		t.Errorf("%+v", s.Statement)
	}
	scales := []statement.Scale{{Programme: "GP", Digits: 2}, {Programme: "XP", Digits: 3}}
	if !slices.Equal(s.Head.Scales, scales) {
		t.Errorf("digits of points: %v, want %v", s.Head.Scales, scales)
	}
	for as, want := range map[string]settlement.SignRequest{
		"D": {With: "G", Owes: 1_800, Owed: 20_900}, "G": {With: "D", Owes: 20_900, Owed: 1_800},
	} {
		req, err := s.SignRequest(as)
		if err != nil || req.With != want.With || req.Owes != want.Owes || req.Owed != want.Owed || req.Lines != 3 ||
			!slices.Equal(req.Root, s.Root) {
			t.Errorf("%s: %+v, %v", as, req, err)
		}
		w.do(as, req)
	}
	w.do("G", settlement.FinaliseRequest{Cycle: cycle})
	s, err = w.node().Recompute(cycle, "D", "G")
	if err != nil || s.Pair.State != settlement.Agreed || len(s.Signatures) != 2 {
		t.Fatalf("%+v, %v", s.Pair, err)
	}
	if p := s.Payments; len(p) != 1 || p[0].ID != "2026-11-1" || p[0].Debtor != "G" || p[0].Creditor != "D" ||
		p[0].Fen != 18_200 {
		t.Errorf("payments: %v", p)
	}
}

// A disputed line changes no root; a fen does.
func TestRootOfWhatIsOwed(t *testing.T) {
	w := newWorld(t).closed()
	root := func(changes ...string) codec.Hash {
		s, err := w.node(changes...).Recompute(cycle, "D", "G")
		if err != nil {
			t.Fatal(err)
		}
		return s.Root
	}
	before := root()
	if slices.Equal(root(`UPDATE obligations SET fen = fen + 1 WHERE fen = 900`), before) {
		t.Error("a fen more doesn't change the root")
	}
	w.dispute()
	if !slices.Equal(root(), before) {
		t.Error("a dispute changes the root")
	}
}

// A read model that differs from the ledger is found out, and the line is named.
func TestTamperedReadModel(t *testing.T) {
	w := newWorld(t).closed()
	beside := w.lines[2]
	beside.Ord++
	for _, c := range []struct {
		name   string
		tamper string
		wrong  []number.Row // lines named
		signs  fault.Code
	}{
		{"as it is", "", nil, ""},
		{"a fen more", `UPDATE obligations SET fen = 1801 WHERE fen = 1800`, w.lines[1:2], fault.Conflict},
		{"another scene", `UPDATE obligations SET scene = 'travel' WHERE fen = 20000`, w.lines[:1], ""},
		{"two lines", `UPDATE obligations SET fen = CASE fen WHEN 20000 THEN 20001 ELSE 899 END WHERE fen IN (20000, 900)`,
			[]number.Row{w.lines[0], w.lines[2]}, ""},
		{"one too few", `DELETE FROM obligations WHERE fen = 900`, nil, fault.Conflict},
		{"one too many", `INSERT INTO obligations SELECT substr(key, 1, length(key)-2) || '01', cycle, made, a, b, debtor,
creditor, kind, scene, programme, points, 7, num, den, model, cause, date, hidden, back, fee, sum, block, tx FROM obligations
WHERE fen = 900`, []number.Row{beside}, fault.Conflict},
	} {
		t.Run(c.name, func(t *testing.T) {
			node, ledger := w.node(c.tamper), &peer{world: w}
			wrong, err := node.Check(t.Context(), cycle, ledger)
			var named, want []string
			for _, x := range wrong {
				if named = append(named, x.ID.String()); !strings.Contains(err.Error(), x.ID.String()) {
					t.Errorf("%v", err)
				}
			}
			for _, line := range c.wrong {
				want = append(want, line.String())
			}
			clean := c.tamper == ""
			if !slices.Equal(named, want) || (err == nil) != clean || !clean && fault.CodeOf(err) != fault.Internal {
				t.Errorf("%v, want %v: %v", named, want, err)
			}
			s, err := node.Recompute(cycle, "D", "G")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.SignRequest("D"); fault.CodeOf(err) != c.signs {
				t.Errorf("signing: %v", err)
			}
			if lines, err := node.CheckLines(t.Context(), s, ledger); err != nil || len(lines) != len(named) {
				t.Errorf("%v, %v", lines, err)
			}
		})
	}
}

// The ledger is asked once a batch, not once a line.
func TestBatchesAreAskedForOnce(t *testing.T) {
	w := newWorld(t)
	var batch []command.Command
	for range 5 {
		hold := w.hold("D", "ann", "GP", "", 10)
		batch = append(batch, command.New("", points.CaptureRequest{Hold: hold, Amount: 10}))
	}
	receipts, refusals, err := w.Run("D", 1, batch...)
	if err := errors.Join(append(refusals, err)...); err != nil {
		t.Fatal(err)
	}
	w.closed()
	ledger := &peer{world: w}
	node := w.node(`UPDATE obligations SET fen = 11 WHERE key = (SELECT max(key) FROM obligations WHERE fen = 10)`)
	wrong, err := node.Check(t.Context(), cycle, ledger)
	if fault.CodeOf(err) != fault.Internal || len(wrong) != 1 || wrong[0].ID != receipts[4].Number.Row(0) ||
		ledger.asked != 4 {
		t.Errorf("%+v, %v, asked %d times", wrong, err, ledger.asked)
	}
}

func TestWhatFails(t *testing.T) {
	w := newWorld(t)
	if _, err := w.node().Recompute(cycle, "D", "G"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("a cycle that is open: %v", err)
	}
	node, broken := w.closed().node(), errors.New("the disk is full")
	node.Index = failing{node.Index, broken}
	if _, err := node.Recompute(cycle, "D", "G"); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if _, err := w.node().Recompute(cycle, "D", "X"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("nobody's statement: %v", err)
	}
}

// failing is an index whose lines can't be read to their end.
type failing struct {
	Index
	err error
}

func (f failing) Lines(cycle, a, b string) iter.Seq2[index.Obligation, error] {
	return func(yield func(index.Obligation, error) bool) {
		for l := range f.Index.Lines(cycle, a, b) {
			if !yield(l, nil) {
				return
			}
		}
		yield(index.Obligation{}, f.err)
	}
}

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
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/client/index"
	"tallystick/client/statement"
)

const day = date.Date(20758) // 2026-11-01

// fake is a ledger's close and an index of it, which may differ.
type fake struct {
	lines  []index.Obligation // of the index
	ledger map[number.Row]settlement.Obligation
	pair   settlement.Pair
	root   codec.Hash
	asked  int // how often the ledger was
}

func (f *fake) Lines(string, string, string) iter.Seq2[index.Obligation, error] {
	return func(yield func(index.Obligation, error) bool) {
		for _, l := range f.lines {
			if !yield(l, nil) {
				return
			}
		}
	}
}

func (f *fake) Obligations(cycle string) iter.Seq2[index.Obligation, error] {
	return f.Lines(cycle, "", "")
}

// CycleRoot is a stand-in: the ledger's, as long as every line is as the ledger has it.
func (f *fake) CycleRoot(string) (codec.Hash, error) {
	if len(f.lines) != len(f.ledger) {
		return hash(2), nil
	}
	for _, l := range f.lines {
		if rowOf(l) != f.ledger[l.ID] {
			return hash(2), nil
		}
	}
	return f.root, nil
}

func (f *fake) Closed(string) (settlement.Close, error) {
	return settlement.Close{ID: "2026-11", From: day, To: day + 29, State: settlement.Computed, Root: f.root}, nil
}

func (f *fake) Pair(string, string, string) (settlement.Pair, error) { return f.pair, nil }

func (f *fake) Period(cycle string) (index.Period, error) {
	return index.Period{Cycle: cycle, From: day, To: day + 29}, nil
}

func (f *fake) Taxes() (index.Taxes, error) {
	return index.TaxesOf([]settlement.Model{{Terms: settlement.Terms{Tax: amount.Rate{Num: 12, Den: 200}}}}), nil
}

func (f *fake) Parties() ([]party.Party, error) {
	return []party.Party{{ID: "D", En: "Dealer", Zh: "经销商"}, {ID: "G", En: "Group", Zh: "集团"}}, nil
}

func (f *fake) Programmes() ([]points.Programme, error) {
	return []points.Programme{{ID: "XP", Rules: points.Rules{Scale: 3}}, {ID: "DP"},
		{ID: "GP", Rules: points.Rules{Scale: 2}}}, nil
}

func (f *fake) Payments(string) ([]settlement.Payment, error) {
	return []settlement.Payment{
		{Cycle: "2026-11", N: 1, Debtor: "D", Creditor: "S", Fen: 5, Due: day + 40},
		{Cycle: "2026-11", N: 2, Debtor: "G", Creditor: "D", Fen: 7, Due: day + 40},
	}, nil
}

// peer is the ledger's side of it.
type peer struct{ *fake }

func (p peer) Obligations(_ context.Context, line number.Row) (list settlement.Obligations, err error) {
	p.asked++
	for id, o := range p.ledger {
		if batchOf(id) == batchOf(line) {
			list.List = append(list.List, o)
		}
	}
	if len(list.List) == 0 {
		err = fault.New(fault.NotFound, "there is no obligation %s", line)
	}
	return list, err
}

func hash(b byte) codec.Hash { return slices.Repeat(codec.Hash{b}, 32) }

// world is D's and G's story of November: G→D 20,000, D→G 1,800, G→D 900, one of them with tax.
func world(t *testing.T) (*fake, Node) {
	f := &fake{
		ledger: map[number.Row]settlement.Obligation{}, root: hash(1),
		pair: settlement.Pair{Cycle: "2026-11", A: "D", B: "G"},
	}
	var owed settlement.Positions
	for i, d := range []struct {
		debtor, creditor string
		fen              amount.Units
		model            uint32
	}{{"G", "D", 20_000, 1}, {"D", "G", 1_800, 0}, {"G", "D", 900, 0}} {
		o := index.Obligation{
			ID: number.Command{Party: "D", Lane: 1, Seq: uint64(i) + 1}.Row(0), Cause: command.DeliverOrder,
			Cycle: "2026-11", Date: day, Block: 7, Tx: "a1",
			Owe: settlement.Owe{
				Kind: settlement.Redemption, Scene: "care", Debtor: d.debtor, Creditor: d.creditor, Programme: "GP",
				Points: d.fen, Fen: d.fen, Model: d.model,
			},
		}
		f.lines, f.ledger[o.ID] = append(f.lines, o), rowOf(o)
		owed = owed.Merge(settlement.Positions{List: []settlement.Position{
			{Debtor: d.debtor, Creditor: d.creditor, Programme: "GP", Count: 1, Points: d.fen, Fen: d.fen},
		}})
	}
	f.pair.Owed = owed.List
	return f, Node{Network: "alliance", Index: f}
}

func TestBothSidesSignTheSame(t *testing.T) {
	f, node := world(t)
	f.pair.Carved = []settlement.Carved{{Line: f.lines[2].ID, Debtor: "G", Fen: 900}}
	f.pair.SignedB = settlement.Signature{Root: hash(3), By: number.Command{Party: "G", Seq: 4}, Date: day}
	s, err := node.Recompute("2026-11", "G", "D")
	if err != nil {
		t.Fatal(err)
	}
	if s.Head.A.Zh != "经销商" || s.Total.Lines != 3 || s.Total.Tax.BA != 1132 || s.Carved.Lines != 1 ||
		s.Closing.BA != 18_200 || len(s.Signatures) != 1 {
		t.Errorf("%+v", s.Statement)
	}
	if want := []statement.Scale{{Programme: "GP", Digits: 2},
		{Programme: "XP", Digits: 3}}; !slices.Equal(s.Head.Scales, want) {
		t.Errorf("digits of points: %v, want %v", s.Head.Scales, want)
	}
	if want := []statement.Payment{{ID: "2026-11-2", Debtor: "G", Creditor: "D", Fen: 7, Due: day + 40}}; !slices.Equal(
		s.Payments, want) {
		t.Errorf("payments: %v, want %v", s.Payments, want)
	}
	for as, want := range map[string]settlement.SignRequest{
		"D": {Cycle: "2026-11", With: "G", Root: s.Root, Lines: 3, Owes: 1_800, Owed: 20_900},
		"G": {Cycle: "2026-11", With: "D", Root: s.Root, Lines: 3, Owes: 20_900, Owed: 1_800},
	} {
		req, err := s.SignRequest(as)
		if err != nil || req.With != want.With || req.Owes != want.Owes || req.Owed != want.Owed ||
			req.Lines != want.Lines || !slices.Equal(req.Root, want.Root) || req.Check() != nil {
			t.Errorf("%s: %+v, %v", as, req, err)
		}
	}
}

// A disputed line changes no root; a fen does.
func TestRootOfWhatIsOwed(t *testing.T) {
	f, node := world(t)
	root := func() codec.Hash {
		s, err := node.Recompute("2026-11", "D", "G")
		if err != nil {
			t.Fatal(err)
		}
		return s.Root
	}
	before := root()
	f.pair.Carved = []settlement.Carved{{Line: f.lines[2].ID, Debtor: "G", Fen: 900}}
	if !slices.Equal(root(), before) {
		t.Error("a dispute changes the root")
	}
	f.lines[2].Fen++
	if slices.Equal(root(), before) {
		t.Error("a fen more doesn't change the root")
	}
}

// A read model that differs from the ledger is found out, and the line is named.
func TestTamperedReadModel(t *testing.T) {
	for _, c := range []struct {
		name   string
		tamper func(*fake)
		wrong  string // lines named
		signs  fault.Code
	}{
		{"as it is", func(*fake) {}, "", ""},
		{"a fen more", func(f *fake) { f.lines[1].Fen++ }, "D.1.2.0.0", fault.Conflict},
		{"another creditor's scene", func(f *fake) { f.lines[0].Scene = "travel" }, "D.1.1.0.0", ""},
		{"two lines", func(f *fake) { f.lines[0].Fen, f.lines[2].Fen = 20_001, 899 }, "D.1.1.0.0 D.1.3.0.0", ""},
		{"one too many", func(f *fake) { delete(f.ledger, f.lines[2].ID) }, "D.1.3.0.0", ""},
		{"one too few", func(f *fake) { f.lines = f.lines[:2] }, "", fault.Conflict},
	} {
		f, node := world(t)
		c.tamper(f)
		wrong, err := node.Check(t.Context(), "2026-11", peer{f})
		var named []string
		for _, w := range wrong {
			if named = append(named, w.ID.String()); !strings.Contains(err.Error(), w.ID.String()) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		clean := c.name == "as it is"
		if strings.Join(named, " ") != c.wrong || (err == nil) != clean ||
			!clean && fault.CodeOf(err) != fault.Internal {
			t.Errorf("%s: %v, %v", c.name, named, err)
		}
		s, err := node.Recompute("2026-11", "D", "G")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.SignRequest("D"); fault.CodeOf(err) != c.signs {
			t.Errorf("%s: signing: %v", c.name, err)
		}
		if lines, err := node.CheckLines(t.Context(), s, peer{f}); err != nil || len(lines) != len(named) {
			t.Errorf("%s: %v, %v", c.name, lines, err)
		}
	}
}

// The ledger is asked once a batch, not once a line.
func TestBatchesAreAskedForOnce(t *testing.T) {
	f, node := world(t)
	for n := range 5 {
		o := f.lines[2]
		o.ID.Command.Index, o.ID.Ord = uint16(n/2), uint8(n%2+1)
		f.lines, f.ledger[o.ID] = append(f.lines, o), rowOf(o)
	}
	f.lines[6].Fen++
	wrong, err := node.Check(t.Context(), "2026-11", peer{f})
	if fault.CodeOf(err) != fault.Internal || len(wrong) != 1 || wrong[0].ID != f.lines[6].ID || f.asked != 3 {
		t.Errorf("%+v, %v, asked %d times", wrong, err, f.asked)
	}
}

func TestWhatFails(t *testing.T) {
	f, node := world(t)
	broken := errors.New("the disk is full")
	node.Index = failing{f, broken}
	if _, err := node.Recompute("2026-11", "D", "G"); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

// failing is an index whose lines can't be read to their end.
type failing struct {
	*fake
	err error
}

func (f failing) Lines(cycle, a, b string) iter.Seq2[index.Obligation, error] {
	return func(yield func(index.Obligation, error) bool) {
		for l := range f.fake.Lines(cycle, a, b) {
			if !yield(l, nil) {
				return
			}
		}
		yield(index.Obligation{}, f.err)
	}
}

package statement

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// TestStory is the dealer's and the group's statement of the story's first cycle.
func TestStory(t *testing.T) {
	s, err := Of(storyHead(), list(story()...))
	if err != nil {
		t.Fatal(err)
	}
	if s.Total != (Sum{Lines: 3, Owes: Owes{AB: 1_800, BA: 20_900}}) || s.Carved != (Sum{}) {
		t.Errorf("total %s, carved %s", s.Total, s.Carved)
	}
	if s.Closing != (Owes{BA: 19_100}) { // G→D 19,100
		t.Errorf("closing %s", s.Closing)
	}
	want := []Movement{
		{Debtor: "D", Kind: "redemption", Scene: "retail", Programme: "DP", Lines: 1, Points: 1_800, Fen: 1_800},
		{Debtor: "G", Kind: "redemption", Scene: "retail", Programme: "GP", Lines: 1, Points: 20_000, Fen: 20_000},
		{Debtor: "G", Kind: "refund", Scene: "retail", Programme: "DP", Lines: 1, Points: 900, Fen: 900},
	}
	if !slices.Equal(s.Movements, want) {
		t.Errorf("movements %v", s.Movements)
	}
}

func TestClosingIsOpeningPlusTotalLessCarved(t *testing.T) {
	head, lines := full()
	s := must(Of(head, list(lines...)))
	ab := 12_345 + 1_800 + 10_800 + 9_007_199_254_000 - 10_800
	ba := 5 + 20_000 + 900 + 108
	if s.Closing != (Owes{AB: amount.Units(ab - ba)}) {
		t.Errorf("closing %s", s.Closing)
	}
	if s.Carved != (Sum{Lines: 1, Owes: Owes{AB: 10_800}, Tax: Owes{AB: 611}}) {
		t.Errorf("carved %s", s.Carved)
	}
}

func TestTaxIsContainedAndRoundedHalfToEven(t *testing.T) {
	for _, c := range []struct {
		fen      amount.Units
		num, den amount.Units
		want     amount.Units
	}{
		{10_800, 3, 50, 611}, // 611.32
		{113, 13, 100, 13},
		{1, 13, 100, 0},
		{0, 13, 100, 0},
		{3, 1, 5, 0}, // a half: 0.5 to 0
		{9, 1, 5, 2}, // 1.5 to 2
		{amount.Max, 99, 100, 4_480_968_473_464_111},
		{5, 0, 1, 0},
	} {
		l := Line{Fen: c.fen, Tax: amount.Rate{Num: c.num, Den: c.den}}
		if got := l.TaxFen(); got != c.want {
			t.Errorf("%d at %s: %d, want %d", int64(c.fen), l.Tax, int64(got), int64(c.want))
		}
	}
}

// TestRefusals changes one thing at a time of a statement that is fine; and two, to see
// which is said.
func TestRefusals(t *testing.T) {
	type world struct {
		head  Head
		lines []Line
	}
	for _, c := range []struct {
		name string
		code fault.Code
		says string
		do   func(*world)
	}{
		{"as it is", "", "", func(*world) {}},
		{"no lines", "", "", func(w *world) { w.lines = nil }},
		{"no names", "", "", func(w *world) { w.head.A.En, w.head.B.Zh = "", "" }},
		{"one day", "", "", func(w *world) { w.head.From = w.head.To }},
		{"no scene, no programme", "", "", func(w *world) { w.lines[0].Scene, w.lines[0].Programme = "", "" }},
		{"points without a price", "", "", func(w *world) { w.lines[0].Fen = 0 }},
		{"a kind of tomorrow", "", "", func(w *world) { w.lines[0].Kind = "interest" }},
		{"a disputed line", "", "", func(w *world) { w.lines[0].Disputed = true }},
		{"no network", fault.BadRequest, "network", func(w *world) { w.head.Network = "" }},
		{"a cycle with a slash", fault.BadRequest, "cycle", func(w *world) { w.head.Cycle = "2026/11" }},
		{"parties the other way", fault.BadRequest, "sorted",
			func(w *world) { w.head.A, w.head.B = w.head.B, w.head.A }},
		{"with itself", fault.BadRequest, "sorted", func(w *world) { w.head.B = w.head.A }},
		{"a name that doesn't print", fault.BadRequest, "print", func(w *world) { w.head.A.Zh = "经\n销商" }},
		{"no period", fault.BadRequest, "date", func(w *world) { w.head.From = 0 }},
		{"a period that ends first", fault.BadRequest, "period",
			func(w *world) { w.head.From, w.head.To = w.head.To, w.head.From }},
		{"opening under 0", fault.BadRequest, "under 1", func(w *world) { w.head.Opening.AB = -1 }},
		{"opening above the limit", fault.Limit, "above", func(w *world) { w.head.Opening.BA = amount.Max + 1 }},
		{"no number", fault.BadRequest, `line ""`, func(w *world) { w.lines[1].ID = "" }},
		{"a command's number", fault.BadRequest, "G.1.9.0", func(w *world) { w.lines[1].ID = "G.1.9.0" }},
		{"no kind", fault.BadRequest, "kind", func(w *world) { w.lines[1].Kind = "" }},
		{"a kind in capitals", fault.BadRequest, "small letters", func(w *world) { w.lines[1].Kind = "Fee" }},
		{"a scene that is a formula", fault.BadRequest, "scene", func(w *world) { w.lines[1].Scene = "=1+1" }},
		{"owed to itself", fault.BadRequest, "two parties", func(w *world) { w.lines[1].Creditor = "D" }},
		{"owed to others", fault.BadRequest, "not of D and G", func(w *world) { w.lines[1].Creditor = "M" }},
		{"a fraction of a fen", "", "", func(w *world) { w.lines[1].Points, w.lines[1].Fen = 0, 0 }},
		{"fen under 0", fault.BadRequest, "under 1", func(w *world) { w.lines[1].Fen = -1 }},
		{"fen above the limit", fault.Limit, "above", func(w *world) { w.lines[1].Fen = amount.Max + 1 }},
		{"a tax that isn't there", fault.BadRequest, "rate", func(w *world) { w.lines[1].Tax = amount.Rate{} }},
		{"no tax, otherwise", fault.BadRequest, "lowest",
			func(w *world) { w.lines[1].Tax = amount.Rate{Num: 0, Den: 2} }},
		{"a tax not in lowest terms", fault.BadRequest, "lowest",
			func(w *world) { w.lines[1].Tax = amount.Rate{Num: 6, Den: 100} }},
		{"all of it tax", fault.BadRequest, "under 1", func(w *world) { w.lines[1].Tax = amount.Rate{Num: 1, Den: 1} }},
		{"no cause", fault.BadRequest, "cause", func(w *world) { w.lines[1].Cause = "order" }},
		{"no date", fault.BadRequest, "date", func(w *world) { w.lines[1].Date = 0 }},
		{"no transaction", fault.BadRequest, "transaction", func(w *world) { w.lines[1].Tx = "" }},
		{"a block above the limit", fault.Limit, "block", func(w *world) { w.lines[1].Block = 1 << 53 }},
		{"a line twice", fault.BadRequest, "come after", func(w *world) { w.lines[2].ID = w.lines[1].ID }},
		{"lines the other way", fault.BadRequest, "come after", func(w *world) { slices.Reverse(w.lines) }},
		{"more than is counted", "", "", func(w *world) { w.lines[0].Fen, w.lines[2].Fen = amount.Max, 1 }},
		{"more with what was open", "", "", func(w *world) { w.head.Opening.BA = amount.Max }},
		{"the head before the line", fault.BadRequest, "cycle",
			func(w *world) { w.head.Cycle, w.lines[0].Fen = "", amount.Max+1 }},
		{"the line's form before its place", fault.Limit, "above",
			func(w *world) { w.lines[1].Fen, w.lines[1].Creditor = amount.Max+1, "M" }},
		{"its order before its parties", fault.BadRequest, "come after",
			func(w *world) { w.lines[1].ID, w.lines[1].Creditor = w.lines[0].ID, "M" }},
		{"its parties before the sum", fault.BadRequest, "not of",
			func(w *world) { w.lines[0].Fen, w.lines[2].Fen, w.lines[2].Creditor = amount.Max, 1, "M" }},
		{"the first line that is wrong", fault.Limit, "line \"G.1.9.0.0\"",
			func(w *world) { w.lines[1].Fen, w.lines[2].Kind = amount.Max+1, "" }},
	} {
		w := world{storyHead(), story()}
		c.do(&w)
		_, err := Of(w.head, list(w.lines...))
		if fault.CodeOf(err) != c.code || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %s with %q", c.name, err, c.code, c.says)
		}
	}
}

func TestWhatASourceFailsWithIsSaid(t *testing.T) {
	broken := errors.New("the index is gone")
	source := func() iter.Seq2[Line, error] {
		return func(yield func(Line, error) bool) {
			if yield(story()[0], nil) {
				yield(Line{}, broken)
			}
		}
	}
	if _, err := Of(storyHead(), source); !errors.Is(err, broken) {
		t.Error(err)
	}
	for d, err := range Diff(list(story()...), source) {
		if !errors.Is(err, broken) {
			t.Error(d, err)
		}
	}
}

// Whoever names more scenes than a statement has room for keeps nobody from signing it.
func TestTooManyMovements(t *testing.T) {
	sum := must(newSumming(storyHead()))
	for i := range MaxMovements {
		sum.movements[Movement{Scene: fmt.Sprint(i)}] = &Movement{}
	}
	if _, err := sum.add(story()[0]); err != nil {
		t.Error(err)
	}
	if m := sum.movements[Movement{Debtor: story()[0].Debtor, Kind: story()[0].Kind}]; m == nil ||
		m.Fen != story()[0].Fen {
		t.Errorf("%+v", m)
	}
}

// TestOrderIsThatOfTheKeys compares numbers as the keys of their rows.
func TestOrderIsThatOfTheKeys(t *testing.T) {
	sorted := []string{"D.0.1.0.0", "D.2.1.0.0", "D.10.1.0.0", "G.1.9.0.0", "G.1.12.0.0", "G.1.12.2.0", "G.1.12.10.0",
		"G.1.12.10.9", "G.1.12.10.10", "S-1.0.1.0.0", "S.0.1.0.0", "S1.0.1.0.0"}
	for i := range sorted {
		for j := range sorted {
			a, b := sorted[i], sorted[j]
			l, r := must(number.ParseRow(a)), must(number.ParseRow(b))
			if got := order(l, r); got < 0 != (i < j) || got > 0 != (i > j) {
				t.Errorf("%s and %s: %d", a, b, got)
			}
		}
	}
}

// changes are one for each field that is under the root.
var changes = map[string]func(*Line){
	"id":        func(l *Line) { l.ID = "D.3.7.0.1" },
	"kind":      func(l *Line) { l.Kind = "refund" },
	"scene":     func(l *Line) { l.Scene += "x" },
	"debtor":    func(l *Line) { l.Debtor += "x" },
	"creditor":  func(l *Line) { l.Creditor += "x" },
	"programme": func(l *Line) { l.Programme += "x" },
	"points":    func(l *Line) { l.Points++ },
	"fen":       func(l *Line) { l.Fen++ },
	"tax":       func(l *Line) { l.Tax = amount.Rate{Num: 1, Den: 7} },
	"cause":     func(l *Line) { l.Cause += "x" },
	"date":      func(l *Line) { l.Date++ },
	"block":     func(l *Line) { l.Block++ },
	"tx":        func(l *Line) { l.Tx = "0" + l.Tx[1:] + "x" },
}

func TestEveryFieldIsUnderTheRoot(t *testing.T) {
	line := story()[0]
	if len(changes) != len(line.fields()) {
		t.Fatalf("%d changes of %d fields", len(changes), len(line.fields()))
	}
	seen := map[string]string{line.Leaf().String(): "unchanged"}
	for field, change := range changes {
		other := line
		change(&other)
		leaf := other.Leaf().String()
		if seen[leaf] != "" {
			t.Errorf("%s: the leaf is that of %s", field, seen[leaf])
		}
		seen[leaf] = field
	}
	disputed := line
	disputed.Disputed = true
	if disputed.Leaf().String() != line.Leaf().String() {
		t.Error("a dispute changes the leaf")
	}
	s := must(Of(storyHead(), list(story()...)))
	roots := map[string]bool{s.Root.String(): true}
	for _, change := range []func(*Signed){
		func(x *Signed) { x.Format += "x" }, func(x *Signed) { x.Network += "x" }, func(x *Signed) { x.Cycle += "x" },
		func(x *Signed) { x.A += "x" }, func(x *Signed) { x.B += "x" }, func(x *Signed) { x.Lines++ },
		func(x *Signed) { x.AB++ }, func(x *Signed) { x.BA++ }, func(x *Signed) { x.Tree[0]++ },
	} {
		x := s.Signed()
		x.Tree = slices.Clone(x.Tree)
		change(&x)
		roots[x.Root().String()] = true
	}
	if len(roots) != 10 {
		t.Errorf("%d roots of ten", len(roots))
	}
}

func TestProofsOfLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 70).Draw(t, "lines")
		at := rapid.IntRange(0, n-1).Draw(t, "at")
		s := must(Of(storyHead(), many(n)))
		in, err := Prove(s, many(n), fmt.Sprintf("D.2.1.%d.0", at))
		if err != nil || in.Index != uint64(at) {
			t.Fatal(in.Index, err)
		}
		if err := in.Verify(s.Root); err != nil {
			t.Fatal(err)
		}
		altered := in
		altered.Path = slices.Clone(in.Path)
		what := rapid.SampledFrom([]string{"fen", "index", "lines", "owes", "path", "short", "long", "root"}).Draw(t,
			"altered")
		root := s.Root
		switch what {
		case "fen":
			altered.Line.Fen++
		case "index":
			altered.Index = uint64(n - 1 - at)
			if at == n-1-at {
				altered.Index = uint64(n)
			}
		case "lines":
			altered.Signed.Lines++
		case "owes":
			altered.Signed.BA++
		case "path":
			if len(altered.Path) == 0 {
				return
			}
			i := rapid.IntRange(0, len(altered.Path)-1).Draw(t, "sibling")
			altered.Path[i] = slices.Clone(altered.Path[i])
			altered.Path[i][3] ^= 4
		case "short":
			if len(altered.Path) == 0 {
				return
			}
			altered.Path = altered.Path[1:]
		case "long":
			altered.Path = append(altered.Path, s.Root)
		case "root":
			root = s.Tree
		}
		if err := altered.Verify(root); fault.CodeOf(err) != fault.BadRequest {
			t.Fatalf("%s altered: %v", what, err)
		}
	})
	s := must(Of(storyHead(), many(3)))
	if _, err := Prove(s, many(3), "D.2.1.3.0"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("a line that isn't there: %v", err)
	}
}

// TestDiffFindsWhatWasPlanted plants some differences, and wants exactly these.
func TestDiffFindsWhatWasPlanted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 40).Draw(t, "lines")
		var ours, theirs []Line
		var want []Difference
		for l := range many(n)() {
			other := l
			what := rapid.SampledFrom(
				[]string{"same", "same", "disputed", "missing", "extra", "fen", "date", "both"}).Draw(t, "planted")
			switch what {
			case "missing":
				theirs = append(theirs, l)
				want = append(want, Difference{ID: l.ID, Theirs: l.brief()})
				continue
			case "extra":
				ours = append(ours, l)
				want = append(want, Difference{ID: l.ID, Ours: l.brief()})
				continue
			case "disputed":
				other.Disputed = true
			}
			if what == "fen" || what == "both" {
				other.Fen += 7
				want = append(want, Difference{l.ID, "fen", units(l.Fen), units(other.Fen)})
			}
			if what == "date" || what == "both" {
				other.Date--
				want = append(want, Difference{l.ID, "date", l.Date.String(), other.Date.String()})
			}
			ours, theirs = append(ours, l), append(theirs, other)
		}
		var got []Difference
		for d, err := range Diff(list(ours...), list(theirs...)) {
			if err != nil {
				t.Fatal(err)
			}
			if d.Missing() && d.Extra() || d.Field == "" && !d.Missing() && !d.Extra() {
				t.Fatal(d)
			}
			got = append(got, d)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func TestDiffCanBeStopped(t *testing.T) {
	n := 0
	for range Diff(many(100), list()) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Error(n)
	}
}

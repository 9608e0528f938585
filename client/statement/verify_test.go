package statement

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tallystick/client/proof/prooftest"
)

// answerOf is the ledger's answer about a statement that both signed.
func answerOf(s Statement) Answer {
	a := Answer{Cycle: s.Head.Cycle, A: s.Head.A.ID, B: s.Head.B.ID, State: "AGREED", Carved: []CarvedLine{}}
	for i, to := range []*SignedRoot{&a.SignedA, &a.SignedB} {
		if i < len(s.Signatures) {
			*to = SignedRoot{Root: s.Signatures[i].Root, By: s.Signatures[i].Command, Date: s.Signatures[i].Date}
		}
	}
	return a
}

// proven adds a proof of an answer to a statement.
func proven(t *testing.T, al *prooftest.Alliance, s Statement, a Answer, signers ...string) Statement {
	t.Helper()
	s.Proof = al.Proof(s.Head.Network, "query:Statement", string(must(json.Marshal(a))), signers...)
	return s
}

var verifiable = []string{"json", "csv", "xlsx"}

func TestVerifyWithProof(t *testing.T) {
	al := prooftest.New(t, "D", "G", "F")
	head, lines := full()
	s := signed(must(Of(head, list(lines...))))
	a := answerOf(s)
	a.Carved = []CarvedLine{{Line: "G.1.13.2.0", Fen: 10_800}}
	s = proven(t, al, s, a, "D", "G", "F")
	for _, form := range verifiable {
		for _, in := range []Language{English, Chinese} {
			path := written(t, form, s, list(lines...), Options{Language: in})
			r, err := Verify(at(t, path), al.Trust(), 3)
			if err != nil {
				t.Fatalf("%s %s: %v", form, in, err)
			}
			if r.Proven == nil || !slices.Equal(r.Proven.Signed, []string{"D", "G"}) ||
				!slices.Equal(r.Proven.Peers, []string{"D", "F", "G"}) || r.Proven.AsOf != 61 ||
				r.Proven.State != "AGREED" {
				t.Errorf("%s %s: %+v", form, in, r.Proven)
			}
			if r.Root.String() != s.Root.String() || r.Total != s.Total || r.Closing != s.Closing ||
				len(r.Signatures) != 2 {
				t.Errorf("%s %s: %+v", form, in, r)
			}
			if r, err := Verify(at(t, path), nil, 0); err != nil || r.Proven != nil {
				t.Errorf("%s %s without trust: %v", form, in, err)
			}
		}
	}
}

// TestVerifyRefusesOtherProofs changes what the ledger says, or who says it.
func TestVerifyRefusesOtherProofs(t *testing.T) {
	al, others := prooftest.New(t, "D", "G"), prooftest.New(t, "D", "G")
	s := signed(must(Of(storyHead(), list(story()...))))
	signers := []string{"D", "G"}
	for _, c := range []struct {
		name string
		want string // "" if it holds
		do   func(*Statement, *Answer)
	}{
		{"both signed", "", func(*Statement, *Answer) {}},
		{"one signed so far", "",
			func(s *Statement, a *Answer) { a.SignedB, s.Signatures = SignedRoot{}, s.Signatures[:1] }},
		{"both signed after the file was written", "", func(s *Statement, _ *Answer) { s.Signatures = nil }},
		{"nobody signed", "no signature",
			func(s *Statement, a *Answer) { a.SignedA, a.SignedB, s.Signatures = SignedRoot{}, SignedRoot{}, nil }},
		{"a signature that the ledger hasn't", "the ledger has none",
			func(_ *Statement, a *Answer) { a.SignedB = SignedRoot{} }},
		{"another root", "on the ledger D signed the root", func(_ *Statement, a *Answer) { a.SignedA.Root = s.Tree }},
		{"another command", "the ledger by", func(_ *Statement, a *Answer) { a.SignedA.By.Seq++ }},
		{"another day", "the ledger by", func(_ *Statement, a *Answer) { a.SignedB.Date++ }},
		{"another cycle", "not of this statement", func(_ *Statement, a *Answer) { a.Cycle = "2026-12" }},
		{"another pair", "not of this statement", func(_ *Statement, a *Answer) { a.B = "M" }},
		{"a dispute that isn't marked", "G.1.9.0.0 is disputed on the ledger",
			func(_ *Statement, a *Answer) { a.Carved = []CarvedLine{{Line: "G.1.9.0.0", Fen: 1_800}} }},
	} {
		x, a := s, answerOf(s)
		c.do(&x, &a)
		x = proven(t, al, x, a, signers...)
		_, err := Verify(sent(t, "json", x, list(story()...), Options{}), al.Trust(), 2)
		if c.want == "" != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	marked := story()
	marked[1].Disputed = true
	x := proven(t, al, signed(must(Of(storyHead(), list(marked...)))), answerOf(s), signers...)
	for _, c := range []struct {
		name, want string
		do         func() error
	}{
		{"a mark without a dispute", "isn't on the ledger", func() error {
			_, err := Verify(sent(t, "json", x, list(marked...), Options{}), al.Trust(), 2)
			return err
		}},
		{"three wanted", "2 parties signed", func() error {
			_, err := Verify(sent(t, "json", proven(t, al, s, answerOf(s), signers...), list(story()...), Options{}),
				al.Trust(), 3)
			return err
		}},
		{"others' CAs", "not of the party's CA", func() error {
			_, err := Verify(sent(t, "json", proven(t, al, s, answerOf(s), signers...), list(story()...), Options{}),
				others.Trust(), 2)
			return err
		}},
		{"another channel", "not of this statement", func() error {
			y := s
			y.Proof = al.Proof("elsewhere", "query:Statement", string(must(json.Marshal(answerOf(s)))), signers...)
			_, err := Verify(sent(t, "json", y, list(story()...), Options{}), al.Trust(), 2)
			return err
		}},
		{"no proof", "no proof", func() error {
			_, err := Verify(sent(t, "json", s, list(story()...), Options{}), al.Trust(), 1)
			return err
		}},
		{"an answer that is a number", "of no statement", func() error {
			y := s
			y.Proof = al.Proof("alliance", "query:Statement", "7", signers...)
			_, err := Verify(sent(t, "json", y, list(story()...), Options{}), al.Trust(), 2)
			return err
		}},
	} {
		if err := c.do(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// TestVerifyNamesWhatWasTampered changes a text in a file.
func TestVerifyNamesWhatWasTampered(t *testing.T) {
	head, lines := full()
	s := signed(must(Of(head, list(lines...))))
	root := s.Root.String()
	leaf := lines[1].Leaf().String()
	for _, c := range []struct {
		name, form, from, to string
		want                 []string
	}{
		{"a fen more", "json", `"fen":1800,"tax":{"num":0`, `"fen":1801,"tax":{"num":0`,
			[]string{"line G.1.9.0.0 was changed", "root: the file says " + root, "total:", "movement 1:", "closing:",
				"D signed the root"}},
		{"a fen more", "csv", "1800,18.00", "1800,18.01",
			[]string{"line G.1.9.0.0 was changed", "root: the file says " + root}},
		{"a fen more, and its leaf", "json",
			`"fen":1800,"tax":{"num":0,"den":1},"cause":"order:Deliver","date":"2026-11-18","block":44,"tx":"` +
				lines[1].Tx + `","disputed":false,"leaf":"` + leaf,
			`"fen":1801,"tax":{"num":0,"den":1},"cause":"order:Deliver","date":"2026-11-18","block":44,"tx":"` +
				lines[1].Tx + `","disputed":false,"leaf":"` + leafWith(lines[1], 1_801),
			[]string{"root: the file says " + root}},
		{"a leaf alone", "json", leaf, s.Root.String(), []string{"line G.1.9.0.0 was changed"}},
		{"a block", "csv", ",44,", ",45,", []string{"line G.1.9.0.0 was changed"}},
		{"a mark", "json", `"disputed":true`, `"disputed":false`, []string{"carved:", "closing:"}},
		{"a total", "json", `"total": {"lines":6`, `"total": {"lines":7`, []string{"total:"}},
		{"a closing", "json", `"closing": {"aOwesB":9007199247132`, `"closing": {"aOwesB":9007199247131`,
			[]string{"closing:"}},
		{"an opening", "json", `"opening":{"aOwesB":12345`, `"opening":{"aOwesB":12346`, []string{"closing:"}},
		{"a cycle", "json", `"cycle":"2026-11"`, `"cycle":"2026-10"`, []string{"root:"}},
		{"a network", "csv", `""network"":""alliance""`, `""network"":""alliancf""`, []string{"root:"}},
		{"a movement", "json", `"lines":1,"points":1800,"fen":1800,"tax":0}`,
			`"lines":1,"points":1801,"fen":1800,"tax":0}`, []string{"movement 1:"}},
		{"a root", "json", `"root": "` + root, `"root": "` + s.Tree.String(), []string{"root:"}},
		{"a signature's root", "json", `"party":"D","root":"` + root, `"party":"D","root":"` + s.Tree.String(),
			[]string{"D signed the root " + s.Tree.String()}},
		{"a signature of another", "json", `"party":"D","root"`, `"party":"M","root"`,
			[]string{`a signature is of "M"`}},
		{"a tax", "csv", "6%,6.11", "6%,6.12", []string{`line "G.1.13.2.0"`, "VAT contained"}},
		{"a tax rate", "csv", "6%,6.11", "5%,6.11", []string{`line "G.1.13.2.0"`, "VAT contained"}},
		{"a party", "csv", "retail,D,G,DP", "retail,D,M,DP", []string{"line G.1.9.0.0: it is not of D and G"}},
		{"a tenth of a fen", "csv", "1800,18.00", "1800,18.001", []string{`line "G.1.9.0.0"`, "no amount"}},
		{"two lines of one number", "csv", "G.1.12.0.0", "G.1.9.0.0", []string{"it doesn't come after"}},
		{"a number that isn't written so", "json", `"points":1800,"fen":1800,"tax":{`,
			`"points":1.8e3,"fen":1800,"tax":{`, []string{"line 2 of it"}},
		{"a field more", "json", `"disputed":false,"leaf":"` + leaf, `"disputed":false,"note":"","leaf":"` + leaf,
			[]string{"G.1.9.0.0 is not written"}},
		{"a field twice", "json", `"points":1800,"fen":1800,"tax":{`, `"points":1800,"fen":7,"fen":1800,"tax":{`,
			[]string{"G.1.9.0.0 is not written"}},
		{"a field of the head more", "json", `"head": {`, `"head": {"note":1,`, []string{"head:"}},
		{"another format", "json", "statement v1", "statement v2", []string{"format"}},
		{"another order", "json", `"movements":`, `"total":`, []string{`"total"`}},
		{"an end", "json", "\n}\n", "\n} {}", []string{"something follows"}},
		{"another header", "csv", "Debtor,Creditor", "Creditor,Debtor", []string{"first row"}},
		{"no end", "csv", "#statement,1/1", "#other,1/1", []string{"nothing to check them by"}},
		{"a part that is missing", "csv", "#statement,1/1", "#statement,1/2", []string{"parts after 1/2 are missing"}},
		{"a part before the first", "csv", "#statement,1/1", "#statement,2/2", []string{"part 1/2 is missing"}},
	} {
		path := written(t, c.form, s, list(lines...), Options{Language: English})
		replace(t, path, c.from, c.to)
		r, err := Verify(at(t, path), nil, 0)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s in %s: %v, want %q", c.name, c.form, err, want)
			}
		}
		if len(r.Problems) > MaxProblems {
			t.Errorf("%s: %d problems", c.name, len(r.Problems))
		}
	}
}

func TestNothingStandsBehindTheEnd(t *testing.T) {
	s := must(Of(storyHead(), list(story()...)))
	path := written(t, "csv", s, list(story()...), Options{Language: English})
	text := string(must(os.ReadFile(path)))
	_, line, _ := strings.Cut(text, "\r\n")
	line, _, _ = strings.Cut(line, "\r\n")
	if err := os.WriteFile(path, []byte(text+line+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(at(t, path), nil, 0); err == nil || !strings.Contains(err.Error(), "behind the end") {
		t.Error(err)
	}
}

// leafWith is the leaf of a line with other fen.
func leafWith(l Line, fen int64) string {
	l.Fen = must(parseWhole(fmt.Sprint(fen)))
	return l.Leaf().String()
}

// replace changes the first place where a text stands in a file.
func replace(t *testing.T, path, from, to string) {
	t.Helper()
	text := must(os.ReadFile(path))
	if !bytes.Contains(text, []byte(from)) {
		t.Fatalf("the file has no %s", from)
	}
	if err := os.WriteFile(path, bytes.Replace(text, []byte(from), []byte(to), 1), 0o600); err != nil {
		t.Fatal(err)
	}
}

// formula is a cell's, whose value stays.
type formula string

func setCell(book *excelize.File, sheet, cell string, value any) error {
	if f, isFormula := value.(formula); isFormula {
		return book.SetCellFormula(sheet, cell, string(f))
	}
	return book.SetCellValue(sheet, cell, value)
}

// TestVerifyNamesCells changes cells of a workbook, of every sheet.
func TestVerifyNamesCells(t *testing.T) {
	head, lines := full()
	s := signed(must(Of(head, list(lines...))))
	for _, c := range []struct {
		name, sheet, cell string
		value             any
		want              string // "" if it still holds
	}{
		{"a line's fen", "Lines", "I3", 18.01, "line G.1.9.0.0 was changed"},
		{"a line's fen, the same", "Lines", "I3", 18.0, ""},
		{"a line's date", "Lines", "B3", 46345, "line G.1.9.0.0 was changed"},
		{"a line's date, as text", "Lines", "B3", "2026-11-18", ""},
		{"a line's kind", "Lines", "C3", "Fee", "line G.1.9.0.0 was changed"},
		{"a line behind the last", "Lines", "A8", "G.2.2.0.0", `line "G.2.2.0.0"`},
		{"a mark", "Lines", "L3", "no", "Disputed"},
		{"a total that is shown", "Summary", "C10", 1, "Summary!C10"},
		{"a closing that is shown", "Summary", "C12", 1, "Summary!C12"},
		{"a party's name that is shown", "Summary", "B5", "Other", "Summary!B5"},
		{"a root that is shown", "Summary", "B17", "00", "Summary!B17"},
		{"a row of the summary more", "Summary", "A30", "paid", "Summary!A30"},
		{"a movement that is shown", "Movements", "G2", 18.01, "Movements!G2"},
		{"a movement more", "Movements", "A8", "x", "Movements!A8"},
		{"a header", "Lines", "I1", "Amount", "first row"},
		{"what Verify reads", "Verification", "C1", "{}", "format"},
		{"a payment that is shown", "Summary", "E15", 1.5, "Summary!E15"},
		{"a sum's formula, its value left", "Summary", "C10", formula("1"), "Summary!C10"},
		{"a formula where none is", "Summary", "A5", formula("\"D\""), "Summary!A5"},
		{"a sum's formula, as Excel writes it", "Summary", "D10",
			formula("ROUND(SUMIFS(Lines!$I$2:$I$7,Lines!$E$2:$E$7,\"G\"),2)"), ""},
		{"a movement's formula", "Movements", "G2", formula("18"), "Movements!G2"},
	} {
		path := written(t, "xlsx", s, list(lines...), Options{Language: English})
		book := must(excelize.OpenFile(path))
		if err := setCell(book, c.sheet, c.cell, c.value); err != nil {
			t.Fatal(err)
		}
		if err := book.Save(); err != nil {
			t.Fatal(err)
		}
		if _, err := Verify(at(t, path), nil, 0); c.want == "" != (err == nil) || err != nil &&
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestFilesThatAreNone(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ name, text, want string }{
		{"a.pdf", "%PDF", "for reading"},
		{"a.txt", "", "ends in"},
		{"a.json", "", "read"},
		{"b.json", "[]", "belongs"},
		{"c.json", `{"format": "tallystick statement v1", "head": 7`, "head"},
		{"d.json", `{"format": "` + strings.Repeat("x", 2*maxPart) + `"}`, "more than"},
		{"a.csv", "", "no header"},
		{"b.csv", "\"x", "no header"},
		{"c.csv", strings.Join(English.header(), ",") + "\r\n", "nothing to check"},
		{"d.csv", strings.Join(English.header(), ",") + "\r\n\"" + strings.Repeat("x", 2*maxPart), "more than"},
		{"a.xlsx", "PK", "no workbook"},
	} {
		path := filepath.Join(dir, c.name)
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Verify(at(t, path), nil, 0); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// TestDiffOfFiles compares one party's lines with the file that the other sent.
func TestDiffOfFiles(t *testing.T) {
	theirs := story()
	theirs[1].Fen = 1_700
	s := must(Of(storyHead(), list(theirs...)))
	for _, form := range verifiable {
		f := must(Open(sent(t, form, s, list(theirs...), Options{Language: Chinese})))
		var got []Difference
		for d, err := range Diff(list(story()...), f.Lines) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, d)
		}
		if !slices.Equal(got, []Difference{{"G.1.9.0.0", "fen", "1800", "1700"}}) {
			t.Errorf("%s: %v", form, got)
		}
	}
}

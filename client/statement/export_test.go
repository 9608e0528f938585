package statement

import (
	"bytes"
	"encoding/csv"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew; read the diff")

// TestGolden compares the story's statement, signed by both, with the files in testdata.
func TestGolden(t *testing.T) {
	s := signed(must(Of(storyHead(), list(story()...))))
	for _, c := range []struct {
		file string
		o    Options
	}{
		{"2026-11-D-G.json", Options{}},
		{"2026-11-D-G.en.csv", Options{Language: English}},
		{"2026-11-D-G.zh.csv", Options{Language: Chinese}},
		{"2026-11-D-G.bare.csv", Options{Language: English, Bare: true}},
	} {
		path := filepath.Join("testdata", c.file)
		var out bytes.Buffer
		if err := Write(&out, strings.TrimPrefix(filepath.Ext(path), "."), s, list(story()...), c.o); err != nil {
			t.Fatal(err)
		}
		if *rewrite {
			if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want := must(os.ReadFile(path)); !bytes.Equal(out.Bytes(), want) {
			t.Errorf("%s: run with -rewrite and read the diff; it is now\n%s", path, out.String())
		}
		if _, err := Verify(at(t, path), nil, 0); c.o.Bare != (err != nil) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestTheTableIsRectangular(t *testing.T) {
	s := must(Of(storyHead(), list(story()...)))
	s.Proof = []byte(`"` + strings.Repeat("契", 3*maxChunk) + `"`)
	path := written(t, "csv", s, list(story()...), Options{Language: Chinese})
	rows := must(csv.NewReader(bytes.NewReader(must(os.ReadFile(path)))).ReadAll()) // as wide as the first, or it fails
	if len(rows) != 1+3+4 || rows[4][1] != "1/4" || rows[7][1] != "4/4" {
		t.Errorf("%d rows", len(rows))
	}
	for _, form := range []string{"csv", "xlsx"} {
		if f := must(Open(sent(t, form, s, list(story()...), Options{Language: Chinese}))); !bytes.Equal(
			f.Statement.Proof, s.Proof) {
			t.Errorf("%s: the proof is another", form)
		}
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	head := storyHead()
	head.A, head.B = Party{ID: "-a", En: "=1+1"}, Party{ID: "-b", Zh: "@x"}
	line := story()[0]
	line.ID, line.Debtor, line.Creditor, line.Scene, line.Tx = "-a.1.1.0.0", "-a", "-b", "-2", "-3"
	s := must(Of(head, list(line)))
	path := written(t, "csv", s, list(line), Options{Language: English})
	for _, row := range must(csv.NewReader(bytes.NewReader(must(os.ReadFile(path)))).ReadAll()) {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("%q", cell)
			}
		}
	}
	for _, form := range verifiable {
		if _, err := Verify(sent(t, form, s, list(line), Options{Language: English}), nil, 0); err != nil {
			t.Error(form, err)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	s := must(Of(storyHead(), list(story()...)))
	for _, c := range []struct {
		name, form string
		code       fault.Code
		in         Language
		lines      uint64
		source     Source
	}{
		{"a form that there isn't", "doc", fault.BadRequest, English, 3, list(story()...)},
		{"a CSV without a language", "csv", fault.BadRequest, "", 3, list(story()...)},
		{"a workbook in another", "xlsx", fault.BadRequest, "fr", 3, list(story()...)},
		{"a PDF in another", "pdf", fault.BadRequest, "fr", 3, list(story()...)},
		{"a workbook too long", "xlsx", fault.Limit, Chinese, MaxSheetLines + 1, list(story()...)},
		{"a PDF too long", "pdf", fault.Limit, Chinese, MaxPaperLines + 1, list(story()...)},
		{"the language before the length", "pdf", fault.BadRequest, "", MaxPaperLines + 1, list(story()...)},
		{"other lines", "json", fault.Conflict, English, 3, list(story()[:2]...)},
		{"other lines", "csv", fault.Conflict, English, 3, list(story()[:2]...)},
		{"other lines", "xlsx", fault.Conflict, English, 3, many(3)},
		{"other lines", "pdf", fault.Conflict, English, 3, many(3)},
	} {
		s := s
		s.Total.Lines = c.lines
		if err := Write(&bytes.Buffer{}, c.form, s, c.source, Options{Language: c.in}); fault.CodeOf(err) != c.code {
			t.Errorf("%s in %s: %v", c.name, c.form, err)
		}
	}
}

// TestAnyStatementReadsBack writes statements of all sorts and reads them back.
func TestAnyStatementReadsBack(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		head, lines := full()
		for i := range lines {
			l := &lines[i]
			l.Kind = rapid.SampledFrom([]string{"redemption", "service_back", "carried", "interest"}).Draw(t, "kind")
			l.Fen = amount.Units(rapid.Int64Range(1, int64(amount.Max)/8).Draw(t, "fen"))
			l.Points = amount.Units(rapid.Int64Range(0, int64(amount.Max)/8).Draw(t, "points"))
			den := rapid.Int64Range(1, 10_000).Draw(t, "den")
			l.Tax = amount.Rate{Num: amount.Units(rapid.Int64Range(0, den-1).Draw(t, "num")),
				Den: amount.Units(den)}.Lowest()
			if l.Tax.Num == 0 {
				l.Tax.Den = 1
			}
			l.Disputed = rapid.Bool().Draw(t, "disputed")
		}
		s := signed(must(Of(head, list(lines...))))
		in := rapid.SampledFrom([]Language{English, Chinese}).Draw(t, "language")
		form := rapid.SampledFrom(verifiable).Draw(t, "form")
		path := filepath.Join(dir, "any."+form)
		var out bytes.Buffer
		if err := Write(&out, form, s, list(lines...), Options{Language: in}); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Verify(at(t, path), nil, 0); err != nil {
			t.Fatal(err)
		}
		n := 0
		for l, err := range must(Open(at(t, path))).Lines() {
			if err != nil || l != lines[n] {
				t.Fatalf("%s: %+v, %v, want %+v", form, l, err, lines[n])
			}
			n++
		}
	})
}

func TestYuan(t *testing.T) {
	for _, c := range []struct {
		text string
		want amount.Units
		code fault.Code
	}{
		{"0.00", 0, ""}, {"0.01", 1, ""}, {"18", 1_800, ""}, {"18.1", 1_810, ""}, {"1.1000000000000001", 110, ""},
		{"1.8E1", 1_800, ""},
		{"90071992547409.91", amount.Max, ""}, {"90071992547409.92", 0, fault.Limit},
		{"", 0, fault.BadRequest}, {"-1", 0, fault.BadRequest}, {"1,800.00", 0, fault.BadRequest},
		{"18.001", 0, fault.BadRequest}, {"NaN", 0, fault.BadRequest},
		{"1e30", 0, fault.BadRequest}, {"1E30", 0, fault.BadRequest}, {"1E20", 0, fault.Limit},
		{"0x10", 0, fault.BadRequest}, {"1..", 0, fault.BadRequest},
	} {
		if got, err := parseYuan(c.text); got != c.want || fault.CodeOf(err) != c.code {
			t.Errorf("%q: %d, %v", c.text, int64(got), err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		fen := amount.Units(rapid.Int64Range(0, int64(amount.Max)).Draw(t, "fen"))
		if got, err := parseYuan(yuan(fen)); got != fen || err != nil {
			t.Fatal(got, err)
		}
		if fen >= exactInSheets {
			return
		}
		if got, err := parseYuan(cellText(moneyCell(0, fen))); got != fen || err != nil {
			t.Fatal("as a number", got, err)
		}
	})
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		rate amount.Rate
		want string
	}{
		{none, ""}, {amount.Rate{Num: 13, Den: 100}, "13%"}, {amount.Rate{Num: 3, Den: 50}, "6%"},
		{amount.Rate{Num: 1, Den: 200}, "0.5%"},
		{amount.Rate{Num: 1, Den: 3}, "1/3"}, {amount.Rate{Num: 1, Den: 1_000_000}, "0.0001%"},
	} {
		if got := percent(c.rate); got != c.want {
			t.Errorf("%s: %s", c.rate, got)
		}
		if got, err := parsePercent(c.want); got != c.rate || err != nil {
			t.Errorf("%s: %s, %v", c.want, got, err)
		}
	}
	for _, text := range []string{"13", "100%", "-1%", "x", "%"} {
		if r, err := parsePercent(text); err == nil {
			t.Errorf("%s: %s", text, r)
		}
	}
}

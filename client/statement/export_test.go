package statement

import (
	"bytes"
	"encoding/csv"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
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
		if _, err := Verify(path, nil, 0); c.o.Bare != (err != nil) {
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
		if f := must(Open(written(t, form, s, list(story()...), Options{Language: Chinese}))); !bytes.Equal(f.Statement.Proof, s.Proof) {
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
		if _, err := Verify(written(t, form, s, list(line), Options{Language: English}), nil, 0); err != nil {
			t.Error(form, err)
		}
	}
}

// TestWorkbook reads a workbook as a spreadsheet shows it.
func TestWorkbook(t *testing.T) {
	head, lines := full()
	lines[5].Fen = 900_719_925_474_099 // the longest number; with what is before it more, which is text
	lines[0].Fen = amount.Max - 5_000_000_000_000_000
	s := signed(must(Of(head, list(lines...))))
	path := written(t, "xlsx", s, list(lines...), Options{Language: Chinese})
	book := must(excelize.OpenFile(path))
	defer book.Close() //nolint:errcheck // it is only read
	for _, c := range []struct{ sheet, cell, want string }{
		{"汇总", "A1", "清结算账单"}, {"汇总", "B5", "D  经销商"}, {"汇总", "C9", "123.45"}, {"汇总", "D10", "40071992547419.99"},
		{"汇总", "C11", "108.00"}, {"汇总", "B14", s.Root.String()},
		{"发生额", "A2", "D 应付 G"}, {"发生额", "B2", "积分兑付"}, {"发生额", "F2", "1,800"}, {"发生额", "G2", "18.00"},
		{"明细", "I1", "金额（元）"}, {"明细", "A3", "G.1.9.0.0"}, {"明细", "B3", "2026-11-18"}, {"明细", "I3", "18.00"},
		{"明细", "I2", "40071992547409.91"}, {"明细", "I7", "9,007,199,254,740.99"}, {"明细", "J5", "6%"}, {"明细", "O5", "是"}, {"明细", "M2", "31"},
		{"验证", "A1", "#statement"},
	} {
		if got := must(book.GetCellValue(c.sheet, c.cell)); got != c.want {
			t.Errorf("%s!%s: %q, want %q", c.sheet, c.cell, got, c.want)
		}
	}
	if panes := must(book.GetPanes("明细")); !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v", panes)
	}
	if _, err := Verify(path, nil, 0); err != nil {
		t.Error(err)
	}
}

// TestPaper reads the text of a PDF.
func TestPaper(t *testing.T) {
	reader, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext (poppler-utils) isn't here")
	}
	for _, c := range []struct {
		name  string
		lines Source
		in    Language
		pages int
		want  []string
	}{
		{"no lines", list(), Chinese, 2, []string{"清结算账单", "第1页/共2页", "第2页/共2页"}},
		{"the story", list(story()...), Chinese, 3, []string{"经销商", "2026-11-01 – 2026-11-30", "积分兑付", "G.1.12.0.0", "209.00", "191.00", "链上签署", "G.1.77.3", "本期合计"}},
		{"the story", list(story()...), English, 3, []string{"Settlement statement", "Points refunded", "D owes G (yuan)", "Closing balance, netted", "Signatures on the ledger"}},
		{"a full page", many(linesOfPage), Chinese, 3, []string{"本页合计"}},
		{"one more", many(linesOfPage + 1), Chinese, 4, []string{"过次页", "承前页"}},
		{"three pages", many(2*linesOfPage + 1), English, 5, []string{"Total of this page", "Carried forward", "Brought forward", "Page 5 of 5"}},
	} {
		s := signed(must(Of(storyHead(), c.lines)))
		path := written(t, "pdf", s, c.lines, Options{Language: c.in})
		text := string(must(exec.Command(reader, "-layout", path, "-").Output()))
		if pages := strings.Count(text, "\f"); pages != c.pages {
			t.Errorf("%s: %d pages, want %d", c.name, pages, c.pages)
		}
		for _, want := range append(c.want, s.Root.String()) {
			if !strings.Contains(text, want) {
				t.Errorf("%s: it doesn't say %q:\n%s", c.name, want, text)
			}
		}
	}
}

// TestPaperCutsNoNumber writes what is too wide for its column.
func TestPaperCutsNoNumber(t *testing.T) {
	reader, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext (poppler-utils) isn't here")
	}
	head, line := storyHead(), story()[0]
	head.A.ID, head.A.Zh = strings.Repeat("D", 64), strings.Repeat("上海汽车工业", 10)
	line.ID, line.Creditor, line.Scene = "Z"+strings.Repeat("Z", 30)+".31.1099511627775.499.99", head.A.ID, strings.Repeat("scene", 12)
	line.Points, line.Fen, line.Tax = amount.Max, amount.Max, amount.Rate{Num: 13, Den: 100}
	s := must(Of(head, list(line)))
	text := string(must(exec.Command(reader, "-layout", written(t, "pdf", s, list(line), Options{Language: Chinese}), "-").Output()))
	for _, want := range []string{line.ID, "9,007,199,254,740,991", "90,071,992,547,409.91", grouped(line.TaxFen()), "scenescene", "…"} {
		if !strings.Contains(text, want) {
			t.Errorf("it doesn't say %q:\n%s", want, text)
		}
	}
}

// TestPagesCarryForward checks every page's totals against its lines.
func TestPagesCarryForward(t *testing.T) {
	reader, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext (poppler-utils) isn't here")
	}
	n := 3*linesOfPage + 7
	s := must(Of(storyHead(), many(n)))
	text := string(must(exec.Command(reader, "-layout", written(t, "pdf", s, many(n), Options{Language: English}), "-").Output()))
	var page, all sofar
	pages := strings.Split(text, "\f")
	at := 0
	check := func(word phrase, t sofar) string { return word.en + " " + grouped(t.ab) + " " + grouped(t.ba) }
	for l := range many(n)() {
		page.add(entry{Line: l}, "D")
		all.add(entry{Line: l}, "D")
		if at++; at%linesOfPage != 0 && at != n {
			continue
		}
		folded := strings.Join(strings.Fields(pages[1+(at-1)/linesOfPage]), " ")
		want := []string{check(wordPageTotal, page), check(wordForward, all)}
		if at == n {
			want[1] = check(wordTotal, all)
		}
		if at > linesOfPage {
			before := sofar{all.ab - page.ab, all.ba - page.ba, 0}
			want = append(want, check(wordBrought, before))
		}
		for _, w := range want {
			if !strings.Contains(folded, w) {
				t.Errorf("up to line %d: the page doesn't say %q", at, w)
			}
		}
		page = sofar{}
	}
}

func TestTheSamePaperIsTheSameBytes(t *testing.T) {
	s := signed(must(Of(storyHead(), list(story()...))))
	var one, two bytes.Buffer
	for _, out := range []*bytes.Buffer{&one, &two} {
		if err := WritePDF(out, s, list(story()...), Chinese); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("they differ")
	}
}

// TestManyMovements are more than the first page has room for.
func TestManyMovements(t *testing.T) {
	for _, n := range []int{movementsFirst, movementsFirst + 1, movementsFirst + movementsOfPage, movementsFirst + movementsOfPage + 1} {
		s := must(Of(storyHead(), list(story()...)))
		for len(s.Movements) < n {
			s.Movements = append(s.Movements, s.Movements[0])
		}
		if err := WritePDF(&bytes.Buffer{}, s, list(story()...), Chinese); err != nil {
			t.Errorf("%d movements: %v", n, err)
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
			l.Tax = amount.Rate{Num: amount.Units(rapid.Int64Range(0, den-1).Draw(t, "num")), Den: amount.Units(den)}.Lowest()
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
		if _, err := Verify(path, nil, 0); err != nil {
			t.Fatal(err)
		}
		at := 0
		for l, err := range must(Open(path)).Lines() {
			if err != nil || l != lines[at] {
				t.Fatalf("%s: %+v, %v, want %+v", form, l, err, lines[at])
			}
			at++
		}
	})
}

func TestYuan(t *testing.T) {
	for _, c := range []struct {
		text string
		want amount.Units
		code fault.Code
	}{
		{"0.00", 0, ""}, {"0.01", 1, ""}, {"18", 1_800, ""}, {"18.1", 1_810, ""}, {"1.1000000000000001", 110, ""}, {"1.8E1", 1_800, ""},
		{"90071992547409.91", amount.Max, ""}, {"90071992547409.92", 0, fault.Limit},
		{"", 0, fault.BadRequest}, {"-1", 0, fault.BadRequest}, {"1,800.00", 0, fault.BadRequest}, {"18.001", 0, fault.BadRequest}, {"NaN", 0, fault.BadRequest},
		{"1e30", 0, fault.BadRequest}, {"1E30", 0, fault.BadRequest}, {"1E20", 0, fault.Limit}, {"0x10", 0, fault.BadRequest}, {"1..", 0, fault.BadRequest},
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
		{none, ""}, {amount.Rate{Num: 13, Den: 100}, "13%"}, {amount.Rate{Num: 3, Den: 50}, "6%"}, {amount.Rate{Num: 1, Den: 200}, "0.5%"},
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

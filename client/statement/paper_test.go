package statement

import (
	"bytes"
	"fmt"
	"iter"
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
)

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
		{"the story", list(story()...), Chinese, 3,
			[]string{"经销商", "2026-11-01 – 2026-11-30", "积分兑付", "G.1.12.0.0", "209.00", "191.00", "链上签署", "G.1.77.3",
				"本期合计", "零售", "交付", "付款编号", "2026-11-1", "2026-12-10", "制表：", "（盖章）"}},
		{"the story", list(story()...), English, 3,
			[]string{"Settlement statement", "Points refunded", "D owes G (yuan)", "Closing balance, netted",
				"Signatures on the ledger", "Order delivered", "Prepared by:"}},
		{"two pages", many(50), Chinese, 4, []string{"过次页", "承前页", "本页合计"}},
		{"three pages", many(90), English, 5,
			[]string{"Total of this page", "Carried forward", "Brought forward", "Page 5 of 5"}},
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

// TestPaperCutsNothing writes what is too wide for its column: all of it is there, in as many lines as it needs.
func TestPaperCutsNothing(t *testing.T) {
	reader, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext (poppler-utils) isn't here")
	}
	head, line := storyHead(), story()[0]
	head.A.ID, head.A.Zh, head.A.Legal = strings.Repeat("D", 64), strings.Repeat("上海汽车工业", 10),
		strings.Repeat("股份有限公司", 20)
	line.ID, line.Creditor, line.Scene, line.Programme = "Z"+strings.Repeat("Z", 30)+".31.1099511627775.499.99",
		head.A.ID, strings.Repeat("scene", 12), strings.Repeat("P", 64)
	line.Points, line.Fen, line.Tax, line.Cause = amount.Max, amount.Max, amount.Rate{Num: 13, Den: 100},
		strings.Repeat("a", 30)+":"+strings.Repeat("B", 30)
	s := must(Of(head, list(line)))
	text := joined(string(
		must(exec.Command(reader, "-raw", written(t, "pdf", s, list(line), Options{Language: Chinese}), "-").Output())))
	for _, want := range []string{line.ID, line.Scene, line.Programme, line.Cause, head.A.ID, head.A.Zh, head.A.Legal,
		"9,007,199,254,740,991", "90,071,992,547,409.91", grouped(line.TaxFen())} {
		if !strings.Contains(text, want) {
			t.Errorf("it doesn't say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "…") {
		t.Error("something was cut")
	}
}

// TestWrap compares where lines end.
func TestWrap(t *testing.T) {
	p := newPaper(must(Of(storyHead(), list(story()...))), Options{Language: Chinese}, 0)
	for _, c := range []struct {
		text  string
		width float64
		want  string
	}{
		{"", 10, ""}, {"retail", 20, "retail"}, {"airport lounge", 14, "airport|lounge"}, {"积分兑付退回", 14, "积分兑|付退回"},
		{"D.2.7.0.1", 9, "D.2.|7.0.1"}, {"aaaaaaaaaaaa", 10, "aaaaa|aaaaa|aa"}, {"金额（元）", 13, "金额|（元）"},
		{"x", 0.1, "x"}, {"xy", 0.1, "x|y"},
	} {
		lines := p.wrap(c.text, c.width, 10)
		if got := strings.Join(lines, "|"); got != c.want {
			t.Errorf("%q on %g mm: %q, want %q", c.text, c.width, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching("[a-z .:积分）（-]{0,40}").Draw(t, "text")
		width := rapid.Float64Range(5, 40).Draw(t, "width")
		lines := p.wrap(text, width, 8)
		if joined(strings.Join(lines, "")) != joined(text) {
			t.Fatalf("%q lost something: %q", text, lines)
		}
		for _, l := range lines {
			if p.width(8, l) > width {
				t.Fatalf("%q is wider than %g", l, width)
			}
		}
	})
}

// TestPagesCarryForward checks every page's totals against the lines that stand on it.
func TestPagesCarryForward(t *testing.T) {
	reader, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext (poppler-utils) isn't here")
	}
	const n = 130
	s := must(Of(storyHead(), many(n)))
	text := string(
		must(exec.Command(reader, "-layout", written(t, "pdf", s, many(n), Options{Language: English}), "-").Output()))
	pages := strings.Split(text, "\f")
	pages = pages[1 : len(pages)-2] // without the summary, the signatures and what is behind the last
	if len(pages) < 3 || len(pages) > 5 {
		t.Errorf("%d lines stand on %d pages", n, len(pages))
	}
	var all sofar
	sums := func(word phrase, t sofar) string { return word.en + " " + grouped(t.ab) + " " + grouped(t.ba) }
	at := 0
	next, stop := iter.Pull2(many(n)())
	defer stop()
	for i, page := range pages {
		folded := strings.Join(strings.Fields(page), " ")
		want := []string{}
		if i > 0 {
			want = append(want, sums(wordBrought, all))
		}
		var here sofar
		for range strings.Count(page, "2026-11-") - 2 { // each line has its day, the period two
			l, _, _ := next()
			at++
			here.add(entry{Line: l}, "D")
			all.add(entry{Line: l}, "D")
			if !strings.Contains(folded, l.ID) {
				t.Errorf("page %d: line %s isn't there", i+2, l.ID)
			}
		}
		want = append(want, sums(wordPageTotal, here), sums(wordForward, all))
		if i == len(pages)-1 {
			want[len(want)-1] = sums(wordTotal, all)
		}
		for _, w := range want {
			if !strings.Contains(folded, w) {
				t.Errorf("page %d doesn't say %q:\n%s", i+2, w, page)
			}
		}
	}
	if at != n {
		t.Errorf("%d lines are on the pages, want %d", at, n)
	}
}

func TestTheSamePaperIsTheSameBytes(t *testing.T) {
	s := signed(must(Of(storyHead(), list(story()...))))
	var one, two bytes.Buffer
	for _, out := range []*bytes.Buffer{&one, &two} {
		if err := WritePDF(out, s, list(story()...), Options{Language: Chinese}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("they differ")
	}
}

// TestManyMovements are more than the first page has room for: each is on one of the pages.
func TestManyMovements(t *testing.T) {
	reader, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext (poppler-utils) isn't here")
	}
	for _, n := range []int{1, 15, 16, 17, 18, 60, 100} {
		s := must(Of(storyHead(), list(story()...)))
		s.Movements = s.Movements[:0]
		for i := range n {
			s.Movements = append(s.Movements,
				Movement{Debtor: "D", Kind: "redemption", Scene: fmt.Sprintf("scene%03d", i), Programme: "DP",
					Lines: 1})
		}
		text := string(must(exec.Command(reader, "-layout",
			written(t, "pdf", s, list(story()...), Options{Language: Chinese}), "-").Output()))
		for i := range n {
			if want := fmt.Sprintf("scene%03d", i); strings.Count(text, want) != 1 {
				t.Errorf("%d movements: %s is there %d times", n, want, strings.Count(text, want))
			}
		}
	}
}

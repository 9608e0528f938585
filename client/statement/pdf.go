package statement

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

// The layout of a page: A4 across, in millimetres.
const (
	pageLeft   = 12.0
	pageRight  = 285.0
	pageTop    = 12.0
	tableTop   = 26.0 // of a page's table, under the running head
	headHeight = 8.0  // of a table's head
	rowHeight  = 4.4
	textSize   = 6.5 // points

	linesOfPage     = 34 // with the rows for what is brought and carried forward
	movementsTop    = 110.0
	movementsFirst  = 18 // that the first page has room for
	movementsOfPage = 36
	txDigits        = 16 // of a transaction, whose whole id is in the other forms
)

// WritePDF writes the form for reading and filing: a summary, the lines with the totals
// of each page carried forward, and root and signatures on the last page. LIMIT above
// MaxPaperLines: a PDF is made in memory.
func WritePDF(to io.Writer, s Statement, lines Source, in Language) error {
	if err := in.Check(); err != nil {
		return err
	}
	if s.Total.Lines > MaxPaperLines {
		return fault.New(fault.Limit, "%d lines are more than a PDF's %d; write XLSX, CSV or JSON", s.Total.Lines, MaxPaperLines)
	}
	p, err := newPaper(s, in)
	if err != nil {
		return err
	}
	p.summary()
	if err := p.lines(lines); err != nil {
		return err
	}
	p.signatures()
	p.finish()
	if p.file.PageCount() != p.pages {
		return errors.Join(fmt.Errorf("statement: %d pages, and %d were counted", p.file.PageCount(), p.pages), p.file.Error())
	}
	return p.file.Output(to)
}

// pagesOf is how many pages a statement will have, so that each can say so.
func pagesOf(s Statement) int {
	more := max(0, len(s.Movements)-movementsFirst)
	return 1 + (more+movementsOfPage-1)/movementsOfPage + (int(s.Total.Lines)+linesOfPage-1)/linesOfPage + 1
}

// moment is the file's date: the end of the period, so that the same statement is the same
// file whenever it is written.
func (s Statement) moment() time.Time { return time.Unix(int64(s.Head.To)*86400, 0).UTC() }

// running begins a page, with its number and what it is a page of.
func (p *paper) running() {
	p.finish()
	p.file.AddPage()
	h := p.s.Head
	p.bold = true
	p.text(pageLeft, pageTop+5, 13, p.in.of(wordTitle))
	p.bold = false
	p.right(pageRight, pageTop+2, 8, p.in.page(p.file.PageNo(), p.pages))
	p.right(pageRight, pageTop+6.5, 8, fmt.Sprintf("%s %s   %s – %s", p.in.of(wordCycle), h.Cycle, h.From, h.To))
	p.cell(pageLeft-padding, pageTop+10, 8, column{width: 180}, fmt.Sprintf("%s %s – %s %s", h.A.ID, h.A.Name(p.in), h.B.ID, h.B.Name(p.in)))
	p.right(pageRight, pageTop+10, 6, p.s.Root.String())
}

// page says which page of how many it is.
func (l Language) page(n, of int) string {
	if l == Chinese {
		return fmt.Sprintf("第 %d 页 / 共 %d 页", n, of)
	}
	return fmt.Sprintf("%s %d of %d", l.of(wordPage), n, of)
}

func (p *paper) summary() {
	p.running()
	h := p.s.Head
	p.y = tableTop + 4
	for _, pair := range [][2]string{
		{p.in.of(wordNetwork), h.Network},
		{p.in.of(wordCycle), h.Cycle},
		{p.in.of(wordPeriod), h.From.String() + " – " + h.To.String()},
		{p.in.of(wordParties), h.A.ID + "  " + h.A.Name(p.in)},
		{"", h.B.ID + "  " + h.B.Name(p.in)},
	} {
		p.text(pageLeft, p.y, 9, pair[0])
		p.cell(pageLeft+40, p.y, 9, column{width: pageRight - pageLeft - 40}, pair[1])
		p.y += 5.5
	}
	p.balances()
	p.movements()
}

// balances is the table from the opening to the closing balance.
func (p *paper) balances() {
	a, b := p.s.Head.A.ID, p.s.Head.B.ID
	t := table{size: 8, height: 6.2, columns: []column{{width: 73}, {width: 20, right: true, whole: true}, {width: 45, right: true, whole: true}, {width: 45, right: true, whole: true}, {width: 45, right: true, whole: true}, {width: 45, right: true, whole: true}}}
	tax := p.in.of(wordTax) + p.in.of(phrase{": ", "："})
	p.y += 2
	p.head(t, "", p.in.of(wordCount), p.in.money(p.in.owes(a, b)), p.in.money(p.in.owes(b, a)), tax+p.in.owes(a, b), tax+p.in.owes(b, a))
	open, closed := p.s.Head.Opening, p.s.Closing
	p.put(t, p.in.of(wordOpening), "", grouped(open.AB), grouped(open.BA))
	for _, s := range []struct {
		word phrase
		sum  Sum
	}{{wordTotal, p.s.Total}, {wordCarved, p.s.Carved}} {
		p.put(t, p.in.of(s.word), strconv.FormatUint(s.sum.Lines, 10), grouped(s.sum.Owes.AB), grouped(s.sum.Owes.BA), grouped(s.sum.Tax.AB), grouped(s.sum.Tax.BA))
	}
	p.bold = true
	p.put(t, p.in.of(wordClosing), "", grouped(closed.AB), grouped(closed.BA))
	p.bold = false
}

// movements goes on over as many pages as it needs.
func (p *paper) movements() {
	t := table{size: 7, height: rowHeight, columns: []column{{width: 42}, {width: 44}, {width: 38}, {width: 30}, {width: 18, right: true, whole: true}, {width: 31, right: true, whole: true}, {width: 38, right: true, whole: true}, {width: 32, right: true, whole: true}}}
	head := func() {
		p.head(t, p.in.of(wordDirection), p.in.of(columns[colKind]), p.in.of(columns[colScene]), p.in.of(columns[colProgramme]),
			p.in.of(wordCount), p.in.of(columns[colPoints]), p.in.of(columns[colYuan]), p.in.of(columns[colTax]))
	}
	p.y = movementsTop - headHeight
	p.text(pageLeft, p.y-2, 9, p.in.of(wordMovements))
	head()
	room := movementsFirst
	for _, m := range p.s.Movements {
		if room == 0 {
			p.running()
			p.y = tableTop
			head()
			room = movementsOfPage
		}
		room--
		p.put(t, p.in.owes(m.Debtor, p.s.other(m.Debtor)), p.in.kind(m.Kind), m.Scene, m.Programme,
			strconv.FormatUint(m.Lines, 10), commas(units(m.Points)), grouped(m.Fen), grouped(m.Tax))
	}
}

// linesTable is the table of lines on every page.
var linesTable = table{size: textSize, height: rowHeight, columns: []column{
	{width: 13, right: true, whole: true}, {width: 29, whole: true}, {width: 16}, {width: 21}, {width: 19}, {width: 15}, {width: 18, right: true, whole: true},
	{width: 27, right: true, whole: true}, {width: 27, right: true, whole: true}, {width: 20, right: true, whole: true}, {width: 22}, {width: 12, right: true, whole: true}, {width: 24}, {width: 10},
}}

// sofar are the sums of a page, or of all pages up to it.
type sofar struct{ ab, ba, tax amount.Units }

func (t *sofar) add(e entry, a string) {
	t.tax += e.TaxFen() // all of them were added up before, within the limit
	if e.Debtor == a {
		t.ab += e.Fen
		return
	}
	t.ba += e.Fen
}

func (p *paper) lines(lines Source) error {
	var page, all sofar
	n := 0
	for e, err := range p.s.entries(lines) {
		if err != nil {
			return err
		}
		if n%linesOfPage == 0 {
			p.turn(page, all, n)
			page = sofar{}
		}
		n++
		if n > MaxPaperLines {
			return fault.New(fault.Limit, "more than %d lines", MaxPaperLines)
		}
		page.add(e, p.s.Head.A.ID)
		all.add(e, p.s.Head.A.ID)
		p.line(n, e)
	}
	if n > 0 {
		p.totals(wordPageTotal, page)
		p.totals(wordTotal, all)
	}
	return nil
}

// turn ends a page of lines and begins the next.
func (p *paper) turn(page, all sofar, n int) {
	if n > 0 {
		p.totals(wordPageTotal, page)
		p.totals(wordForward, all)
	}
	p.running()
	p.y = tableTop
	a, b := p.s.Head.A.ID, p.s.Head.B.ID
	head := []string{p.in.of(wordNumber)}
	for _, c := range []int{colID, colDate, colKind, colScene, colProgramme, colPoints} {
		head = append(head, p.in.of(columns[c]))
	}
	head = append(head, p.in.money(p.in.owes(a, b)), p.in.money(p.in.owes(b, a)), p.in.money(p.in.of(wordTax)))
	for _, c := range []int{colCause, colBlock, colTx} {
		head = append(head, p.in.of(columns[c]))
	}
	p.head(linesTable, append(head, "")...)
	if n > 0 {
		p.totals(wordBrought, all)
	}
}

func (p *paper) line(n int, e entry) {
	ab, ba, mark := "", "", ""
	if e.Debtor == p.s.Head.A.ID {
		ab = grouped(e.Fen)
	} else {
		ba = grouped(e.Fen)
	}
	tax := ""
	if e.Tax.Num > 0 {
		tax = grouped(e.TaxFen())
	}
	if e.Disputed {
		mark = p.in.of(wordDisputed)
	}
	id := e.Tx
	if len(id) > txDigits {
		id = id[:txDigits]
	}
	p.put(linesTable, strconv.Itoa(n), e.ID, e.Date.String(), p.in.kind(e.Kind), e.Scene, e.Programme, commas(units(e.Points)), ab, ba, tax,
		e.Cause, strconv.FormatUint(e.Block, 10), id, mark)
}

// totals writes a row of sums.
func (p *paper) totals(word phrase, t sofar) {
	p.bold = true
	p.put(linesTable, "", p.in.of(word), "", "", "", "", "", grouped(t.ab), grouped(t.ba), grouped(t.tax))
	p.bold = false
}

// signatures is the last page.
func (p *paper) signatures() {
	p.running()
	p.y = tableTop + 6
	p.section(wordRoot)
	p.row(p.in.of(wordRoot), p.s.Root.String())
	p.row(p.in.of(phrase{"Tree over the lines", "明细树"}), p.s.Tree.String())
	p.row(p.in.of(wordCount), strconv.FormatUint(p.s.Total.Lines, 10))
	p.y += 6
	p.section(wordSignatures)
	for _, line := range p.in.signatures(p.s) {
		p.row(line[0], line[1])
	}
	p.y += 6
	for _, text := range []phrase{
		{"The root covers every line of this statement, disputed ones too; it doesn't cover the period, the names, the opening balance and the marks of disputes.",
			"账单根涵盖本账单的全部明细（含争议明细）；不涵盖期间、名称、期初余额与争议标记。"},
		{"This file is for reading. Check the JSON, CSV or XLSX of the same statement with tally verify-statement, and compare its root with the one above.",
			"本文件仅供阅读。请用 tally verify-statement 验证同一账单的 JSON、CSV 或 XLSX 文件，并核对上面的账单根。"},
		{"Transactions stand here with their first 16 digits; the other forms have them whole.",
			"交易编号仅列前 16 位；其他格式列出全部。"},
	} {
		p.text(pageLeft, p.y, 8, p.in.of(text))
		p.y += 5.5
	}
}

func (p *paper) section(word phrase) {
	p.bold = true
	p.text(pageLeft, p.y, 10, p.in.of(word))
	p.bold = false
	p.y += 6.5
}

func (p *paper) row(what, text string) {
	p.cell(pageLeft-padding, p.y, 8, column{width: 70}, what)
	p.cell(pageLeft+70, p.y, 8, column{width: pageRight - pageLeft - 70, whole: true}, text)
	p.y += 5.5
}

// grouped writes fen as yuan with commas: 1,234.56.
func grouped(fen amount.Units) string { return commas(yuan(fen)) }

// commas puts commas into a number, such as 1234.56.
func commas(number string) string {
	whole, rest := number, ""
	for i, r := range number {
		if r == '.' {
			whole, rest = number[:i], number[i:]
		}
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return whole + rest
}

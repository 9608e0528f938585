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
	pageBottom = 201.0
	tableTop   = 26.0 // of a page's table, under the running head
	headHeight = 8.0  // of a table's head of one line
	rowHeight  = 4.4
	textSize   = 6.5 // points
	nameSize   = 8.0 // of the parties in the running head

	sealHeight = 46.0
	txDigits   = 16 // of a transaction, whose whole id is in the other forms
)

// WritePDF writes the form for reading and filing: a summary, the lines with the totals
// of each page carried forward, and root, signatures and room for seals on the last page. LIMIT above
// MaxPaperLines: a PDF is made in memory.
func WritePDF(to io.Writer, s Statement, lines Source, o Options) error {
	if err := o.Language.Check(); err != nil {
		return err
	}
	if s.Total.Lines > MaxPaperLines {
		return fault.New(fault.Limit, "%d lines are more than a PDF's %d; write XLSX, CSV or JSON", s.Total.Lines,
			MaxPaperLines)
	}
	draft := newPaper(s, o, 0)
	if err := draft.document(lines); err != nil {
		return err
	}
	p := newPaper(s, o, draft.page)
	p.faces, p.ruler, p.widths = draft.faces, draft.ruler, draft.widths
	if err := p.document(lines); err != nil {
		return err
	}
	return p.file.Output(to)
}

// document lays the whole paper out.
func (p *paper) document(lines Source) error {
	p.summary()
	if err := p.lines(lines); err != nil {
		return err
	}
	p.signatures()
	p.finish()
	if p.pages > 0 && p.page != p.pages {
		return fmt.Errorf("statement: %d pages, and %d were counted", p.page, p.pages)
	}
	return errors.Join(p.file.Error(), p.ruler.Error())
}

// moment is the file's date: that of the newest thing in it, so that the same statement is the same
// file whenever it is written.
func (s Statement) moment() time.Time {
	last := s.Head.To
	for _, one := range s.Signatures {
		last = max(last, one.Date)
	}
	return time.Unix(int64(last)*86400, 0).UTC()
}

// running begins a page, with its number and what it is a page of.
func (p *paper) running() {
	p.next()
	h := p.s.Head
	p.bold = true
	p.text(pageLeft, pageTop+5, 13, p.in.of(wordTitle))
	p.bold = false
	p.right(pageRight, pageTop+2, 8, p.in.page(p.page, p.pages))
	p.right(pageRight, pageTop+6.5, 8, fmt.Sprintf("%s %s   %s – %s", p.in.of(wordCycle), h.Cycle, h.From, h.To))
	names := fmt.Sprintf("%s %s – %s %s", h.A.ID, h.A.Name(p.in), h.B.ID, h.B.Name(p.in))
	room := pageRight - pageLeft - 95
	if p.width(nameSize, names) > room {
		names = h.A.ID + " – " + h.B.ID // their names are on the first page
	}
	p.text(pageLeft, pageTop+10, p.fit(names, room, nameSize), names)
	p.right(pageRight, pageTop+10, 6, p.s.Root.String())
	p.y = tableTop
}

// page says which page of how many it is.
func (l Language) page(n, of int) string {
	if l == Chinese {
		return fmt.Sprintf("第 %d 页 / 共 %d 页", n, of)
	}
	return fmt.Sprintf("%s %d of %d", l.of(wordPage), n, of)
}

func (p *paper) summary() {
	p.turning = nil
	p.running()
	p.parties()
	p.balances()
	p.payments()
	p.movements()
}

// parties says who the two are, as people call them and as invoices do.
func (p *paper) parties() {
	h := p.s.Head
	p.y += 1.5
	p.text(pageLeft, p.y, 8, fmt.Sprintf("%s %s", p.in.of(wordNetwork), h.Network))
	p.y += 2.5
	t := tableOf(8, 5.4, []float64{45, 78, 100, 50})
	p.head(t, p.in.of(wordParties), p.in.of(wordName), p.in.of(wordLegal), p.in.of(wordTaxID))
	for _, one := range []Party{h.A, h.B} {
		p.put(t, one.ID, one.Name(p.in), orUnknown(one.Legal), orUnknown(one.TaxID))
	}
}

// orUnknown marks what nobody said.
func orUnknown(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// balances is the table from the opening to the closing balance.
func (p *paper) balances() {
	a, b := p.s.Head.A.ID, p.s.Head.B.ID
	t := tableOf(8, 5.4, []float64{73, 20, 45, 45, 45, 45}, 1, 2, 3, 4, 5)
	tax := p.in.of(wordTax) + p.in.of(phrase{": ", "："})
	p.y += 3
	p.head(t, "", p.in.of(wordCount), p.in.money(p.in.owes(a, b)), p.in.money(p.in.owes(b, a)),
		p.in.money(tax+p.in.owes(a, b)), p.in.money(tax+p.in.owes(b, a)))
	open, closed := p.s.Head.Opening, p.s.Closing
	p.put(t, p.in.of(wordOpening), "", grouped(open.AB), grouped(open.BA))
	for _, s := range []struct {
		word phrase
		sum  Sum
	}{{wordTotal, p.s.Total}, {wordCarved, p.s.Carved}} {
		p.put(t, p.in.of(s.word), strconv.FormatUint(s.sum.Lines, 10), grouped(s.sum.Owes.AB), grouped(s.sum.Owes.BA),
			grouped(s.sum.Tax.AB), grouped(s.sum.Tax.BA))
	}
	p.bold = true
	p.put(t, p.in.of(wordClosing), "", grouped(closed.AB), grouped(closed.BA))
	p.bold = false
}

// payments is what the two pay each other, and until when.
func (p *paper) payments() {
	p.y += 7
	p.text(pageLeft, p.y, 9, p.in.of(wordPayments))
	if len(p.s.Payments) == 0 {
		p.text(pageLeft+40, p.y, 8, p.in.of(wordNoPayment))
		return
	}
	p.y += 2
	t := tableOf(8, 5.4, []float64{63, 60, 60, 45, 45}, 4)
	head := func() {
		p.head(t, p.in.of(wordPayment), p.in.of(wordPayer), p.in.of(wordPayee), p.in.of(wordDue),
			p.in.of(columns[colYuan]))
	}
	head()
	p.turning = func() { p.running(); head() }
	for _, one := range p.s.Payments {
		p.put(t, one.ID, one.Debtor, one.Creditor, one.Due.String(), grouped(one.Fen))
	}
}

// movements goes on over as many pages as it needs.
func (p *paper) movements() {
	t := tableOf(7, rowHeight, []float64{42, 44, 38, 30, 18, 31, 38, 32}, 4, 5, 6, 7)
	head := func() {
		p.head(t, p.in.of(wordDirection), p.in.of(columns[colKind]), p.in.of(columns[colScene]),
			p.in.of(columns[colProgramme]),
			p.in.of(wordCount), p.in.of(columns[colPoints]), p.in.of(columns[colYuan]), p.in.of(columns[colTax]))
	}
	p.y += 7
	if p.y > pageBottom-4*headHeight {
		p.running()
		p.y += 4
	}
	p.text(pageLeft, p.y, 9, p.in.of(wordMovements))
	p.y += 2
	head()
	p.turning = func() { p.running(); head() }
	for _, m := range p.s.Movements {
		p.put(t, p.in.owes(m.Debtor, p.s.other(m.Debtor)), p.in.kind(m.Kind), p.in.scene(m.Scene), m.Programme,
			strconv.FormatUint(m.Lines, 10), p.points(m.Programme, m.Points), grouped(m.Fen), grouped(m.Tax))
	}
}

// signatures is the last page.
func (p *paper) signatures() {
	p.running()
	p.y += 6
	p.section(wordRoot)
	p.row(p.in.of(wordRoot), p.s.Root.String())
	p.row(p.in.of(wordTree), p.s.Tree.String())
	p.row(p.in.of(wordCount), strconv.FormatUint(p.s.Total.Lines, 10))
	p.y += 4
	p.section(wordSignatures)
	for _, line := range p.in.signatures(p.s) {
		p.row(line[0], line[1])
	}
	p.y += 4
	for _, text := range notes {
		p.paragraph(pageLeft, pageRight, 7.5, p.in.of(text))
	}
	p.seals()
}

// notes say what the paper is and isn't.
var notes = []phrase{
	{"The root covers every line of this statement, disputed ones too; it doesn't cover the period, the names, the opening balance, payments, the digits of points and the marks of disputes.",
		"账单根涵盖本账单的全部明细（含争议明细）；不涵盖期间、名称、期初余额、付款、积分小数位与争议标记。"},
	{"This file is for reading. Check the JSON, CSV or XLSX of the same statement with tally verify-statement, and compare its root with the one above.",
		"本文件仅供阅读。请用 tally verify-statement 验证同一账单的 JSON、CSV 或 XLSX 文件，并核对上面的账单根。"},
	{"Transactions stand here with their first 16 digits; the other forms have them whole.",
		"交易编号仅列前 16 位；其他格式列出全部。"},
}

// seals is the room for each side's seal, names and date.
func (p *paper) seals() {
	p.y = max(p.y+4, pageBottom-sealHeight)
	if p.y+sealHeight > pageBottom+1 {
		p.running()
	}
	top, width := p.y, (pageRight-pageLeft-6)/2
	for i, party := range []Party{p.s.Head.A, p.s.Head.B} {
		x := pageLeft + float64(i)*(width+6)
		p.box(x, top, width, sealHeight, "D")
		who := party.Legal
		if who == "" {
			who = party.Name(p.in)
		}
		p.y = top + 6
		p.paragraph(x+3, x+width-3, 9, party.ID+"  "+who)
		p.text(x+3, top+sealHeight-16, 8, p.in.of(wordSeal))
		p.text(x+width*0.55, top+sealHeight-16, 8, p.in.of(wordPrepared))
		p.text(x+width*0.55, top+sealHeight-9.5, 8, p.in.of(wordChecked))
		p.text(x+width*0.55, top+sealHeight-3, 8, p.in.of(wordSealDate))
	}
}

func (p *paper) section(word phrase) {
	p.bold = true
	p.text(pageLeft, p.y, 10, p.in.of(word))
	p.bold = false
	p.y += 6.5
}

// row writes a name and what it names, in as many lines as they need.
func (p *paper) row(what, text string) {
	top := p.y
	p.paragraph(pageLeft, pageLeft+68, 8, what)
	after := p.y
	p.y = top
	p.paragraph(pageLeft+70, pageRight, 8, text)
	p.y = max(after, p.y) + 1.6
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

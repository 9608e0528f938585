package statement

import (
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

// The sheets of a workbook, by their places.
const (
	sheetSummary = iota
	sheetMovements
	sheetLines
	sheetCheck
)

var sheetNames = []phrase{wordSummary, wordMovements, wordLines, wordCheck}

// WriteXLSX writes a workbook: a summary, the movements, the lines, and what Verify
// needs besides. Amounts are numbers of two digits, and text from 10¹⁵ fen on, where a
// spreadsheet would round them. LIMIT above MaxSheetLines.
//
// Rows go to a temporary file once there are many; the finished workbook is put
// together in memory, compressed.
func WriteXLSX(to io.Writer, s Statement, lines Source, in Language) (err error) {
	if err := in.Check(); err != nil {
		return err
	}
	if s.Total.Lines > MaxSheetLines {
		return fault.New(fault.Limit, "%d lines are more than a workbook's %d; write CSV or JSON", s.Total.Lines, MaxSheetLines)
	}
	b, err := newBook(in)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.file.Close()) }()
	for _, write := range []func() error{
		func() error { return b.summary(s) },
		func() error { return b.movements(s) },
		func() error { return b.lines(s, lines) },
		func() error { return b.check(s) },
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return b.file.Write(to)
}

// book is a workbook that is being written.
type book struct {
	file                       *excelize.File
	in                         Language
	title, head, money, whole  int // styles
	day, bold, boldMoney, text int
	stream                     *excelize.StreamWriter
	row                        int
}

func newBook(in Language) (*book, error) {
	b := &book{file: excelize.NewFile(), in: in}
	for i, name := range sheetNames {
		if i == 0 {
			if err := b.file.SetSheetName(b.file.GetSheetName(0), in.of(name)); err != nil {
				return nil, err
			}
			continue
		}
		if _, err := b.file.NewSheet(in.of(name)); err != nil {
			return nil, err
		}
	}
	return b, b.styles()
}

// styles makes the few styles that cells have.
func (b *book) styles() error {
	money, whole, day := "#,##0.00", "#,##0", "yyyy-mm-dd"
	fill := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EEF4"}}
	for _, s := range []struct {
		to    *int
		style excelize.Style
	}{
		{&b.title, excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}}},
		{&b.head, excelize.Style{Font: &excelize.Font{Bold: true}, Fill: fill, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}}},
		{&b.money, excelize.Style{CustomNumFmt: &money, Alignment: &excelize.Alignment{Horizontal: "right"}}},
		{&b.whole, excelize.Style{CustomNumFmt: &whole, Alignment: &excelize.Alignment{Horizontal: "right"}}},
		{&b.day, excelize.Style{CustomNumFmt: &day, Alignment: &excelize.Alignment{Horizontal: "left"}}},
		{&b.bold, excelize.Style{Font: &excelize.Font{Bold: true}}},
		{&b.boldMoney, excelize.Style{Font: &excelize.Font{Bold: true}, CustomNumFmt: &money, Alignment: &excelize.Alignment{Horizontal: "right"}}},
		{&b.text, excelize.Style{NumFmt: 49}},
	} {
		id, err := b.file.NewStyle(&s.style)
		if err != nil {
			return err
		}
		*s.to = id
	}
	return nil
}

// begin begins a sheet with columns of these widths, of which so many rows stay in sight.
func (b *book) begin(sheet int, frozen int, widths ...float64) (err error) {
	if b.stream, err = b.file.NewStreamWriter(b.in.of(sheetNames[sheet])); err != nil {
		return err
	}
	b.row = 0
	for i, w := range widths {
		if err := b.stream.SetColWidth(i+1, i+1, w); err != nil {
			return err
		}
	}
	if frozen == 0 {
		return nil
	}
	return b.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: frozen, TopLeftCell: fmt.Sprintf("A%d", frozen+1), ActivePane: "bottomLeft"})
}

// put writes the next row.
func (b *book) put(cells ...any) error {
	b.row++
	return b.stream.SetRow(fmt.Sprintf("A%d", b.row), cells)
}

func (b *book) word(p phrase) excelize.Cell { return excelize.Cell{StyleID: b.bold, Value: b.in.of(p)} }

func (b *book) heads(list ...string) []any {
	cells := make([]any, len(list))
	for i, text := range list {
		cells[i] = excelize.Cell{StyleID: b.head, Value: text}
	}
	return cells
}

// yuan is a cell of money. A spreadsheet's numbers are binary; of an amount under 10¹⁵
// fen the nearest of them is shown, and read back, as the amount exactly.
func (b *book) yuan(fen amount.Units) excelize.Cell { return moneyCell(b.money, fen) }

func moneyCell(style int, fen amount.Units) excelize.Cell {
	if fen >= exactInSheets {
		return excelize.Cell{StyleID: style, Value: yuan(fen)}
	}
	return excelize.Cell{StyleID: style, Value: float64(fen) / 100}
}

// count is a cell of a whole number.
func (b *book) count(u amount.Units) excelize.Cell {
	if u >= exactInSheets {
		return excelize.Cell{StyleID: b.whole, Value: units(u)}
	}
	return excelize.Cell{StyleID: b.whole, Value: int64(u)}
}

func (b *book) summary(s Statement) error {
	return b.sheet(b.summaryRows(s), sheetSummary, 0, 30, 30, 22, 22, 22, 22)
}

// sheet writes a whole sheet.
func (b *book) sheet(rows [][]any, sheet, frozen int, widths ...float64) error {
	if err := b.begin(sheet, frozen, widths...); err != nil {
		return err
	}
	for _, row := range rows {
		if err := b.put(row...); err != nil {
			return err
		}
	}
	return b.stream.Flush()
}

func (b *book) summaryRows(s Statement) [][]any {
	a, z := s.Head.A, s.Head.B
	tax := func(debtor, creditor string) string {
		return b.in.money(b.in.of(wordTax) + ": " + b.in.owes(debtor, creditor))
	}
	rows := [][]any{
		{excelize.Cell{StyleID: b.title, Value: b.in.of(wordTitle)}},
		{b.word(wordNetwork), s.Head.Network},
		{b.word(wordCycle), s.Head.Cycle},
		{b.word(wordPeriod), s.Head.From.String() + " – " + s.Head.To.String()},
		{b.word(wordParties), a.ID + "  " + a.Name(b.in)},
		{nil, z.ID + "  " + z.Name(b.in)},
		nil,
		b.heads("", b.in.of(wordCount), b.in.money(b.in.owes(a.ID, z.ID)), b.in.money(b.in.owes(z.ID, a.ID)), tax(a.ID, z.ID), tax(z.ID, a.ID)),
		{b.in.of(wordOpening), nil, b.yuan(s.Head.Opening.AB), b.yuan(s.Head.Opening.BA)},
		b.sum(wordTotal, s.Total),
		b.sum(wordCarved, s.Carved),
		{b.word(wordClosing), nil, moneyCell(b.boldMoney, s.Closing.AB), moneyCell(b.boldMoney, s.Closing.BA)},
		nil,
		{b.word(wordRoot), s.Root.String()},
		{b.word(wordSignatures)},
	}
	for _, line := range b.in.signatures(s) {
		rows = append(rows, []any{line[0], line[1]})
	}
	return rows
}

// money says that a column is in yuan.
func (l Language) money(what string) string {
	if l == Chinese {
		return what + "（" + l.of(wordYuan) + "）"
	}
	return what + " (" + l.of(wordYuan) + ")"
}

func (b *book) sum(word phrase, s Sum) []any {
	return []any{b.in.of(word), b.count(amount.Units(s.Lines)), b.yuan(s.Owes.AB), b.yuan(s.Owes.BA), b.yuan(s.Tax.AB), b.yuan(s.Tax.BA)}
}

// signatures says for each of the two whether and how it signed.
func (l Language) signatures(s Statement) (lines [][2]string) {
	for _, p := range []Party{s.Head.A, s.Head.B} {
		text := l.of(wordUnsigned)
		for _, one := range s.Signatures {
			if one.Party == p.ID {
				text = fmt.Sprintf("%s, %s %s, %s", one.Date, l.of(wordCommand), one.Command, one.Root)
			}
		}
		lines = append(lines, [2]string{p.ID + "  " + p.Name(l), text})
	}
	return lines
}

func (b *book) movements(s Statement) error {
	return b.sheet(b.movementRows(s), sheetMovements, 1, 20, 22, 20, 16, 10, 16, 18, 18)
}

func (b *book) movementRows(s Statement) [][]any {
	head := []string{b.in.of(wordDirection)}
	for _, c := range []int{colKind, colScene, colProgramme} {
		head = append(head, b.in.of(columns[c]))
	}
	head = append(head, b.in.of(wordCount), b.in.of(columns[colPoints]), b.in.of(columns[colYuan]), b.in.of(columns[colTax]))
	rows := [][]any{b.heads(head...)}
	for _, m := range s.Movements {
		rows = append(rows, []any{b.in.owes(m.Debtor, s.other(m.Debtor)), b.in.kind(m.Kind), m.Scene, m.Programme,
			b.count(amount.Units(m.Lines)), b.count(m.Points), b.yuan(m.Fen), b.yuan(m.Tax)})
	}
	return rows
}

// other is the one of the two that isn't it.
func (s Statement) other(party string) string {
	if party == s.Head.A.ID {
		return s.Head.B.ID
	}
	return s.Head.A.ID
}

func (b *book) lines(s Statement, lines Source) error {
	if err := b.begin(sheetLines, 1, 22, 12, 18, 16, 12, 12, 14, 14, 16, 10, 16, 20, 12, 24, 10, 24); err != nil {
		return err
	}
	if err := b.put(b.heads(b.in.header()...)...); err != nil {
		return err
	}
	for e, err := range s.entries(lines) {
		if err != nil {
			return err
		}
		if err := b.put(b.entry(e)...); err != nil {
			return err
		}
	}
	return b.stream.Flush()
}

// entry is a line's row: as row has it, with numbers where people would count.
func (b *book) entry(e entry) []any {
	cells := make([]any, colCount)
	for i, text := range b.in.row(e) {
		if text != "" {
			cells[i] = text
		}
	}
	cells[colDate] = excelize.Cell{StyleID: b.day, Value: int64(e.Date) + sheetEpoch}
	cells[colPoints], cells[colBlock] = b.count(e.Points), b.count(amount.Units(e.Block))
	cells[colYuan], cells[colTax] = b.yuan(e.Fen), b.yuan(e.TaxFen())
	return cells
}

// check writes the sheet that Verify reads, in the cells of a CSV's rows behind the lines.
func (b *book) check(s Statement) error {
	if err := b.begin(sheetCheck, 0, 14, 10, 100); err != nil {
		return err
	}
	text, err := s.text()
	if err != nil {
		return err
	}
	list, err := chunks(text)
	if err != nil {
		return err
	}
	for i, part := range list {
		if err := b.put(sealMark, sealCell(i, len(list)), part); err != nil {
			return err
		}
	}
	return b.stream.Flush()
}

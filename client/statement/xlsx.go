package statement

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/client/sheets"
)

// The sheets of a workbook, by their places.
const (
	sheetSummary = iota
	sheetMovements
	sheetLines
	sheetCheck
)

var sheetNames = []phrase{wordSummary, wordMovements, wordLines, wordCheck}

// WriteXLSX writes a workbook that prints as it is: a summary, the movements, the lines, and what Verify
// needs besides. Amounts and rates are numbers, and text from 10¹⁵ fen on, where a spreadsheet would round
// them; sums are formulas over the lines. LIMIT above MaxSheetLines.
//
// Rows go to a temporary file once there are many; the finished workbook is put
// together in memory, compressed.
func WriteXLSX(to io.Writer, s Statement, lines Source, o Options) (err error) {
	if err := o.Language.Check(); err != nil {
		return err
	}
	if s.Total.Lines > MaxSheetLines {
		return fault.New(fault.Limit, "%d lines are more than a workbook's %d; write CSV or JSON", s.Total.Lines,
			MaxSheetLines)
	}
	b, err := newBook(s, o)
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
	title, head, money, day    int // styles
	bold, boldMoney, headRight int
	numbers                    map[string]int // styles of other numbers, by their formats
	// the lines' rows as formulas name them, such as 2:131; "" if sums are no formulas
	summed string
	stream *excelize.StreamWriter
	row    int
}

func newBook(s Statement, o Options) (*book, error) {
	in := o.Language
	b := &book{file: excelize.NewFile(), in: in, numbers: map[string]int{}}
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
	by := o.Maker
	if by == "" {
		by = sheets.Program
	}
	b.summed = s.summed()
	return b, errors.Join(b.styles(), sheets.SetMade(b.file, sheets.Made{Title: s.title(in), By: by, At: s.moment()}),
		b.prints(s))
}

// prints says how the sheets print: what a transaction's and a leaf's hash is stays on the screen, and the sheet
// for Verify with its first columns.
func (b *book) prints(s Statement) error {
	lines := int(s.Total.Lines)
	for _, p := range []struct {
		sheet, heads, columns, rows int
		filter                      bool
	}{
		{sheetSummary, 0, 6, len(b.summaryRows(s)), false}, {sheetMovements, 1, 8, len(b.movementRows(s)), true},
		{sheetLines, 1, colTx, lines + 1, true}, {sheetCheck, 0, 2, 1, false},
	} {
		err := sheets.SetPrint(b.file, b.in.of(sheetNames[p.sheet]),
			sheets.Print{Title: s.title(b.in), Heads: p.heads, Columns: p.columns, Rows: p.rows, Filter: p.filter})
		if err != nil {
			return err
		}
	}
	return nil
}

// styles makes the few styles that cells have.
func (b *book) styles() error {
	money, day := moneyFormat, "yyyy-mm-dd"
	fill := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EEF4"}}
	for _, s := range []struct {
		to    *int
		style excelize.Style
	}{
		{&b.title, excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}}},
		{&b.head, excelize.Style{Font: &excelize.Font{Bold: true}, Fill: fill,
			Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}}},
		{&b.headRight, excelize.Style{Font: &excelize.Font{Bold: true}, Fill: fill,
			Alignment: &excelize.Alignment{Horizontal: "right", Vertical: "center", WrapText: true}}},
		{&b.money, excelize.Style{CustomNumFmt: &money, Alignment: &excelize.Alignment{Horizontal: "right"}}},
		{&b.day, excelize.Style{CustomNumFmt: &day, Alignment: &excelize.Alignment{Horizontal: "left"}}},
		{&b.bold, excelize.Style{Font: &excelize.Font{Bold: true}}},
		{&b.boldMoney, excelize.Style{Font: &excelize.Font{Bold: true}, CustomNumFmt: &money,
			Alignment: &excelize.Alignment{Horizontal: "right"}}},
	} {
		id, err := b.file.NewStyle(&s.style)
		if err != nil {
			return err
		}
		*s.to = id
	}
	return nil
}

// moneyFormat is how a spreadsheet shows yuan.
const moneyFormat = "#,##0.00"

// number is the style of a number that is shown in a format.
func (b *book) number(format string) (int, error) {
	if id, known := b.numbers[format]; known {
		return id, nil
	}
	id, err := b.file.NewStyle(
		&excelize.Style{CustomNumFmt: &format, Alignment: &excelize.Alignment{Horizontal: "right"}})
	b.numbers[format] = id
	return id, err
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
	return b.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: frozen, TopLeftCell: fmt.Sprintf("A%d", frozen+1),
		ActivePane: "bottomLeft"})
}

// put writes the next row.
func (b *book) put(cells ...any) error {
	b.row++
	return b.stream.SetRow(fmt.Sprintf("A%d", b.row), cells)
}

func (b *book) word(p phrase) excelize.Cell { return excelize.Cell{StyleID: b.bold, Value: b.in.of(p)} }

// heads is a table's head; over what is counted it stands right.
func (b *book) heads(list []string, counted ...int) []any {
	cells := make([]any, len(list))
	for i, text := range list {
		style := b.head
		if slices.Contains(counted, i) {
			style = b.headRight
		}
		cells[i] = excelize.Cell{StyleID: style, Value: text}
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
func (b *book) count(u amount.Units) excelize.Cell { return b.scaled(u, 0) }

// scaled is a cell of units of which so many digits stand after the point.
func (b *book) scaled(u amount.Units, digits uint8) excelize.Cell {
	format := "#,##0"
	if digits > 0 {
		format += "." + strings.Repeat("0", int(digits))
	}
	style := b.style(format)
	if u >= exactInSheets {
		return excelize.Cell{StyleID: style, Value: scaled(u, digits)}
	}
	return excelize.Cell{StyleID: style, Value: decimal.New(int64(u), -int32(digits)).InexactFloat64()}
}

// style is a number's style. One that can't be made is none: the number is shown as the spreadsheet likes.
func (b *book) style(format string) int {
	if b.file == nil {
		return 0
	}
	id, err := b.number(format)
	if err != nil {
		return 0
	}
	return id
}

func (b *book) lines(s Statement, lines Source) error {
	if err := b.begin(sheetLines, 1, 22, 11, 14, 10, 10, 10, 10, 13, 15, 7, 13, 7, 16, 9, 24, 24); err != nil {
		return err
	}
	if err := b.put(b.heads(b.in.header(), colPoints, colYuan, colRate, colTax, colBlock)...); err != nil {
		return err
	}
	for e, err := range s.entries(lines) {
		if err != nil {
			return err
		}
		if err := b.put(b.entry(s.Head, e)...); err != nil {
			return err
		}
	}
	return b.stream.Flush()
}

// entry is a line's row: as row has it, with numbers where people would count.
func (b *book) entry(h Head, e entry) []any {
	cells := make([]any, colCount)
	for i, text := range b.in.row(h, e) {
		if text != "" {
			cells[i] = text
		}
	}
	cells[colDate] = excelize.Cell{StyleID: b.day, Value: int64(e.Date) + sheetEpoch}
	cells[colPoints], cells[colBlock] = b.scaled(e.Points, h.digits(e.Programme)), b.count(amount.Units(e.Block))
	cells[colYuan], cells[colTax] = b.yuan(e.Fen), b.yuan(e.TaxFen())
	if value, format, isNumber := percentCell(e.Tax); isNumber {
		cells[colRate] = excelize.Cell{StyleID: b.style(format), Value: value}
	}
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

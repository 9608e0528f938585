package statement

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"tallystick/chaincode/amount"
)

// maxSummed is how many cells the formulas of a workbook look at, at most: beyond it a spreadsheet would
// take seconds to open, and sums are plain numbers.
const maxSummed = 5_000_000

// summed is the lines' rows as formulas name them; "" if sums are not to be formulas: there are no lines, too many,
// numbers that a spreadsheet would round, or ids that are one to it.
func (s Statement) summed() string {
	n, most := s.Total.Lines, max(s.Total.Owes.AB, s.Total.Owes.BA)
	for _, m := range s.Movements {
		most = max(most, m.Points)
	}
	if n == 0 || most >= exactInSheets || n*uint64(len(s.Movements)*4+10) > maxSummed || s.blurred() {
		return ""
	}
	return "2:" + strconv.FormatUint(n+1, 10)
}

// blurred says whether a spreadsheet would take different ids for one: it doesn't tell D from d, nor 1E5 from 100000.
func (s Statement) blurred() bool {
	texts := []string{s.Head.A.ID, s.Head.B.ID}
	seen := map[Movement]bool{}
	for _, m := range s.Movements {
		folded := Movement{Debtor: m.Debtor, Kind: m.Kind, Scene: strings.ToLower(m.Scene),
			Programme: strings.ToLower(m.Programme)}
		if seen[folded] {
			return true
		}
		seen[folded] = true
		texts = append(texts, m.Scene, m.Programme)
	}
	isNumber := func(text string) bool { _, err := strconv.ParseFloat(text, 64); return err == nil }
	return strings.EqualFold(s.Head.A.ID, s.Head.B.ID) || slices.ContainsFunc(texts, isNumber)
}

// summedBy makes a cell the sum of a column of the lines, of those that have the texts in their columns; the
// cell's value is the sum.
func (b *book) summedBy(cell excelize.Cell, column int, digits uint8, where ...criterion) excelize.Cell {
	if b.summed == "" {
		return cell
	}
	var terms []string
	for _, w := range where {
		is := w.is
		if is == "" {
			is = "=" // nothing in the cell
		}
		terms = append(terms, b.column(w.column), quotedText(is))
	}
	if column == counted {
		cell.Formula = fmt.Sprintf("COUNTIFS(%s)", strings.Join(terms, ","))
		return cell
	}
	cell.Formula = fmt.Sprintf("ROUND(SUMIFS(%s,%s),%d)", b.column(column), strings.Join(terms, ","), digits)
	return cell
}

// criterion is a text that a line has in a column.
type criterion struct {
	column int
	is     string
}

// counted is the column of a count.
const counted = -1

// column is a column of the lines.
func (b *book) column(column int) string {
	from, to, _ := strings.Cut(b.summed, ":")
	letter := string(rune('A' + column)) // there are fewer than 26
	return fmt.Sprintf("'%s'!$%s$%s:$%s$%s", b.in.of(sheetNames[sheetLines]), letter, from, letter, to)
}

// quotedText is a text as formulas have it.
func quotedText(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }

func (b *book) summary(s Statement) error {
	return b.sheet(b.summaryRows(s), sheetSummary, 0, 26, 30, 24, 24, 24, 24)
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

// firstSum is the row of the summary with the opening balance; those of the sums follow it.
const firstSum = 9

func (b *book) summaryRows(s Statement) [][]any {
	a, z := s.Head.A.ID, s.Head.B.ID
	tax := func(debtor, creditor string) string {
		return b.in.money(b.in.of(wordTax) + ": " + b.in.owes(debtor, creditor))
	}
	rows := [][]any{
		{excelize.Cell{StyleID: b.title, Value: b.in.of(wordTitle)}},
		{b.word(wordNetwork), s.Head.Network, b.word(wordCycle), s.Head.Cycle, b.word(wordPeriod),
			s.Head.From.String() + " – " + s.Head.To.String()},
		nil,
		b.heads([]string{b.in.of(wordParties), b.in.of(wordName), b.in.of(wordLegal), b.in.of(wordTaxID)}),
		partyRow(b.in, s.Head.A),
		partyRow(b.in, s.Head.B),
		nil,
		b.heads([]string{"", b.in.of(wordCount), b.in.money(b.in.owes(a, z)), b.in.money(b.in.owes(z, a)), tax(a, z),
			tax(z, a)}, 1, 2, 3, 4, 5),
		{b.in.of(wordOpening), nil, b.yuan(s.Head.Opening.AB), b.yuan(s.Head.Opening.BA)},
		b.sum(wordTotal, s, s.Total),
		b.sum(wordCarved, s, s.Carved, criterion{colDisputed, b.in.of(wordYes)}),
		b.closing(s),
		nil,
	}
	rows = append(rows, b.paymentRows(s)...)
	rows = append(rows, nil, []any{b.word(wordRoot), s.Root.String()}, []any{b.word(wordSignatures)})
	for _, line := range b.in.signatures(s) {
		rows = append(rows, []any{line[0], line[1]})
	}
	return rows
}

func partyRow(in Language, p Party) []any {
	return []any{p.ID, p.Name(in), orUnknown(p.Legal), orUnknown(p.TaxID)}
}

func (b *book) paymentRows(s Statement) [][]any {
	if len(s.Payments) == 0 {
		return [][]any{{b.word(wordPayments), b.in.of(wordNoPayment)}}
	}
	rows := [][]any{b.heads([]string{b.in.of(wordPayment), b.in.of(wordPayer), b.in.of(wordPayee), b.in.of(wordDue),
		b.in.of(columns[colYuan])}, 4)}
	for _, p := range s.Payments {
		rows = append(rows, []any{p.ID, p.Debtor, p.Creditor,
			excelize.Cell{StyleID: b.day, Value: int64(p.Due) + sheetEpoch}, b.yuan(p.Fen)})
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

// sum is a row of sums over the lines that have the texts in their columns.
func (b *book) sum(word phrase, st Statement, s Sum, where ...criterion) []any {
	of := func(cell excelize.Cell, column int, debtor string) excelize.Cell {
		return b.summedBy(cell, column, 2, append([]criterion{{colDebtor, debtor}}, where...)...)
	}
	a, z := st.Head.A.ID, st.Head.B.ID
	count := b.count(amount.Units(s.Lines))
	if b.summed != "" {
		count.Formula = "ROWS(" + b.column(colDebtor) + ")"
	}
	if len(where) > 0 {
		count = b.summedBy(count, counted, 0, where...)
	}
	return []any{b.in.of(word), count, of(b.yuan(s.Owes.AB), colYuan, a), of(b.yuan(s.Owes.BA), colYuan, z),
		of(b.yuan(s.Tax.AB), colTax, a), of(b.yuan(s.Tax.BA), colTax, z)}
}

// closing is what is left of opening, total and disputed lines, netted.
func (b *book) closing(s Statement) []any {
	left := func(column string) string {
		return fmt.Sprintf("(%s%d+MAX(0,%s%d-%s%d))", column, firstSum, column, firstSum+1, column, firstSum+2)
	}
	cells := []any{b.word(wordClosing), nil}
	for i, fen := range []amount.Units{s.Closing.AB, s.Closing.BA} {
		cell := moneyCell(b.boldMoney, fen)
		if b.summed != "" && max(s.Head.Opening.AB, s.Head.Opening.BA) < exactInSheets {
			cell.Formula = fmt.Sprintf("ROUND(MAX(0,%s-%s),2)", left([]string{"C", "D"}[i]),
				left([]string{"D", "C"}[i]))
		}
		cells = append(cells, cell)
	}
	return cells
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
	head = append(head, b.in.of(wordCount), b.in.of(columns[colPoints]), b.in.of(columns[colYuan]),
		b.in.of(columns[colTax]))
	rows := [][]any{b.heads(head, 4, 5, 6, 7)}
	for _, m := range s.Movements {
		rows = append(rows, b.movementRow(s, m))
	}
	return rows
}

func (b *book) movementRow(s Statement, m Movement) []any {
	kind, scene, digits := b.in.kind(m.Kind), b.in.scene(m.Scene), s.Head.digits(m.Programme)
	of := func(cell excelize.Cell, column int, digits uint8) excelize.Cell {
		if len(s.Movements) >= MaxMovements {
			return cell // some are summed up without their scenes and programmes
		}
		return b.summedBy(cell, column, digits, criterion{colDebtor, m.Debtor}, criterion{colKind, kind},
			criterion{colScene, scene}, criterion{colProgramme, m.Programme})
	}
	return []any{b.in.owes(m.Debtor, s.other(m.Debtor)), kind, scene, m.Programme,
		of(b.count(amount.Units(m.Lines)), counted, 0),
		of(b.scaled(m.Points, digits), colPoints, digits), of(b.yuan(m.Fen), colYuan, 2), of(b.yuan(m.Tax), colTax, 2)}
}

// other is the one of the two that isn't it.
func (s Statement) other(party string) string {
	if party == s.Head.A.ID {
		return s.Head.B.ID
	}
	return s.Head.A.ID
}

package statement

import (
	"fmt"
	"strconv"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// The columns of a table of lines, in the order of columns.
const (
	colID = iota
	colDate
	colKind
	colScene
	colDebtor
	colCreditor
	colProgramme
	colPoints
	colYuan
	colRate
	colTax
	colDisputed
	colCause
	colBlock
	colTx
	colLeaf
	colCount
)

// row is a line as a row of text.
func (l Language) row(h Head, e entry) []string {
	disputed := ""
	if e.Disputed {
		disputed = l.of(wordYes)
	}
	return []string{
		e.ID, e.Date.String(), l.kind(e.Kind), l.scene(e.Scene), e.Debtor, e.Creditor, e.Programme,
		h.points(e.Programme, e.Points), yuan(e.Fen),
		percent(e.Tax), yuan(e.TaxFen()), disputed, l.cause(e.Cause), strconv.FormatUint(e.Block, 10), e.Tx,
		e.Leaf.String(),
	}
}

// parse reads what row writes, also after a spreadsheet has kept it: numbers and days in
// its own manner, and empty cells at the end left out. The tax is computed again, and must
// be what stands there. BAD_REQUEST names the column.
func (l Language) parse(h Head, row []string) (e entry, err error) {
	if len(row) > colCount {
		return e, fault.New(fault.BadRequest, "%d columns, want %d", len(row), colCount)
	}
	cells := make([]string, colCount)
	for i, cell := range row {
		cells[i] = strings.TrimPrefix(cell, " ")
	}
	e.ID, e.Kind, e.Scene, e.Debtor, e.Creditor, e.Programme = cells[colID], l.kindOf(cells[colKind]),
		l.sceneOf(cells[colScene]), cells[colDebtor], cells[colCreditor], cells[colProgramme]
	e.Cause, e.Tx, e.Disputed = l.causeOf(cells[colCause]), cells[colTx], cells[colDisputed] != ""
	var tax, block amount.Units
	for _, c := range []struct {
		column int
		read   func(string) error
	}{
		{colDate, func(text string) error { return into(&e.Date, parseDay, text) }},
		{colPoints, func(text string) error { return into(&e.Points, h.parsePoints(e.Programme), text) }},
		{colYuan, func(text string) error { return into(&e.Fen, parseYuan, text) }},
		{colRate, func(text string) error { return into(&e.Tax, parsePercent, text) }},
		{colTax, func(text string) error { return into(&tax, parseYuan, text) }},
		{colBlock, func(text string) error { return into(&block, parseWhole, text) }},
		{colDisputed, l.isMark},
		{colLeaf, func(text string) error { return into(&e.Leaf, codec.ParseHash, text) }},
	} {
		if err := c.read(cells[c.column]); err != nil {
			return e, fault.New(fault.BadRequest, "line %.90q: %s: %s", e.ID, l.of(columns[c.column]), textOf(err))
		}
	}
	e.Block = uint64(block)
	if tax != e.TaxFen() {
		return e, fault.New(fault.BadRequest, "line %.90q: %s: %s, but %s of %s is %s", e.ID, l.of(columns[colTax]),
			yuan(tax), percent(e.Tax), yuan(e.Fen), yuan(e.TaxFen()))
	}
	return e, nil
}

// parsePoints reads amounts of a programme's points.
func (h Head) parsePoints(programme string) func(string) (amount.Units, error) {
	return func(text string) (amount.Units, error) {
		return parseScaled(text, h.digits(programme), "amount of points of "+programme)
	}
}

// isMark refuses a mark of a dispute that says something else than yes.
func (l Language) isMark(text string) error {
	if text != "" && text != l.of(wordYes) {
		return fault.New(fault.BadRequest, "want %s or nothing", l.of(wordYes))
	}
	return nil
}

// into reads a cell to where its value belongs.
func into[T any](to *T, parse func(string) (T, error), text string) (err error) {
	*to, err = parse(text)
	return err
}

// sheetEpoch is day 0 of spreadsheets, in days since 1970-01-01: 1899-12-30.
const sheetEpoch = 25569

// parseDay reads 2026-11-24, or a spreadsheet's number of that day.
func parseDay(text string) (date.Date, error) {
	if n, err := strconv.ParseUint(text, 10, 20); err == nil {
		d := date.Date(int32(n) - sheetEpoch)
		return d, d.Check()
	}
	return date.Parse(text)
}

// sealMark begins the rows behind the lines of a CSV, which hold what a table can't show.
const sealMark = "#statement"

// sealCell says which part of how many a row holds.
func sealCell(i, of int) string { return fmt.Sprintf("%d/%d", i+1, of) }

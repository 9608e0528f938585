package statement

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"tallystick/client/bounds"
	"tallystick/client/bounds/workbook"
)

// openBook opens a workbook that has a statement's sheets, and answers their names.
func openBook(in bounds.Input) (*excelize.File, []string, error) {
	file, err := workbook.Open(in)
	if err != nil {
		return nil, nil, fmt.Errorf("it can't be read: %w", err)
	}
	names := file.GetSheetList()
	if len(names) != len(sheetNames) {
		return nil, nil, errors.Join(
			fmt.Errorf("it has the sheets %s; want %d", strings.Join(names, ", "), len(sheetNames)), file.Close())
	}
	return file, names, nil
}

// readXLSX reads a workbook: its lines as they come, and the sheet behind them.
func readXLSX(in bounds.Input, h Head, d *document, yield func(entry) bool) (err error) {
	file, names, err := openBook(in)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	lines, err := workbook.OpenRows(file, names[sheetLines], in.Name)
	if err != nil {
		return err
	}
	seals, err := workbook.OpenRows(file, names[sheetCheck], in.Name)
	if err != nil {
		return errors.Join(err, lines.Close())
	}
	defer func() { err = errors.Join(err, lines.Close(), seals.Close()) }()
	next := func() ([]string, error) { return nextRow(lines, seals) }
	if yield == nil { // the header, and then what stands behind the lines
		header, err := nextRow(lines)
		next = func() ([]string, error) {
			if header == nil {
				return nextRow(seals)
			}
			row := header
			header = nil
			return row, err
		}
	}
	return readTable(next, h, d, yield)
}

// nextRow reads the sheets one after the other, empty rows left out.
func nextRow(list ...*workbook.Rows) ([]string, error) {
	for _, rows := range list {
		for rows.Next() {
			cells, err := rows.Columns()
			if err != nil {
				return nil, fmt.Errorf("it can't be read: %w", err)
			}
			if len(cells) > 0 {
				return cells, nil
			}
		}
		if err := rows.Error(); err != nil {
			return nil, fmt.Errorf("it can't be read: %w", err)
		}
	}
	return nil, io.EOF
}

// shownXLSX compares what a workbook shows beside the lines, its summary and movements,
// with a statement, and names the cells that differ.
func shownXLSX(in bounds.Input, s Statement, differs func(what string, got, want any)) (err error) {
	file, names, err := openBook(in)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	for _, language := range []Language{English, Chinese} {
		if names[sheetSummary] != language.of(sheetNames[sheetSummary]) {
			continue
		}
		b := &book{in: language, summed: s.summed()}
		return errors.Join(
			compareSheet(file, names[sheetSummary], b.summaryRows(s), differs),
			compareFormulas(file, names[sheetSummary], b.summaryRows(s), differs),
			compareSheet(file, names[sheetMovements], b.movementRows(s), differs),
			compareFormulas(file, names[sheetMovements], b.movementRows(s), differs))
	}
	return fmt.Errorf("its first sheet is %.40q, want %s or %s", names[sheetSummary], wordSummary.en, wordSummary.zh)
}

// compareSheet compares a sheet's cells with what they were written as.
func compareSheet(file *excelize.File, sheet string, want [][]any, differs func(string, any, any)) error {
	rows, err := workbook.OpenRows(file, sheet, "the workbook")
	if err != nil {
		return err
	}
	n := 0
	for ; rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			return errors.Join(err, rows.Close())
		}
		var row []any
		if n < len(want) {
			row = want[n]
		}
		for i := range max(len(cells), len(row)) {
			shown, expected := "", any(nil)
			if i < len(cells) {
				shown = cells[i]
			}
			if i < len(row) {
				expected = row[i]
			}
			if !sameCell(shown, expected) {
				place, _ := excelize.CoordinatesToCellName(i+1, n+1) // both are from 1
				differs(sheet+"!"+place, shown, cellText(expected))
			}
		}
		if n >= len(want)+maxEmpty {
			return errors.Join(fmt.Errorf("sheet %s has more rows than a statement's", sheet), rows.Close())
		}
	}
	for ; n < len(want); n++ {
		if len(want[n]) > 0 {
			differs(sheet, fmt.Sprintf("nothing in row %d", n+1), cellText(want[n][0]))
		}
	}
	return errors.Join(rows.Error(), rows.Close())
}

// compareFormulas compares what a spreadsheet would compute with what it was told to: a cell may have lost its formula,
// and none has another.
func compareFormulas(file *excelize.File, sheet string, want [][]any, differs func(string, any, any)) error {
	for y, row := range want {
		for x, cell := range row {
			place, err := excelize.CoordinatesToCellName(x+1, y+1)
			if err != nil {
				return err
			}
			shown, err := workbook.Formula(file, sheet, place)
			if err != nil {
				return err
			}
			expected := ""
			if c, styled := cell.(excelize.Cell); styled {
				expected = c.Formula
			}
			// A spreadsheet writes names of sheets without quotes where it needs none.
			if bare := strings.NewReplacer("'", "", " ", ""); shown != "" &&
				bare.Replace(shown) != bare.Replace(expected) {
				differs(sheet+"!"+place, "="+shown, "="+expected)
			}
		}
	}
	return nil
}

// maxEmpty is how many rows behind the last are looked at: they must be empty.
const maxEmpty = 1000

// valueOf is what a cell was written as.
func valueOf(cell any) any {
	if c, styled := cell.(excelize.Cell); styled {
		return c.Value
	}
	return cell
}

// cellText is a cell's value as a file stores it.
func cellText(cell any) string {
	switch v := valueOf(cell).(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}

// sameCell says whether a cell shows what was written: a text to the letter, a number if only as the same number.
func sameCell(shown string, cell any) bool {
	want := cellText(cell)
	if shown == want {
		return true
	}
	if _, isText := valueOf(cell).(string); isText || cell == nil || len(shown) > 30 {
		return false
	}
	a, errA := nearest(shown)
	b, errB := nearest(want)
	return errA == nil && errB == nil && a.Equal(b)
}

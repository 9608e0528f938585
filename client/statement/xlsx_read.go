package statement

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"tallystick/client/bounds/workbook"
)

// openBook opens a workbook that has a statement's sheets, and answers their names.
func openBook(path string) (*excelize.File, []string, error) {
	file, err := workbook.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("it can't be read: %w", err)
	}
	names := file.GetSheetList()
	if len(names) != len(sheetNames) {
		return nil, nil, errors.Join(fmt.Errorf("it has the sheets %s; want %d", strings.Join(names, ", "), len(sheetNames)), file.Close())
	}
	return file, names, nil
}

// readXLSX reads a workbook: its lines as they come, and the sheet behind them.
func readXLSX(path string, d *document, yield func(entry) bool) (err error) {
	file, names, err := openBook(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	lines, err := workbook.OpenRows(file, names[sheetLines], path)
	if err != nil {
		return err
	}
	seals, err := workbook.OpenRows(file, names[sheetCheck], path)
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
	return readTable(next, d, yield)
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
func shownXLSX(path string, s Statement, differs func(what string, got, want any)) (err error) {
	file, names, err := openBook(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	for _, in := range []Language{English, Chinese} {
		if names[sheetSummary] != in.of(sheetNames[sheetSummary]) {
			continue
		}
		b := &book{in: in}
		return errors.Join(
			compareSheet(file, names[sheetSummary], b.summaryRows(s), differs),
			compareSheet(file, names[sheetMovements], b.movementRows(s), differs))
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
			shown, expected := "", ""
			if i < len(cells) {
				shown = cells[i]
			}
			if i < len(row) {
				expected = cellText(row[i])
			}
			if !sameCell(shown, expected) {
				place, _ := excelize.CoordinatesToCellName(i+1, n+1) // both are from 1
				differs(sheet+"!"+place, shown, expected)
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

// maxEmpty is how many rows behind the last are looked at: they must be empty.
const maxEmpty = 1000

// cellText is what a cell was written as: money with two digits.
func cellText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case excelize.Cell:
		return cellText(v.Value)
	case float64:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprint(v)
}

// sameCell says whether two cells show the same, if only as the same amount.
func sameCell(shown, want string) bool {
	if shown == want {
		return true
	}
	a, errA := parseYuan(shown)
	b, errB := parseYuan(want)
	return errA == nil && errB == nil && a == b
}

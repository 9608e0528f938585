package importer

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// openSheet reads the first sheet of a workbook as CSV, row by row: line 7 of it is
// row 7. Cells are taken as they are stored, so that no number is shortened for the
// eye; a date that is no text is the number of its day.
func openSheet(path string) (_ io.ReadCloser, err error) {
	book, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	rows, err := book.Rows(book.GetSheetName(0))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	width := 0
	for rows.Next() {
		cells, err := rows.Columns()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if width == 0 {
			width = len(cells)
		}
		if err := w.Write(oneLine(cells, width)); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	w.Flush()
	return io.NopCloser(&text), errors.Join(rows.Error(), w.Error())
}

// breaks become spaces: a row stays one line.
var breaks = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ")

// oneLine is a row as one line of CSV with as many fields as the header; an empty
// row is an empty line, which is passed over.
func oneLine(cells []string, width int) []string {
	line := make([]string, max(width, len(cells)))
	empty := true
	for i, cell := range cells {
		line[i] = strings.TrimSpace(breaks.Replace(cell))
		empty = empty && line[i] == ""
	}
	if empty {
		return nil
	}
	return line
}

// WriteSheet writes rows as the one sheet of a workbook, all cells as text.
func WriteSheet(to io.Writer, rows [][]string) (err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	sheet := book.GetSheetName(0)
	stream, err := book.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		values := make([]any, len(row))
		for j, text := range row {
			values[j] = text
		}
		if err := stream.SetRow(cell, values); err != nil {
			return err
		}
	}
	if err := stream.Flush(); err != nil {
		return err
	}
	return book.Write(to)
}

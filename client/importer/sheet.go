package importer

import (
	"errors"
	"io"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/xuri/excelize/v2"

	"tallystick/client/sheets"
)

// WriteSheet writes rows as the one sheet of a workbook, all cells as text. The first
// is the header, in bold, and stays in sight.
func WriteSheet(to io.Writer, rows [][]string) (err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	sheet, columns := book.GetSheetName(0), 0
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	if err := sheets.SetPrint(book, sheet,
		sheets.Print{Title: sheet, Heads: 1, Columns: columns, Rows: len(rows), Filter: true}); err != nil {
		return err
	}
	stream, err := book.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	if err := layOut(stream, rows); err != nil {
		return err
	}
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		values := make([]any, len(row))
		for j, value := range row {
			if values[j] = value; i == 0 {
				values[j] = excelize.Cell{StyleID: bold, Value: value}
			}
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

// widest is how wide a column gets, in characters.
const widest = 40

// layOut makes columns as wide as what is in them, and keeps the header in sight.
func layOut(stream *excelize.StreamWriter, rows [][]string) error {
	var widths []int
	for _, row := range rows {
		for j, cell := range row {
			if j == len(widths) {
				widths = append(widths, 0)
			}
			widths[j] = max(widths[j], text.StringWidthWithoutEscSequences(cell))
		}
	}
	for j, w := range widths {
		if err := stream.SetColWidth(j+1, j+1, float64(min(w, widest)+2)); err != nil {
			return err
		}
	}
	return stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

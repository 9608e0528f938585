// Package sheets writes the tables that people open in a spreadsheet: CSV that it takes
// for UTF-8, and workbooks that print on a few pages (电子表格).
//
// What only programs read is not written here: JSON, and the CSV that an import makes of
// a workbook for itself.
package sheets

import (
	"encoding/csv"
	"io"
	"slices"
	"strings"
)

// byteOrderMark tells a spreadsheet that a file is UTF-8. Without it Excel takes Chinese
// for GBK.
const byteOrderMark = "\ufeff"

// CSV writes a table line by line (RFC 4180).
type CSV struct {
	to    io.Writer
	lines *csv.Writer
	begun bool
}

// NewCSV writes to a file from its beginning.
func NewCSV(to io.Writer) *CSV {
	c := &CSV{to: to, lines: csv.NewWriter(to)}
	c.lines.UseCRLF = true
	return c
}

// Write writes the next line. No cell of it is a formula.
func (c *CSV) Write(row []string) error {
	if !c.begun {
		if _, err := io.WriteString(c.to, byteOrderMark); err != nil {
			return err
		}
		c.begun = true
	}
	return c.lines.Write(Harmless(row))
}

// Flush ends the table.
func (c *CSV) Flush() error {
	c.lines.Flush()
	return c.lines.Error()
}

// WriteCSV writes a whole table.
func WriteCSV(to io.Writer, rows [][]string) error {
	c := NewCSV(to)
	for _, row := range rows {
		if err := c.Write(row); err != nil {
			return err
		}
	}
	return c.Flush()
}

// Harmless are the cells of a row for a CSV: one that a spreadsheet would take for a
// formula gets a space before it, which whoever reads it again drops. A name may come from
// another enterprise.
func Harmless(row []string) []string {
	safe := slices.Clone(row)
	for i, cell := range safe {
		if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
			safe[i] = " " + cell
		}
	}
	return safe
}

// ReadHeader is a table's first row without the mark that it may begin with.
func ReadHeader(row []string) []string {
	if len(row) == 0 {
		return row
	}
	header := slices.Clone(row)
	header[0] = strings.TrimPrefix(header[0], byteOrderMark)
	return header
}

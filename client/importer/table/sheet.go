package table

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/bounds/workbook"
)

// sheet is a table of a workbook.
type sheet struct {
	rows  *workbook.Reading
	width int
	cells []workbook.Cell
}

// openSheet opens the sheet of a workbook that has the wanted columns.
func openSheet(in bounds.Input, o Options) (*Table, error) {
	book, err := workbook.OpenBook(in)
	if err != nil {
		return nil, err
	}
	which, best, err := findSheet(book, in.Name, o)
	if err != nil {
		return nil, err
	}
	t := &Table{Header: best.header, Line: best.line}
	if o.Sheet == "" && which > 0 {
		t.note("the sheet is %q", book.Sheets[which].Name)
	}
	if best.line > 1 && o.Header == 0 {
		t.note("the header is row %d", best.line)
	}
	rows, err := book.Read(book.Sheets[which])
	if err != nil {
		return nil, err
	}
	t.closer = append(t.closer, rows)
	s := &sheet{rows: rows, width: len(best.header)}
	t.rows = s
	for {
		line, cells, err := rows.Next()
		if err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		if line >= best.line {
			return t, nil
		}
		t.above(texts(cells))
	}
}

// findSheet is the first sheet if it has all columns, or else the only one that has.
func findSheet(book *workbook.Book, path string, o Options) (int, candidate, error) {
	var full, names []string
	which, best := -1, candidate{}
	for i, s := range book.Sheets {
		if names = append(names, fmt.Sprintf("%.60q", s.Name)); s.Hidden && o.Sheet == "" || o.Sheet != "" &&
			o.Sheet != s.Name {
			continue
		}
		one, err := headerIn(book, s, o)
		if err != nil {
			return 0, candidate{}, err
		}
		if one.line > 0 && one.found == len(o.Columns) {
			full = append(full, names[i])
		}
		if which < 0 || one.found > best.found {
			which, best = i, one
		}
		if len(o.Columns) == 0 || len(full) > 0 && i == 0 {
			break
		}
	}
	switch {
	case which < 0:
		return 0, best, fault.New(fault.BadRequest, "%s: there is no such sheet to be seen; there are %s", path,
			strings.Join(names, ", "))
	case len(full) > 1:
		return 0, best, fault.New(fault.BadRequest,
			"%s: the sheets %s all have these columns; say which in the mapping, as sheet: NAME", path,
			strings.Join(full, ", "))
	}
	if err := best.missing(path, o.Columns); err != nil {
		return 0, best, fmt.Errorf("%w (sheet %.60q)", err, book.Sheets[which].Name)
	}
	return which, best, best.ambiguous(path, o.Columns)
}

// headerIn finds the header among the first rows of a sheet.
func headerIn(book *workbook.Book, s workbook.Sheet, o Options) (best candidate, err error) {
	rows, err := book.Read(s)
	if err != nil {
		return best, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for n := 0; n < maxAbove || o.Header > 0; n++ {
		line, cells, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return best, nil
		}
		if err != nil {
			return best, err
		}
		if o.Header > 0 && line != o.Header {
			continue
		}
		one := candidate{line: line, header: texts(cells)}
		one.found, _ = places(one.header, o.Columns)
		if best.line == 0 || one.nearer(best) {
			best = one
		}
		if o.Header > 0 || len(o.Columns) == 0 || one.found == len(o.Columns) {
			return best, nil
		}
	}
	return best, nil
}

// texts are what cells show, trimmed.
func texts(cells []workbook.Cell) (list []string) {
	for _, c := range cells {
		list = append(list, clean(oneLine(c.Text)))
	}
	return list
}

// breaks become spaces: a cell is one line.
var breaks = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ", "\v", " ")

func oneLine(text string) string {
	if strings.ContainsAny(text, "\r\n\t\v") {
		return breaks.Replace(text)
	}
	return text
}

func (s *sheet) done() (read, all int64) { return s.rows.Done() }

// next leaves out what stands beside the table: cells right of the header's.
func (s *sheet) next() (Row, error) {
	for {
		line, cells, err := s.rows.Next()
		if err != nil {
			return Row{}, err
		}
		s.cells = append(s.cells[:0], cells[:min(len(cells), s.width)]...)
		empty := true
		for i := range s.cells {
			s.cells[i].Text = oneLine(s.cells[i].Text)
			empty = empty && strings.TrimSpace(s.cells[i].Text) == ""
		}
		if empty {
			continue
		}
		for len(s.cells) < s.width {
			s.cells = append(s.cells, workbook.Cell{})
		}
		return Row{Line: line, Cells: s.cells}, nil
	}
}

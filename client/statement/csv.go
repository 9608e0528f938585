package statement

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/sheets"
)

// WriteCSV writes the table that accountants import: RFC 4180, one header, one row a
// line, amounts in yuan, with the mark by which spreadsheets know UTF-8. Behind the lines, in rows that begin with
// #statement,
// stands what a table can't show: sums, root, signatures and proof; Options.Bare leaves
// them out.
func WriteCSV(to io.Writer, s Statement, lines Source, o Options) error {
	if err := o.Language.Check(); err != nil {
		return err
	}
	out := bufio.NewWriterSize(to, 1<<16)
	w := sheets.NewCSV(out)
	if err := w.Write(o.Language.header()); err != nil {
		return err
	}
	for e, err := range s.entries(lines) {
		if err != nil {
			return err
		}
		if err := w.Write(o.Language.row(s.Head, e)); err != nil {
			return err
		}
	}
	if !o.Bare {
		if err := writeSeals(w, s); err != nil {
			return err
		}
	}
	return errors.Join(w.Flush(), out.Flush())
}

// writeSeals writes the rows behind the lines, as wide as these.
func writeSeals(w *sheets.CSV, s Statement) error {
	text, err := s.text()
	if err != nil {
		return err
	}
	list, err := chunks(text)
	if err != nil {
		return err
	}
	for i, part := range list {
		row := make([]string, colCount)
		row[0], row[1], row[2] = sealMark, sealCell(i, len(list)), part
		if err := w.Write(row); err != nil {
			return err
		}
	}
	return nil
}

// readCSV reads a CSV file: its lines as they come, and what stands behind them.
func readCSV(in bounds.Input, h Head, d *document, yield func(entry) bool) error {
	r := bounds.NewCSV(in.Stream(), in.Name)
	r.ReuseRecord = true
	next := func() ([]string, error) {
		row, err := r.Read()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("it can't be read: %w", err)
		}
		return row, err
	}
	return readTable(next, h, d, yield)
}

// readTable reads a header, lines, and rows behind them. The head says how points are written: it stands
// behind the lines, so a file is read for it first.
func readTable(next func() ([]string, error), h Head, d *document, yield func(entry) bool) error {
	row, err := next()
	if err != nil {
		return errors.Join(errors.New("it has no header"), err)
	}
	language, known := languageOf(sheets.ReadHeader(row))
	if !known {
		return errors.New("its first row is not a statement's")
	}
	var seal sealed
	for row, err = next(); err == nil; row, err = next() {
		switch {
		case row[0] == sealMark:
			err = seal.add(row[1:])
		case seal.parts > 0:
			err = fault.New(fault.BadRequest, "line %.90q: it stands behind the end", row[0])
		case yield != nil:
			var e entry
			if e, err = language.parse(h, row); err == nil && !yield(e) {
				return nil
			}
		}
		if err != nil {
			return err
		}
	}
	if !errors.Is(err, io.EOF) {
		return err
	}
	return seal.decode(d)
}

// sealed gathers what a document was cut into.
type sealed struct {
	text  strings.Builder
	parts int
	last  string // the place that the last part says it has
}

// add adds a part: its place, such as 2/3, and its text.
func (s *sealed) add(cells []string) error {
	if len(cells) < 2 || s.parts >= maxSeals {
		return errors.New("what stands behind the lines is not a statement's")
	}
	_, of, _ := strings.Cut(cells[0], "/")
	s.parts++
	if want := fmt.Sprintf("%d/%s", s.parts, of); cells[0] != want {
		return fmt.Errorf("behind the lines part %s is missing", want)
	}
	for _, cell := range cells[2:] {
		if cell != "" {
			return errors.New("behind the lines stands something besides")
		}
	}
	s.last = cells[0]
	s.text.WriteString(cells[1])
	return nil
}

// decode reads the document.
func (s *sealed) decode(d *document) error {
	if s.parts == 0 {
		return errors.New("it has lines alone, and nothing to check them by")
	}
	if want := sealCell(s.parts-1, s.parts); s.last != want {
		return fmt.Errorf("behind the lines parts after %s are missing", s.last)
	}
	if err := codec.DecodeJSON([]byte(s.text.String()), d); err != nil {
		return fmt.Errorf("what stands behind the lines: %s", textOf(err))
	}
	return nil
}

// Package table reads the tables that people have: CSV in the encodings and with the
// separators of their programs, packed or not, and workbooks. A row is a list of
// cells, and a cell is what a spreadsheet shows of it.
//
//	file ──▶ kind (workbook, gzip, text) ──▶ encoding ──▶ separator, sheet, header ──▶ rows
//
// What the file doesn't say, and nobody else does, is found out where it can't be
// taken for something else, and said in Notes: the separator and the header's line are
// those with which all wanted columns are there. Where it can, it is asked for.
package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/client/bounds"
	"tallystick/client/bounds/workbook"
	"tallystick/network/settings"
)

// Options say what is known of a file.
type Options struct {
	Columns   []string // that are wanted; the header is the row that has them
	Encoding  string   // see Encodings; "" to find out
	Separator string   // one of Separators; "" to find out
	Header    int      // its line, from 1; 0 to find out
	Sheet     string   // of a workbook; "" to find out
	Loose     bool     // a quote within a field of a text stands for itself, as in ="0123", which banks write
}

// Separators are what stands between the fields of a line, by how people call it.
var Separators = map[string]rune{",": ',', ";": ';', "tab": '\t', "|": '|'}

// Table is an open file, of which the header was read.
type Table struct {
	Header []string   // names of the columns, trimmed
	Line   int        // of the header
	Above  [][]string // the rows above the header, trimmed
	Notes  []string   // what was found out and isn't the usual, for people

	Separator rune // between the fields of a text

	rows   rows
	closer []io.Closer
}

// rows is one kind of file.
type rows interface {
	// next answers the next row that isn't empty; io.EOF.
	next() (Row, error)
	// done is how much was read, and of how much, in bytes.
	done() (read, all int64)
}

// Row is one line of a table.
type Row struct {
	Line  int
	Cells []workbook.Cell // as many as the header has; good until the next row
	Bad   string          // why it can't be read, "" if it can
}

// Next answers the next row; io.EOF at the end. An error besides is about the file.
func (t *Table) Next() (Row, error) { return t.rows.next() }

// Done is how much was read, and of how much, in bytes; all is 0 if nobody knows.
func (t *Table) Done() (read, all int64) { return t.rows.done() }

// Close closes the file.
func (t *Table) Close() error {
	var errs []error
	for _, c := range slices.Backward(t.closer) {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// above keeps a row above the header, of those that are looked through for it.
func (t *Table) above(fields []string) {
	if len(t.Above) < maxAbove {
		t.Above = append(t.Above, fields)
	}
}

func (t *Table) note(format string, args ...any) {
	t.Notes = append(t.Notes, fmt.Sprintf(format, args...))
}

// The first bytes of files.
var (
	zipMagic = []byte("PK\x03\x04")
	oleMagic = []byte("\xd0\xcf\x11\xe0")
	gzMagic  = []byte("\x1f\x8b")
)

// Open opens the table of an input, by what is in it. The input stays its caller's.
//
// Refused with BAD_REQUEST: a column that is missing or stands twice, with those that
// there are; an encoding that can't be told.
func Open(in bounds.Input, o Options) (*Table, error) {
	head := make([]byte, 512)
	n, err := in.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", in.Name, err)
	}
	switch head = head[:n]; {
	case bytes.HasPrefix(head, zipMagic):
		return openSheet(in, o)
	case bytes.HasPrefix(head, oleMagic):
		return nil, fault.New(fault.BadRequest,
			"%s: it is a workbook of the old kind (.xls) or a protected one; save it as .xlsx without a password",
			in.Name)
	case isMarkup(head):
		return nil, fault.New(fault.BadRequest,
			"%s: it is a web page or XML, whatever its name says; open it in the spreadsheet and save it as .xlsx",
			in.Name)
	}
	return openText(in, bytes.HasPrefix(head, gzMagic), o)
}

// isMarkup says whether a file begins as HTML or XML does, which programs that export for
// spreadsheets write under the names of these.
func isMarkup(head []byte) bool {
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, mark8), " \t\r\n"))
	for _, begins := range []string{"<html", "<!doctype", "<?xml", "<table", "<meta", "<style"} {
		if bytes.HasPrefix(text, []byte(begins)) {
			return true
		}
	}
	return false
}

// openText reads the whole text once for its encoding, and then begins.
func openText(in bounds.Input, packed bool, o Options) (*Table, error) {
	begin := func() (io.Reader, error) {
		if !packed {
			return in.Stream(), nil
		}
		unpacked, err := bounds.Unpack(in.Stream(), in.Name)
		if err != nil {
			return nil, fault.New(fault.BadRequest, "%s: %v", in.Name, err)
		}
		return unpacked, nil
	}
	if o.Encoding == "" {
		from, err := begin()
		if err != nil {
			return nil, err
		}
		if o.Encoding, err = detect(from, in.Name); err != nil {
			return nil, err
		}
	}
	from, err := begin()
	if err != nil {
		return nil, err
	}
	t, err := New(from, in.Name, o)
	if err == nil && !packed {
		t.rows.(*text).size = in.Size
	}
	return t, err
}

// clean is a column's name as it is compared: people don't see how wide a space is.
func clean(column string) string {
	return name.Fold(norm.NFC.String(strings.Trim(column, "\ufeff\t\r\n ")))
}

// places finds the wanted columns in a header. It answers how many are there, and
// which stand twice.
func places(header, wanted []string) (found int, twice []string) {
	for _, column := range wanted {
		column, n := clean(column), 0
		for _, there := range header {
			if there == column {
				n++
			}
		}
		if n > 0 {
			found++
		}
		if n > 1 {
			twice = append(twice, column)
		}
	}
	return found, twice
}

// candidate is a row that may be the header.
type candidate struct {
	header []string
	line   int
	found  int // of the wanted columns
}

// better prefers more of the wanted columns, then more columns, then the first.
func (c candidate) better(than candidate) bool {
	if c.found != than.found {
		return c.found > than.found
	}
	return len(c.header) > len(than.header)
}

// nearer says whether a row further down has more of the wanted columns; where no row has any it shows best what there
// is
// if most of its cells have text, as titles haven't.
func (c candidate) nearer(than candidate) bool {
	return c.found > than.found || c.found == 0 && than.found == 0 && c.filled() > than.filled()
}

func (c candidate) filled() (n int) {
	for _, column := range c.header {
		if column != "" {
			n++
		}
	}
	return n
}

// missing says what the best candidate lacks, and what there is.
func (c candidate) missing(path string, wanted []string) error {
	if len(c.header) == 0 {
		return fault.New(fault.BadRequest, "%s: it has no header", path)
	}
	for _, column := range wanted {
		if !slices.Contains(c.header, clean(column)) {
			return fault.New(fault.BadRequest, "%s: line %d: there is no column %q; %sthere are %s", path, c.line,
				column, c.nearest(column), listed(c.header))
		}
	}
	return nil
}

// nearest asks whether another column was meant: one that differs in width, case or spaces
// alone, or in a few letters.
func (c candidate) nearest(column string) string {
	short := c.header[:min(len(c.header), 5*maxListed)]
	short = slices.DeleteFunc(slices.Clone(short), func(name string) bool { return name == "" || len(name) > 200 })
	near := settings.Nearest(clean(column), short)
	for _, there := range short {
		if loose(there) == loose(column) {
			near = there
			break
		}
	}
	if near == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %.60q? ", near)
}

func loose(column string) string {
	return strings.ToLower(strings.Join(strings.Fields(width.Fold.String(column)), ""))
}

// ambiguous refuses a wanted column that stands twice.
func (c candidate) ambiguous(path string, wanted []string) error {
	_, twice := places(c.header, wanted)
	if len(twice) == 0 {
		return nil
	}
	return fault.New(fault.BadRequest,
		"%s: line %d: there are several columns %q; rename all but one of them: there are %s", path, c.line, twice[0],
		listed(c.header))
}

// maxListed is how many columns a refusal lists.
const maxListed = 40

func listed(header []string) string {
	var b strings.Builder
	for i, column := range header {
		if i == maxListed {
			return b.String() + ", …"
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%.60q", column)
	}
	return b.String()
}

// maxAbove is how many rows are looked through for the header: titles, notes, dates.
const maxAbove = 20

package table

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/bounds/workbook"
)

// text is a table of lines.
type text struct {
	csv      *bounds.CSV
	path     string
	encoding string
	width    int
	cells    []workbook.Cell
	read     *bounds.Counter
	size     int64
}

// sniffed is how much of a text is looked at for separator and header, in bytes.
const sniffed = 64 << 10

// New reads a table from a stream; the name is for refusals. Without an encoding it is
// one that its beginning has.
func New(from io.Reader, path string, o Options) (*Table, error) {
	read := &bounds.Counter{From: from}
	var plain io.Reader = read
	if o.Encoding == "" {
		buffered := bufio.NewReaderSize(plain, sniffed)
		head, err := buffered.Peek(sniffed)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if o.Encoding, err = detect(bytes.NewReader(head[:lineEnd(head)]), path); err != nil {
			return nil, err
		}
		plain = buffered
	}
	plain, err := decoded(plain, o.Encoding)
	if err != nil {
		return nil, err
	}
	buffered := bufio.NewReaderSize(plain, sniffed)
	head, err := buffered.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	plain = buffered
	if bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0 {
		plain = &oldLines{buffered} // of a Mac long ago
		head = bytes.ReplaceAll(head, []byte("\r"), []byte("\n"))
	}
	t := &Table{}
	if o.Encoding != utf8Name {
		t.note("read as %s", o.Encoding)
	}
	separator, err := t.findHeader(head, path, o)
	if err != nil {
		return nil, err
	}
	t.Separator = separator
	plain = &unmarkedTexts{from: bufio.NewReaderSize(plain, sniffed), separator: byte(separator), last: '\n'}
	lines := &text{csv: bounds.NewCSV(plain, path), path: path, encoding: o.Encoding, width: len(t.Header), read: read}
	lines.csv.Comma, lines.csv.FieldsPerRecord, lines.csv.ReuseRecord = separator, -1, true
	lines.csv.LazyQuotes = o.Loose
	t.rows = lines
	return t, t.pass(lines)
}

// lineEnd is where the last whole line ends: the beginning of a text may end within a
// character.
func lineEnd(head []byte) int {
	if len(head) < sniffed {
		return len(head)
	}
	if i := bytes.LastIndexAny(head, "\n\r"); i > 0 {
		return i
	}
	return len(head)
}

// oldLines makes line feeds of carriage returns.
type oldLines struct{ from io.Reader }

// Read changes what it reads.
func (o *oldLines) Read(p []byte) (int, error) {
	n, err := o.from.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// unmarkedTexts makes "00123" of ="00123", which programs write so that a spreadsheet takes
// it for a text, and which isn't CSV.
type unmarkedTexts struct {
	from      *bufio.Reader
	separator byte
	last      byte // that was read
	quoted    bool // it is between quotes
}

var quote = []byte(`"`)

// Read leaves the sign = out where a field begins with it and a quote.
func (u *unmarkedTexts) Read(p []byte) (int, error) {
	n, err := u.from.Read(p)
	if n == 0 {
		return n, err
	}
	if bytes.IndexByte(p[:n], '=') < 0 {
		u.last, u.quoted = p[n-1], u.quoted != (bytes.Count(p[:n], quote)%2 == 1)
		return n, err
	}
	kept := 0
	for i, b := range p[:n] {
		if b != '=' || !u.begins() || !u.quoteAfter(p[:n], i) {
			p[kept] = b
			kept++
		}
		u.last, u.quoted = b, u.quoted != (b == quote[0])
	}
	return kept, err
}

func (u *unmarkedTexts) begins() bool {
	return !u.quoted && (u.last == u.separator || u.last == '\n' || u.last == '\r')
}

func (u *unmarkedTexts) quoteAfter(p []byte, i int) bool {
	if i+1 < len(p) {
		return p[i+1] == '"'
	}
	next, err := u.from.Peek(1)
	return err == nil && next[0] == '"'
}

// findHeader finds the separator and the row with which all wanted columns are there.
func (t *Table) findHeader(head []byte, path string, o Options) (rune, error) {
	best, comma := candidate{}, ','
	for _, separator := range []rune{',', ';', '\t', '|'} {
		if given := Separators[o.Separator]; given != 0 && given != separator {
			continue
		}
		if one := bestOf(head, separator, o); one.better(best) {
			best, comma = one, separator
		}
	}
	if err := best.missing(path, o.Columns); err != nil {
		return 0, err
	}
	if err := best.ambiguous(path, o.Columns); err != nil {
		return 0, err
	}
	if comma != ',' && o.Separator == "" {
		t.note("fields are separated by %s", map[rune]string{';': ";", '\t': "tabs", '|': "|"}[comma])
	}
	if best.line > 1 && o.Header == 0 {
		t.note("the header is line %d", best.line)
	}
	t.Header, t.Line = best.header, best.line
	return comma, nil
}

// bestOf looks through the first rows, as a separator makes them.
func bestOf(head []byte, separator rune, o Options) (best candidate) {
	lines := bounds.NewCSV(bytes.NewReader(head), "the file")
	lines.Comma, lines.FieldsPerRecord, lines.LazyQuotes = separator, -1, true
	for rows := 0; rows < maxAbove || o.Header > 0; rows++ {
		fields, err := lines.Read()
		if err != nil {
			return best
		}
		line, _ := lines.FieldPos(0)
		if o.Header > 0 && line != o.Header {
			continue
		}
		one := candidate{line: line}
		for _, field := range fields {
			one.header = append(one.header, clean(field))
		}
		one.found, _ = places(one.header, o.Columns)
		if best.line == 0 || one.nearer(best) {
			best = one
		}
		if o.Header > 0 || len(o.Columns) == 0 || one.found == len(o.Columns) {
			return best
		}
	}
	return best
}

// pass reads up to the header.
func (t *Table) pass(lines *text) error {
	for {
		fields, err := lines.csv.Read()
		if err != nil {
			return fmt.Errorf("%s: line %d: %w", lines.path, t.Line, err)
		}
		if line, _ := lines.csv.FieldPos(0); line >= t.Line {
			return nil
		}
		row := make([]string, len(fields))
		for i, field := range fields {
			row[i] = clean(field)
		}
		t.above(row)
	}
}

func (t *text) done() (read, all int64) { return t.read.N, t.size }

func (t *text) next() (Row, error) {
	for {
		fields, err := t.csv.Read()
		if err != nil {
			return Row{}, t.about(err)
		}
		for len(fields) > t.width && strings.TrimSpace(fields[len(fields)-1]) == "" {
			fields = fields[:len(fields)-1]
		}
		row := Row{}
		row.Line, _ = t.csv.FieldPos(0)
		t.cells = t.cells[:0]
		empty := true
		for _, field := range fields {
			if strings.HasPrefix(field, `="`) && len(field) > 2 && field[len(field)-1] == '"' {
				field = field[2 : len(field)-1] // a formula that says that it is a text
			}
			t.cells = append(t.cells, workbook.Cell{Kind: workbook.Text, Text: field})
			empty = empty && strings.TrimSpace(field) == ""
			if unreadable(field) {
				row.Bad = "it has a character that isn't " +
					t.encoding + "; if the file is in another encoding, say so in the mapping"
			}
		}
		if empty && len(fields) > 0 && (len(fields) > 1 || t.width == 1) {
			continue
		}
		if row.Cells = t.cells; len(fields) != t.width && row.Bad == "" {
			row.Bad = "it has another number of fields than the header"
		}
		return row, nil
	}
}

// about says what of a text is no table.
func (t *text) about(err error) error {
	var wrong *csv.ParseError
	if errors.As(err, &wrong) {
		return fault.New(fault.BadRequest,
			"%s: line %d: %v; what has quotes or separators in it stands in quotes, and its quotes twice", t.path,
			wrong.StartLine, wrong.Err)
	}
	return err
}

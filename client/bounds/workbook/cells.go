package workbook

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
)

// Kind is what a cell holds.
type Kind uint8

// The kinds of cells.
const (
	Empty Kind = iota
	Text
	Number
	Percent    // a number that is shown a hundred times as large, with %
	Scientific // a number that is shown in exponent form: not all of its digits
	Date
	Bool
	Error   // #N/A and its like
	Unknown // a formula that nobody calculated yet, a date that no calendar has
)

// Cell is a cell as a spreadsheet shows it.
type Cell struct {
	Kind   Kind
	Text   string    // what is shown: of numbers all their digits, of dates 2027-12-31
	Number string    // of numbers their value, to fifteen digits; of percentages 15%
	Moment time.Time // of dates
}

// Reading is a sheet, row by row, each once.
type Reading struct {
	book        *Book
	part        io.ReadCloser
	xml         *xml.Decoder
	line, cells int
	row         []Cell
	read        *bounds.Counter
	size        int64
	column      int // of the next cell, if it doesn't say
}

// Read reads a sheet row by row. Rows that aren't stored are passed over.
func (b *Book) Read(sheet Sheet) (*Reading, error) {
	part, err := b.part(sheet.part)
	if err != nil {
		return nil, err
	}
	if part == nil {
		return nil, fault.New(fault.BadRequest, "%s: the sheet %.60q isn't in it", b.name, sheet.Name)
	}
	read := &bounds.Counter{From: part}
	size := int64(b.parts[strings.ToLower(sheet.part)].UncompressedSize64)
	return &Reading{book: b, part: part, read: read, xml: xml.NewDecoder(read), size: size}, nil
}

// Close ends the reading.
func (r *Reading) Close() error { return r.part.Close() }

// Done is how much of the sheet was read, and how much there is.
func (r *Reading) Done() (read, all int64) { return r.read.N, r.size }

// Next answers the next row that has something, by its number; io.EOF at the end. The
// cells are good until the next call.
func (r *Reading) Next() (line int, cells []Cell, err error) {
	for {
		token, err := r.xml.RawToken()
		if errors.Is(err, io.EOF) {
			return 0, nil, io.EOF
		}
		if err != nil {
			return 0, nil, r.book.damaged(err)
		}
		switch t := token.(type) {
		case xml.EndElement:
			if t.Name.Local == "sheetData" {
				return 0, nil, io.EOF
			}
		case xml.StartElement:
			if t.Name.Local != "row" {
				continue
			}
			if err := r.take(t); err != nil {
				return 0, nil, r.book.damaged(err)
			}
			if len(r.row) > 0 {
				return r.line, r.row, nil
			}
		}
	}
}

// take reads one row.
func (r *Reading) take(start xml.StartElement) error {
	r.row, r.column = r.row[:0], 0
	next := r.line + 1
	if at := attr(start, "r"); at != "" {
		n, err := strconv.Atoi(at)
		if err != nil || n < next {
			return errors.New("its rows aren't in order")
		}
		next = n
	}
	if r.line = next; r.line > maxRows {
		return fault.New(fault.Limit, "%s: a sheet has more than %d rows", r.book.name, maxRows)
	}
	for {
		token, err := r.xml.RawToken()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.EndElement:
			if t.Name.Local == "row" {
				return nil
			}
		case xml.StartElement:
			if t.Name.Local == "c" {
				if err := r.cell(t); err != nil {
					return err
				}
			}
		}
	}
}

// cell reads one cell to its place in the row.
func (r *Reading) cell(start xml.StartElement) error {
	at := r.column // a cell that doesn't say where it is follows the one before, empty or not
	if ref := attr(start, "r"); ref != "" {
		column, err := columnOf(ref)
		if err != nil {
			return err
		}
		if column < at {
			return errors.New("its cells aren't in order")
		}
		at = column
	}
	r.column = at + 1
	if r.cells++; at >= maxColumns || r.cells > maxCells {
		return fault.New(fault.Limit, "%s: a sheet has more than %d columns or %d cells",
			r.book.name, maxColumns, maxCells)
	}
	stored, err := r.stored()
	if err != nil {
		return err
	}
	style, _ := strconv.Atoi(attr(start, "s")) // none is the first
	cell, err := r.book.shown(attr(start, "t"), style, stored)
	if err != nil || cell.Kind == Empty {
		return err
	}
	for len(r.row) < at {
		r.row = append(r.row, Cell{})
	}
	r.row = append(r.row, cell)
	return nil
}

// stored is what a cell's element holds.
type stored struct {
	value   string
	formula bool
}

func (r *Reading) stored() (s stored, err error) {
	inValue := false
	for {
		token, err := r.xml.RawToken()
		if err != nil {
			return s, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "v":
				inValue = true
			case "f":
				s.formula = true
			case "is":
				if s.value, err = richText(r.xml, "is"); err != nil {
					return s, err
				}
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "v":
				inValue = false
			case "c":
				return s, nil
			}
		case xml.CharData:
			if inValue {
				s.value += string(t)
			}
		}
	}
}

// shown is what a spreadsheet shows of a cell.
func (b *Book) shown(kind string, style int, s stored) (Cell, error) {
	if s.value == "" {
		if s.formula && kind != "str" {
			return Cell{Kind: Unknown, Text: "a formula without its value: open the workbook and save it"}, nil
		}
		return Cell{}, nil
	}
	switch kind {
	case "s":
		i, err := strconv.Atoi(s.value)
		if err != nil || i < 0 || i >= len(b.texts) {
			return Cell{}, errors.New("a cell has a text that isn't there")
		}
		return text(b.texts[i]), nil
	case "inlineStr":
		return text(s.value), nil
	case "str":
		return text(unescaped(s.value)), nil
	case "b":
		return Cell{
			Kind: Bool, Text: map[bool]string{true: "TRUE", false: "FALSE"}[s.value == "1" || s.value == "true"],
		}, nil
	case "e":
		return Cell{Kind: Error, Text: s.value}, nil
	case "d":
		return isoDate(s.value)
	}
	f := format{}
	if style >= 0 && style < len(b.formats) {
		f = b.formats[style]
	}
	return b.number(s.value, f)
}

func text(value string) Cell {
	if value == "" {
		return Cell{}
	}
	return Cell{Kind: Text, Text: value}
}

// number is what is shown of a stored number.
func (b *Book) number(value string, f format) (Cell, error) {
	stored, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || math.IsInf(stored, 0) || math.IsNaN(stored) {
		return Cell{}, errors.New("a cell has a number that is none")
	}
	if f.date {
		return b.dated(stored), nil
	}
	exact, err := kept(stored)
	if err != nil {
		return Cell{}, err
	}
	c := Cell{Kind: Number, Text: exact.String(), Number: exact.String()}
	switch {
	case f.percent:
		c.Kind, c.Number = Percent, exact.Shift(2).String()+"%"
		c.Text = c.Number
	case f.exponent || exact.IsInteger() && len(exact.Abs().String()) > digitsKept:
		c.Kind, c.Text = Scientific, scientific(stored)
	case exact.IsInteger():
		c.Text = f.digits(exact.String())
	}
	return c, nil
}

// scientific writes a number as a spreadsheet does: 1.38001E+10.
func scientific(v float64) string {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'E', 5, 64), "E")
	return strings.TrimSuffix(strings.TrimRight(mantissa, "0"), ".") + "E" + exponent
}

func formatFloat(v float64) string { return strconv.FormatFloat(v, 'e', digitsKept-1, 64) }

// Days before the first of the two ways to count them. 1900 was no leap year, but the
// first spreadsheets had it one: from 1 March 1900 on the days are one more.
const (
	epoch1900 = -25569 // 1899-12-30, in days since 1970
	epoch1904 = -24107 // 1904-01-01
	lastDay   = 2958465
)

// dated is a number of days as a moment, to the second.
func (b *Book) dated(stored float64) Cell {
	seconds := math.Round(stored * 86400)
	day := int(math.Floor(seconds / 86400))
	first := b.from == epoch1900 && day < 61
	if stored < 0 || day > lastDay || first && (day == 60 || day == 0) {
		return Cell{Kind: Unknown, Text: "a date that no calendar has"}
	}
	if first {
		day++ // before the leap day that never was
	}
	moment := time.Unix(0, 0).UTC().AddDate(0, 0, day+b.from).Add(time.Duration(math.Mod(seconds, 86400)) * time.Second)
	return Cell{Kind: Date, Text: momentText(moment), Moment: moment}
}

func isoDate(value string) (Cell, error) {
	for _, layout := range []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999",
		time.DateOnly} {
		if moment, err := time.Parse(layout, value); err == nil {
			return Cell{Kind: Date, Text: momentText(moment), Moment: moment}, nil
		}
	}
	return Cell{Kind: Unknown, Text: "a date that no calendar has"}, nil
}

// momentText writes a moment, without its time if that is midnight.
func momentText(m time.Time) string {
	if m.Hour() == 0 && m.Minute() == 0 && m.Second() == 0 {
		return m.Format(time.DateOnly)
	}
	return m.Format(time.DateTime)
}

func attr(start xml.StartElement, name string) string {
	for _, a := range start.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// columnOf is the place of a cell such as AB7 in its row, from 0.
func columnOf(ref string) (int, error) {
	n := 0
	for i := 0; i < len(ref); i++ {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		if n = n*26 + int(c-'A') + 1; n > maxColumns*32 {
			break
		}
	}
	if n == 0 {
		return 0, errors.New("a cell has no column")
	}
	return n - 1, nil
}

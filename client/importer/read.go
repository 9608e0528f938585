package importer

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/points"
)

// Award is what one line, or some merged ones, earn.
type Award struct {
	Line  int // first line in the file; the header is line 1
	Lines int // how many lines it is made of
	Grant points.Grant
}

// Rejected is a line that earns nothing because something is wrong with it.
// The reason names the column, never its value.
type Rejected struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

// Reading is what was made of a file so far.
type Reading struct {
	Lines    int          // without the header
	Skipped  int          // that the mapping's conditions leave out
	Rejected []Rejected   // an award that is worth nothing is found when it ends, so not quite in order
	Awards   uint64       // that came of the rest
	Points   amount.Units // their sum
}

// Open opens a CSV file, unpacked if its name ends in .gz.
func Open(path string) (io.ReadCloser, error) {
	file, err := os.Open(path)
	if err != nil || !strings.HasSuffix(path, ".gz") {
		return file, err
	}
	unpacked, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{unpacked, file}, nil
}

// Read yields the awards of a CSV with a header line, in its order, and counts
// in r what it meets. The same file and mapping give the same awards, so that
// an award's place is its position in the numbered source. It ends with an
// error if the file is no CSV or lacks a column that the mapping names.
func (m *Mapping) Read(file io.Reader, r *Reading) iter.Seq2[Award, error] {
	return func(yield func(Award, error) bool) {
		lines := csv.NewReader(bufio.NewReader(file))
		lines.ReuseRecord = true
		header, err := lines.Read()
		if err != nil {
			yield(Award{}, fmt.Errorf("line 1: no header: %w", err))
			return
		}
		columns, err := m.columns(header)
		if err != nil {
			yield(Award{}, err)
			return
		}
		g := gather{mapping: m, reading: r, yield: yield}
		for !g.stopped {
			fields, err := lines.Read()
			if errors.Is(err, io.EOF) {
				g.flush()
				return
			}
			line, _ := lines.FieldPos(0)
			switch {
			case errors.Is(err, csv.ErrFieldCount):
				r.Lines++
				r.reject(line, "it has another number of fields than the header")
			case err != nil:
				g.flush()
				yield(Award{}, err)
				return
			default:
				r.Lines++
				g.take(line, columns.of(fields))
			}
		}
	}
}

func (r *Reading) reject(line int, reason string) {
	r.Rejected = append(r.Rejected, Rejected{Line: line, Reason: reason})
}

// columns says where each part of an award is; −1 where the mapping names none.
type columns struct {
	parts [5]int // member, outlet, amount, date, reference
	where []int
}

// line is the fields that matter.
type line struct {
	member, outlet, amount, date, reference string
	where                                   []string
}

func (m *Mapping) columns(header []string) (columns, error) {
	at := map[string]int{}
	for i, h := range header {
		at[strings.TrimSpace(strings.TrimPrefix(h, "\ufeff"))] = i
	}
	find := func(column string) (int, error) {
		if column == "" {
			return -1, nil
		}
		i, ok := at[column]
		if !ok {
			return 0, fmt.Errorf("line 1: there is no column %q", column)
		}
		return i, nil
	}
	var c columns
	var err error
	for i, column := range []string{m.Columns.Member, m.Columns.Outlet, m.Columns.Amount, m.Columns.Date, m.Columns.Reference} {
		if c.parts[i], err = find(column); err != nil {
			return columns{}, err
		}
	}
	for _, w := range m.Where {
		i, err := find(w.Column)
		if err != nil {
			return columns{}, err
		}
		c.where = append(c.where, i)
	}
	return c, nil
}

func (c columns) of(fields []string) line {
	part := func(i int) string {
		if c.parts[i] < 0 {
			return ""
		}
		return strings.Clone(strings.TrimSpace(fields[c.parts[i]]))
	}
	l := line{part(0), part(1), part(2), part(3), part(4), nil}
	for _, i := range c.where {
		l.where = append(l.where, strings.TrimSpace(fields[i]))
	}
	return l
}

// gather merges neighbouring lines into awards.
type gather struct {
	mapping *Mapping
	reading *Reading
	yield   func(Award, error) bool
	stopped bool

	open  bool
	award Award
	key   [2]string // member and reference
	sum   decimal.Decimal
}

func (g *gather) take(number int, l line) {
	for i, w := range g.mapping.Where {
		ok, err := w.fulfilled(l.where[i])
		if err != nil {
			g.reading.reject(number, "column "+w.Column+" is not a number")
			return
		}
		if !ok {
			g.reading.Skipped++
			return
		}
	}
	value, err := parseNumber(l.amount)
	if err != nil || value.Sign() < 0 {
		g.reading.reject(number, "column "+g.mapping.Columns.Amount+" is not a number of 0 or more")
		return
	}
	grant, err := g.mapping.grant(l)
	if err != nil {
		g.reading.reject(number, err.Error())
		return
	}
	key := [2]string{l.member, l.reference}
	if g.open && g.mapping.Merge && key == g.key {
		g.sum = g.sum.Add(value)
		g.award.Lines++
		return
	}
	g.flush()
	g.open, g.key, g.sum, g.award = true, key, value, Award{Line: number, Lines: 1, Grant: grant}
}

// flush rounds the award that is open, once, and hands it on.
func (g *gather) flush() {
	if !g.open || g.stopped {
		return
	}
	g.open = false
	units, err := g.mapping.points(g.sum)
	if err != nil || units == 0 {
		reason := "it is worth no point"
		if err != nil {
			reason = err.Error()
		}
		for i := range g.award.Lines {
			g.reading.reject(g.award.Line+i, reason)
		}
		return
	}
	g.award.Grant.Amount = units
	if g.reading.Points, err = g.reading.Points.Add(units); err != nil {
		g.stopped = true
		g.yield(Award{}, fmt.Errorf("line %d: the sum of all awards: %w", g.award.Line, err))
		return
	}
	g.reading.Awards++
	g.stopped = !g.yield(g.award, nil)
}

func (m *Mapping) points(sum decimal.Decimal) (amount.Units, error) {
	rate := m.rate
	// sum × num ⁄ den, exact until the one rounding: 60 digits hold the quotient
	// of any file's number.
	exact := sum.Mul(decimal.NewFromInt(int64(rate.Num)))
	if rate.Den != 1 {
		exact = exact.DivRound(decimal.NewFromInt(int64(rate.Den)), 60)
	}
	return amount.FromDecimal(exact, m.rounding)
}

// grant checks the parts of a line. An error is the reason to reject it.
func (m *Mapping) grant(l line) (points.Grant, error) {
	grant := points.Grant{Member: m.Prefix.Member + l.member, Amount: 1, Expires: m.on}
	if l.member == "" {
		return grant, fmt.Errorf("column %s is empty", m.Columns.Member)
	}
	if l.outlet != "" {
		grant.Outlet = m.Prefix.Outlet + l.outlet
	}
	if l.reference != "" {
		grant.Reference = m.Prefix.Reference + l.reference
	}
	if m.on == 0 {
		day, err := time.Parse(m.Layout, l.date)
		if err != nil {
			return grant, fmt.Errorf("column %s is not a date like %s", m.Columns.Date, m.Layout)
		}
		grant.Expires = date.Of(day, time.UTC) + date.Date(m.Expires.Days)
	}
	// What the ledger would refuse is rejected here, with the line's number.
	err := points.IssueRequest{Programme: m.Programme, Grants: []points.Grant{grant}}.Check()
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return grant, errors.New(refusal.Text)
	}
	return grant, err
}

package importer

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
)

// Rejected is a line of which nothing comes because something is wrong with it.
// The reason names the column, never its value.
type Rejected struct {
	Line   int    `json:"line"`
	Column string `json:"column,omitempty"` // that it is about, if it is about one
	Reason string `json:"reason"`
}

// wrong is a reason to reject a line that is about one of its parts. It says what
// is wanted.
type wrong struct {
	part   part
	names  *columns
	reason string
}

// Error names the column.
func (w *wrong) Error() string { return w.names.parts[w.part].String() + ": " + w.reason }

func (l line) wrong(p part, format string, args ...any) error {
	return &wrong{part: p, names: l.names, reason: fmt.Sprintf(format, args...)}
}

// Reading is what was made of a file so far.
type Reading struct {
	Lines    int        // without the header
	Skipped  int        // that the mapping's conditions leave out
	Seen     int        // of things that an earlier line had made
	Rejected []Rejected // an award that is worth nothing is found when it ends, so not quite in order
	Commands uint64     // that came of the rest
	Totals   Totals     // likewise
}

// Open opens a CSV file, unpacked if its name ends in .gz, or the first sheet of a
// workbook as CSV if it ends in .xlsx.
func Open(path string) (io.ReadCloser, error) {
	if strings.HasSuffix(path, ".xlsx") {
		return openSheet(path)
	}
	file, err := os.Open(path)
	if err != nil || !strings.HasSuffix(path, ".gz") {
		return file, err
	}
	unpacked, err := bounds.Unpack(file, path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{unpacked, file}, nil
}

// maxRejected is how many rejected lines are kept: more than anybody mends by hand.
const maxRejected = 500_000

// Read yields the items of a CSV with a header line, in its order, and counts
// in r what it meets. The same file and mapping give the same items with as many
// drafts, so that a draft's place is its position in the numbered source. It ends
// with an error if the file is no CSV or lacks a column that the mapping names.
func (m *Mapping) Read(file io.Reader, s Stores, r *Reading) iter.Seq2[*Item, error] {
	return func(yield func(*Item, error) bool) {
		lines := bounds.NewCSV(file, "the file")
		lines.ReuseRecord = true
		header, err := lines.Read()
		if err != nil {
			yield(nil, fmt.Errorf("line 1: no header: %w", err))
			return
		}
		columns, err := m.locate(header)
		if err != nil {
			yield(nil, err)
			return
		}
		g := gather{mapping: m, stores: s, reading: r, yield: yield, seen: map[string]int{}}
		for !g.stopped {
			fields, err := lines.Read()
			if errors.Is(err, io.EOF) {
				g.flush()
				return
			}
			if err != nil && !errors.Is(err, csv.ErrFieldCount) {
				g.flush()
				yield(nil, err) // it names the line; without a field there is no place to ask for
				return
			}
			line, _ := lines.FieldPos(0)
			if r.Lines++; err != nil {
				r.reject(line, "it has another number of fields than the header")
			} else {
				g.take(line, columns.of(fields))
			}
			if len(r.Rejected) > maxRejected {
				g.flush()
				yield(nil, fault.New(fault.Limit, "more than %d lines are rejected; the mapping may be another file's", maxRejected))
				return
			}
		}
	}
}

func (r *Reading) reject(line int, reason string) {
	r.Rejected = append(r.Rejected, Rejected{Line: line, Reason: reason})
}

// rejectFor rejects a line, with the column if the reason is about one.
func (r *Reading) rejectFor(line int, err error) {
	rejected := Rejected{Line: line, Reason: err.Error()}
	var about *wrong
	if errors.As(err, &about) {
		rejected.Column = strings.Join(about.names.parts[about.part].columns, ", ")
	}
	r.Rejected = append(r.Rejected, rejected)
}

// columns says where each part and each condition's field is; a part that the
// mapping has no column for is nowhere.
type columns struct {
	parts            [partCount]filled
	fixed, otherwise [partCount]string
	slug             [partCount]bool
	where            []int
}

func (m *Mapping) locate(header []string) (*columns, error) {
	at := map[string]int{}
	for i, h := range header {
		at[strings.TrimSpace(strings.TrimPrefix(h, "\ufeff"))] = i
	}
	find := func(column string) (int, error) {
		i, ok := at[column]
		if !ok {
			return 0, fmt.Errorf("line 1: there is no column %q", column)
		}
		return i, nil
	}
	c := &columns{fixed: m.Fixed.list(), otherwise: m.Otherwise.list()}
	for _, name := range m.Slug {
		if p, known := partNamed(name); known {
			c.slug[p] = true
		}
	}
	for p, text := range m.Columns.list() {
		if text == "" {
			continue
		}
		t, err := parseTemplate(text)
		if err != nil {
			return nil, err
		}
		c.parts[p].template = t
		for _, column := range t.columns {
			i, err := find(column)
			if err != nil {
				return nil, err
			}
			c.parts[p].at = append(c.parts[p].at, i)
		}
	}
	for _, w := range m.Where {
		i, err := find(w.Column)
		if err != nil {
			return nil, err
		}
		c.where = append(c.where, i)
	}
	return c, nil
}

func (c *columns) of(fields []string) line {
	l := line{names: c}
	for p := range c.parts {
		if len(c.parts[p].at) > 0 {
			l.parts[p] = c.parts[p].of(fields)
		} else {
			l.parts[p] = c.fixed[p]
		}
		if c.slug[p] {
			l.parts[p] = slug(l.parts[p])
		}
		if l.parts[p] == "" {
			l.parts[p] = c.otherwise[p]
		}
	}
	for _, i := range c.where {
		l.where = append(l.where, strings.TrimSpace(fields[i]))
	}
	return l
}

// gather makes items of lines, merging neighbours where the mapping says so.
type gather struct {
	mapping *Mapping
	stores  Stores
	reading *Reading
	yield   func(*Item, error) bool
	stopped bool
	open    *Item          // to which the next line may belong
	seen    map[string]int // items by key, or the first line with it, where the kind asks
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
	item, err := g.mapping.kind.item(g.mapping, g.stores, l)
	if err != nil {
		g.reading.rejectFor(number, err)
		return
	}
	if g.open != nil && g.mapping.Merge && item.key == g.open.key {
		g.open.sum = g.open.sum.Add(item.sum)
		g.open.Lines = append(g.open.Lines, number)
		return
	}
	if form := g.mapping.form; form.unique {
		if first, twice := g.seen[item.key]; twice {
			g.reading.reject(number, fmt.Sprintf("it is the same as line %d's; keep one of them", first))
			return
		}
		g.seen[item.key] = number
	} else if form.once || form.counted {
		item.nth = g.seen[item.key]
		g.seen[item.key]++
		if form.once && item.nth > 0 {
			g.reading.Seen++
			return
		}
	}
	g.flush()
	item.Lines = []int{number}
	g.open = item
}

// flush finishes the item that is open and hands it on.
func (g *gather) flush() {
	item := g.open
	if item == nil || g.stopped {
		return
	}
	g.open = nil
	if item.finish != nil {
		if err := item.finish(item); err != nil {
			for _, line := range item.Lines {
				g.reading.reject(line, err.Error())
			}
			return
		}
	}
	if err := g.reading.Totals.add(item.Adds); err != nil {
		g.stopped = true
		g.yield(nil, fmt.Errorf("line %d: the sum of all awards: %w", item.Lines[0], err))
		return
	}
	g.reading.Commands += uint64(len(item.Drafts))
	g.stopped = !g.yield(item, nil)
}

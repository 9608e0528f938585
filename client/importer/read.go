package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/importer/table"
)

// Rejected is a line of which nothing comes because something is wrong with it, or
// because the ledger refuses what comes of it. The reason names the column, never its
// value.
type Rejected struct {
	Line   int        `json:"line"`
	Column string     `json:"column,omitempty"` // that it is about, if it is about one
	Reason string     `json:"reason"`
	Code   fault.Code `json:"code,omitempty"`   // of the ledger, if it was the ledger that refused it
	Before bool       `json:"before,omitempty"` // it was refused in an earlier run, and not tried again in this one
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

func (l *line) wrong(p part, format string, args ...any) error {
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
	Notes    []string   // what was found out about the file, for people

	watch func() error    // is called now and then; its error ends the reading
	each  func(table.Row) // is called with every row
}

// Table opens a file as the mapping reads it: a CSV in the encoding and with the
// separator that it has, packed or not, or a workbook.
func (m *Mapping) Table(file bounds.Input) (*table.Table, error) {
	return table.Open(file, m.options())
}

func (m *Mapping) options() table.Options {
	return table.Options{Columns: m.wanted(), Encoding: m.Encoding, Separator: m.Separator, Header: m.Header,
		Sheet: m.Sheet}
}

// maxRejected is how many rejected lines are kept: more than anybody mends by hand.
const maxRejected = 500_000

// Read yields the items of a table, in its order, and counts in r what it meets. The
// same file and mapping give the same items with as many drafts, so that a draft's
// place is its position in the numbered source.
func (m *Mapping) Read(rows *table.Table, s Stores, r *Reading) iter.Seq2[*Item, error] {
	return func(yield func(*Item, error) bool) {
		columns, err := m.locate(rows.Header)
		if err != nil {
			yield(nil, err)
			return
		}
		columns.unsure = rows.Separator == ';' && !m.decimalSaid
		r.Notes = rows.Notes
		g := gather{mapping: m, stores: s, reading: r, yield: yield, seen: map[string]int{}, slugs: map[string]madeOf{},
			firsts: map[string]first{}}
		for !g.stopped {
			row, err := rows.Next()
			if errors.Is(err, io.EOF) {
				g.flush()
				return
			}
			if err == nil {
				err = r.watched()
			}
			if err != nil {
				g.flush()
				yield(nil, err)
				return
			}
			if r.each != nil {
				r.each(row)
			}
			if r.Lines++; row.Bad != "" {
				g.reject(row.Line, errors.New(row.Bad), nil)
			} else {
				g.take(row.Line, columns.of(row.Cells))
			}
			if len(r.Rejected) > maxRejected {
				g.flush()
				yield(nil, fault.New(fault.Limit, "more than %d lines are rejected; the mapping may be another file's",
					maxRejected))
				return
			}
		}
	}
}

// watchedEvery is after how many lines a reading looks whether it is still wanted.
const watchedEvery = 512

func (r *Reading) watched() error {
	if r.watch == nil || r.Lines%watchedEvery != 0 {
		return nil
	}
	return r.watch()
}

// whileWanted ends a reading with its context, and tells how far it is.
func whileWanted(ctx context.Context, rows *table.Table, tell func(read, all int64)) func() error {
	return func() error {
		if tell != nil {
			tell(rows.Done())
		}
		return ctx.Err()
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
		rejected.Column = strings.Join(about.names.parts[about.part].Columns, ", ")
	}
	r.Rejected = append(r.Rejected, rejected)
}

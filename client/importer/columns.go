package importer

import (
	"fmt"
	"slices"
	"strings"

	"tallystick/client/bounds/workbook"
	"tallystick/client/clean"
	"tallystick/client/importer/cell"
)

// What a part is, which says how a cell is read for it. All others are ids or words.
var (
	numberParts = []part{partAmount, partPrice, partUses, partDays, partValue, partStock}
	dateParts   = []part{partDate, partUntil, partFrom}
	nameParts   = []part{partEn, partZh}
)

// sort is how a part is read.
type sort uint8

const (
	idSort sort = iota
	numberSort
	dateSort
	nameSort
)

var sorts = func() (list [partCount]sort) {
	for p := range partCount {
		switch {
		case slices.Contains(numberParts, p):
			list[p] = numberSort
		case slices.Contains(dateParts, p):
			list[p] = dateSort
		case slices.Contains(nameParts, p):
			list[p] = nameSort
		}
	}
	return list
}()

// columns says where each part and each condition's field is; a part that the
// mapping has no column for is nowhere.
type columns struct {
	parts            [partCount]filled
	fixed, otherwise [partCount]string
	slug             [partCount]bool
	named            []part // parts that have a column, or are fixed
	where            []int
	layout           string
	comma            bool
	unsure           bool // which sign stands before decimals
}

// wanted are the columns that a mapping names.
func (m *Mapping) wanted() (list []string) {
	for _, text := range m.Columns.list() {
		if t, err := cell.ParseTemplate(text); err == nil && text != "" {
			list = append(list, t.Columns...)
		}
	}
	for _, w := range m.Where {
		list = append(list, w.Column)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// locate finds the mapping's columns in a header.
func (m *Mapping) locate(header []string) (*columns, error) {
	find := func(column string) (int, error) {
		i := slices.Index(header, clean.Text(clean.Trim(column)))
		if i < 0 {
			return 0, fmt.Errorf("there is no column %q", column)
		}
		return i, nil
	}
	c := &columns{fixed: m.Fixed.list(), otherwise: m.Otherwise.list(), layout: m.layout, comma: m.Decimal == ","}
	for _, name := range m.Slug {
		if p, known := partNamed(name); known {
			c.slug[p] = true
		}
	}
	for p, text := range m.Columns.list() {
		if text != "" || c.fixed[p] != "" {
			c.named = append(c.named, part(p))
		}
		if text == "" {
			continue
		}
		t, err := cell.ParseTemplate(text)
		if err != nil {
			return nil, err
		}
		c.parts[p].Template = t
		for _, column := range t.Columns {
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

// of is what a row says.
func (c *columns) of(cells []workbook.Cell) *line {
	l := &line{names: c, comma: c.comma}
	for _, p := range c.named {
		if len(c.parts[p].at) > 0 {
			l.read(p, cells)
		} else {
			l.parts[p] = c.fixed[p]
		}
		if c.slug[p] && l.parts[p] != "" {
			l.slugged = append(l.slugged, slugged{p, l.parts[p]})
			l.parts[p] = slug(l.parts[p])
		}
		if l.parts[p] == "" {
			l.parts[p] = c.otherwise[p]
		}
	}
	for _, i := range c.where {
		l.where = append(l.where, cells[i])
	}
	return l
}

// read takes a part from the cells of its columns.
func (l *line) read(p part, cells []workbook.Cell) {
	f := &l.names.parts[p]
	if f.single() {
		l.parts[p] = l.piece(p, cells[f.at[0]], true)
		return
	}
	var b strings.Builder
	b.WriteString(f.Texts[0])
	for i, at := range f.at {
		piece := l.piece(p, cells[at], false)
		if piece == "" {
			return
		}
		b.WriteString(piece + f.Texts[i+1])
	}
	l.parts[p] = b.String()
}

// piece is what a cell says for a part, which it makes up alone or among others.
func (l *line) piece(p part, c workbook.Cell, alone bool) string {
	switch c.Kind {
	case workbook.Unknown:
		l.odd(p, c.Text)
		return ""
	case workbook.Error:
		l.odd(p, "it is a spreadsheet's error value")
		return ""
	case workbook.Number, workbook.Percent, workbook.Scientific:
		if sorts[p] == numberSort {
			if l.comma {
				return strings.Replace(c.Number, ".", ",", 1)
			}
			return c.Number
		}
	case workbook.Date:
		if sorts[p] == dateSort {
			return c.Moment.Format(l.names.layout)
		}
	}
	text := clean.Trim(c.Text)
	if clean.IsError(text) {
		l.odd(p, "it is a spreadsheet's error value")
		return ""
	}
	if sorts[p] == nameSort {
		return clean.Text(text)
	}
	if sorts[p] == idSort && text != "" {
		l.checkID(p, c, text, alone)
	}
	return text
}

// checkID notes why a cell is no id.
func (l *line) checkID(p part, c workbook.Cell, text string, alone bool) {
	if l.names.slug[p] {
		return // an id is made of it
	}
	switch {
	case c.Kind == workbook.Date && alone, c.Kind == workbook.Percent && alone:
		l.odd(p,
			"the spreadsheet took it for a date or a share: give the column the format Text, and fill the ids in again")
	case c.Kind == workbook.Number && !alone:
		l.oddID(p, c.Text)
	default:
		l.oddID(p, text)
	}
}

func (l *line) oddID(p part, text string) {
	if why := clean.Odd(text); why != "" {
		l.odd(p, why)
	}
}

// odd notes why a part can't be taken, the first reason of the line.
func (l *line) odd(p part, why string) {
	if l.bad == nil {
		l.bad = l.wrong(p, "%s", why)
	}
}

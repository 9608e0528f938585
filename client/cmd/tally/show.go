package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
	"tallystick/client/figure"
	"tallystick/client/index"
	"tallystick/client/node"
)

// scales says how many digits of a programme's points stand after the point, for
// people. JSON has the whole units.
type scales map[string]uint8

func scalesOf(list []points.Programme) scales {
	s := scales{}
	for _, p := range list {
		s[p.ID] = p.Rules.Scale
	}
	return s
}

// show writes an amount of a programme: 1860 at scale 2 as 18.60.
func (s scales) show(programme string, units amount.Units) string {
	return scaled(units, s[programme])
}

func scaled(units amount.Units, scale uint8) string { return figure.Points(units, scale) }

// held writes points of a hold, whose programmes may have different digits: then they are counted in smallest units.
func (s scales) held(h points.Hold, units amount.Units) string {
	scale, err := s.common(h)
	if err != nil {
		return grouped(units) + " smallest units"
	}
	return scaled(units, scale)
}

// printList prints a list, or shows it as a table.
func printList[T any](a *app, height uint64, rows []T, fill func(table.Writer)) error {
	return a.print(node.List[T]{Height: height, Rows: rows}, fill)
}

// orNone leaves a limit of 0, which is none, empty.
func (s scales) orNone(programme string, units amount.Units) string {
	if units == 0 {
		return ""
	}
	return s.show(programme, units)
}

// askScales reads the scales from a peer.
func askScales(ctx context.Context, g *node.Node) (scales, error) {
	list, err := g.Query().AllProgrammes(ctx)
	return scalesOf(list), err
}

// columns says how a list is shown: its header, the columns that are amounts,
// counted from 1, and the cells of one row.
type columns[T any] struct {
	header table.Row
	right  []int
	cells  func(index.Entry[T], scales) table.Row
}

// lists is a command that shows all rows of one kind that a request lets through.
func lists[Req, T any](a *app, use, example string, op node.Op[Req, node.Found[T]], show columns[T],
	ask func(args []string) (Req, error)) *cobra.Command {
	return verb(a, use, example, op, ask, inTable(a, show.fill))
}

func (c columns[T]) fill(t table.Writer, answer node.Found[T], s scales) {
	t.AppendHeader(c.header)
	right(t, c.right...)
	t.SuppressEmptyColumns()
	for _, n := range answer.Rows {
		t.AppendRow(c.cells(n, s))
	}
	asOf(t, answer.Height)
}

func asOf(t table.Writer, height uint64) { t.SetCaption("as of block %d", int64(height)-1) }

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func yesOrNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// moment writes UTC seconds in the reader's own time.
func moment(seconds int64) string { return time.Unix(seconds, 0).Format(time.DateTime) }

// lineText writes how many points of which programmes a line has.
func lineText(l spend.Line, s scales) string {
	text := ""
	for _, m := range l.ByProgramme() {
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%s %s", s.show(m.Programme, m.Amount), m.Programme)
	}
	return text
}

// untilText writes the end of a hold or an offer, and that it has passed.
func untilText(seconds int64) string {
	if seconds <= time.Now().Unix() {
		return moment(seconds) + " (passed)"
	}
	return moment(seconds)
}

// goodsText writes what a part is of: 2 wiper, 1 oilkit.
func goodsText(lines []goods.Line) string {
	var list []string
	for _, l := range lines {
		list = append(list, fmt.Sprintf("%d %s", l.Quantity, l.SKU))
	}
	return strings.Join(list, ", ")
}

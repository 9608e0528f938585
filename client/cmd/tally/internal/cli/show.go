package cli

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
	"tallystick/client/node/loyalty"
)

// Scales says how many digits of a programme's points stand after the point, for
// people. JSON has the whole units.
type Scales map[string]uint8

// ScalesOf are the scales of programmes.
func ScalesOf(list []points.Programme) Scales {
	s := Scales{}
	for _, p := range list {
		s[p.ID] = p.Rules.Scale
	}
	return s
}

// Show writes an amount of a programme: 1860 at scale 2 as 18.60.
func (s Scales) Show(programme string, units amount.Units) string {
	return Scaled(units, s[programme])
}

// Scaled writes an amount with so many digits after the point.
func Scaled(units amount.Units, scale uint8) string { return figure.Points(units, scale) }

// Held writes points of a hold, whose programmes may have different digits: then they are counted in smallest units.
func (s Scales) Held(h points.Hold, units amount.Units) string {
	scale, err := s.common(h)
	if err != nil {
		return Grouped(units) + " smallest units"
	}
	return Scaled(units, scale)
}

// PrintList prints a list, or shows it as a table.
func PrintList[T any](a *App, height uint64, rows []T, fill func(table.Writer)) error {
	return a.Print(node.List[T]{Height: height, Rows: rows}, fill)
}

// OrNone leaves a limit of 0, which is none, empty.
func (s Scales) OrNone(programme string, units amount.Units) string {
	if units == 0 {
		return ""
	}
	return s.Show(programme, units)
}

// AskScales asks a node for the scales. One in this process asks a peer for them: it may have no read model yet, and
// what is about points may need none.
func AskScales(ctx context.Context, n *Node) (Scales, error) {
	if n.here != nil {
		list, err := n.here.Query().AllProgrammes(ctx)
		return ScalesOf(list), err
	}
	list, err := Ask(ctx, n, loyalty.ProgrammeList, node.NoRequest{})
	return ScalesOf(list.Rows), err
}

// Columns says how a list is shown: its header, the columns that are amounts,
// counted from 1, and the cells of one row.
type Columns[T any] struct {
	Header table.Row
	Right  []int
	Cells  func(index.Entry[T], Scales) table.Row
}

// Lists is a command that shows all rows of one kind that a request lets through.
func Lists[Req, T any](a *App, use, example string, op node.Op[Req, node.Found[T]], show Columns[T],
	ask func(args []string) (Req, error)) *cobra.Command {
	return Verb(a, use, example, op, ask, InTable(a, show.Fill))
}

// Fill shows a list.
func (c Columns[T]) Fill(t table.Writer, answer node.Found[T], s Scales) {
	t.AppendHeader(c.Header)
	Right(t, c.Right...)
	t.SuppressEmptyColumns()
	for _, n := range answer.Rows {
		t.AppendRow(c.Cells(n, s))
	}
	AsOf(t, answer.Height)
}

// AsOf says under a table up to which block it is right.
func AsOf(t table.Writer, height uint64) { t.SetCaption("as of block %d", int64(height)-1) }

// Yes writes yes, or nothing.
func Yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

// YesOrNo writes yes or no.
func YesOrNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// Moment writes UTC seconds in the reader's own time.
func Moment(seconds int64) string { return time.Unix(seconds, 0).Format(time.DateTime) }

// LineText writes how many points of which programmes a line has.
func LineText(l spend.Line, s Scales) string {
	text := ""
	for _, m := range l.ByProgramme() {
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%s %s", s.Show(m.Programme, m.Amount), m.Programme)
	}
	return text
}

// UntilText writes the end of a hold or an offer, and that it has passed.
func UntilText(seconds int64) string {
	if seconds <= time.Now().Unix() {
		return Moment(seconds) + " (passed)"
	}
	return Moment(seconds)
}

// GoodsText writes what a part is of: 2 wiper, 1 oilkit.
func GoodsText(lines []goods.Line) string {
	var list []string
	for _, l := range lines {
		list = append(list, fmt.Sprintf("%d %s", l.Quantity, l.SKU))
	}
	return strings.Join(list, ", ")
}

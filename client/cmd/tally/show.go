package main

import (
	"context"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/points"
	"tallystick/client/gateway"
	"tallystick/client/index"
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

func scaled(units amount.Units, scale uint8) string {
	return decimal.New(int64(units), -int32(scale)).StringFixed(int32(scale))
}

// orNone leaves a limit of 0, which is none, empty.
func (s scales) orNone(programme string, units amount.Units) string {
	if units == 0 {
		return ""
	}
	return s.show(programme, units)
}

// indexScales reads the scales from the read model.
func indexScales(ix *index.Index) (scales, error) {
	_, list, err := ix.Programmes()
	return scalesOf(list), err
}

// askScales reads the scales from a peer.
func askScales(ctx context.Context, g *gateway.Gateway) (scales, error) {
	list, err := everything(func(p gateway.Page) (gateway.Part[points.Programme], error) { return g.Query().Programmes(ctx, p) })
	return scalesOf(list), err
}

// everything asks for all pages of a list.
func everything[T any](ask func(gateway.Page) (gateway.Part[T], error)) ([]T, error) {
	all := []T{}
	for page := (gateway.Page{Limit: 500}); ; {
		part, err := ask(page)
		if err != nil {
			return nil, err
		}
		if all = append(all, part.Rows...); part.Next == "" {
			return all, nil
		}
		page.After = part.Next
	}
}

// found is a list of the read model, with the number of blocks that it speaks of.
type found[T any] struct {
	Height uint64          `json:"height"`
	Rows   []index.Noun[T] `json:"rows"`
}

// columns says how a list is shown: its header, the columns that are amounts,
// counted from 1, and the cells of one row.
type columns[T any] struct {
	header table.Row
	right  []int
	cells  func(index.Noun[T], scales) table.Row
}

// lists is a command that shows all rows of one kind that a filter lets through.
func lists[T any](a *app, use, short, example string, show columns[T], filter func(args []string) index.Filter) *cobra.Command {
	return leaf(use, short, example, func(ctx context.Context, args []string) error {
		return a.withIndex(ctx, func(_ context.Context, _ *gateway.Gateway, ix *index.Index) error {
			var answer found[T]
			var err error
			if answer.Height, answer.Rows, err = index.All[T](ix, filter(args)); err != nil {
				return err
			}
			s, err := indexScales(ix)
			if err != nil {
				return err
			}
			return a.print(answer, func(t table.Writer) { show.fill(t, answer, s) })
		})
	})
}

func (c columns[T]) fill(t table.Writer, answer found[T], s scales) {
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

// moment writes UTC seconds in the reader's own time.
func moment(seconds int64) string { return time.Unix(seconds, 0).Format(time.DateTime) }

// states makes a filter's list of what may be one state or none.
func states(one string) []string {
	if one == "" {
		return nil
	}
	return []string{one}
}

package main

import (
	"context"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/figure"
	"tallystick/client/index"
	"tallystick/client/node"
)

// most is how many lots one expiry run looks at.
const most = 50_000

func expire(a *app) *cobra.Command {
	var programme string
	cmd := leaf("expire", "End the lots of your programme whose last day has passed (过期、弃兑)",
		"  tally --as M points expire --programme MP",
		func(ctx context.Context, _ []string) error {
			if err := name.CheckID("--programme", programme); err != nil {
				return err
			}
			return a.expire(ctx, programme)
		})
	cmd.Long = `Find the lots of your programme whose last day was before the business date, and
end them, 100 at a time. What is left of them is breakage, to the party that would
have owed it. Stop it anywhere and start it again: it finds what is still due.
Where expiry slides, lots of members who have been active stay, and are listed.`
	word(cmd, &programme, "programme", "programme")
	require(cmd, "programme")
	return a.takesLong(cmd)
}

// expired is what an expiry run did.
type expired struct {
	Programme string       `json:"programme"`
	Date      date.Date    `json:"date"`
	Lots      int          `json:"lots"`   // that were ended
	Points    amount.Units `json:"points"` // that broke
	Fen       string       `json:"fen"`    // what they were worth, exact: "400" or "1/2"
	Slid      []number.Row `json:"slid"`   // that can be spent still
	More      bool         `json:"more"`   // there are more: run it again
	worth     amount.Exact
	price     amount.Rate
}

func (a *app) expire(ctx context.Context, id string) error {
	return a.withIndex(ctx, func(ctx context.Context, g *node.Node, r *index.Reading) error {
		programme, err := g.Query().Programme(ctx, id)
		if err != nil {
			return err
		}
		if err := programme.RequireIssuer(g.Party()); err != nil {
			return err
		}
		cycle, err := r.Cycle()
		if err != nil {
			return err
		}
		due, err := r.Due(id, cycle.Date, most)
		if err != nil {
			return err
		}
		ended := expired{Programme: id, Date: cycle.Date, Slid: []number.Row{}, More: len(due) == most, price: programme.Price}
		if due, err = ended.leaveOut(r, programme, due); err != nil {
			return err
		}
		run, err := a.begin(ctx, g, r)
		if err != nil {
			return err
		}
		for from := 0; from < len(due); from += points.MaxLots {
			if err := a.expireLots(ctx, due[from:min(from+points.MaxLots, len(due))], run, &ended); err != nil {
				return err
			}
		}
		ended.Fen = ended.worth.String()
		return a.print(ended, func(t table.Writer) { expiredTable(t, ended, programme.Rules.Scale) })
	})
}

func expiredTable(t table.Writer, r expired, scale uint8) {
	t.AppendRows([]table.Row{{"programme", r.Programme}, {"business date", r.Date}, {"lots", r.Lots}, {"points", scaled(r.Points, scale)}, {"breakage", figure.ExactYuan(r.Fen)}})
	for _, lot := range r.Slid {
		t.AppendRow(table.Row{"slid, can be spent still", lot})
	}
	if r.More {
		t.AppendRow(table.Row{"there are more", "run it again"})
	}
}

// expireLots ends up to 100 lots in one command. If one of them has changed
// meanwhile, the ledger refuses them all: then each half is tried, and a lot that
// is refused alone is left out.
func (a *app) expireLots(ctx context.Context, lots []index.Lot, run *node.Run, ended *expired) error {
	req := points.ExpireRequest{}
	for _, l := range lots {
		req.Lots = append(req.Lots, l.Number)
	}
	err := run.Repeat(ctx, req)
	switch {
	case err == nil:
		for _, l := range lots {
			ended.Lots++
			ended.Points += l.Available()
			ended.worth.Add(l.Available(), ended.price)
		}
		return nil
	case fault.CodeOf(err) != fault.WrongState:
		return err
	case len(lots) == 1:
		ended.Slid = append(ended.Slid, lots[0].Number)
		return nil
	}
	if err := a.expireLots(ctx, lots[:len(lots)/2], run, ended); err != nil {
		return err
	}
	return a.expireLots(ctx, lots[len(lots)/2:], run, ended)
}

// leaveOut leaves lots out whose expiry has slid: their member has been active.
func (r *expired) leaveOut(now *index.Reading, programme points.Programme, due []index.Lot) ([]index.Lot, error) {
	if programme.Rules.Expiry.Kind != points.Sliding {
		return due, nil
	}
	standings, err := index.All[points.Standing](now, index.Filter{Topic: programme.ID})
	if err != nil {
		return nil, err
	}
	byMember := map[string]points.Standing{}
	for _, s := range standings {
		_, member, _ := strings.Cut(s.ID, "/")
		root, err := now.Root(member)
		if err != nil {
			return nil, err
		}
		byMember[root] = byMember[root].Join(s.Row, r.Date)
	}
	var left []index.Lot
	for _, l := range due {
		root, err := now.Root(l.Member)
		if err != nil {
			return nil, err
		}
		purse := points.Purse{
			Programmes: map[string]points.Programme{programme.ID: programme},
			Standings:  map[string]points.Standing{programme.ID: byMember[root]},
		}
		if purse.LastDay(l.Lot) >= r.Date {
			r.Slid = append(r.Slid, l.Number)
		} else {
			left = append(left, l)
		}
	}
	return left, nil
}

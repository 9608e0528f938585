package loyalty

import (
	"context"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/index"
	"tallystick/client/node"
)

// PointsExpire ends lots whose last day has passed (过期).
var PointsExpire = node.Does(node.Describe("points.expire", "POST", "/v1/programmes/{programme}/expiry", node.Loyalty,
	"End the lots of your programme whose last day has passed", "过期、弃兑",
	`{"programme":"MP"}`), expire)

// most is how many lots one expiry run looks at.
const most = 50_000

// ExpireRequest asks that the lots of a programme end that are due.
type ExpireRequest struct {
	Programme string `json:"programme"`
}

// Check refuses an id that is none.
func (r ExpireRequest) Check() error { return name.CheckID("`programme`", r.Programme) }

// Expired is what an expiry run did.
type Expired struct {
	Programme string       `json:"programme"`
	Date      date.Date    `json:"date"`
	Lots      int          `json:"lots"`   // that were ended
	Points    amount.Units `json:"points"` // that broke
	Fen       string       `json:"fen"`    // what they were worth, exact: "400" or "1/2"
	Slid      []number.Row `json:"slid"`   // that can be spent still
	More      bool         `json:"more"`   // there are more: run it again
}

// expiry is a run that ends lots of a programme.
type expiry struct {
	programme points.Programme
	done      Expired
	worth     amount.Exact
	run       *node.Run
}

// expire finds the lots whose last day was before the business date, and ends them, 100 at a time. What is left of them
// is breakage, to the party that would have owed it. Stopped anywhere and begun again, it finds what is still due.
func expire(ctx context.Context, n *node.Node, c *node.Call, req ExpireRequest) (done Expired, err error) {
	e := &expiry{}
	if e.programme, err = n.Query().Programme(ctx, req.Programme); err != nil {
		return done, err
	}
	if err := e.programme.RequireIssuer(n.Party()); err != nil {
		return done, err
	}
	due, err := node.Ask(ctx, n, e.due)
	if err != nil {
		return done, err
	}
	if e.run, err = n.Begin(ctx, c); err != nil {
		return done, err
	}
	for from := 0; from < len(due); from += points.MaxLots {
		if err := e.end(ctx, due[from:min(from+points.MaxLots, len(due))]); err != nil {
			return done, err
		}
	}
	e.done.Fen = e.worth.String()
	return e.done, nil
}

// due lists the lots that are to end.
func (e *expiry) due(r *index.Reading) ([]index.Lot, error) {
	today, err := node.BusinessDate(r)
	if err != nil {
		return nil, err
	}
	due, err := r.Due(e.programme.ID, today, most)
	if err != nil {
		return nil, err
	}
	e.done = Expired{Programme: e.programme.ID, Date: today, Slid: []number.Row{}, More: len(due) == most}
	return e.leaveOut(r, due)
}

// leaveOut leaves lots out whose expiry has slid: their member has been active.
func (e *expiry) leaveOut(r *index.Reading, due []index.Lot) (left []index.Lot, err error) {
	if e.programme.Rules.Expiry.Kind != points.Sliding {
		return due, nil
	}
	standings, err := e.standings(r)
	if err != nil {
		return nil, err
	}
	for _, l := range due {
		root, err := r.Root(l.Member)
		if err != nil {
			return nil, err
		}
		wallet := points.Wallet{
			Programmes: map[string]points.Programme{e.programme.ID: e.programme},
			Standings:  map[string]points.Standing{e.programme.ID: standings[root]},
		}
		if wallet.LastDay(l.Lot) >= e.done.Date {
			e.done.Slid = append(e.done.Slid, l.Number)
		} else {
			left = append(left, l)
		}
	}
	return left, nil
}

// standings are how active members have been, with those who were merged into them.
func (e *expiry) standings(r *index.Reading) (map[string]points.Standing, error) {
	list, err := index.All[points.Standing](r, index.Filter{Topic: e.programme.ID})
	if err != nil {
		return nil, err
	}
	byMember := map[string]points.Standing{}
	for _, s := range list {
		_, member, _ := strings.Cut(s.ID, "/")
		root, err := r.Root(member)
		if err != nil {
			return nil, err
		}
		byMember[root] = byMember[root].Join(s.Row, e.done.Date)
	}
	return byMember, nil
}

// end ends up to 100 lots in one command. If one of them has changed meanwhile, the ledger refuses them all: then each
// half is tried, and a lot that is refused alone is left out.
func (e *expiry) end(ctx context.Context, lots []index.Lot) error {
	req := points.ExpireRequest{}
	for _, l := range lots {
		req.Lots = append(req.Lots, l.Number)
	}
	err := e.run.Repeat(ctx, req)
	switch {
	case err == nil:
		for _, l := range lots {
			e.done.Lots++
			e.done.Points += l.Available()
			e.worth.Add(l.Available(), e.programme.Price)
		}
		return nil
	case fault.CodeOf(err) != fault.WrongState:
		return err
	case len(lots) == 1:
		e.done.Slid = append(e.done.Slid, lots[0].Number)
		return nil
	}
	if err := e.end(ctx, lots[:len(lots)/2]); err != nil {
		return err
	}
	return e.end(ctx, lots[len(lots)/2:])
}

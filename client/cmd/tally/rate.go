package main

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
	"tallystick/client/figure"
	"tallystick/client/gateway"
	"tallystick/client/index"
)

func rates(a *app) *cobra.Command {
	return group("rate", "Rates at which points of one programme become another's (积分换算)", publishRate(a), showRate(a), agreeRate(a), listRates(a))
}

func publishRate(a *app) *cobra.Command {
	var req points.PublishRateRequest
	cmd := a.sends("publish FROM TO", "Publish a rate into your programme, or change it; the other issuer must agree",
		`  tally --as G rate publish MP GP --rate 1/2 --from 2026-11-01 --until 2027-10-31
  tally --as G rate publish BP GP --rate 1/5 --whole floor --per-day 50.00 --from 2026-12-01 --until 2027-11-30`,
		func(args []string) (command.Request, error) {
			req.From, req.To = args[0], args[1]
			return req, nil
		})
	a.rateFlag(cmd, &req.Rate, "rate", "points got for one given, such as 1/2", func(_ context.Context, _ *gateway.Gateway, s scales, shown amount.Rate) (amount.Rate, error) {
		return s.between(req.From, req.To, shown)
	})
	choice(cmd, &req.Whole, "whole", "exact converts whole multiples only, floor the fewest points that give the most", "exact", "floor")
	a.pointsFlag(cmd, &req.PerDay, "per-day", "points that one member may get so in a day; 0: no limit", ofProgramme(&req.To))
	day(cmd, &req.Since, "from", "first day")
	day(cmd, &req.Until, "until", "last day")
	require(cmd, "rate", "from", "until")
	return cmd
}

func agreeRate(a *app) *cobra.Command {
	var req points.AgreeRateRequest
	cmd := a.sends("agree FROM TO", "Agree to a published rate out of your programme",
		"  tally --as M rate agree MP GP --terms 3f0c…",
		func(args []string) (command.Request, error) {
			req.From, req.To = args[0], args[1]
			return req, nil
		})
	cmd.Long = `Agree to a published rate out of your programme: to its limit, its days and its way to
make whole points, too. Name all of it by the hash that tally rate show tells, so that
nothing of it can be changed meanwhile.`
	one(cmd, &req.Terms, "terms", "hash", "the hash of what you have read", codec.ParseHash)
	require(cmd, "terms")
	return cmd
}

// between is smallest units got for one given, of a rate as people see both. NOT_FOUND.
func (s scales) between(from, to string, shown amount.Rate) (amount.Rate, error) {
	given, err := s.of(from)
	if err != nil {
		return shown, err
	}
	got, err := s.of(to)
	if err != nil {
		return shown, err
	}
	return figure.Between(shown, given, got)
}

// got is what one point becomes, as people see both.
func (s scales) got(c points.Conversion) string {
	return figure.BetweenText(c.Rate, s[c.From], s[c.To])
}

// publishedRate is a rate, and the hash by which it is agreed to.
type publishedRate struct {
	points.Conversion
	Terms codec.Hash `json:"terms"`
}

func showRate(a *app) *cobra.Command {
	cmd := leaf("show FROM TO", "Show a published rate, and the hash by which it is agreed to", "  tally --as M rate show MP GP",
		func(ctx context.Context, args []string) error {
			return a.with(ctx, func(ctx context.Context, g *gateway.Gateway) error {
				c, err := g.Query().Conversion(ctx, args[0], args[1])
				if err != nil {
					return err
				}
				s, err := askScales(ctx, g)
				if err != nil {
					return err
				}
				return a.print(publishedRate{c, c.Terms()}, func(t table.Writer) {
					t.AppendRows([]table.Row{{"from", c.From}, {"to", c.To}, {"got for one", s.got(c)}, {"whole", c.Whole},
						{"a day at most", s.orNone(c.To, c.PerDay)}, {"since", c.Since}, {"until", c.Until}, {"agreed", yes(c.Agreed)}, {"terms", c.Terms()}})
				})
			})
		})
	return cmd
}

func listRates(a *app) *cobra.Command {
	var f index.Filter
	cmd := lists(a, "list", "List published rates", "  tally --as A rate list --into GP", columns[points.Conversion]{
		header: table.Row{"from", "to", "got for one", "whole", "a day at most", "since", "until", "agreed"}, right: []int{3, 5},
		cells: func(n index.Noun[points.Conversion], s scales) table.Row {
			c := n.Row
			return table.Row{c.From, c.To, s.got(c), c.Whole, s.orNone(c.To, c.PerDay), c.Since, c.Until, yes(c.Agreed)}
		},
	}, func([]string) index.Filter { return f })
	word(cmd, &f.Topic, "into", "into this programme only")
	return cmd
}

func convert(a *app) *cobra.Command {
	var v conversion
	cmd := leaf("convert", "Turn a member's points into points of your programme, at the agreed rate (积分换算)",
		`  tally --as G points convert --member li --take MP:63.01 --into GP`,
		func(ctx context.Context, _ []string) error { return a.convert(ctx, &v) })
	cmd.Long = `Turn a member's points into points of your programme, at the published and agreed
rate. What doesn't make a whole point stays with the member. You need the member's
authorisation if you aren't its home.`
	word(cmd, &v.member, "member", "whose points")
	a.partFlag(cmd, &v.from, "take", "programme:points, earliest expiry first")
	word(cmd, &v.to, "into", "programme that they become")
	v.consent.flags(cmd)
	require(cmd, "member", "take", "into")
	return cmd
}

type conversion struct {
	consent
	member, to string
	from       part
}

// converted is what became of a conversion.
type converted struct {
	receipt
	Lot   number.Row   `json:"lot"`   // that was made
	Taken amount.Units `json:"taken"` // of the one programme
	Got   amount.Units `json:"got"`   // of the other
	Stays amount.Units `json:"stays"` // of what was named, with the member
}

func (a *app) convert(ctx context.Context, v *conversion) error {
	authorisation, cd, err := v.proof(a)
	if err != nil {
		return err
	}
	with := func(pieces []spend.Take) command.Request {
		return points.ConvertRequest{Member: v.member, To: v.to, Pieces: pieces, Authorisation: authorisation, Code: cd}
	}
	if v.from.programme == "" {
		return fault.New(fault.BadRequest, "say which points: --take programme:points")
	}
	if err := (spending{take: []part{v.from}}).check(with); err != nil {
		return err
	}
	return a.withIndex(ctx, func(ctx context.Context, g *gateway.Gateway, now *index.Reading) error {
		s := spending{take: []part{v.from}}
		r, err := a.place(ctx, g, now, v.member, s, with)
		if err != nil {
			return err
		}
		answer, err := v.outcome(ctx, g, r)
		if err != nil {
			return err
		}
		show, err := indexScales(now)
		if err != nil {
			return err
		}
		return a.print(answer, func(t table.Writer) {
			receiptTable(t, "points:Convert", r)
			t.AppendRows([]table.Row{{"taken " + v.from.programme, show.show(v.from.programme, answer.Taken)},
				{"got " + v.to, show.show(v.to, answer.Got)}, {"stays " + v.from.programme, show.show(v.from.programme, answer.Stays)}, {"new lot", answer.Lot}})
		})
	})
}

// outcome reads what a conversion made. What was taken is the fewest points that
// give as much, by either way to make whole ones.
func (v *conversion) outcome(ctx context.Context, g *gateway.Gateway, r receipt) (converted, error) {
	answer := converted{receipt: r, Lot: r.Number.Row(0)}
	lots, err := g.Query().Lots(ctx, answer.Lot)
	if err != nil {
		return answer, err
	}
	rate, err := g.Query().Conversion(ctx, v.from.programme, v.to)
	if err != nil {
		return answer, err
	}
	answer.Got = lots[0].Issued
	if answer.Taken, err = (amount.Rate{Num: rate.Rate.Den, Den: rate.Rate.Num}).Of(answer.Got, amount.Up); err != nil {
		return answer, err
	}
	answer.Stays = max(0, v.from.units-answer.Taken)
	return answer, nil
}

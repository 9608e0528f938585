package loyalty

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/points"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/figure"
	"tallystick/client/index"
	"tallystick/client/node/loyalty"
)

// Rates is the group of rates between programmes.
func Rates(a *cli.App) *cobra.Command {
	return cli.Group("rate", "Rates at which points of one programme become another's (积分换算)",
		publishRate(a), showRate(a),
		agreeRate(a), listRates(a))
}

func publishRate(a *cli.App) *cobra.Command {
	var req points.PublishRateRequest
	cmd := cli.Sends(a, "publish FROM TO",
		`  tally --as G rate publish MP GP --rate 1/2 --from 2026-11-01 --until 2027-10-31
  tally --as G rate publish BP GP --rate 1/5 --whole floor --per-day 50.00 --from 2026-12-01 --until 2027-11-30`, loyalty.RatePublish,
		cli.Words(&req, &req.From, &req.To))
	a.RateFlag(cmd, &req.Rate, "rate", "points got for one given, such as 1/2",
		func(_ context.Context, _ *cli.Node, s cli.Scales, shown amount.Rate) (amount.Rate, error) {
			return betweenScales(s, req.From, req.To, shown)
		})
	cli.Choice(cmd, &req.Whole, "whole",
		"exact converts whole multiples only, floor the fewest points that give the most", "exact", "floor")
	a.PointsFlag(cmd, &req.PerDay, "per-day", "points that one member may get so in a day; 0: no limit",
		cli.OfProgramme(&req.To))
	cli.Day(cmd, &req.Since, "from", "first day")
	cli.Day(cmd, &req.Until, "until", "last day")
	cli.Require(cmd, "rate", "from", "until")
	return cmd
}

func agreeRate(a *cli.App) *cobra.Command {
	var req points.AgreeRateRequest
	cmd := cli.Sends(a, "agree FROM TO", "  tally --as M rate agree MP GP --terms 3f0c…", loyalty.RateAgree,
		cli.Words(&req, &req.From, &req.To))
	cmd.Long = `Agree to a published rate out of your programme: to its limit, its days and its way to
make whole points, too. Name all of it by the hash that tally rate show tells, so that
nothing of it can be changed meanwhile.`
	cli.One(cmd, &req.Terms, "terms", "the hash of what you have read", codec.ParseHash)
	cli.Require(cmd, "terms")
	return cmd
}

// between is smallest units got for one given, of a rate as people see both. NOT_FOUND.
func betweenScales(s cli.Scales, from, to string, shown amount.Rate) (amount.Rate, error) {
	given, err := s.Of(from)
	if err != nil {
		return shown, err
	}
	got, err := s.Of(to)
	if err != nil {
		return shown, err
	}
	return figure.Between(shown, given, got)
}

// got is what one point becomes, as people see both.
func gotForOne(s cli.Scales, c points.Conversion) string {
	return figure.BetweenText(c.Rate, s[c.From], s[c.To])
}

func showRate(a *cli.App) *cobra.Command {
	var req loyalty.RateQuery
	return cli.Verb(a, "show FROM TO", "  tally --as M rate show MP GP", loyalty.RateShow,
		cli.Words(&req, &req.From, &req.To),
		cli.InTable(a, func(t table.Writer, c loyalty.PublishedRate, s cli.Scales) {
			t.AppendRows([]table.Row{{"from", c.From}, {"to", c.To},
				{"got for one", gotForOne(s, c.Conversion)}, {"whole", c.Whole},
				{"a day at most", s.OrNone(c.To, c.PerDay)}, {"since", c.Since}, {"until", c.Until},
				{"agreed", cli.Yes(c.Agreed)}, {"terms", c.Terms}})
		}))
}

func listRates(a *cli.App) *cobra.Command {
	var req loyalty.RateListRequest
	cmd := cli.Lists(a, "list", "  tally --as A rate list --into GP", loyalty.RateList, cli.Columns[points.Conversion]{
		Header: table.Row{"from", "to", "got for one", "whole", "a day at most", "since", "until", "agreed"},
		Right:  []int{3, 5},
		Cells: func(n index.Entry[points.Conversion], s cli.Scales) table.Row {
			c := n.Row
			return table.Row{c.From, c.To, gotForOne(s, c), c.Whole, s.OrNone(c.To, c.PerDay), c.Since,
				c.Until, cli.Yes(c.Agreed)}
		},
	}, cli.Words(&req))
	cli.Word(cmd, &req.Into, "into", "into this programme only")
	return cmd
}

func convert(a *cli.App) *cobra.Command {
	var req loyalty.ConvertRequest
	var from cli.Part
	var c cli.Consent
	cmd := cli.Verb(a, "convert", `  tally --as G points convert --member li --take MP:63.01 --into GP`,
		loyalty.PointsConvert, func([]string) (_ loyalty.ConvertRequest, err error) {
			if req.Take = from.Named(); from.Programme == "" {
				return req, fault.New(fault.BadRequest, "say which points: --take programme:points")
			}
			req.Authorisation, req.Code, err = c.Proof(a)
			return req, err
		}, cli.InTable(a, func(t table.Writer, answer loyalty.Converted, show cli.Scales) {
			cli.ReceiptTable(t, "points:Convert", answer.Receipt)
			t.AppendRows([]table.Row{{"taken " + req.Take.Programme, show.Show(req.Take.Programme, answer.Taken)},
				{"got " + req.Into, show.Show(req.Into, answer.Got)},
				{"stays " + req.Take.Programme, show.Show(req.Take.Programme, answer.Stays)},
				{"new lot", answer.Lot}})
		}))
	cmd.Long = `Turn a member's points into points of your programme, at the published and agreed
rate. What doesn't make a whole point stays with the member. You need the member's
authorisation if you aren't its home.`
	cli.Word(cmd, &req.Member, "member", "whose points")
	a.PartFlag(cmd, &from, "take", "programme:points, earliest expiry first")
	cli.Word(cmd, &req.Into, "into", "programme that they become")
	c.Flags(cmd)
	cli.Require(cmd, "member", "take", "into")
	return cmd
}

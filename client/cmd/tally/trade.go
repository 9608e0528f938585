package main

import (
	"context"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/command"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
	"tallystick/client/gateway"
	"tallystick/client/index"
)

func trades(a *app) *cobra.Command {
	return group("trade", "Trades: members swap points of two programmes (积分交易)", offerTrade(a), takeTrade(a), endTrade(a), showTrade(a), listTrades(a))
}

func offerTrade(a *app) *cobra.Command {
	var req points.OfferRequest
	var s spending
	var c consent
	var want part
	var length time.Duration
	cmd := leaf("offer", "Offer a member's points for points of another programme; for its home, or with an authorisation (挂单)",
		`  tally --as D trade offer --member wang --take DP:1.00 --want GP:0.90 --for 7d
  tally --as D trade offer --member wang --take DP:1.00 --want GP:0.90 --taker li`,
		func(ctx context.Context, _ []string) (err error) {
			if req.Authorisation, req.Code, err = c.proof(a); err != nil {
				return err
			}
			return a.spends(ctx, req.Member, &s, func(pieces []spend.Take) command.Request {
				made := req
				made.Wants, made.Price = want.programme, want.units
				made.Pieces, made.Until = pieces, after(length)
				return made
			})
		})
	word(cmd, &req.Member, "member", "who offers")
	s.flags(a, cmd)
	a.partFlag(cmd, &want, "want", "programme:points that it wants for them")
	word(cmd, &req.For, "taker", "the one member who may take it; anybody if you name none")
	span(cmd, &length, "for", aDay, "how long it can be taken, from now, up to 30d")
	c.flags(cmd)
	requireOne(cmd, "take", "lot")
	require(cmd, "member", "want")
	return cmd
}

func takeTrade(a *app) *cobra.Command {
	var req points.TakeRequest
	var c consent
	cmd := leaf("take TRADE", "Take an offer: give its price, get what was set aside (成交)",
		"  tally --as G trade take D.0.12.0 --member li",
		func(ctx context.Context, args []string) (err error) {
			if req.Trade, err = number.ParseCommand(args[0]); err != nil {
				return err
			}
			if req.Authorisation, req.Code, err = c.proof(a); err != nil {
				return err
			}
			return a.takeTrade(ctx, req)
		})
	word(cmd, &req.Member, "member", "who takes it")
	c.flags(cmd)
	require(cmd, "member")
	return cmd
}

func (a *app) takeTrade(ctx context.Context, req points.TakeRequest) error {
	with := func(pieces []spend.Take) command.Request {
		made := req
		made.Pieces = pieces
		return made
	}
	if err := with([]spend.Take{example}).Check(); err != nil {
		return err
	}
	return a.withIndex(ctx, func(ctx context.Context, g *gateway.Gateway, r *index.Reading) error {
		answer, err := a.once(ctx, g, func() (command.Request, error) {
			trade, err := g.Query().Trade(ctx, req.Trade)
			if err != nil {
				return nil, err
			}
			pieces, err := spending{take: []part{{programme: trade.Wants, units: trade.Price}}}.pieces(r, req.Member)
			return with(pieces), err
		})
		if err != nil {
			return err
		}
		return a.printReceipt("points:Take", answer)
	})
}

func endTrade(a *app) *cobra.Command {
	return a.sends("end TRADE", "Withdraw your offer, or note that anybody's has lapsed (撤单)", "  tally --as D trade end D.0.12.0",
		func(args []string) (command.Request, error) {
			n, err := number.ParseCommand(args[0])
			return points.EndTradeRequest{Trade: n}, err
		})
}

func showTrade(a *app) *cobra.Command {
	return leaf("show TRADE", "Show an offer and what became of it", "  tally --as G trade show D.0.12.0", func(ctx context.Context, args []string) error {
		n, err := number.ParseCommand(args[0])
		if err != nil {
			return err
		}
		return a.with(ctx, func(ctx context.Context, g *gateway.Gateway) error {
			trade, err := g.Query().Trade(ctx, n)
			if err != nil {
				return err
			}
			s, err := askScales(ctx, g)
			if err != nil {
				return err
			}
			return a.print(trade, func(t table.Writer) {
				t.AppendRows([]table.Row{{"trade", n}, {"by", trade.By}, {"maker", trade.Maker}, {"gives", lineText(trade.Pieces, s)},
					{"wants", s.show(trade.Wants, trade.Price) + " " + trade.Wants}, {"state", trade.State}, {"until", moment(trade.Until)}})
				for _, optional := range [][2]string{{"for", trade.For}, {"taker", trade.Taker}} {
					if optional[1] != "" {
						t.AppendRow(table.Row{optional[0], optional[1]})
					}
				}
			})
		})
	})
}

func listTrades(a *app) *cobra.Command {
	var f index.Filter
	var state string
	cmd := lists(a, "list", "List offers and trades", "  tally --as G trade list --state OFFERED --into GP", columns[points.Trade]{
		header: table.Row{"trade", "by", "maker", "gives", "wants", "for", "state", "taker", "until"}, right: []int{4, 5},
		cells: func(n index.Noun[points.Trade], s scales) table.Row {
			r := n.Row
			return table.Row{n.ID, r.By, r.Maker, lineText(r.Pieces, s), s.show(r.Wants, r.Price) + " " + r.Wants, r.For, r.State, r.Taker, moment(r.Until)}
		},
	}, func([]string) index.Filter {
		f.States = states(state)
		return f
	})
	word(cmd, &f.Member, "member", "that this member made, only")
	word(cmd, &f.Topic, "into", "that want points of this programme, only")
	word(cmd, &state, "state", "OFFERED, SWAPPED, WITHDRAWN or LAPSED")
	complete(cmd, "state", "OFFERED", "SWAPPED", "WITHDRAWN", "LAPSED")
	return cmd
}

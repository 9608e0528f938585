package main

import (
	"context"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/node/loyalty"
)

func trades(a *app) *cobra.Command {
	return group("trade", "Trades: members swap points of two programmes (积分交易)", offerTrade(a), takeTrade(a),
		endTrade(a), showTrade(a), listTrades(a))
}

func offerTrade(a *app) *cobra.Command {
	var req loyalty.OfferTradeRequest
	var s spending
	var c consent
	var want part
	var length time.Duration
	cmd := verb(a, "offer", `  tally --as D trade offer --member wang --take DP:1.00 --want GP:0.90 --for 7d
  tally --as D trade offer --member wang --take DP:1.00 --want GP:0.90 --taker li`,
		loyalty.TradeOffer, func([]string) (_ loyalty.OfferTradeRequest, err error) {
			req.Spending, req.Want, req.For = s.named(), want.named(), inSeconds(length)
			req.Authorisation, req.Code, err = c.proof(a)
			return req, err
		}, a.receiptOf("points:Offer"))
	word(cmd, &req.Member, "member", "who offers")
	s.flags(a, cmd)
	a.partFlag(cmd, &want, "want", "programme:points that it wants for them")
	word(cmd, &req.Taker, "taker", "the one member who may take it; anybody if you name none")
	span(cmd, &length, "for", aDay, "how long it can be taken, from now, up to 30d")
	c.flags(cmd)
	requireOne(cmd, "take", "lot")
	require(cmd, "member", "want")
	return cmd
}

func takeTrade(a *app) *cobra.Command {
	var req loyalty.TakeTradeRequest
	var c consent
	cmd := verb(a, "take TRADE", "  tally --as G trade take D.0.12.0 --member li",
		loyalty.TradeTake, func(args []string) (_ loyalty.TakeTradeRequest, err error) {
			if req.Trade, err = number.ParseCommand(args[0]); err == nil {
				req.Authorisation, req.Code, err = c.proof(a)
			}
			return req, err
		}, a.receiptOf("points:Take"))
	word(cmd, &req.Member, "member", "who takes it")
	c.flags(cmd)
	require(cmd, "member")
	return cmd
}

func endTrade(a *app) *cobra.Command {
	var req points.EndTradeRequest
	return verb(a, "end TRADE", "  tally --as D trade end D.0.12.0",
		loyalty.TradeEnd, parsed(&req, &req.Trade, number.ParseCommand), a.receiptOf("points:EndTrade"))
}

func showTrade(a *app) *cobra.Command {
	return leaf("show TRADE", "Show an offer and what became of it", "  tally --as G trade show D.0.12.0",
		func(ctx context.Context, args []string) error {
			n, err := number.ParseCommand(args[0])
			if err != nil {
				return err
			}
			return a.with(ctx, func(ctx context.Context, g *node.Node) error {
				trade, err := g.Query().Trade(ctx, n)
				if err != nil {
					return err
				}
				s, err := askScales(ctx, g)
				if err != nil {
					return err
				}
				return a.print(trade, func(t table.Writer) {
					t.AppendRows([]table.Row{{"trade", n}, {"by", trade.By}, {"maker", trade.Maker},
						{"gives", lineText(trade.Pieces, s)},
						{"wants", s.show(trade.Wants, trade.Price) + " " + trade.Wants}, {"state", trade.State},
						{"until", moment(trade.Until)}})
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
	var req loyalty.TradeListRequest
	cmd := lists(a, "list", "  tally --as G trade list --state OFFERED --into GP",
		loyalty.TradeList, columns[points.Trade]{
			header: table.Row{"trade", "by", "maker", "gives", "wants", "for", "state", "taker", "until"},
			right:  []int{4, 5},
			cells: func(n index.Entry[points.Trade], s scales) table.Row {
				r := n.Row
				return table.Row{n.ID, r.By, r.Maker, lineText(r.Pieces, s), s.show(r.Wants, r.Price) + " " + r.Wants,
					r.For, r.State, r.Taker, moment(r.Until)}
			},
		}, words(&req))
	word(cmd, &req.Member, "member", "that this member made, only")
	word(cmd, &req.Into, "into", "that want points of this programme, only")
	inState(cmd, &req.States, "OFFERED, SWAPPED, WITHDRAWN or LAPSED", "OFFERED", "SWAPPED", "WITHDRAWN", "LAPSED")
	return cmd
}

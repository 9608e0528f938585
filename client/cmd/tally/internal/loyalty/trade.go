package loyalty

import (
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/index"
	"tallystick/client/node/loyalty"
)

// Trades is the group of trades of points between members.
func Trades(a *cli.App) *cobra.Command {
	return cli.Group("trade", "Trades: members swap points of two programmes (积分交易)", offerTrade(a), takeTrade(a),
		endTrade(a), showTrade(a), listTrades(a))
}

func offerTrade(a *cli.App) *cobra.Command {
	var req loyalty.OfferTradeRequest
	var s cli.Spending
	var c cli.Consent
	var want cli.Part
	var length time.Duration
	cmd := cli.Verb(a, "offer", `  tally --as D trade offer --member wang --take DP:1.00 --want GP:0.90 --for 7d
  tally --as D trade offer --member wang --take DP:1.00 --want GP:0.90 --taker li`,
		loyalty.TradeOffer, func([]string) (_ loyalty.OfferTradeRequest, err error) {
			req.Spending, req.Want, req.For = s.Named(), want.Named(), cli.InSeconds(length)
			req.Authorisation, req.Code, err = c.Proof(a)
			return req, err
		}, a.ReceiptOf("points:Offer"))
	cli.Word(cmd, &req.Member, "member", "who offers")
	s.Flags(a, cmd)
	a.PartFlag(cmd, &want, "want", "programme:points that it wants for them")
	cli.Word(cmd, &req.Taker, "taker", "the one member who may take it; anybody if you name none")
	cli.Span(cmd, &length, "for", cli.ADay, "how long it can be taken, from now, up to 30d")
	c.Flags(cmd)
	cli.RequireOne(cmd, "take", "lot")
	cli.Require(cmd, "member", "want")
	return cmd
}

func takeTrade(a *cli.App) *cobra.Command {
	var req loyalty.TakeTradeRequest
	var c cli.Consent
	cmd := cli.Verb(a, "take TRADE", "  tally --as G trade take D.0.12.0 --member li",
		loyalty.TradeTake, func(args []string) (_ loyalty.TakeTradeRequest, err error) {
			if req.Trade, err = number.ParseCommand(args[0]); err == nil {
				req.Authorisation, req.Code, err = c.Proof(a)
			}
			return req, err
		}, a.ReceiptOf("points:Take"))
	cli.Word(cmd, &req.Member, "member", "who takes it")
	c.Flags(cmd)
	cli.Require(cmd, "member")
	return cmd
}

func endTrade(a *cli.App) *cobra.Command {
	var req points.EndTradeRequest
	return cli.Verb(a, "end TRADE", "  tally --as D trade end D.0.12.0",
		loyalty.TradeEnd, cli.Parsed(&req, &req.Trade, number.ParseCommand), a.ReceiptOf("points:EndTrade"))
}

func showTrade(a *cli.App) *cobra.Command {
	var req loyalty.TradeQuery
	return cli.Verb(a, "show TRADE", "  tally --as G trade show D.0.12.0", loyalty.TradeShow,
		cli.Parsed(&req, &req.Trade, number.ParseCommand),
		cli.InTable(a, func(t table.Writer, trade points.Trade, s cli.Scales) {
			t.AppendRows([]table.Row{{"trade", req.Trade}, {"by", trade.By}, {"maker", trade.Maker},
				{"gives", cli.LineText(trade.Pieces, s)},
				{"wants", s.Show(trade.Wants, trade.Price) + " " + trade.Wants}, {"state", trade.State},
				{"until", cli.Moment(trade.Until)}})
			for _, optional := range [][2]string{{"for", trade.For}, {"taker", trade.Taker}} {
				if optional[1] != "" {
					t.AppendRow(table.Row{optional[0], optional[1]})
				}
			}
		}))
}

func listTrades(a *cli.App) *cobra.Command {
	var req loyalty.TradeListRequest
	cmd := cli.Lists(a, "list", "  tally --as G trade list --state OFFERED --into GP",
		loyalty.TradeList, cli.Columns[points.Trade]{
			Header: table.Row{"trade", "by", "maker", "gives", "wants", "for", "state", "taker", "until"},
			Right:  []int{4, 5},
			Cells: func(n index.Entry[points.Trade], s cli.Scales) table.Row {
				r := n.Row
				return table.Row{n.ID, r.By, r.Maker, cli.LineText(r.Pieces, s),
					s.Show(r.Wants, r.Price) + " " + r.Wants,
					r.For, r.State, r.Taker, cli.Moment(r.Until)}
			},
		}, cli.Words(&req))
	cli.Word(cmd, &req.Member, "member", "that this member made, only")
	cli.Word(cmd, &req.Into, "into", "that want points of this programme, only")
	cli.InState(cmd, &req.States, "OFFERED, SWAPPED, WITHDRAWN or LAPSED", "OFFERED", "SWAPPED", "WITHDRAWN", "LAPSED")
	return cmd
}

package catalogue

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/answer"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/figure"
	"tallystick/client/node/catalogue"
)

func basketFlags(cmd *cobra.Command, b *catalogue.Basket) {
	cli.Word(cmd, &b.Member, "member", "who buys")
	cli.Many(cmd, &b.Lines, "item", "SUPPLIER/SKU:QUANTITY; without a quantity, one", parseOrderLine)
	cli.Require(cmd, "member", "item")
	cli.Word(cmd, &b.Region, "region", "whose prices; the outlet's if you name one")
	cli.Word(cmd, &b.Outlet, "outlet", "where, an outlet of the seller's (网点)")
}

// parseOrderLine reads SUPPLIER/SKU:QUANTITY or SUPPLIER/SKU.
func parseOrderLine(text string) (goods.Wanted, error) {
	id, count, counted := strings.Cut(text, ":")
	supplier, sku, ok := strings.Cut(id, "/")
	if !ok {
		return goods.Wanted{}, fault.New(fault.BadRequest, "%.140q: want SUPPLIER/SKU:QUANTITY", text)
	}
	w := goods.Wanted{Supplier: supplier, SKU: sku, Quantity: 1}
	if counted {
		quantity, err := strconv.ParseUint(count, 10, 32)
		if err != nil {
			return w, fault.New(fault.BadRequest, "quantity %.40q: want a whole number", count)
		}
		w.Quantity = uint32(quantity)
	}
	return w, goods.CheckWanted([]goods.Wanted{w})
}

func quoteOrder(a *cli.App) *cobra.Command {
	var req catalogue.QuoteRequest
	cmd := cli.Verb(a, "quote",
		`  tally --as D order quote --member zhang --item S1/oilkit --item S2/wiper:2 --region sh
  tally --as G order quote --seller D --member zhang --item S1/oilkit`, catalogue.OrderQuote, cli.Words(&req),
		cli.WithMore(a, goodsOfQuote, quotedTable))
	basketFlags(cmd, &req.Basket)
	cli.Word(cmd, &req.Seller, "seller", "whose storefront; yours if you name none")
	return cmd
}

// goodsOfQuote asks for what a quote is of.
func goodsOfQuote(ctx context.Context, n *cli.Node, q answer.Quoted) (known, error) {
	list := make([]catalogue.GoodRequest, len(q.Quote.Lines))
	for i, l := range q.Quote.Lines {
		list[i] = quotedGood(l)
	}
	return askGoods(ctx, n, list)
}

func quotedGood(l goods.Quoted) catalogue.GoodRequest {
	return catalogue.GoodRequest{Supplier: l.Supplier, SKU: l.SKU, Version: l.Version}
}

func quotedTable(t table.Writer, q answer.Quoted, k known) {
	t.AppendHeader(table.Row{"good", "name", "名称", "delivery", "scene", "quantity", "each", "price"})
	cli.Right(t, 6, 7, 8)
	for _, l := range q.Quote.Lines {
		good := k.goods[quotedGood(l)]
		t.AppendRow(table.Row{l.Supplier + "/" + l.SKU, good.En, good.Zh, l.Delivery, l.Scene, l.Quantity,
			cli.Yuan(l.Fen), cli.Yuan(l.Fen * amount.Units(l.Quantity))})
	}
	t.AppendSeparator()
	t.AppendRow(table.Row{"total", "", "", "", "", "", "", cli.Yuan(q.Quote.Total)})
	for _, least := range []struct {
		of  string
		fen amount.Units
	}{{"points", q.Quote.MinPoints}, {"cash", q.Quote.MinCash}} {
		if least.fen > 0 {
			t.AppendRow(table.Row{"of it in " + least.of + " at least", "", "", "", "", "", "", cli.Yuan(least.fen)})
		}
	}
	for _, tender := range q.Quote.Tenders {
		t.AppendRow(table.Row{"1 " + tender.Programme + " counts", "", "", "", "", "", "",
			"¥" + figure.PerPoint(tender.Value, k.scales[tender.Programme])})
	}
	t.SetCaption("quote %s", q.Hash)
}

func placeOrder(a *cli.App) *cobra.Command {
	var req catalogue.PlaceRequest
	var s cli.Spending
	var c cli.Consent
	var length time.Duration
	cmd := cli.Verb(a, "place",
		`  tally --as D order place --member zhang --item S1/oilkit --take DP:18.60 --take FP:84.00 --take GP:200.00 \
      --cash 12.20 --cash-reference pos-77-4711 --outlet T3 --accept
  tally --as G order place --member wang --item S2/wiper:2 --take DP:18.00 --for 30m --needs-code --request web-000123`,
		catalogue.OrderPlace, func([]string) (_ catalogue.PlaceRequest, err error) {
			req.Spending, req.For = s.Named(), 0
			if !req.Accept {
				req.For = cli.InSeconds(length)
			}
			req.Authorisation, req.Code, err = c.Proof(a)
			return req, err
		}, printPlaced(a))
	cmd.Long = `Place a member's order at your storefront. It asks for a quote, shows it, chooses the
lots earliest expiry first, and binds the quote's hash: if what the member saw has
changed by then, the order is refused. With --quote it binds what the member agreed
to before. Points and cash come to the quoted total.

With --needs-code a one-time code is made for every part that is handed over or
shipped; they are told here, are used in their order, and stay in your vault (tally
order codes). Asked again with the same --request, it answers the first receipt and
the same codes.`
	basketFlags(cmd, &req.Basket)
	s.Flags(a, cmd)
	c.Flags(cmd)
	cli.YuanFlag(cmd, &req.Cash, "cash", "what is paid in cash")
	cli.Word(cmd, &req.Payment, "cash-reference", "reference of the cash payment, unique at the seller")
	cli.Word(cmd, &req.Reference, "reference", "your own number for the order")
	cli.One(cmd, &req.Quote, "quote", "the quote that the member agreed to", codec.ParseHash)
	cmd.Flags().BoolVar(&req.Accept, "accept", false, "accept it at once")
	cli.Span(cmd, &length, "for", 30*time.Minute, "how long it can be accepted, from now, up to 30d")
	cmd.MarkFlagsMutuallyExclusive("accept", "for")
	cmd.Flags().BoolVar(&req.NeedsCodes, "needs-code", false, "deliveries are proven by one-time codes (提货码)")
	return cmd
}

// printPlaced shows what an order bound, and its receipt unless it was refused.
func printPlaced(a *cli.App) func(context.Context, *cli.Node, catalogue.Placed) error {
	return func(ctx context.Context, n *cli.Node, p catalogue.Placed) error {
		if a.Format != "json" && p.Quote != nil {
			if err := cli.WithMore(a, goodsOfQuote, quotedTable)(ctx, n, *p.Quote); err != nil {
				return err
			}
		}
		if p.Refused() {
			return nil
		}
		return a.Print(p, func(t table.Writer) { placedTable(t, p) })
	}
}

func placedTable(t table.Writer, p catalogue.Placed) {
	cli.ReceiptTable(t, "order:Place", p.Receipt)
	codeRows(t, p.Codes)
}

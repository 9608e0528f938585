package main

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/spend"
	"tallystick/client/figure"
	"tallystick/client/gateway"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/vault"
)

// basket is what a member would like to have, and where.
type basket struct {
	member, region, outlet string
	lines                  []goods.Wanted
}

func (b *basket) flags(cmd *cobra.Command) {
	word(cmd, &b.member, "member", "who buys")
	many(cmd, &b.lines, "item", "supplier/sku[:quantity]", "SUPPLIER/SKU:QUANTITY; without a quantity, one", parseOrderLine)
	require(cmd, "member", "item")
	word(cmd, &b.region, "region", "whose prices; the outlet's if you name one")
	word(cmd, &b.outlet, "outlet", "where, an outlet of the seller's (网点)")
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

// quote asks what a seller offers. The region is that of the outlet if none is named.
func (b *basket) quote(ctx context.Context, g *node.Node, seller string) (gateway.Quoted, error) {
	if b.outlet != "" && b.region == "" {
		outlet, err := g.Query().Outlet(ctx, seller, b.outlet)
		if err != nil {
			return gateway.Quoted{}, err
		}
		b.region = outlet.Region
	}
	return g.Query().Quote(ctx, gateway.QuoteAsked{Seller: seller, Member: b.member, Region: b.region, Lines: b.lines})
}

func quoteOrder(a *app) *cobra.Command {
	var b basket
	var seller string
	cmd := leaf("quote", "What a storefront offers a member now, and the hash that an order binds (询价)",
		`  tally --as D order quote --member zhang --item S1/oilkit --item S2/wiper:2 --region sh
  tally --as G order quote --seller D --member zhang --item S1/oilkit`,
		func(ctx context.Context, _ []string) error {
			if err := goods.CheckWanted(b.lines); err != nil {
				return err
			}
			return a.with(ctx, func(ctx context.Context, g *node.Node) error {
				if seller == "" {
					seller = g.Party()
				}
				quoted, err := b.quote(ctx, g, seller)
				if err != nil {
					return err
				}
				if a.format == "json" {
					return a.asJSON(quoted)
				}
				return a.showQuote(ctx, g, quoted)
			})
		})
	b.flags(cmd)
	word(cmd, &seller, "seller", "whose storefront; yours if you name none")
	return cmd
}

// showQuote prints a quote with the goods' names.
func (a *app) showQuote(ctx context.Context, g *node.Node, q gateway.Quoted) error {
	s, err := askScales(ctx, g)
	if err != nil {
		return err
	}
	names := make([]goods.Good, len(q.Quote.Lines))
	for i, l := range q.Quote.Lines {
		if names[i], err = g.Query().Good(ctx, l.Supplier, l.SKU, l.Version); err != nil {
			return err
		}
	}
	return a.print(q, func(t table.Writer) { quotedTable(t, q, names, s) })
}

func quotedTable(t table.Writer, q gateway.Quoted, names []goods.Good, s scales) {
	t.AppendHeader(table.Row{"good", "name", "名称", "delivery", "scene", "quantity", "each", "price"})
	right(t, 6, 7, 8)
	for i, l := range q.Quote.Lines {
		t.AppendRow(table.Row{l.Supplier + "/" + l.SKU, names[i].En, names[i].Zh, l.Delivery, l.Scene, l.Quantity, yuan(l.Fen), yuan(l.Fen * amount.Units(l.Quantity))})
	}
	t.AppendSeparator()
	t.AppendRow(table.Row{"total", "", "", "", "", "", "", yuan(q.Quote.Total)})
	for _, least := range []struct {
		of  string
		fen amount.Units
	}{{"points", q.Quote.MinPoints}, {"cash", q.Quote.MinCash}} {
		if least.fen > 0 {
			t.AppendRow(table.Row{"of it in " + least.of + " at least", "", "", "", "", "", "", yuan(least.fen)})
		}
	}
	for _, tender := range q.Quote.Tenders {
		t.AppendRow(table.Row{"1 " + tender.Programme + " counts", "", "", "", "", "", "", "¥" + figure.PerPoint(tender.Value, s[tender.Programme])})
	}
	t.SetCaption("quote %s", q.Hash)
}

// placing is an order in the making.
type placing struct {
	basket
	spending
	consent
	cash      amount.Units
	payment   string
	reference string
	quoted    codec.Hash // that the member agreed to before
	accept    bool
	length    time.Duration // until when it can be accepted
	pickup    bool
}

func placeOrder(a *app) *cobra.Command {
	var p placing
	cmd := leaf("place", "Place a member's order at your storefront: stock and points are held, all or nothing (下单)",
		`  tally --as D order place --member zhang --item S1/oilkit --take DP:18.60 --take FP:84.00 --take GP:200.00 \
      --cash 12.20 --cash-reference pos-77-4711 --outlet T3 --accept
  tally --as G order place --member wang --item S2/wiper:2 --take DP:18.00 --for 30m --needs-code --request web-000123`,
		func(ctx context.Context, _ []string) error { return a.placeOrder(ctx, &p) })
	cmd.Long = `Place a member's order at your storefront. It asks for a quote, shows it, chooses the
lots earliest expiry first, and binds the quote's hash: if what the member saw has
changed by then, the order is refused. With --quote it binds what the member agreed
to before. Points and cash come to the quoted total.

With --needs-code a one-time code is made for every part that is handed over or
shipped; they are told here, are used in their order, and stay in your vault (tally
order codes). Asked again with the same --request, it answers the first receipt and
the same codes.`
	p.basket.flags(cmd)
	p.spending.flags(a, cmd)
	p.consent.flags(cmd)
	yuanFlag(cmd, &p.cash, "cash", "what is paid in cash")
	word(cmd, &p.payment, "cash-reference", "reference of the cash payment, unique at the seller")
	word(cmd, &p.reference, "reference", "your own number for the order")
	one(cmd, &p.quoted, "quote", "hash", "the quote that the member agreed to", codec.ParseHash)
	cmd.Flags().BoolVar(&p.accept, "accept", false, "accept it at once")
	span(cmd, &p.length, "for", 30*time.Minute, "how long it can be accepted, from now, up to 30d")
	cmd.MarkFlagsMutuallyExclusive("accept", "for")
	cmd.Flags().BoolVar(&p.pickup, "needs-code", false, "deliveries are proven by one-time codes (提货码)")
	return cmd
}

// request is the order of some lots, with a pick-up code's commitment, at a quote.
func (p *placing) request(a *app, pieces []spend.Take, quote codec.Hash, pickup code.Commitment) (goods.PlaceRequest, error) {
	authorisation, cd, err := p.proof(a)
	if err != nil {
		return goods.PlaceRequest{}, err
	}
	req := goods.PlaceRequest{
		Member: p.member, Lines: p.lines, Region: p.region, Outlet: p.outlet, Quote: quote, Pieces: pieces, Cash: p.cash, Payment: p.payment,
		Authorisation: authorisation, Code: cd, Accept: p.accept, Pickup: pickup, Reference: p.reference,
	}
	if !p.accept {
		req.AcceptBy = after(p.length)
	}
	return req, req.Check()
}

// check refuses what is malformed whatever lots and quote there will be.
func (p *placing) check(a *app) error {
	for _, t := range p.take {
		if err := t.units.Check(); err != nil {
			return err
		}
	}
	pieces := slices.Clone(p.lots)
	if len(p.take) > 0 {
		pieces = append(pieces, node.ALot)
	}
	_, err := p.request(a, pieces, make(codec.Hash, 32), nil)
	return err
}

// placed is the receipt of an order, with what it bound and its codes, which are told
// here and nowhere else.
type placed struct {
	node.Receipt
	Quote *gateway.Quoted `json:"quote"` // null if the order had been placed before
	Codes []code.Code     `json:"codes"` // in the order of their use
}

func (a *app) placeOrder(ctx context.Context, p *placing) error {
	if err := p.check(a); err != nil {
		return err
	}
	return a.withIndex(ctx, func(ctx context.Context, g *node.Node, now *index.Reading) error {
		answer := placed{Codes: []code.Code{}}
		r, err := g.Once(ctx, &a.call, func() (command.Request, error) { return a.chooseOrder(ctx, g, now, p, &answer) })
		if err != nil {
			return err
		}
		if answer.Receipt = r; r.Again {
			answer.Quote = nil
			err = a.recallCodes(ctx, g, p, &answer)
		} else if len(answer.Codes) > 0 {
			err = a.inVault(func(v *vault.Vault) error { return keepPickup(v, answer.Number, p.member, answer.Codes) })
		}
		if err != nil {
			return err
		}
		return a.print(answer, func(t table.Writer) { placedTable(t, answer) })
	})
}

// chooseOrder quotes an order that hasn't been placed yet, and chooses its lots and codes.
func (a *app) chooseOrder(ctx context.Context, g *node.Node, r *index.Reading, p *placing, answer *placed) (command.Request, error) {
	quoted, err := p.quote(ctx, g, g.Party())
	if err != nil {
		return nil, err
	}
	if len(p.quoted) > 0 && !slices.Equal(p.quoted, quoted.Hash) {
		return nil, fault.New(fault.PriceChanged, "the quote is no longer what %s offers", g.Party())
	}
	answer.Quote = &quoted
	if a.format != "json" {
		if err := a.showQuote(ctx, g, quoted); err != nil {
			return nil, err
		}
	}
	pieces, err := p.spending.named().Pieces(r, p.member)
	if err != nil || !p.pickup {
		req, failed := p.request(a, pieces, quoted.Hash, nil)
		return req, cmp.Or(err, failed)
	}
	n := handedOver(quoted.Quote.Lines)
	if n == 0 {
		return nil, fault.New(fault.BadRequest, "--needs-code: nothing of it is handed over or shipped")
	}
	var req goods.PlaceRequest
	err = a.inVault(func(v *vault.Vault) (err error) {
		codes, commitment := code.Chain(a.call.Seed(v, pickup, 0), n)
		answer.Codes = codes
		req, err = p.request(a, pieces, quoted.Hash, commitment)
		return err
	})
	return req, err
}

func placedTable(t table.Writer, p placed) {
	receiptTable(t, "order:Place", p.Receipt)
	codeRows(t, p.Codes)
}

package catalogue

import (
	"context"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/answer"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations that make an order (下单).
var (
	OrderQuote = node.Does(node.Describe("order.quote", "GET", "/v1/quotes", node.See,
		"What a storefront offers a member now, and the hash that an order binds", "询价",
		`{"seller":"D","member":"zhang","lines":[{"supplier":"care","sku":"kit","quantity":1}]}`), quote)
	OrderPlace = node.Does(node.Describe("order.place", "POST", "/v1/orders", node.Counter,
		"Place a member's order at your storefront: stock and points are held, all or nothing", "下单",
		`{"member":"zhang","lines":[{"supplier":"care","sku":"kit","quantity":1}],"outlet":"12","take":[{"programme":"DP","points":1860}],"cash":27940,"payment":"pos-77-4711","accept":true}`), place)
)

// Basket is what a member would like to have, and where.
type Basket struct {
	Member string         `json:"member"`           // who buys
	Lines  []goods.Wanted `json:"lines"`            // what
	Region string         `json:"region,omitempty"` // whose prices; the outlet's if it is left out
	Outlet string         `json:"outlet,omitempty"` // where, an outlet of the seller's
}

// QuoteRequest asks what a storefront offers.
type QuoteRequest struct {
	Seller string `json:"seller,omitempty"` // whose storefront; the party's own if it is left out
	Basket
}

// Check refuses with BAD_REQUEST lines that nobody can be quoted.
func (r QuoteRequest) Check() error { return goods.CheckWanted(r.Lines) }

func quote(ctx context.Context, n *node.Node, _ *node.Call, req QuoteRequest) (answer.Quoted, error) {
	region, err := regionOf(ctx, n, mine(n, req.Seller), req.Basket)
	if err != nil {
		return answer.Quoted{}, err
	}
	return n.Query().Quote(ctx, answer.QuoteAsked{Seller: mine(n, req.Seller), Member: req.Member,
		Region: region, Lines: req.Lines})
}

// regionOf is the region that a basket names, or else that of its outlet.
func regionOf(ctx context.Context, n *node.Node, seller string, b Basket) (string, error) {
	if b.Outlet == "" || b.Region != "" {
		return b.Region, nil
	}
	outlet, err := n.Query().Outlet(ctx, seller, b.Outlet)
	return outlet.Region, err
}

// PlaceRequest asks for an order at the party's storefront.
type PlaceRequest struct {
	Basket
	node.Spending
	Cash      amount.Units `json:"cash,omitempty"`      // fen
	Payment   string       `json:"payment,omitempty"`   // reference of the cash payment, unique at the seller
	Reference string       `json:"reference,omitempty"` // the seller's own number
	// that the member agreed to; what is offered now if it is left out
	Quote  codec.Hash `json:"quote,omitempty"`
	Accept bool       `json:"accept,omitempty"` // at once
	// seconds from now in which it can be accepted, 30 days at most
	For           int64          `json:"for,omitempty"`
	NeedsCodes    bool           `json:"needsCodes,omitempty"`   // deliveries are proven by one-time codes
	Authorisation number.Command `json:"authorisation,omitzero"` // the member's; its home needs none
	Code          code.Code      `json:"code,omitempty"`         // one-time, if the authorisation waits for one
}

// Check refuses what is malformed whatever lots and quote there will be.
func (r PlaceRequest) Check() error {
	return r.Spending.CheckWith(func(pieces []spend.Take) command.Request {
		return r.request(pieces, make(codec.Hash, 32), nil)
	})
}

// request is the order of some lots, with a pick-up code's commitment, at a quote.
func (r PlaceRequest) request(pieces []spend.Take, quote codec.Hash, pickup code.Commitment) goods.PlaceRequest {
	req := goods.PlaceRequest{
		Member: r.Member, Lines: r.Lines, Region: r.Region, Outlet: r.Outlet, Quote: quote, Pieces: pieces,
		Cash: r.Cash, Payment: r.Payment,
		Authorisation: r.Authorisation, Code: r.Code, Accept: r.Accept, Pickup: pickup, Reference: r.Reference,
	}
	if !r.Accept {
		req.AcceptBy = node.FromNow(r.For)
	}
	return req
}

// Placed is the receipt of an order, with what it bound and its codes, which are told here and nowhere else.
type Placed struct {
	node.Receipt
	Quote *answer.Quoted `json:"quote" jsonschema:"nullable"` // null if the order had been placed before
	Codes []code.Code    `json:"codes"`                       // in the order of their use
}

// Refused says whether an order was quoted, and then refused.
func (p Placed) Refused() bool { return p.Quote != nil && p.Number.IsZero() }

// place places an order. If it is refused once it was quoted, the answer has the quote.
func place(ctx context.Context, n *node.Node, c *node.Call, req PlaceRequest) (answer Placed, err error) {
	answer.Codes = []code.Code{}
	receipt, err := n.Once(ctx, c, func() (command.Request, error) { return choosePlaced(ctx, n, c, req, &answer) })
	if answer.Receipt = receipt; err != nil {
		return answer, err
	}
	if answer.Duplicate {
		answer.Quote = nil
		answer.Codes, err = recallCodes(ctx, n, c, req, answer.Number)
	} else if len(answer.Codes) > 0 {
		err = keepPickup(n, answer.Number, req.Member, answer.Codes)
	}
	return answer, err
}

// choosePlaced quotes an order that hasn't been placed yet, and chooses its lots and codes.
func choosePlaced(ctx context.Context, n *node.Node, c *node.Call, req PlaceRequest,
	answer *Placed) (command.Request, error) {
	var err error
	if req.Region, err = regionOf(ctx, n, n.Party(), req.Basket); err != nil {
		return nil, err
	}
	quoted, err := quote(ctx, n, c, QuoteRequest{Basket: req.Basket})
	if err != nil {
		return nil, err
	}
	if len(req.Quote) > 0 && !slices.Equal(req.Quote, quoted.Hash) {
		return nil, fault.New(fault.PriceChanged, "the quote is no longer what %s offers", n.Party())
	}
	answer.Quote = &quoted
	pieces, err := node.Ask(ctx, n, func(r *index.Reading) ([]spend.Take, error) { return req.Pieces(r, req.Member) })
	if err != nil || !req.NeedsCodes {
		return req.request(pieces, quoted.Hash, nil), err
	}
	parts := handedOver(quoted.Quote.Lines)
	if parts == 0 {
		return nil, fault.New(fault.BadRequest, "`needsCodes`: nothing of it is handed over or shipped")
	}
	v, err := n.Vault()
	if err != nil {
		return nil, err
	}
	codes, commitment := code.Chain(c.Seed(v, ofPickups, 0), parts)
	answer.Codes = codes
	return req.request(pieces, quoted.Hash, commitment), nil
}

package index

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/row"
)

// Shown is a good as a storefront shows it to a member.
type Shown struct {
	Supplier  string         `json:"supplier"`
	SKU       string         `json:"sku"`
	En        string         `json:"en"`
	Zh        string         `json:"zh"`
	Category  string         `json:"category"`
	Labels    []string       `json:"labels"` // the good's and the seller's
	Delivery  goods.Delivery `json:"delivery"`
	Fen       amount.Units   `json:"fen"` // of a unit
	MinPoints amount.Units   `json:"minPoints"`
	MinCash   amount.Units   `json:"minCash"`
	Free      amount.Units   `json:"free"` // in stock

}

// Visitor is who looks at a storefront, and from where.
type Visitor struct {
	Member string // root; "" for somebody whom nothing is known of
	Region string // "" for none in particular
	Today  date.Date
}

// Shop lists what a storefront offers a visitor and at which price, by supplier and
// SKU: what the ledger would quote for one of it, with labels, tiers and stock as
// the index has them. A page has the offered ones among so many listings as its
// limit says, so it may be shorter. NOT_FOUND (the storefront).
func (r *Reading) Shop(seller string, visitor Visitor, f GoodFilter, page Page) (p Part[Shown], err error) {
	if err := page.check(); err != nil {
		return p, err
	}
	front, err := r.Storefront(seller)
	if err != nil {
		return p, err
	}
	f.Open = true
	found, err := r.Listings(seller, f, page)
	if err != nil {
		return p, err
	}
	p.Height, p.Next, p.Rows = found.Height, found.Next, []Shown{}
	for _, l := range found.Rows {
		shown, offered, err := r.shown(front, l.Row, visitor)
		if err != nil {
			return p, err
		}
		if offered {
			p.Rows = append(p.Rows, shown)
		}
	}
	return p, nil
}

// shown is how a listing is shown to a visitor; false if it isn't.
func (r *Reading) shown(front goods.Storefront, l goods.Listing, visitor Visitor) (Shown, bool, error) {
	shelf := goods.Shelf{Listing: l, Facts: make([]audience.Facts, len(l.Prices))}
	var err error
	if shelf.Good, _, err = one(r, "goods", row.Good(l.Supplier, l.SKU)); err != nil {
		return Shown{}, false, err
	}
	if shelf.Supplier, _, err = one(r, "suppliers", row.Supplier(l.Supplier)); err != nil {
		return Shown{}, false, err
	}
	for i, p := range l.Prices {
		if visitor.Member == "" {
			continue
		}
		if shelf.Facts[i], err = r.Facts(visitor.Member, p.Audience, visitor.Today); err != nil {
			return Shown{}, false, err
		}
	}
	quote, err := goods.Offer(front, visitor.Member, visitor.Region, []goods.Shelf{shelf},
		[]goods.Wanted{{Supplier: l.Supplier, SKU: l.SKU, Quantity: 1}}, visitor.Today)
	if err != nil {
		return Shown{}, false, notOffered(err)
	}
	g := shelf.Good
	s := Shown{

		Supplier: l.Supplier, SKU: l.SKU, En: g.En, Zh: g.Zh, Category: g.Category,
		Labels:   append(append([]string{}, g.Labels...), l.Labels...),
		Delivery: g.Delivery, Fen: quote.Total, MinPoints: quote.MinPoints, MinCash: quote.MinCash,
	}
	err = r.tx.QueryRow("SELECT COALESCE(SUM(free), 0) FROM stock WHERE supplier = ? AND sku = ? AND seller = ?",
		l.Supplier, l.SKU, l.Seller).Scan(&s.Free)
	if err != nil {
		return Shown{}, false, inIndex(err)
	}
	return s, true, nil
}

// notOffered passes over what refuses a quote, and keeps what is wrong with the index.
func notOffered(err error) error {
	switch fault.CodeOf(err) {
	case fault.WrongState, fault.Expired, fault.Ineligible:
		return nil
	}
	return err
}

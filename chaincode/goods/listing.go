package goods

import (
	"bytes"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/pedersen"
)

// Listing is a good in a storefront, under the terms that its seller took.
type Listing struct {
	_        struct{}            `cbor:",toarray"`
	Seller   string              `json:"seller"`
	Supplier string              `json:"supplier"`
	SKU      string              `json:"sku"`
	Scene    string              `json:"scene"`  // selects the settlement model
	Labels   []string            `json:"labels"` // the seller's own, sorted: for search and campaigns
	Kind     TermsKind           `json:"kind"`   // of the terms; none for the seller's own goods
	Terms    pedersen.Commitment `json:"terms"`  // "" for the seller's own goods
	Prices   []Price             `json:"prices"` // the first that fits is a member's; nobody else is offered the good
	Open     bool                `json:"open"`
}

// Price is what some members are offered a unit at, somewhere, for some time.
type Price struct {
	_         struct{}          `cbor:",toarray"`
	Audience  audience.Audience `json:"audience"`
	Regions   []string          `json:"regions"`   // sorted; none: everywhere
	From      date.Date         `json:"from"`      // first day, "" for always
	Until     date.Date         `json:"until"`     // last day, or ""
	Hidden    bool              `json:"hidden"`    // whom it fits is not offered the good
	Fen       amount.Units      `json:"fen"`       // of a unit, ≥ 1 unless hidden
	MinPoints amount.Units      `json:"minPoints"` // fen of it that must be paid in points
	MinCash   amount.Units      `json:"minCash"`   // fen of it that must be paid in cash; both together ≤ fen
}

// ListRequest puts a good into the caller's storefront, or changes how it is listed,
// for orders from now on. It names the terms that the caller takes, and their kind: it
// has been told their value and has compared it with the commitment. Only the owner of a
// storefront may.
//
// Refused, first that applies:
//
//  1. BAD_REQUEST: the request is malformed.
//  2. LIMIT: an amount is above 2⁵³−1.
//  3. NOT_FOUND: there is no such storefront, supplier or good, or no such programme of an audience.
//  4. WRONG_STATE: the supplier isn't approved.
//
// Then, for another party's good, unless it is listed under these terms already:
//
//  5. NOT_FOUND: no terms are offered.
//  6. CONFLICT: other terms are offered than the request names.
//  7. EXPIRED: the terms can't be taken any more.
//
// Or, for the caller's own good:
//
//  5. BAD_REQUEST: the request names terms.
type ListRequest struct {
	_        struct{}            `cbor:",toarray"`
	Supplier string              `json:"supplier"`
	SKU      string              `json:"sku"`
	Scene    string              `json:"scene"`
	Labels   []string            `json:"labels"`
	Kind     TermsKind           `json:"kind"`  // of the terms
	Terms    pedersen.Commitment `json:"terms"` // that the caller takes; "" for its own goods
	Prices   []Price             `json:"prices"`
	Open     bool                `json:"open"`
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r ListRequest) Check() error {
	if err := checkGoodIDs(r.Supplier, r.SKU); err != nil {
		return err
	}
	if err := name.CheckID("scene", r.Scene); err != nil {
		return err
	}
	if err := checkSorted("labels", r.Labels, MaxLabels); err != nil {
		return err
	}
	if r.Kind > Commission || (r.Kind == NoTerms) != (len(r.Terms) == 0) {
		return fault.New(fault.BadRequest, "terms: want them and their kind, supply or commission, or neither")
	}
	if len(r.Terms) > 0 {
		if err := r.Terms.Check(); err != nil {
			return err
		}
	}
	if len(r.Prices) < 1 || len(r.Prices) > MaxRules {
		return fault.New(fault.BadRequest, "prices: want 1 to %d", MaxRules)
	}
	for i, p := range r.Prices {
		if err := p.check(); err != nil {
			return fault.At("prices", i, err)
		}
	}
	return nil
}

func (p Price) check() error {
	if err := p.Audience.Check(); err != nil {
		return err
	}
	if err := checkSorted("regions", p.Regions, MaxRegions); err != nil {
		return err
	}
	if err := checkDays(p.From, p.Until); err != nil {
		return err
	}
	if p.Hidden {
		if p.Fen != 0 || p.MinPoints != 0 || p.MinCash != 0 {
			return fault.New(fault.BadRequest, "price: what is hidden has none")
		}
		return nil
	}
	if err := p.Fen.Check(); err != nil {
		return err
	}
	if p.MinPoints < 0 || p.MinCash < 0 || p.MinPoints > p.Fen || p.MinCash > p.Fen-p.MinPoints {
		return fault.New(fault.BadRequest, "price: want 0 to the price of points and cash, together at most the price")
	}
	return nil
}

// Listed is what the ledger has on what a listing is made of.
type Listed struct {
	Supplier Supplier
	Before   *Listing // as it was listed, nil if it wasn't
	Terms    *Terms   // that are offered, nil if none are
}

// List makes the listing.
func List(there Listed, req ListRequest, at At) (Listing, error) {
	if err := there.Supplier.approved(); err != nil {
		return Listing{}, err
	}
	terms, err := there.terms(req, at)
	if err != nil {
		return Listing{}, err
	}
	prices := whole(req.Prices)
	for i := range prices {
		prices[i] = prices[i].whole()
	}
	return Listing{
		Seller: at.Caller, Supplier: req.Supplier, SKU: req.SKU, Scene: req.Scene, Labels: whole(req.Labels),
		Kind: terms.Kind, Terms: terms.Commitment, Prices: prices, Open: req.Open,
	}, nil
}

// terms are those that a listing takes: none for the caller's own good, the ones it
// has, or the ones that are offered.
func (l Listed) terms(req ListRequest, at At) (Terms, error) {
	if l.Supplier.Party == at.Caller {
		if len(req.Terms) > 0 {
			return Terms{}, fault.New(fault.BadRequest, "terms: the caller needs none for its own goods")
		}
		return Terms{}, nil
	}
	if l.Before != nil && l.Before.Kind == req.Kind && bytes.Equal(l.Before.Terms, req.Terms) {
		return Terms{Kind: l.Before.Kind, Commitment: l.Before.Terms}, nil
	}
	return l.Terms.Take(req.Kind, req.Terms, at.Date)
}

// whole is the price with lists of its own.
func (p Price) whole() Price {
	p.Regions = whole(p.Regions)
	p.Audience.Tiers, p.Audience.Labels, p.Audience.Not = whole(p.Audience.Tiers), whole(p.Audience.Labels),
		whole(p.Audience.Not)
	return p
}

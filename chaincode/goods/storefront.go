package goods

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/date"
	"tallystick/chaincode/veil"
)

// Storefront is one enterprise's shop (千企千面).
type Storefront struct {
	_           struct{} `cbor:",toarray"`
	Seller      string   `json:"seller"` // party
	En          string   `json:"en"`
	Zh          string   `json:"zh"`
	Tenders     []Tender `json:"tenders"`     // programmes whose points it takes, sorted
	ShipDays    int32    `json:"shipDays"`    // after acceptance, in which a part must be shipped or handed over; then anyone may time it out
	SilenceDays int32    `json:"silenceDays"` // after shipping, at whose end silence is delivery
	ReturnDays  int32    `json:"returnDays"`  // after delivery, in which a return can be asked for
	Open        bool     `json:"open"`
}

// Tender is what a point of a programme counts for at a storefront. The issuer owes
// its settlement price whatever that is: the difference is the seller's.
type Tender struct {
	_         struct{}    `cbor:",toarray"`
	Programme string      `json:"programme"`
	Value     amount.Rate `json:"value"` // fen a point, > 0
}

// SetStorefrontRequest opens the caller's storefront, or changes it, for orders from
// now on. Acceptors may.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, FORBIDDEN, NOT_FOUND (a programme).
type SetStorefrontRequest struct {
	_           struct{} `cbor:",toarray"`
	En          string   `json:"en"`
	Zh          string   `json:"zh"`
	Tenders     []Tender `json:"tenders"`
	ShipDays    int32    `json:"shipDays"`    // 0 … 366
	SilenceDays int32    `json:"silenceDays"` // 0 … 366
	ReturnDays  int32    `json:"returnDays"`  // 0 … 366
	Open        bool     `json:"open"`
}

// Outlet is a place where a party serves members (网点): a shop, a counter, an app.
type Outlet struct {
	_      struct{} `cbor:",toarray"`
	Party  string   `json:"party"`
	ID     string   `json:"id"`
	En     string   `json:"en"`
	Zh     string   `json:"zh"`
	Region string   `json:"region"` // whose prices it sells at
	Open   bool     `json:"open"`
}

// SetOutletRequest opens an outlet of the caller's, or changes it. Acceptors and
// suppliers may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN.
type SetOutletRequest struct {
	_      struct{} `cbor:",toarray"`
	Outlet string   `json:"outlet"` // id, unique within the party
	En     string   `json:"en"`
	Zh     string   `json:"zh"`
	Region string   `json:"region"`
	Open   bool     `json:"open"`
}

// Listing is a good in a storefront, under the terms that its seller took.
type Listing struct {
	_        struct{}        `cbor:",toarray"`
	Seller   string          `json:"seller"`
	Supplier string          `json:"supplier"`
	SKU      string          `json:"sku"`
	Scene    string          `json:"scene"`  // selects the settlement model
	Labels   []string        `json:"labels"` // the seller's own, sorted: for search and campaigns
	Kind     TermsKind       `json:"kind"`   // of the terms; none for the seller's own goods
	Terms    veil.Commitment `json:"terms"`  // "" for the seller's own goods
	Prices   []Price         `json:"prices"` // the first that fits is a member's; nobody else is offered the good
	Open     bool            `json:"open"`
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
// for orders from now on. It names the terms that the caller takes, whose value it
// has been told and has compared with their commitment. Only the owner of a
// storefront may.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, NOT_FOUND (the caller's
// storefront, the supplier, the good, a programme of an audience), WRONG_STATE (the supplier isn't
// approved); for another party's good, unless it is listed under these terms
// already: NOT_FOUND (no terms are offered), CONFLICT (others than named), EXPIRED
// (they can't be taken any more); for the caller's own, BAD_REQUEST (it names terms).
type ListRequest struct {
	_        struct{}        `cbor:",toarray"`
	Supplier string          `json:"supplier"`
	SKU      string          `json:"sku"`
	Scene    string          `json:"scene"`
	Labels   []string        `json:"labels"`
	Terms    veil.Commitment `json:"terms"` // that the caller takes; "" for its own goods
	Prices   []Price         `json:"prices"`
	Open     bool            `json:"open"`
}

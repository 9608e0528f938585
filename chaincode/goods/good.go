package goods

import (
	"bytes"
	"slices"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Delivery is how a good reaches the member.
type Delivery uint8

// The deliveries.
const (
	Shipped Delivery = 1 + iota // by a carrier
	Counter                     // handed over
	Virtual                     // needs no delivery: accepting it is delivering it
)

var deliveries = name.Words{"", "shipped", "counter", "virtual"}

// MarshalJSON writes the delivery's name.
func (d Delivery) MarshalJSON() ([]byte, error) { return deliveries.Marshal(uint8(d)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (d *Delivery) UnmarshalJSON(data []byte) error {
	i, err := deliveries.Unmarshal(data)
	*d = Delivery(i)
	return err
}

// String is the delivery's name.
func (d Delivery) String() string { return deliveries.Of(uint8(d)) }

// Good is what a supplier makes available (商品资源), as it is now. Every change makes
// the next version; the ones before are kept under their numbers.
type Good struct {
	_        struct{}     `cbor:",toarray"`
	Supplier string       `json:"supplier"`
	SKU      string       `json:"sku"`
	Version  uint32       `json:"version"` // from 1
	GTIN     string       `json:"gtin"`    // 8, 12, 13 or 14 digits with a right check digit, or ""
	En       string       `json:"en"`
	Zh       string       `json:"zh"`
	Category string       `json:"category"`
	Labels   []string     `json:"labels"` // sorted
	Unit     string       `json:"unit"`   // such as piece
	Tax      string       `json:"tax"`    // tax class
	Delivery Delivery     `json:"delivery"`
	Regions  []string     `json:"regions"` // where it is to be had, sorted; none: everywhere
	Images   []codec.Hash `json:"images"`  // SHA-256 of their content
	From     date.Date    `json:"from"`    // first day on which it can be ordered; "" for always
	Until    date.Date    `json:"until"`   // last day, or ""
	Open     bool         `json:"open"`    // it can be ordered
}

// SetGoodRequest lists a good, or changes it: everything replaces what was. The
// same again changes nothing and makes no version. Only the supplier's party may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the supplier), FORBIDDEN
// (another party's supplier), WRONG_STATE (it isn't approved), FORBIDDEN (it may not list
// the category).
type SetGoodRequest struct {
	_        struct{}     `cbor:",toarray"`
	Supplier string       `json:"supplier"`
	SKU      string       `json:"sku"` // id, unique within the supplier
	GTIN     string       `json:"gtin"`
	En       string       `json:"en"`
	Zh       string       `json:"zh"`
	Category string       `json:"category"`
	Labels   []string     `json:"labels"`
	Unit     string       `json:"unit"`
	Tax      string       `json:"tax"`
	Delivery Delivery     `json:"delivery"`
	Regions  []string     `json:"regions"`
	Images   []codec.Hash `json:"images"`
	From     date.Date    `json:"from"`
	Until    date.Date    `json:"until"`
	Open     bool         `json:"open"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r SetGoodRequest) Check() error {
	if err := checkGoodIDs(r.Supplier, r.SKU); err != nil {
		return err
	}
	if r.GTIN != "" {
		if err := CheckGTIN(r.GTIN); err != nil {
			return err
		}
	}
	if err := checkNames(r.En, r.Zh); err != nil {
		return err
	}
	for _, id := range [][2]string{{"category", r.Category}, {"unit", r.Unit}, {"tax", r.Tax}} {
		if err := name.CheckID(id[0], id[1]); err != nil {
			return err
		}
	}
	if r.Delivery < Shipped || r.Delivery > Virtual {
		return fault.New(fault.BadRequest, "delivery: want shipped, counter or virtual")
	}
	return r.checkLists()
}

func (r SetGoodRequest) checkLists() error {
	if err := checkSorted("labels", r.Labels, MaxLabels); err != nil {
		return err
	}
	if err := checkSorted("regions", r.Regions, MaxRegions); err != nil {
		return err
	}
	if len(r.Images) > MaxImages {
		return fault.New(fault.BadRequest, "images: want at most %d", MaxImages)
	}
	for _, hash := range r.Images {
		if len(hash) != 32 {
			return fault.New(fault.BadRequest, "images: want the SHA-256 of each")
		}
	}
	return checkDays(r.From, r.Until)
}

// Set makes the good, or its next version (before is nil if there was none).
// changed is false if everything is as it was.
func Set(before *Good, supplier Supplier, req SetGoodRequest, at At) (_ Good, changed bool, _ error) {
	if err := supplier.lists(at.Caller); err != nil {
		return Good{}, false, err
	}
	if len(supplier.Categories) > 0 && !slices.Contains(supplier.Categories, req.Category) {
		return Good{}, false, fault.New(fault.Forbidden, "supplier %s may not list category %s",
			supplier.ID, req.Category)
	}
	next := Good{

		Supplier: req.Supplier, SKU: req.SKU, Version: 1, GTIN: req.GTIN, En: name.Fold(req.En),
		Zh: name.Fold(req.Zh), Category: req.Category,
		Labels: whole(req.Labels), Unit: req.Unit, Tax: req.Tax, Delivery: req.Delivery, Regions: whole(req.Regions),
		Images: whole(req.Images), From: req.From, Until: req.Until, Open: req.Open,
	}
	if before == nil {
		return next, true, nil
	}
	if next.Version = before.Version; bytes.Equal(codec.Encode(*before), codec.Encode(next)) {
		return *before, false, nil
	}
	next.Version++
	return next, true, nil
}

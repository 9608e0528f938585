package goods

import (
	"bytes"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/pedersen"
)

// TermsKind says what the private value of terms is.
type TermsKind uint8

// The kinds of terms. Sold at a price p, what the seller owes for a unit is
const (
	NoTerms    TermsKind = iota // nothing: the good is the seller's own
	Supply                      // the value, in ten-thousandths of a fen
	Commission                  // p less the value, which is basis points of p that the seller keeps
)

var termsKinds = name.Words{"", "supply", "commission"}

// MarshalJSON writes the kind's name.
func (k TermsKind) MarshalJSON() ([]byte, error) { return termsKinds.Marshal(uint8(k)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (k *TermsKind) UnmarshalJSON(data []byte) error {
	i, err := termsKinds.Unmarshal(data)
	*k = TermsKind(i)
	return err
}

// String is the kind's name, "" for no terms.
func (k TermsKind) String() string { return termsKinds.Of(uint8(k)) }

// Terms are what a seller owes a supplier for one unit of a good. The value is
// private between the two; the ledger has its commitment, which adds up (package
// pedersen).
type Terms struct {
	_          struct{}            `cbor:",toarray"`
	Kind       TermsKind           `json:"kind"`
	Commitment pedersen.Commitment `json:"commitment"`
	Until      date.Date           `json:"until"` // last day on which a listing may take them, or ""
}

// OfferTermsRequest offers a seller terms for a good, or others than before; what is
// listed already keeps those that it was listed under. Only the supplier's party
// may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the good, the supplier, the
// seller), FORBIDDEN, WRONG_STATE (the supplier isn't approved), BAD_REQUEST (the
// seller is the supplier's party), EXPIRED (until is past).
type OfferTermsRequest struct {
	_          struct{}            `cbor:",toarray"`
	Supplier   string              `json:"supplier"`
	SKU        string              `json:"sku"`
	Seller     string              `json:"seller"` // party
	Kind       TermsKind           `json:"kind"`   // supply or commission
	Commitment pedersen.Commitment `json:"commitment"`
	Until      date.Date           `json:"until"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r OfferTermsRequest) Check() error {
	if err := checkGoodIDs(r.Supplier, r.SKU); err != nil {
		return err
	}
	if err := name.CheckID("seller", r.Seller); err != nil {
		return err
	}
	if r.Kind < Supply || r.Kind > Commission {
		return fault.New(fault.BadRequest, "kind: want supply or commission")
	}
	if err := r.Commitment.Check(); err != nil {
		return err
	}
	return checkDays(0, r.Until)
}

// OfferTerms makes the terms.
func OfferTerms(supplier Supplier, req OfferTermsRequest, at At) (Terms, error) {
	if err := supplier.lists(at.Caller); err != nil {
		return Terms{}, err
	}
	if req.Seller == supplier.Party {
		return Terms{}, fault.New(fault.BadRequest, "%s needs no terms for its own goods", req.Seller)
	}
	if !within(0, req.Until, at.Date) {
		return Terms{}, fault.New(fault.Expired, "the terms would have ended on %s", req.Until)
	}
	return Terms{Kind: req.Kind, Commitment: req.Commitment, Until: req.Until}, nil
}

// Take refuses what a listing can't have: NOT_FOUND if none are offered (t is nil),
// CONFLICT for others than it names, or of another kind: the same value can be a price or a share of
// one. EXPIRED after their last day.
func (t *Terms) Take(kind TermsKind, named pedersen.Commitment, today date.Date) (Terms, error) {
	switch {
	case t == nil:
		return Terms{}, fault.New(fault.NotFound, "no terms are offered")
	case t.Kind != kind || !bytes.Equal(t.Commitment, named):
		return Terms{}, fault.New(fault.Conflict, "other terms are offered now")
	case !within(0, t.Until, today):
		return Terms{}, fault.New(fault.Expired, "the terms ended on %s", t.Until)
	}
	return *t, nil
}

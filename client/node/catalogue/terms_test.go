package catalogue

import (
	"strings"
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
)

// TestOfferedTerms: what is malformed is refused before anything is sent, without a word of the value; what isn't is
// for the ledger only under the vault's key.
func TestOfferedTerms(t *testing.T) {
	good := OfferTermsRequest{Supplier: "care", SKU: "kit", Seller: "D", Kind: goods.Supply, Value: 31_337}
	if err := good.Check(); err != nil || !TermsOffer.Meaning(good).Hidden() {
		t.Errorf("%v", err)
	}
	for name, change := range map[string]func(*OfferTermsRequest){
		"negative":            func(r *OfferTermsRequest) { r.Value = -31_337 },
		"more than the price": func(r *OfferTermsRequest) { r.Kind = goods.Commission },
		"of no kind":          func(r *OfferTermsRequest) { r.Kind = goods.NoTerms },
		"for nobody":          func(r *OfferTermsRequest) { r.Seller = "" },
	} {
		bad := good
		change(&bad)
		if err := bad.Check(); fault.CodeOf(err) != fault.BadRequest || strings.Contains(err.Error(), "31") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

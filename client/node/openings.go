package node

import (
	"strings"

	"github.com/shopspring/decimal"

	"tallystick/chaincode/goods"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/settlement"
	"tallystick/client/vault"
)

// Openings is what a party's vault knows of hidden prices: those that it offered or
// took.
type Openings interface {
	// TermsOf is what a commitment of a good at a seller hides; false if the vault doesn't know.
	TermsOf(supplier, sku, seller string, commitment pedersen.Commitment) (vault.Terms, bool, error)
}

// OpeningFinder looks openings up, each once: finding one costs a multiplication in the group for every price that was
// ever agreed for the good.
type OpeningFinder struct {
	Known Openings
	found map[string]*pedersen.Opening // nil for what isn't known
}

// Of is what a commitment to the price of a good at a seller hides, nil if it isn't known.
func (u *OpeningFinder) Of(supplier, sku, seller string, c pedersen.Commitment) (*pedersen.Opening, error) {
	key := strings.Join([]string{supplier, sku, seller, c.String()}, "/")
	if o, asked := u.found[key]; asked {
		return o, nil
	}
	terms, known, err := u.Known.TermsOf(supplier, sku, seller, c)
	if err != nil {
		return nil, err
	}
	var o *pedersen.Opening
	if known {
		o = &terms.Opening
	}
	if u.found == nil {
		u.found = map[string]*pedersen.Opening{}
	}
	u.found[key] = o
	return o, nil
}

// Supply is what a seller owes a supplier for a line, in fen, exactly; "" if it isn't
// known, or for the seller's own goods.
func (u *OpeningFinder) Supply(supplier, seller string, l goods.Line) (string, error) {
	if l.Kind == goods.NoTerms {
		return "", nil
	}
	terms, err := u.Of(supplier, l.SKU, seller, l.Terms)
	if err != nil || terms == nil {
		return "", err
	}
	owed, err := l.OwesOpened(*terms, l.Quantity)
	if err != nil {
		return "", err
	}
	return ExactFen(owed.Value), nil
}

// ExactFen writes a hidden value in fen, exactly.
func ExactFen(v pedersen.Value) string {
	return decimal.NewFromBigInt(v.Big(), 0).Div(decimal.NewFromInt(settlement.PerFen)).String()
}

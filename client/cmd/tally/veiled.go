package main

import (
	"tallystick/chaincode/goods"
	"tallystick/chaincode/veil"
	"tallystick/client/vault"
)

// openings is what a party's vault knows of hidden prices: those that it offered or
// took.
type openings interface {
	// TermsOf is what a commitment of a good at a seller hides; false if the vault
	// doesn't know.
	TermsOf(supplier, sku, seller string, commitment veil.Commitment) (vault.Terms, bool, error)
}

// unveiled looks openings up, each commitment once: finding one costs a
// multiplication in the group for every price that was ever agreed for the good.
type unveiled struct {
	known openings
	found map[string]*veil.Opening // by commitment; nil for what isn't known
}

// of is what a commitment hides, nil if it isn't known.
func (u *unveiled) of(supplier, sku, seller string, c veil.Commitment) (*veil.Opening, error) {
	if o, asked := u.found[string(c)]; asked {
		return o, nil
	}
	terms, known, err := u.known.TermsOf(supplier, sku, seller, c)
	if err != nil {
		return nil, err
	}
	var o *veil.Opening
	if known {
		o = &terms.Opening
	}
	if u.found == nil {
		u.found = map[string]*veil.Opening{}
	}
	u.found[string(c)] = o
	return o, nil
}

// supply is what a seller owes a supplier for a line, in fen, exactly; "" if it isn't
// known, or for the seller's own goods.
func (u *unveiled) supply(supplier, seller string, l goods.Line) (string, error) {
	if l.Kind == goods.NoTerms {
		return "", nil
	}
	terms, err := u.of(supplier, l.SKU, seller, l.Terms)
	if err != nil || terms == nil {
		return "", err
	}
	owed, err := l.OwesOpened(*terms, l.Quantity)
	if err != nil {
		return "", err
	}
	return hiddenFen(owed.Value), nil
}

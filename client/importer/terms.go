package importer

import (
	"fmt"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/pedersen"
	"tallystick/client/vault"
)

// terms are what sellers are offered goods for (goods:OfferTerms). The value goes to
// the vault, the commitment to the ledger.
type terms struct{}

func (terms) form() form {
	return form{
		supply: true,
		must:   []part{partSupplier, partSKU, partSeller, partValue}, may: []part{partUntil},
		keys: []string{"terms", "rate"}, unique: true, vault: always,
	}
}

func (terms) check(m *Mapping) error {
	var kind goods.TermsKind
	if m.Terms == "" || word(m.Terms, "", &kind) != nil {
		return fmt.Errorf("terms: want supply or commission")
	}
	if kind == goods.Commission {
		return m.checkPriceRate(percentDigits)
	}
	return m.checkPriceRate(supplyDigits)
}

func (terms) item(m *Mapping, s Stores, l *line) (*Item, error) {
	t := vault.Terms{Seller: l.parts[partSeller]}
	err := word(m.Terms, "", &t.Kind)
	if err != nil {
		return nil, err
	}
	if t.Supplier, err = m.id(l, partSupplier); err != nil {
		return nil, err
	}
	if t.SKU, err = m.id(l, partSKU); err != nil {
		return nil, err
	}
	if t.Until, err = m.maybeDay(l, partUntil); err != nil {
		return nil, err
	}
	value, err := m.termsValue(l, t.Kind)
	if err != nil {
		return nil, err
	}
	t.Opening.Value = pedersen.Whole(uint64(value))
	if s.Vault != nil { // a dry run needs none
		if t.Opening.Salt, err = s.Vault.TermsSalt(m.Source, t); err != nil {
			return nil, err
		}
	}
	req := goods.OfferTermsRequest{Supplier: t.Supplier, SKU: t.SKU, Seller: t.Seller, Kind: t.Kind,
		Commitment: pedersen.Public(pedersen.Whole(1)).Commitment(), Until: t.Until}
	item := &Item{key: t.Supplier + "/" + t.SKU + "/" + t.Seller, Adds: Totals{Terms: 1}, keep: &t}
	item.Drafts = []Draft{func(Stores) (command.Request, string, error) {
		commitment, err := t.Opening.Commit()
		made := req
		made.Commitment = commitment
		return made, "", err
	}}
	return item, l.checked(req)
}

// How many digits a value has after the point at most: of a percentage, and of the price
// of a unit in yuan.
const (
	percentDigits = 2
	supplyDigits  = 6
)

// wholePrice is all of a price, in basis points.
const wholePrice = 10_000

// termsValue is the price of a unit, or the share of the price that the seller keeps,
// exactly.
func (m *Mapping) termsValue(l *line, kind goods.TermsKind) (amount.Units, error) {
	read := l.number
	if kind == goods.Commission {
		read = l.share
	}
	number, err := read(partValue)
	if err != nil {
		return 0, err
	}
	value, err := m.units(number)
	if err != nil || kind == goods.Commission && value > wholePrice {
		return 0, l.wrong(partValue, "want a price, or at most the whole of it as commission")
	}
	if !m.whole(number) {
		return 0, l.wrong(partValue, "it isn't whole in the smallest unit that the ledger has: round it")
	}
	return value, nil
}

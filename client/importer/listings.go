package importer

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
)

// listings are goods that the party puts into its storefront (storefront:List), each
// once, at one price for all members.
type listings struct{}

func (listings) form() form {
	return form{
		supply: true,
		must:   []part{partSupplier, partSKU, partPrice, partScene},
		may:    []part{partLabels, partRegions, partFrom, partUntil},
		keys:   []string{"rate", "spread"}, unique: true, vault: always, index: always,
	}
}

func (listings) check(m *Mapping) error {
	s := &m.Spread
	if *s == (Spread{}) {
		return m.checkPrices(true)
	}
	if m.Rate != "" {
		return fmt.Errorf("rate: means nothing beside a spread")
	}
	var err error
	if s.least, err = yuan("spread: least", &s.Least); err != nil {
		return err
	}
	if s.most, err = yuan("spread: most", &s.Most); err != nil {
		return err
	}
	if s.least < 1 || s.most < s.least {
		return fmt.Errorf("spread: want least and most, 0.01 ≤ least ≤ most")
	}
	return nil
}

func (listings) item(m *Mapping, _ Stores, l *line) (*Item, error) {
	req, err := m.listing(l)
	if err != nil {
		return nil, err
	}
	price := &req.Prices[0]
	price.Regions = l.list(partRegions)
	if price.From, err = m.maybeDay(l, partFrom); err != nil {
		return nil, err
	}
	if price.Until, err = m.maybeDay(l, partUntil); err != nil {
		return nil, err
	}
	item := &Item{key: req.Supplier + "/" + req.SKU, Adds: Totals{Listings: 1}}
	item.Drafts = []Draft{func(s Stores) (command.Request, string, error) { return Take(s, req) }}
	return item, l.checked(req)
}

// Take makes a listing take the terms that the vault has the value of: those that are
// offered, or else those that the good is listed under. The party's own needs none.
// doomed is why the ledger will refuse it, if there are no such terms.
func Take(s Stores, req goods.ListRequest) (made command.Request, doomed string, err error) {
	supplier, found, err := s.Shop.Supplier(req.Supplier)
	if err != nil || found && supplier.Party == s.Party {
		return req, "", err
	}
	offered, _, err := s.Shop.Terms(req.Supplier, req.SKU, s.Party)
	if err != nil {
		return nil, "", err
	}
	there, listed, err := s.Shop.Listing(s.Party, req.Supplier, req.SKU)
	if err != nil {
		return nil, "", err
	}
	if len(offered.Commitment) > 0 {
		_, known, err := s.Vault.TermsOf(req.Supplier, req.SKU, s.Party, offered.Commitment)
		if err != nil {
			return nil, "", err
		}
		if known {
			req.Kind, req.Terms = offered.Kind, offered.Commitment
			return req, "", nil
		}
	}
	if listed {
		req.Kind, req.Terms = there.Kind, there.Terms
		return req, "", nil
	}
	return req, "its terms haven't been accepted; ask the supplier for them, and accept them", nil
}

// of is the amount that a text comes to.
func (s Spread) of(text string) amount.Units {
	sum := sha256.Sum256([]byte(text))
	return s.least + amount.Units(binary.BigEndian.Uint64(sum[:])%uint64(s.most-s.least+1))
}

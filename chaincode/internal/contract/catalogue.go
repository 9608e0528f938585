package contract

import (
	"tallystick/chaincode/audience"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/row"
)

// shelfKeys lists what a quote of these lines reads, but for what its audiences ask.
func shelfKeys(seller string, lines []goods.Wanted) []string {
	keys := []string{string(row.Storefront(seller))}
	for _, l := range lines {
		keys = append(keys, string(row.Listing(seller, l.Supplier, l.SKU)), string(row.Good(l.Supplier, l.SKU)), string(row.Supplier(l.Supplier)))
	}
	return keys
}

// shelf reads what a quote of one line to a root needs. NOT_FOUND (the listing, the
// good, the supplier).
func (c *call) shelf(memberRoot, seller string, w goods.Wanted) (goods.Shelf, error) {
	listing, err := ledger.Get(c.tx, row.Listing(seller, w.Supplier, w.SKU), "listing of "+seller, w.Supplier+"/"+w.SKU)
	if err != nil {
		return goods.Shelf{}, err
	}
	good, err := c.good(w.Supplier, w.SKU)
	if err != nil {
		return goods.Shelf{}, err
	}
	supplier, err := c.supplier(w.Supplier)
	if err != nil {
		return goods.Shelf{}, err
	}
	facts := make([]audience.Facts, len(listing.Prices))
	for i, p := range listing.Prices {
		if facts[i], err = c.facts(memberRoot, p.Audience); err != nil {
			return goods.Shelf{}, err
		}
	}
	return goods.Shelf{Supplier: supplier, Good: good, Listing: listing, Facts: facts}, nil
}

func (c *call) supplier(id string) (goods.Supplier, error) {
	return ledger.Get(c.tx, row.Supplier(id), "supplier", id)
}

func (c *call) good(supplier, sku string) (goods.Good, error) {
	return ledger.Get(c.tx, row.Good(supplier, sku), "good", supplier+"/"+sku)
}

func (c *call) storefront(seller string) (goods.Storefront, error) {
	return ledger.Get(c.tx, row.Storefront(seller), "storefront of", seller)
}

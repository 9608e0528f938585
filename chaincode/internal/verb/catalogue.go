package verb

import (
	"maps"
	"slices"

	"tallystick/chaincode/audience"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
)

func (c *call) good(supplier, sku string) (goods.Good, error) {
	return ledger.Get(c.Tx, row.Good(supplier, sku), "good", supplier+"/"+sku)
}

func (c *call) storefront(seller string) (goods.Storefront, error) {
	return ledger.Get(c.Tx, row.Storefront(seller), "storefront of", seller)
}

func (c *call) setGood(req goods.SetGoodRequest) error {
	supplier, err := c.supplier(req.Supplier)
	if err != nil {
		return err
	}
	key := row.Good(req.Supplier, req.SKU)
	before, err := found(c.Tx, key)
	if err != nil {
		return err
	}
	next, changed, err := goods.Set(before, supplier, req, c.At)
	if err != nil || !changed {
		return err
	}
	if before != nil {
		ledger.Put(c.Tx, row.GoodVersion(before.Supplier, before.SKU, before.Version), *before)
	}
	ledger.Put(c.Tx, key, next)
	return nil
}

// named reads the supplier of a good that there is, and makes sure that there is the
// seller. NOT_FOUND (the good, the supplier, the seller).
func (c *call) named(supplier, sku, seller string) (goods.Supplier, error) {
	if _, err := c.good(supplier, sku); err != nil {
		return goods.Supplier{}, err
	}
	of, err := c.supplier(supplier)
	if err != nil {
		return goods.Supplier{}, err
	}
	_, err = c.party(seller)
	return of, err
}

func (c *call) offerTerms(req goods.OfferTermsRequest) error {
	supplier, err := c.named(req.Supplier, req.SKU, req.Seller)
	if err != nil {
		return err
	}
	terms, err := goods.OfferTerms(supplier, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Terms(req.Supplier, req.SKU, req.Seller), terms)
	return nil
}

func (c *call) setStorefront(req goods.SetStorefrontRequest) error {
	for _, t := range req.Tenders {
		if _, err := c.programme(t.Programme); err != nil {
			return err
		}
	}
	ledger.Put(c.Tx, row.Storefront(c.Caller.ID), goods.SetStorefront(req, c.Caller.ID))
	return nil
}

func (c *call) setOutlet(req goods.SetOutletRequest) error {
	ledger.Put(c.Tx, row.Outlet(c.Caller.ID, req.Outlet), goods.SetOutlet(req, c.Caller.ID))
	return nil
}

func (c *call) listGood(req goods.ListRequest) error {
	there, err := c.listed(req)
	if err != nil {
		return err
	}
	listing, err := goods.List(there, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Listing(c.Caller.ID, req.Supplier, req.SKU), listing)
	return nil
}

// listed reads what a listing is made of. NOT_FOUND (the caller's storefront, the
// supplier, the good, a programme of an audience).
func (c *call) listed(req goods.ListRequest) (there goods.Listed, err error) {
	if _, err = c.storefront(c.Caller.ID); err != nil {
		return there, err
	}
	if there.Supplier, err = c.supplier(req.Supplier); err != nil {
		return there, err
	}
	if _, err = c.good(req.Supplier, req.SKU); err != nil {
		return there, err
	}
	for _, p := range req.Prices {
		if p.Audience.Programme == "" {
			continue
		}
		if _, err = c.programme(p.Audience.Programme); err != nil {
			return there, err
		}
	}
	if there.Supplier.Party == c.Caller.ID {
		return there, nil
	}
	if there.Before, err = found(c.Tx, row.Listing(c.Caller.ID, req.Supplier, req.SKU)); err != nil {
		return there, err
	}
	there.Terms, err = found(c.Tx, row.Terms(req.Supplier, req.SKU, c.Caller.ID))
	return there, err
}

// active refuses with WRONG_STATE what a party would begin that is suspended or closed.
func (c *call) active(id string) error {
	of, err := c.party(id)
	if err == nil && of.State != party.Active {
		err = fault.New(fault.WrongState, "%s is %s", of.ID, of.State)
	}
	return err
}

// shelf reads what a quote of one line needs, but for the member. NOT_FOUND (the listing, the
// good, the supplier), WRONG_STATE (the supplier's party is suspended or closed).
func (c *call) shelf(seller string, w goods.Wanted) (goods.Shelf, error) {
	listing, err := ledger.Get(c.Tx, row.Listing(seller, w.Supplier, w.SKU), "listing of "+seller, w.Supplier+"/"+w.SKU)
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
	if err := c.active(supplier.Party); err != nil {
		return goods.Shelf{}, err
	}
	return goods.Shelf{Supplier: supplier, Good: good, Listing: listing}, nil
}

// maxAsked is the most rows that the audiences of one quote's prices ask for of its member: the
// labels of every party that there can be, and its tiers.
const maxAsked = 512

// ask reads what the shelves' audiences ask of a root, in one go. LIMIT before anything is read.
func (c *call) ask(memberRoot string, shelves []goods.Shelf) error {
	asked := map[string]bool{}
	for _, s := range shelves {
		for _, p := range s.Listing.Prices {
			if of := p.Audience.Programme; of != "" {
				asked[string(row.Programme(of))], asked[string(row.Standing(of, memberRoot))] = true, true
			}
			for _, of := range p.Audience.Parties() {
				asked[string(row.Labels(memberRoot, of))] = true
			}
		}
	}
	if len(asked) > maxAsked {
		return fault.New(fault.Limit, "the prices' audiences ask for %d rows, of %d", len(asked), maxAsked)
	}
	if err := c.Tx.Prefetch(slices.Sorted(maps.Keys(asked))); err != nil {
		return err
	}
	for i, s := range shelves {
		shelves[i].Facts = make([]audience.Facts, len(s.Listing.Prices))
		for k, p := range s.Listing.Prices {
			var err error
			if shelves[i].Facts[k], err = c.facts(memberRoot, p.Audience); err != nil {
				return err
			}
		}
	}
	return nil
}

// quote is what a storefront offers a member, whose root it is for, today.
func (c *call) quote(seller, member, region string, lines []goods.Wanted) (goods.Quote, error) {
	root, err := c.root(member)
	if err != nil {
		return goods.Quote{}, err
	}
	front, err := c.storefront(seller)
	if err != nil {
		return goods.Quote{}, err
	}
	shelves := make([]goods.Shelf, len(lines))
	for i, l := range lines {
		if shelves[i], err = c.shelf(seller, l); err != nil {
			return goods.Quote{}, err
		}
	}
	if err := c.ask(root.ID, shelves); err != nil {
		return goods.Quote{}, err
	}
	return goods.Offer(front, root.ID, region, shelves, lines, c.At.Date)
}

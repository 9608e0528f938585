package contract

import (
	"tallystick/chaincode/answer"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/verb"
	"tallystick/chaincode/name"
	"tallystick/chaincode/row"
)

var goodsQueries = []string{"Supplier", "Suppliers", "Good", "Goods", "Terms", "Storefront", "Outlet", "Outlets",
	"Listing", "Listings", "Stock", "Quote"}

// Supplier answers a supplier.
func (*Query) Supplier(ctx *Context, id string) (*goods.Supplier, error) {
	if err := name.CheckID("supplier", id); err != nil {
		return nil, err
	}
	return one(ctx, row.Supplier(id), "supplier", id)
}

// Suppliers lists suppliers by id.
func (*Query) Suppliers(ctx *Context, page answer.Page) (*answer.SupplierPage, error) {
	part, err := list(ctx, page, row.Suppliers())
	return &answer.SupplierPage{Part: part}, err
}

// Good answers a good as it is in a version, 0 for the one that it has now.
func (*Query) Good(ctx *Context, supplier, sku string, version uint32) (*goods.Good, error) {
	if err := checkIDs([2]string{"supplier", supplier}, [2]string{"sku", sku}); err != nil {
		return nil, err
	}
	good, err := one(ctx, row.Good(supplier, sku), "good", supplier+"/"+sku)
	if err != nil || version == 0 || version == good.Version {
		return good, err
	}
	return one(ctx, row.GoodVersion(supplier, sku, version), "such version of good", supplier+"/"+sku)
}

func checkIDs(ids ...[2]string) error {
	for _, id := range ids {
		if err := name.CheckID(id[0], id[1]); err != nil {
			return err
		}
	}
	return nil
}

// Goods lists a supplier's goods by SKU, as they are now.
func (*Query) Goods(ctx *Context, supplier string, page answer.Page) (*answer.GoodPage, error) {
	if err := name.CheckID("supplier", supplier); err != nil {
		return nil, err
	}
	part, err := list(ctx, page, row.GoodsOf(supplier))
	return &answer.GoodPage{Part: part}, err
}

// Terms answers the terms that a seller is offered for a good. Their value isn't on
// the ledger.
func (*Query) Terms(ctx *Context, supplier, sku, seller string) (*goods.Terms, error) {
	if err := checkIDs([2]string{"supplier", supplier}, [2]string{"sku", sku},
		[2]string{"seller", seller}); err != nil {
		return nil, err
	}
	return one(ctx, row.Terms(supplier, sku, seller), "terms of", supplier+"/"+sku+" for "+seller)
}

// Storefront answers an enterprise's storefront.
func (*Query) Storefront(ctx *Context, seller string) (*goods.Storefront, error) {
	if err := name.CheckID("seller", seller); err != nil {
		return nil, err
	}
	return one(ctx, row.Storefront(seller), "storefront of", seller)
}

// Outlet answers an outlet of a party.
func (*Query) Outlet(ctx *Context, party, id string) (*goods.Outlet, error) {
	if err := checkIDs([2]string{"party", party}, [2]string{"outlet", id}); err != nil {
		return nil, err
	}
	return one(ctx, row.Outlet(party, id), "outlet of "+party, id)
}

// Outlets lists a party's outlets by id.
func (*Query) Outlets(ctx *Context, party string, page answer.Page) (*answer.OutletPage, error) {
	if err := name.CheckID("party", party); err != nil {
		return nil, err
	}
	part, err := list(ctx, page, row.OutletsOf(party))
	return &answer.OutletPage{Part: part}, err
}

// Listing answers a good in a storefront.
func (*Query) Listing(ctx *Context, seller, supplier, sku string) (*goods.Listing, error) {
	if err := checkIDs([2]string{"seller", seller}, [2]string{"supplier", supplier},
		[2]string{"sku", sku}); err != nil {
		return nil, err
	}
	return one(ctx, row.Listing(seller, supplier, sku), "listing of "+seller, supplier+"/"+sku)
}

// Listings lists what a seller lists, by supplier and SKU.
func (*Query) Listings(ctx *Context, seller string, page answer.Page) (*answer.ListingPage, error) {
	if err := name.CheckID("seller", seller); err != nil {
		return nil, err
	}
	part, err := list(ctx, page, row.ListingsOf(seller))
	return &answer.ListingPage{Part: part}, err
}

// Stock answers how much of a good a seller has, over all its lanes.
func (*Query) Stock(ctx *Context, supplier, sku, seller string) (*answer.InStock, error) {
	if err := checkIDs([2]string{"supplier", supplier}, [2]string{"sku", sku},
		[2]string{"seller", seller}); err != nil {
		return nil, err
	}
	pool, err := one(ctx, row.Pool(supplier, sku, seller), "stock of "+supplier+"/"+sku+" at", seller)
	if err != nil {
		return nil, err
	}
	stock := &answer.InStock{Free: pool.Free, Pool: pool.Free, Restocked: pool.Restocked, Withdrawn: pool.Withdrawn}
	err = each(ctx, row.ShardsOf(supplier, sku, seller), func(_ string, s goods.Shard) error {
		stock.Free += s.Free
		return nil
	})
	return stock, err
}

// Quote answers what a storefront offers a member now. It is refused as an order
// would be: NOT_FOUND (the member, the storefront, a listing, its good or supplier),
// then as at goods.Offer.
func (*Query) Quote(ctx *Context, asked answer.QuoteAsked) (*answer.Quoted, error) {
	if err := asked.Check(); err != nil {
		return nil, err
	}
	c, err := ctx.asking()
	if err != nil {
		return nil, err
	}
	quote, err := verb.Quote(c, asked)
	if err != nil {
		return nil, err
	}
	return &answer.Quoted{Quote: quote, Hash: quote.Hash()}, nil
}

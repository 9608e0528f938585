package gateway

import (
	"context"
	"strconv"

	"tallystick/chaincode/answer"
	"tallystick/chaincode/goods"
)

// Supplier is one supplier.
func (q Query) Supplier(ctx context.Context, id string) (goods.Supplier, error) {
	return ask[goods.Supplier](ctx, q, "Supplier", id)
}

// Suppliers lists suppliers by id.
func (q Query) Suppliers(ctx context.Context, page answer.Page) (answer.Part[goods.Supplier], error) {
	return askPart[goods.Supplier](ctx, q, page, "Suppliers")
}

// Good is one good in a version, 0 for the one that it has now.
func (q Query) Good(ctx context.Context, supplier, sku string, version uint32) (goods.Good, error) {
	return ask[goods.Good](ctx, q, "Good", supplier, sku, strconv.FormatUint(uint64(version), 10))
}

// Goods lists a supplier's goods by SKU.
func (q Query) Goods(ctx context.Context, supplier string, page answer.Page) (answer.Part[goods.Good], error) {
	return askPart[goods.Good](ctx, q, page, "Goods", supplier)
}

// Terms are what a seller is offered for a good, as a commitment.
func (q Query) Terms(ctx context.Context, supplier, sku, seller string) (goods.Terms, error) {
	return ask[goods.Terms](ctx, q, "Terms", supplier, sku, seller)
}

// Storefront is an enterprise's shop.
func (q Query) Storefront(ctx context.Context, seller string) (goods.Storefront, error) {
	return ask[goods.Storefront](ctx, q, "Storefront", seller)
}

// Outlet is a place where a party serves members.
func (q Query) Outlet(ctx context.Context, party, id string) (goods.Outlet, error) {
	return ask[goods.Outlet](ctx, q, "Outlet", party, id)
}

// Outlets lists a party's outlets by id.
func (q Query) Outlets(ctx context.Context, party string, page answer.Page) (answer.Part[goods.Outlet], error) {
	return askPart[goods.Outlet](ctx, q, page, "Outlets", party)
}

// Listing is a good in a storefront.
func (q Query) Listing(ctx context.Context, seller, supplier, sku string) (goods.Listing, error) {
	return ask[goods.Listing](ctx, q, "Listing", seller, supplier, sku)
}

// Listings lists what a seller lists, by supplier and SKU.
func (q Query) Listings(ctx context.Context, seller string, page answer.Page) (answer.Part[goods.Listing], error) {
	return askPart[goods.Listing](ctx, q, page, "Listings", seller)
}

// Stock is how much of a good a seller has, over all its lanes.
func (q Query) Stock(ctx context.Context, supplier, sku, seller string) (answer.InStock, error) {
	return ask[answer.InStock](ctx, q, "Stock", supplier, sku, seller)
}

// Quote is what a storefront offers a member now.
func (q Query) Quote(ctx context.Context, asked answer.QuoteAsked) (answer.Quoted, error) {
	return ask[answer.Quoted](ctx, q, "Quote", asJSON(asked))
}

package gateway

import (
	"context"
	"strconv"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/goods"
)

// Supplier is one supplier.
func (q Query) Supplier(ctx context.Context, id string) (goods.Supplier, error) {
	return ask[goods.Supplier](ctx, q, "Supplier", id)
}

// Suppliers lists suppliers by id.
func (q Query) Suppliers(ctx context.Context, page Page) (Part[goods.Supplier], error) {
	return askPart[goods.Supplier](ctx, q, page, "Suppliers")
}

// Good is one good in a version, 0 for the one that it has now.
func (q Query) Good(ctx context.Context, supplier, sku string, version uint32) (goods.Good, error) {
	return ask[goods.Good](ctx, q, "Good", supplier, sku, strconv.FormatUint(uint64(version), 10))
}

// Goods lists a supplier's goods by SKU.
func (q Query) Goods(ctx context.Context, supplier string, page Page) (Part[goods.Good], error) {
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
func (q Query) Outlets(ctx context.Context, party string, page Page) (Part[goods.Outlet], error) {
	return askPart[goods.Outlet](ctx, q, page, "Outlets", party)
}

// Listing is a good in a storefront.
func (q Query) Listing(ctx context.Context, seller, supplier, sku string) (goods.Listing, error) {
	return ask[goods.Listing](ctx, q, "Listing", seller, supplier, sku)
}

// Listings lists what a seller lists, by supplier and SKU.
func (q Query) Listings(ctx context.Context, seller string, page Page) (Part[goods.Listing], error) {
	return askPart[goods.Listing](ctx, q, page, "Listings", seller)
}

// InStock is what a supplier lets a seller sell of a good.
type InStock struct {
	Free      amount.Units `json:"free"` // pool and shards together
	Pool      amount.Units `json:"pool"`
	Restocked amount.Units `json:"restocked"` // ever
	Withdrawn amount.Units `json:"withdrawn"` // ever
}

// Stock is how much of a good a seller has, over all its lanes.
func (q Query) Stock(ctx context.Context, supplier, sku, seller string) (InStock, error) {
	return ask[InStock](ctx, q, "Stock", supplier, sku, seller)
}

// QuoteAsked is what somebody would like a quote of.
type QuoteAsked struct {
	Seller string         `json:"seller"`
	Member string         `json:"member"`
	Region string         `json:"region"` // "" for none in particular
	Lines  []goods.Wanted `json:"lines"`
}

// Quoted is a quote and the hash that an order binds.
type Quoted struct {
	Quote goods.Quote `json:"quote"`
	Hash  codec.Hash  `json:"hash"`
}

// Quote is what a storefront offers a member now.
func (q Query) Quote(ctx context.Context, asked QuoteAsked) (Quoted, error) {
	return ask[Quoted](ctx, q, "Quote", asJSON(asked))
}

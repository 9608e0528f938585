package contract

import (
	"tallystick/chaincode/goods"
	"tallystick/chaincode/row"
)

// goodsVerbs are those of suppliers, goods, stock and storefronts. Who may and what
// is refused in which order stands at the request's type.
var goodsVerbs = []verb{
	reading((*call).applySupplier, func(_ *run, req goods.ApplyRequest) []string { return []string{string(row.Supplier(req.Supplier))} }),
	reading((*call).approveSupplier, func(_ *run, req goods.ApproveRequest) []string { return []string{string(row.Supplier(req.Supplier))} }),
	reading((*call).refuseSupplier, func(_ *run, req goods.RefuseRequest) []string { return []string{string(row.Supplier(req.Supplier))} }),
	reading((*call).withdrawSupplier, func(_ *run, req goods.WithdrawSupplierRequest) []string {
		return []string{string(row.Supplier(req.Supplier))}
	}),
	reading((*call).setGood, func(_ *run, req goods.SetGoodRequest) []string { return goodKeys(req.Supplier, req.SKU) }),
	reading((*call).offerTerms, func(_ *run, req goods.OfferTermsRequest) []string {
		return append(goodKeys(req.Supplier, req.SKU), string(row.Party(req.Seller)))
	}),
	reading((*call).restock, func(_ *run, req goods.RestockRequest) []string {
		keys := append(goodKeys(req.Supplier, req.SKU), string(row.Party(req.Seller)), string(row.Pool(req.Supplier, req.SKU, req.Seller)))
		for lane := uint8(1); lane <= req.Lanes; lane++ {
			keys = append(keys, string(row.Shard(req.Supplier, req.SKU, req.Seller, lane)))
		}
		return keys
	}),
	reading((*call).withdrawStock, func(_ *run, req goods.WithdrawStockRequest) []string {
		return []string{string(row.Supplier(req.Supplier)), string(row.Pool(req.Supplier, req.SKU, req.Seller))}
	}),
	reading((*call).setStorefront, func(_ *run, req goods.SetStorefrontRequest) []string {
		keys := make([]string, len(req.Tenders))
		for i, t := range req.Tenders {
			keys[i] = string(row.Programme(t.Programme))
		}
		return keys
	}),
	does((*call).setOutlet),
	reading((*call).listGood, func(r *run, req goods.ListRequest) []string {
		keys := append(goodKeys(req.Supplier, req.SKU), string(row.Storefront(r.caller.ID)), string(row.Listing(r.caller.ID, req.Supplier, req.SKU)))
		if len(req.Terms) > 0 {
			keys = append(keys, string(row.Terms(req.Supplier, req.SKU, r.caller.ID)))
		}
		return keys
	}),
}

func goodKeys(supplier, sku string) []string {
	return []string{string(row.Supplier(supplier)), string(row.Good(supplier, sku))}
}

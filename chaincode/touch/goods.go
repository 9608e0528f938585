package touch

import (
	"tallystick/chaincode/goods"
	"tallystick/chaincode/row"
)

var goodsTouches = []touches{
	of(func(t *Touch, _ At, r goods.ApplyRequest) { t.supplier(r.Supplier) }),
	of(func(t *Touch, _ At, r goods.ApproveRequest) {
		t.supplier(r.Supplier)
		t.waits("approvals", "") // perhaps of one party, whose role they write
		t.Weight++
	}),
	of(func(t *Touch, _ At, r goods.RefuseRequest) { t.supplier(r.Supplier) }),
	of(func(t *Touch, _ At, r goods.WithdrawSupplierRequest) { t.supplier(r.Supplier) }),
	of(func(t *Touch, _ At, r goods.SetGoodRequest) {
		reads(t, row.Supplier(r.Supplier))
		rewrites(t, row.Good(r.Supplier, r.SKU))
		t.Weight += 2
	}),
	of(func(t *Touch, _ At, r goods.OfferTermsRequest) {
		t.good(r.Supplier, r.SKU)
		reads(t, row.Party(r.Seller))
		contends(t, row.Terms(r.Supplier, r.SKU, r.Seller))
		t.Weight++
	}),
	of(func(t *Touch, _ At, r goods.RestockRequest) {
		t.good(r.Supplier, r.SKU)
		reads(t, row.Party(r.Seller))
		rewrites(t, row.Pool(r.Supplier, r.SKU, r.Seller))
		for lane := uint8(1); lane <= r.Lanes; lane++ {
			reads(t, row.Shard(r.Supplier, r.SKU, r.Seller, lane))
		}
		t.Weight += 1 + int(r.Lanes)
	}),
	of(func(t *Touch, _ At, r goods.WithdrawStockRequest) {
		reads(t, row.Supplier(r.Supplier))
		rewrites(t, row.Pool(r.Supplier, r.SKU, r.Seller))
		t.Weight += 2
	}),
	of(func(t *Touch, at At, r goods.SetStorefrontRequest) {
		for _, tender := range r.Tenders {
			reads(t, row.Programme(tender.Programme))
		}
		contends(t, row.Storefront(at.Caller))
		t.Weight++
	}),
	of(func(t *Touch, at At, r goods.SetOutletRequest) {
		contends(t, row.Outlet(at.Caller, r.Outlet))
		t.Weight++
	}),
	of(func(t *Touch, at At, r goods.ListRequest) {
		t.good(r.Supplier, r.SKU)
		reads(t, row.Storefront(at.Caller))
		rewrites(t, row.Listing(at.Caller, r.Supplier, r.SKU))
		if len(r.Terms) > 0 {
			reads(t, row.Terms(r.Supplier, r.SKU, at.Caller))
		}
		t.Weight++
	}),
}

func (t *Touch) supplier(id string) {
	rewrites(t, row.Supplier(id))
	t.Weight++
}

func (t *Touch) good(supplier, sku string) {
	reads(t, row.Supplier(supplier))
	reads(t, row.Good(supplier, sku))
}

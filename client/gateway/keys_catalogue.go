package gateway

import (
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
)

// demandOfCatalogue keeps what changes one row in one lane at a time.
func demandOfCatalogue(req command.Request) (demand, bool) {
	switch r := req.(type) {
	case goods.ApplyRequest:
		return demand{keys: []string{"ws" + r.Supplier}, weight: 1}, true
	case goods.ApproveRequest:
		return demand{keys: []string{"ws" + r.Supplier, "ws"}, weight: 2}, true // perhaps its party's role too
	case goods.RefuseRequest:
		return demand{keys: []string{"ws" + r.Supplier}, weight: 1}, true
	case goods.WithdrawSupplierRequest:
		return demand{keys: []string{"ws" + r.Supplier}, weight: 1}, true
	case goods.SetGoodRequest:
		return demand{keys: []string{"wg" + r.Supplier + "/" + r.SKU}, weight: 2}, true
	case goods.OfferTermsRequest:
		return demand{keys: []string{"wt" + r.Supplier + "/" + r.SKU + "/" + r.Seller}, weight: 1}, true
	case goods.RestockRequest:
		return demand{keys: []string{"wp" + r.Supplier + "/" + r.SKU + "/" + r.Seller}, weight: 1 + int(r.Lanes)}, true
	case goods.WithdrawStockRequest:
		return demand{keys: []string{"wp" + r.Supplier + "/" + r.SKU + "/" + r.Seller}, weight: 2}, true
	case goods.SetStorefrontRequest:
		return demand{keys: []string{"wf"}, weight: 1}, true
	case goods.SetOutletRequest:
		return demand{keys: []string{"wq" + r.Outlet}, weight: 1}, true
	case goods.ListRequest:
		return demand{keys: []string{"wl" + r.Supplier + "/" + r.SKU}, weight: 1}, true
	}
	return demand{}, false
}

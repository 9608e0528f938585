package command

import "tallystick/chaincode/goods"

// The kinds of goods and storefronts, 110–129.
const (
	ApplySupplier    Kind = 110
	ApproveSupplier  Kind = 111
	RefuseSupplier   Kind = 112
	WithdrawSupplier Kind = 113
	SetGood          Kind = 114
	OfferTerms       Kind = 115
	Restock          Kind = 116
	WithdrawStock    Kind = 117
	SetStorefront    Kind = 118
	SetOutlet        Kind = 119
	ListGood         Kind = 120
)

var goodsSpecs = []spec{
	specOf[goods.ApplyRequest](ApplySupplier, "goods:Apply"),
	specOf[goods.ApproveRequest](ApproveSupplier, "goods:Approve"),
	specOf[goods.RefuseRequest](RefuseSupplier, "goods:Refuse"),
	specOf[goods.WithdrawSupplierRequest](WithdrawSupplier, "goods:Withdraw"),
	specOf[goods.SetGoodRequest](SetGood, "goods:Set"),
	specOf[goods.OfferTermsRequest](OfferTerms, "goods:OfferTerms"),
	specOf[goods.RestockRequest](Restock, "goods:Restock"),
	specOf[goods.WithdrawStockRequest](WithdrawStock, "goods:WithdrawStock"),
	specOf[goods.SetStorefrontRequest](SetStorefront, "storefront:Set"),
	specOf[goods.SetOutletRequest](SetOutlet, "storefront:SetOutlet"),
	specOf[goods.ListRequest](ListGood, "storefront:List"),
}

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
	specOf[goods.ApplyRequest](ApplySupplier, "goods:Apply", byBusiness, "Supplier applied", "供应商申请"),
	specOf[goods.ApproveRequest](ApproveSupplier, "goods:Approve", byOperator, "Supplier approved", "供应商准入"),
	specOf[goods.RefuseRequest](RefuseSupplier, "goods:Refuse", byOperator, "Supplier refused", "驳回供应商"),
	specOf[goods.WithdrawSupplierRequest](WithdrawSupplier, "goods:Withdraw", toFinish, "Supplier withdrawn", "供应商退出"),
	specOf[goods.SetGoodRequest](SetGood, "goods:Set", bySupplier, "Good set", "商品登记"),
	specOf[goods.OfferTermsRequest](OfferTerms, "goods:OfferTerms", bySupplier, "Terms offered", "供货报价"),
	specOf[goods.RestockRequest](Restock, "goods:Restock", bySupplier, "Stock filled up", "库存补充"),
	specOf[goods.WithdrawStockRequest](WithdrawStock, "goods:WithdrawStock", toFinish, "Stock taken back", "库存撤回"),
	specOf[goods.SetStorefrontRequest](SetStorefront, "storefront:Set", byAcceptor, "Storefront set", "设立店面"),
	specOf[goods.SetOutletRequest](SetOutlet, "storefront:SetOutlet", byProvider, "Outlet set", "设立网点"),
	specOf[goods.ListRequest](ListGood, "storefront:List", byAcceptor, "Good listed", "商品上架"),
}

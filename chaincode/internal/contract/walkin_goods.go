package contract

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
)

// Goods is the contract of suppliers, their goods and the stock of them.
type Goods struct{ contractapi.Contract }

// Apply asks to become a supplier. See goods.ApplyRequest.
func (*Goods) Apply(ctx *Context, request string, req goods.ApplyRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Approve lets a supplier list. See goods.ApproveRequest.
func (*Goods) Approve(ctx *Context, request string, req goods.ApproveRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Refuse ends an application or suspends a supplier. See goods.RefuseRequest.
func (*Goods) Refuse(ctx *Context, request string, req goods.RefuseRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Withdraw ends being a supplier. See goods.WithdrawSupplierRequest.
func (*Goods) Withdraw(ctx *Context, request string, req goods.WithdrawSupplierRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Set lists a good or makes its next version. See goods.SetGoodRequest.
func (*Goods) Set(ctx *Context, request string, req goods.SetGoodRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// OfferTerms offers a seller terms for a good. See goods.OfferTermsRequest.
func (*Goods) OfferTerms(ctx *Context, request string, req goods.OfferTermsRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Restock adds to what a seller may sell of a good. See goods.RestockRequest.
func (*Goods) Restock(ctx *Context, request string, req goods.RestockRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// WithdrawStock takes back what is free. See goods.WithdrawStockRequest.
func (*Goods) WithdrawStock(ctx *Context, request string, req goods.WithdrawStockRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Storefront is the contract of what enterprises sell to members.
type Storefront struct{ contractapi.Contract }

// Set opens or changes the caller's storefront. See goods.SetStorefrontRequest.
func (*Storefront) Set(ctx *Context, request string, req goods.SetStorefrontRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// SetOutlet opens or changes an outlet of the caller's. See goods.SetOutletRequest.
func (*Storefront) SetOutlet(ctx *Context, request string, req goods.SetOutletRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// List puts a good into the caller's storefront. See goods.ListRequest.
func (*Storefront) List(ctx *Context, request string, req goods.ListRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

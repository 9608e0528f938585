package contract

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/command"
)

// Benefit is the contract of benefits.
type Benefit struct{ contractapi.Contract }

// Define offers a benefit. See benefit.DefineRequest.
func (*Benefit) Define(ctx *Context, request string, req benefit.DefineRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Amend changes a benefit's quota, grantors or whether it is open. See benefit.AmendRequest.
func (*Benefit) Amend(ctx *Context, request string, req benefit.AmendRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Grant makes entitlements without points. See benefit.GrantRequest.
func (*Benefit) Grant(ctx *Context, request string, req benefit.GrantRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Buy makes an entitlement for points. See benefit.BuyRequest.
func (*Benefit) Buy(ctx *Context, request string, req benefit.BuyRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Activate gives a granted entitlement's evidence. See benefit.ActivateRequest.
func (*Benefit) Activate(ctx *Context, request string, req benefit.ActivateRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Reserve keeps an entitlement for the caller. See benefit.ReserveRequest.
func (*Benefit) Reserve(ctx *Context, request string, req benefit.ReserveRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Unreserve ends a reservation. See benefit.UnreserveRequest.
func (*Benefit) Unreserve(ctx *Context, request string, req benefit.UnreserveRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// WriteOff uses an entitlement once. See benefit.WriteOffRequest.
func (*Benefit) WriteOff(ctx *Context, request string, req benefit.WriteOffRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Reverse takes a write-off back. See benefit.ReverseRequest.
func (*Benefit) Reverse(ctx *Context, request string, req benefit.ReverseRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Expire ends an entitlement after its last day. See benefit.ExpireRequest.
func (*Benefit) Expire(ctx *Context, request string, req benefit.ExpireRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Revoke takes an entitlement back. See benefit.RevokeRequest.
func (*Benefit) Revoke(ctx *Context, request string, req benefit.RevokeRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Transfer passes an entitlement on to another member. See benefit.TransferRequest.
func (*Benefit) Transfer(ctx *Context, request string, req benefit.TransferRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// NewCode replaces an entitlement's code. See benefit.NewCodeRequest.
func (*Benefit) NewCode(ctx *Context, request string, req benefit.NewCodeRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

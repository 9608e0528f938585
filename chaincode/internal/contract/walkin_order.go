package contract

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
)

// Order is the contract of orders.
type Order struct{ contractapi.Contract }

// Place reserves stock and points for a member's order. See goods.PlaceRequest.
func (*Order) Place(ctx *Context, request string, req goods.PlaceRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Accept takes an order on. See goods.AcceptRequest.
func (*Order) Accept(ctx *Context, request string, req goods.AcceptRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Reject turns an order down. See goods.RejectRequest.
func (*Order) Reject(ctx *Context, request string, req goods.RejectRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Cancel ends what isn't delivered. See goods.CancelRequest.
func (*Order) Cancel(ctx *Context, request string, req goods.CancelRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// TimeOut ends what its deadline has passed for. See goods.TimeOutRequest.
func (*Order) TimeOut(ctx *Context, request string, req goods.TimeOutRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Ship hands a part to a carrier. See goods.ShipRequest.
func (*Order) Ship(ctx *Context, request string, req goods.ShipRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Deliver says that a part has reached the member. See goods.DeliverRequest.
func (*Order) Deliver(ctx *Context, request string, req goods.DeliverRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Complete ends what can't be returned any more. See goods.CompleteRequest.
func (*Order) Complete(ctx *Context, request string, req goods.CompleteRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// RequestReturn asks to return a quantity of a line. See goods.RequestReturnRequest.
func (*Order) RequestReturn(ctx *Context, request string, req goods.RequestReturnRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// ReceiveReturn says that returned goods are back. See goods.ReceiveReturnRequest.
func (*Order) ReceiveReturn(ctx *Context, request string, req goods.ReceiveReturnRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// RefuseReturn turns a return down. See goods.RefuseReturnRequest.
func (*Order) RefuseReturn(ctx *Context, request string, req goods.RefuseReturnRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// Refund gives points and cash back for a return. See goods.RefundRequest.
func (*Order) Refund(ctx *Context, request string, req goods.RefundRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// TimeOutReturn ends a return that its seller didn't answer. See goods.TimeOutReturnRequest.
func (*Order) TimeOutReturn(ctx *Context, request string, req goods.TimeOutReturnRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

// PayBack notes the refund of cash that was owed. See goods.PayBackRequest.
func (*Order) PayBack(ctx *Context, request string, req goods.PayBackRequest) (*command.Receipt, error) {
	return walkIn(ctx, request, req)
}

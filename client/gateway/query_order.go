package gateway

import (
	"context"

	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
)

// Order is one order.
func (q Query) Order(ctx context.Context, n number.Command) (goods.Order, error) {
	return ask[goods.Order](ctx, q, "Order", n.String())
}

// Return is one return.
func (q Query) Return(ctx context.Context, n number.Command) (goods.Return, error) {
	return ask[goods.Return](ctx, q, "Return", n.String())
}

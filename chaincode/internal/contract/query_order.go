package contract

import (
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
)

var orderQueries = []string{"Order", "Return", "Cash"}

// Order answers an order.
func (*Query) Order(ctx *Context, id string) (*goods.Order, error) {
	n, err := number.ParseCommand(id)
	if err != nil {
		return nil, err
	}
	return one(ctx, row.Order(n), "order", id)
}

// Return answers a return.
func (*Query) Return(ctx *Context, id string) (*goods.Return, error) {
	n, err := number.ParseCommand(id)
	if err != nil {
		return nil, err
	}
	return one(ctx, row.Return(n), "return", id)
}

// Cash answers what a seller owes, or owed, a member in cash.
func (*Query) Cash(ctx *Context, id string) (*goods.Due, error) {
	n, err := number.ParseCommand(id)
	if err != nil {
		return nil, err
	}
	return one(ctx, row.Due(n), "cash", id)
}

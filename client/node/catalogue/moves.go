package catalogue

import (
	"context"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/client/node"
)

// Moves says what this package's operations move: see [node.Move]. That cash was paid back is noted after the refund
// that owed it, which was counted.
func Moves() []node.Move {
	return []node.Move{
		node.Moving(OrderPlace, func(r PlaceRequest) node.MovedOf {
			return node.Is(node.Moved{Fen: r.Cash, Points: r.Take, Lots: r.Lots})
		}, func(r *PlaceRequest) *string { return &r.Outlet }),
		node.Still(OrderCodes), node.Still(OrderDeliver), node.Still(OrderReturnRequest),
		node.Still(OrderReturnReceive), node.Still(OrderCashRefunded),
		node.Moving(OrderReturnRefund, refunded, nil),
	}
}

// refunded is what the goods of a return were sold for.
func refunded(r goods.RefundRequest) node.MovedOf {
	return func(ctx context.Context, n *node.Node) (m node.Moved, err error) {
		back, err := n.Query().Return(ctx, r.Return)
		if err != nil {
			return m, err
		}
		order, err := n.Query().Order(ctx, back.Order)
		if err != nil {
			return m, err
		}
		if int(back.Part) > len(order.Parts) || back.Part == 0 ||
			int(back.Line) > len(order.Parts[back.Part-1].Lines) || back.Line == 0 {
			return m, fault.New(fault.NotFound, "order %s has no line %d.%d", back.Order, back.Part, back.Line)
		}
		m.Fen = order.Parts[back.Part-1].Lines[back.Line-1].Fen * amount.Units(back.Quantity)
		return m, nil
	}
}

package command

import "tallystick/chaincode/goods"

// The kinds of orders, 130–149.
const (
	PlaceOrder    Kind = 130
	AcceptOrder   Kind = 131
	RejectOrder   Kind = 132
	CancelOrder   Kind = 133
	TimeOutOrder  Kind = 134
	ShipOrder     Kind = 135
	DeliverOrder  Kind = 136
	CompleteOrder Kind = 137
	RequestReturn Kind = 138
	ReceiveReturn Kind = 139
	RefuseReturn  Kind = 140
	RefundReturn  Kind = 141
	TimeOutReturn Kind = 142
	PayBack       Kind = 143
)

var orderSpecs = []spec{
	specOf[goods.PlaceRequest](PlaceOrder, "order:Place", byAcceptor, "Order placed", "下单"),
	specOf[goods.AcceptRequest](AcceptOrder, "order:Accept", byAcceptor, "Order accepted", "接单"),
	specOf[goods.RejectRequest](RejectOrder, "order:Reject", toFinish, "Order rejected", "拒单"),
	specOf[goods.CancelRequest](CancelOrder, "order:Cancel", toFinish, "Order cancelled", "取消订单"),
	specOf[goods.TimeOutRequest](TimeOutOrder, "order:TimeOut", toFinish, "Order timed out", "订单超时"),
	specOf[goods.ShipRequest](ShipOrder, "order:Ship", toFinish, "Order shipped", "发货"),
	specOf[goods.DeliverRequest](DeliverOrder, "order:Deliver", toFinish, "Order delivered", "交付"),
	specOf[goods.CompleteRequest](CompleteOrder, "order:Complete", toFinish, "Order completed", "订单完成"),
	specOf[goods.RequestReturnRequest](RequestReturn, "order:RequestReturn", toFinish, "Return requested", "申请退货"),
	specOf[goods.ReceiveReturnRequest](ReceiveReturn, "order:ReceiveReturn", toFinish, "Return received", "收到退货"),
	specOf[goods.RefuseReturnRequest](RefuseReturn, "order:RefuseReturn", toFinish, "Return refused", "拒绝退货"),
	specOf[goods.RefundRequest](RefundReturn, "order:Refund", toFinish, "Order refunded", "订单退款"),
	specOf[goods.TimeOutReturnRequest](TimeOutReturn, "order:TimeOutReturn", toFinish, "Return timed out", "退货超时"),
	specOf[goods.PayBackRequest](PayBack, "order:PayBack", toFinish, "Cash paid back", "退还现金"),
}

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
	specOf[goods.PlaceRequest](PlaceOrder, "order:Place"),
	specOf[goods.AcceptRequest](AcceptOrder, "order:Accept"),
	specOf[goods.RejectRequest](RejectOrder, "order:Reject"),
	specOf[goods.CancelRequest](CancelOrder, "order:Cancel"),
	specOf[goods.TimeOutRequest](TimeOutOrder, "order:TimeOut"),
	specOf[goods.ShipRequest](ShipOrder, "order:Ship"),
	specOf[goods.DeliverRequest](DeliverOrder, "order:Deliver"),
	specOf[goods.CompleteRequest](CompleteOrder, "order:Complete"),
	specOf[goods.RequestReturnRequest](RequestReturn, "order:RequestReturn"),
	specOf[goods.ReceiveReturnRequest](ReceiveReturn, "order:ReceiveReturn"),
	specOf[goods.RefuseReturnRequest](RefuseReturn, "order:RefuseReturn"),
	specOf[goods.RefundRequest](RefundReturn, "order:Refund"),
	specOf[goods.TimeOutReturnRequest](TimeOutReturn, "order:TimeOutReturn"),
	specOf[goods.PayBackRequest](PayBack, "order:PayBack"),
}

package node

import (
	"tallystick/chaincode/goods"
)

// The operations of orders and returns (订单、退货).
var (
	OrderAccept = sends[goods.AcceptRequest](Row{"order.accept", "POST", "/v1/orders/{order}/accept", Catalogue,
		"Take an order on; what needs no delivery is delivered by it; for its seller", "接单",
		`{"order":"D.0.7.0"}`})
	OrderCancel = sends[goods.CancelRequest](Row{"order.cancel", "POST", "/v1/orders/{order}/cancel", Catalogue,
		"End an order that isn't accepted, or a part that isn't delivered", "取消",
		`{"order":"D.0.7.0","part":0,"lost":false,"reason":"member_changed_mind"}`})
	OrderCashRefunded = sends[goods.PayBackRequest](Row{"order.cash.refunded", "POST", "/v1/cash/{due}/refunded", Counter,
		"Name the refund that paid cash back; for the seller and the member's home", "现金已退",
		`{"due":"D.0.9.0","payment":"refund-77-13"}`})
	OrderComplete = sends[goods.CompleteRequest](Row{"order.complete", "POST", "/v1/orders/{order}/complete", Catalogue,
		"End a delivered part: nothing can be returned any more; for the member's home, then for everyone", "完成",
		`{"order":"D.0.7.0","part":1}`})
	OrderDeliver = sends[goods.DeliverRequest](Row{"order.deliver", "POST", "/v1/orders/{order}/deliver", Counter,
		"Say that a part has reached the member, and with what proof", "签收",
		`{"order":"D.0.7.0","part":1,"code":"2ABCD-EFGH2-JKMN3-PQRS4-TVWXY-8","evidence":""}`})
	OrderReject = sends[goods.RejectRequest](Row{"order.reject", "POST", "/v1/orders/{order}/reject", Catalogue,
		"Turn an order down: stock and points go back; for its seller", "拒单",
		`{"order":"D.0.7.0","reason":"address_unknown"}`})
	OrderReturnReceive = sends[goods.ReceiveReturnRequest](Row{"order.return.receive", "POST", "/v1/returns/{return}/receive", Counter,
		"Say that returned goods are back; for the seller and the supplier's party", "收到退货",
		`{"return":"G.0.12.0","restock":true}`})
	OrderReturnRefund = sends[goods.RefundRequest](Row{"order.return.refund", "POST", "/v1/returns/{return}/refund", Counter,
		"Give points and cash back for returned goods; for the seller", "退款",
		`{"return":"G.0.12.0","payment":""}`})
	OrderReturnRefuse = sends[goods.RefuseReturnRequest](Row{"order.return.refuse", "POST", "/v1/returns/{return}/refuse", Catalogue,
		"Turn a return down; for the seller", "拒绝退货",
		`{"return":"G.0.12.0","reason":"used"}`})
	OrderReturnRequest = sends[goods.RequestReturnRequest](Row{"order.return.request", "POST", "/v1/orders/{order}/returns", Counter,
		"Ask to return a quantity of a line; for the seller and the member's home", "退货申请",
		`{"order":"D.0.7.0","part":1,"line":1,"quantity":1,"reason":"wrong_size"}`})
	OrderReturnTimeout = sends[goods.TimeOutReturnRequest](Row{"order.return.timeout", "POST", "/v1/returns/{return}/timeout", Catalogue,
		"End a return in the member's favour that its seller left unanswered; for everyone", "超时退款",
		`{"return":"G.0.12.0"}`})
	OrderShip = sends[goods.ShipRequest](Row{"order.ship", "POST", "/v1/orders/{order}/ship", Catalogue,
		"Hand a part to a carrier; for the seller and the supplier's party", "发货",
		`{"order":"D.0.7.0","part":1,"carrier":"sf","waybill":"SF1234567890"}`})
	OrderTimeout = sends[goods.TimeOutRequest](Row{"order.timeout", "POST", "/v1/orders/{order}/timeout", Catalogue,
		"End what wasn't accepted, or a part that wasn't shipped, in time; for everyone", "超时取消",
		`{"order":"D.0.7.0","part":0}`})
)

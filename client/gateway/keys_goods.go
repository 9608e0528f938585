package gateway

import (
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
)

// demandOfOrders leaves stock out: each lane has its own shard.
func demandOfOrders(req command.Request) (demand, bool) {
	switch r := req.(type) {
	case goods.PlaceRequest:
		return demand{keys: proven(lotKeys(r.Pieces), r.Authorisation), weight: 2 + len(r.Pieces) + len(r.Lines)}, true
	case goods.AcceptRequest:
		return ofOrder(r.Order, 1), true
	case goods.RejectRequest:
		return ofOrder(r.Order, 8), true
	case goods.CancelRequest:
		return ofOrder(r.Order, 8), true
	case goods.TimeOutRequest:
		return ofOrder(r.Order, 8), true
	case goods.ShipRequest:
		return ofOrder(r.Order, 1), true
	case goods.DeliverRequest:
		return ofOrder(r.Order, 1), true
	case goods.CompleteRequest:
		return ofOrder(r.Order, 1), true
	case goods.RequestReturnRequest:
		return ofOrder(r.Order, 2), true
	case goods.ReceiveReturnRequest:
		return ofReturn(r.Return, 2), true
	case goods.RefuseReturnRequest:
		return ofReturn(r.Return, 2), true
	case goods.RefundRequest:
		return ofReturn(r.Return, 8), true
	}
	return demand{}, false
}

func ofOrder(n number.Command, weight int) demand {
	return demand{keys: []string{"o" + n.String()}, weight: weight}
}

// ofReturn doesn't know the return's order: a conflict on that is met by trying again.
func ofReturn(n number.Command, weight int) demand {
	return demand{keys: []string{"r" + n.String()}, weight: weight}
}

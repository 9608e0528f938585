package row

import (
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
)

// The rows of orders:
//
//	wo/NUMBER, wr/NUMBER              order, return: named by the command that made it
//	wc/SELLER/PAYMENT                 payment of a seller's that was used
//	wb/SELLER/PAYMENT                 its refund that was
//	wd/NUMBER                         cash that a seller owes a member
var (
	orders = byCommand[goods.Order]("wo", "order", makes(itsCommand, command.PlaceOrder),
		changes(owner(func(o goods.Order) string { return o.Seller }), command.AcceptOrder, command.RejectOrder,
			command.RefundReturn, command.RefuseReturn),
		changes(anyone, command.CancelOrder, command.TimeOutOrder, command.ShipOrder, command.DeliverOrder,
			command.CompleteOrder, command.RequestReturn, command.TimeOutReturn),
		keeping(func(b, a goods.Order) bool {
			return b.Seller == a.Seller && b.Member == a.Member && b.Date == a.Date &&
				len(b.Parts) == len(a.Parts) && len(b.Tenders) == len(a.Tenders)
		}))
	returns = byCommand[goods.Return]("wr", "return", makes(itsCommand, command.RequestReturn),
		changes(anyone, command.ReceiveReturn, command.RefundReturn, command.RefuseReturn, command.TimeOutReturn),
		keeping(func(b, a goods.Return) bool {
			return b.Order == a.Order && b.Part == a.Part && b.Line == a.Line && b.Quantity == a.Quantity &&
				b.By == a.By
		}))
	paymentsUsed = as[goods.Paid]("wc", "payment used", "SELLER/PAYMENT", makes(inKey("SELLER"), command.PlaceOrder))
	refundsUsed  = as[goods.Paid]("wb", "refund used", "SELLER/PAYMENT", makes(inKey("SELLER"), command.RefundReturn),
		makes(anyone, command.PayBack))
	dues = byCommand[goods.Due]("wd", "cash",
		makes(itsCommand, command.RejectOrder, command.CancelOrder, command.TimeOutOrder, command.TimeOutReturn),
		changes(anyone, command.PayBack), keeping(func(b, a goods.Due) bool {
			return b.Seller == a.Seller && b.Member == a.Member && b.Order == a.Order && b.Fen == a.Fen
		}))
)

// Order is where an order is.
func Order(n number.Command) Key[goods.Order] {
	return orders.by(n)
}

// Return is where a return is.
func Return(n number.Command) Key[goods.Return] {
	return returns.by(n)
}

// Due is where the cash is that a seller owes a member.
func Due(n number.Command) Key[goods.Due] {
	return dues.by(n)
}

// PaidBack is where the use of a refund of a seller's is.
func PaidBack(seller, payment string) Key[goods.Paid] {
	return refundsUsed.at(seller, payment)
}

// Paid is where the use of a payment of a seller's is.
func Paid(seller, payment string) Key[goods.Paid] {
	return paymentsUsed.at(seller, payment)
}

package row

import (
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
)

var orderReaders = map[string]reader{
	"wo": byCommand[goods.Order]("order"),
	"wr": byCommand[goods.Return]("return"),
	"wc": as[goods.Paid]("payment used"),
	"wb": as[goods.Paid]("refund used"),
	"wd": byCommand[goods.Due]("cash"),
}

// Order is where an order is.
func Order(n number.Command) Key[goods.Order] {
	var room [96]byte
	return Key[goods.Order](appendSortable(append(room[:0], "wo/"...), n))
}

// Return is where a return is.
func Return(n number.Command) Key[goods.Return] {
	return Key[goods.Return](appendSortable([]byte("wr/"), n))
}

// Due is where the cash is that a seller owes a member.
func Due(n number.Command) Key[goods.Due] {
	return Key[goods.Due](appendSortable([]byte("wd/"), n))
}

// PaidBack is where the use of a refund of a seller's is.
func PaidBack(seller, payment string) Key[goods.Paid] {
	return Key[goods.Paid]("wb/" + seller + "/" + payment)
}

// Paid is where the use of a payment of a seller's is.
func Paid(seller, payment string) Key[goods.Paid] {
	return Key[goods.Paid]("wc/" + seller + "/" + payment)
}

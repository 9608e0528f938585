package verb

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

func (c *call) shipOrder(req goods.ShipRequest) error {
	order, err := c.order(req.Order)
	if err != nil {
		return err
	}
	next, err := order.Ship(req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Order(req.Order), next)
	return nil
}

func (c *call) deliverOrder(req goods.DeliverRequest) error {
	order, home, err := c.orderFor(req)
	if err != nil {
		return err
	}
	next, err := order.Deliver(home, req, c.Cycle.ID, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Order(req.Order), next)
	return c.owePart(req.Order, next, next.Parts[req.Part-1])
}

// orderFor reads an order, and its member's home if the delivery rests on that.
func (c *call) orderFor(req goods.DeliverRequest) (goods.Order, string, error) {
	if len(req.Code)+len(req.Evidence) == 0 {
		return c.orderOf(req.Order)
	}
	order, err := c.order(req.Order)
	return order, "", err
}

func (c *call) completeOrder(req goods.CompleteRequest) error {
	order, home, err := c.orderOf(req.Order)
	if err != nil {
		return err
	}
	next, err := order.Complete(home, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Order(req.Order), next)
	return nil
}

// owePart captures the points that paid for a delivered part. Their funders then
// owe the seller, and the seller the supplier's party.
func (c *call) owePart(id number.Command, order goods.Order, part goods.Part) error {
	for _, m := range part.Pieces.ByProgramme() {
		if err := c.count(m.Programme, points.Totals{Captured: m.Amount}); err != nil {
			return err
		}
	}
	if err := c.oweFor(spentOn(id, order, part), part.Pieces, 0, part.Pieces.Sum()); err != nil {
		return err
	}
	for _, line := range part.Lines {
		if err := c.oweSupply(order, part, line, line.Quantity, false); err != nil {
			return err
		}
	}
	return nil
}

// oweSupply notes what a seller owes a supplier's party for a quantity of a line, or,
// when it was returned, what that owes the seller. Only the two know how much.
func (c *call) oweSupply(order goods.Order, part goods.Part, line goods.Line, quantity uint32, back bool) error {
	if line.Kind == goods.NoTerms {
		return nil
	}
	owed, err := line.Owes(quantity)
	if err != nil {
		return err
	}
	owe := settlement.HiddenOwe{Scene: part.Scene, Debtor: order.Seller, Creditor: part.Party, Back: back,
		Fee: part.Fee, Count: 1, Sum: owed}
	if back {
		owe.Debtor, owe.Creditor = owe.Creditor, owe.Debtor
	}
	return c.oweHidden(owe)
}

func (c *call) requestReturn(req goods.RequestReturnRequest) error {
	order, home, err := c.orderOf(req.Order)
	if err != nil {
		return err
	}
	next, made, err := order.RequestReturn(home, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Order(req.Order), next)
	ledger.Put(c.Tx, row.Return(c.At.Number), made)
	return nil
}

func (c *call) receiveReturn(req goods.ReceiveReturnRequest) error {
	back, order, err := c.returnOf(req.Return)
	if err != nil {
		return err
	}
	next, err := order.ReceiveReturn(back, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Return(req.Return), next)
	if !next.Restocked {
		return nil
	}
	part := order.Parts[back.Part-1]
	return c.putBack(part.Supplier, part.Lines[back.Line-1].SKU, order.Seller, back.Quantity)
}

func (c *call) refuseReturn(req goods.RefuseReturnRequest) error {
	back, order, err := c.returnOf(req.Return)
	if err != nil {
		return err
	}
	next, ended, err := order.RefuseReturn(back, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Order(back.Order), next)
	ledger.Put(c.Tx, row.Return(req.Return), ended)
	return nil
}

func (c *call) refundReturn(req goods.RefundRequest) error {
	back, order, err := c.returnOf(req.Return)
	if err != nil {
		return err
	}
	next, ended, from, to, err := order.Refund(back, req, c.Cycle.ID, c.At)
	if err != nil {
		return err
	}
	if err := c.usePayment(row.PaidBack(order.Seller, req.Payment), req.Payment, req.Return); err != nil {
		return err
	}
	return c.refunded(req.Return, next, ended, from, to)
}

// timeOutReturn ends a return that its seller didn't answer.
func (c *call) timeOutReturn(req goods.TimeOutReturnRequest) error {
	back, order, err := c.returnOf(req.Return)
	if err != nil {
		return err
	}
	next, ended, due, from, to, err := order.TimeOutReturn(back, req, c.Cycle.ID, c.At)
	if err != nil {
		return err
	}
	c.putDue(due)
	return c.refunded(req.Return, next, ended, from, to)
}

// refunded gives back the points from..to of a returned line's part, and has the parties owe the
// opposite.
func (c *call) refunded(id number.Command, order goods.Order, back goods.Return, from, to amount.Units) error {
	ledger.Put(c.Tx, row.Order(back.Order), order)
	ledger.Put(c.Tx, row.Return(id), back)
	part := order.Parts[back.Part-1]
	if err := c.unwind(back.Pieces); err != nil {
		return err
	}
	if err := c.oweBack(spentOn(back.Order, order, part), part.Pieces, from, to, part.Cycle); err != nil {
		return err
	}
	return c.oweSupply(order, part, part.Lines[back.Line-1], back.Quantity, true)
}

// returnOf reads a return and its order.
func (c *call) returnOf(n number.Command) (goods.Return, goods.Order, error) {
	back, err := ledger.Get(c.Tx, row.Return(n), "return", n.String())
	if err != nil {
		return goods.Return{}, goods.Order{}, err
	}
	order, err := c.order(back.Order)
	return back, order, err
}

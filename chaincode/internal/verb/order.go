package verb

import (
	"slices"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/chaincode/spend"
)

// The verbs of orders. Each loads, lets goods decide, and writes; who may and what
// is refused in which order stands at the request's type.
var orderVerbs = []verb{
	does((*call).placeOrder),
	does((*call).acceptOrder),
	does((*call).rejectOrder),
	does((*call).cancelOrder),
	does((*call).timeOutOrder),
	does((*call).shipOrder),
	does((*call).deliverOrder),
	does((*call).completeOrder),
	does((*call).requestReturn),
	does((*call).receiveReturn),
	does((*call).refuseReturn),
	does((*call).payBack),
	does((*call).timeOutReturn),
	does((*call).refundReturn),
}

func (c *call) placeOrder(req goods.PlaceRequest) error {
	if err := req.CheckDeadline(c.At.Now); err != nil {
		return err
	}
	quote, err := c.agreed(req)
	if err != nil {
		return err
	}
	buyer, wallet, err := c.wallet(req.Member, req.Pieces)
	if err != nil {
		return err
	}
	line, lots, err := wallet.Place(req.Pieces, c.At.Date)
	if err != nil {
		return err
	}
	req.Authorisation = c.boughtUnder(buyer, req)
	order, err := goods.Place(req, quote, line, c.At)
	if err != nil {
		return err
	}
	if err := c.maybuy(buyer, req, line); err != nil {
		return err
	}
	if err := c.countSpent(wallet, line); err != nil {
		return err
	}
	order.Cycle = c.Cycle.ID
	if order.Capped, err = c.capOrder(order); err != nil {
		return err
	}
	if err := c.reserveAll(order); err != nil {
		return err
	}
	if err := c.usePayment(row.Paid(c.Caller.ID, req.Payment), req.Payment, c.At.Number); err != nil {
		return err
	}
	if err := c.place(req.Pieces, lots); err != nil {
		return err
	}
	if req.Accept {
		return c.accept(c.At.Number, order)
	}
	ledger.Put(c.Tx, row.Order(c.At.Number), order)
	return nil
}

// agreed is the quote that the order binds, made anew from the ledger as it is.
func (c *call) agreed(req goods.PlaceRequest) (goods.Quote, error) {
	if req.Outlet != "" {
		outlet, err := ledger.Get(c.Tx, row.Outlet(c.Caller.ID, req.Outlet), "outlet", req.Outlet)
		if err != nil {
			return goods.Quote{}, err
		}
		if err := req.CheckPlace(outlet); err != nil {
			return goods.Quote{}, err
		}
	}
	quote, err := c.quote(c.Caller.ID, req.Member, req.Region, req.Lines)
	if err != nil {
		return goods.Quote{}, err
	}
	if !slices.Equal(quote.Hash(), req.Quote) {
		return goods.Quote{}, fault.New(fault.PriceChanged, "the quote is no longer what %s offers", c.Caller.ID)
	}
	return quote, nil
}

// boughtUnder is the authorisation by which an order is placed: none where no points
// are spent, whatever the request names. It is given back when the order ends.
func (c *call) boughtUnder(buyer member.Member, req goods.PlaceRequest) number.Command {
	if len(req.Pieces) == 0 {
		return number.Command{}
	}
	return c.under(buyer, req.Authorisation)
}

// maybuy asks for the member's consent where points are spent.
func (c *call) maybuy(buyer member.Member, req goods.PlaceRequest, line spend.Line) error {
	if len(line) == 0 {
		return alive(buyer)
	}
	return c.mayspend(buyer, req.Authorisation, req.Code, line.ByProgramme())
}

// capOrder draws on the caps of those who will owe for each part's points, and
// answers who has one.
func (c *call) capOrder(order goods.Order) ([]string, error) {
	var all []string
	for _, part := range order.Parts {
		capped, err := c.capFunders(occasion{order.Seller, part.Scene, order.Date}, part.Pieces)
		if err != nil {
			return nil, err
		}
		all = append(all, capped...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

func spentOn(id number.Command, o goods.Order, p goods.Part) spent {
	return spent{occasion{o.Seller, p.Scene, o.Date}, id, o.Member, o.Authorisation, o.Capped, o.Cycle}
}

func (c *call) reserveAll(order goods.Order) error {
	for _, part := range order.Parts {
		for _, line := range part.Lines {
			if err := c.reserve(part.Supplier, line.SKU, order.Seller, line.Quantity); err != nil {
				return err
			}
		}
	}
	return nil
}

// usePayment notes what a cash payment, or a refund, was used for: once. CONFLICT.
func (c *call) usePayment(key row.Key[goods.Paid], payment string, of number.Command) error {
	if payment == "" {
		return nil
	}
	used, found, err := ledger.Find(c.Tx, key)
	if err != nil {
		return err
	}
	if found {
		return fault.New(fault.Conflict, "payment %s was used for %s", payment, used.Order)
	}
	ledger.Put(c.Tx, key, goods.Paid{Order: of})
	return nil
}

func (c *call) acceptOrder(req goods.AcceptRequest) error {
	order, err := c.order(req.Order)
	if err != nil {
		return err
	}
	return c.accept(req.Order, order)
}

// accept accepts an order, and delivers what needs no delivery.
func (c *call) accept(id number.Command, order goods.Order) error {
	next, err := order.Accept(goods.AcceptRequest{Order: id}, c.Cycle.ID, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Order(id), next)
	for _, part := range next.Parts {
		if part.State != goods.Delivered {
			continue
		}
		if err := c.owePart(id, next, part); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) rejectOrder(req goods.RejectRequest) error {
	order, err := c.order(req.Order)
	if err != nil {
		return err
	}
	next, err := order.Reject(req, c.At)
	if err != nil {
		return err
	}
	return c.endOrder(req.Order, order, next, true)
}

func (c *call) cancelOrder(req goods.CancelRequest) error {
	order, home, err := c.orderOf(req.Order)
	if err != nil {
		return err
	}
	next, err := order.Cancel(home, req, c.At)
	if err != nil {
		return err
	}
	return c.endOrder(req.Order, order, next, c.Caller.ID == order.Seller)
}

func (c *call) timeOutOrder(req goods.TimeOutRequest) error {
	order, err := c.order(req.Order)
	if err != nil {
		return err
	}
	next, err := order.TimeOut(req, c.At)
	if err != nil {
		return err
	}
	return c.endOrder(req.Order, order, next, true)
}

// endOrder gives back what the parts held that hold nothing any more: the points,
// the member's consent, the day's limit, the funders' caps and the stock; and notes the cash
// that the seller owes for them. grace: the member isn't at fault.
func (c *call) endOrder(id number.Command, order, next goods.Order, grace bool) error {
	ledger.Put(c.Tx, row.Order(id), next)
	c.putDue(order.Ended(next, id, c.At.Date))
	for i, part := range order.Parts {
		if !part.State.Holds() || next.Parts[i].State.Holds() {
			continue
		}
		if err := c.giveBackAll(spentOn(id, order, part), part.Pieces, 0, grace); err != nil {
			return err
		}
		if err := c.putBackAll(order.Seller, next.Parts[i]); err != nil {
			return err
		}
	}
	return nil
}

// putDue notes cash that a seller owes, if it is any.
func (c *call) putDue(due goods.Due) {
	if due.Fen > 0 {
		ledger.Put(c.Tx, row.Due(c.At.Number), due)
	}
}

// payBack notes the refund of cash that was owed.
func (c *call) payBack(req goods.PayBackRequest) error {
	due, err := ledger.Get(c.Tx, row.Due(req.Due), "cash", req.Due.String())
	if err != nil {
		return err
	}
	buyer, err := c.root(due.Member)
	if err != nil {
		return err
	}
	next, err := due.PayBack(buyer.Home, req, c.At)
	if err != nil {
		return err
	}
	if err := c.usePayment(row.PaidBack(due.Seller, req.Payment), req.Payment, req.Due); err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Due(req.Due), next)
	return nil
}

// putBackAll returns what a part that has ended had reserved, unless it is lost.
func (c *call) putBackAll(seller string, part goods.Part) error {
	if part.Lost {
		return nil
	}
	for _, line := range part.Lines {
		if err := c.putBack(part.Supplier, line.SKU, seller, line.Quantity); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) order(n number.Command) (goods.Order, error) {
	return ledger.Get(c.Tx, row.Order(n), "order", n.String())
}

// orderOf reads an order and who is its member's home.
func (c *call) orderOf(n number.Command) (goods.Order, string, error) {
	order, err := c.order(n)
	if err != nil {
		return goods.Order{}, "", err
	}
	buyer, err := c.root(order.Member)
	return order, buyer.Home, err
}

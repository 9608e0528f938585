package contract

import (
	"fmt"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/spend"
)

// addOrders counts the points that orders hold, have captured and gave back.
func addOrders(net *ledgersim.Network, peer string, of func(string) *book) {
	sellers := map[string]string{}
	for _, found := range rowsOf(net, peer, "order") {
		o := found.Row.(goods.Order)
		sellers[found.ID] = o.Seller
		for _, part := range o.Parts {
			for _, p := range part.Pieces {
				switch {
				case part.State.Holds():
					of(p.Programme).held += p.Amount
				case part.State == goods.Delivered || part.State == goods.Completed:
					of(p.Programme).captured += p.Amount
					if p.Funder != o.Seller {
						of(p.Programme).owed += p.Amount
					}
				}
			}
		}
	}
	for _, found := range rowsOf(net, peer, "return") {
		back := found.Row.(goods.Return)
		for _, p := range back.Pieces {
			of(p.Programme).refunded += p.Amount
			if p.Funder != sellers[back.Order.String()] {
				of(p.Programme).owedBack += p.Amount
			}
		}
	}
}

// checkOrders holds what orders promise against every row of a peer: the stock of
// every good and seller, what each order was paid with, and what came back.
func checkOrders(net *ledgersim.Network, peer string) error {
	left := map[string]amount.Units{} // by SUPPLIER/SKU/SELLER: restocked less what is known to be somewhere
	for _, found := range rowsOf(net, peer, "pool") {
		p := found.Row.(goods.Pool)
		left[found.ID] += p.Restocked - p.Withdrawn - p.Free
		if p.Free < 0 || p.Withdrawn > p.Restocked {
			return fmt.Errorf("pool %s: %+v", found.ID, p)
		}
	}
	for _, found := range rowsOf(net, peer, "shard") {
		free := found.Row.(goods.Shard).Free
		if left[found.ID[:strings.LastIndex(found.ID, "/")]] -= free; free < 0 {
			return fmt.Errorf("shard %s has %d", found.ID, free)
		}
	}
	orders := map[string]goods.Order{}
	for _, found := range rowsOf(net, peer, "order") {
		o := found.Row.(goods.Order)
		if orders[found.ID] = o; !paidExactly(o) {
			return fmt.Errorf("order %s comes to %d and was paid otherwise: %+v", found.ID, o.Value(), o)
		}
		for _, part := range o.Parts {
			for _, l := range part.Lines {
				if part.State.Holds() || part.State == goods.Delivered || part.State == goods.Completed || part.Lost {
					left[part.Supplier+"/"+l.SKU+"/"+o.Seller] -= amount.Units(l.Quantity)
				}
			}
		}
	}
	if err := checkReturns(net, peer, orders, left); err != nil {
		return err
	}
	for id, n := range left {
		if n != 0 {
			return fmt.Errorf("stock %s: %d units are nowhere", id, n)
		}
	}
	return nil
}

// checkReturns holds every line against its returns, and adds to the stock what was
// put back.
func checkReturns(net *ledgersim.Network, peer string, orders map[string]goods.Order,
	left map[string]amount.Units) error {
	type counts struct{ returning, returned uint32 }
	sums := map[string]counts{}
	for _, found := range rowsOf(net, peer, "return") {
		back := found.Row.(goods.Return)
		o := orders[back.Order.String()]
		part := o.Parts[back.Part-1]
		at := fmt.Sprintf("%s/%d/%d", back.Order, back.Part, back.Line)
		sum := sums[at]
		switch back.State {
		case goods.Requested, goods.Received:
			sum.returning += back.Quantity
		case goods.Refunded:
			sum.returned += back.Quantity
		case goods.NotTaken:
		}
		if sums[at] = sum; back.Restocked {
			left[part.Supplier+"/"+part.Lines[back.Line-1].SKU+"/"+o.Seller] += amount.Units(back.Quantity)
		}
		if (len(back.Pieces) > 0 || back.Cash > 0) && back.State != goods.Refunded {
			return fmt.Errorf("return %s is %s and gave back: %+v", found.ID, back.State, back)
		}
	}
	for id, o := range orders {
		for i, part := range o.Parts {
			for j, l := range part.Lines {
				sum := sums[fmt.Sprintf("%s/%d/%d", id, i+1, j+1)]
				if l.Returning != sum.returning || l.Returned != sum.returned ||
					sum.returning+sum.returned > l.Quantity {
					return fmt.Errorf("order %s: %+v, its returns come to %+v", id, l, sum)
				}
			}
		}
	}
	return nil
}

// paidExactly says whether price × quantity of all lines is the points' value at the
// storefront and the cash, and whether each part has its share of both.
func paidExactly(o goods.Order) bool {
	var line spend.Line
	sum := amount.Units(0)
	for _, part := range o.Parts {
		line = append(line, part.Pieces...)
		if sum += part.Cash; part.Cash < 0 || part.Cash > part.Value() {
			return false
		}
	}
	for _, m := range line.ByProgramme() {
		for _, t := range o.Tenders {
			if t.Programme == m.Programme {
				sum += amount.Units(nearest(int(m.Amount), int(t.Value.Num), int(t.Value.Den)))
			}
		}
	}
	return sum == o.Value()
}

package invariant

import (
	"fmt"
	"math/big"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/spend"
)

// checkStock adds the units of each good and seller up: what was restocked is free, in a lane's shard, or went into an
// order and didn't come back.
func checkStock(s *State, breach report) {
	left := map[string]amount.Units{} // by SUPPLIER/SKU/SELLER: restocked less what is known to be somewhere
	for id, p := range all[goods.Pool](s, "pool") {
		if left[id] += p.Restocked - p.Withdrawn - p.Free; p.Free < 0 || p.Withdrawn > p.Restocked {
			breach("pool "+id, "it is overdrawn: %+v", p)
		}
	}
	for id, shard := range all[goods.Shard](s, "shard") {
		if left[id[:strings.LastIndex(id, "/")]] -= shard.Free; shard.Free < 0 {
			breach("shard "+id, "it has %d", shard.Free)
		}
	}
	orders := byID[goods.Order](s, "order")
	for _, o := range orders {
		for _, part := range o.Parts {
			if part.State.Holds() || part.State == goods.Delivered || part.State == goods.Completed || part.Lost {
				for _, l := range part.Lines {
					left[stockOf(o, part, l)] -= amount.Units(l.Quantity)
				}
			}
		}
	}
	for id, back := range all[goods.Return](s, "return") {
		if part, line, there := lineOf(orders, back); !there {
			breach("return "+id, "it is of a line that isn't there")
		} else if back.Restocked {
			left[stockOf(orders[back.Order.String()], part, line)] += amount.Units(back.Quantity)
		}
	}
	for id, n := range left {
		if n != 0 {
			breach("stock "+id, "%d units are nowhere", n)
		}
	}
}

func stockOf(o goods.Order, part goods.Part, l goods.Line) string {
	return part.Supplier + "/" + l.SKU + "/" + o.Seller
}

// lineOf finds the line of an order that a return is of.
func lineOf(orders map[string]goods.Order, back goods.Return) (part goods.Part, line goods.Line, there bool) {
	o := orders[back.Order.String()]
	i := int(back.Part) - 1
	if i < 0 || i >= len(o.Parts) {
		return part, line, false
	}
	j := int(back.Line) - 1
	if j < 0 || j >= len(o.Parts[i].Lines) {
		return part, line, false
	}
	return o.Parts[i], o.Parts[i].Lines[j], true
}

// checkOrders holds every order against what paid for it and what came back of it.
func checkOrders(s *State, breach report) {
	type counts struct{ returning, returned uint32 }
	sums := map[string]counts{}
	for id, back := range all[goods.Return](s, "return") {
		at := fmt.Sprintf("%s/%d/%d", back.Order, back.Part, back.Line)
		sum := sums[at]
		switch back.State {
		case goods.Requested, goods.Received:
			sum.returning += back.Quantity
		case goods.Refunded:
			sum.returned += back.Quantity
		case goods.NotTaken:
		}
		sums[at] = sum
		if (len(back.Pieces) > 0 || back.Cash > 0) && back.State != goods.Refunded {
			breach("return "+id, "it is %s and gave back: %+v", back.State, back)
		}
	}
	paid := map[string]string{}
	for id, o := range all[goods.Order](s, "order") {
		if !paidExactly(o) {
			breach("order "+id, "it comes to %d and was paid otherwise: %+v", o.Value(), o)
		}
		for i, part := range o.Parts {
			for j, l := range part.Lines {
				sum := sums[fmt.Sprintf("%s/%d/%d", id, i+1, j+1)]
				if l.Returning != sum.returning || l.Returned != sum.returned ||
					sum.returning+sum.returned > l.Quantity {
					breach("order "+id, "%+v, its returns come to %+v", l, sum)
				}
			}
		}
		if o.Payment == "" {
			continue
		}
		if by := o.Seller + "/" + o.Payment; paid[by] != "" {
			breach("order "+id, "payment %s paid for %s, too", by, paid[by])
		} else {
			paid[by] = id
		}
	}
	for id, p := range all[goods.Paid](s, "payment used") {
		if paid[id] != p.Order.String() {
			breach("payment used "+id, "it is for %s, it paid for %q", p.Order, paid[id])
		}
	}
}

// paidExactly says whether price × quantity of all lines is the points' value at the storefront and the cash, and
// whether each part has its share of both.
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
			if t.Programme == m.Programme && t.Value.Den > 0 {
				worth := big.NewRat(int64(t.Value.Num), int64(t.Value.Den))
				sum += toNearest(0, worth.Mul(worth, new(big.Rat).SetInt64(int64(m.Amount))))
			}
		}
	}
	return sum == o.Value()
}

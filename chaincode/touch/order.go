package touch

import (
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
)

var orderTouches = []touches{
	of((*Touch).place),
	of(func(t *Touch, at At, r goods.AcceptRequest) { t.order(at, r.Order, 1) }),
	of(func(t *Touch, at At, r goods.RejectRequest) { t.order(at, r.Order, 8) }),
	of(func(t *Touch, at At, r goods.CancelRequest) { t.order(at, r.Order, 8) }),
	of(func(t *Touch, at At, r goods.TimeOutRequest) { t.order(at, r.Order, 8) }),
	of(func(t *Touch, at At, r goods.ShipRequest) { t.order(at, r.Order, 1) }),
	of(func(t *Touch, at At, r goods.DeliverRequest) { t.order(at, r.Order, 1) }),
	of(func(t *Touch, at At, r goods.CompleteRequest) { t.order(at, r.Order, 1) }),
	of(func(t *Touch, at At, r goods.RequestReturnRequest) { t.order(at, r.Order, 2) }),
	// Whose order a return is of isn't said: two that meet on that are sent again.
	of(func(t *Touch, _ At, r goods.ReceiveReturnRequest) { t.returned(r.Return, 2) }),
	of(func(t *Touch, _ At, r goods.RefuseReturnRequest) { t.returned(r.Return, 2) }),
	of(func(t *Touch, at At, r goods.RefundRequest) {
		t.owesHidden(at)
		t.returned(r.Return, 8)
	}),
	of(func(t *Touch, at At, r goods.TimeOutReturnRequest) {
		t.owesHidden(at)
		reads(t, row.Return(r.Return))
		t.Weight += 2
	}),
	of(func(t *Touch, _ At, r goods.PayBackRequest) {
		reads(t, row.Due(r.Due))
		t.Weight += 2
	}),
}

// place adds the lane's own shards of the stock, which nobody else wants. The pool isn't read before it is needed:
// whoever reads it meets whoever takes from it.
func (t *Touch) place(at At, r goods.PlaceRequest) {
	t.spend(r.Member, r.Authorisation, r.Pieces)
	t.Reads = append(t.Reads, Quote(at.Caller, r.Lines)...)
	for _, l := range r.Lines {
		reads(t, row.Shard(l.Supplier, l.SKU, at.Caller, at.Lane))
	}
	if r.Outlet != "" {
		reads(t, row.Outlet(at.Caller, r.Outlet))
	}
	if r.Payment != "" {
		reads(t, row.Paid(at.Caller, r.Payment))
	}
	t.Weight += 2 + len(r.Pieces) + len(r.Lines)
}

// Quote lists the rows that a quote of these lines reads, but for what its audiences ask.
func Quote(seller string, lines []goods.Wanted) []string {
	var t Touch
	reads(&t, row.Storefront(seller))
	for _, l := range lines {
		reads(&t, row.Listing(seller, l.Supplier, l.SKU))
		t.good(l.Supplier, l.SKU)
	}
	return t.Reads
}

func (t *Touch) order(at At, n number.Command, weight int) {
	t.owesHidden(at)
	rewrites(t, row.Order(n))
	t.Weight += weight
}

func (t *Touch) returned(n number.Command, weight int) {
	rewrites(t, row.Return(n))
	t.Weight += weight
}

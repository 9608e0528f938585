package contract

import (
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
)

// How the model returns goods.

func (m *orderModel) askBack(caller string, n number.Command, r goods.RequestReturnRequest) fault.Code {
	b, p, no := m.parcel(r.Order, r.Part)
	switch {
	case no != "":
		return no
	case r.Line < 1 || int(r.Line) > len(p.items):
		return fault.NotFound
	case caller != b.seller && caller != m.home(b):
		return fault.Forbidden
	case p.state != "DELIVERED":
		return fault.WrongState
	case !m.day(p.since, b.front.back):
		return fault.Expired
	}
	i := p.items[r.Line-1]
	if i.n-i.coming-i.returned < int(r.Quantity) {
		return fault.Insufficient
	}
	i.coming += int(r.Quantity)
	m.backs[n] = &comeback{order: r.Order, part: int(r.Part) - 1, line: int(r.Line) - 1, n: int(r.Quantity),
		state: "asked", by: caller}
	return ""
}

// returned is a return, its order, and its item.
func (m *orderModel) returned(n number.Command) (*comeback, *basket, *parcel, *item) {
	r := m.backs[n]
	if r == nil {
		return nil, nil, nil, nil
	}
	b := m.orders[r.order]
	p := b.parcels[r.part]
	return r, b, p, p.items[r.line]
}

func (m *orderModel) receive(caller string, r goods.ReceiveReturnRequest) fault.Code {
	back, b, p, i := m.returned(r.Return)
	if no := missing(back); no != "" {
		return no
	}
	if no := either(forbidden(caller != b.seller && caller != p.party), wrongState(back.state != "asked")); no != "" {
		return no
	}
	back.state = "here"
	if back.restocked = r.Restock; r.Restock {
		i.ware.at(b.seller).free += back.n
	}
	return ""
}

func (m *orderModel) refuseBack(caller string, r goods.RefuseReturnRequest) fault.Code {
	back, b, p, i := m.returned(r.Return)
	if no := missing(back); no != "" {
		return no
	}
	if no := either(forbidden(caller != b.seller), wrongState(back.state != "asked" &&
		(back.state != "here" || back.restocked))); no != "" {
		return no
	}
	back.state = "refused"
	i.coming -= back.n
	if back.by == b.seller {
		p.since = m.today
	}
	return ""
}

// refundBack gives the coins back that paid for the last units that aren't back yet.
func (m *orderModel) refundBack(caller string, n number.Command, r goods.RefundRequest) fault.Code {
	back, b, p, i := m.returned(r.Return)
	if no := missing(back); no != "" {
		return no
	}
	if no := either(forbidden(caller != b.seller), wrongState(back.state != "here")); no != "" {
		return no
	}
	end := i.placard.fen * (i.n - i.returned)
	for _, before := range p.items[:back.line] {
		end += before.fen()
	}
	from, fromCash := b.front.paidBy(m, p.coins, p.fen()-p.cash, end-i.placard.fen*back.n)
	to, toCash := b.front.paidBy(m, p.coins, p.fen()-p.cash, end)
	if (toCash > fromCash) != (r.Payment != "") {
		return fault.BadRequest
	}
	for _, o := range m.bills(b.spot(), p.coins, from, to) {
		m.undo(caller, b.seller, p.owedIn, b.capped, o)
		m.settle(n, b.spot(), o, true)
		m.sum(o.programme, "refunded", o.units)
	}
	m.owedAgain(p.coins[from:to])
	m.unwind(n, p.coins[from:to])
	m.oweInSecret(b.seller, i.ware, i, back.n, true)
	back.state = "done"
	i.coming -= back.n
	i.returned += back.n
	return ""
}

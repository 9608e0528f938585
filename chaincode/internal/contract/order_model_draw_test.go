package contract

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/answer"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

// clerk draws commands of orders about what exists, mostly.
type clerk struct {
	pen
	w      *world
	model  *orderModel
	orders []number.Command
	backs  []number.Command
}

func newClerk(d dice, w *world, m *orderModel, caller string) clerk {
	return clerk{newPen(d, m.model, caller), w, m, sorted(m.orders), sorted(m.backs)}
}

// What is drawn, with weights: by those who issue points, and by the others.
var (
	trading   = strings.Fields("place place place place place place place accept accept accept accept reject cancel cancel late late ship ship ship ship deliver deliver deliver deliver deliver deliver complete back back back back back receive receive receive receive noback refund refund refund refund refund refund restock issue issue hold capture release expire freeze unfreeze merge tear erase")
	supplying = strings.Fields("place cancel late late ship ship ship ship deliver deliver deliver deliver complete back receive receive receive noback refund restock restock withdraw accept reject")
)

func (c clerk) draw() wanting {
	verbs := supplying
	if acceptor(c.caller) {
		verbs = trading
	}
	verb := pick(c.dice, verbs)
	switch verb {
	case "place":
		return c.place()
	case "restock", "withdraw":
		return wanting{req: c.stock(verb)}
	case "receive", "noback", "refund":
		if req := c.about(verb); req != nil {
			return wanting{req: req}
		}
		verb = "back"
	}
	if slices.Contains(supplying, verb) {
		if req := c.ordered(verb); req != nil {
			return wanting{req: req}
		}
		if c.model.fronts[c.caller] == nil {
			return wanting{req: c.stock("restock")}
		}
		return c.place()
	}
	return wanting{req: c.pen.draw(verb)}
}

func (c clerk) ware() *ware { return c.model.wares[pick(c.dice, sortedIDs(c.model.wares))] }

func (c clerk) stock(verb string) command.Request {
	w := c.ware()
	for tries := 0; tries < 6 && w.party != c.caller; tries++ {
		w = c.ware()
	}
	seller := c.one("D", "D", "G", "G", "M")
	if verb == "withdraw" && c.odd(2) {
		return goods.WithdrawStockRequest{Supplier: w.supplier, SKU: w.sku, Seller: seller, Units: c.n(3), Reason: "x"}
	}
	return goods.RestockRequest{Supplier: w.supplier, SKU: w.sku, Seller: seller, Units: c.n(6),
		Lanes: uint8(pick(c.dice, []int{0, 0, 1, 2, 3}))}
}

// basket draws one to six goods, mostly such as the caller sells.
func (c clerk) basket() (lines []goods.Wanted) {
	for range c.n(6) {
		w := c.ware()
		for tries := 0; tries < 4 && (w.at(c.caller).fen == 0 || w.at(c.caller).free == 0); tries++ {
			w = c.ware()
		}
		if w.at(c.caller).fen == 0 && !c.odd(20) || slices.ContainsFunc(lines, func(l goods.Wanted) bool {
			return l.SKU == w.sku
		}) {
			continue
		}
		lines = append(lines, want(w.supplier, w.sku, uint32(c.n(3))))
	}
	if len(lines) == 0 {
		lines = []goods.Wanted{want("S1", "oil", 1)}
	}
	return lines
}

// wallet draws whose order it is, and points of several programmes that come to no
// more than so many fen.
func (c clerk) wallet(fen int) (owner string, pieces []spend.Take, worth int) {
	front := c.model.fronts[c.caller]
	owner = c.m.root(c.member())
	for tries := 0; tries < 8 && !c.may(owner); tries++ {
		owner = c.m.root(c.member())
	}
	if front == nil || c.odd(6) {
		return owner, nil, 0
	}
	programmes := []string{"GP", "DP", "MP"}
	for i := range programmes {
		j := i + c.dice(3-i)
		programmes[i], programmes[j] = programmes[j], programmes[i]
	}
	for _, programme := range programmes[:1+c.dice(3)] {
		rate, takes := front.rates[programme]
		if !takes && !c.odd(8) {
			continue
		}
		if !takes {
			rate = amount.Rate{Num: 1, Den: 1}
		}
		var lots []number.Row
		lots = append(lots, c.spendable(owner, programme)...)
		slices.SortStableFunc(lots, func(a, b number.Row) int {
			return cmp.Compare(c.m.boxes[a].expires, c.m.boxes[b].expires)
		})
		left := (fen - worth) * int(rate.Den) / int(rate.Num)
		taken := 0
		for _, n := range lots {
			take := min(left-taken, c.m.coins(n))
			if take > 0 {
				pieces, taken = append(pieces, spend.Take{Lot: n, Amount: amount.Units(take)}), taken+take
			}
		}
		if takes {
			worth += nearest(taken, int(rate.Num), int(rate.Den))
		}
	}
	return owner, pieces, worth
}

func (c clerk) place() wanting {
	req := goods.PlaceRequest{Lines: c.basket(), Quote: make(codec.Hash, 32), Accept: c.odd(3)}
	asked := answer.QuoteAsked{Seller: c.caller, Member: c.m.root(c.member()), Lines: req.Lines}
	total := 1
	q, err := c.w.ask(asked)
	if err == nil {
		total = int(q.Quote.Total)
	}
	worth := 0
	req.Member, req.Pieces, worth = c.wallet(max(0, total-c.dice(2)*c.dice(total+1)))
	root := c.m.root(req.Member)
	if asked.Member = root; err == nil {
		q = must(c.w.ask(asked))
		req.Quote = q.Hash
	}
	req.Member = c.alias(req.Member)
	req.Cash = amount.Units(max(0, total-worth))
	req.Authorisation, req.Code = c.proof(root)
	if !req.Accept {
		req.AcceptBy = c.m.now + pick(c.dice, []int64{20, 60, 60, 600, 600, 3600, 3600, 86400, 86400, 86400})
		if c.odd(20) {
			req.AcceptBy = c.m.now + pick(c.dice, []int64{0, 31 * 86400})
		}
	}
	a := wanting{root: root}
	if c.odd(2) {
		a.codes, req.Pickup = code.Chain(c.secret(), 6)
	}
	c.spoil(&req, &a)
	if req.Cash > 0 {
		req.Payment = fmt.Sprintf("p%d-%d", c.w.net.Height(), c.dice(40))
	}
	a.req = req
	return a
}

// spoil makes some orders wrong.
func (c clerk) spoil(req *goods.PlaceRequest, a *wanting) {
	switch c.dice(24) {
	case 0:
		req.Cash++
	case 1:
		slices.Reverse(req.Pieces)
	case 2:
		if len(req.Pieces) > 0 {
			req.Pieces[0].Amount++
		}
	case 3:
		req.Quote, a.stale = slices.Clone(req.Quote), true
		req.Quote[c.dice(32)] ^= 1
	case 4:
		if len(c.lots) > 0 {
			req.Pieces = unique(append(req.Pieces, spend.Take{Lot: pick(c.dice, c.lots), Amount: 1}))
		}
	}
}

// some draws an order's parcel, mostly one that suits.
func (c clerk) some(suits func(b *basket, p *parcel) bool) (number.Command, uint8, bool) {
	type place struct {
		order number.Command
		part  uint8
	}
	var fit, all []place
	for _, n := range c.orders {
		for i, p := range c.model.orders[n].parcels {
			at := place{n, uint8(i + 1)}
			if all = append(all, at); suits(c.model.orders[n], p) {
				fit = append(fit, at)
			}
		}
	}
	if len(fit) == 0 && c.odd(5) || c.odd(12) {
		fit = all
	}
	if len(fit) == 0 {
		return number.Command{}, 0, false
	}
	at := pick(c.dice, fit)
	if c.odd(40) {
		at.part = 9
	}
	return at.order, at.part, true
}

// ordered draws a command about an order.
func (c clerk) ordered(verb string) command.Request {
	mine := func(b *basket, p *parcel) bool { return b.seller == c.caller || p.party == c.caller }
	n, part, ok := c.some(func(b *basket, p *parcel) bool {
		switch verb {
		case "accept", "reject":
			return b.live && b.seller == c.caller
		case "cancel":
			return p.holds() && (b.seller == c.caller || b.live && c.model.home(b) == c.caller)
		case "late":
			return b.live && c.m.now >= b.acceptBy || p.state == "ACCEPTED" && !c.model.day(p.since, b.front.ship)
		case "ship":
			return p.state == "ACCEPTED" && p.delivery == goods.Shipped && mine(b, p)
		case "deliver":
			return (p.state == "SHIPPED" || p.state == "ACCEPTED" && p.delivery == goods.Counter) &&
				(mine(b, p) || c.model.home(b) == c.caller)
		case "complete":
			return p.state == "DELIVERED" && (c.odd(4) || !c.model.day(p.since, b.front.back))
		}
		return p.state == "DELIVERED" && (b.seller == c.caller || c.model.home(b) == c.caller)
	})
	if !ok {
		return nil
	}
	b := c.model.orders[n]
	switch verb {
	case "accept":
		return goods.AcceptRequest{Order: n}
	case "reject":
		return goods.RejectRequest{Order: n, Reason: "x"}
	case "cancel":
		if b.live != c.odd(8) {
			part = 0
		}
		return goods.CancelRequest{Order: n, Part: part, Lost: part > 0 && c.odd(3), Reason: "x"}
	case "late":
		if b.live != c.odd(8) {
			part = 0
		}
		return goods.TimeOutRequest{Order: n, Part: part}
	case "ship":
		return goods.ShipRequest{Order: n, Part: part, Carrier: "SF", Waybill: "1"}
	case "deliver":
		return c.delivery(n, part, b)
	case "complete":
		return goods.CompleteRequest{Order: n, Part: part}
	}
	return goods.RequestReturnRequest{Order: n, Part: part,
		Line:     uint8(c.n(len(b.parcels[min(int(part), len(b.parcels))-1].items) + c.dice(20)/19)),
		Quantity: uint32(c.n(2)), Reason: "x"}
}

// delivery draws a proof: the code, mostly the next one, a document, or none.
func (c clerk) delivery(n number.Command, part uint8, b *basket) command.Request {
	req := goods.DeliverRequest{Order: n, Part: part}
	switch c.dice(4) {
	case 0:
	case 1:
		req.Evidence = make(codec.Hash, 32)
	default:
		req.Code = c.secret()
		if len(b.codes) > 0 {
			req.Code = b.codes[min(len(b.codes)-1, pick(c.dice, []int{0, 0, 0, 0, 0, 1}))]
		}
	}
	return req
}

// about draws a command about a return, nil for none.
func (c clerk) about(verb string) command.Request {
	var fit []number.Command
	for _, n := range c.backs {
		r := c.model.backs[n]
		if suits := map[string]string{"receive": "asked", "noback": "asked",
			"refund": "here"}[verb]; r.state == suits || c.odd(15) {
			fit = append(fit, n)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	n := pick(c.dice, fit)
	switch verb {
	case "receive":
		return goods.ReceiveReturnRequest{Return: n, Restock: c.odd(2)}
	case "noback":
		return goods.RefuseReturnRequest{Return: n, Reason: "x"}
	}
	req := goods.RefundRequest{Return: n}
	back, _, p, i := c.model.returned(n)
	end := i.placard.fen * (i.n - i.returned)
	for _, before := range p.items[:back.line] {
		end += before.fen()
	}
	if cash := end - (p.fen() - p.cash); cash > 0 != c.odd(12) {
		req.Payment = "refund"
	}
	return req
}

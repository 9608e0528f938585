package contract

import (
	"maps"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/spend"
)

// orderModel is a deliberately dumb second implementation of orders, beside that of points:
// a part of an order has its coins in a row, a good's stock is one number a seller,
// what parties owe in secret is a number with its opening. It says with which code a
// command must be refused, trying what is documented in its order.
type orderModel struct {
	*model
	wares  map[string]*ware   // by SUPPLIER/SKU
	fronts map[string]*window // by seller
	orders map[number.Command]*basket
	backs  map[number.Command]*comeback
	paid   map[[2]string]bool    // by seller and payment
	hidden map[[4]string]*secret // by cycle, debtor, creditor, fee
}

// ware is a good, and what each seller does with it.
type ware struct {
	supplier, sku, party string
	delivery             goods.Delivery
	fee                  amount.Rate
	sold                 map[string]*placard // by seller
}

// placard is a ware in a storefront.
type placard struct {
	fen, minPoints, minCash int // of a unit
	kind                    goods.TermsKind
	terms                   pedersen.Opening
	free, restocked, gone   int // units: that can be sold, that ever came, that were withdrawn
}

// window is a storefront.
type window struct {
	rates               map[string]amount.Rate
	ship, silence, back date.Date
}

type basket struct {
	seller, member string
	live           bool // not accepted yet
	acceptBy       int64
	placed         date.Date
	allowance      *allowance
	cycle          string
	capped         []string // in that cycle
	coded          bool
	codes          []code.Code // that deliveries still say
	front          *window
	parcels        []*parcel
}

type parcel struct {
	*ware // of its supplier and delivery
	state string
	since date.Date
	lost  bool
	items []*item
	coins []number.Row
	cash  int

	owedIn string // cycle of its delivery
}

type item struct {
	ware                *ware
	placard             placard // as it was
	n, coming, returned int
}

type comeback struct {
	order      number.Command
	part, line int // from 0
	n          int
	state      string // asked, here, done, refused
	restocked  bool
	by         string // who asked
}

// secret is what one party owes another and only they know.
type secret struct {
	party string // the supplier's
	fee   amount.Rate
	back  bool
	count int
	value int
	open  pedersen.Opening
}

func (p *parcel) holds() bool {
	return p.state == "PLACED" || p.state == "ACCEPTED" || p.state == "SHIPPED"
}

func (i *item) fen() int { return i.n * i.placard.fen }

func (p *parcel) fen() (sum int) {
	for _, i := range p.items {
		sum += i.fen()
	}
	return sum
}

// wanting is an order with what the model needs to know beside it.
type wanting struct {
	req   command.Request
	root  string      // whom it was quoted to
	stale bool        // something has changed since
	codes []code.Code // of its commitment
}

// sell says with which code a command of orders or stock must be refused, and lets it
// if with none. known is false for any other command.
func (m *orderModel) sell(caller string, n number.Command, a wanting) (_ fault.Code, known bool) {
	before, owed := maps.Clone(m.n), len(m.owed)
	no := fault.Code("")
	switch r := a.req.(type) {
	case goods.PlaceRequest:
		no = m.place(caller, n, r, a)
	case goods.AcceptRequest:
		no = m.acceptAt(caller, n, r)
	case goods.RejectRequest:
		b := m.orders[r.Order]
		if no = either(missing(b), forbidden(b != nil && b.seller != caller),
			wrongState(b != nil && !b.live)); no == "" {
			m.endAll(caller, n, b, "REJECTED")
		}
	case goods.CancelRequest:
		no = m.cancel(caller, n, r)
	case goods.TimeOutRequest:
		no = m.late(caller, n, r)
	case goods.ShipRequest:
		b, p, code := m.parcel(r.Order, r.Part)
		if no = code; no == "" {
			no = either(forbidden(b.seller != caller && p.party != caller),
				wrongState(p.state != "ACCEPTED" || p.delivery != goods.Shipped))
		}
		if no == "" {
			p.state, p.since = "SHIPPED", m.today
		}
	case goods.DeliverRequest:
		no = m.deliver(caller, n, r)
	case goods.CompleteRequest:
		no = m.complete(caller, r)
	case goods.RequestReturnRequest:
		no = m.askBack(caller, n, r)
	case goods.ReceiveReturnRequest:
		no = m.receive(caller, r)
	case goods.RefuseReturnRequest:
		no = m.refuseBack(caller, r)
	case goods.RefundRequest:
		no = m.refundBack(caller, n, r)
	case goods.RestockRequest:
		w := m.wares[r.Supplier+"/"+r.SKU]
		if no = forbidden(w.party != caller); no == "" {
			w.at(r.Seller).free += int(r.Units)
			w.at(r.Seller).restocked += int(r.Units)
		}
	case goods.WithdrawStockRequest:
		no = m.withdrawUnits(caller, r)
	default:
		return "", false
	}
	if no != "" {
		m.n, m.owed = before, m.owed[:owed]
	}
	return no, true
}

func (w *ware) at(seller string) *placard {
	if w.sold[seller] == nil {
		w.sold[seller] = &placard{}
	}
	return w.sold[seller]
}

func (m *orderModel) withdrawUnits(caller string, r goods.WithdrawStockRequest) fault.Code {
	w := m.wares[r.Supplier+"/"+r.SKU]
	p := w.at(r.Seller)
	switch {
	case p.restocked == 0:
		return fault.NotFound
	case w.party != caller:
		return fault.Forbidden
	case p.free < int(r.Units):
		return fault.OutOfStock
	}
	p.free -= int(r.Units)
	p.gone += int(r.Units)
	return ""
}

// either is the first code that is one.
func either(codes ...fault.Code) fault.Code {
	for _, c := range codes {
		if c != "" {
			return c
		}
	}
	return ""
}

func when(is bool, code fault.Code) fault.Code {
	if is {
		return code
	}
	return ""
}

func missing[T any](r *T) fault.Code              { return when(r == nil, fault.NotFound) }
func forbidden(is bool) fault.Code                { return when(is, fault.Forbidden) }
func wrongState(is bool) fault.Code               { return when(is, fault.WrongState) }
func (m *orderModel) home(b *basket) string       { return m.people[m.root(b.member)].home }
func acceptor(party string) bool                  { return party == "G" || party == "D" || party == "M" }
func (m *orderModel) day(since, n date.Date) bool { return m.today <= since+n }

func (m *orderModel) parcel(order number.Command, part uint8) (*basket, *parcel, fault.Code) {
	b := m.orders[order]
	if b == nil || part < 1 || int(part) > len(b.parcels) {
		return nil, nil, fault.NotFound
	}
	return b, b.parcels[part-1], ""
}

func (m *orderModel) place(caller string, n number.Command, r goods.PlaceRequest, a wanting) fault.Code {
	front := m.fronts[caller]
	switch {
	case !acceptor(caller):
		return fault.Forbidden
	case !r.Accept && r.AcceptBy <= m.now:
		return fault.Expired
	case !r.Accept && r.AcceptBy > m.now+30*86400:
		return fault.Limit
	case m.people[r.Member] == nil || front == nil:
		return fault.NotFound
	}
	owner := m.root(r.Member)
	b := &basket{cycle: m.cycle, seller: caller, member: owner, live: true, acceptBy: r.AcceptBy, placed: m.today,
		coded: len(r.Pickup) > 0, codes: a.codes, front: front}
	total, minPoints, minCash := 0, 0, 0
	for _, l := range r.Lines {
		w := m.wares[l.Supplier+"/"+l.SKU]
		if w == nil || w.at(caller).fen == 0 {
			return fault.NotFound
		}
		i := &item{ware: w, placard: *w.at(caller), n: int(l.Quantity)}
		total, minPoints, minCash = total+i.fen(), minPoints+i.n*i.placard.minPoints, minCash+i.n*i.placard.minCash
		b.add(i, m.today)
	}
	if a.stale || a.root != owner {
		return fault.PriceChanged
	}
	if no := m.whyNot(owner, r.Pieces); no != "" {
		return no
	}
	coins, _ := m.take(r.Member, r.Pieces)
	if no := b.pay(m, coins, int(r.Cash), total, minPoints, minCash); no != "" {
		return no
	}
	if m.people[owner].erased {
		return fault.WrongState
	}
	if len(coins) > 0 {
		x, no := m.consent(caller, owner, r.Authorisation, r.Code, coins)
		if b.allowance = x; no != "" {
			return no
		}
	}
	if !m.spends(owner, coins) {
		return fault.DailyCap
	}
	if no := m.reserve(caller, b); no != "" {
		return no
	}
	if r.Payment != "" && m.paid[[2]string{caller, r.Payment}] {
		return fault.Conflict
	}
	for _, p := range b.parcels {
		for _, i := range p.items {
			i.ware.at(caller).free -= i.n
		}
	}
	m.paid[[2]string{caller, r.Payment}] = r.Payment != ""
	b.allowance.take(m.byPlan(coins), 1)
	m.orders[n] = b
	if r.Accept {
		m.accepted(n, b)
	}
	return ""
}

// spot is where its points are taken: every good is listed for one scene.
func (b *basket) spot() spot { return spot{b.seller, "retail", b.placed} }

// add puts an item into the parcel that it goes in.
func (b *basket) add(i *item, today date.Date) {
	for _, p := range b.parcels {
		if p.supplier == i.ware.supplier && p.delivery == i.ware.delivery {
			p.items = append(p.items, i)
			return
		}
	}
	b.parcels = append(b.parcels, &parcel{ware: i.ware, state: "PLACED", since: today, items: []*item{i}})
}

// reserve asks the funders' caps and the stock.
func (m *orderModel) reserve(caller string, b *basket) fault.Code {
	for _, p := range b.parcels {
		for _, o := range m.bills(b.spot(), p.coins, 0, len(p.coins)) {
			capped, ok := m.mayOwe(caller, o.funder, caller, o.parts, o.deal)
			if !ok {
				return fault.NetDebitCap
			}
			b.capped = append(b.capped, capped...)
		}
	}
	for _, p := range b.parcels {
		for _, i := range p.items {
			if i.ware.at(caller).free < i.n {
				return fault.OutOfStock
			}
		}
	}
	return ""
}

// value is what coins count for at a storefront; false if it doesn't take one.
func (f *window) value(m *orderModel, coins []number.Row) (sum int, ok bool) {
	for programme, n := range m.byPlan(coins) {
		rate, takes := f.rates[programme]
		if !takes {
			return 0, false
		}
		sum += nearest(n, int(rate.Num), int(rate.Den))
	}
	return sum, true
}

// nearest counts coins out, one by one, and answers how many come nearest to so many fen: of two as
// near, those that are worth less.
func (f *window) nearest(m *orderModel, coins []number.Row, fen int) (best int) {
	off, short := fen+1, true
	for n := range len(coins) + 1 {
		v, _ := f.value(m, coins[:n])
		if d := max(v-fen, fen-v); d < off || d == off && short && v < fen {
			best, off, short = n, d, v < fen
		}
	}
	return best
}

// paidBy says how many coins and how much cash pay the first so many fen of a whole:
// coins while they last, all of them before the first cash.
func (f *window) paidBy(m *orderModel, coins []number.Row, inPoints, fen int) (n, cash int) {
	switch {
	case fen == 0:
		return 0, 0
	case fen >= inPoints:
		return len(coins), fen - inPoints
	}
	return f.nearest(m, coins, fen), 0
}

// pay shares what pays out among the parcels.
func (b *basket) pay(m *orderModel, coins []number.Row, cash, total, minPoints, minCash int) fault.Code {
	inPoints, ok := b.front.value(m, coins)
	if !ok {
		return fault.WrongState
	}
	if inPoints+cash != total || inPoints < minPoints || cash < minCash {
		return fault.BadRequest
	}
	fen, n, gone := 0, 0, 0
	for _, p := range b.parcels {
		fen += p.fen()
		to, toCash := b.front.paidBy(m, coins, inPoints, fen)
		p.coins, p.cash = coins[n:to], toCash-gone
		n, gone = to, toCash
	}
	return ""
}

// whyNot is why a member may not spend so.
func (m *orderModel) whyNot(owner string, pieces []spend.Take) fault.Code {
	for _, p := range pieces {
		if b := m.boxes[p.Lot]; b == nil || m.people[b.member] == nil {
			return fault.NotFound // or it is of somebody who was never enrolled
		}
	}
	for _, p := range pieces {
		b := m.boxes[p.Lot]
		no := either(forbidden(m.root(b.member) != owner || b.home != "" && b.home != m.people[b.member].home),
			when(b.state == "expired", fault.Expired), wrongState(b.state != "active"),
			when(m.last(b) < m.today, fault.Expired), when(m.coins(p.Lot) < int(p.Amount), fault.Insufficient))
		if no != "" {
			return no
		}
	}
	for _, p := range pieces {
		for by := range m.people[owner].frozen {
			if by == "G" || by == m.plans[m.boxes[p.Lot].programme].issuer {
				return fault.Frozen
			}
		}
	}
	before := maps.Clone(m.n)
	defer func() { m.n = before }()
	if _, ok := m.take(owner, pieces); !ok {
		return fault.WrongOrder
	}
	return ""
}

// consent is the allowance under which a party may spend, none for the home.
func (m *orderModel) consent(caller, owner string, by number.Command, said code.Code,
	coins []number.Row) (*allowance, fault.Code) {
	if m.people[owner].home == caller {
		return nil, ""
	}
	x := m.allowances[by]
	switch {
	case by.IsZero():
		return nil, fault.Unauthorised
	case x == nil:
		return nil, fault.NotFound
	case m.root(x.member) != owner || x.acceptor != caller:
		return nil, fault.Unauthorised
	case x.revoked || x.done:
		return nil, fault.WrongState
	case m.now >= x.until:
		return nil, fault.Expired
	case x.code != nil && !slices.Equal(x.code, said):
		return nil, fault.WrongCode
	}
	return x, when(!x.covers(x.member, caller, m.now, said, m.byPlan(coins)), fault.Unauthorised)
}

func (m *orderModel) acceptAt(caller string, n number.Command, r goods.AcceptRequest) fault.Code {
	b := m.orders[r.Order]
	if no := missing(b); no != "" {
		return no
	}
	no := either(forbidden(b.seller != caller), wrongState(!b.live), when(m.now >= b.acceptBy, fault.Expired))
	if no == "" {
		m.accepted(n, b)
	}
	return no
}

func (m *orderModel) accepted(n number.Command, b *basket) {
	b.live = false
	for _, p := range b.parcels {
		if p.state, p.since = "ACCEPTED", m.today; p.delivery == goods.Virtual {
			m.delivered(n, b, p)
		}
	}
}

func (m *orderModel) delivered(n number.Command, b *basket, p *parcel) {
	p.state, p.since, p.owedIn = "DELIVERED", m.today, m.cycle
	for _, o := range m.bills(b.spot(), p.coins, 0, len(p.coins)) {
		m.bring(n.Party, b.cycle, b.seller, b.capped, o)
		m.settle(n, b.spot(), o, false)
		m.sum(o.programme, "captured", o.units)
	}
	for _, i := range p.items {
		m.oweInSecret(b.seller, i.ware, i, i.n, false)
	}
}

// oweInSecret counts what a seller owes for units of an item, in ten-thousandths of
// a fen: the terms' value, or the price less so many basis points of it.
func (m *orderModel) oweInSecret(seller string, w *ware, i *item, n int, back bool) {
	k := [4]string{m.cycle, seller, w.party, w.fee.String()}
	if back {
		k[1], k[2] = k[2], k[1]
	}
	value, open := int(i.placard.terms.Value.Lo)*n, i.placard.terms
	switch i.placard.kind {
	case goods.NoTerms:
		return
	case goods.Supply:
		open = must(open.Times(uint64(n)))
	case goods.Commission:
		price := i.placard.fen * n
		value = price*10_000 - int(i.placard.terms.Value.Lo)*price
		open = must(pedersen.Known(pedersen.Whole(uint64(price * 10_000))).Minus(must(open.Times(uint64(price)))))
	}
	s := m.hidden[k]
	if s == nil {
		s = &secret{party: w.party, fee: w.fee, back: back, open: pedersen.Known(pedersen.Value{})}
		m.hidden[k] = s
	}
	s.count, s.value, s.open = s.count+1, s.value+value, must(s.open.Plus(open))
}

func must[T any](r T, err error) T {
	if err != nil {
		panic(err)
	}
	return r
}

// end gives back what a parcel held; what comes back too late lives on, unless the member's home
// cancelled.
func (m *orderModel) end(caller string, n number.Command, b *basket, p *parcel, state string, lost bool) {
	p.state, p.since, p.lost = state, m.today, lost
	if state == "CANCELLED" && caller != b.seller {
		m.giveBack(p.coins)
	} else {
		m.unwind(n, p.coins)
	}
	b.allowance.take(m.byPlan(p.coins), -1)
	for programme, n := range m.byPlan(p.coins) {
		if rules := m.plans[programme].rules; rules.CountsSpending() && b.placed == m.today {
			k := entry{"spent", programme, m.root(b.member), "", m.today.String()}
			m.n[k] = max(0, m.n[k]-n)
		}
	}
	for _, o := range m.bills(b.spot(), p.coins, 0, len(p.coins)) {
		m.undraw(b.cycle, b.seller, b.capped, o)
	}
	for _, i := range p.items {
		if !lost {
			i.ware.at(b.seller).free += i.n
		}
	}
}

func (m *orderModel) endAll(caller string, n number.Command, b *basket, state string) {
	b.live = false
	for _, p := range b.parcels {
		m.end(caller, n, b, p, state, false)
	}
}

func (m *orderModel) cancel(caller string, n number.Command, r goods.CancelRequest) fault.Code {
	if r.Part == 0 {
		b := m.orders[r.Order]
		if no := missing(b); no != "" {
			return no
		}
		no := either(forbidden(caller != b.seller && caller != m.home(b)), wrongState(!b.live))
		if no == "" {
			m.endAll(caller, n, b, "CANCELLED")
		}
		return no
	}
	b, p, no := m.parcel(r.Order, r.Part)
	if no == "" {
		no = either(forbidden(caller != b.seller), wrongState(p.state != "ACCEPTED" && p.state != "SHIPPED"))
	}
	if no == "" {
		m.end(caller, n, b, p, "CANCELLED", r.Lost)
	}
	return no
}

func (m *orderModel) late(caller string, n number.Command, r goods.TimeOutRequest) fault.Code {
	if r.Part == 0 {
		b := m.orders[r.Order]
		if no := missing(b); no != "" {
			return no
		}
		no := wrongState(!b.live || m.now < b.acceptBy)
		if no == "" {
			m.endAll(caller, n, b, "TIMED_OUT")
		}
		return no
	}
	b, p, no := m.parcel(r.Order, r.Part)
	if no == "" {
		no = wrongState(p.state != "ACCEPTED" || m.day(p.since, b.front.ship))
	}
	if no == "" {
		m.end(caller, n, b, p, "TIMED_OUT", false)
	}
	return no
}

func (m *orderModel) deliver(caller string, n number.Command, r goods.DeliverRequest) fault.Code {
	b, p, no := m.parcel(r.Order, r.Part)
	if no != "" {
		return no
	}
	if p.state != map[goods.Delivery]string{goods.Shipped: "SHIPPED", goods.Counter: "ACCEPTED",
		goods.Virtual: "ACCEPTED"}[p.delivery] {
		return fault.WrongState
	}
	side := caller == b.seller || caller == p.party
	switch {
	case len(r.Code) > 0:
		no = either(forbidden(!side), when(!b.coded || len(b.codes) == 0 ||
			!slices.Equal(b.codes[0], r.Code), fault.WrongCode))
		if no == "" {
			b.codes = b.codes[1:]
		}
	case len(r.Evidence) > 0:
		no = either(forbidden(!side), when(p.delivery == goods.Counter && b.coded, fault.Unauthorised))
	case caller != m.home(b):
		no = either(forbidden(p.delivery != goods.Shipped), wrongState(m.day(p.since, b.front.silence)))
	}
	if no == "" {
		m.delivered(n, b, p)
	}
	return no
}

func (m *orderModel) complete(caller string, r goods.CompleteRequest) fault.Code {
	b, p, no := m.parcel(r.Order, r.Part)
	if no != "" {
		return no
	}
	open := caller != m.home(b) && m.day(p.since, b.front.back)
	for _, i := range p.items {
		open = open || i.coming > 0
	}
	if p.state != "DELIVERED" || open {
		return fault.WrongState
	}
	p.state, p.since = "COMPLETED", m.today
	return ""
}

package contract

import (
	"slices"

	"tallystick/chaincode/amount"

	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// spend plays holds and what becomes of them.
func (m *model) spend(caller string, n number.Command, req command.Request) bool {
	switch r := req.(type) {
	case points.HoldRequest:
		return m.hold(caller, n, r)
	case points.CaptureRequest:
		h := m.holds[r.Hold]
		if h == nil || !h.live || h.acceptor != caller || m.now >= h.deadline ||
			len(h.coins)-h.captured < int(r.Amount) {
			return false
		}
		to := h.captured + int(r.Amount)
		for _, b := range m.bills(h.spot(), h.coins, h.captured, to) {
			m.bring(caller, h.cycle, caller, h.capped, b)
			m.settle(n, h.spot(), b, false)
			m.sum(b.programme, "captured", b.units)
		}
		h.captures = append(h.captures, grab{number: n, from: h.captured, n: int(r.Amount), cycle: m.cycle})
		h.captured, h.live = to, to < len(h.coins)
		return true
	case points.RefundRequest:
		return m.refund(caller, n, r)
	case points.ReleaseRequest:
		h := m.holds[r.Hold]
		return h != nil && h.live && h.acceptor == caller && m.endHold(caller, n, h)
	case points.TimeOutRequest:
		h := m.holds[r.Hold]
		return h != nil && h.live && m.now >= h.deadline && m.endHold(caller, n, h)
	}
	return false
}

func (m *model) hold(caller string, n number.Command, r points.HoldRequest) bool {
	if caller == "F" || r.Deadline <= m.now || r.Deadline > m.now+30*86400 {
		return false
	}
	coins, ok := m.take(r.Member, r.Pieces)
	if !ok {
		return false
	}
	owner := m.root(r.Member)
	x, ok := m.agrees(caller, owner, r.Authorisation, r.Code, coins)
	if !ok || !m.spends(owner, coins) {
		return false
	}
	h := &reserve{acceptor: caller, member: owner, live: true, deadline: r.Deadline, placed: m.today, coins: coins,
		allowance: x, scene: r.Scene, cycle: m.cycle}
	for _, b := range m.bills(h.spot(), coins, 0, len(coins)) {
		capped, ok := m.mayOwe(caller, b.funder, caller, b.parts, b.deal)
		if !ok {
			return false
		}
		h.capped = append(h.capped, capped...)
	}
	x.take(m.byPlan(coins), 1)
	m.holds[n] = h
	return true
}

func (h *reserve) spot() spot { return spot{h.acceptor, h.scene, h.placed} }

// giveBack puts coins that nobody captured back; those of an ended box are gone.
func (m *model) giveBack(coins []number.Row) {
	for _, lot := range coins {
		if b := m.boxes[lot]; b.state == "expired" {
			m.sum(b.programme, "expired", 1)
		} else {
			m.put(lot, 1)
		}
	}
}

func (m *model) endHold(caller string, n number.Command, h *reserve) bool {
	rest := h.coins[h.captured:]
	m.unwind(n, rest)
	h.allowance.take(m.byPlan(rest), -1)
	for programme, n := range m.byPlan(rest) {
		if rules := m.plans[programme].rules; rules.CountsSpending() && h.placed == m.today {
			k := entry{"spent", programme, m.root(h.member), "", m.today.String()}
			m.n[k] = max(0, m.n[k]-n)
		}
	}
	for _, b := range m.bills(h.spot(), h.coins, h.captured, len(h.coins)) {
		m.undraw(h.cycle, h.acceptor, h.capped, b)
	}
	h.live = false
	return true
}

// refund unwinds the end of a capture, coin by coin, into the boxes that they
// came from, or into new ones where these have ended.
func (m *model) refund(caller string, n number.Command, r points.RefundRequest) bool {
	h := m.holds[r.Hold]
	if h == nil || h.acceptor != caller {
		return false
	}
	for i := range h.captures {
		g := &h.captures[i]
		if g.number != r.Capture {
			continue
		}
		if g.n-g.undid < int(r.Amount) {
			return false
		}
		to := g.from + g.n - g.undid
		from := to - int(r.Amount)
		for _, b := range m.bills(h.spot(), h.coins, from, to) {
			m.undo(caller, caller, g.cycle, h.capped, b)
			m.settle(n, h.spot(), b, true)
			m.sum(b.programme, "refunded", b.units)
		}
		m.owedAgain(h.coins[from:to])
		m.unwind(n, h.coins[from:to])
		g.undid += int(r.Amount)
		return true
	}
	return false
}

// owedAgain draws on what issuers may owe members, box by box, whether or not so much is left: captured coins
// were no longer owed. What a hold gives back uncaptured was owed all along.
func (m *model) owedAgain(coins []number.Row) {
	back := map[number.Row]int{}
	for _, lot := range coins {
		back[lot]++
	}
	for lot, n := range back {
		if p := m.plans[m.boxes[lot].programme]; m.n[entry{"liable", p.issuer}] > 0 {
			m.n[entry{"liability", p.issuer}] -= (n*p.num + p.den - 1) / p.den
		}
	}
}

func (m *model) unwind(n number.Command, coins []number.Row) {
	fresh := map[number.Row]number.Row{}
	for _, lot := range coins {
		b := m.boxes[lot]
		if b.state == "active" && m.last(b) >= m.today {
			m.put(lot, 1)
			continue
		}
		if _, made := fresh[lot]; !made {
			made := 0
			for m.boxes[n.Row(made)] != nil {
				made++
			}
			fresh[lot] = n.Row(made)
			grace := date.Date(m.plans[b.programme].rules.Grace)
			if grace == 0 {
				grace = 30
			}
			m.newBox(fresh[lot], box{member: b.member, programme: b.programme, funder: b.funder, state: "active",
				expires: m.today + grace, waits: b.waits}, 0)
		}
		m.put(fresh[lot], 1)
		m.boxes[fresh[lot]].issued++
	}
}

// move plays what goes from member to member or from programme to programme.
func (m *model) move(caller string, n number.Command, req command.Request) bool {
	switch r := req.(type) {
	case points.TransferRequest:
		return m.transfer(caller, n, r)
	case points.OfferRequest:
		return m.offer(caller, n, r)
	case points.TakeRequest:
		return m.takeOffer(caller, n, r)
	case points.EndTradeRequest:
		s := m.trades[r.Trade]
		if s == nil || !s.live || m.now < s.until && s.by != caller {
			return false
		}
		m.giveBack(s.coins)
		s.allowance.take(m.byPlan(s.coins), -1)
		s.live = false
		return true
	case points.ConvertRequest:
		return m.convert(caller, n, r)
	}
	return false
}

// sends counts a day's sending of one member to another.
func (m *model) sends(from, to string, coins []number.Row) bool {
	for programme, n := range m.byPlan(coins) {
		t := m.plans[programme].rules.Transfer
		if !m.count("sent", programme, from, "", n, t.PerDay) ||
			!m.count("to", programme, from, to, n, t.PerCounterparty) {
			return false
		}
	}
	return true
}

// waits says whether one of the boxes was received too lately to be sent on.
func (m *model) waits(pieces []spend.Take) bool {
	for _, p := range pieces {
		if b := m.boxes[p.Lot]; b.waits > m.today || !m.plans[b.programme].rules.Transfer.Allowed {
			return true
		}
	}
	return false
}

// hand makes the boxes that a member gets of another's, one a box.
func (m *model) hand(n number.Command, from int, to string, coins []number.Row) int {
	made := map[number.Row]number.Row{}
	for _, lot := range coins {
		b := m.boxes[lot]
		if _, there := made[lot]; !there {
			made[lot] = n.Row(from + len(made))
			got := box{member: to, programme: b.programme, funder: b.funder, state: "active", expires: m.last(b)}
			if wait := m.plans[b.programme].rules.Transfer.Wait; wait > 0 {
				got.waits = m.today + date.Date(wait)
			}
			m.newBox(made[lot], got, 0)
		}
		m.put(made[lot], 1)
		m.boxes[made[lot]].issued++
	}
	return from + len(made)
}

func (m *model) transfer(caller string, n number.Command, r points.TransferRequest) bool {
	to := m.root(r.To)
	if m.people[to] == nil || m.people[to].erased || to == m.root(r.From) {
		return false
	}
	coins, ok := m.take(r.From, r.Pieces)
	if !ok || m.waits(r.Pieces) {
		return false
	}
	from := m.root(r.From)
	x, ok := m.agrees(caller, from, r.Authorisation, r.Code, coins)
	if !ok || !m.sends(from, to, coins) {
		return false
	}
	x.take(m.byPlan(coins), 1)
	m.hand(n, 0, to, coins)
	for programme, k := range m.byPlan(coins) {
		m.sum(programme, "transferred", k)
	}
	return true
}

func (m *model) offer(caller string, n number.Command, r points.OfferRequest) bool {
	if r.Until <= m.now || r.For != "" && (m.people[r.For] == nil || m.people[m.root(r.For)].erased) {
		return false
	}
	coins, ok := m.take(r.Member, r.Pieces)
	given := m.byPlan(coins)
	if !ok || m.waits(r.Pieces) || len(given) > 1 || given[r.Wants] > 0 || !m.plans[r.Wants].rules.Transfer.Allowed {
		return false
	}
	x, ok := m.agrees(caller, m.root(r.Member), r.Authorisation, r.Code, coins)
	if !ok {
		return false
	}
	x.take(given, 1)
	m.trades[n] = &swap{by: caller, maker: m.root(r.Member), only: r.For, wants: r.Wants, live: true, until: r.Until,
		price: int(r.Price), coins: coins, allowance: x}
	return true
}

func (m *model) takeOffer(caller string, n number.Command, r points.TakeRequest) bool {
	s := m.trades[r.Trade]
	if s == nil || !s.live || m.now >= s.until {
		return false
	}
	taker, maker := m.root(r.Member), m.root(s.maker)
	if s.only != "" && m.root(s.only) != taker || maker == taker {
		return false
	}
	for _, lot := range s.coins {
		_, stopped := m.people[maker].frozen["G"]
		_, own := m.people[maker].frozen[m.plans[m.boxes[lot].programme].issuer]
		if stopped || own || m.people[maker].erased || m.last(m.boxes[lot]) < m.today {
			return false
		}
	}
	coins, ok := m.take(r.Member, r.Pieces)
	if given := m.byPlan(coins); !ok || len(coins) != s.price || len(given) > 1 ||
		given[s.wants] == 0 || m.waits(r.Pieces) {
		return false
	}
	x, ok := m.agrees(caller, taker, r.Authorisation, r.Code, coins)
	if !ok || !m.sends(taker, maker, coins) || !m.sends(maker, taker, s.coins) {
		return false
	}
	x.take(m.byPlan(coins), 1)
	m.hand(n, m.hand(n, 0, taker, s.coins), maker, coins)
	m.sum(s.wants, "transferred", len(coins))
	s.live = false
	return true
}

func (m *model) convert(caller string, n number.Command, r points.ConvertRequest) bool {
	coins, ok := m.take(r.Member, r.Pieces)
	if !ok || m.plans[r.To].issuer != caller || len(m.byPlan(coins)) > 1 {
		return false
	}
	first := m.boxes[coins[0]]
	rate, there := m.rates[[2]string{first.programme, r.To}]
	if !there || m.today > rate.Until {
		return false
	}
	// What is got is counted point by point: the most whole ones, for the fewest.
	goes, got := 0, 0
	for n := 1; n <= len(coins); n++ {
		whole := n * int(rate.Rate.Num) / int(rate.Rate.Den)
		if whole > got && (rate.Whole == points.Floor || n%int(rate.Rate.Den) == 0) {
			goes, got = n, whole
		}
	}
	if got == 0 {
		return false
	}
	for _, lot := range coins[goes:] {
		m.put(lot, 1)
	}
	coins = coins[:goes]
	owner := m.root(r.Member)
	b := box{member: owner, programme: r.To, funder: caller, state: "active", expires: m.last(first)}
	for _, lot := range coins {
		b.waits = max(b.waits, m.boxes[lot].waits)
	}
	x, ok := m.agrees(caller, owner, r.Authorisation, r.Code, coins)
	if !ok || !m.spends(owner, coins) || rate.PerDay > 0 && !m.count("converted", r.To, owner, "", got, rate.PerDay) {
		return false
	}
	if !m.oweConversion(caller, n, rate.Rate, first.programme, r.To, coins) || !m.mayIssue(r.To, got) {
		return false
	}
	if e := m.plans[r.To].rules.Expiry; e.Kind == points.Sliding {
		b.expires = min(b.expires, m.today+date.Date(e.N))
	}
	x.take(m.byPlan(coins), 1)
	m.newBox(n.Row(0), b, got)
	m.sum(first.programme, "converted", goes)
	m.sum(r.To, "issued", got)
	return true
}

// oweConversion makes the funders of what went owe for each point the rate, times what one of the other programme is
// worth.
func (m *model) oweConversion(caller string, n number.Command, rate amount.Rate, from, to string,
	coins []number.Row) bool {
	var split []points.Share
	for _, lot := range coins {
		funder := m.boxes[lot].funder
		i := slices.IndexFunc(split, func(s points.Share) bool { return s.Funder == funder })
		if i < 0 {
			i, split = len(split), append(split, points.Share{Funder: funder})
		}
		split[i].Parts++
	}
	p := m.plans[to]
	for _, s := range split {
		num, den := int(s.Parts)*int(rate.Num)*p.num, int(rate.Den)*p.den
		if _, ok := m.mayOwe(caller, s.Funder, caller, atLeast(num*million, den), nil); !ok {
			return false
		}
		m.owed.owe(line{cycle: m.cycle, by: n, kind: settlement.Conversion, debtor: s.Funder, creditor: caller,
			programme: from, units: int(s.Parts)}.worth(num, den))
	}
	return true
}

// correct plays what issuers put right.
func (m *model) correct(caller string, n number.Command, req command.Request) bool {
	switch r := req.(type) {
	case points.ExpireRequest:
		for _, lot := range r.Lots {
			b := m.boxes[lot]
			if b == nil || m.plans[b.programme].issuer != caller || b.state != "active" || m.last(b) >= m.today {
				return false
			}
		}
		for _, lot := range r.Lots {
			m.boxes[lot].state = "expired"
			m.sum(m.boxes[lot].programme, "expired", m.coins(lot))
			m.put(lot, -m.coins(lot))
		}
		return true
	case points.RevokeRequest:
		for _, p := range r.Pieces {
			b := m.boxes[p.Lot]
			if b == nil || m.plans[b.programme].issuer != caller || b.state != "active" ||
				m.coins(p.Lot) < int(p.Amount) {
				return false
			}
		}
		for _, p := range r.Pieces {
			b := m.boxes[p.Lot]
			m.unearn(b, int(p.Amount))
			m.put(p.Lot, -int(p.Amount))
			m.sum(b.programme, "revoked", int(p.Amount))
			if b.revoked += int(p.Amount); b.revoked == b.issued {
				b.state = "revoked"
			}
		}
		return true
	case points.AdjustRequest:
		b := m.boxes[r.Lot]
		if b == nil || m.plans[b.programme].issuer != caller || b.state == "pending" || b.state == "cancelled" ||
			m.last(b) < m.today || !m.mayIssue(b.programme, int(r.Amount)) {
			return false
		}
		if root := m.people[m.root(b.member)]; root != nil && root.erased {
			return false
		}
		if p := m.plans[b.programme]; b.counted == m.today &&
			!m.count("earned", b.programme, m.root(b.member), "", int(r.Amount), p.rules.EarnPerDay) {
			return false
		}
		m.newBox(n.Row(0), box{member: b.member, home: b.home, counted: b.counted, programme: b.programme,
			funder: caller, state: "active", expires: m.last(b)}, int(r.Amount))
		m.sum(b.programme, "issued", int(r.Amount))
		return true
	}
	return false
}

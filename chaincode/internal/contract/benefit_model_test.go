package contract

import (
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// desk is a deliberately dumb second implementation of benefits: every point
// that paid is a coin in a row, every use is remembered, and every fen is put
// on one table of who owes whom. It knows nothing of rows, lanes or counts.
type desk struct {
	terms      map[string]benefit.DefineRequest
	quota      map[string]int // still to be had; only where there is a quota
	lots       map[number.Row]*drawer
	tickets    map[number.Row]*ticket
	uses       map[number.Command]*used
	got        map[[2]string]int // benefit, member: entitlements got and not passed on
	allowances allowances
	cycle      string
	owed       lines
}

type drawer struct {
	member, programme, issuer string
	expires                   date.Date
	coins                     int
}

type ticket struct {
	terms          benefit.DefineRequest
	member, by     string
	waits, over    bool
	counted        bool // by the benefit's quota
	activator      string
	until          date.Date
	reservedUntil  int64
	made, reversed int
	coins          []number.Row // one entry a point, in order of spending
	codes          []code.Code  // for the uses to come
}

type used struct {
	of       number.Row
	k        int
	on       date.Date
	reversed bool
	debts    []debtOf
}

type debtOf struct {
	kind                        settlement.ObligationKind // that of what is given back follows on it
	debtor, creditor, programme string
	units                       int
	num, den                    int // fen
}

// owe writes down what a use, or a lapse, makes owed, or, back, what its reversal does.
func (d *desk) owe(n number.Command, scene string, debts []debtOf, back bool) {
	for _, o := range debts {
		one := line{cycle: d.cycle, by: n, kind: o.kind, scene: scene, debtor: o.debtor, creditor: o.creditor,
			programme: o.programme, units: o.units}.worth(o.num, o.den)
		if back {
			one.kind, one.debtor, one.creditor = one.kind+1, one.creditor, one.debtor
		}
		d.owed.owe(one)
	}
}

// nearest is n×num/den, a half to the even one.
func nearest(n, num, den int) int {
	q, r := n*num/den, n*num%den
	if 2*r > den || 2*r == den && q%2 == 1 {
		q++
	}
	return q
}

// upTo is how many the first n coins are, by programme and issuer.
func (d *desk) upTo(x *ticket, n int) map[[2]string]int {
	counts := map[[2]string]int{}
	for _, lot := range x.coins[:n] {
		counts[[2]string{d.lots[lot].issuer, d.lots[lot].programme}]++
	}
	return counts
}

// debts is what coins from..to make the issuers owe M, and what they are worth, in half fen.
func (d *desk) debts(x *ticket, from, to int) (list []debtOf, halves int) {
	was := d.upTo(x, from)
	for k, n := range d.upTo(x, to) {
		o := debtOf{settlement.Redemption, k[0], "M", k[1], n - was[k], n - was[k], 1}
		if k[1] == "DP" { // half a fen
			o.den = 2
		}
		list = append(list, o)
		halves += o.num * 2 / o.den
	}
	return list, halves
}

func (d *desk) state(x *ticket, now int64) string {
	switch {
	case x.over:
		return "over"
	case x.waits:
		return "waits"
	case now < x.reservedUntil:
		return "reserved"
	}
	return "active"
}

// admit says whether a member may have one more, counting those of the same command.
func (d *desk) admit(id, member string, more int) bool {
	t := d.terms[id]
	if t.PerMember > 0 && d.got[[2]string{id, member}]+more >= int(t.PerMember) {
		return false
	}
	if t.Stackable {
		return true
	}
	for _, x := range d.tickets {
		if x.terms.Benefit == id && x.member == member && !x.over {
			return false
		}
	}
	return more == 0
}

func (d *desk) add(n number.Row, id, member, by string, today date.Date, codes []code.Code) *ticket {
	x := &ticket{terms: d.terms[id], member: member, by: by, until: today + date.Date(d.terms[id].Days), codes: codes}
	d.tickets[n] = x
	d.got[[2]string{id, member}]++
	if d.terms[id].Quota > 0 {
		d.quota[id]--
		x.counted = true
	}
	return x
}

func (d *desk) returnCoins(coins []number.Row) {
	for _, lot := range coins {
		d.lots[lot].coins++
	}
}

func (d *desk) unused(x *ticket) []number.Row {
	return x.coins[len(x.coins)*x.made/int(x.terms.Uses):]
}

// asked is a command with what the desk needs to know beside it.
type asked struct {
	req   command.Request
	codes []code.Code // of a new commitment
}

// try says whether the command should take effect, and lets it.
func (d *desk) try(caller string, n number.Command, now int64, today date.Date, a asked) bool {
	switch r := a.req.(type) {
	case benefit.GrantRequest:
		return d.grant(caller, n, today, r)
	case benefit.BuyRequest:
		return d.buy(caller, n, now, today, r, a.codes)
	case benefit.AmendRequest:
		d.quota[r.Benefit] += int(r.Quota - d.terms[r.Benefit].Quota)
		t := d.terms[r.Benefit]
		t.Quota = r.Quota
		d.terms[r.Benefit] = t
		return true
	case benefit.ActivateRequest:
		x := d.tickets[r.Entitlement]
		ok := x.waits && !x.over && x.activator == caller && today <= x.until
		x.waits = x.waits && !ok
		return ok
	case benefit.ReserveRequest:
		x := d.tickets[r.Entitlement]
		ok := caller == "M" && d.state(x, now) == "active" && today <= x.until && r.Until > now
		if ok {
			x.reservedUntil = r.Until
		}
		return ok
	case benefit.UnreserveRequest:
		x := d.tickets[r.Entitlement]
		ok := !x.over && x.reservedUntil > 0 && (caller == "M" || now >= x.reservedUntil)
		if ok {
			x.reservedUntil = 0
		}
		return ok
	case benefit.WriteOffRequest:
		return d.use(caller, n, now, today, r)
	case benefit.ReverseRequest:
		u := d.uses[r.WriteOff]
		if caller != "M" || u.reversed || u.k == 0 || today > u.on+date.Date(d.tickets[u.of].terms.Window) {
			return false
		}
		x := d.tickets[u.of]
		u.reversed = true
		x.reversed++
		d.owe(n, "travel", u.debts, true)
		d.returnCoins(x.coins[len(x.coins)*(u.k-1)/int(x.terms.Uses) : len(x.coins)*u.k/int(x.terms.Uses)])
		return true
	case benefit.ExpireRequest:
		return d.expire(n, today, r)
	case benefit.RevokeRequest:
		x := d.tickets[r.Entitlement]
		if x.over || caller != "M" && caller != x.by {
			return false
		}
		x.over = true
		d.returnCoins(d.unused(x))
		if x.made == 0 {
			d.got[[2]string{x.terms.Benefit, x.member}]--
			if x.counted {
				d.quota[x.terms.Benefit]++
			}
		}
		return true
	case benefit.TransferRequest:
		x := d.tickets[r.Entitlement]
		if homes[x.member] != caller || d.state(x, now) != "active" || today > x.until || r.To == x.member ||
			!d.admit(x.terms.Benefit, r.To, 0) {
			return false
		}
		d.got[[2]string{x.terms.Benefit, x.member}]--
		d.got[[2]string{x.terms.Benefit, r.To}]++
		x.member, x.codes, x.reservedUntil = r.To, a.codes, 0
		return true
	case benefit.NewCodeRequest:
		x := d.tickets[r.Entitlement]
		if homes[x.member] != caller && x.by != caller || !x.terms.Code ||
			d.state(x, now) != "active" || today > x.until {
			return false
		}
		x.codes, x.reservedUntil = a.codes, 0
		return true
	}
	panic("unknown request")
}

func (d *desk) grant(caller string, n number.Command, today date.Date, r benefit.GrantRequest) bool {
	t := d.terms[r.Benefit]
	if caller != "M" && !slices.Contains(t.Grantors, caller) || len(t.Points) > 0 {
		return false
	}
	for i, g := range r.Grants {
		same := 0
		for _, before := range r.Grants[:i] {
			if before.Member == g.Member {
				same++
			}
		}
		if !d.admit(r.Benefit, g.Member, same) {
			return false
		}
	}
	if t.Quota > 0 && d.quota[r.Benefit] < len(r.Grants) {
		return false
	}
	for i, g := range r.Grants {
		x := d.add(n.Row(i), r.Benefit, g.Member, caller, today, nil)
		x.waits, x.activator = g.Activator != "", g.Activator
	}
	return true
}

func (d *desk) buy(caller string, n number.Command, now int64, today date.Date, r benefit.BuyRequest,
	codes []code.Code) bool {
	t := d.terms[r.Benefit]
	if caller != "M" || len(t.Points) == 0 || !d.admit(r.Benefit, r.Member, 0) || t.Quota > 0 &&
		d.quota[r.Benefit] < 1 {
		return false
	}
	want := map[string]amount.Units{}
	for _, c := range t.Points {
		want[c.Programme] = c.Amount
	}
	for i, p := range r.Pieces {
		lot := d.lots[p.Lot]
		want[lot.programme] -= p.Amount
		if lot.member != r.Member || lot.coins < int(p.Amount) {
			return false
		}
		for _, later := range r.Pieces[i+1:] {
			if l := d.lots[later.Lot]; l.programme == lot.programme &&
				(lot.coins > int(p.Amount) || l.expires < lot.expires) {
				return false
			}
		}
	}
	for _, missing := range want {
		if missing != 0 {
			return false
		}
	}
	if homes[r.Member] != caller && !d.sign(caller, now, r) {
		return false
	}
	x := d.add(n.Row(0), r.Benefit, r.Member, caller, today, codes)
	for _, p := range r.Pieces {
		d.lots[p.Lot].coins -= int(p.Amount)
		for range p.Amount {
			x.coins = append(x.coins, p.Lot)
		}
	}
	return true
}

// sign lets a party that isn't the member's home sell to it, under an allowance.
func (d *desk) sign(caller string, now int64, r benefit.BuyRequest) bool {
	spends := map[string]int{}
	for _, c := range d.terms[r.Benefit].Points {
		spends[c.Programme] = int(c.Amount)
	}
	x := d.allowances[r.Authorisation]
	ok := x.covers(r.Member, caller, now, r.Code, spends)
	if ok {
		x.take(spends, 1)
	}
	return ok
}

func (d *desk) use(caller string, n number.Command, now int64, today date.Date, r benefit.WriteOffRequest) bool {
	x := d.tickets[r.Entitlement]
	if s := d.state(x, now); caller != "M" || s != "active" && s != "reserved" || today > x.until {
		return false
	}
	if x.terms.Code != (len(r.Code) > 0) || x.terms.Code && !slices.Equal(r.Code, x.codes[0]) {
		return false
	}
	if x.terms.Code {
		x.codes = x.codes[1:]
	}
	x.made++
	u := &used{of: r.Entitlement, k: x.made, on: today}
	halves := 2 * int(x.terms.Price)
	if len(x.coins) > 0 {
		u.debts, halves = d.debts(x, len(x.coins)*(u.k-1)/int(x.terms.Uses), len(x.coins)*u.k/int(x.terms.Uses))
	} else {
		u.debts = []debtOf{{settlement.Service, x.by, "M", "", 0, int(x.terms.Price), 1}}
	}
	fee := big.NewRat(int64(halves)*int64(x.terms.Fee.Num), 2*int64(x.terms.Fee.Den)) // in lowest terms
	u.debts = append(u.debts, debtOf{settlement.Fee, "M", "G", "", 0, int(fee.Num().Int64()), int(fee.Denom().Int64())})
	d.owe(n, "travel", u.debts, false)
	d.uses[n], x.reservedUntil, x.over = u, 0, x.made == int(x.terms.Uses)
	return true
}

func (d *desk) expire(n number.Command, today date.Date, r benefit.ExpireRequest) bool {
	x := d.tickets[r.Entitlement]
	if x.over || today <= x.until {
		return false
	}
	x.over = true
	if x.terms.Lapse == benefit.Refund {
		d.returnCoins(d.unused(x))
		return true
	}
	if rest := d.unused(x); len(rest) > 0 {
		debts, _ := d.debts(x, len(x.coins)-len(rest), len(x.coins))
		d.owe(n, benefit.LapseScene, debts, false)
		d.uses[n] = &used{of: r.Entitlement, on: today}
	}
	return true
}

// newDesk opens three benefits of M's and gives two members points of G and D.
func newDesk(t fataler, w *world) *desk {
	d := &desk{terms: map[string]benefit.DefineRequest{}, quota: map[string]int{}, lots: map[number.Row]*drawer{},
		tickets:    map[number.Row]*ticket{},
		allowances: allowances{}, uses: map[number.Command]*used{}, got: map[[2]string]int{}, cycle: "2026-11"}
	for _, p := range []struct {
		issuer, programme string
		price             amount.Rate
	}{{"G", "GP", amount.Rate{Num: 1, Den: 1}}, {"D", "DP", amount.Rate{Num: 1, Den: 2}}} {
		issue := points.IssueRequest{Programme: p.programme}
		for _, g := range []points.Grant{{Member: "li", Expires: day("2026-12-31")},
			{Member: "li", Expires: day("2027-12-31")}, {Member: "wang", Expires: day("2027-12-31")}} {
			g.Amount = 31
			issue.Grants = append(issue.Grants, g)
		}
		issued := w.must(t, p.issuer, points.OpenProgrammeRequest{Programme: p.programme, En: "P", Zh: "P",
			Price: p.price}, issue)
		for i, g := range issue.Grants {
			d.lots[issued.Row(i)] = &drawer{g.Member, p.programme, p.issuer, g.Expires, int(g.Amount)}
		}
	}
	for _, req := range []benefit.DefineRequest{
		plainBenefit("free", func(r *benefit.DefineRequest) {
			r.Uses, r.Days, r.Grantors, r.Fee, r.Window, r.PerMember = 2, 5, []string{"D"},
				amount.Rate{Num: 1, Den: 8}, 2, 4
		}),
		plainBenefit("paid", func(r *benefit.DefineRequest) {
			r.Points = []benefit.Cost{{Programme: "DP", Amount: 5}, {Programme: "GP", Amount: 9}}
			r.Uses, r.Days, r.Code, r.Quota, r.Fee, r.Window = 4, 8, true, 2, amount.Rate{Num: 1, Den: 4}, 1
		}),
		plainBenefit("kept", func(r *benefit.DefineRequest) {
			r.Points, r.Stackable, r.Lapse = []benefit.Cost{{Programme: "DP", Amount: 7}}, false, benefit.Keep
			r.Uses, r.Days, r.PerMember = 3, 3, 3
		}),
	} {
		w.must(t, "M", req)
		d.terms[req.Benefit] = req
		d.quota[req.Benefit] = int(req.Quota)
	}
	return d
}

// hand draws a command about what exists, mostly.
type hand struct {
	t       *rapid.T
	d       *desk
	caller  string
	now     int64
	today   date.Date
	tickets []number.Row
	uses    []number.Command
}

func (h hand) member() string {
	return rapid.SampledFrom([]string{"li", "wang", "zhang"}).Draw(h.t, "member")
}

func (h hand) chain(n int) ([]code.Code, code.Commitment) {
	seed := rapid.SliceOfN(rapid.Byte(), code.Size, code.Size).Draw(h.t, "seed")
	return code.Chain(seed, n)
}

// What a caller asks for, with weights: M what a provider does, the others what
// they may, and now and then what they may not.
var (
	asProvider = strings.Fields("grant grant buy buy buy reserve reserve unreserve use use use use use use use use reverse reverse reverse expire expire revoke transfer transfer code")
	asOther    = strings.Fields("grant grant activate activate activate unreserve unreserve expire transfer revoke buy use reverse reserve code")
)

func (h hand) draw() asked {
	verbs := asOther
	if h.caller == "M" {
		verbs = asProvider
	}
	verb := rapid.SampledFrom(verbs).Draw(h.t, "verb")
	switch {
	case verb == "buy":
		return h.drawBuy()
	case verb == "reverse" && len(h.uses) > 0:
		return asked{req: benefit.ReverseRequest{WriteOff: h.writeOff(), Reason: "x"}}
	case verb == "grant" || len(h.tickets) == 0:
		req := benefit.GrantRequest{Benefit: rapid.SampledFrom([]string{"free", "free", "free", "kept"}).Draw(h.t,
			"benefit")}
		for range rapid.IntRange(1, 3).Draw(h.t, "grants") {
			req.Grants = append(req.Grants, benefit.Grant{Member: h.member(),
				Activator: rapid.SampledFrom([]string{"", "", "D"}).Draw(h.t, "activator")})
		}
		return asked{req: req}
	}
	return h.drawAbout(verb)
}

// writeOff draws one, mostly one that isn't reversed.
func (h hand) writeOff() number.Command {
	var stand []number.Command
	for _, n := range h.uses {
		if !h.d.uses[n].reversed {
			stand = append(stand, n)
		}
	}
	if len(stand) == 0 || rapid.IntRange(0, 9).Draw(h.t, "any write-off") == 9 {
		stand = h.uses
	}
	return rapid.SampledFrom(stand).Draw(h.t, "write-off")
}

// entitlement draws one, mostly one that the verb may suit.
func (h hand) entitlement(verb string) number.Row {
	var suits []number.Row
	for _, n := range h.tickets {
		x := h.d.tickets[n]
		ok := map[string]bool{"activate": x.waits && !x.over, "unreserve": x.reservedUntil > 0 && !x.over,
			"expire": x.until < h.today && !x.over}
		if suit, asks := ok[verb]; asks && suit || !asks && h.d.state(x, h.now) == "active" {
			suits = append(suits, n)
		}
	}
	if len(suits) == 0 || rapid.IntRange(0, 9).Draw(h.t, "any entitlement") == 9 {
		suits = h.tickets
	}
	return rapid.SampledFrom(suits).Draw(h.t, "entitlement")
}

func (h hand) drawAbout(verb string) asked {
	id := h.entitlement(verb)
	x := h.d.tickets[id]
	switch verb {
	case "activate":
		return asked{req: benefit.ActivateRequest{Entitlement: id, Evidence: make([]byte, 32)}}
	case "reserve":
		return asked{req: benefit.ReserveRequest{Entitlement: id,
			Until: h.now + rapid.SampledFrom([]int64{0, 1, 10, 60, 3600}).Draw(h.t, "seconds")}}
	case "unreserve":
		return asked{req: benefit.UnreserveRequest{Entitlement: id}}
	case "expire":
		return asked{req: benefit.ExpireRequest{Entitlement: id}}
	case "revoke":
		return asked{req: benefit.RevokeRequest{Entitlement: id, Reason: "x"}}
	case "transfer":
		req, codes := benefit.TransferRequest{Entitlement: id, To: h.member()}, []code.Code(nil)
		if x.terms.Code {
			codes, req.Commitment = h.chain(4)
		}
		return asked{req, codes}
	case "code":
		codes, commitment := h.chain(4)
		return asked{benefit.NewCodeRequest{Entitlement: id, Commitment: commitment}, codes}
	}
	req := benefit.WriteOffRequest{Entitlement: id}
	if len(x.codes) > 0 {
		req.Code = x.codes[min(len(x.codes)-1, rapid.SampledFrom([]int{0, 0, 0, 0, 1}).Draw(h.t, "code"))]
	}
	return asked{req: req}
}

func (h hand) drawBuy() asked {
	req, codes := benefit.BuyRequest{Benefit: rapid.SampledFrom([]string{"paid", "kept"}).Draw(h.t, "benefit"),
		Member: h.member()}, []code.Code(nil)
	if h.d.terms[req.Benefit].Code {
		codes, req.Commitment = h.chain(4)
	}
	var lots []number.Row
	for n := range h.d.lots {
		lots = append(lots, n)
	}
	// earliest first
	slices.SortFunc(lots, func(a, b number.Row) int { return strings.Compare(a.String(), b.String()) })
	for _, c := range h.d.terms[req.Benefit].Points {
		left := int(c.Amount)
		for _, n := range lots {
			if lot := h.d.lots[n]; left > 0 && lot.coins > 0 && lot.programme == c.Programme &&
				(lot.member == req.Member || req.Member == "zhang") {
				take := min(left, lot.coins)
				req.Pieces = append(req.Pieces, spend.Take{Lot: n, Amount: amount.Units(take)})
				left -= take
			}
		}
	}
	if len(req.Pieces) == 0 {
		req.Pieces = []spend.Take{{Lot: lots[0], Amount: 1}}
	}
	switch rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 1, 2}).Draw(h.t, "spoil") {
	case 1:
		req.Pieces[0].Amount++
	case 2:
		slices.Reverse(req.Pieces)
	}
	if homes[req.Member] != h.caller {
		req.Authorisation, req.Code = h.d.allowances.drawProof(thrown(h.t, len(h.d.allowances)), req.Member, h.caller)
	}
	return asked{req, codes}
}

// TestBenefitsAgainstModel sends random commands in random batches, lets time and
// days pass, and compares every outcome, every lot and all debts with the desk.
func TestBenefitsAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := founded(t, 7)
		d, today := newDesk(t, w), day(firstDay)
		for range rapid.SampledFrom([]int{1, 4, 8, 12, 16}).Draw(t, "batches") {
			w.net.Advance(time.Duration(rapid.IntRange(0, 30).Draw(t, "seconds")) * time.Second)
			if rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "a day passes") == 1 {
				today += date.Date(rapid.Int32Range(1, 3).Draw(t, "days"))
				w.advanceTo(t, today)
			}
			if rapid.SampledFrom([]int{0, 0, 0, 0, 1}).Draw(t, "cut-off") == 1 {
				d.cycle = nextCycle(t, w, d.cycle)
			}
			if rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "surrender") == 1 {
				w.run(t, "M", quota.SurrenderRequest{Kind: quota.Benefit, ID: "paid"})
			}
			if rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 0, 1}).Draw(t, "raise") == 1 {
				raise := benefit.AmendRequest{Benefit: "paid", Quota: d.terms["paid"].Quota + 1, Open: true}
				d.try("M", w.must(t, "M", raise), 0, today, asked{req: raise})
			}
			if rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "authorise") == 1 {
				req, secret := drawAuthorise(thrown(t, len(d.allowances)), "wang",
					rapid.SampledFrom([]string{"M", "M", "M", "D"}).Draw(t, "acceptor"),
					[]string{"DP", "GP"}, w.net.Now().Unix())
				d.allowances.write(w.must(t, "D", req), req, secret)
			}
			stepDesk(t, w, d, today)
		}
	})
}

func stepDesk(t *rapid.T, w *world, d *desk, today date.Date) {
	caller := rapid.SampledFrom([]string{"M", "M", "M", "D", "G"}).Draw(t, "caller")
	h := hand{t: t, d: d, caller: caller, now: w.net.Now().Unix(), today: today}
	for n := range d.tickets {
		h.tickets = append(h.tickets, n)
	}
	slices.SortFunc(h.tickets, func(a, b number.Row) int { return strings.Compare(a.String(), b.String()) })
	for n := range d.uses {
		h.uses = append(h.uses, n)
	}
	sortNumbers(h.uses)
	var drawn []asked
	var requests []command.Request
	for range rapid.SampledFrom([]int{1, 3, 5, 8}).Draw(t, "commands") {
		a := h.draw()
		drawn, requests = append(drawn, a), append(requests, a.req)
	}
	seq := w.heads[caller] + 1
	_, refusals := w.run(t, caller, requests...)
	for i, a := range drawn {
		n := number.Command{Party: caller, Lane: 1, Seq: seq, Index: uint16(i)}
		if want := d.try(caller, n, h.now, today, a); want != (refusals[i] == nil) {
			t.Fatalf("%s %s %T %+v: the desk says %v, the ledger %v", caller, n, a.req, a.req, want, refusals[i])
		}
		if fault.CodeOf(refusals[i]) == fault.Internal {
			t.Fatal(refusals[i])
		}
	}
	compareDesk(t, w, d, h.now)
	compareAllowances(t, w.net, d.allowances)
}

// compareDesk holds the ledger's lots, entitlements and net debts against the desk's.
func compareDesk(t *rapid.T, w *world, d *desk, now int64) {
	if err := checkBooks(w.net); err != nil {
		t.Fatal(err)
	}
	for _, found := range rowsOf(w.net, "G", "lot") {
		n, _ := number.ParseRow(found.ID)
		if lot := found.Row.(points.Lot); int(lot.Available()) != d.lots[n].coins {
			t.Fatalf("lot %s has %d, on the desk %d", n, lot.Available(), d.lots[n].coins)
		}
	}
	entitlements := rowsOf(w.net, "G", "entitlement")
	if len(entitlements) != len(d.tickets) || len(rowsOf(w.net, "G", "write-off")) != len(d.uses) {
		t.Fatalf("%d entitlements, on the desk %d; or the write-offs", len(entitlements), len(d.tickets))
	}
	for _, found := range entitlements {
		n, _ := number.ParseRow(found.ID)
		e, x := found.Row.(benefit.Entitlement), d.tickets[n]
		state := map[benefit.State]string{benefit.Granted: "waits", benefit.Active: "active",
			benefit.Reserved: "reserved"}[e.StateAt(now)]
		if state == "" {
			state = "over"
		}
		if state != d.state(x, now) || int(e.Used) != x.made || int(e.Reversed) != x.reversed || e.Member != x.member {
			t.Fatalf("entitlement %s is %+v, on the desk %+v", n, e, x)
		}
		if all := x.made == int(x.terms.Uses) && x.reversed == x.made; all != (e.State == benefit.Reversed) {
			t.Fatalf("entitlement %s is %s with %d of %d reversed", n, e.State, x.reversed, x.made)
		}
	}
	d.owed.compare(t, w)
	compareQuota(t, w, d)
}

// compareQuota holds what was drawn of a quota, in whatever lane, against the desk.
func compareQuota(t *rapid.T, w *world, d *desk) {
	var limit, drawn amount.Units
	for _, found := range rowsOf(w.net, "G", "quota") {
		limit += found.Row.(quota.Quota).Limit
	}
	for _, found := range rowsOf(w.net, "G", "lease") {
		drawn += found.Row.(quota.Lease).Used - found.Row.(quota.Lease).Returned
	}
	if int(limit-drawn) != d.quota["paid"] || limit < drawn {
		t.Fatalf("%d of %d were drawn, on the desk %d are left", drawn, limit, d.quota["paid"])
	}
	for _, found := range rowsOf(w.net, "G", "benefit-count") {
		id, member, _ := strings.Cut(found.ID, "/")
		if n := found.Row.(benefit.Count); int(n.Granted) != d.got[[2]string{id, member}] {
			t.Fatalf("%s has got %+v, on the desk %d", found.ID, n, d.got[[2]string{id, member}])
		}
	}
}

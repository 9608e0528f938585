package contract

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
)

// line is an obligation as the dumb models have it.
type line struct {
	cycle                       string
	by                          number.Command
	kind                        settlement.ObligationKind
	scene                       string
	debtor, creditor, programme string
	units, fen                  int
	model                       int // its number, 0 for none
	num, den                    int // what it is worth beyond fen, as num/den; 0/0 for nothing
}

// worth is a line that is worth num/den fen.
func (l line) worth(num, den int) line {
	if l.fen, l.num = num/den, num%den; l.num > 0 {
		l.den = den
	}
	return l
}

// like says whether two lines are added up in one position, with one denominator.
func (l line) like(m line) bool {
	return l.cycle == m.cycle && l.by.Party == m.by.Party && l.by.Lane == m.by.Lane && l.debtor == m.debtor &&
		l.creditor == m.creditor && l.programme == m.programme && l.den == m.den
}

// ledger of a dumb model: all that anybody ever came to owe, in a row.
type lines []line

// owe writes a line down, unless it is nothing: with a fen more if its fraction makes a whole one with those before it.
func (l *lines) owe(one line) {
	if one.debtor == one.creditor || one.units == 0 && one.fen == 0 && one.num == 0 {
		return
	}
	if one.num > 0 {
		before := 0
		for _, m := range *l {
			if m.like(one) {
				before += m.num
			}
		}
		if before%one.den+one.num >= one.den {
			one.fen++
		}
	}
	*l = append(*l, one)
}

func (l line) String() string {
	return fmt.Sprintf("%s %s %s %q %s→%s %s %d points %d fen and %d/%d model %d", l.cycle, l.by, l.kind, l.scene,
		l.debtor, l.creditor, l.programme, l.units, l.fen, l.num, l.den, l.model)
}

// compare holds every obligation on the ledger against the lines.
func (l lines) compare(t fataler, w *world) {
	t.Helper()
	var found, want []string
	for _, r := range booksOf(w.net).Owed() {
		for _, o := range r.List {
			by := r.Batch
			by.Index = o.Index
			found = append(found, line{o.In(r.Cycle), by, o.Kind, o.Scene, o.Debtor, o.Creditor, o.Programme,
				int(o.Points), int(o.Fen), int(o.Model), int(o.Rest.Num), int(o.Rest.Den)}.String())
		}
	}
	for _, one := range l {
		want = append(want, one.String())
	}
	slices.Sort(found)
	slices.Sort(want)
	for i := range max(len(found), len(want)) {
		if i >= len(found) || i >= len(want) || found[i] != want[i] {
			t.Fatalf("owed on the ledger, and in the model:\n%s\n%s", strings.Join(found[i:min(i+4, len(found))], "\n"),
				strings.Join(want[i:min(i+4, len(want))], "\n"))
		}
	}
}

// sums is what two parties owe each other in a cycle, and in how many lines: what all lines of a programme are worth
// together, to the nearest fen. A line more for each direction makes up for what the lines lack.
func (l lines) sums(cycle, debtor, creditor string) (owes, owed, n int) {
	direction := func(debtor, creditor string) (all int) {
		lines, exact := 0, map[string]*big.Rat{}
		for _, one := range l {
			if one.cycle != cycle || one.debtor != debtor || one.creditor != creditor {
				continue
			}
			if exact[one.programme] == nil {
				exact[one.programme] = new(big.Rat)
			}
			n, lines = n+1, lines+one.fen
			exact[one.programme].Add(exact[one.programme], l.exact(one))
		}
		for _, worth := range exact {
			all += nearest(1, int(worth.Num().Int64()), int(worth.Denom().Int64()))
		}
		if all > lines {
			n++
		}
		return all
	}
	owes = direction(debtor, creditor)
	return owes, direction(creditor, debtor), n
}

// exact is what a line is worth by itself: without the fen that its fraction made with those before it.
func (l lines) exact(one line) *big.Rat {
	worth := new(big.Rat).SetInt64(int64(one.fen))
	if one.num == 0 {
		return worth
	}
	before := 0
	for _, m := range l {
		if m.by == one.by && m == one {
			break
		}
		if m.like(one) {
			before += m.num
		}
	}
	if before%one.den+one.num >= one.den {
		worth.Sub(worth, big.NewRat(1, 1))
	}
	return worth.Add(worth, big.NewRat(int64(one.num), int64(one.den)))
}

// pact is a settlement model between two parties.
type pact struct {
	number                  int  // 0 until the date has moved
	withdrawn               bool // before that
	issuer, acceptor, scene string
	from, until             date.Date // until 0: not ended
	num, den                int       // fen for points, 0/0 for the programme's
	feeNum, feeDen          int
	issuerPays              bool
	most                    int // fen that the issuer may come to owe in a cycle, 0 for no cap
}

// spot is where points are taken.
type spot struct {
	acceptor, scene string
	day             date.Date
}

// dealOn is the newest deal that has begun, if it is for that scene.
func (m *model) dealOn(issuer string, at spot) *pact {
	var newest *pact
	for i, d := range m.deals {
		if d.issuer == issuer && d.acceptor == at.acceptor && d.from <= at.day && (d.until == 0 || at.day <= d.until) {
			newest = &m.deals[i]
		}
	}
	if newest == nil || newest.scene != "" && newest.scene != at.scene {
		return nil
	}
	return newest
}

// bill is what one funder owes for points, and the fee on it.
type bill struct {
	funder, programme string
	units, parts      int // millionths of a fen that it counts for towards caps
	num, den          int // price
	deal              *pact
}

// bills is what the coins from..to make each funder owe where they are taken, rounded on all
// that went before.
func (m *model) bills(at spot, coins []number.Row, from, to int) (list []bill) {
	counts := m.byFunder(coins[:to])
	for _, k := range sortedPairs(counts) {
		n, before := counts[k], m.byFunder(coins[:from])[k]
		if n == before {
			continue
		}
		b := bill{funder: k[0], programme: k[1], units: n - before, deal: m.dealOn(k[0], at)}
		num, den := m.plans[k[1]].num, m.plans[k[1]].den
		if b.deal != nil && b.deal.den > 0 {
			num, den = b.deal.num, b.deal.den
		}
		b.num, b.den, b.parts = num, den, atLeast(n*num*million, den)-atLeast(before*num*million, den)
		list = append(list, b)
	}
	return list
}

// million is how finely caps count a fen.
const million = 1_000_000

// atLeast is num/den, rounded up.
func atLeast(num, den int) int { return (num + den - 1) / den }

func sortedPairs[V any](of map[[2]string]V) (list [][2]string) {
	for k := range of {
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b [2]string) int { return strings.Compare(a[0]+" "+a[1], b[0]+" "+b[1]) })
	return list
}

// settle writes down what a bill makes owed, or, back, given back.
func (m *model) settle(n number.Command, at spot, b bill, back bool) {
	one := line{cycle: m.cycle, by: n, kind: settlement.Redemption, scene: at.scene, debtor: b.funder,
		creditor: at.acceptor, programme: b.programme, units: b.units}.worth(b.units*b.num, b.den)
	fee := line{cycle: m.cycle, by: n, kind: settlement.Fee, scene: at.scene, debtor: at.acceptor, creditor: "G"}
	if b.deal != nil {
		if b.deal.feeNum > 0 {
			fee = fee.worth(b.units*b.num*b.deal.feeNum, b.den*b.deal.feeDen)
		}
		if one.model, fee.model = b.deal.number, b.deal.number; b.deal.issuerPays {
			fee.debtor = b.funder
		}
	}
	if back {
		one.kind, one.debtor, one.creditor = settlement.Refund, one.creditor, one.debtor
		fee.kind, fee.debtor, fee.creditor = settlement.FeeBack, fee.creditor, fee.debtor
	}
	m.owed.owe(one)
	if b.funder != at.acceptor {
		m.owed.owe(fee)
	}
}

// caps are those on what a debtor may come to owe a creditor, with their limits.
func (m *model) caps(debtor, creditor string, parts int, d *pact) (names []string, most []int) {
	if debtor == creditor || parts == 0 {
		return nil, nil
	}
	if limit := m.n[entry{"capped", debtor}]; limit > 0 {
		names, most = append(names, debtor), append(most, limit)
	}
	if d != nil && d.most > 0 {
		names, most = append(names, debtor+"."+creditor), append(most, d.most)
	}
	return names, most
}

// mayOwe draws on a debtor's caps, if it has any: from what was given back at the caller's
// till first, then from what is left for all.
func (m *model) mayOwe(caller, debtor, creditor string, parts int, d *pact) (names []string, ok bool) {
	names, most := m.caps(debtor, creditor, parts, d)
	for i, name := range names {
		if m.draw(caller, name, most[i], parts) > 0 {
			return nil, false
		}
	}
	return names, true
}

// draw takes from a till, and puts into it, in whole fen, what is missing and left; the till then lacks what it
// answers.
func (m *model) draw(caller, name string, most, parts int) (lacks int) {
	till, out := entry{"till", name, caller, m.cycle}, entry{"drawn", name, m.cycle}
	if missing := parts - m.n[till]; missing > 0 {
		grant := min(atLeast(missing, million)*million, max(0, most*million-m.n[out]))
		m.n[out] += grant
		m.n[till] += grant
		lacks = max(0, missing-grant)
	}
	m.n[till] -= parts
	return lacks
}

// undraw gives back to the till that drew what was drawn in a cycle, of the caps that a hold drew on.
func (m *model) undraw(cycle, acceptor string, drew []string, b bill) (names []string) {
	for _, name := range []string{b.funder, b.funder + "." + acceptor} {
		if slices.Contains(drew, name) && (name == b.funder || b.deal != nil && b.deal.most > 0) {
			m.n[entry{"till", name, acceptor, cycle}] += b.parts
			names = append(names, name)
		}
	}
	return names
}

// undo makes room again for what is given back in the cycle in which it was owed, or has the acceptor come to owe it in
// a later one, whatever its cap.
func (m *model) undo(caller, acceptor, owedIn string, drew []string, b bill) {
	if owedIn == m.cycle {
		m.undraw(m.cycle, acceptor, drew, b)
		return
	}
	if limit := m.n[entry{"capped", acceptor}]; limit > 0 && acceptor != b.funder {
		m.draw(caller, acceptor, limit, b.parts)
	}
}

// bring moves what was drawn in another cycle to this one.
func (m *model) bring(caller, cycle, acceptor string, drew []string, b bill) {
	if cycle == m.cycle {
		return
	}
	for _, name := range m.undraw(cycle, acceptor, drew, b) {
		most := m.n[entry{"capped", name}]
		if name != b.funder {
			most = b.deal.most
		}
		m.draw(caller, name, most, b.parts)
	}
}

// bargain proposes a version of a deal between two parties, and has both agree; or has one of
// them leave.
func (m *model) bargain(t *rapid.T, w *world) {
	d := thrown(t, 77+int(w.net.Height()))
	issuer, acceptor := d.one("G", "D", "D", "M", "F"), d.one("D", "M", "M", "G")
	if issuer == acceptor {
		return
	}
	one := pact{issuer: issuer, acceptor: acceptor, scene: d.one("", "", "", "retail"),
		from: m.today + 1 + date.Date(d(2)),
		num:  1 + d(4), den: 1 + d(3), feeNum: min(1, d(4)), feeDen: 2 + d(4), issuerPays: d.odd(2),
		most: pick(d, []int{0, 0, 0, 9, 15})}
	if d.odd(3) {
		one.num, one.den = 0, 0
	}
	id := issuer + "-" + acceptor
	for _, other := range m.deals {
		if other.issuer != issuer || other.acceptor != acceptor {
			continue
		}
		if other.until == 0 && d.odd(4) {
			who := d.one(issuer, acceptor)
			w.must(t, who, settlement.LeaveRequest{By: issuer, Model: id})
			for j := range m.deals {
				l := &m.deals[j]
				if l.issuer != issuer || l.acceptor != acceptor {
					continue
				}
				l.withdrawn = l.withdrawn || who == issuer && l.number == 0
				if l.until == 0 {
					l.until = max(m.today, l.from-1)
				}
			}
			return
		}
	}
	rate := func(num, den int) amount.Rate { return amount.Rate{Num: amount.Units(num), Den: amount.Units(den)} }
	terms := settlement.Terms{Price: rate(one.num, one.den), Fee: rate(one.feeNum, one.feeDen),
		Cap: amount.Units(one.most)}
	if one.issuerPays {
		terms.Payer = settlement.IssuerPays
	}
	w.must(t, issuer, settlement.ProposeRequest{Model: id,
		Scope: settlement.Scope{Issuer: issuer, Acceptor: acceptor, Scene: one.scene}, Terms: terms, From: one.from})
	w.consent(t, acceptor, issuer, id)
	for i := range m.deals {
		// Who agrees to two versions of a model on one day is bound by the later one alone.
		if l := &m.deals[i]; l.issuer == issuer && l.acceptor == acceptor && l.number == 0 && l.until == 0 {
			l.until = l.from - 1
		}
	}
	m.deals = append(m.deals, one)
}

// bargains has parties agree on a few things before anything else happens.
func (m *model) bargains(t *rapid.T, w *world) {
	for range rapid.SampledFrom([]int{9, 5, 0, 14}).Draw(t, "bargains") {
		m.bargain(t, w)
	}
	if len(m.deals) > 0 {
		m.pass(t, w, 1)
	}
}

// cutOff opens the next cycle.
func (m *model) cutOff(t *rapid.T, w *world) (closed string) {
	closed, m.cycle = m.cycle, nextCycle(t, w, m.cycle)
	return closed
}

// nextCycle opens the next cycle, in a batch with or before the computing of the old one.
func nextCycle(t *rapid.T, w *world, open string) (next string) {
	next = fmt.Sprintf("after-%d", w.net.Height())
	requests := []command.Request{settlement.CutOffRequest{Cycle: open, Next: next}}
	if rapid.Bool().Draw(t, "at once") {
		w.must(t, "G", append(requests, settlement.ComputeRequest{Cycle: open})...)
		return next
	}
	w.must(t, "G", requests...)
	w.must(t, "D", settlement.ComputeRequest{Cycle: open})
	return next
}

// pass lets days pass. Deals get their numbers as they take effect, by issuer.
func (m *model) pass(t *rapid.T, w *world, days date.Date) {
	for _, issuer := range []string{"D", "F", "G", "M"} {
		for i := range m.deals {
			if l := &m.deals[i]; l.issuer == issuer && l.number == 0 && !l.withdrawn {
				m.numbered++
				l.number = m.numbered
			}
		}
	}
	m.today += days
	w.advanceTo(t, m.today)
}

package contract

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
)

// model is a deliberately dumb second implementation of points: every point of
// a lot is a coin that is somewhere, every count is an entry of one table, and a
// command that may not be done puts the table back. It knows nothing of rows,
// lanes, leases or standings.
type model struct {
	now      int64
	today    date.Date
	cycle    string
	owed     lines
	deals    []pact
	numbered int // of the deals

	plans      map[string]plan
	rates      map[[2]string]points.Conversion
	people     map[string]*human
	invites    map[number.Command]*invite
	allowances allowances
	pledges    map[number.Command]points.Pledge
	boxes      map[number.Row]*box
	holds      map[number.Command]*reserve
	trades     map[number.Command]*swap

	n map[entry]int // all that is counted
}

// entry names a count: what, and of what.
type entry [5]string

// plan is a programme.
type plan struct {
	issuer   string
	num, den int // fen for points
	rules    points.Rules
}

type human struct {
	home, into string
	erased     bool
	frozen     map[string]string // by party: what became of the appeal
	lifted     map[string]date.Date
}

type invite struct {
	member, only string
	secret       code.Code
	used         bool
}

// box is a lot: how many coins are in it stands in the table.
type box struct {
	member, home, programme, funder, activator string
	counted                                    date.Date // as earned
	state                                      string    // pending, active, expired, revoked, cancelled
	expires, waits                             date.Date
	issued, revoked                            int
}

type reserve struct {
	acceptor, member string
	live             bool
	deadline         int64
	placed           date.Date
	coins            []number.Row // one entry a point, in the order of spending
	captured         int
	captures         []grab
	allowance        *allowance
	scene, cycle     string
	capped           []string // caps that it drew on in that cycle
}

type grab struct {
	number         number.Command
	from, n, undid int
	cycle          string // in which it came to be owed
}

type swap struct {
	by, maker, only, wants string
	live                   bool
	until                  int64
	price                  int
	coins                  []number.Row
	allowance              *allowance
}

func (m *model) root(id string) string {
	for m.people[id] != nil && m.people[id].into != "" {
		id = m.people[id].into
	}
	return id
}

// try says whether the command should take effect, and lets it.
func (m *model) try(caller string, n number.Command, req command.Request) bool {
	before, owed := maps.Clone(m.n), len(m.owed)
	ok := m.earn(caller, n, req) || m.spend(caller, n, req) || m.move(caller, n, req) ||
		m.correct(caller, n, req) || m.care(caller, req)
	if !ok {
		m.n, m.owed = before, m.owed[:owed]
	}
	return ok
}

// last is the last day on which a box can be spent: where expiry slides, the
// owner's last activity moves it on.
func (m *model) last(b *box) date.Date {
	if e := m.plans[b.programme].rules.Expiry; e.Kind == points.Sliding {
		return max(b.expires, date.Date(m.n[entry{"active", b.programme, m.root(b.member)}])+date.Date(e.N))
	}
	return b.expires
}

// count adds to a day's count of a member in a programme; false above the limit,
// 0 for none.
func (m *model) count(what, programme, id, other string, by int, limit amount.Units) bool {
	k := entry{what, programme, id, other, m.today.String()}
	m.n[k] += by
	return limit == 0 || m.n[k] <= int(limit)
}

func (m *model) active(programme, id string) {
	m.n[entry{"active", programme, id}] = int(m.today)
}

// mayIssue draws on what an issuer may owe members.
func (m *model) mayIssue(programme string, units int) bool {
	p := m.plans[programme]
	if m.n[entry{"liable", p.issuer}] == 0 {
		return true
	}
	m.n[entry{"liability", p.issuer}] -= (units*p.num + p.den - 1) / p.den
	return m.n[entry{"liability", p.issuer}] >= 0
}

func (m *model) coins(lot number.Row) int { return m.n[entry{"coins", lot.String()}] }

func (m *model) put(lot number.Row, by int) { m.n[entry{"coins", lot.String()}] += by }

// sum adds to what a programme's points have become.
func (m *model) sum(programme, what string, by int) { m.n[entry{"sum", programme, what}] += by }

func (m *model) newBox(n number.Row, b box, coins int) {
	b.issued = coins
	m.boxes[n] = &b
	m.put(n, coins)
}

// earn plays what makes points.
func (m *model) earn(caller string, n number.Command, req command.Request) bool {
	switch r := req.(type) {
	case points.IssueRequest:
		return m.issue(caller, n, r)
	case points.AwardRequest:
		if r.Rule != "tenth" || m.people[r.Member] == nil {
			return false
		}
		fen := 0
		for _, l := range r.Lines {
			fen += int(l.Fen)
		}
		g := points.Grant{Member: m.root(r.Member), Amount: amount.Units(min(9, nearest(fen, 1, 10)+1)),
			Expires: r.Expires, Activator: r.Activator}
		return m.issue(caller, n, points.IssueRequest{Programme: r.Programme, Grants: []points.Grant{g}})
	case points.ActivateRequest:
		b := m.boxes[r.Lot]
		ok := b != nil && b.state == "pending" && b.activator == caller
		if ok {
			b.state = "active"
		}
		return ok
	case points.CancelRequest:
		b := m.boxes[r.Lot]
		ok := b != nil && b.state == "pending" && (b.activator == caller || m.plans[b.programme].issuer == caller)
		if ok {
			b.state = "cancelled"
			m.unearn(b, b.issued)
			m.put(r.Lot, -b.issued)
			m.sum(b.programme, "revoked", b.issued)
		}
		return ok
	}
	return false
}

func (m *model) issue(caller string, n number.Command, r points.IssueRequest) bool {
	p := m.plans[r.Programme]
	if p.issuer != caller {
		return false
	}
	var made []box
	var amounts []int
	total := 0
	for _, g := range r.Grants {
		last := g.Expires
		if slide := p.rules.Expiry; slide.Kind == points.Sliding {
			if last != 0 && last != m.today+date.Date(slide.N) {
				return false
			}
			last = m.today + date.Date(slide.N)
		}
		if last < m.today {
			return false
		}
		if who := m.people[g.Member]; g.Home == "" || p.rules.CountsEarning() {
			if who == nil || m.people[m.root(g.Member)].erased || g.Home != "" && g.Home != who.home {
				return false
			}
		}
		counted := date.Date(0)
		if p.rules.CountsEarning() {
			if !m.count("earned", r.Programme, m.root(g.Member), "", int(g.Amount), p.rules.EarnPerDay) {
				return false
			}
			m.active(r.Programme, m.root(g.Member))
			counted = m.today
		}
		b := box{member: g.Member, home: g.Home, counted: counted, programme: r.Programme, funder: caller,
			state: "active", activator: g.Activator, expires: last}
		if g.Activator != "" {
			b.state = "pending"
		}
		parts := []int{int(g.Amount)}
		for i, s := range g.Split {
			if i == 0 {
				parts = divide(int(g.Amount), g.Split)
			}
			b.funder = s.Funder
			if s.Funder != caller && !m.pledged(s, r.Programme, parts[i]) {
				return false
			}
			if parts[i] > 0 {
				made, amounts = append(made, b), append(amounts, parts[i])
			}
		}
		if len(g.Split) == 0 {
			made, amounts = append(made, b), append(amounts, parts[0])
		}
		total += int(g.Amount)
	}
	if !m.mayIssue(r.Programme, total) {
		return false
	}
	m.sum(r.Programme, "issued", total)
	for i, b := range made {
		m.newBox(n.Row(i), b, amounts[i])
	}
	return true
}

// unearn takes back what a box was counted for on its day.
func (m *model) unearn(b *box, units int) {
	if b.counted > 0 {
		k := entry{"earned", b.programme, m.root(b.member), "", b.counted.String()}
		m.n[k] = max(0, m.n[k]-units)
	}
}

func (m *model) pledged(s points.Share, programme string, units int) bool {
	p, there := m.pledges[s.Pledge]
	if !there || p.Funder != s.Funder || p.Programme != programme || p.Until < m.today {
		return false
	}
	k := entry{"pledged", s.Pledge.String()}
	m.n[k] += units
	return m.n[k] <= int(p.Amount)
}

// divide deals coins out one by one, each to whom the most is missing of the exact
// share, the first of equals first.
func divide(coins int, split []points.Share) []int {
	shares, whole := make([]int, len(split)), 0
	for _, s := range split {
		whole += int(s.Parts)
	}
	left := coins
	for i, s := range split {
		shares[i] = coins * int(s.Parts) / whole
		left -= shares[i]
	}
	for range left {
		most := 0
		missing := func(i int) int { return coins*int(split[i].Parts) - shares[i]*whole }
		for i := range split {
			if missing(i) > missing(most) {
				most = i
			}
		}
		shares[most]++
	}
	return shares
}

// take takes coins out of boxes, if the member may spend them.
func (m *model) take(id string, pieces []spend.Take) ([]number.Row, bool) {
	var coins []number.Row
	if m.people[id] == nil {
		return nil, false
	}
	owner := m.root(id)
	for i, p := range pieces {
		b := m.boxes[p.Lot]
		if b == nil || m.root(b.member) != owner || b.home != "" && b.home != m.people[b.member].home ||
			b.state != "active" || m.last(b) < m.today || m.coins(p.Lot) < int(p.Amount) {
			return nil, false
		}
		if _, stopped := m.people[owner].frozen["G"]; stopped {
			return nil, false
		}
		if _, stopped := m.people[owner].frozen[m.plans[b.programme].issuer]; stopped {
			return nil, false
		}
		for _, later := range pieces[i+1:] {
			l := m.boxes[later.Lot]
			if l != nil && l.programme == b.programme && (l.expires < b.expires || m.coins(p.Lot) > int(p.Amount)) {
				return nil, false
			}
		}
		for range p.Amount {
			coins = append(coins, p.Lot)
		}
	}
	m.remove(coins)
	return coins, true
}

func (m *model) remove(coins []number.Row) {
	for _, lot := range coins {
		m.put(lot, -1)
	}
}

// byPlan counts coins by programme.
func (m *model) byPlan(coins []number.Row) map[string]int {
	counts := map[string]int{}
	for _, lot := range coins {
		counts[m.boxes[lot].programme]++
	}
	return counts
}

// agrees says whether a party may spend a member's coins: the home, or with a
// allowance. The allowance is for the caller to take from.
func (m *model) agrees(caller, owner string, by number.Command, said code.Code, coins []number.Row) (*allowance, bool) {
	switch x := m.allowances[by]; {
	case m.people[owner].erased:
		return nil, false
	case m.people[owner].home == caller:
		return nil, true
	case x == nil || m.root(x.member) != owner:
		return nil, false
	default:
		return x, x.covers(x.member, caller, m.now, said, m.byPlan(coins))
	}
}

func (m *model) byFunder(coins []number.Row) map[[2]string]int {
	counts := map[[2]string]int{}
	for _, lot := range coins {
		counts[[2]string{m.boxes[lot].funder, m.boxes[lot].programme}]++
	}
	return counts
}

// spends counts a spend of the day.
func (m *model) spends(owner string, coins []number.Row) bool {
	for programme, n := range m.byPlan(coins) {
		rules := m.plans[programme].rules
		if !rules.CountsSpending() {
			continue
		}
		if !m.count("spent", programme, owner, "", n, rules.SpendPerDay) {
			return false
		}
		m.active(programme, owner)
	}
	return true
}

// care plays what concerns members.
func (m *model) care(caller string, req command.Request) bool {
	switch r := req.(type) {
	case member.FreezeRequest:
		p := m.people[r.Member]
		if p == nil || p.into != "" {
			return false
		}
		if _, there := p.frozen[caller]; there || caller != "G" && p.lifted[caller] == m.today {
			return false
		}
		p.frozen[caller] = ""
		return true
	case member.UnfreezeRequest:
		p := m.people[r.Member]
		if p == nil {
			return false
		}
		_, there := p.frozen[caller]
		if delete(p.frozen, caller); there {
			p.lifted[caller] = m.today
		}
		return there
	case member.AppealRequest:
		p := m.people[r.Member]
		if p == nil || m.people[m.root(r.Member)].home != caller {
			return false
		}
		answer, there := p.frozen[r.Against]
		if !there || answer != "" {
			return false
		}
		p.frozen[r.Against] = "APPEALED"
		return true
	case member.DismissRequest:
		p := m.people[r.Member]
		if p == nil || p.frozen[caller] != "APPEALED" {
			return false
		}
		p.frozen[caller] = "DISMISSED"
		return true
	case member.RevokeAuthorisationRequest:
		x := m.allowances[r.Authorisation]
		ok := x != nil && !x.revoked && !x.done && (x.acceptor == caller || m.people[m.root(x.member)].home == caller)
		if ok {
			x.revoked = true
		}
		return ok
	case member.EraseRequest:
		p := m.people[r.Member]
		ok := p != nil && p.home == caller && p.into == "" && !p.erased
		if ok {
			p.erased = true
		}
		return ok
	case member.MergeRequest:
		return m.merge(caller, r)
	}
	return false
}

func (m *model) merge(caller string, r member.MergeRequest) bool {
	from, into, inv := m.people[r.From], m.people[r.Into], m.invites[r.Invitation]
	if from == nil || into == nil || inv == nil || from.home != caller || from.into != "" || into.into != "" ||
		from.erased || into.erased {
		return false
	}
	if inv.used || inv.only != caller || inv.member != r.Into || !slices.Equal(inv.secret, r.Code) ||
		len(from.frozen)+len(into.frozen) > 0 {
		return false
	}
	inv.used, from.into = true, r.Into
	for programme := range m.plans {
		was, is := entry{"active", programme, r.From}, entry{"active", programme, r.Into}
		m.n[is] = max(m.n[is], m.n[was])
		for k, n := range maps.Clone(m.n) {
			if k[1] == programme && k[2] == r.From && k[4] == m.today.String() {
				m.n[entry{k[0], programme, r.Into, k[3], k[4]}] += n
			}
		}
	}
	return true
}

// sorted lists the numbers of rows in an order that doesn't change.
func sorted[K interface {
	comparable
	String() string
}, V any](rows map[K]V) []K {
	return slices.SortedFunc(maps.Keys(rows), func(a, b K) int {
		return cmp.Or(cmp.Compare(len(a.String()), len(b.String())), strings.Compare(a.String(), b.String()))
	})
}

package contract

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
)

// pen draws commands about what exists, mostly.
type pen struct {
	dice
	m      *model
	caller string
	lots   []number.Row
	holds  []number.Command
	trades []number.Command
}

func newPen(d dice, m *model, caller string) pen {
	return pen{d, m, caller, sorted(m.boxes), sorted(m.holds), sorted(m.trades)}
}

// dice throws 0 … n−1.
type dice func(n int) int

// thrown are dice of a property's draw. Rapid favours small values, which suits
// shrinking and not the drawing of commands that fit each other: so it draws a
// seed a command, and the seed decides.
func thrown(t *rapid.T, salt int) dice {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), uint64(salt)))
	return rng.IntN
}

// pick takes one of a list.
func pick[T any](d dice, list []T) T { return list[d(len(list))] }

func (d dice) one(of ...string) string { return pick(d, of) }

// n is 1 … most.
func (d dice) n(most int) amount.Units { return amount.Units(1 + d(most)) }

// odd is true once in so many throws.
func (d dice) odd(in int) bool { return d(in) == 0 }

// secret is a one-time code.
func (d dice) secret() code.Code {
	secret := make(code.Code, code.Size)
	for i := range secret {
		secret[i] = byte(d(256))
	}
	return secret
}

func (p pen) member() string { return p.one("li", "wang", "sun", "zhang", "li", "wang") }

// own is the programme that the caller issues.
func (p pen) own() string {
	if p.caller == "F" {
		return "GP"
	}
	return p.caller + "P"
}

// Which commands are drawn, with weights, in the two properties.
var (
	redeeming = strings.Fields("issue issue issue award activate cancel hold hold hold hold hold capture capture capture refund refund refund release timeout transfer revoke adjust expire expire freeze unfreeze appeal dismiss erase merge merge tear")
	moving    = strings.Fields("issue issue issue issue activate hold capture release transfer transfer transfer offer offer offer take take take take endtrade convert convert convert convert revoke adjust expire expire freeze unfreeze merge")
)

func (p pen) draw(verb string) command.Request {
	switch verb {
	case "award":
		return points.AwardRequest{Programme: "DP", Rule: "tenth", Member: p.member(), Expires: p.m.today + 9,
			Lines: []points.Bought{{Fen: p.n(80)}, {Fen: p.n(10)}}}
	case "freeze":
		if !p.odd(3) {
			return member.UnfreezeRequest{Member: p.frozen(), Reason: "x"}
		}
		return member.FreezeRequest{Member: p.member(), Reason: "x"}
	case "unfreeze":
		return member.UnfreezeRequest{Member: p.frozen(), Reason: "x"}
	case "appeal":
		id := p.frozen()
		return member.AppealRequest{Member: id, Against: pick(p.dice, append(sortedIDs(p.m.people[id].frozen), "G")),
			Evidence: make([]byte, 32)}
	case "dismiss":
		return member.DismissRequest{Member: p.frozen(), Reason: "x"}
	case "erase":
		if p.odd(8) {
			return member.EraseRequest{Member: p.member(), Reason: "x"}
		}
	case "merge":
		if len(p.m.invites) > 0 {
			n := pick(p.dice, sorted(p.m.invites))
			req := member.MergeRequest{From: p.one("zhang", "li", "wang"), Into: p.m.invites[n].member, Invitation: n,
				Code: p.m.invites[n].secret}
			if req.From == req.Into {
				req.From = "sun"
			}
			return req
		}
	case "tear":
		if list := p.m.allowances.numbers(); len(list) > 0 {
			return member.RevokeAuthorisationRequest{Authorisation: pick(p.dice, list), Reason: "x"}
		}
	}
	if len(p.lots) > 0 {
		if req := p.drawSpend(verb); req != nil {
			return req
		}
		if req := p.drawAbout(verb); req != nil {
			return req
		}
	}
	return p.issue()
}

// frozen draws a member, mostly one whose wallet is frozen.
func (p pen) frozen() string {
	for _, id := range []string{"li", "wang", "sun", "zhang"} {
		if len(p.m.people[id].frozen) > 0 && !p.odd(3) {
			return id
		}
	}
	return p.member()
}

func (p pen) issue() command.Request {
	req := points.IssueRequest{Programme: p.own()}
	if p.odd(12) {
		req.Programme = p.one("GP", "DP", "MP")
	}
	for range p.n(3) {
		g := points.Grant{Member: p.member(), Amount: p.n(20), Activator: p.one("", "", "", "D")}
		if req.Programme != "MP" {
			g.Expires = p.m.today + pick(p.dice, []date.Date{1, 2, 9, 9, 40, 40, 40})
		}
		if req.Programme == "GP" && p.odd(12) || p.odd(60) {
			g.Member = "ghost"
		}
		if p.odd(5) {
			g.Home = p.one("G", "D", "M")
		}
		if p.odd(3) {
			g.Split = p.split(req.Programme)
		}
		req.Grants = append(req.Grants, g)
	}
	return req
}

// split draws two or three funders, the issuer among them, with pledges that mostly suit.
func (p pen) split(programme string) []points.Share {
	split := []points.Share{{Funder: p.m.plans[programme].issuer, Parts: p.n(5)}}
	for _, n := range sorted(p.m.pledges) {
		if pledge := p.m.pledges[n]; (pledge.Programme == programme || p.odd(8)) && len(split) < 3 &&
			!slices.ContainsFunc(split, func(s points.Share) bool { return s.Funder == pledge.Funder }) {
			split = append(split, points.Share{Funder: pledge.Funder, Parts: p.n(5), Pledge: n})
		}
	}
	return split
}

// wallet draws so many points of one owner's boxes of a programme, as they must be
// spent, and now and then not so.
func (p pen) wallet(programme string, want int) (string, []spend.Take) {
	owner := p.m.root(p.member())
	suits := p.spendable(owner, programme)
	for tries := 0; tries < 8 && (len(suits) == 0 || !p.may(owner)); tries++ {
		owner = p.m.root(p.member())
		suits = p.spendable(owner, programme)
	}
	slices.SortStableFunc(suits, func(a, b number.Row) int {
		return cmp.Compare(p.m.boxes[a].expires, p.m.boxes[b].expires)
	})
	var pieces []spend.Take
	for _, n := range suits {
		if want > 0 {
			take := min(want, p.m.coins(n))
			pieces = append(pieces, spend.Take{Lot: n, Amount: amount.Units(take)})
			want -= take
		}
	}
	if len(pieces) == 0 && p.odd(8) {
		return owner, []spend.Take{{Lot: pick(p.dice, p.lots), Amount: 1}}
	}
	if len(pieces) == 0 {
		return owner, nil
	}
	switch p.dice(16) {
	case 0:
		pieces[0].Amount++
	case 1:
		slices.Reverse(pieces)
	case 2:
		if pieces[0].Amount > 1 {
			pieces[0].Amount--
		}
	}
	return owner, pieces
}

// may says whether the caller is a member's home or has an allowance of the member's.
func (p pen) may(owner string) bool {
	for _, x := range p.m.allowances {
		if x.acceptor == p.caller && p.m.root(x.member) == owner && !x.revoked && p.m.now < x.until {
			return true
		}
	}
	return p.m.people[owner].home == p.caller
}

func (p pen) spendable(owner, programme string) (suits []number.Row) {
	for _, n := range p.lots {
		if b := p.m.boxes[n]; p.m.root(b.member) == owner && b.programme == programme && b.state == "active" &&
			p.m.coins(n) > 0 && p.m.last(b) >= p.m.today {
			suits = append(suits, n)
		}
	}
	return suits
}

// alias draws a name of the owner's: a merged one leads to it as well.
func (p pen) alias(owner string) string {
	for _, id := range []string{"zhang", "li", "wang"} {
		if p.m.root(id) == owner && p.odd(2) {
			return id
		}
	}
	return owner
}

func (p pen) proof(owner string) (number.Command, []byte) {
	if p.m.people[owner].home == p.caller && !p.odd(4) {
		return number.Command{}, nil // else it names what it doesn't need, and that isn't used
	}
	id := owner
	for _, x := range p.m.allowances {
		if x.acceptor == p.caller && p.m.root(x.member) == owner {
			id = p.alias(owner)
			break
		}
	}
	return p.m.allowances.drawProof(p.dice, id, p.caller)
}

func (p pen) drawSpend(verb string) command.Request {
	programme := p.one("GP", "DP", "MP")
	if froms := map[string][]string{"GP": {"DP", "MP"}, "DP": {"GP"}, "MP": {"GP"}}; verb == "convert" && !p.odd(8) {
		programme = p.one(froms[p.own()]...)
	}
	owner, pieces := "", []spend.Take(nil)
	if slices.Contains([]string{"hold", "transfer", "offer", "convert"}, verb) {
		if owner, pieces = p.wallet(programme, 1+p.dice(25)); len(pieces) == 0 {
			return nil
		}
	}
	switch verb {
	case "hold":
		if p.odd(3) {
			for _, other := range []string{"DP", "GP"} {
				if of, more := p.wallet(other, 9); other != programme && of == owner && len(more) > 0 &&
					more[0].Lot != pieces[0].Lot {
					pieces = append(pieces, more...)
					break
				}
			}
		}
		req := points.HoldRequest{Member: p.alias(owner), Pieces: unique(pieces),
			Deadline: p.m.now + pick(p.dice, []int64{0, 20, 60, 60, 60, 300, 300, 3600, 3600, 86400, 86400,
				31 * 86400}), Scene: p.one("", "", "retail", "ride")}
		req.Authorisation, req.Code = p.proof(owner)
		return req
	case "transfer":
		req := points.TransferRequest{From: p.alias(owner),
			To: p.one("li", "wang", "sun", "chen", "ghost"), Pieces: pieces}
		if req.To == req.From {
			req.To = "chen"
		}
		req.Authorisation, req.Code = p.proof(owner)
		return req
	case "offer":
		req := points.OfferRequest{Member: p.alias(owner), Pieces: pieces,
			Wants: map[string]string{"GP": p.one("DP", "MP"), "DP": "GP", "MP": p.one("DP", "GP", "MP")}[programme],
			Price: p.n(6), For: p.one("", "", "wang", "li"),
			Until: p.m.now + pick(p.dice, []int64{20, 3600, 3600, 5 * 86400})}
		req.Authorisation, req.Code = p.proof(owner)
		return req
	case "convert":
		req := points.ConvertRequest{Member: p.alias(owner), To: p.own(), Pieces: pieces}
		req.Authorisation, req.Code = p.proof(owner)
		return req
	case "take":
		return p.take()
	}
	return nil
}

func unique(pieces []spend.Take) []spend.Take {
	var list []spend.Take
	for _, p := range pieces {
		if !slices.ContainsFunc(list, func(q spend.Take) bool { return q.Lot == p.Lot }) {
			list = append(list, p)
		}
	}
	return list
}

func (p pen) take() command.Request {
	live := slices.DeleteFunc(slices.Clone(p.trades), func(n number.Command) bool {
		return !p.m.trades[n].live && !p.odd(8)
	})
	if len(live) == 0 {
		return nil
	}
	n := pick(p.dice, live)
	owner, pieces := p.wallet(p.m.trades[n].wants, p.m.trades[n].price)
	for tries := 0; tries < 4 && owner == p.m.root(p.m.trades[n].maker); tries++ {
		owner, pieces = p.wallet(p.m.trades[n].wants, p.m.trades[n].price)
	}
	if len(pieces) == 0 {
		return nil
	}
	req := points.TakeRequest{Trade: n, Member: p.alias(owner), Pieces: pieces}
	req.Authorisation, req.Code = p.proof(owner)
	return req
}

func (p pen) drawAbout(verb string) command.Request {
	switch verb {
	case "activate":
		return points.ActivateRequest{Lot: p.find(func(b *box) bool { return b.state == "pending" }),
			Evidence: make([]byte, 32)}
	case "cancel":
		return points.CancelRequest{Lot: p.find(func(b *box) bool { return b.state == "pending" }), Reason: "x"}
	case "expire":
		req := points.ExpireRequest{}
		for range 2 {
			n := p.find(func(b *box) bool {
				return b.state == "active" && p.m.last(b) < p.m.today && p.m.plans[b.programme].issuer == p.caller
			})
			if !slices.Contains(req.Lots, n) {
				req.Lots = append(req.Lots, n)
			}
		}
		return req
	case "revoke":
		n := p.find(func(b *box) bool { return p.m.plans[b.programme].issuer == p.caller })
		return points.RevokeRequest{Pieces: []spend.Take{{Lot: n,
			Amount: amount.Units(max(1, p.m.coins(n)-p.dice(5)+1))}}, Reason: "x"}
	case "adjust":
		return points.AdjustRequest{Lot: p.find(func(b *box) bool { return p.m.plans[b.programme].issuer == p.caller }),
			Amount: p.n(9), Reason: "x"}
	case "endtrade":
		if len(p.trades) > 0 {
			return points.EndTradeRequest{Trade: pick(p.dice, p.trades)}
		}
	}
	if len(p.holds) == 0 || !slices.Contains([]string{"capture", "refund", "release", "timeout"}, verb) {
		return nil
	}
	n, ok := p.holdFor(verb)
	if !ok {
		return p.drawSpend("hold") // nil where nobody can pay
	}
	h := p.m.holds[n]
	switch verb {
	case "capture":
		return points.CaptureRequest{Hold: n, Amount: p.n(12)}
	case "release":
		return points.ReleaseRequest{Hold: n, Reason: "x"}
	case "timeout":
		return points.TimeOutRequest{Hold: n}
	}
	req := points.RefundRequest{Hold: n, Capture: number.Command{Party: "G", Lane: 1, Seq: 1},
		Amount: p.n(6), Reason: "x"}
	if len(h.captures) > 0 {
		req.Capture = pick(p.dice, h.captures).number
	}
	return req
}

// find draws a lot, mostly one that suits.
func (p pen) find(suits func(*box) bool) number.Row {
	var list []number.Row
	for _, n := range p.lots {
		if suits(p.m.boxes[n]) {
			list = append(list, n)
		}
	}
	if len(list) == 0 || p.odd(10) {
		list = p.lots
	}
	return pick(p.dice, list)
}

// holdFor draws a hold, mostly one that the verb suits; false for none.
func (p pen) holdFor(verb string) (_ number.Command, ok bool) {
	var list []number.Command
	for _, n := range p.holds {
		h := p.m.holds[n]
		due := h.live && p.m.now >= h.deadline
		ok := map[string]bool{"capture": h.live && !due && h.acceptor == p.caller, "refund": len(h.captures) > 0 &&
			h.acceptor == p.caller, "release": h.live && h.acceptor == p.caller, "timeout": due}
		if ok[verb] {
			list = append(list, n)
		}
	}
	if len(list) == 0 || p.odd(12) {
		list = p.holds
		if !p.odd(6) {
			return number.Command{}, false
		}
	}
	return pick(p.dice, list), true
}

func sortedIDs[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }

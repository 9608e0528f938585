package contract

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
)

// newModel opens programmes of three issuers with different rules, agrees rates,
// pledges, and sets caps for D; the model is told of all that.
func newModel(t fataler, w *world) *model {
	m := &model{today: day(firstDay), cycle: "2026-11", plans: map[string]plan{},
		rates: map[[2]string]points.Conversion{}, people: map[string]*human{}, invites: map[number.Command]*invite{},
		allowances: allowances{}, pledges: map[number.Command]points.Pledge{}, boxes: map[number.Row]*box{},
		holds: map[number.Command]*reserve{}, trades: map[number.Command]*swap{}, n: map[entry]int{}}
	for id, home := range homes {
		m.people[id] = &human{home: home, frozen: map[string]string{}, lifted: map[string]date.Date{}}
	}
	for _, p := range []struct {
		id, issuer string
		num, den   int
		rules      points.Rules
	}{
		{"GP", "G", 1, 1, points.Rules{SpendPerDay: 18, Grace: 5,
			Transfer: points.TransferRules{Allowed: true, PerDay: 16, PerCounterparty: 10, Wait: 2}}},
		{"DP", "D", 1, 2, points.Rules{EarnPerDay: 60, Transfer: points.TransferRules{Allowed: true}}},
		{"MP", "M", 2, 3, points.Rules{Expiry: points.Expiry{Kind: points.Sliding, N: 3},
			Transfer: points.TransferRules{Allowed: true}}},
	} {
		m.plans[p.id] = plan{p.issuer, p.num, p.den, p.rules}
		w.must(t, p.issuer, points.OpenProgrammeRequest{Programme: p.id, En: p.id, Zh: p.id,
			Price: amount.Rate{Num: amount.Units(p.num), Den: amount.Units(p.den)}, Rules: p.rules})
	}
	w.must(t, "D", points.SetRuleRequest{Rule: points.Rule{ID: "tenth", Programme: "DP",
		Rate: amount.Rate{Num: 1, Den: 10}, Rounding: amount.HalfEven, Bonus: 1, PerAward: 9,
		From: m.today, Until: m.today + 90}})
	for _, r := range []points.PublishRateRequest{
		{From: "DP", To: "GP", Rate: amount.Rate{Num: 4, Den: 6}, Whole: points.Floor, PerDay: 15,
			Since: m.today, Until: m.today + 20},
		{From: "MP", To: "GP", Rate: amount.Rate{Num: 3, Den: 4}, Since: m.today, Until: m.today + 90},
		{From: "GP", To: "DP", Rate: amount.Rate{Num: 2, Den: 1}, Since: m.today, Until: m.today + 90},
		{From: "GP", To: "MP", Rate: amount.Rate{Num: 3, Den: 2}, Whole: points.Floor,
			Since: m.today, Until: m.today + 90},
	} {
		w.must(t, m.plans[r.To].issuer, r)
		w.agreeRate(t, m.plans[r.From].issuer, r.From, r.To)
		m.rates[[2]string{r.From, r.To}] = points.Conversion{Rate: r.Rate.Lowest(), Whole: r.Whole,
			PerDay: r.PerDay, Until: r.Until}
	}
	for _, p := range []points.Pledge{{Funder: "F", Programme: "DP", Amount: 50, Until: m.today + 10},
		{Funder: "D", Programme: "GP", Amount: 40, Until: m.today + 40},
		{Funder: "G", Programme: "DP", Amount: 9, Until: m.today + 40}} {
		m.pledges[w.must(t, p.Funder, points.PledgeRequest{Programme: p.Programme,
			Amount: p.Amount, Until: p.Until})] = p
	}
	return m
}

// capDealer caps what D may owe others, or its members. Each cap is below 16 fen, so that
// no lane takes more of it than it needs: what it took ahead, it could use after a refund elsewhere.
func (m *model) capDealer(t fataler, w *world, debit, liability int) {
	w.must(t, "G", party.AmendRequest{Party: "D", Roles: party.Issuer | party.Acceptor | party.Supplier,
		Debit: amount.Units(debit), Liability: amount.Units(liability)})
	m.n[entry{"capped", "D"}] = debit
	m.n[entry{"liable", "D"}], m.n[entry{"liability", "D"}] = liability, liability
}

// TestAgainstModel sends random commands in random batches, lets time and days
// pass, and compares every outcome and every row with the model; the books
// balance after every batch.
func TestAgainstModel(t *testing.T) {
	t.Run("redeeming", func(t *testing.T) { againstModel(t, redeeming) })
	t.Run("moving", func(t *testing.T) { againstModel(t, moving) })
}

func againstModel(t *testing.T, verbs []string) {
	tally := map[string][2]int{}
	rapid.Check(t, func(t *rapid.T) {
		w := founded(t, 7)
		m := newModel(t, w)
		if rapid.Bool().Draw(t, "caps") {
			m.capDealer(t, w, 15, rapid.SampledFrom([]int{0, 15}).Draw(t, "liability"))
		}
		m.bargains(t, w)
		for range rapid.SampledFrom([]int{16, 8, 12, 4}).Draw(t, "batches") {
			w.net.Advance(time.Duration(rapid.IntRange(0, 20).Draw(t, "seconds")) * time.Second)
			if rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "days pass") == 1 {
				m.pass(t, w, date.Date(rapid.SampledFrom([]int{1, 1, 2, 3, 8}).Draw(t, "days")))
			}
			m.passTime(t, w)
			m.now = w.net.Now().Unix()
			m.meet(t, w)
			m.step(t, w, verbs, tally)
		}
	})
	if *showTally {
		for _, k := range sortedIDs(tally) {
			t.Logf("%-60s %5d took effect, %5d did not", k, tally[k][0], tally[k][1])
		}
	}
}

var showTally = flag.Bool("tally", os.Getenv("TALLY") != "",
	"whether the models say how often each command took effect")

// passTime has parties agree how they settle, and cycles end.
func (m *model) passTime(t *rapid.T, w *world) (closed string) {
	if rapid.SampledFrom([]int{0, 0, 1}).Draw(t, "bargain") == 1 {
		m.bargain(t, w)
	}
	if rapid.SampledFrom([]int{0, 0, 0, 0, 1}).Draw(t, "cut-off") == 1 {
		return m.cutOff(t, w)
	}
	return ""
}

// meet lets a member authorise acceptors and make invitations.
func (m *model) meet(t *rapid.T, w *world) {
	d := thrown(t, int(w.net.Height()))
	id := d.one("li", "wang", "sun", "zhang")
	p := m.people[id]
	if p.into != "" || p.erased {
		return
	}
	if !d.odd(3) {
		req, secret := drawAuthorise(d, id, d.one("G", "D", "M"), []string{"DP", "GP", "MP"}, m.now)
		m.allowances.write(w.must(t, p.home, req), req, secret)
	}
	if d.odd(5) {
		secret := d.secret()
		only := d.one("G", "D", "M", "M")
		n := w.must(t, p.home, member.InviteRequest{Member: id, For: only, Commitment: code.Commit(secret),
			Until: m.now + 7*86400})
		m.invites[n] = &invite{member: id, only: only, secret: secret}
	}
}

func (m *model) step(t *rapid.T, w *world, verbs []string, tally map[string][2]int) {
	caller := thrown(t, int(w.net.Height())).one("G", "G", "D", "D", "M", "M", "G", "D", "M", "G", "D",
		"M", "G", "D", "M", "F")
	var requests []command.Request
	for i := range rapid.IntRange(1, 9).Draw(t, "commands") {
		p := newPen(thrown(t, i+10*int(w.net.Height())), m, caller)
		requests = append(requests, p.draw(pick(p.dice, verbs)))
	}
	seq := w.heads[caller] + 1
	_, refusals := w.run(t, caller, requests...)
	for i, req := range requests {
		n := number.Command{Party: caller, Lane: 1, Seq: seq, Index: uint16(i)}
		if want := m.try(caller, n, req); want != (refusals[i] == nil) {
			t.Fatalf("%s %s %s %+v: the model says %v, the ledger %v", caller, n, command.KindOf(req),
				req, want, refusals[i])
		}
		if fault.CodeOf(refusals[i]) == fault.Internal {
			t.Fatal(refusals[i])
		}
		k := command.KindOf(req).String()
		counts := tally[k]
		if refusals[i] == nil {
			counts[0]++
		} else {
			counts[1]++
			k := k + " " + string(fault.CodeOf(refusals[i]))
			tally[k] = [2]int{0, tally[k][1] + 1}
		}
		tally[k] = counts
	}
	m.compare(t, w)
}

// compare holds every row of the ledger against the model.
func (m *model) compare(t fataler, w *world) {
	if err := checkBooks(w.net); err != nil {
		t.Fatal(err)
	}
	m.compareLots(t, w)
	m.compareHolds(t, w)
	m.compareFreezes(t, w)
	m.owed.compare(t, w)
	compareAllowances(t, w.net, m.allowances)
	for programme, b := range booksOf(w.net).Points() {
		sum := func(what string) amount.Units { return amount.Units(m.n[entry{"sum", programme, what}]) }
		of := b.Totals
		if of.Issued != sum("issued") || of.Captured != sum("captured") || of.Refunded != sum("refunded") ||
			of.Transferred != sum("transferred") ||
			of.Converted != sum("converted") || of.Expired != sum("expired") || of.Revoked != sum("revoked") {
			t.Fatalf("%s: the lanes counted %+v, the model %v", programme, of, m.n)
		}
	}
}

func (m *model) compareLots(t fataler, w *world) {
	found := rowsOf(w.net, "G", "lot")
	if len(found) != len(m.boxes) {
		t.Fatalf("%d lots on the ledger, %d in the model", len(found), len(m.boxes))
	}
	for _, l := range found {
		n, _ := number.ParseRow(l.ID)
		lot, b := l.Row.(points.Lot), m.boxes[n]
		if b == nil {
			t.Fatalf("lot %s is %+v, and not in the model", l.ID, lot)
		}
		funder := lot.Funder
		if funder == "" {
			funder = m.plans[lot.Programme].issuer
		}
		if int(lot.Available()) != m.coins(n) || int(lot.Issued) != b.issued || lot.Member != b.member ||
			lot.Programme != b.programme || funder != b.funder ||
			strings.ToLower(lot.State.String()) != b.state || lot.Expires != b.expires || lot.Waits != b.waits {
			t.Fatalf("lot %s is %+v, in the model %d of %+v", l.ID, lot, m.coins(n), *b)
		}
	}
}

func (m *model) compareHolds(t fataler, w *world) {
	holds, trades := rowsOf(w.net, "G", "hold"), rowsOf(w.net, "G", "trade")
	if len(holds) != len(m.holds) || len(trades) != len(m.trades) {
		t.Fatalf("%d holds and %d trades on the ledger, %d and %d in the model", len(holds), len(trades),
			len(m.holds), len(m.trades))
	}
	for _, f := range holds {
		n, _ := number.ParseCommand(f.ID)
		hold, h, undid := f.Row.(points.Hold), m.holds[n], 0
		for _, g := range h.captures {
			undid += g.undid
		}
		if hold.State.Holds() != h.live || int(hold.Captured) != h.captured || int(hold.Refunded()) != undid ||
			int(hold.Sum()) != len(h.coins) || len(hold.Captures) != len(h.captures) {
			t.Fatalf("hold %s is %+v, in the model %+v", f.ID, hold, h)
		}
	}
	for _, f := range trades {
		n, _ := number.ParseCommand(f.ID)
		trade, s := f.Row.(points.Trade), m.trades[n]
		if (trade.State == points.Offered) != s.live || int(trade.Pieces.Sum()) != len(s.coins) ||
			int(trade.Price) != s.price {
			t.Fatalf("trade %s is %+v, in the model %+v", f.ID, trade, s)
		}
	}
}

func (m *model) compareFreezes(t fataler, w *world) {
	found := 0
	for id, p := range m.people {
		for _, freeze := range rowIn(w, row.Member(id)).Frozen() {
			found++
			answer, there := p.frozen[freeze.By]
			if state := freeze.Appeal.State.String(); !there || state != answer && !(state == "NONE" && answer == "") {
				t.Fatalf("%+v, in the model %q", freeze, answer)
			}
		}
	}
	for id, p := range m.people {
		found -= len(p.frozen)
		m, err := row.Decode[member.Member](w.net.Get("G", "tally", string(row.Member(id))))
		if err != nil || (m.State == member.Erased) != p.erased || m.Into != p.into {
			t.Fatalf("member %s is %+v, in the model %+v: %v", id, m, p, err)
		}
	}
	if found != 0 {
		t.Fatalf("%d freezes more on the ledger than in the model", found)
	}
}

package contract

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
)

// fair is a deliberately dumb second implementation of campaigns: each has one
// wallet for all and one a funder, and a list of what it gave; an award that may not
// be made puts everything back. It knows nothing of rows, lanes or leases.
type fair struct {
	today  date.Date
	drives map[string]*drive
	rights map[number.Row]*right
	cycle  string
	owed   lines
}

// drive is a campaign.
type drive struct {
	req    campaign.ProposeRequest
	by     string
	state  string
	agreed map[string]bool
	left   int            // fen of the budget
	wallet map[string]int // fen that a funder with a cap still bears
	done   []string       // purchases
	had    map[string]int // awards, by member
	points map[string]int // given, by funder
	fen    map[string]int // borne, by funder
	rights int
}

// right is an entitlement to two rides.
type right struct {
	of    *drive
	made  int
	until date.Date
}

// What the campaigns of each proposer give: points at so many fen, by a rule of a
// tenth point a fen, or rides of a price.
const ridePrice, rideUses = 7, 2

var wares = map[string]struct {
	programme string
	num, den  int
}{"G": {"GP", 1, 1}, "D": {"DP", 3, 2}, "M": {}}

func (d *drive) clone() *drive {
	c := *d
	c.wallet, c.had, c.points, c.fen, c.agreed = maps.Clone(d.wallet), maps.Clone(d.had), maps.Clone(d.points),
		maps.Clone(d.fen), maps.Clone(d.agreed)
	c.done = slices.Clone(d.done)
	return &c
}

// try says whether the command should take effect, and lets it.
func (f *fair) try(caller string, n number.Command, req command.Request) bool {
	switch r := req.(type) {
	case campaign.ProposeRequest:
		return f.propose(caller, r)
	case campaign.AgreeRequest:
		d := f.drives[r.Campaign]
		asked, is := d.agreed[caller]
		if !is || asked || d.state != "PROPOSED" || d.req.Terms.Until < f.today {
			return false
		}
		d.agree(caller, int(r.Cap))
		return true
	case campaign.LeaveRequest:
		d := f.drives[r.Campaign]
		_, is := d.agreed[caller]
		return is && d.stop()
	case campaign.EndRequest:
		d := f.drives[r.Campaign]
		return d.by == caller && d.stop()
	case campaign.AwardRequest:
		return f.award(caller, n, r)
	case benefit.WriteOffRequest:
		return f.use(caller, n, r.Entitlement)
	}
	panic("unknown request")
}

func (f *fair) propose(caller string, r campaign.ProposeRequest) bool {
	owner := map[string]string{"GP": "G", "DP": "D", "": "M"}[r.Terms.Gives.Programme]
	r.Funders = slices.Clone(r.Funders)
	if _, taken := f.drives[r.Campaign]; taken || owner != caller || r.Terms.Until < f.today {
		return false
	}
	slices.SortStableFunc(r.Funders, func(a, b campaign.Share) int { // who proposes bears the odd fen
		switch caller {
		case a.Party:
			return -1
		case b.Party:
			return 1
		}
		return 0
	})
	d := &drive{req: r, by: caller, state: "PROPOSED", agreed: map[string]bool{}, left: int(r.Terms.Budget),
		wallet: map[string]int{}, had: map[string]int{}, points: map[string]int{}, fen: map[string]int{}}
	for _, s := range r.Funders {
		d.agreed[s.Party] = false
	}
	if _, is := d.agreed[caller]; !is && r.Cap > 0 {
		return false
	} else if is {
		d.agree(caller, int(r.Cap))
	}
	f.drives[r.Campaign] = d
	return true
}

func (d *drive) agree(party string, most int) {
	if d.agreed[party] = true; most > 0 {
		d.wallet[party] = most
	}
	for _, ok := range d.agreed {
		if !ok {
			return
		}
	}
	d.state = "ACTIVE"
}

func (d *drive) stop() bool {
	switch d.state {
	case "PROPOSED":
		d.state = "WITHDRAWN"
	case "ACTIVE":
		d.state = "ENDED"
	default:
		return false
	}
	return true
}

func (f *fair) award(caller string, n number.Command, r campaign.AwardRequest) bool {
	before := map[string]*drive{}
	for _, id := range r.Campaigns {
		if f.drives[id] == nil || f.drives[id].by != caller {
			return false
		}
		before[id] = f.drives[id].clone()
	}
	made := map[number.Row]*right{}
	for i, id := range r.Campaigns {
		d := f.drives[id]
		ok := !d.req.Terms.Exclusive || len(r.Campaigns) == 1
		for _, later := range r.Campaigns[i+1:] {
			l := f.drives[later].req
			ok = ok && (d.req.Terms.Order < l.Terms.Order || d.req.Terms.Order == l.Terms.Order && id < later)
		}
		if !ok || !f.give(d, r, made, n.Row(i)) {
			for id, d := range before {
				*f.drives[id] = *d
			}
			return false
		}
	}
	maps.Copy(f.rights, made)
	return true
}

// give lets one campaign pay for a purchase.
func (f *fair) give(d *drive, r campaign.AwardRequest, made map[number.Row]*right, n number.Row) bool {
	t := d.req.Terms
	if d.state != "ACTIVE" || f.today < t.From || f.today > t.Until || slices.Contains(d.done, r.Reference) {
		return false
	}
	if len(t.Outlets) > 0 && !slices.Contains(t.Outlets, r.Outlet) {
		return false
	}
	counts, tenths := 0, 0
	for _, l := range r.Lines {
		if len(t.Goods) > 0 && !slices.Contains(t.Goods, l.Label) && !slices.Contains(t.Goods, l.Good) {
			continue
		}
		if counts++; l.Label == "tyre" {
			tenths += int(l.Fen)
		}
		tenths += int(l.Fen)
	}
	d.done = append(d.done, r.Reference)
	d.had[r.Member]++
	if counts == 0 || t.PerMember > 0 && d.had[r.Member] > int(t.PerMember) {
		return false
	}
	if t.Gives.Benefit != "" {
		d.rights++
		made[n] = &right{of: d, until: f.today + 10}
		for i, fen := range deal(ridePrice, d.req.Funders) {
			if !d.bear(d.req.Funders[i].Party, 0, rideUses*fen) {
				return false
			}
		}
		return d.left >= 0
	}
	units := int(t.Gives.Bonus)
	if t.Gives.Rule != "" {
		units += nearest(tenths, int(t.Gives.Times.Num), 10*int(t.Gives.Times.Den))
	}
	if most := int(t.Gives.PerAward); most > 0 {
		units = min(units, most)
	}
	for i, share := range deal(units, d.req.Funders) {
		if !d.bear(d.req.Funders[i].Party, share, atLeast(share*wares[d.by].num, wares[d.by].den)) {
			return false
		}
	}
	return units > 0 && d.left >= 0
}

// deal deals out by largest remainder, as the model of points does.
func deal(coins int, shares []campaign.Share) []int {
	split := make([]points.Share, len(shares))
	for i, s := range shares {
		split[i].Parts = s.Parts
	}
	return divide(coins, split)
}

func (d *drive) bear(party string, units, fen int) bool {
	d.left -= fen
	d.points[party] += units
	d.fen[party] += fen
	if _, capped := d.wallet[party]; !capped {
		return true
	}
	d.wallet[party] -= fen
	return d.wallet[party] >= 0
}

func (f *fair) use(caller string, n number.Command, of number.Row) bool {
	x := f.rights[of]
	if caller != "M" || x == nil || x.made == rideUses || f.today > x.until {
		return false
	}
	x.made++
	for i, fen := range deal(ridePrice, x.of.req.Funders) {
		f.owed.owe(line{cycle: f.cycle, by: n, kind: settlement.Service, scene: "travel",
			debtor: x.of.req.Funders[i].Party, creditor: "M", fen: fen})
	}
	return true
}

// drawProposal draws a campaign. Budgets and caps are small enough that no lane takes more of them than it needs (it
// may take a sixteenth of what is left beyond that), or too large to be felt.
func (f *fair) drawProposal(d dice, caller string) campaign.ProposeRequest {
	of := caller
	if d.odd(9) {
		of = d.one("G", "D", "M")
	}
	req := campaign.ProposeRequest{Campaign: "c" + fmt.Sprint(d(7)),
		Terms: campaign.Terms{En: "C", Zh: "活动", Budget: pick(d, []amount.Units{9, 12, 16, 16, 1 << 40})}}
	t := &req.Terms
	t.From = f.today + pick(d, []date.Date{-3, 0, 0, 0, 1})
	t.Until = max(t.From, f.today+pick(d, []date.Date{-1, 0, 2, 9, 9}))
	t.Order, t.Exclusive, t.PerMember = uint16(d(3)), d.odd(7), pick(d, []uint16{0, 0, 1, 2})
	t.Goods, t.Outlets = pick(d, [][]string{nil, nil, {"tyre"}, {"S1/oil", "wiper"}}),
		pick(d, [][]string{nil, nil, {"D:a"}})
	if of == "M" {
		t.Gives = campaign.Gives{Benefit: "ride"}
	} else if t.Gives = (campaign.Gives{Programme: wares[of].programme, Expires: f.today + 90,
		Bonus: amount.Units(d(4)), PerAward: pick(d, []amount.Units{0, 0, 5})}); d.odd(2) || t.Gives.Bonus == 0 {
		t.Gives.Rule, t.Gives.Times = "tenth", amount.Rate{Num: d.n(4), Den: d.n(4)}
	}
	for _, p := range []string{"D", "F", "G", "M"} {
		if d.odd(2) {
			req.Funders = append(req.Funders, campaign.Share{Party: p, Parts: d.n(5)})
		}
	}
	if len(req.Funders) == 0 {
		req.Funders = []campaign.Share{{Party: caller, Parts: 1}}
	}
	if slices.ContainsFunc(req.Funders, func(s campaign.Share) bool { return s.Party == caller }) || d.odd(9) {
		req.Cap = pick(d, []amount.Units{0, 0, 6, 15, 16})
	}
	return req
}

// one is a campaign, mostly one that suits.
func (f *fair) one(d dice, suits func(*drive) bool) string {
	ids := sortedIDs(f.drives)
	for range 30 {
		if id := pick(d, ids); d.odd(30) || suits(f.drives[id]) {
			return id
		}
	}
	return pick(d, ids)
}

func (f *fair) draw(d dice, caller string) command.Request {
	verb := pick(d, strings.Fields("propose agree agree agree leave end award award award award award award award award award award award use use use use"))
	switch {
	case verb == "propose" || len(f.drives) == 0:
		return f.drawProposal(d, caller)
	case verb == "agree":
		return campaign.AgreeRequest{Campaign: f.one(d, func(x *drive) bool {
			ok, is := x.agreed[caller]
			return is &&
				!ok
		}), Cap: pick(d, []amount.Units{0, 0, 6, 15, 16})}
	case verb == "leave" && d.odd(3):
		return campaign.LeaveRequest{Campaign: f.one(d, func(*drive) bool { return true }), Reason: "x"}
	case verb == "end" && d.odd(3):
		return campaign.EndRequest{Campaign: f.one(d, func(*drive) bool { return true }), Reason: "x"}
	case verb == "use" && len(f.rights) > 0:
		return benefit.WriteOffRequest{Entitlement: pick(d, sorted(f.rights))}
	}
	req := campaign.AwardRequest{Member: d.one("li", "wang", "sun"), Outlet: d.one("", "D:a", "D:a", "D:b"),
		Reference: fmt.Sprintf("r-%d", d(40))}
	for range pick(d, []int{1, 1, 1, 2, 2, 3}) {
		id := f.one(d, func(x *drive) bool { return x.by == caller && x.state == "ACTIVE" })
		if !slices.Contains(req.Campaigns, id) {
			req.Campaigns = append(req.Campaigns, id)
		}
	}
	if !d.odd(6) { // in their stacking order
		slices.SortFunc(req.Campaigns, func(a, b string) int {
			x, y := f.drives[a].req, f.drives[b].req
			if x.Terms.Order != y.Terms.Order {
				return int(x.Terms.Order) - int(y.Terms.Order)
			}
			return strings.Compare(a, b)
		})
	}
	for range 1 + d(3) {
		req.Lines = append(req.Lines, campaign.Line{Good: d.one("", "S1/oil", "S2/oil"),
			Label: d.one("", "tyre", "wiper"), Fen: d.n(60)})
	}
	return req
}

// TestCampaignsAgainstModel sends random commands in several lanes of four parties,
// lets days pass, and compares every outcome and every row with the fair.
func TestCampaignsAgainstModel(t *testing.T) {
	counts := map[string][2]int{}
	rapid.Check(t, func(t *rapid.T) {
		w := founded(t, 7)
		f := newFair(t, w)
		f.open(t, w)
		lanes := map[string]uint64{}
		for range rapid.SampledFrom([]int{16, 10, 4}).Draw(t, "batches") {
			d := thrown(t, int(w.net.Height()))
			if d.odd(6) {
				f.today += date.Date(d.n(3))
				w.advanceTo(t, f.today)
			}
			if d.odd(6) {
				f.cycle = nextCycle(t, w, f.cycle)
			}
			caller := d.one("G", "D", "M", "G", "D", "M", "G", "D", "M", "F")
			var batch command.Batch
			var requests []command.Request
			for range d.n(8) {
				req := f.draw(d, caller)
				requests, batch.Commands = append(requests, req), append(batch.Commands, command.New("", req))
			}
			batch.Lane = uint8(2 + d(3))
			lane := fmt.Sprint(caller, batch.Lane)
			lanes[lane]++
			batch.Seq = lanes[lane]
			f.step(t, w, caller, batch, requests, counts)
		}
	})
	if *showTally {
		for _, k := range sortedIDs(counts) {
			t.Logf("%-60s %5d took effect, %5d did not", k, counts[k][0], counts[k][1])
		}
	}
}

func newFair(t fataler, w *world) *fair {
	f := &fair{today: day(firstDay), drives: map[string]*drive{}, rights: map[number.Row]*right{}, cycle: "2026-11"}
	for _, p := range []string{"G", "D"} {
		of := wares[p]
		w.must(t, p, points.OpenProgrammeRequest{Programme: of.programme, En: "P", Zh: "P",
			Price: amount.Rate{Num: amount.Units(of.num), Den: amount.Units(of.den)}},
			points.SetRuleRequest{Rule: points.Rule{ID: "tenth", Programme: of.programme,
				Rate: amount.Rate{Num: 1, Den: 10}, Rounding: amount.HalfEven,
				Labels: []points.Multiplier{{For: "tyre", Times: amount.Rate{Num: 2, Den: 1}}},
				Bonus:  99, PerAward: 1, From: f.today, Until: f.today + 300}})
	}
	w.must(t, "M", plainBenefit("ride", func(r *benefit.DefineRequest) { r.Price, r.Uses = ridePrice, rideUses }))
	return f
}

// open begins a few campaigns that everybody has agreed to.
func (f *fair) open(t *rapid.T, w *world) {
	for i, by := range []string{"G", "G", "D", "M", "M"} {
		d := thrown(t, i)
		req := f.drawProposal(d, by)
		for req.Terms.Until < f.today+2 || req.Terms.From > f.today ||
			req.Terms.Gives.Programme != wares[by].programme || req.Terms.Exclusive && !d.odd(3) {
			req = f.drawProposal(d, by)
		}
		if req.Campaign = fmt.Sprintf("a%d", i); !slices.ContainsFunc(req.Funders, func(s campaign.Share) bool {
			return s.Party == by
		}) {
			req.Cap = 0
		}
		w.must(t, by, req)
		f.propose(by, req)
		for _, s := range req.Funders {
			if s.Party != by {
				agree := campaign.AgreeRequest{Campaign: req.Campaign, Cap: pick(d, []amount.Units{0, 0, 15, 16})}
				w.must(t, s.Party, agree)
				f.try(s.Party, number.Command{}, agree)
			}
		}
	}
}

func (f *fair) step(t *rapid.T, w *world, caller string, batch command.Batch, requests []command.Request,
	counts map[string][2]int) {
	first := w.heads[caller]
	_, refusals, err := w.send(t, caller, batch)
	if w.heads[caller] = first; err != nil { // that of lane 1
		t.Fatal(err)
	}
	for i, req := range requests {
		n := number.Command{Party: caller, Lane: batch.Lane, Seq: batch.Seq, Index: uint16(i)}
		if want := f.known(req) && f.try(caller, n, req); want != (refusals[i] == nil) {
			t.Fatalf("%s %s %s %+v: the fair says %v, the ledger %v", caller, n, command.KindOf(req),
				req, want, refusals[i])
		}
		k := command.KindOf(req).String()
		if refusals[i] == nil {
			counts[k] = [2]int{counts[k][0] + 1, counts[k][1]}
			continue
		}
		code := fault.CodeOf(refusals[i])
		if code == fault.Internal {
			t.Fatal(refusals[i])
		}
		counts[k+" "+string(code)] = [2]int{0, counts[k+" "+string(code)][1] + 1}
	}
	f.compare(t, w)
}

// known says whether the campaign that a request names was proposed: one that is
// drawn in a batch may have been refused in it.
func (f *fair) known(req command.Request) bool {
	id := ""
	switch r := req.(type) {
	case campaign.AgreeRequest:
		id = r.Campaign
	case campaign.LeaveRequest:
		id = r.Campaign
	case campaign.EndRequest:
		id = r.Campaign
	}
	return id == "" || f.drives[id] != nil
}

func (f *fair) compare(t *rapid.T, w *world) {
	if err := checkBooks(w.net); err != nil {
		t.Fatal(err)
	}
	found := rowsOf(w.net, "G", "campaign")
	if len(found) != len(f.drives) {
		t.Fatalf("%d campaigns, at the fair %d", len(found), len(f.drives))
	}
	for _, r := range found {
		if d := f.drives[r.ID]; r.Row.(campaign.Campaign).State.String() != d.state {
			t.Fatalf("campaign %s is %+v, at the fair %s", r.ID, r.Row, d.state)
		}
	}
	f.compareAwards(t, w)
	f.owed.compare(t, w)
}

// compareAwards holds what each campaign gave, and what that cost whom, against the
// fair.
func (f *fair) compareAwards(t *rapid.T, w *world) {
	given := map[string]*drive{}
	for id := range f.drives {
		given[id] = &drive{had: map[string]int{}, points: map[string]int{}, fen: map[string]int{}}
	}
	for _, r := range rowsOf(w.net, "G", "award") {
		a := r.Row.(campaign.Award)
		g := given[a.Campaign]
		g.done = append(g.done, a.Reference)
		if g.had[a.Member]++; !a.Entitlement.IsZero() {
			g.rights++
		}
		for _, b := range a.Funders {
			g.points[b.Party] += int(b.Points)
			g.fen[b.Party] += int(b.Fen)
		}
	}
	same := func(a, b map[string]int) bool {
		for _, k := range slices.Concat(sortedIDs(a), sortedIDs(b)) {
			if a[k] != b[k] {
				return false
			}
		}
		return true
	}
	for id, d := range f.drives {
		g := given[id]
		slices.Sort(g.done)
		want := slices.Sorted(slices.Values(d.done))
		if !slices.Equal(g.done, want) || !same(g.had, d.had) || !same(g.points, d.points) ||
			!same(g.fen, d.fen) || g.rights != d.rights {
			t.Fatalf("campaign %s gave %+v, at the fair %+v", id, g, d)
		}
	}
}

package importer

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
)

// offering is a ledger that keeps what parties offer, by the chaincode's own functions, and
// refuses an id that is taken.
type offering struct {
	*shop
}

func newOffering() *offering {
	return &offering{shop: &shop{suppliers: map[string]goods.Supplier{}, benefits: map[string]benefit.Model{},
		campaigns: map[string]campaign.Campaign{}}}
}

func (o *offering) refuse(_ uint64, req command.Request) (err error) {
	switch r := req.(type) {
	case benefit.DefineRequest:
		if _, taken := o.benefits[r.Benefit]; taken {
			return fault.New(fault.Conflict, "benefit %s is taken", r.Benefit)
		}
		o.benefits[r.Benefit], err = benefit.Define(r, benefit.At{Caller: "D", Date: someDay})
	case campaign.ProposeRequest:
		if _, taken := o.campaigns[r.Campaign]; taken {
			return fault.New(fault.Conflict, "campaign %s is taken", r.Campaign)
		}
		o.campaigns[r.Campaign], err = campaign.Propose(r, nil, campaign.At{Caller: "D"})
	case goods.ApplyRequest:
		var before *goods.Supplier
		if there, taken := o.suppliers[r.Supplier]; taken {
			before = &there
		}
		next, err := goods.Apply(before, r, goods.At{Caller: "D"})
		if err != nil {
			return err
		}
		o.suppliers[r.Supplier] = next
	case goods.ApproveRequest:
		there, found := o.suppliers[r.Supplier]
		if !found {
			return fault.New(fault.NotFound, "there is no supplier %s", r.Supplier)
		}
		o.suppliers[r.Supplier], err = there.Approve(r, goods.At{Caller: "G"})
	}
	return err
}

// daily are mappings of feeds that have today what they had yesterday.
var daily = map[string]string{
	"benefits": `
columns: {benefit: id, en: en, zh: zh, price: price}
model: {scene: campaign, days: 30, quota: 5, grantors: [F]}
`,
	"campaigns": `
columns: {campaign: id, en: en, zh: zh, from: from, until: to}
campaign: {programme: DP, bonus: 10, expires: 2028-12-31, funders: "D:60,G:40", budget: 500.00, cap: 100}
`,
	"suppliers": `
columns: {supplier: id, en: en, zh: zh, categories: kinds}
fixed: {licence: "0101010101010101010101010101010101010101010101010101010101010101"}
`,
}

// What a feed has again is done before; what it has changed is refused, and says what to
// do; what is new is done.
func TestADailyFeedOfOffers(t *testing.T) {
	for _, c := range []struct {
		kind, monday, tuesday string
		meanwhile             func(o *offering)
		refused               string // on Tuesday
		before, done          uint64
	}{
		{"benefits", "id,en,zh,price\na,A,甲,1.00\nb,B  b,乙,2\nc,C,丙,3\nd,D,丁,4\ne,E,戊,5\n",
			"id,en,zh,price\na,A,甲,1\nb,B b,乙,2\nc,C,丙,3.50\nd,D,丁,4\ne,E,戊,5\nf,F,己,6\n",
			func(o *offering) {
				amended, others, closed := o.benefits["d"], o.benefits["e"], o.benefits["b"]
				amended.Quota, others.Provider, closed.Open = 9, "M", false
				o.benefits["d"], o.benefits["e"], o.benefits["b"] = amended, others, closed
			},
			"4 benefit c is there with another price: what was offered doesn't change; give the line another id, and close the old one with tally benefit amend\n" +
				"5 benefit d is there with another quota: change it with tally benefit amend, or change the file or its mapping\n" +
				"6 benefit e is M's: give the line another id, as by a prefix\n", 2, 1},
		{"campaigns", "id,en,zh,from,to\na,A,甲,2026-11-01,2026-12-01\nb,B,乙,2026-11-01,2026-12-01\nc,C,丙,2026-11-01,2026-12-01\n", "id,en,zh,from,to\na,A,甲,2026-11-01,2026-12-01\nb,B,乙,2026-11-01,2026-12-31\nc,C,丙,2026-11-01,2026-12-01\nd,D,丁,2026-11-01,2026-12-01\n",
			func(o *offering) {
				agreed := o.campaigns["c"]
				agreed.Funders = slices.Clone(agreed.Funders)
				agreed.Funders[0].Cap = 7
				agreed.Funders[1].Agreed, agreed.Funders[1].Cap = true, 5
				o.campaigns["c"] = agreed
			},
			"3 campaign b is there with another until: terms never change; end it with tally campaign end, and give the line another id\n" +
				"4 campaign c is there with another funders or cap: terms never change; end it with tally campaign end, and give the line another id\n", 1, 1},
		{"suppliers", "id,en,zh,kinds\na,A,甲,oil\nb,B,乙,oil\nc,C,丙,oil\nd,D,丁,\n",
			"id,en,zh,kinds\na,A,甲,oil\nb,B,乙,oil\nc,C,丙,oil;tyre\nd,D,丁,\ne,E,戊,\n",
			func(o *offering) {
				approved, refused := o.suppliers["b"], o.suppliers["d"]
				approved.State, approved.Categories, approved.Fee = goods.Approved, []string{"all"},
					amount.Rate{Num: 1, Den: 100}
				refused.State = goods.Refused
				o.suppliers["b"], o.suppliers["d"] = approved, refused
			},
			"4 supplier c is there with another categories: withdraw it with tally supplier withdraw and apply again, or change the file or its mapping\n", 2, 2},
	} {
		o := newOffering()
		feed := func(day, text string) *Report {
			t.Helper()
			l := &ledger{refuse: o.refuse}
			r, err := run(t, "kind: "+c.kind+"\nsource: "+day+daily[c.kind], file(t, "f.csv", text), l, Stores{Shop: o})
			if err != nil || len(l.denied) != len(r.Rejected) {
				t.Fatalf("%s, %s: %+v, %v", c.kind, day, r, err)
			}
			return r
		}
		if r := feed("monday", c.monday); r.Done != r.Commands || len(r.Rejected) > 0 {
			t.Fatalf("%s: %+v", c.kind, r)
		}
		c.meanwhile(o)
		r, got := feed("tuesday", c.tuesday), ""
		for _, one := range r.Rejected {
			got += fmt.Sprintf("%d %s\n", one.Line, one.Reason)
		}
		if got != c.refused || r.Before != c.before || r.Done != c.done ||
			int(r.Refused) != strings.Count(c.refused, "\n") {
			t.Errorf("%s: %d before, %d done, refused\n%s", c.kind, r.Before, r.Done, got)
		}
	}
}

// A list of suppliers that are approved lifts no suspension.
func TestApprovalsLiftNoSuspension(t *testing.T) {
	o := newOffering()
	o.suppliers["a"], o.suppliers["b"] = goods.Supplier{ID: "a", Party: "S1", State: goods.Applied},
		goods.Supplier{ID: "b", Party: "S1", State: goods.Suspended}
	r, err := run(t, "kind: suppliers\nverb: approve\nfee: 1/100\nsource: x\ncolumns: {supplier: id}\n",
		file(t, "f.csv", "id\na\nb\n"), &ledger{refuse: o.refuse}, Stores{Shop: o})
	if err != nil || r.Done != 1 || r.Refused != 1 || !strings.Contains(r.Rejected[0].Reason, "suspended") ||
		o.suppliers["b"].State != goods.Suspended {
		t.Errorf("%+v, %v", r, err)
	}
}

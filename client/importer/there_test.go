package importer

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/replay"
	"tallystick/chaincode/row"
)

// offering is a ledger that does what D offers and G approves, and answers for it as the
// read model does.
type offering struct {
	*shop
	t      fataler
	ledger *replay.Ledger
}

func newOffering(t fataler) *offering { return &offering{&shop{}, t, founded(t)} }

func (o *offering) refuse(_ uint64, req command.Request) error {
	who := "D"
	if _, approves := req.(goods.ApproveRequest); approves {
		who = "G"
	}
	_, err := o.ledger.Do(who, req)
	return err
}

// must does what somebody else does meanwhile.
func (o *offering) must(who string, req command.Request) {
	if _, err := o.ledger.Do(who, req); err != nil {
		o.t.Fatal(err)
	}
}

func (o *offering) Benefit(id string) (benefit.Model, bool, error) { return found(o, row.Benefit(id)) }

func (o *offering) Campaign(id string) (campaign.Campaign, bool, error) {
	return found(o, row.Campaign(id))
}

func (o *offering) Supplier(id string) (goods.Supplier, bool, error) {
	return found(o, row.Supplier(id))
}

func found[T any](o *offering, key row.Key[T]) (one T, there bool, err error) {
	value := o.ledger.Get("G", "tally", string(key))
	if value == nil {
		return one, false, nil
	}
	one, err = row.Decode[T](value)
	return one, true, err
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
		{"benefits", "id,en,zh,price\na,A,甲,1.00\nb,B  b,乙,2\nc,C,丙,3\nd,D,丁,4\n",
			"id,en,zh,price\na,A,甲,1\nb,B b,乙,2\nc,C,丙,3.50\nd,D,丁,4\ne,E,戊,5\nf,F,己,6\n",
			func(o *offering) {
				o.must("D", benefit.AmendRequest{Benefit: "d", Quota: 9, Grantors: []string{"F"}, Open: true})
				o.must("D", benefit.AmendRequest{Benefit: "b", Quota: 5, Grantors: []string{"F"}})
				o.must("M",
					benefit.DefineRequest{Benefit: "e", En: "E", Zh: "戊", Kind: benefit.Coupon, Scene: "x", Uses: 1,
						Days: 1, Fee: amount.Rate{Num: 0, Den: 1}, Lapse: benefit.Refund})
			},
			"4 benefit c is there with another price: what was offered doesn't change; give the line another id, and close the old one\n" +
				"5 benefit d is there with another quota: amend the benefit, or change the file or its mapping\n" +
				"6 benefit e is M's: give the line another id, as by a prefix\n", 2, 1},
		{"campaigns", "id,en,zh,from,to\na,A,甲,2026-11-01,2026-12-01\nb,B,乙,2026-11-01,2026-12-01\n",
			"id,en,zh,from,to\na,A,甲,2026-11-01,2026-12-01\nb,B,乙,2026-11-01,2026-12-31\nc,C,丙,2026-11-01,2026-12-01\nd,D,丁,2026-11-01,2026-12-01\n",
			func(o *offering) {
				there, _, err := o.Campaign("a")
				if err != nil {
					o.t.Fatal(err)
				}
				terms := there.Terms
				terms.En, terms.Zh = "C", "丙"
				shares := []campaign.Share{{Party: "D", Parts: 60}, {Party: "G", Parts: 40}}
				o.must("D", campaign.ProposeRequest{Campaign: "c", Terms: terms, Funders: shares, Cap: 700})
				o.must("G", campaign.AgreeRequest{Campaign: "c", Cap: 500})
				o.must("G", campaign.AgreeRequest{Campaign: "a", Cap: 500})
			},
			"3 campaign b is there with another until: terms never change; end the campaign, and give the line another id\n" +
				"4 campaign c is there with another funders or cap: terms never change; end the campaign, and give the line another id\n",
			1, 1},
		{"suppliers", "id,en,zh,kinds\na,A,甲,oil\nb,B,乙,oil\nc,C,丙,oil\nd,D,丁,\n",
			"id,en,zh,kinds\na,A,甲,oil\nb,B,乙,oil\nc,C,丙,oil;tyre\nd,D,丁,\ne,E,戊,\n",
			func(o *offering) {
				o.must("G", goods.ApproveRequest{Supplier: "b", Categories: []string{"all"},
					Fee: amount.Rate{Num: 1, Den: 100}})
				o.must("G", goods.RefuseRequest{Supplier: "d", Reason: "unknown"})
			},
			"4 supplier c is there with another categories: withdraw the application and apply again, or change the file or its mapping\n",
			2, 2},
	} {
		o := newOffering(t)
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
	o := newOffering(t)
	licence := slices.Repeat(codec.Hash{1}, 32)
	for _, id := range []string{"a", "b"} {
		o.must("D", goods.ApplyRequest{Supplier: id, En: id, Zh: id, Licence: licence})
	}
	o.must("G", goods.ApproveRequest{Supplier: "b", Fee: amount.Rate{Num: 1, Den: 100}})
	o.must("G", goods.RefuseRequest{Supplier: "b", Reason: "fraud"})
	r, err := run(t, "kind: suppliers\nverb: approve\nfee: 1/100\nsource: x\ncolumns: {supplier: id}\n",
		file(t, "f.csv", "id\na\nb\n"), &ledger{refuse: o.refuse}, Stores{Shop: o})
	if err != nil || r.Done != 1 || r.Refused != 1 || !strings.Contains(r.Rejected[0].Reason, "suspended") ||
		stateOf(o, "b") != goods.Suspended {
		t.Errorf("%+v, %v", r, err)
	}
}

func stateOf(o *offering, supplier string) goods.SupplierState {
	s, _, err := o.Supplier(supplier)
	if err != nil {
		o.t.Fatal(err)
	}
	return s.State
}

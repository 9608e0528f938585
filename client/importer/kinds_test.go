package importer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/points"
	"tallystick/client/vault"
)

// one is an import of each kind: a mapping, a file that begins with its header,
// what becomes of it, and the lines of it that are rejected.
type one struct {
	kind, mapping, file string
	commands            int
	totals              Totals
	seen                int
	rejected            []int
}

var everyKind = []one{
	{"awards", `
programme: DP
columns: {member: id, amount: value}
channels: [app]
rate: 1/2
expires: {on: 2027-12-31}
`, "id,value\n7,3\n8,0\n,1\n9,4\n7,3\n", 3, Totals{Awards: 3, Points: 4}, 0, []int{3, 4}},
	{"members", `
columns: {member: id}
channels: [app, card]
where: [{column: value, is: "!=", value: x}]
`, "id,value\n7,1\n7,2\n8,1\n,1\n10,x\n9,3\n7,4\n", 6, Totals{Members: 3, Accounts: 6}, 2, []int{5}},
	{"labels", `
columns: {member: id, label: "{campaign}", until: end}
prefix: {label: campaign-}
channels: [app]
`, "id,campaign,end\n7,1,\n7,2,2026-12-31\n8,,\n8,1,soon\n8,a b,\n9,1,1999-01-01\n8,1,\n", 3, Totals{Labels: 3}, 0,
		[]int{4, 5, 6, 7}},
	{"benefits", `
columns: {benefit: "{campaign}-{upc}", en: "Coupon {upc}", zh: "优惠券 {upc}", label: campaign, price: price, uses: uses, days: days}
prefix: {benefit: c, label: "D:campaign-"}
rate: 1
model: {scene: campaign, code: true, window: 7, stackable: true}
`,
		"campaign,upc,price,uses,days\n1,55,1.25,2,30\n1,56,0,1,30\n1,55,9,1,1\n,57,1,1,1\n1,58,-1,1,1\n1,59,1,0,1\n1,60,1,501,1\n1,61,1,1,\n2,55,0.005,1,1\n2,55,0.05,1,1\n1,55,1.25,2,30\n",
		3, Totals{Benefits: 3}, 1, []int{4, 5, 6, 7, 8, 9, 10}},
	{"campaigns", `
columns: {campaign: id, en: "Campaign {id}, {type}", zh: "活动{id}", from: from, until: to, label: "{id}"}
prefix: {campaign: c, label: "D:campaign-"}
layout: "2006/01/02"
campaign: {programme: GP, bonus: 100, rule: basket, times: 3/2, funders: "G:60,D:40", budget: 50.00, cap: 0.09, expires: 2027-12-31, perMember: 2, order: 7, goods: [tyre], outlets: ["D:a"], later: 3}
`,
		"id,type,from,to\n1,A,2026/11/01,2026/11/30\n2,B,2026/11/01,2026/10/31\n1,A,2026/11/01,2026/11/30\n,A,2026/11/01,2026/11/30\n3,A,2026-11-01,2026/11/30\n4,,2026/11/01,2026/11/30\na/b,A,2026/11/01,2026/11/30\n5,C,2026/11/30,2026/11/30\n",
		2, Totals{Campaigns: 2}, 1, []int{3, 5, 6, 7, 8}},
	{"entitlements", `
columns: {benefit: upc, member: id, reference: at}
prefix: {benefit: c}
channels: [app]
`, "upc,id,at\n55,7,2017-01-01\n55,8,\n55,7,2017-01-02\n56,7,2017-01-02\n,7,\n56,,\n56,9,1/2\n", 3,
		Totals{Entitlements: 3}, 1, []int{6, 7, 8}},
	{"writeoffs", `
columns: {benefit: upc, member: id, outlet: shop, reference: at}
prefix: {benefit: c, outlet: s}
channels: [app]
entitlements: entitlements
`, "upc,id,at,shop\n55,7,2017-01-01,1\n55,8,,\n55,7,2017-01-02,2\n56,7,2017-01-02,\n,7,,\n56,,,\n55,7,1/2,\n", 4,
		Totals{WriteOffs: 4}, 0, []int{6, 7, 8}},
	{"suppliers", `
columns: {supplier: maker, en: "Maker {maker}", zh: "厂家{maker}", categories: kinds}
prefix: {supplier: m}
fixed: {licence: "0101010101010101010101010101010101010101010101010101010101010101"}
`, "maker,kinds\n1,a;b\n2,\n1,a;b\n,a\n3,b;a\n4,b b\n", 2, Totals{Suppliers: 2}, 1, []int{5, 6, 7}},
	{"goods", `
columns: {supplier: maker, sku: id, gtin: gtin, en: name, zh: name, category: group, labels: labels, from: since, open: sold, stock: stock, price: price}
slug: [category]
fixed: {unit: piece, tax: t13, delivery: counter, scene: retail}
rate: 1
`, "maker,id,gtin,name,group,labels,since,sold,stock,price\n" +
		"m,1,,Oil,OIL & WAX,a;b,2026-11-01,yes,5,2.50\n" + // a good, its price, its stock
		"m,2,6901234567892,Mat,MATS,,2026-11-01,no,,\n" + // a good
		"m,3,6901234567893,Mat,MATS,,,yes,,\n" + // 4: the check digit
		"m,4,,Mat,,,,yes,,\n" + // 5: no category
		"m,5,,Mat,MATS,b;a,,yes,,\n" + // 6: unsorted
		"m,6,,Mat,MATS,,soon,yes,,\n" + // 7
		"m,7,,Mat,MATS,,,perhaps,,\n" + // 8
		"m,8,,Mat,MATS,,,yes,-1,\n" + // 9
		"m,9,,Mat,MATS,,,yes,,0.001\n" + // 10
		"m,1,,Oil again,OIL,,,yes,,\n" + // 11: as line 2
		"m,10,,Mat,MATS,,,yes,0,\n", 6, Totals{Goods: 3, Listings: 1, Stocked: 2}, 0, []int{4, 5, 6, 7, 8, 9, 10, 11}},
	{"terms", `
columns: {supplier: maker, sku: id, value: percent, until: end}
fixed: {seller: D}
terms: commission
`, "maker,id,percent,end\nm,1,15,\nm,2,12.5,2026-12-31\nm,3,101,\nm,4,much,\nm,1,16,\nm,5,1,soon\n,6,1,\n", 2,
		Totals{Terms: 2}, 0, []int{4, 5, 6, 7, 8}},
	{"stock", `
columns: {supplier: maker, sku: id, stock: n}
fixed: {seller: D}
lanes: 8
`, "maker,id,n\nm,1,80\nm,1,20\nm,2,0\nm,3,\nm,4,1.5\n,4,1\n", 2, Totals{Stocked: 2}, 0, []int{4, 5, 6, 7}},
	{"listings", `
columns: {supplier: maker, sku: id, price: id, labels: labels}
fixed: {scene: retail}
spread: {least: 1.99, most: 49.99}
`, "maker,id,labels\nm,1,a\nm,2,\nm,,\nm,3,b;a\nm,1,\n", 2, Totals{Listings: 2}, 0, []int{4, 5, 6}},
	{"outlets", `
columns: {outlet: shop, en: "Shop {shop}", zh: "门店{shop}", region: where}
prefix: {outlet: s}
slug: [region]
otherwise: {region: nowhere}
`, "shop,where\n1,New York\n2,\n1,New York\n,x\n", 2, Totals{Outlets: 2}, 1, []int{5}},
}

// some is what the kinds above ask the read model for.
func some() *shop {
	return &shop{suppliers: map[string]goods.Supplier{"m": {ID: "m", Party: "D"}},
		free: map[string]amount.Units{"m/1/D": 7}}
}

func (o one) load(t fataler) *Mapping {
	return load(t, "kind: "+o.kind+"\nsource: "+o.kind+o.mapping)
}

func kindOf(name string) one {
	return everyKind[slices.IndexFunc(everyKind, func(o one) bool { return o.kind == name })]
}

func TestEveryKindReads(t *testing.T) {
	for _, o := range everyKind {
		items, r := read(t, o.load(t), o.file)
		commands := 0
		for _, item := range items {
			commands += len(item.Drafts)
		}
		var rejected []int
		for _, line := range r.Rejected {
			rejected = append(rejected, line.Line)
		}
		slices.Sort(rejected)
		if commands != o.commands || r.Commands != uint64(o.commands) || r.Totals != o.totals || r.Seen != o.seen ||
			!slices.Equal(rejected, o.rejected) {
			t.Errorf("%s: %d commands, %+v", o.kind, commands, r)
		}
	}
	if len(everyKind) != len(kinds) {
		t.Errorf("%d of %d kinds are tested", len(everyKind), len(kinds))
	}
}

// imports runs an import to its end in a directory, or until it dies.
func (o one) imports(t fataler, dir, file string, l *ledger, s Stores) (*Report, error) {
	path := filepath.Join(dir, o.kind+".csv")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Party = "D"
	return Job{Mapping: o.load(t), File: input(t, path), State: dir, Open: l.open, Stores: s}.Run(context.Background())
}

// granted is a counter with the entitlements of the kinds above.
func granted(t *testing.T, uses uint16, s Stores) *counter {
	t.Helper()
	c := newCounter(t, uses)
	o := kindOf("entitlements")
	if _, err := o.imports(t, t.TempDir(), o.file, &ledger{refuse: c.take}, s); err != nil {
		t.Fatal(err)
	}
	return c
}

// Every kind makes the same commands whether it runs through, or is killed at
// each position in turn and run again; with the vault that lived through it.
func TestEveryKindResumesAtEveryPosition(t *testing.T) {
	for _, o := range everyKind {
		through := &ledger{}
		report, err := o.imports(t, t.TempDir(), o.file, through,
			Stores{Vault: &safe{everybody: true}, Shop: some(),
				Entitlements: granted(t, 2, Stores{Vault: &safe{everybody: true}}).list})
		if err != nil || report.Done != uint64(o.commands) || report.Totals != o.totals ||
			len(report.Rejected) != len(o.rejected) {
			t.Fatalf("%s: %+v, %v", o.kind, report, err)
		}
		for at := 1; at <= o.commands; at++ {
			dir, l := t.TempDir(), &ledger{dieAt: at}
			counter := granted(t, 2, Stores{Vault: &safe{everybody: true}})
			l.refuse = counter.take
			s := Stores{Vault: &safe{everybody: true}, Shop: some(), Entitlements: counter.list}
			if _, err := o.imports(t, dir, o.file, l, s); !errors.Is(err, errKilled) {
				t.Fatalf("%s: it wasn't killed at %d: %v", o.kind, at, err)
			}
			before := l.cursor
			report, err := o.imports(t, dir, o.file, l, s)
			if err != nil || report.Before != before || report.Before+report.Done != uint64(o.commands) {
				t.Errorf("%s, killed at %d: %+v, %v", o.kind, at, report, err)
			}
			for i := range through.took {
				if i >= len(l.took) || said(l.took[i]) != said(through.took[i]) {
					t.Errorf("%s, killed at %d: position %d: %v, want %v", o.kind, at, i, l.took[i], through.took[i])
				}
			}
		}
	}
}

func TestAMemberIsOnePseudonymInEveryKind(t *testing.T) {
	known, _ := (&safe{}).Pseudonym("app", "7")
	want := known.Member
	for _, o := range everyKind {
		if !kinds[o.kind].form().has(partMember) {
			continue
		}
		l := &ledger{}
		if _, err := o.imports(t, t.TempDir(), o.file, l,
			Stores{Vault: &safe{everybody: true},
				Entitlements: granted(t, 2, Stores{Vault: &safe{everybody: true}}).list}); err != nil {
			t.Fatal(err)
		}
		got := ""
		switch r := l.took[0].(type) {
		case points.IssueRequest:
			got = r.Grants[0].Member
		case member.EnrolRequest:
			got = r.Member
		case member.LabelRequest:
			got = r.Member
		case benefit.GrantRequest:
			got = r.Grants[0].Member
		case benefit.WriteOffRequest:
			continue // it names the entitlement that the kind before gave
		}
		if got != want {
			t.Errorf("%s: customer 7 is %q, want %q", o.kind, got, want)
		}
	}
}

func TestMembersGetAnAccountOfEachChannel(t *testing.T) {
	o, v := kindOf("members"), &safe{}
	l := &ledger{}
	if _, err := o.imports(t, t.TempDir(), o.file, l, Stores{Vault: v}); err != nil {
		t.Fatal(err)
	}
	known, _ := v.Pseudonym("app", "7")
	who := known.Member
	app, card := v.accounts["app\n7"], v.accounts["card\n7"]
	want := []command.Request{
		member.EnrolRequest{Member: who, Channel: "app", Account: app.Commitment},
		member.LinkRequest{Member: who, Channel: "card", Account: card.Commitment},
	}
	for i := range want {
		if said(l.took[i]) != said(want[i]) {
			t.Errorf("position %d: %v", i, l.took[i])
		}
	}
	if app.Member != who || card.Member != who || len(v.accounts) != 6 {
		t.Errorf("the vault has %+v", v.accounts)
	}
}

// A customer who was merged into another member meanwhile must not move the
// positions of those after him.
func TestACustomerWhoIsAnotherMemberKeepsHisPosition(t *testing.T) {
	o, l := kindOf("members"), &ledger{}
	elsewhere := vault.Account{Channel: "app", Customer: "8", Member: "other",
		Commitment: member.AccountCommitment([]byte{9}, "D", "app", "8")}
	v := &safe{accounts: map[string]vault.Account{"app\n8": elsewhere}}
	l.refuse = func(_ uint64, req command.Request) error {
		if r, ok := req.(member.EnrolRequest); ok && r.Account.String() == elsewhere.Commitment.String() {
			return fault.New(fault.Conflict, "the account was linked before")
		}
		return nil
	}
	report, err := o.imports(t, t.TempDir(), o.file, l, Stores{Vault: v})
	if err != nil || report.Commands != 6 || report.Refused != 1 || report.Rejected[0].Line != 4 ||
		report.Rejected[1].Line != 5 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestBenefitsHaveWhatTheColumnsSay(t *testing.T) {
	o := kindOf("benefits")
	items, _ := read(t, o.load(t), o.file)
	var got []string
	for _, item := range items {
		r := drawn(t, item).(benefit.DefineRequest)
		got = append(got, fmt.Sprint(r.Benefit, r.En, r.Zh, int64(r.Price), r.Uses, r.Days, r.Audience.Labels, r.Code,
			r.Window, r.Check()))
	}
	want := []string{
		"c1-55Coupon 55优惠券 55125 2 30 [D:campaign-1] true 7 <nil>",
		"c1-56Coupon 56优惠券 560 1 30 [D:campaign-1] true 7 <nil>",
		"c2-55Coupon 55优惠券 555 1 1 [D:campaign-2] true 7 <nil>",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestCampaignsHaveWhatTheColumnsSay(t *testing.T) {
	o := kindOf("campaigns")
	items, _ := read(t, o.load(t), o.file)
	r := drawn(t, items[0]).(campaign.ProposeRequest)
	got := fmt.Sprint(r.Campaign, r.Terms.En, r.Terms.Zh, r.Terms.From, r.Terms.Until, r.Terms.Audience.Labels,
		r.Terms.Gives, r.Terms.Budget, r.Funders, r.Cap, r.Terms.PerMember, r.Terms.Order, r.Terms.Goods,
		r.Terms.Outlets, r.Check())
	if want := "c1Campaign 1, A活动12026-11-04 2026-12-03 [D:campaign-1] {{} GP basket 3/2 100 0 2027-12-31 } 5000 [{{} D 40} {{} G 60}] 9 2 7 [tyre] [D:a] <nil>"; got !=
		want {
		t.Errorf("%s", got)
	}
}

// What a mapping of another kind's fingerprint is made of doesn't know of campaigns:
// what was imported before they were known goes on.
func TestOtherMappingsKeepTheirFingerprint(t *testing.T) {
	for _, o := range everyKind {
		data, err := json.Marshal(o.load(t))
		if err != nil || strings.Contains(string(data), "Campaign") != (o.kind == "campaigns") {
			t.Errorf("%s: %s, %v", o.kind, data, err)
		}
	}
}

// Uses are made in the file's order with the codes of the chain; what has no
// entitlement, or no use left, keeps its position and is named.
func TestWriteOffsRevealOneCodeAfterTheOther(t *testing.T) {
	o := kindOf("writeoffs")
	file := o.file + "55,7,later,3\n57,7,,\n56,7,last,\n"
	for _, c := range []struct {
		name    string
		uses    uint16
		refused string // lines and codes of what the counter or the importer refuses
	}{
		{"one use", 1,
			"4 WRONG_STATE: entitlement D.1.4.0.0 is CONSUMED; 9 WRONG_STATE: entitlement D.1.4.0.0 is CONSUMED; " +
				"10 the member has no entitlement to this benefit; 11 WRONG_STATE: entitlement D.1.8.0.0 is CONSUMED"},
		{"two uses", 2,
			"9 WRONG_STATE: entitlement D.1.4.0.0 is CONSUMED; 10 the member has no entitlement to this benefit"},
		{"three uses", 3, "10 the member has no entitlement to this benefit"},
	} {
		s := Stores{Vault: &safe{everybody: true}}
		counter := granted(t, c.uses, s)
		s.Entitlements = counter.list
		report, err := o.imports(t, t.TempDir(), file, &ledger{refuse: counter.take}, s)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range report.Rejected {
			if r.Line == 4 || r.Line > 8 {
				got = append(got, fmt.Sprint(r.Line, " ", r.Reason))
			}
		}
		if strings.Join(got, "; ") != c.refused {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

// Entitlements that another source gave have other codes; the right one is found
// by what it shows.
func TestWriteOffsFindTheEntitlementOfTheirSource(t *testing.T) {
	s := Stores{Vault: &safe{everybody: true}}
	counter := granted(t, 2, s)
	known, _, _ := s.Vault.Account("app", "7")
	who := known.Member
	elsewhere := code.Commitment(bytes.Repeat([]byte{1}, code.Size))
	if err := counter.take(0, benefit.GrantRequest{Benefit: "c55",
		Grants: []benefit.Grant{{Member: who, Commitment: elsewhere}}}); err != nil {
		t.Fatal(err)
	}
	s.Entitlements = counter.list
	o := kindOf("writeoffs")
	if report, err := o.imports(t, t.TempDir(), o.file, &ledger{refuse: counter.take}, s); err != nil ||
		report.Refused != 0 {
		t.Errorf("%+v, %v", report, err)
	}
	without := strings.Replace(o.mapping, "entitlements: entitlements", "codes: false", 1)
	two := &counter2{}
	report, err := one{kind: "writeoffs", mapping: without}.imports(t, t.TempDir(),
		"upc,id,at,shop\n55,7,,\n55,7,,\n55,7,,\n", &ledger{},
		Stores{Vault: &safe{everybody: true}, Entitlements: two.list})
	if err != nil || report.Done != 3 {
		t.Errorf("without codes: %+v, %v", report, err)
	}
}

// counter2 has two entitlements of one use each, whatever is asked.
type counter2 struct{}

func (counter2) list(string, string) ([]Granted, error) {
	return []Granted{{Entitlement: benefit.Entitlement{Uses: 1}}, {Entitlement: benefit.Entitlement{Uses: 1}}}, nil
}

func TestKindsRefuseWhatMeansNothing(t *testing.T) {
	for _, c := range []struct{ kind, old, new string }{
		{"awards", "expires:", "codes: true\nexpires:"},
		{"awards", "channels: [app]", "pseudonym: keyed"},
		{"awards", "channels: [app]", "channels: [app, card]"},
		{"awards", "channels: [app]", "pseudonym: sideways"},
		{"awards", "channels: [app]", "prefix: {member: h}\npseudonym: keyed\nchannels: [app]"},
		{"awards", "channels: [app]", "prefix: {member: h}\nchannels: [app]"},
		{"awards", "channels: [app]", "channels: [app]\nlayout: \"2006\""},
		{"awards", "channels: [app]", "channels: [app]\nmodel: {scene: x}"},
		{"awards", "amount: value", "amount: value, label: id"},
		{"awards", "amount: value", "amount: \"{value\""},
		{"members", "channels: [app, card]", "channels: []"},
		{"members", "channels: [app, card]", "channels: [app, app]"},
		{"members", "channels: [app, card]", "channels: [app/card]"},
		{"members", "channels: [app, card]", "channels: [app]\nshards: 2"},
		{"members", "channels: [app, card]", "channels: [app]\nmerge: true"},
		{"members", "member: id", "member: id, amount: value"},
		{"labels", "label: \"{campaign}\", ", ""},
		{"labels", "label: campaign-", "until: x"},
		{"labels", "channels: [app]", "channels: [app]\nprogramme: DP"},
		{"benefits", "benefit: \"{campaign}-{upc}\", ", ""},
		{"benefits", "price: price, ", ""},
		{"benefits", "scene: campaign, ", ""},
		{"benefits", "window: 7", "window: 367"},
		{"benefits", "window: 7", "days: 3"},
		{"benefits", "window: 7", "price: 3"},
		{"benefits", "rate: 1", "rate: cheap"},
		{"benefits", "window: 7", "lapse: LATER"},
		{"benefits", "window: 7", "kind: ride"},
		{"benefits", "window: 7", "windows: 7"},
		{"benefits", "rate: 1", "rate: 1\nchannels: [app]"},
		{"campaigns", "bonus: 100, rule: basket, times: 3/2, ", ""},
		{"campaigns", "times: 3/2", "times: much"},
		{"campaigns", "budget: 50.00, ", ""},
		{"campaigns", "budget: 50.00", "budget: 50.001"},
		{"campaigns", "bonus: 100", "bonus: -1"},
		{"campaigns", "G:60,D:40", "G:60,G:40"},
		{"campaigns", "G:60,D:40", "G"},
		{"campaigns", "expires: 2027-12-31", "expires: soon"},
		{"campaigns", "programme: GP", "programme: GP, benefit: ride"},
		{"campaigns", "later: 3", "sooner: 3"},
		{"campaigns", "from: from, ", ""},
		{"entitlements", "channels: [app]", "channels: [app]\nentitlements: x"},
		{"entitlements", "channels: [app]", "channels: [app]\nmerge: true"},
		{"writeoffs", "entitlements: entitlements", ""},
		{"writeoffs", "entitlements: entitlements", "entitlements: x\ncodes: false"},
		{"writeoffs", "entitlements: entitlements", "entitlements: x\nshards: 8"},
		{"writeoffs", "entitlements: entitlements", "entitlements: a/b"},
		{"suppliers", "prefix:", "fee: 1/100\nprefix:"},
		{"suppliers", "prefix:", "verb: approve\nfee: 1/100\nprefix:"},
		{"suppliers", "prefix:", "verb: refuse\nprefix:"},
		{"suppliers", "zh: \"厂家{maker}\", ", ""},
		{"suppliers", "fixed: {", "fixed: {en: x, "},
		{"suppliers", "fixed: {", "fixed: {seller: x, "},
		{"goods", "price: price", "unit: unit"},
		{"goods", ", scene: retail", ""},
		{"goods", "rate: 1", "rate: 1\nshards: 8"},
		{"goods", "unit: piece, ", ""},
		{"goods", "slug: [category]", "slug: [name]"},
		{"goods", "slug: [category]", "slug: [region]"},
		{"terms", "terms: commission", ""},
		{"terms", "terms: commission", "terms: rent"},
		{"terms", "terms: commission", "terms: commission\nrate: x"},
		{"listings", "spread:", "rate: 100\nspread:"},
		{"listings", "most: 49.99", "most: 49.999"},
		{"listings", "most: 49.99", ""},
		{"listings", "least: 1.99", "least: 0"},
		{"listings", "least: 1.99", "least: 50"},
		{"stock", "lanes: 8", "lanes: 8\nrate: 100"},
		{"outlets", "otherwise: {region: nowhere}", "otherwise: {category: x}"},
	} {
		o := kindOf(c.kind)
		if !strings.Contains(o.mapping, c.old) {
			t.Fatalf("%s has no %q", c.kind, c.old)
		}
		path := filepath.Join(t.TempDir(), "m.yaml")
		text := "kind: " + o.kind + "\nsource: x" + strings.Replace(o.mapping, c.old, c.new, 1)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadMapping(path); err == nil {
			t.Errorf("%s: %q was taken", c.kind, c.new)
		}
	}
}

// The sample's mappings fit its files, and name customers alike.
func TestSamples(t *testing.T) {
	const dir = "../../test-network/sample"
	for _, c := range []struct {
		mapping, file string
		want          Totals
		rejected      int
	}{
		{"members", "baskets", Totals{Members: 12, Accounts: 24}, 1},
		{"labels", "campaigns", Totals{Labels: 20}, 1},
		{"benefits", "coupons", Totals{Benefits: 12}, 0},
		{"entitlements", "coupon_redemptions", Totals{Entitlements: 20}, 1},
		{"writeoffs", "coupon_redemptions", Totals{WriteOffs: 26}, 1},
		{"baskets", "baskets", Totals{Awards: 38, Points: 116240}, 3},
		{"suppliers", "products", Totals{Suppliers: 4}, 0},
		{"approvals", "products", Totals{Suppliers: 4}, 0},
		{"goods", "products", Totals{Goods: 24}, 0},
		{"terms", "products", Totals{Terms: 24}, 0},
		{"stock", "products", Totals{Stocked: 24}, 0},
		{"listings", "products", Totals{Listings: 24}, 0},
		{"outlets", "baskets", Totals{Outlets: 3}, 0},
		{"campaigns", "campaign_descriptions", Totals{Campaigns: 3}, 0},
	} {
		m, err := LoadMapping(filepath.Join(dir, c.mapping+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, c.file+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		_, r := read(t, m, string(text))
		if r.Totals != c.want || len(r.Rejected) != c.rejected {
			t.Errorf("%s: %+v", c.mapping, r)
		}
		if m.form.has(partMember) && (m.Pseudonym != keyed || m.Channels[0] != "app") {
			t.Errorf("%s: %s of %v", c.mapping, m.Pseudonym, m.Channels)
		}
	}
}

// No two entitlements have a code in common, whichever of benefit, member and
// source tells them apart.
func TestEntitlementsHaveCodesOfTheirOwn(t *testing.T) {
	s, seen := Stores{Vault: &safe{everybody: true}}, map[string]bool{}
	for _, of := range [][3]string{{"s", "b", "m"}, {"s", "b", "n"}, {"s", "c", "m"}, {"r", "b", "m"}} {
		codes, first := s.codes(of[0], of[1], of[2])
		again, _ := s.codes(of[0], of[1], of[2])
		if seen[first.String()] || len(codes) != benefit.MaxUses || codes[0].String() != again[0].String() ||
			!codes[0].Opens(first) {
			t.Errorf("%v", of)
		}
		seen[first.String()] = true
	}
}

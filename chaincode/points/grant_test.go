package points

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

var pledgeID = number.Command{Party: "D", Lane: 1, Seq: 3}

func TestIssueRequestCheck(t *testing.T) {
	grant := Grant{Member: "li", Amount: 5, Expires: today}
	issue := func(change func(*Grant)) IssueRequest {
		return IssueRequest{Programme: "GP", Grants: []Grant{with(grant, change)}}
	}
	split := func(shares ...Share) IssueRequest { return issue(func(g *Grant) { g.Split = shares }) }
	sharesOf := func(n int) (list []Share) {
		for i := range n {
			list = append(list, Share{Funder: string(rune('A' + i)), Parts: 1, Pledge: pledgeID})
		}
		return list
	}
	grants := func(n int, g Grant) (list []Grant) {
		for range n {
			list = append(list, g)
		}
		return list
	}
	testChecks(t, []checkCase{
		{"one", issue(func(*Grant) {}), ""},
		{"by the programme's rule", issue(func(g *Grant) { g.Expires = 0 }), ""},
		{"with everything", issue(func(g *Grant) { g.Activator, g.Outlet, g.Reference = "D", "shop-1", "R_1" }), ""},
		{"100", IssueRequest{Programme: "GP", Grants: grants(MaxLots, grant)}, ""},
		{"none", IssueRequest{Programme: "GP"}, fault.BadRequest},
		{"101", IssueRequest{Programme: "GP", Grants: grants(MaxLots+1, grant)}, fault.BadRequest},
		{"50 in two shares",
			IssueRequest{Programme: "GP", Grants: grants(50, with(grant, func(g *Grant) { g.Split = sharesOf(2) }))},
			""},
		{"51 in two shares",
			IssueRequest{Programme: "GP", Grants: grants(51, with(grant, func(g *Grant) { g.Split = sharesOf(2) }))},
			fault.BadRequest},
		{"an odd programme", IssueRequest{Programme: "G/P", Grants: []Grant{grant}}, fault.BadRequest},
		{"zero", issue(func(g *Grant) { g.Amount = 0 }), fault.BadRequest},
		{"negative", issue(func(g *Grant) { g.Amount = -1 }), fault.BadRequest},
		{"all there is", issue(func(g *Grant) { g.Amount = amount.Max }), ""},
		{"more", issue(func(g *Grant) { g.Amount = amount.Max + 1 }), fault.Limit},
		{"more in two",
			IssueRequest{
				Programme: "GP", Grants: []Grant{with(grant, func(g *Grant) { g.Amount = amount.Max }), grant},
			},
			fault.Limit},
		{"a malformed grant before the sum", IssueRequest{Programme: "GP", Grants: []Grant{with(grant, func(g *Grant) {
			g.Amount = amount.Max
		}), with(grant, func(g *Grant) { g.Member = "" })}}, fault.BadRequest},
		{"to a control character", issue(func(g *Grant) { g.Member = "l\ni" }), fault.BadRequest},
		{"to too long a name", issue(func(g *Grant) { g.Member = long }), fault.BadRequest},
		{"an odd activator", issue(func(g *Grant) { g.Activator = "a b" }), fault.BadRequest},
		{"an odd outlet", issue(func(g *Grant) { g.Outlet = "a b" }), fault.BadRequest},
		{"an odd reference", issue(func(g *Grant) { g.Reference = "a b" }), fault.BadRequest},
		{"an expiry in 1970", issue(func(g *Grant) { g.Expires = 1 }), fault.BadRequest},
		{"16 shares", split(sharesOf(MaxShares)...), ""},
		{"17 shares", split(sharesOf(MaxShares + 1)...), fault.BadRequest},
		{"the issuer's share", split(Share{Funder: "G", Parts: 60}, Share{Funder: "D", Parts: 40, Pledge: pledgeID}),
			""},
		{"an odd funder", split(Share{Funder: "", Parts: 60}), fault.BadRequest},
		{"a share of no part", split(Share{Funder: "G"}), fault.BadRequest},
		{"a share of too many", split(Share{Funder: "G", Parts: amount.Max + 1}), fault.Limit},
		{"a funder twice", split(Share{Funder: "G", Parts: 1}, Share{Funder: "G", Parts: 2}), fault.BadRequest},
		{"an odd pledge", split(Share{Funder: "D", Parts: 1, Pledge: number.Command{Party: "D"}}), fault.BadRequest},
		{"pledge", PledgeRequest{Programme: "GP", Amount: 1, Until: today}, ""},
		{"pledge nothing", PledgeRequest{Programme: "GP", Until: today}, fault.BadRequest},
		{"pledge too much", PledgeRequest{Programme: "GP", Amount: amount.Max + 1, Until: today}, fault.Limit},
		{"pledge without an end", PledgeRequest{Programme: "GP", Amount: 1}, fault.BadRequest},
		{"pledge for an odd programme", PledgeRequest{Programme: "", Amount: 1, Until: today}, fault.BadRequest},
	})
}

func TestIssueRefusals(t *testing.T) {
	past := Grant{Member: "li", Amount: 5, Expires: today - 1}
	for _, c := range []struct {
		name   string
		caller string
		rules  Rules
		grants []Grant
		code   fault.Code
	}{
		{"another than the issuer before all", "D", Rules{Evidence: true}, []Grant{past}, fault.Forbidden},
		{"a missing activator before the expiry", "G", Rules{Evidence: true}, []Grant{past}, fault.BadRequest},
		{"another day than the rule's", "G", Rules{Expiry: Expiry{Kind: Days, N: 5}}, []Grant{past}, fault.BadRequest},
		{"no day without a rule", "G", Rules{}, []Grant{{Member: "li", Amount: 1}}, fault.BadRequest},
		{"an expiry before today", "G", Rules{}, []Grant{past}, fault.Expired},
		{"grant by grant", "G", Rules{}, []Grant{past, {Member: "li", Amount: 1}}, fault.Expired},
		{"on its last day", "G", Rules{}, []Grant{{Member: "li", Amount: 1, Expires: today}}, ""},
		{"with an activator", "G", Rules{Evidence: true},
			[]Grant{{Member: "li", Amount: 1, Expires: today, Activator: "D"}},
			""},
		{"by the rule", "G", Rules{Expiry: Expiry{Kind: Days, N: 5}}, []Grant{{Member: "li", Amount: 1}}, ""},
	} {
		lots, err := Issue(Programme{ID: "GP", Issuer: "G", Rules: c.rules},
			IssueRequest{Programme: "GP", Grants: c.grants}, as(c.caller, before))
		if expect(t, c.name, err, c.code); err != nil && lots != nil {
			t.Errorf("%s: refused, and yet %v", c.name, lots)
		}
	}
}

func TestIssue(t *testing.T) {
	gp := Programme{ID: "GP", Issuer: "G"}
	req := IssueRequest{Programme: "GP", Grants: []Grant{
		{Member: "li", Amount: 5, Expires: today, Outlet: "o", Reference: "r"},
		{Member: "wang", Amount: 6, Expires: today + 9, Activator: "D"},
		{Member: "li", Amount: 1, Expires: today, Split: []Share{{Funder: "D", Parts: 1}, {Funder: "G", Parts: 1}}},
	}}
	grants, err := Issue(gp, req, as("G", before))
	lots := slices.Concat(grants...)
	if err != nil || len(lots) != 3 {
		t.Fatalf("%+v, %v", lots, err)
	}
	if l := lots[0]; l.State != Active || l.Issued != 5 || l.Member != "li" || l.Outlet != "o" ||
		l.Reference != "r" || l.Origin != Issued || l.Programme != "GP" || l.Funder != "" {
		t.Errorf("%+v", l)
	}
	if l := lots[1]; l.State != Pending || l.Activator != "D" || l.Expires != today+9 || l.Member != "wang" {
		t.Errorf("%+v", l)
	}
	if l := lots[2]; l.Issued != 1 || l.Funder != "D" {
		t.Errorf("the first of two equal shares bears the odd point: %+v", l)
	}
}

// Shares sum up to the grant, whatever the parts, and none makes an empty lot.
func TestSharesSumUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := Grant{Member: "li", Amount: drawUnits(t, 1, int64(amount.Max), "amount"), Expires: today}
		parts := amount.Units(0)
		for i := range rapid.IntRange(1, MaxShares).Draw(t, "shares") {
			s := Share{Funder: string(rune('A' + i)), Parts: drawUnits(t, 1, 1000, "parts")}
			g.Split, parts = append(g.Split, s), parts+s.Parts
		}
		grants, err := Issue(Programme{ID: "GP", Issuer: "G"}, IssueRequest{Programme: "GP", Grants: []Grant{g}},
			as("G", before))
		lots := slices.Concat(grants...)
		if err != nil {
			t.Fatal(err)
		}
		sum, borne := amount.Units(0), map[string]amount.Units{}
		for _, l := range lots {
			if l.Issued < 1 || l.Funder == "G" {
				t.Fatalf("%+v", l)
			}
			if l.Funder == "" {
				l.Funder = "G"
			}
			sum, borne[l.Funder] = sum+l.Issued, l.Issued
		}
		if sum != g.Amount {
			t.Fatalf("%d of %d", sum, g.Amount)
		}
		for _, s := range g.Split {
			low, _ := amount.Rate{Num: s.Parts, Den: parts}.Of(g.Amount, amount.Down)
			if got := borne[s.Funder]; got < low || got > low+1 {
				t.Fatalf("%s bears %d of %d/%d", s.Funder, got, s.Parts, parts)
			}
		}
	})
}

func TestPledge(t *testing.T) {
	gp := Programme{ID: "GP", Issuer: "G"}
	for _, c := range []struct {
		name, caller string
		until        date.Date
		code         fault.Code
	}{
		{"another", "D", today, ""},
		{"past", "D", today - 1, fault.Expired},
		{"the issuer, before past", "G", today - 1, fault.BadRequest},
	} {
		got, err := MakePledge(gp, PledgeRequest{Programme: "GP", Amount: 7, Until: c.until}, as(c.caller, before))
		if expect(t, c.name, err, c.code) && (got != Pledge{Funder: "D", Programme: "GP", Amount: 7, Until: today}) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	pledge := Pledge{Funder: "D", Programme: "GP", Amount: 7, Until: today}
	for _, c := range []struct {
		name, funder, programme string
		on                      date.Date
		code                    fault.Code
	}{
		{"its last day", "D", "GP", today, ""},
		{"the day after", "D", "GP", today + 1, fault.Expired},
		{"another funder, before expired", "F", "GP", today + 1, fault.Forbidden},
		{"another programme", "D", "FP", today, fault.Forbidden},
	} {
		expect(t, c.name, pledge.Covers(Share{Funder: c.funder, Pledge: pledgeID}, c.programme, c.on), c.code)
	}
}

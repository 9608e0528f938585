package loyalty

import (
	"reflect"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/points"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/figure"
)

// TestExpiryTexts: what is shown of an expiry rule is what sets it.
func TestExpiryTexts(t *testing.T) {
	for _, text := range []string{"free", "days:365", "month_end:12", "month_end:0", "quarter_end:4", "year_end:1",
		"fixed:2027-12-31", "sliding:365"} {
		e, err := parseExpiry(text)
		if err != nil || expiryText(e) != text || (points.Rules{Expiry: e}).Check() != nil {
			t.Errorf("%s: %+v, %v, shown as %s", text, e, err, expiryText(e))
		}
	}
	for _, text := range []string{"", "free:1", "days", "days:x", "days:70000", "fixed:365", "fixed", "never"} {
		if e, err := parseExpiry(text); err == nil {
			t.Errorf("%q was read as %+v", text, e)
		}
	}
}

// TestRulesThatAreNotNamedStay: flags change rules, and nothing else of them.
func TestRulesThatAreNotNamedStay(t *testing.T) {
	present := points.Rules{Scale: 2, EarnPerDay: 7, Window: 12,
		Tiers:    []points.Tier{{ID: "old", En: "O", Zh: "旧", AtLeast: 1}},
		Transfer: points.TransferRules{Allowed: true, PerDay: 5, Wait: 3},
		Expiry:   points.Expiry{Kind: points.Days, N: 30}}
	for _, c := range []struct {
		name string
		args []string
		want func(points.Rules) points.Rules
	}{
		{"grace", []string{"--grace-days", "14"}, func(r points.Rules) points.Rules { r.Grace = 14; return r }},
		{"to none", []string{"--earn-per-day", "0"}, func(r points.Rules) points.Rules { r.EarnPerDay = 0; return r }},
		{"expiry", []string{"--expiry", "free"},
			func(r points.Rules) points.Rules { r.Expiry = points.Expiry{}; return r }},
		{"in the rules' scale", []string{"--spend-per-day", "18.60"},
			func(r points.Rules) points.Rules { r.SpendPerDay = 1860; return r }},
		{"in another scale", []string{"--spend-per-day", "18.6", "--scale", "1"},
			func(r points.Rules) points.Rules { r.SpendPerDay, r.Scale = 186, 1; return r }},
		{"one limit", []string{"--transfer-per-counterparty", "0.02"},
			func(r points.Rules) points.Rules { r.Transfer.PerCounterparty = 2; return r }},
		{"no transfers", []string{"--transfer=false"},
			func(r points.Rules) points.Rules { r.Transfer = points.TransferRules{}; return r }},
		{"other tiers", []string{"--tier", "a:A:甲:0.05", "--tier", "b:B:乙:0.09"}, func(r points.Rules) points.Rules {
			r.Tiers = []points.Tier{{ID: "a", En: "A", Zh: "甲", AtLeast: 5}, {ID: "b", En: "B", Zh: "乙", AtLeast: 9}}
			return r
		}},
		{"no tiers", []string{"--tier", "none"}, func(r points.Rules) points.Rules {
			r.Tiers,
				r.Window = nil, 0
			return r
		}},
	} {
		var changes ruleChanges
		cmd := cli.Leaf("rules", "", "", nil)
		changes.flags(cmd)
		if err := cmd.ParseFlags(c.args); err != nil || changes.None() {
			t.Errorf("%s: %v", c.name, err)
		}
		scale := present.Scale
		if changes.Scale != nil {
			scale = *changes.Scale
		}
		named, err := changes.in(func(d figure.Decimal) (amount.Units, error) { return d.Units(scale) })
		if got := named.On(present); err != nil || !reflect.DeepEqual(got, c.want(present)) {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		} else if err := got.Check(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

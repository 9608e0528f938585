package main

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/client/figure"
	"tallystick/client/index"
	"tallystick/client/node/consortium"
	"tallystick/client/node/members"
)

// reading is what a parser made of a text.
type reading struct {
	text string
	want any
	code fault.Code // or what it is refused with
}

func readings[T any](t *testing.T, parse func(string) (T, error), cases ...reading) {
	t.Helper()
	for _, c := range cases {
		got, err := parse(c.text)
		if code := codeOf(err); code != c.code {
			t.Errorf("%q: %v, want %q", c.text, err, c.code)
		} else if err == nil && !reflect.DeepEqual(any(got), c.want) {
			t.Errorf("%q: %+v, want %+v", c.text, got, c.want)
		}
	}
}

// codeOf is what an error comes to on the command line: uncoded ones are bad use.
func codeOf(err error) fault.Code {
	if code := fault.CodeOf(err); code != fault.Internal {
		return code
	}
	return fault.BadRequest
}

func TestReadings(t *testing.T) {
	bad := fault.BadRequest
	d9 := number.Command{Party: "D", Seq: 9}
	readings(t, func(text string) (points.Grant, error) { g, _, err := parseGrant(text); return g, err },
		reading{text: "li:5", want: points.Grant{Member: "li", Amount: 5}},
		reading{text: "li:5:2026-12-31", want: points.Grant{Member: "li", Amount: 5, Expires: 20818}},
		reading{text: "li:5::D", want: points.Grant{Member: "li", Amount: 5, Activator: "D"}},
		reading{text: "li:5:2026-12-31:D", want: points.Grant{Member: "li", Amount: 5, Expires: 20818, Activator: "D"}},
		reading{text: "li", code: bad}, reading{text: "li:five", code: bad}, reading{text: "li:5:D", code: bad},
		reading{text: "li:5::D:x", code: bad}, reading{text: "", code: bad})
	readings(t, parseShare,
		reading{text: "G:60", want: points.Share{Funder: "G", Parts: 60}},
		reading{text: "D:40:D.0.9.0", want: points.Share{Funder: "D", Parts: 40, Pledge: d9}},
		reading{text: "G", code: bad}, reading{text: "G:half", code: bad}, reading{text: "D:40:D.0", code: bad},
		reading{text: "D:40:D.0.9.0:1", code: bad})
	readings(t, parseLine,
		reading{text: "12", want: points.Bought{Fen: 1200}},
		reading{text: "oil:12.50", want: points.Bought{Label: "oil", Fen: 1250}},
		reading{text: "12.505", code: bad}, reading{text: "1,200", code: bad}, reading{text: "oil:", code: bad},
		reading{text: "", code: bad})
	readings(t, parseFunder, reading{text: "G:60", want: campaign.Share{Party: "G", Parts: 60}},
		reading{text: "G", code: bad}, reading{text: "G:half", code: bad})
	readings(t, parseBought,
		reading{text: "12", want: campaign.Line{Fen: 1200}},
		reading{text: "oil:12.50", want: campaign.Line{Label: "oil", Fen: 1250}},
		reading{text: "S1/5w30:12", want: campaign.Line{Good: "S1/5w30", Fen: 1200}},
		reading{text: "oil,S1/5w30:12.0", want: campaign.Line{Good: "S1/5w30", Label: "oil", Fen: 1200}},
		reading{text: "12.505", code: bad}, reading{text: "oil:", code: bad}, reading{text: "oil,tyre:5", code: bad},
		reading{text: "S1/a,S1/b:5", code: bad}, reading{text: "", code: bad})
	five, err := figure.Parse("18.60")
	if err != nil {
		t.Fatal(err)
	}
	readings(t, parsePart, reading{text: "GP:18.60", want: Part{"GP", 1860, five}},
		reading{text: "GP", code: bad}, reading{text: "GP:", code: bad}, reading{text: "GP:-1", code: bad},
		reading{text: "GP:1,860", code: bad})
	readings(t, parseLotPart,
		reading{text: "D.0.9.0.0:18.60", want: lotPart{d9.Row(0), five}},
		reading{text: "D.0.9.0:5", code: bad}, reading{text: "D.0.9.0.0", code: bad})
	readings(t, parseMultiplier,
		reading{text: "gold:3/2", want: points.Multiplier{For: "gold", Times: amount.Rate{Num: 3, Den: 2}}},
		reading{text: "none:0", want: points.Multiplier{For: "none", Times: amount.Rate{Den: 1}}},
		reading{text: "gold", code: bad}, reading{text: "gold:much", code: bad})
	fiveHundred, err := figure.Parse("500")
	if err != nil {
		t.Fatal(err)
	}
	readings(t, parseTier,
		reading{text: "gold:Gold:金:500", want: tier{points.Tier{ID: "gold", En: "Gold", Zh: "金"}, fiveHundred}},
		reading{text: "gold:500", code: bad}, reading{text: "gold:Gold:金:", code: bad})
	name, none := "王=李", ""
	readings(t, parseField,
		reading{text: "name=王=李", want: members.Field{Name: "name", Value: &name}},
		reading{text: "name", want: members.Field{Name: "name"}},
		reading{text: "name=", want: members.Field{Name: "name", Value: &none}},
		reading{text: "=x", code: bad}, reading{text: "full name=x", code: bad})
	readings(t, parseSpan,
		reading{text: "7d", want: 7 * ADay}, reading{text: "36h", want: 36 * time.Hour},
		reading{text: "15m", want: 15 * time.Minute},
		reading{text: "0d", code: bad}, reading{text: "-1h", code: bad}, reading{text: "0s", code: bad},
		reading{text: "1w", code: bad}, reading{text: "99999d", code: bad})
	readings(t, Small[uint8], reading{text: "255", want: uint8(255)}, reading{text: "256", code: bad},
		reading{text: "-1", code: bad}, reading{text: "", code: bad})
}

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

func TestSpanTexts(t *testing.T) {
	for want, d := range map[string]time.Duration{"15m": 15 * time.Minute, "1d": ADay, "7d": 7 * ADay,
		"36h": 36 * time.Hour, "1h": time.Hour, "1h30m": 90 * time.Minute, "20s": 20 * time.Second} {
		if got := spanText(d); got != want {
			t.Errorf("%s is shown as %s", want, got)
		}
	}
}

func TestScales(t *testing.T) {
	s := ScalesOf([]points.Programme{{ID: "GP", Rules: points.Rules{Scale: 2}}, {ID: "DP"}})
	for _, c := range []struct {
		programme string
		units     amount.Units
		want      string
	}{
		{"GP", 1860, "18.60"}, {"GP", 5, "0.05"}, {"GP", 0, "0.00"}, {"DP", 1860, "1,860"},
		{"DP", 0, "0"}, {"unknown", 7, "7"},
		{"GP", amount.Max, "90,071,992,547,409.91"},
	} {
		if got := s.Show(c.programme, c.units); got != c.want {
			t.Errorf("%d %s: %s", c.units, c.programme, got)
		}
	}
	if s.OrNone("GP", 0) != "" || s.OrNone("GP", 1) != "0.01" {
		t.Error("a limit of 0 is none")
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
		cmd := Leaf("rules", "", "", nil)
		changes.flags(cmd)
		if err := cmd.ParseFlags(c.args); err != nil || changes.none() {
			t.Errorf("%s: %v", c.name, err)
		}
		if got, err := changes.on(present); err != nil || !reflect.DeepEqual(got, c.want(present)) {
			t.Errorf("%s: %+v", c.name, got)
		} else if err := got.Check(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestPointsTakenOfWhatIsNotHonoured are shown in their programme's digits.
func TestPointsTakenOfWhatIsNotHonoured(t *testing.T) {
	found := consortium.Unsealed{Traces: []index.Trace{{Block: 7, Tx: "t", Party: "D",
		Commands: []string{"points:Hold"}, Points: 1860, Programme: "GP"}, {Points: 7, Programme: "XP"}}}
	w := table.NewWriter()
	unsealedTable(w, found, Scales{"GP": 2})
	if got := w.Render(); !strings.Contains(got, "took 18.60 of GP: points:Hold") ||
		!strings.Contains(got, "took 7 smallest units of XP") {
		t.Error(got)
	}
}

package books

import (
	"reflect"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/points"
)

var programmes = []points.Programme{
	{ID: "MP", Issuer: "M", Price: amount.Rate{Num: 1, Den: 2}}, {ID: "GP", Issuer: "G", Price: one},
	{ID: "DP", Issuer: "D", Price: one}, {ID: "FP", Issuer: "F", Price: amount.Rate{Num: 4, Den: 5}},
}

// storyFlows are the redemptions of 2026-11: Zhang's oil kit, Li's ride, Wang's wiper.
var storyFlows = []Redemption{
	{"2026-11", "DP", "D", "D", "zhang", "R1", 1860}, {"2026-11", "FP", "F", "D", "zhang", "R1", 8400},
	{"2026-11", "GP", "G", "D", "zhang", "R1", 20000},
	{"2026-11", "GP", "G", "M", "li", "R2", 9600}, {"2026-11", "GP", "D", "M", "li", "R2", 1200},
	{"2026-11", "DP", "D", "G", "wang", "R3", 900},
	{"2026-12", "MP", "M", "M", "li", "R4", 1}, {"2026-12", "GP", "G", "G", "zhang", "R5", 50},
}

func TestFlows(t *testing.T) {
	flows := Flows(programmes, storyFlows)
	want := []Flow{
		{"2026-11", "D", "DP", "D", "D", 1, 1860, "1860"}, {"2026-11", "D", "DP", "D", "G", 1, 900, "900"},
		{"2026-11", "F", "FP", "F", "D", 1, 8400, "6720"},
		{"2026-11", "G", "GP", "D", "M", 1, 1200, "1200"}, {"2026-11", "G", "GP", "G", "D", 1, 20000, "20000"},
		{"2026-11", "G", "GP", "G", "M", 1, 9600, "9600"},
		{"2026-12", "G", "GP", "G", "G", 1, 50, "50"}, {"2026-12", "M", "MP", "M", "M", 1, 1, "1/2"},
	}
	if !reflect.DeepEqual(flows, want) {
		t.Errorf("%+v", flows)
	}
	m := MatrixOf(programmes, flows)
	if !reflect.DeepEqual(m.Acceptors, []string{"D", "G", "M"}) || len(m.Rows) != 4 {
		t.Fatalf("%+v", m)
	}
	if gp := m.Rows[2]; !reflect.DeepEqual(gp,
		MatrixRow{"G", "GP", []amount.Units{20000, 50, 10800}, []string{"20000", "50", "10800"}, 30850, "30850"}) {
		t.Errorf("%+v", gp)
	}
	if mp := m.Rows[3]; mp.Programme != "MP" || mp.SumFen != "1/2" {
		t.Errorf("%+v", mp)
	}
	if flows := Flows(programmes, nil); flows == nil {
		t.Error("no list of none")
	}
}

// TestAbsurdSumsSpoilNoReport: what one party redeems and converts of a programme of its own, in amounts that add up to
// more
// than an amount can be, is told as the most that it can be; what is the others' is there as it was.
func TestAbsurdSumsSpoilNoReport(t *testing.T) {
	past := append([]Redemption{{"2026-11", "GP", "G", "G", "li", "a", amount.Max},
		{"2026-11", "GP", "G", "G", "li", "b", 1}, {"2026-12", "GP", "G", "M", "li", "c", amount.Max}}, storyFlows...)
	flows := Flows(programmes, past)
	for _, f := range flows {
		if f.Cycle == "2026-11" && f.Programme == "GP" && f.Party == "G" && f.Acceptor == "G" &&
			(f.Points != amount.Max || f.Times != 2) {
			t.Errorf("%+v", f)
		}
	}
	m := MatrixOf(programmes, flows)
	if gp, mp := m.Rows[2], m.Rows[3]; gp.Sum != amount.Max || mp.SumFen != "1/2" || len(m.Rows) != 4 {
		t.Errorf("%+v", m)
	}
	got := Crossings([]Conversion{{"2026-11", "MP", "GP", amount.Max}, {"2026-12", "MP", "GP", amount.Max},
		{"2026-12", "BP", "GP", 5}})
	if len(got) != 2 || got[0].Points != 5 || got[1].Points != amount.Max || got[1].Times != 2 {
		t.Errorf("%+v", got)
	}
}

func TestUsage(t *testing.T) {
	u := UsageOf(programmes, storyFlows)
	want := Usage{Members: 3, Repurchase: Rate{2, 3, "2/3"}, Elsewhere: Rate{1, 3, "1/3"}, Foreign: Rate{3, 5, "3/5"}}
	if u != want {
		t.Errorf("%+v", u)
	}
	if u := UsageOf(programmes, nil); u.Members != 0 || u.Repurchase.Rate != "0" {
		t.Errorf("%+v", u)
	}
}

func TestCrossings(t *testing.T) {
	got := Crossings(
		[]Conversion{{"2026-11", "MP", "GP", 3150}, {"2026-12", "BP", "GP", 5000}, {"2026-12", "BP", "GP", 5000}})
	want := []Crossing{{"BP", "GP", 2, 10000}, {"MP", "GP", 1, 3150}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestCapsOver(t *testing.T) {
	for _, c := range []struct {
		cap     Cap
		percent uint8
		over    bool
	}{
		{Cap{Limit: 10_000, Drawn: 7999}, 80, false}, {Cap{Limit: 10_000, Drawn: 8000}, 80, true},
		{Cap{Limit: 10_000, Drawn: 10_000}, 100, true},
		{Cap{Limit: 3, Drawn: 2}, 67, false}, {Cap{Limit: 3, Drawn: 2}, 66, true},
		{Cap{Limit: amount.Max, Drawn: amount.Max - 1}, 100, false},
		{Cap{Limit: amount.Max, Drawn: amount.Max}, 100, true}, {Cap{Limit: 5, Drawn: -1}, 1, false},
	} {
		if got := c.cap.Over(c.percent); got != c.over {
			t.Errorf("%+v at %d %%: %v", c.cap, c.percent, got)
		}
	}
}

func TestMonths(t *testing.T) {
	m, err := ParseMonth("2026-11")
	if err != nil || m != MonthOf(november) || m.String() != "2026-11" || (m+2).String() != "2027-01" {
		t.Errorf("%d %s, %v", m, m, err)
	}
	for _, bad := range []string{"", "2026", "2026-13", "11-2026"} {
		if _, err := ParseMonth(bad); err == nil {
			t.Errorf("%q is a month", bad)
		}
	}
}

package points

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

func tiers(n int) (list []Tier) {
	for i := range n {
		list = append(list, Tier{ID: "t" + string(rune('a'+i)), En: "t", Zh: "级", AtLeast: amount.Units(i + 1)})
	}
	return list
}

func TestRulesCheck(t *testing.T) {
	allowed := func(change func(*TransferRules)) Rules {
		r := Rules{Transfer: TransferRules{Allowed: true}}
		change(&r.Transfer)
		return r
	}
	expiry := func(k ExpiryKind, n uint16, on date.Date) Rules { return Rules{Expiry: Expiry{Kind: k, N: n, On: on}} }
	for _, c := range []struct {
		name  string
		rules Rules
		code  fault.Code
	}{
		{"none", Rules{}, ""},
		{"scale 6", Rules{Scale: 6}, ""},
		{"scale 7", Rules{Scale: 7}, fault.BadRequest},
		{"scale before an amount", Rules{Scale: 7, EarnPerDay: amount.Max + 1}, fault.BadRequest},
		{"limits", Rules{EarnPerDay: 1, SpendPerDay: amount.Max}, ""},
		{"a negative limit", Rules{SpendPerDay: -1}, fault.BadRequest},
		{"too high a limit", Rules{EarnPerDay: amount.Max + 1}, fault.Limit},
		{"transfers", allowed(func(r *TransferRules) { r.PerDay, r.PerCounterparty, r.Wait = 5, 3, MaxAhead }), ""},
		{"a negative limit of transfers", allowed(func(r *TransferRules) { r.PerDay = -1 }), fault.BadRequest},
		{"too high a limit of transfers", allowed(func(r *TransferRules) { r.PerCounterparty = amount.Max + 1 }),
			fault.Limit},
		{"too long a wait", allowed(func(r *TransferRules) { r.Wait = MaxAhead + 1 }), fault.BadRequest},
		{"a limit of no transfers", Rules{Transfer: TransferRules{PerDay: 1}}, fault.BadRequest},
		{"a wait after no transfers", Rules{Transfer: TransferRules{Wait: 1}}, fault.BadRequest},
		{"grace", Rules{Grace: MaxAhead}, ""},
		{"too long a grace", Rules{Grace: MaxAhead + 1}, fault.BadRequest},
		{"free with a number", expiry(Free, 1, 0), fault.BadRequest},
		{"free with a day", expiry(Free, 0, today), fault.BadRequest},
		{"1 day", expiry(Days, 1, 0), ""},
		{"0 days", expiry(Days, 0, 0), fault.BadRequest},
		{"ten years of days", expiry(Days, MaxAhead, 0), ""},
		{"a day more", expiry(Days, MaxAhead+1, 0), fault.BadRequest},
		{"days on a day", expiry(Days, 1, today), fault.BadRequest},
		{"this month's end", expiry(MonthEnd, 0, 0), ""},
		{"120 months", expiry(MonthEnd, 120, 0), ""},
		{"121 months", expiry(MonthEnd, 121, 0), fault.BadRequest},
		{"40 quarters", expiry(QuarterEnd, 40, 0), ""},
		{"41 quarters", expiry(QuarterEnd, 41, 0), fault.BadRequest},
		{"10 years", expiry(YearEnd, 10, 0), ""},
		{"11 years", expiry(YearEnd, 11, 0), fault.BadRequest},
		{"fixed", expiry(Fixed, 0, today), ""},
		{"fixed without a day", expiry(Fixed, 0, 0), fault.BadRequest},
		{"fixed with a number", expiry(Fixed, 1, today), fault.BadRequest},
		{"fixed in 1970", expiry(Fixed, 0, 1), fault.BadRequest},
		{"sliding", expiry(Sliding, 1, 0), ""},
		{"sliding by nothing", expiry(Sliding, 0, 0), fault.BadRequest},
		{"an unknown kind", expiry(Sliding+1, 1, 0), fault.BadRequest},
		{"tiers", Rules{Tiers: tiers(MaxTiers), Window: MaxWindow}, ""},
		{"too many tiers", Rules{Tiers: tiers(MaxTiers + 1), Window: 1}, fault.BadRequest},
		{"tiers without a window", Rules{Tiers: tiers(1)}, fault.BadRequest},
		{"a window without tiers", Rules{Window: 1}, fault.BadRequest},
		{"too long a window", Rules{Tiers: tiers(1), Window: MaxWindow + 1}, fault.BadRequest},
		{"an odd tier", Rules{Tiers: []Tier{{ID: "a b", En: "a", Zh: "a", AtLeast: 1}}, Window: 1}, fault.BadRequest},
		{"a tier without an English name", Rules{Tiers: []Tier{{ID: "a", Zh: "a", AtLeast: 1}}, Window: 1},
			fault.BadRequest},
		{"a tier without a Chinese name", Rules{Tiers: []Tier{{ID: "a", En: "a", AtLeast: 1}}, Window: 1},
			fault.BadRequest},
		{"a tier for nothing", Rules{Tiers: []Tier{{ID: "a", En: "a", Zh: "a"}}, Window: 1}, fault.BadRequest},
		{"a tier out of reach", Rules{Tiers: []Tier{{ID: "a", En: "a", Zh: "a", AtLeast: amount.Max + 1}}, Window: 1},
			fault.Limit},
		{"equal tiers", Rules{Tiers: with(tiers(2), func(l *[]Tier) { (*l)[1].AtLeast = 1 }), Window: 1},
			fault.BadRequest},
		{"a tier twice", Rules{Tiers: with(tiers(2), func(l *[]Tier) { (*l)[1].ID = (*l)[0].ID }), Window: 1},
			fault.BadRequest},
	} {
		expect(t, c.name, c.rules.Check(), c.code)
	}
}

func TestLastDay(t *testing.T) {
	fixed := Expiry{Kind: Fixed, On: today}
	for _, c := range []struct {
		name         string
		rule         Expiry
		named, today date.Date
		want         date.Date
		code         fault.Code
	}{
		{"free, named", Expiry{}, today + 1, today, today + 1, ""},
		{"free, today", Expiry{}, today, today, today, ""},
		{"free, yesterday", Expiry{}, today - 1, today, 0, fault.Expired},
		{"free, none", Expiry{}, 0, today, 0, fault.BadRequest},
		{"days, none named", Expiry{Kind: Days, N: 10}, 0, today, today + 10, ""},
		{"days, the same named", Expiry{Kind: Days, N: 10}, today + 10, today, today + 10, ""},
		{"days, another named", Expiry{Kind: Days, N: 10}, today + 9, today, 0, fault.BadRequest},
		{"another named before expired", fixed, today - 1, today + 1, 0, fault.BadRequest},
		{"fixed, on the day", fixed, 0, today, today, ""},
		{"fixed, the day after", fixed, 0, today + 1, 0, fault.Expired},
		{"sliding", Expiry{Kind: Sliding, N: 30}, 0, today, today + 30, ""},
		{"past the calendar", Expiry{Kind: YearEnd, N: 10}, 0, day(t, "2190-01-01"), 0, fault.BadRequest},
	} {
		got, err := c.rule.LastDay(c.named, c.today)
		if expect(t, c.name, err, c.code) && got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestLastDayByTheCalendar steps through a calendar day by day and takes the last
// day of the period that is N further.
func TestLastDayByTheCalendar(t *testing.T) {
	period := map[ExpiryKind]func(time.Time) int{
		MonthEnd:   func(d time.Time) int { return d.Year()*12 + int(d.Month()) - 1 },
		QuarterEnd: func(d time.Time) int { return d.Year()*4 + (int(d.Month())-1)/3 },
		YearEnd:    func(d time.Time) int { return d.Year() },
	}
	rapid.Check(t, func(t *rapid.T) {
		start := date.Date(rapid.Int32Range(20000, 50000).Draw(t, "today"))
		kind := rapid.SampledFrom([]ExpiryKind{MonthEnd, QuarterEnd, YearEnd}).Draw(t, "kind")
		n := rapid.IntRange(0, 8).Draw(t, "n")
		at := func(d date.Date) int { return period[kind](time.Unix(int64(d)*86400, 0).UTC()) }
		want := start
		for at(want+1) <= at(start)+n {
			want++
		}
		got, err := Expiry{Kind: kind, N: uint16(n)}.LastDay(0, start)
		if err != nil || got != want {
			t.Fatalf("%s + %d %s: %s, want %s, %v", start, n, kind, got, want, err)
		}
	})
}

func TestRulesSayWhatMustBeCounted(t *testing.T) {
	for _, c := range []struct {
		name                 string
		rules                Rules
		earned, spent, given bool
	}{
		{"none", Rules{Transfer: TransferRules{Allowed: true, Wait: 3}, Grace: 9}, false, false, false},
		{"a limit of earning", Rules{EarnPerDay: 1}, true, false, false},
		{"tiers", Rules{Tiers: tiers(1), Window: 1}, true, false, false},
		{"a limit of spending", Rules{SpendPerDay: 1}, false, true, false},
		{"sliding", Rules{Expiry: Expiry{Kind: Sliding, N: 1}}, true, true, false},
		{"days", Rules{Expiry: Expiry{Kind: Days, N: 1}}, false, false, false},
		{"a limit of transfers", Rules{Transfer: TransferRules{Allowed: true, PerDay: 1}}, false, false, true},
		{"a limit by counterparty", Rules{Transfer: TransferRules{Allowed: true, PerCounterparty: 1}}, false, false,
			true},
	} {
		if r := c.rules; r.CountsEarning() != c.earned || r.CountsSpending() != c.spent ||
			r.CountsSending() != c.given {
			t.Errorf("%s: %v %v %v", c.name, r.CountsEarning(), r.CountsSpending(), r.CountsSending())
		}
	}
}

func TestRulesReadBack(t *testing.T) {
	for k := Free; k <= Sliding; k++ {
		rules := Rules{Expiry: Expiry{Kind: k, N: 3}, Tiers: tiers(2), Window: 12}
		var fromLedger, fromText Rules
		if err := codec.Decode(codec.Encode(rules), &fromLedger); err != nil || fromLedger.Expiry != rules.Expiry ||
			len(fromLedger.Tiers) != 2 {
			t.Errorf("%s from the ledger: %+v, %v", k, fromLedger, err)
		}
		text, _ := json.Marshal(rules)
		if err := json.Unmarshal(text, &fromText); err != nil || fromText.Expiry != rules.Expiry {
			t.Errorf("%s from %s: %+v, %v", k, text, fromText, err)
		}
	}
	var k ExpiryKind
	if err := json.Unmarshal([]byte(`"never"`), &k); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("an unknown kind was read: %v", err)
	}
}

package points

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

func TestDayLimits(t *testing.T) {
	rules := Rules{
		EarnPerDay: 10, SpendPerDay: 10, Transfer: TransferRules{Allowed: true, PerDay: 10, PerCounterparty: 6},
	}
	sent := 0 // each to another member: one's own limit is TestSend's
	type step func(Standing, amount.Units, date.Date) (Standing, error)
	verbs := map[string]step{
		"earn":    func(s Standing, u amount.Units, d date.Date) (Standing, error) { return s.Earn(rules, u, d) },
		"spend":   func(s Standing, u amount.Units, d date.Date) (Standing, error) { return s.Spend(rules, u, d) },
		"convert": func(s Standing, u amount.Units, d date.Date) (Standing, error) { return s.Convert(10, u, d) },
		"send": func(s Standing, u amount.Units, d date.Date) (Standing, error) {
			sent++
			return s.Send(rules, fmt.Sprintf("to%d", sent), u, d)
		},
	}
	for name, do := range verbs {
		var s Standing
		for _, c := range []struct {
			units amount.Units
			on    date.Date
			code  fault.Code
		}{
			{4, today, ""}, {7, today, fault.DailyCap}, {6, today, ""}, {1, today, fault.DailyCap},
			{5, today + 1, ""}, {5, today + 1, ""}, {1, today + 1, fault.DailyCap}, {5, today + 2, ""},
		} {
			next, err := do(s, c.units, c.on)
			if expect(t, fmt.Sprintf("%s %d on day %d", name, c.units, c.on-today), err, c.code) {
				s = next
			}
		}
	}
	if _, err := (Standing{}).Earn(Rules{}, amount.Max, today); err != nil {
		t.Errorf("without a limit: %v", err)
	}
	s, _ := Standing{}.Earn(Rules{}, amount.Max, today)
	if _, err := s.Earn(Rules{}, 1, today); fault.CodeOf(err) != fault.Limit {
		t.Errorf("past all amounts: %v", err)
	}
	if _, err := s.Earn(Rules{}, 1, today+1); fault.CodeOf(err) != fault.Limit {
		t.Errorf("past all amounts in one month: %v", err)
	}
}

func TestSend(t *testing.T) {
	rules := Rules{Transfer: TransferRules{Allowed: true, PerDay: 100, PerCounterparty: 6}}
	s := Standing{}
	for _, c := range []struct {
		name, to string
		units    amount.Units
		on       date.Date
		code     fault.Code
	}{
		{"first", "wang", 4, today, ""},
		{"another, sorted before", "chen", 6, today, ""},
		{"too much to one", "wang", 3, today, fault.DailyCap},
		{"just enough", "wang", 2, today, ""},
		{"the day's limit first", "zhao", 89, today, fault.DailyCap},
		{"the next day", "wang", 6, today + 1, ""},
	} {
		kept := slices.Clone(s.Today.To)
		next, err := s.Send(rules, c.to, c.units, c.on)
		if !slices.Equal(kept, s.Today.To) {
			t.Errorf("%s: changed what was there", c.name)
		}
		if expect(t, c.name, err, c.code) {
			s = next
		}
		if !slices.IsSortedFunc(s.Today.To, func(a, b Sent) int { return cmp.Compare(a.Member, b.Member) }) {
			t.Errorf("%s: %v is not sorted", c.name, s.Today.To)
		}
	}
	full := Standing{}
	for i := range MaxCounterparties {
		full, _ = full.Send(Rules{}, fmt.Sprintf("m%02d", i), 1, today)
	}
	_, err := full.Send(Rules{}, "one-more", 1, today)
	expect(t, "a 65th counterparty", err, fault.DailyCap)
	_, err = full.Send(Rules{}, "m00", 1, today)
	expect(t, "an old one", err, "")
}

func TestUnspend(t *testing.T) {
	spent := func(units amount.Units, on date.Date) Standing {
		s, err := Standing{}.Spend(Rules{}, units, on)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, c := range []struct {
		name        string
		s           Standing
		back        amount.Units
		held, today date.Date
		want        amount.Units
	}{
		{"of today", spent(10, today), 4, today, today, 6},
		{"all of today", spent(10, today), 10, today, today, 0},
		{"more than today's", spent(10, today), 11, today, today, 0},
		{"held yesterday, while today has its own", spent(10, today), 10, today - 1, today, 10},
		{"of a day that is over", spent(10, today), 4, today, today + 1, 10},
		{"of the day before, on a day without any", spent(10, today), 4, today + 1, today + 1, 10},
	} {
		if got := c.s.Unspend(c.back, c.held, c.today); got.Today.Spent != c.want || got.Active != c.s.Active {
			t.Errorf("%s: %+v, want %d", c.name, got, c.want)
		}
	}
}

// TestTiersByRecount holds tiers against a list of awards that is counted anew.
func TestTiersByRecount(t *testing.T) {
	type award struct {
		on    date.Date
		units amount.Units
	}
	rapid.Check(t, func(t *rapid.T) {
		rules := Rules{Window: uint8(rapid.IntRange(1, MaxWindow).Draw(t, "window"))}
		rules.Tiers = []Tier{{ID: "low", AtLeast: 50}, {ID: "mid", AtLeast: 200}, {ID: "top", AtLeast: 600}}
		var s Standing
		var awards []award
		now := date.Date(rapid.Int32Range(20000, 21000).Draw(t, "start"))
		for range rapid.IntRange(0, 60).Draw(t, "awards") {
			now += date.Date(rapid.Int32Range(0, 45).Draw(t, "days"))
			a := award{now, drawUnits(t, 1, 60, "units")}
			next, err := s.Earn(rules, a.units, a.on)
			if err != nil {
				t.Fatal(err)
			}
			s, awards = next, append(awards, a)
		}
		now += date.Date(rapid.Int32Range(0, 400).Draw(t, "later"))
		sum := amount.Units(0)
		for _, a := range awards {
			if now.Month()-a.on.Month() < int32(rules.Window) {
				sum += a.units
			}
		}
		want := ""
		switch {
		case sum >= 600:
			want = "top"
		case sum >= 200:
			want = "mid"
		case sum >= 50:
			want = "low"
		}
		if got := s.Tier(rules, now); s.Earned(rules, now) != sum || got != want {
			t.Fatalf("earned %d, tier %q; want %d, %q", s.Earned(rules, now), got, sum, want)
		}
		if len(s.Months) > MaxWindow {
			t.Fatalf("%d months", len(s.Months))
		}
	})
}

func TestTierBoundaries(t *testing.T) {
	rules := Rules{Window: 2, Tiers: []Tier{{ID: "low", AtLeast: 10}, {ID: "top", AtLeast: 20}}}
	s := Standing{}
	for _, on := range []string{"2026-01-31", "2026-02-01"} {
		s, _ = s.Earn(rules, 10, day(t, on))
	}
	for on, want := range map[string]string{
		"2026-02-01": "top", "2026-02-28": "top", "2026-03-01": "low", "2026-03-31": "low", "2026-04-01": "",
	} {
		if got := s.Tier(rules, day(t, on)); got != want {
			t.Errorf("on %s: %q, want %q", on, got, want)
		}
	}
	if s.Active != day(t, "2026-02-01") {
		t.Errorf("active %s", s.Active)
	}
}

// TestJoin holds two standings that are joined against one that did it all.
func TestJoin(t *testing.T) {
	rules := Rules{Window: 12, Tiers: tiers(1)}
	rapid.Check(t, func(t *rapid.T) {
		var a, b, both Standing
		now := today
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			now += date.Date(rapid.SampledFrom([]int32{0, 0, 0, 1, 31}).Draw(t, "days"))
			units, to := drawUnits(t, 1, 9, "units"), rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "to")
			do := []func(Standing) (Standing, error){
				func(s Standing) (Standing, error) { return s.Earn(rules, units, now) },
				func(s Standing) (Standing, error) { return s.Spend(rules, units, now) },
				func(s Standing) (Standing, error) { return s.Send(rules, to, units, now) },
				func(s Standing) (Standing, error) { return s.Convert(0, units, now) },
			}[rapid.IntRange(0, 3).Draw(t, "verb")]
			one := rapid.SampledFrom([]*Standing{&a, &b}).Draw(t, "whose")
			*one, _ = do(*one)
			both, _ = do(both)
		}
		for _, on := range []date.Date{now, now + 1} {
			want := fmt.Sprint(both.Months, both.Active, both.on(on))
			for _, got := range []Standing{a.Join(b, on), b.Join(a, on)} {
				if got := fmt.Sprint(got.Months, got.Active, got.Today); got != want {
					t.Fatalf("%s, want %s", got, want)
				}
			}
		}
	})
}

func TestJoinKeepsWithinItsRoom(t *testing.T) {
	var a, b Standing
	for i := range 20 {
		a.Months = append(a.Months, Month{Month: int32(2 * i), Earned: 1})
		b.Months = append(b.Months, Month{Month: int32(2*i + 1), Earned: 1})
	}
	a.Today, b.Today = Day{Date: today, Spent: amount.Max}, Day{Date: today, Spent: 1}
	for i := range 40 {
		a.Today.To = append(a.Today.To, Sent{Member: fmt.Sprintf("a%02d", i), Amount: 1})
		b.Today.To = append(b.Today.To, Sent{Member: fmt.Sprintf("b%02d", i), Amount: 1})
	}
	s := a.Join(b, today)
	if len(s.Months) != MaxWindow || s.Months[0].Month != 16 || s.Months[MaxWindow-1].Month != 39 {
		t.Errorf("months %v", s.Months)
	}
	if len(s.Today.To) != MaxCounterparties || s.Today.Spent != amount.Max {
		t.Errorf("%d counterparties, %d spent", len(s.Today.To), s.Today.Spent)
	}
	if len(a.Months) != 20 || len(a.Today.To) != 40 || a.Today.To[39].Member != "a39" {
		t.Error("the joined one was changed")
	}
}

package workday

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

func on(t testing.TB, text string) date.Date {
	t.Helper()
	d, err := date.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWorkingDays(t *testing.T) {
	for day, works := range map[string]bool{
		"2026-11-30": true,                       // a Monday
		"2026-12-05": false, "2026-12-06": false, // a weekend
		// the national holiday, and a Saturday that is worked for it
		"2026-10-01": false, "2026-10-07": false, "2026-10-08": true, "2026-10-10": true,
		"2026-02-14": true, "2026-02-15": false, "2026-02-23": false, "2026-02-24": true, // the Spring Festival
		// a year that isn't announced: fixed holidays
		"2027-01-01": false, "2027-10-01": false, "2027-10-04": true, "2027-05-03": true,
		"2025-01-26": true, "2025-10-08": false, "2199-12-31": true, "2000-01-01": false,
	} {
		if got := China.Is(on(t, day)); got != works {
			t.Errorf("%s: %v", day, got)
		}
	}
}

// TestWeekdays compares with the standard library, over two centuries.
func TestWeekdays(t *testing.T) {
	empty := Calendar{}
	for at := time.Date(2000, 1, 3, 12, 0, 0, 0, time.UTC); at.Year() < 2200; at = at.AddDate(0, 0, 1) {
		day := date.Of(at, time.UTC)
		free := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday
		fixed := at.Month() == time.January && at.Day() == 1 || at.Month() == time.May && at.Day() <= 2 ||
			at.Month() == time.October && at.Day() <= 3
		if empty.Is(day) == (free || fixed) {
			t.Fatalf("%s is a %s", day, at.Weekday())
		}
	}
}

func TestCounting(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int32
		want string
	}{
		{"2026-11-30", 0, "2026-11-30"}, {"2026-11-30", 3, "2026-12-03"}, {"2026-11-30", 5, "2026-12-07"},
		{"2026-12-05", 1, "2026-12-07"},
		{"2026-09-30", 1, "2026-10-08"}, {"2026-09-30", 3, "2026-10-10"}, {"2026-12-31", 1, "2027-01-04"},
		{"2026-02-13", 1, "2026-02-14"}, {"2026-02-14", 1, "2026-02-24"},
	} {
		if got := China.After(on(t, c.from), c.n); got != on(t, c.want) {
			t.Errorf("%d after %s: %s", c.n, c.from, got)
		}
	}
	for _, c := range []struct {
		from, to string
		between  int32
	}{{"2026-12-04", "2026-12-07", 0}, {"2026-12-04", "2026-12-05", 0}, {"2026-12-02", "2026-12-07", 2},
		{"2026-09-30", "2026-10-12", 3}, {"2026-12-07", "2026-12-07", 0}} {
		if got := China.Between(on(t, c.from), on(t, c.to)); got != c.between {
			t.Errorf("%d between %s and %s", got, c.from, c.to)
		}
	}
	if got := China.Before(on(t, "2026-12-07"), 2); got != on(t, "2026-12-03") {
		t.Error(got)
	}
	if got := China.Before(on(t, "2026-12-06"), 0); got != on(t, "2026-12-06") {
		t.Error(got)
	}
	if got := China.Next(on(t, "2026-10-01")); got != on(t, "2026-10-08") {
		t.Error(got)
	}
	if got := China.Last(on(t, "2026-10-07")); got != on(t, "2026-09-30") {
		t.Error(got)
	}
}

func TestParse(t *testing.T) {
	other, err := Parse("# a bank's\n2027-02-05..2027-02-11 off # 春节\n\n2027-02-20 on\n")
	if err != nil {
		t.Fatal(err)
	}
	both := China.With(other)
	for day, works := range map[string]bool{
		"2027-02-05": false, "2027-02-12": true, "2027-02-20": true, "2026-10-02": false, "2026-10-10": true,
	} {
		if both.Is(on(t, day)) != works {
			t.Errorf("%s: %v", day, !works)
		}
	}
	if !China.Is(on(t, "2027-02-05")) {
		t.Error("the calendar was changed")
	}
	for text, code := range map[string]fault.Code{

		"2027-02-05": fault.BadRequest, "2027-02-05 closed": fault.BadRequest, "2027-02-30 off": fault.BadRequest,
		"2027-02-05..2027-02-01 off":    fault.BadRequest,
		"2027-02-05 off\n2027-02-05 on": fault.BadRequest, "2000-01-01..2199-12-31 off": fault.Limit,
		"x" + strings.Repeat("y", 70_000): fault.BadRequest,
	} {
		_, err := Parse(text)
		if fault.CodeOf(err) != code || !strings.HasPrefix(fmt.Sprint(err), string(code)+": calendar") {
			t.Errorf("%.40q: %v", text, err)
		}
	}
	all, err := Parse("2026-01-01..2050-01-01 off")
	if err != nil || all.Next(on(t, "2026-01-01")) != on(t, "2050-01-03") {
		t.Errorf("a long holiday: %v", err)
	}
}

// TestAYearsWorkingDays: whatever is moved, a year has its weekends and 13 days of holidays (全国年节及纪念日放假办法, 2024), no
// day off more or less.
func TestAYearsWorkingDays(t *testing.T) {
	for _, year := range []string{"2025", "2026"} {
		works, weekends := 0, 0
		for day := on(t, year+"-01-01"); day <= on(t, year+"-12-31"); day++ {
			if China.Is(day) {
				works++
			}
			if weekend(day) {
				weekends++
			}
		}
		if works != 365-weekends-13 {
			t.Errorf("%s has %d working days and %d days of weekends", year, works, weekends)
		}
	}
}

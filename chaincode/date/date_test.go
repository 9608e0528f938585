package date

import (
	"encoding/json"
	"testing"
	"time"

	"tallystick/chaincode/fault"
)

func TestParse(t *testing.T) {
	for text, code := range map[string]fault.Code{
		"2026-11-30": "", "2000-01-01": "", "2199-12-31": "",
		"2026-02-29": fault.BadRequest, "1999-12-31": fault.BadRequest, "2200-01-01": fault.BadRequest,
		"2026-1-1": fault.BadRequest, "": fault.BadRequest, "today": fault.BadRequest,
	} {
		d, err := Parse(text)
		if fault.CodeOf(err) != code {
			t.Errorf("Parse(%q): %v", text, err)
		}
		if err == nil && d.String() != text {
			t.Errorf("Parse(%q) came back as %s", text, d)
		}
	}
}

func TestJSON(t *testing.T) {
	d, _ := Parse("2027-12-31")
	data, _ := json.Marshal(struct{ A, B Date }{d, 0})
	if string(data) != `{"A":"2027-12-31","B":""}` {
		t.Fatalf("%s", data)
	}
	var back struct{ A, B Date }
	if err := json.Unmarshal(data, &back); err != nil || back.A != d || back.B != 0 {
		t.Fatalf("%+v %v", back, err)
	}
	if json.Unmarshal([]byte(`{"A":"soon"}`), &back) == nil {
		t.Error("an unreadable date was taken")
	}
}

func TestOfFollowsThePlace(t *testing.T) {
	shanghai := time.FixedZone("CST", 8*3600)
	moment := time.Date(2026, 11, 30, 20, 0, 0, 0, time.UTC)
	if got := Of(moment, shanghai).String(); got != "2026-12-01" {
		t.Errorf("in Shanghai: %s", got)
	}
	if got := Of(moment, time.UTC).String(); got != "2026-11-30" {
		t.Errorf("in UTC: %s", got)
	}
}

func TestEndsOfPeriods(t *testing.T) {
	for _, c := range []struct {
		day                     string
		after                   int
		month, quarter, yearEnd string
	}{
		{"2026-11-24", 0, "2026-11-30", "2026-12-31", "2026-12-31"},
		{"2026-11-30", 1, "2026-12-31", "2027-03-31", "2027-12-31"},
		{"2028-01-31", 1, "2028-02-29", "2028-06-30", "2029-12-31"},
		{"2026-12-31", 2, "2027-02-28", "2027-06-30", "2028-12-31"},
	} {
		d, err := Parse(c.day)
		if err != nil {
			t.Fatal(err)
		}
		if m, q, y := d.MonthEnd(c.after).String(), d.QuarterEnd(c.after).String(),
			d.YearEnd(c.after).String(); m != c.month || q != c.quarter || y != c.yearEnd {
			t.Errorf("%s + %d: %s %s %s", c.day, c.after, m, q, y)
		}
	}
	d, _ := Parse("1970-01-01")
	if e, _ := Parse("2026-11-30"); d.Month() != 0 || e.Month() != 56*12+10 {
		t.Errorf("months %d and %d", d.Month(), e.Month())
	}
}

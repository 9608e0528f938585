package importer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/points"
	"tallystick/client/bounds"
	"tallystick/client/importer/cell"
	"tallystick/client/importer/table"
)

const mappingText = `
source: test
programme: DP
columns: {member: who, outlet: shop, amount: value, date: at, reference: basket}
prefix: {member: h}
rate: "100"
merge: true
where: [{column: value, is: ">", value: "0"}]
layout: "2006-01-02 15:04:05"
expires: {days: 365}
shards: 2
`

func load(t fataler, text string) *Mapping {
	m, err := loadText(t, text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func loadText(t fataler, text string) (*Mapping, error) {
	path := filepath.Join(t.TempDir(), "mapping.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return LoadMapping(path)
}

// tableOf is a text as the mapping reads it.
func tableOf(m *Mapping, file string) (*table.Table, error) {
	return table.New(strings.NewReader(file), "the file", m.options())
}

type fataler interface {
	TempDir() string
	Cleanup(func())
	Fatal(...any)
}

func read(t *testing.T, m *Mapping, file string) ([]*Item, Reading) {
	t.Helper()
	var items []*Item
	var r Reading
	rows, err := tableOf(m, file)
	if err != nil {
		t.Fatal(err)
	}
	for item, err := range m.Read(rows, Stores{Party: "D", Vault: &safe{}}, &r) {
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, item)
	}
	return items, r
}

// drawn is the one command of an item.
func drawn(t *testing.T, item *Item) command.Request {
	t.Helper()
	req, _, err := item.Drafts[0](Stores{Party: "D", Vault: &safe{}})
	if err != nil || len(item.Drafts) != 1 {
		t.Fatal(len(item.Drafts), err)
	}
	return req
}

func TestRead(t *testing.T) {
	awards, r := read(t, load(t, mappingText), "\ufeffwho,shop,value,at,basket,more\n"+
		"1,5,1.25,2026-01-02 10:00:00,b1,x\n"+
		"1,5,0.5,2026-01-02 10:00:00,b1,x\n"+
		"1,5,0,2026-01-02 10:00:00,b1,x\n"+ // 4: left out
		"2,,3,2026-01-03 10:00:00,b1,x\n"+ // another member
		",5,3,2026-01-03 10:00:00,b2,x\n"+ // 6: no member
		"3,5,three,2026-01-03 10:00:00,b2,x\n"+ // 7: no number
		"3,5,3,someday,b2,x\n"+ // 8: no date
		"3,5,3\n"+ // 9: too few fields
		"3,5,0.001,2026-01-03 10:00:00,b3,x\n"+ // 10: worth no point
		"4 4,5,1,2026-01-03 10:00:00,b3,x\n"+ // 11: not an id
		"5,5,1e30,2026-01-03 10:00:00,b4,x\n"+ // 12: absurd
		"5,5,\"9,0\",2026-01-03 10:00:00,b4,x\n") // 13
	var got []string
	for _, a := range awards {
		grant := drawn(t, a).(points.IssueRequest).Grants[0]
		got = append(got, fmt.Sprintf("%d %s %d %s %q %s", a.Lines, grant.Member, grant.Amount, grant.Expires,
			grant.Outlet, grant.Reference))
	}
	want := []string{`[2 3] h1 175 2027-01-02 "5" b1`, `[5] h2 300 2027-01-03 "" b1`}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("awards %q", got)
	}
	var lines []int
	for _, rejected := range r.Rejected {
		lines = append(lines, rejected.Line)
		if strings.Contains(rejected.Reason, "three") || strings.Contains(rejected.Reason, "4 4") {
			t.Errorf("line %d: the value is echoed: %s", rejected.Line, rejected.Reason)
		}
	}
	if fmt.Sprint(lines) != "[6 7 8 9 11 12 13 10]" {
		t.Errorf("rejected %+v", r.Rejected)
	}
	if r.Lines != 12 || r.Skipped != 1 || r.Commands != 2 || r.Totals != (Totals{Awards: 2, Points: 475}) {
		t.Errorf("%+v", r)
	}
}

// YAML reads an unquoted date as a moment and an unquoted rate as a number.
func TestMappingsNeedNoQuotes(t *testing.T) {
	m := load(t,
		strings.NewReplacer("{days: 365}", "{on: 2027-12-31}", `rate: "100"`, "rate: 100").Replace(mappingText))
	if m.on.String() != "2027-12-31" || m.rate.String() != "100" {
		t.Errorf("%s, %s", m.on, m.rate)
	}
}

// A ratio is rounded once, as of the exact quotient.
func TestRatios(t *testing.T) {
	for _, c := range []struct {
		rate, rounding, number string
		want                   amount.Units
	}{
		{"4/5", "down", "3", 2}, {"4/5", "up", "3", 3}, {"4/5", "half_even", "3", 2}, {"1/2", "half_even", "3", 2},
		{"1/2", "half_even", "1", 0},
		{"1/2", "half_even", "1.0000000000000000000000001", 1}, {"1/3", "up", "3", 1},
		{"1/3", "down", "2.9999999999999999999999999", 0},
		{"1/3", "up", "0.000000000000000000000000001", 1}, {"2/3", "half_even", "0.75", 0},
		{"2/3", "half_even", "0.7500000000000000000000001", 1},
	} {
		m := load(t, strings.NewReplacer(`rate: "100"`, "rate: "+c.rate+"\nrounding: "+c.rounding).Replace(mappingText))
		number, _, err := cell.Number(c.number, false)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := m.units(number); err != nil || got != c.want {
			t.Errorf("%s of %s, %s: %d, %v, want %d", c.rate, c.number, c.rounding, got, err, c.want)
		}
	}
}

func TestReadRefusesFiles(t *testing.T) {
	m := load(t, mappingText)
	for name, file := range map[string]string{"empty": "", "a column is missing": "who,shop,value,at\n1,2,3,4\n",
		"a bare quote": "who,shop,value,at,basket\n1,5,1\"1,x,b\n"} {
		if err := failureOf(m, file); err == nil {
			t.Errorf("%s: it was read", name)
		}
	}
}

func TestMappingsAreChecked(t *testing.T) {
	for name, change := range map[string][2]string{
		"unknown key": {"shards: 2", "shard: 2"}, "no rate": {`rate: "100"`, `rate: ""`},
		"a float's name": {`rate: "100"`, `rate: "1e2"`},
		"odd source":     {"source: test", "source: te/st"}, "no amount": {"amount: value, ", ""},
		"both expiries": {"{days: 365}", "{days: 365, on: 2027-01-01}"},
		"no expiry":     {"{days: 365}", "{}"}, "odd operator": {`is: ">"`, `is: "~"`},
		"no number":       {`value: "0"`, `value: "x"`},
		"too many shards": {"shards: 2", "shards: 32"}, "odd rounding": {"merge: true", "rounding: sideways"},
	} {
		path := filepath.Join(t.TempDir(), "m.yaml")
		if err := os.WriteFile(path, []byte(strings.Replace(mappingText, change[0], change[1], 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadMapping(path); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
}

// However often an import is killed and run again, and however the file grows
// meanwhile, each award counts once.
func TestImportCountsOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		path := filepath.Join(dir, "f.csv")
		text, sum, n := "who,shop,value,at,basket\n", 0, 0
		grow := func() {
			for range rapid.IntRange(1, 12).Draw(rt, "lines") {
				v := rapid.IntRange(1, 9).Draw(rt, "value")
				text += fmt.Sprintf("%d,5,%d,2026-01-02 10:00:00,b%d\n", n%3, v, n)
				sum, n = sum+100*v, n+1
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				rt.Fatal(err)
			}
		}
		l := &ledger{}
		mapping := load(t, mappingText)
		run := func() (*Report, error) {
			in, err := bounds.OpenInput(path)
			if err != nil {
				rt.Fatal(err)
			}
			report, err := Job{Mapping: mapping, File: in, State: dir, Open: l.open}.Run(context.Background())
			return report, errors.Join(err, in.Close())
		}
		for range rapid.IntRange(1, 5).Draw(rt, "runs") {
			grow()
			l.dieAt = rapid.IntRange(1, 30).Draw(rt, "dies at")
			if _, err := run(); err != nil && !errors.Is(err, errKilled) {
				rt.Fatal(err)
			}
		}
		l.dieAt = 0
		left := uint64(n) - l.cursor
		report, err := run()
		if err != nil {
			rt.Fatal(err)
		}
		got := amount.Units(0)
		for _, req := range l.took {
			got += req.(points.IssueRequest).Grants[0].Amount
		}
		if got != amount.Units(sum) || report.Points != got || report.Done != left || report.Before != uint64(n)-left {
			rt.Fatalf("the file says %d in %d awards, the ledger %d; %+v", sum, n, got, report)
		}
	})
}

func TestImportRefusesAnotherInputUnderOneSource(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f.csv")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const head, one, two = "who,shop,value,at,basket\n", "1,5,1,2026-01-02 10:00:00,b1\n",
		"2,5,1,2026-01-02 10:00:00,b2\n"
	run := func(mapping string) error {
		_, err := Job{Mapping: load(t, mapping), File: input(t, path), State: dir, Open: (&ledger{}).open}.Run(
			context.Background())
		return err
	}
	for _, step := range []struct {
		name, file, mapping string
		code                fault.Code
	}{
		{"first", head + one, mappingText, ""},
		{"again", head + one, mappingText, ""},
		{"grown", head + one + two, mappingText, ""},
		{"shorter", head + one, mappingText, fault.Conflict},
		{"changed", head + two + one, mappingText, fault.Conflict},
		{"another rate", head + one + two, strings.Replace(mappingText, `"100"`, `"200"`, 1), fault.Conflict},
		{"another source", head + one + two, strings.Replace(mappingText, "source: test", "source: test2", 1), ""},
	} {
		write(step.file)
		if err := run(step.mapping); fault.CodeOf(err) != step.code {
			t.Errorf("%s: %v", step.name, err)
		}
	}
}

// Points in a mapping are as they are shown, and become units once the programme's digits
// are known; points that have more digits are refused then.
func TestPointsHaveTheDigitsOfTheirProgramme(t *testing.T) {
	m := load(t, mappingText)
	if err := m.SetDigits(2); err != nil {
		t.Fatal(err)
	}
	items, r := read(t, m,
		"who,shop,value,at,basket\n1,5,1.25,2026-01-02 10:00:00,b1\n1,5,0.00001,2026-01-02 10:00:00,b2\n")
	if len(items) != 1 || r.Totals.Points != 12500 ||
		drawn(t, items[0]).(points.IssueRequest).Grants[0].Amount != 12500 {
		t.Errorf("%+v", r)
	}
	o := kindOf("campaigns")
	o.mapping = strings.Replace(o.mapping, "bonus: 100", "bonus: 12.5, perAward: 300", 1)
	m = o.load(t)
	for digits, want := range []amount.Units{-1, 125, 1250} {
		err := m.SetDigits(uint8(digits))
		if want < 0 {
			if fault.CodeOf(err) != fault.BadRequest {
				t.Errorf("%d digits: %v", digits, err)
			}
			continue
		}
		items, _ := read(t, m, o.file)
		gives := drawn(t, items[0]).(campaign.ProposeRequest).Terms.Gives
		if err != nil || gives.Bonus != want || gives.PerAward != want*24 {
			t.Errorf("%d digits: %+v, %v", digits, gives, err)
		}
	}
}

// The digits are of what was imported: under others the lines would be other commands.
func TestOtherDigitsAreAnotherImport(t *testing.T) {
	dir, path := t.TempDir(), file(t, "f.csv", "who,shop,value,at,basket\n1,5,1,2026-01-02 10:00:00,b1\n")
	for _, step := range []struct {
		digits uint8
		code   fault.Code
	}{{2, ""}, {2, ""}, {3, fault.Conflict}} {
		m := load(t, mappingText)
		if err := m.SetDigits(step.digits); err != nil {
			t.Fatal(err)
		}
		report, err := Job{Mapping: m, File: input(t, path), State: dir, Open: (&ledger{}).open}.Run(
			context.Background())
		if fault.CodeOf(err) != step.code || err == nil && report.Digits != step.digits {
			t.Errorf("%d digits: %+v, %v", step.digits, report, err)
		}
	}
}

package importer

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/member"
	"tallystick/chaincode/points"
	"tallystick/client/bounds"
	"tallystick/client/vault"
)

// file writes a file of a test.
func file(t fataler, name, text string) string {
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// input opens a file until the test ends.
func input(t fataler, path string) bounds.Input {
	in, err := bounds.OpenInput(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	return in
}

// sums are points by reference.
func sums(l *ledger) map[string]amount.Units {
	got := map[string]amount.Units{}
	for at, req := range l.took {
		if r, is := req.(points.IssueRequest); is && l.denied[uint64(at)] == nil {
			got[r.Grants[0].Reference] += r.Grants[0].Amount
		}
	}
	return got
}

const shopAwards = `
kind: awards
source: a
columns: {member: customer, amount: amount}
channels: [shop]
programme: DP
rate: "100"
expires: {on: 2028-12-31}
`

// book writes a workbook of rows; a cell is what excelize takes, or a number with its
// format.
func book(t *testing.T, rows ...[]any) string {
	t.Helper()
	b := excelize.NewFile()
	for i, row := range rows {
		for j, value := range row {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			if f, is := value.(formatted); is {
				style, err := b.NewStyle(&excelize.Style{CustomNumFmt: &f.format})
				if err == nil {
					err = b.SetCellStyle("Sheet1", cell, cell, style)
				}
				if err != nil {
					t.Fatal(err)
				}
				value = f.value
			}
			if err := b.SetCellValue("Sheet1", cell, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "b.xlsx")
	if err := b.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

type formatted struct {
	value  float64
	format string
}

func run(t *testing.T, mapping, path string, l *ledger, s Stores) (*Report, error) {
	t.Helper()
	s.Party = "D"
	return Job{Mapping: load(t, mapping), File: input(t, path), State: t.TempDir(), Open: l.open, Stores: s}.Run(
		context.Background())
}

// Step 40 of the story: a workbook with Excel's own 4.35, a date, a percentage and a phone
// in exponent form, and what Excel saves of it as CSV, come to the same.
func TestAWorkbookAndItsCSVAreTheSame(t *testing.T) {
	mapping := shopAwards + "encoding: \"\"\nwhere: [{column: 折扣, is: \"<\", value: 50%}]\nlayout: yyyy-MM-dd\n"
	mapping = strings.NewReplacer("member: customer, amount: amount", "member: 手机, amount: 金额, date: 日期",
		"{on: 2028-12-31}", "{days: 365}").Replace(mapping)
	day := formatted{46752, "yyyy-mm-dd"}
	xlsx := book(t, []any{"手机", "金额", "日期", "折扣"},
		[]any{"13800138000", formatted{4.3499999999999996, "0.00"}, day, formatted{0.15, "0%"}},
		[]any{13800138001, formatted{1.1499999999999999, `"¥"0.00`}, day, formatted{0.15, "0%"}},
		[]any{"13800138000", 8.1999999999999993, day, 0}, []any{formatted{13800100000, "0.00E+00"}, 5.0, day, 0},
		[]any{"13800138002", 7, day, formatted{0.5, "0%"}})
	text, err := simplifiedchinese.GB18030.NewEncoder().String(
		"手机,金额,日期,折扣\r\n13800138000,4.35,2027-12-31,15%\r\n13800138001,¥1.15,2027-12-31,15%\r\n13800138000,8.2,2027-12-31,0\r\n1.38E+10,5,2027-12-31,0\r\n13800138002,7,2027-12-31,50%\r\n")
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, path := range []string{xlsx, file(t, "f.csv", text)} {
		l := &ledger{}
		report, err := run(t, mapping, path, l, Stores{Vault: &safe{everybody: true}})
		if err != nil || report.Points != 1370 || report.Skipped != 1 || len(report.Rejected) != 1 ||
			report.Rejected[0].Line != 5 || !strings.Contains(report.Rejected[0].Reason, "exponent form") ||
			report.Rejected[0].Column != "手机" {
			t.Fatalf("%s: %+v, %v", path, report, err)
		}
		one := ""
		for _, req := range l.took {
			one += said1(req) + "\n"
		}
		said = append(said, one)
	}
	if said[0] != said[1] || !strings.Contains(said[0], "2028-12-30") {
		t.Errorf("the workbook:\n%sthe CSV:\n%s", said[0], said[1])
	}
}

func said1(req command.Request) string {
	g := req.(points.IssueRequest).Grants[0]
	return fmt.Sprint(g.Member, " ", g.Amount, " ", g.Expires)
}

// A price that isn't whole fen is refused, in a workbook too; one that Excel stores a hair
// below is whole.
func TestPricesAreWholeFen(t *testing.T) {
	o := kindOf("goods")
	header := []any{"maker", "id", "gtin", "name", "group", "labels", "since", "sold", "stock", "price"}
	row := func(id string, price any) []any {
		return []any{"m", id, formatted{6901234567892, "0"}, "Oil", "oil", "", formatted{46752, "m/d/yyyy"}, true, 1,
			price}
	}
	l := &ledger{}
	mapping := "kind: goods\nsource: g" + o.mapping
	report, err := run(t, mapping,
		book(t, header, row("1", 4.3499999999999996), row("2", 4.355), row("3", "￥1,234.50"),
			row("4", formatted{0.15, "0%"}), row("5", "#N/A")), l, Stores{Shop: some(), Vault: &safe{}})
	if err != nil {
		t.Fatal(err)
	}
	var prices []amount.Units
	for _, req := range l.took {
		if r, is := req.(goods.ListRequest); is {
			prices = append(prices, r.Prices[0].Fen)
		} else if r, is := req.(goods.SetGoodRequest); is &&
			(r.GTIN != "6901234567892" || r.From.String() != "2027-12-31" || !r.Open) {
			t.Errorf("%+v", r)
		}
	}
	if !slices.Equal(prices, []amount.Units{435, 123450}) || len(report.Rejected) != 3 {
		t.Errorf("%v, %+v", prices, report.Rejected)
	}
}

// A date that a spreadsheet has as a date is one in every kind that has dates.
func TestDatesOfWorkbooks(t *testing.T) {
	day := formatted{46752, "m/d/yyyy"}
	for kind, rows := range map[string][][]any{
		"labels":    {{"id", "campaign", "end"}, {"7", "1", day}},
		"campaigns": {{"id", "type", "from", "to"}, {"1", "A", day, formatted{46752, `yyyy"年"m"月"d"日"`}}},
		"terms":     {{"maker", "id", "percent", "end"}, {"m", "1", formatted{0.15, "0%"}, day}},
	} {
		o, l := kindOf(kind), &ledger{}
		report, err := run(t, "kind: "+kind+"\nsource: "+kind+o.mapping, book(t, rows...), l,
			Stores{Vault: &safe{everybody: true}})
		if err != nil || len(report.Rejected) > 0 || len(l.took) != 1 {
			t.Errorf("%s: %+v, %v", kind, report, err)
			continue
		}
		switch r := l.took[0].(type) {
		case member.LabelRequest:
			if r.Until.String() != "2027-12-31" {
				t.Errorf("%+v", r)
			}
		case goods.OfferTermsRequest:
			if r.Until.String() != "2027-12-31" {
				t.Errorf("%+v", r)
			}
		}
	}
	_, r := read(t,
		load(t,
			"kind: benefits\nsource: b\ncolumns: {benefit: id, en: en, zh: zh, until: until}\nmodel: {scene: campaign, price: 100}\n"),
		"id,en,zh,until\nb1,B,优,2027-12-31\nb2,B,优,46752\n")
	if r.Totals.Benefits != 1 || len(r.Rejected) != 1 {
		t.Errorf("a number of days is no date where nobody says so: %+v", r)
	}
}

// Of a basket all lines count or none.
func TestBasketsAreWhole(t *testing.T) {
	mapping := strings.Replace(shopAwards, "amount: amount", "amount: amount, reference: basket", 1) + "merge: true\n"
	for name, c := range map[string]struct {
		lines, want string
		rejected    []int
	}{
		"a return":             {"t,10.00,B1\nt,-4.00,B1\nt,2.00,B1\nt,5.00,B2\n", "B1 800 B2 500 ", nil},
		"in brackets":          {"t,10.00,B1\nt,(4.00),B1\n", "B1 600 ", nil},
		"a bad line first":     {"t,x,B1\nt,2.00,B1\nt,5.00,B2\n", "B2 500 ", []int{2, 3}},
		"a bad line between":   {"t,1,B1\nt,x,B1\nt,2.00,B1\nt,5.00,B2\n", "B2 500 ", []int{2, 3, 4}},
		"a bad line last":      {"t,1,B1\nt,2.00,B1\nt,x,B1\nt,5.00,B2\n", "B2 500 ", []int{2, 3, 4}},
		"nobody's line":        {"t,1,B1\n,2.00,B1\nt,5.00,B2\n", "B2 500 ", []int{2, 3}},
		"nobody's line first":  {",1,B1\nt,2.00,B1\nt,5.00,B2\n", "B2 500 ", []int{2, 3}},
		"a line of two fields": {"t,1,B1\nt,2\nt,3,B1\nt,5.00,B2\n", "B2 500 ", []int{2, 3, 4}},
		"between two baskets":  {"t,1,B1\nt,2\nt,5.00,B2\n", "B1 100 B2 500 ", []int{3}},
		"all of it returned":   {"t,1,B1\nt,-1,B1\nt,5,B2\n", "B2 500 ", []int{2, 3}},
		"more than all of it":  {"t,-1,B1\nt,5,B2\n", "B2 500 ", []int{2}},
		"no receipt":           {"t,1,\nt,5,B2\n", "B2 500 ", []int{2}},
	} {
		l := &ledger{}
		report, err := run(t, mapping, file(t, "f.csv", "customer,amount,basket\n"+c.lines), l,
			Stores{Vault: &safe{everybody: true}})
		if err != nil {
			t.Fatal(err)
		}
		got, lines := "", []int(nil)
		for _, key := range slices.Sorted(maps.Keys(sums(l))) {
			got += fmt.Sprint(key, " ", sums(l)[key], " ")
		}
		for _, r := range report.Rejected {
			lines = append(lines, r.Line)
		}
		if got != c.want || !slices.Equal(lines, c.rejected) {
			t.Errorf("%s: %s, rejected %v", name, got, report.Rejected)
		}
	}
}

// once is a ledger on which a receipt earns once, whatever file it comes from, and only
// members earn.
type once struct{ earned, members map[string]bool }

func (o once) refuse(_ uint64, req command.Request) error {
	r, is := req.(points.IssueRequest)
	if !is {
		return nil
	}
	g := r.Grants[0]
	if g.Home != "" || o.members != nil && !o.members[g.Member] {
		return fault.New(fault.NotFound, "there is no member %s", g.Member)
	}
	if r.Receipts && o.earned[g.Reference] {
		return fault.New(fault.Conflict, "receipt %s has earned", g.Reference)
	}
	o.earned[g.Reference] = true
	return nil
}

func TestAReceiptEarnsOnceInTwoFiles(t *testing.T) {
	mapping := strings.Replace(shopAwards, "amount: amount", "amount: amount, reference: basket", 1)
	rule, v, dir := once{earned: map[string]bool{}}, &safe{everybody: true}, t.TempDir()
	job := func(source, text string, l *ledger) (*Report, error) {
		l.refuse = rule.refuse
		m := load(t, strings.Replace(mapping, "source: a", "source: "+source, 1))
		return Job{Mapping: m, File: input(t, file(t, "o.csv", text)), State: dir, Open: l.open,
			Stores: Stores{Party: "D", Vault: v}}.Run(context.Background())
	}
	const head = "customer,amount,basket\n"
	one, two := &ledger{}, &ledger{}
	if r, err := job("o1", head+"over1,10.00,b1\nover1,20.00,b2\n", one); err != nil || r.Done != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	_, err := job("o1", head+"over1,20.00,b2\nover1,30.00,b3\n", one)
	if fault.CodeOf(err) != fault.Conflict || !strings.Contains(err.Error(), "don't earn again") {
		t.Errorf("%v", err)
	}
	r, err := job("o2", head+"over1,20.00,b2\nover1,30.00,b3\n", two)
	if err != nil || r.Done != 1 || r.Refused != 1 || r.Rejected[0].Line != 2 || r.Rejected[0].Code != fault.Conflict {
		t.Errorf("%+v, %v", r, err)
	}
}

// What the ledger refused is told by every later run, and tried again when it is asked for:
// once, whatever is killed between.
func TestRefusalsAreKeptAndRetried(t *testing.T) {
	mapping := strings.Replace(shopAwards, "amount: amount", "amount: amount, reference: basket", 1)
	rule, v, l := once{map[string]bool{}, map[string]bool{}}, &safe{}, &ledger{}
	l.refuse = rule.refuse
	known, _ := v.Pseudonym("shop", "known")
	rule.members[known.Member] = true
	path, dir := file(t, "f.csv", "customer,amount,basket\nknown,1,b1\nlater,2,b2\nnever,3,b3\nbad,x,b4\n"), t.TempDir()
	job := func(retry bool) *Report {
		t.Helper()
		r, err := Job{Mapping: load(t, mapping), File: input(t, path), State: dir, Open: l.open, Retry: retry,
			Stores: Stores{Party: "D", Vault: v}}.Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	check := func(name string, r *Report, done, before, refused, refusedBefore uint64, lines ...int) {
		t.Helper()
		var got []int
		for _, one := range r.Rejected {
			got = append(got, one.Line)
		}
		if r.Done != done || r.Before != before || r.Refused != refused || r.RefusedBefore != refusedBefore ||
			!slices.Equal(got, lines) {
			t.Errorf("%s: %+v", name, r)
		}
	}
	first := job(false)
	check("first", first, 1, 0, 2, 0, 3, 4, 5)
	if again := job(false); first.PointsRefused == 0 || first.PointsRefused*6 != first.Points*5 ||
		again.PointsRefused != first.PointsRefused {
		t.Errorf("of %d points %d were refused, and then %d", first.Points, first.PointsRefused, again.PointsRefused)
	}
	if first.Rejected[0].Reason != noMember || first.Rejected[0].Code != fault.NotFound {
		t.Errorf("%+v", first.Rejected[0])
	}
	again := job(false)
	check("again", again, 0, 1, 0, 2, 3, 4, 5)
	if again.Rejected[0].Reason != noMember || !again.Rejected[0].Before {
		t.Errorf("%+v", again.Rejected[0])
	}
	check("retried too early", job(true), 0, 1, 2, 0, 3, 4, 5)
	later, _ := v.Pseudonym("shop", "later")
	rule.members[later.Member] = true
	check("retried", job(true), 1, 1, 1, 0, 4, 5)
	check("once more", job(true), 0, 2, 1, 0, 4, 5)
	if got := sums(l); got["b1"] != 100 || got["b2"] != 200 || got["b3"] != 0 || len(l.redone) != 1 {
		t.Errorf("%v, %d redone", got, len(l.redone))
	}
}

// An award reaches the member that the vault has for the customer's account of that
// channel; the vault learns nobody by an award.
func TestAwardsReachMembers(t *testing.T) {
	v, l := &safe{}, &ledger{}
	if _, err := v.Take(vault.Wanted{Channel: "shop", Customer: "1", Member: "wang"},
		vault.Wanted{Channel: "app", Customer: "2", Member: "li"}); err != nil {
		t.Fatal(err)
	}
	rule := once{map[string]bool{}, map[string]bool{"wang": true, "li": true}}
	l.refuse = rule.refuse
	r, err := run(t, shopAwards, file(t, "f.csv", "customer,amount\n1,1\n2,1\n3,1\n"), l, Stores{Vault: v})
	if err != nil || r.Done != 1 || r.Refused != 2 || len(v.accounts) != 2 {
		t.Errorf("%+v, %v, %d accounts", r, err, len(v.accounts))
	}
	if g := l.took[0].(points.IssueRequest).Grants[0]; g.Member != "wang" || g.Home != "" {
		t.Errorf("%+v", g)
	}
}

// A mapping can have customers enrolled who are no members; who was left half-way by an
// earlier run is, too.
func TestUnknownCustomersAreEnrolled(t *testing.T) {
	v, l := &safe{}, &ledger{}
	half, _ := v.Pseudonym("shop", "half")
	there, _ := v.Pseudonym("shop", "there")
	linked := map[string]string{string(there.Commitment): there.Member}
	rule := once{map[string]bool{}, map[string]bool{there.Member: true}}
	l.refuse = rule.refuse
	enrolled := 0
	job := Job{Mapping: load(t, shopAwards+"unknown: enrol\n"),
		File: input(t, file(t, "f.csv", "customer,amount\nhalf,1\nthere,1\nnew,1\nnew,2\n")), State: t.TempDir(),
		Open: l.open,
	}
	job.Stores = Stores{Party: "D", Vault: v,
		Linked: func(_ string, c codec.Hash) (string, error) { return linked[string(c)], nil }}
	job.Enrol = func(_ context.Context, reqs []command.Request) []error {
		for _, req := range reqs {
			rule.members[req.(member.EnrolRequest).Member] = true
			enrolled++
		}
		return make([]error, len(reqs))
	}
	r, err := job.Run(context.Background())
	if err != nil || r.Done != 4 || r.Refused != 0 || r.Enrolled != 2 || enrolled != 2 || !rule.members[half.Member] {
		t.Errorf("%+v, %v", r, err)
	}
}

// A feed of members that has everybody again reports those who are members as done.
func TestMembersWhoAreMembersAreDone(t *testing.T) {
	v := &safe{}
	linked := map[string]string{}
	refuse := func(_ uint64, req command.Request) error {
		id, account := "", ""
		switch r := req.(type) {
		case member.EnrolRequest:
			id, account = r.Member, string(r.Account)
		case member.LinkRequest:
			id, account = r.Member, string(r.Account)
		}
		if linked[account] != "" {
			return fault.New(fault.Conflict, "member %s exists or has existed", id)
		}
		linked[account] = id
		return nil
	}
	feed := func(source, text string) *Report {
		t.Helper()
		l := &ledger{refuse: refuse}
		s := Stores{Vault: v, Linked: func(_ string, c codec.Hash) (string, error) { return linked[string(c)], nil }}
		r, err := run(t, "kind: members\nsource: "+source+"\ncolumns: {member: id}\nchannels: [app, card]\n",
			file(t, "m.csv", text), l, s)
		if err != nil || len(l.denied) > 0 {
			t.Fatalf("%v, %v", err, l.denied)
		}
		return r
	}
	if r := feed("monday", "id\n1\n2\n"); r.Done != 4 {
		t.Errorf("%+v", r)
	}
	if r := feed("tuesday", "id\n1\n2\n3\n"); r.Done != 2 || r.Before != 4 || r.Refused != 0 || len(r.Rejected) != 0 {
		t.Errorf("%+v", r)
	}
}

// Two phones that Excel shows alike aren't one customer, but none.
func TestPhonesInExponentForm(t *testing.T) {
	l, v := &ledger{}, &safe{}
	r, err := run(t, "kind: members\nsource: phones\ncolumns: {member: phone}\nchannels: [sms]\n",
		file(t, "phones.csv", "phone,amount\n1.38001E+10,1.00\n1.38001E+10,2.00\n１３８,1\n#N/A,1\n1001.0,1\n"), l,
		Stores{Vault: v})
	if err != nil || r.Members != 0 || len(r.Rejected) != 5 || len(v.accounts) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

// Two names of which the same id is made aren't one supplier.
func TestSlugsOfTwoNames(t *testing.T) {
	mapping := "kind: suppliers\nsource: slugs\ncolumns: {supplier: name, en: name, zh: name}\nslug: [supplier]\nfixed: {licence: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855}\n"
	items, r := read(t, load(t, mapping), "name\n甲A厂\n乙A厂\n大众\n大众\nA-1 Ltd\nA 1 Ltd\na 1  LTD\n")
	ids := map[string]bool{}
	for _, item := range items {
		ids[drawn(t, item).(goods.ApplyRequest).Supplier] = true
	}
	if len(ids) != 4 || r.Seen != 1 || len(r.Rejected) != 2 || r.Rejected[0].Line != 7 {
		t.Errorf("%v, %+v", ids, r)
	}
}

// A dry run sends and keeps nothing, and says who isn't a member.
func TestADryRunKeepsNothing(t *testing.T) {
	v, l, dir := &safe{}, &ledger{}, t.TempDir()
	if _, err := v.Pseudonym("shop", "1"); err != nil {
		t.Fatal(err)
	}
	job := Job{
		Mapping: load(t, shopAwards), File: input(t, file(t, "f.csv", "customer,amount\n1,1\n2,1\n1,x\n")), State: dir,
		Open: l.open, DryRun: true, Stores: Stores{Party: "D", Vault: v},
	}
	r, err := job.Run(context.Background())
	left, _ := os.ReadDir(dir)
	if err != nil || !r.DryRun || r.Awards != 2 || len(r.Rejected) != 2 || len(l.took) != 0 || len(left) != 0 ||
		len(v.accounts) != 1 {
		t.Errorf("%+v, %v, %d files", r, err, len(left))
	}
	o := kindOf("terms")
	job = Job{Mapping: o.load(t), File: input(t, file(t, "t.csv", o.file)), State: dir, Open: l.open, DryRun: true,
		Stores: Stores{Party: "D", Vault: v}}
	if r, err := job.Run(context.Background()); err != nil || r.Terms != 2 || len(v.terms) != 0 {
		t.Errorf("%+v, %v, %d kept", r, err, len(v.terms))
	}
}

// The same table in another encoding is the same import; a table that differs is not.
func TestTheSameTableInAnotherEncoding(t *testing.T) {
	dir, l := t.TempDir(), &ledger{}
	text := "customer,amount,备注\n1,1,甲\n2,2,乙\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text + "3,3,丙\n")
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		text string
		done uint64
		code fault.Code
	}{{text, 2, ""}, {gb, 1, ""}, {strings.Replace(text, "乙", "甲", 1), 0, fault.Conflict}} {
		r, err := Job{Mapping: load(t, shopAwards), File: input(t, file(t, "f.csv", c.text)), State: dir, Open: l.open,
			Stores: Stores{Party: "D", Vault: &safe{everybody: true}}}.Run(context.Background())
		if fault.CodeOf(err) != c.code || err == nil && r.Done != c.done {
			t.Errorf("%d: %+v, %v", i, r, err)
		}
	}
}

// Where semicolons separate the fields, 1,234 may be 1234 or 1.234: nobody guesses a
// thousandfold.
func TestThousandsOrDecimals(t *testing.T) {
	lines := "customer;amount\na;1,234\nb;12,50\nc;1.234,50\nd;7\ne;¥1,234\n"
	for decimal, want := range map[string]string{
		"":                 "700 / 2 it may be 1234 or 1.234 / 3 its decimal mark / 4 its decimal mark / 6 it may be 1234 or 1.234",
		"decimal: \",\"\n": "125646", // 1.234, 12.5, 1234.5, 7, 1.234, each rounded down
		"decimal: \".\"\n": "247500 / 3 its decimal mark / 4 its decimal mark",
	} {
		r, err := run(t, shopAwards+decimal, file(t, "f.csv", lines), &ledger{}, Stores{Vault: &safe{everybody: true}})
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(int64(r.Points))
		for _, one := range r.Rejected {
			reason, _, _ := strings.Cut(strings.TrimPrefix(one.Reason, "column amount: "), ":")
			got += fmt.Sprintf(" / %d %s", one.Line,
				strings.TrimSuffix(reason, ` isn't "."; say which in the mapping, as decimal`))
		}
		if got != want {
			t.Errorf("%q: %s, want %s", decimal, got, want)
		}
	}
}

// Where there is no customer, programs and people write words; nobody is called so, and
// nobody is enrolled under a sum.
func TestWordsForNobody(t *testing.T) {
	v, l := &safe{}, &ledger{}
	r, err := run(t, "kind: members\nsource: m\ncolumns: {member: id}\nchannels: [shop]\n",
		file(t, "f.csv", "id\nNULL\n合计\n无\nn/a\n-\n'007\n`007\n007\n"), l, Stores{Vault: v})
	if err != nil || r.Members != 1 || len(r.Rejected) != 7 || len(v.accounts) != 1 || r.Rejected[6].Column != "id" ||
		strings.Contains(r.Rejected[0].Reason, "customer: ") {
		t.Errorf("%+v, %v", r, err)
	}
}

// Amounts beyond the ledger's are refused in people's words; a report without rejected lines
// has an empty list of them.
func TestReportsForPeople(t *testing.T) {
	r, err := run(t, shopAwards, file(t, "f.csv", "customer,amount\na,99999999999999999\n"), &ledger{},
		Stores{Vault: &safe{everybody: true}})
	if err != nil || len(r.Rejected) != 1 || r.Rejected[0].Reason != "it earns more points than the ledger can hold" {
		t.Errorf("%+v, %v", r, err)
	}
	r, err = run(t, shopAwards, file(t, "f.csv", "customer,amount\na,1\n"), &ledger{},
		Stores{Vault: &safe{everybody: true}})
	if err != nil || r.Rejected == nil || r.Notes == nil {
		t.Errorf("%+v, %v", r, err)
	}
	_, err = run(t, shopAwards, file(t, "f.csv", "customer,amount\na,1\"2\n"), &ledger{}, Stores{Vault: &safe{}})
	if err == nil || strings.Count(err.Error(), "f.csv") != 1 {
		t.Errorf("%v", err)
	}
}

// Of two lines with one id that say different things neither is passed over in silence.
func TestLinesOfOneIDAreAlike(t *testing.T) {
	mapping := "kind: outlets\nsource: o\ncolumns: {outlet: id, en: en, zh: zh}\n"
	items, r := read(t, load(t, mapping), "id,en,zh\na,A,甲\na,A,甲\na,A,乙\nb,B,乙\n")
	if len(items) != 2 || r.Seen != 1 || len(r.Rejected) != 1 || r.Rejected[0].Line != 4 ||
		!strings.Contains(r.Rejected[0].Reason, "line 2") {
		t.Errorf("%+v", r)
	}
}

// A dry run needs no vault, in any kind; nor a network, to count points.
func TestDryRunsNeedNothing(t *testing.T) {
	for _, o := range everyKind {
		job := Job{Mapping: o.load(t), File: input(t, file(t, "f.csv", o.file)), State: t.TempDir(), DryRun: true,
			Stores: Stores{Party: "D"}}
		if r, err := job.Run(context.Background()); err != nil || r.Totals != o.totals {
			t.Errorf("%s: %+v, %v", o.kind, r, err)
		}
	}
	o := kindOf("campaigns")
	o.mapping = strings.Replace(o.mapping, "bonus: 100", "bonus: 12.5", 1)
	if items, r := read(t, o.load(t), o.file); len(items) != 2 {
		t.Errorf("%+v", r)
	}
}

// The last line of a report is nobody, however it names its totals; a customer whose id only has such a word in it is
// one.
func TestLinesOfTotalsAreNobody(t *testing.T) {
	l := &ledger{}
	r, err := run(t, "kind: members\nsource: totals\ncolumns: {member: id}\nchannels: [app]\n",
		file(t, "m.csv", "id,n\n合计1,1\nTotalEnergies,1\n合计,4\n合 计:,4\nTOTAL,4\nGrand total,4\n本页合计,4\n"), l,
		Stores{Vault: &safe{}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Members != 2 || len(l.took) != 2 || len(r.Rejected) != 5 {
		t.Errorf("%d members, %d commands, %v", r.Members, len(l.took), r.Rejected)
	}
	for _, line := range r.Rejected {
		if !strings.Contains(line.Reason, "for a sum") {
			t.Errorf("%+v", line)
		}
	}
}

// A file of which nothing could be taken leaves its source free for the mended one; once something was, it doesn't.
func TestAMendedFileHasTheSource(t *testing.T) {
	l, v, dir := &ledger{}, &safe{}, t.TempDir()
	feed := func(text string) (*Report, error) {
		return (Job{Mapping: load(t, "kind: members\nsource: m\ncolumns: {member: id}\nchannels: [app]\n"),
			File: input(t, file(t, "m.csv", text)), State: dir, Open: l.open, Stores: Stores{Party: "D", Vault: v},
		}).Run(
			context.Background())
	}
	if r, err := feed("id\n#N/A\n合计\n"); err != nil || len(r.Rejected) != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	if r, err := feed("id\n1\n#N/A\n"); err != nil || r.Done != 1 {
		t.Fatalf("mended: %+v, %v", r, err)
	}
	if _, err := feed("id\n2\n"); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("another file: %v", err)
	}
}

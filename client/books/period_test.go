package books

import (
	"bytes"
	"encoding/json"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
)

// aPeriod is D's November: the story's lines, its own points, and a payment.
func aPeriod(t *testing.T, byDay bool) Locked {
	t.Helper()
	b := booksOf("D")
	b.From, b.To = november-22, november+7
	lot := root(0, 10_000)
	lot.Issuer, lot.Programme, lot.Party, lot.Available, lot.Own = "D", "DP", "D", 7900, 1200
	given := root(1, 3000)
	given.Issuer, given.Party, given.Available = "G", "D", 1800
	s := NewCensus(Policy{}, programmesOf())
	for _, l := range []Lot{lot, given} {
		if err := s.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	closing, err := s.Liability(november)
	if err != nil {
		t.Fatal(err)
	}
	m := Material{Lines: func() iter.Seq2[Posting, error] { return each(story()) }, Closing: closing, Opening: []Line{},
		ByDay: byDay,
		Settled: []Settlement{
			{ID: "2026-10-G", Date: november + 20, Party: "G", Payable: 1800, Receivable: 20900, Received: 19100}}}
	list, sum, err := b.Make(m)
	if err != nil || len(sum.Differences) > 0 {
		t.Fatal(sum, err)
	}
	for _, l := range sum.Liability {
		if l.Vouchers != l.Readings {
			t.Fatalf("%+v", l)
		}
	}
	return Locked{Summary: sum, Closing: closing, Vouchers: b.Chart.Count(list, nil), Restated: []Restatement{},
		Opening: []Line{}}
}

func dateOf(n int) date.Date { return date.Date(n) }

func programmesOf() []points.Programme {
	return []points.Programme{{ID: "DP", Issuer: "D", Price: one}, {ID: "GP", Issuer: "G", Price: one}}
}

// TestPeriodsDays: whatever bears another day is booked on the nearest of the period's (A7).
func TestPeriodsDays(t *testing.T) {
	b := booksOf("D")
	b.From, b.To = november+1, november+30
	for on, want := range map[int]int{-3: 1, 0: 1, 1: 1, 17: 17, 30: 30, 31: 30} {
		p := story()[1]
		p.Date = november + dateOf(on)
		list, _ := journalOf(t, b, []Posting{p})
		if list[0].Date != november+dateOf(want) {
			t.Errorf("of day %d: %s", on, list[0].Date)
		}
	}
}

// TestCounting: each word counts from 1 by date, and what comes later counts on.
func TestCounting(t *testing.T) {
	c := DefaultChart()
	c.Words = Words{General: "转", Receipt: "收", Payment: "付"}
	bank := func(debit, credit amount.Units, on int) Voucher {
		return Voucher{Date: november + dateOf(on), Entries: []Entry{{Role: Bank, Debit: debit, Credit: credit}}}
	}
	list := c.Count([]Voucher{{Date: november + 5}, bank(1, 0, 3), bank(0, 1, 2), {Date: november}, bank(1, 0, 1)}, nil)
	var got []string
	for _, v := range list {
		got = append(got, v.Mark())
	}
	if want := []string{"转-1", "收-1", "付-1", "收-2", "转-2"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if more := c.Count([]Voucher{bank(1, 0, 0)}, LastOf(list)); more[0].Mark() != "收-3" {
		t.Errorf("%s", more[0].Mark())
	}
}

// TestSumByDay: fewer vouchers, the same accounts.
func TestSumByDay(t *testing.T) {
	single, summed := aPeriod(t, false), aPeriod(t, true)
	if len(summed.Vouchers) >= len(single.Vouchers) || summed.Summary.Turnover != single.Summary.Turnover {
		t.Errorf("%d and %d vouchers", len(single.Vouchers), len(summed.Vouchers))
	}
	a, b := TrialBalance([]Locked{single}), TrialBalance([]Locked{summed})
	if !slices.Equal(a.Rows, b.Rows) {
		t.Errorf("%+v\n%+v", a.Rows, b.Rows)
	}
	v := summed.Vouchers[0]
	if v.Number != "D-2026-11-2026-11-23-points_redeemed" || v.Lines != 4 || !v.Balanced() ||
		sided(v) != "1122:F=6720 6001=-26720 1122:G=20000 2801/GP=1200 2202:M=-1200 2801/DP=1800 2202:G=-1800" {
		t.Errorf("%s of %d: %s", v.Number, v.Lines, sided(v))
	}
	tax := func(number string, fen amount.Units) Voucher {
		return Voucher{Date: november, En: "x", Tx: "ab",
			Entries: []Entry{{Role: OutputTax, Credit: fen, Tax: &Tax{Base: fen * 10, Number: number}}}}
	}
	if list := SumByDay([]Voucher{tax("1", 5), tax("1", 7), tax("2", 1)}); len(list) != 1 ||
		len(list[0].Entries) != 2 || list[0].Entries[0].Tax.Base != 120 || list[0].Entries[0].Credit != 12 {
		t.Errorf("fapiao: %+v", list)
	}
}

// TestExportedTwice: what is kept is read back as it was, and exported to the same bytes in every layout (A2).
func TestExportedTwice(t *testing.T) {
	k := aPeriod(t, false)
	data, err := json.Marshal(k)
	if err != nil {
		t.Fatal(err)
	}
	var again Locked
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(*bytes.Buffer, []Voucher) error{
		"csv":     func(b *bytes.Buffer, list []Voucher) error { return WriteCSV(b, each(list)) },
		"json":    func(b *bytes.Buffer, list []Voucher) error { return WriteJSON(b, each(list)) },
		"xlsx":    func(b *bytes.Buffer, list []Voucher) error { return WriteXLSX(b, each(list)) },
		"kingdee": func(b *bytes.Buffer, list []Voucher) error { return WriteKingdee(b, each(list)) },
		"yonyou":  func(b *bytes.Buffer, list []Voucher) error { return WriteYonyou(b, each(list)) },
	} {
		var one, two bytes.Buffer
		if err := write(&one, k.Vouchers); err != nil {
			t.Fatal(name, err)
		}
		if err := write(&two, again.Vouchers); err != nil || !bytes.Equal(one.Bytes(), two.Bytes()) {
			t.Errorf("%s: exported again it is another, %v", name, err)
		}
	}
}

// TestRestate: what was wrong is taken back and made anew by vouchers of their own; what was exported stays; and what
// stands then is what it should have been (A2).
func TestRestate(t *testing.T) {
	k := aPeriod(t, false)
	if _, err := k.Restate(k.Vouchers, k.Summary, k.Closing, "wrong_estimate", "x", DefaultChart()); fault.CodeOf(
		err) != fault.Conflict {
		t.Errorf("nothing to restate: %v", err)
	}
	right := slices.Clone(k.Vouchers)
	wrong := slices.IndexFunc(right, func(v Voucher) bool { return v.Line == "close-DP-issue" })
	changed := right[wrong]
	changed.Entries = []Entry{changed.Entries[0], changed.Entries[1]}
	changed.Entries[0].Debit, changed.Entries[1].Credit = 9000, 9000
	right[wrong] = changed
	gone := slices.IndexFunc(right, func(v Voucher) bool { return v.Line == "close-DP-own" })
	if gone < 0 {
		t.Fatal("the period has nothing redeemed at home")
	}
	right = slices.Delete(right, gone, gone+1)
	right = append(right, Voucher{Number: "D-2026-11-late", Party: "D", Period: "2026-11", Date: november, Line: "late",
		Entries: []Entry{{Role: Cost, Account: DefaultChart().Accounts[Cost], Debit: 5},
			{Role: Payable, Account: DefaultChart().Accounts[Payable], Party: "M", Credit: 5}}})
	next, err := k.Restate(right, k.Summary, nil, "wrong_estimate", "y", DefaultChart())
	if err != nil || len(next.Restated) != 1 || len(k.Restated) != 0 ||
		!slices.EqualFunc(k.Vouchers, next.Vouchers, func(a, b Voucher) bool { return a.Number == b.Number }) {
		t.Fatal(next.Restated, err)
	}
	var got []string
	for _, v := range next.Restated[0].Vouchers {
		if got = append(got, strings.TrimPrefix(v.Number, "D-2026-11-")); !v.Balanced() || v.Date != k.Summary.To ||
			v.Serial <= len(k.Vouchers) {
			t.Errorf("%+v", v)
		}
	}
	if want := []string{"close-DP-issue-r1-void", "close-DP-own-r1-void", "close-DP-issue-r1",
		"late-r1"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	standing := TrialBalance([]Locked{{Summary: k.Summary, Vouchers: right}})
	if now := TrialBalance([]Locked{next}); !slices.EqualFunc(standing.Rows, now.Rows, func(a, b BalanceRow) bool {
		return a.Account == b.Account && a.Party == b.Party && a.ClosingDebit == b.ClosingDebit &&
			a.ClosingCredit == b.ClosingCredit
	}) {
		t.Errorf("%+v\n%+v", standing.Rows, now.Rows)
	}
	if lines := next.Standing(); len(lines) != len(right) {
		t.Errorf("%d vouchers stand, want %d", len(lines), len(right))
	}
	back, err := next.Restate(k.Vouchers, k.Summary, k.Closing, "it_was_right", "x", DefaultChart())
	if err != nil || len(back.Restated) != 2 ||
		back.Restated[1].Vouchers[0].Number != "D-2026-11-close-DP-issue-r2-void" {
		t.Errorf("restated back: %+v, %v", back.Restated, err)
	}
	if a, b := TrialBalance([]Locked{back}),
		TrialBalance([]Locked{k}); a.Rows[0].ClosingDebit != b.Rows[0].ClosingDebit {
		t.Errorf("%+v, %+v", a.Rows[0], b.Rows[0])
	}
}

// TestTrialBalance: debits are credits in every pair of columns, over periods; what closes opens.
func TestTrialBalance(t *testing.T) {
	first := aPeriod(t, false)
	second := Locked{Summary: Summary{Party: "D", Period: "2026-12", From: november + 8, To: november + 38},
		Vouchers: []Voucher{
			{Date: november + 9, Line: "p",
				Entries: []Entry{{Role: Payable, Account: DefaultChart().Accounts[Payable], Party: "S1", Debit: 26_800},
					{Role: Bank, Account: DefaultChart().Accounts[Bank], Credit: 26_800}}}}}
	b := TrialBalance([]Locked{first, second})
	if b.Total.OpeningDebit != b.Total.OpeningCredit || b.Total.Debit != b.Total.Credit ||
		b.Total.ClosingDebit != b.Total.ClosingCredit || b.Total.Debit != 26_800 {
		t.Errorf("%+v", b.Total)
	}
	before := TrialBalance([]Locked{first})
	for _, r := range b.Rows {
		i := slices.IndexFunc(before.Rows, func(s BalanceRow) bool {
			return s.Account == r.Account && s.Party == r.Party && s.Programme == r.Programme
		})
		if i >= 0 &&
			(before.Rows[i].ClosingDebit != r.OpeningDebit || before.Rows[i].ClosingCredit != r.OpeningCredit) {
			t.Errorf("%s %s: closed with %d, opens with %d", r.Account.Code, r.Party, before.Rows[i].ClosingCredit,
				r.OpeningCredit)
		}
		if r.Account.Code == "2202" && r.Party == "S1" &&
			(r.OpeningCredit != 26_800 || r.Debit != 26_800 || r.ClosingCredit != 0) {
			t.Errorf("%+v", r)
		}
	}
	begun := Locked{Summary: Summary{Party: "D", Period: "2026-12"},
		Opening: []Line{{Programme: "DP", Party: "D", Figures: Figures{Provision: 70, Contract: 5}},
			{Programme: "GP", Party: "G", Figures: Figures{Provision: 9}}}}
	if b := TrialBalance([]Locked{begun}); len(b.Rows) != 3 || b.Total.OpeningDebit != 75 ||
		b.Total.OpeningCredit != 75 || b.Rows[0].Account != opened {
		t.Errorf("begun with what was owed before: %+v", b)
	}
	rows := Ledger([]Locked{first, second}, LedgerFilter{Code: "2202", Party: "S1"})
	if len(rows) != 2 || rows[0].Balance != -26_800 || rows[1].Debit != 26_800 || rows[1].Balance != 0 {
		t.Errorf("%+v", rows)
	}
	if rows := Ledger([]Locked{first}, LedgerFilter{Code: "1122"}); len(rows) != 5 || rows[0].Balance != 0 ||
		rows[4].Balance != 27_620-20_900 {
		t.Errorf("%+v", rows)
	}
	if rows := Ledger([]Locked{begun}, LedgerFilter{Code: "2801", Programme: "DP"}); len(rows) != 1 ||
		rows[0].Balance != -70 {
		t.Errorf("%+v", rows)
	}
}

// TestAgeing: what is gone discharges the oldest first.
func TestAgeing(t *testing.T) {
	at := func(on int, role Role, party string, debit, credit amount.Units) Voucher {
		return Voucher{Date: november + dateOf(on),
			Entries: []Entry{{Role: role, Party: party, Debit: debit, Credit: credit}}}
	}
	rows := Ageing([]Locked{{Summary: Summary{To: november + 30},
		Vouchers: []Voucher{at(0, Receivable, "M", 100, 0), at(20, Receivable, "M", 50, 0), at(1, Payable, "S1", 0, 70),
			at(2, Payable, "F", 10, 0)}},
		{Summary: Summary{To: november + 100},
			Vouchers: []Voucher{at(60, Receivable, "M", 0, 110), at(70, Receivable, "M", 30, 0),
				at(71, Payable, "S1", 70, 0), at(72, Payable, "F", 0, 4)}}})
	want := []AgeingRow{
		{Receivable, "M", 70, []amount.Units{30, 0, 40, 0, 0, 0}, 0},
		{Payable, "F", 0, make([]amount.Units, 6), 6},
	}
	if len(rows) != 2 || !slices.EqualFunc(rows, want, func(a, b AgeingRow) bool {
		return a.Account == b.Account && a.Party == b.Party && a.Total == b.Total && a.Advance == b.Advance &&
			slices.Equal(a.Days, b.Days)
	}) {
		t.Errorf("%+v", rows)
	}
	if names := AgeingSpans(); len(names) != 6 || names[0] != "0-30" || names[5] != "366+" {
		t.Errorf("%q", names)
	}
}

// TestYonyou: the text for Yonyou, to the byte.
func TestYonyou(t *testing.T) {
	k := aPeriod(t, false)
	b := booksOf("D")
	list, _ := journalOf(t, b, []Posting{taxed(settlement.Service, "M", "D")})
	list[0].Entries[2].Tax.Number = "24312000000012345679"
	list[0].Zh = "权益服务,\"养护\"" + strings.Repeat("长", 40)
	var out bytes.Buffer
	if err := WriteYonyou(&out, each(append(k.Vouchers[:2:2], b.Chart.Count(list, nil)...))); err != nil {
		t.Fatal(err)
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "yonyou.txt")
	if *rewrite {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(path); err != nil || !bytes.Equal(text, want) {
		t.Errorf("%v\n%s", err, text)
	}
	for n, line := range strings.Split(strings.TrimSuffix(string(text), "\r\n"), "\r\n") {
		if fields := strings.Split(line, ","); n > 0 && len(fields) != 19 {
			t.Errorf("line %d has %d fields", n, len(fields))
		}
	}
}

// TestKingdee: the workbook for Kingdee has a row an entry, and a schema of its columns.
func TestKingdee(t *testing.T) {
	k := aPeriod(t, false)
	var out bytes.Buffer
	if err := WriteKingdee(&out, each(k.Vouchers)); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("Page1", excelize.Options{RawCellValue: true})
	entries := 0
	for _, v := range k.Vouchers {
		entries += len(v.Entries)
	}
	if err != nil || len(rows) != 1+entries || len(rows[0]) != len(kingdeeColumns) || rows[0][0] != "凭证日期" ||
		rows[0][36] != "现金流量" {
		t.Fatalf("%d rows of %d, %v", len(rows), len(rows[0]), err)
	}
	first := rows[1]
	for column, want := range map[int]string{1: "2026", 2: "11", 3: "记", 4: "1", 5: "1122", 6: "应收账款", 7: "RMB",
		9: "67.2", 10: "67.2", 11: "0", 19: "积分兑付", 23: "D-2026-11-D.0.9.0.0", 32: "0", 33: "客户---F---F"} {
		if first[column] != want {
			t.Errorf("%s: %q, want %q", rows[0][column], first[column], want)
		}
	}
	schema, err := book.GetRows("t_Schema")
	if err != nil || len(schema) != 4+len(kingdeeColumns) || schema[0][0] != "FType" || schema[1][3] != "VoucherData" ||
		schema[4][1] != "FDate" || schema[len(schema)-1][1] != "FCashFlow" {
		t.Errorf("%d rows, %v", len(schema), err)
	}
}

// TestInputs: whatever a party says of its books makes them others.
func TestInputs(t *testing.T) {
	p := policy(t, "0.8")
	c, err := ReadChart(strings.NewReader("bank: {code: \"1002.01\"}"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, in := range []string{Inputs(Policy{}, DefaultChart(), nil, false), Inputs(p, DefaultChart(), nil, false),
		Inputs(Policy{}, c, nil, false), Inputs(Policy{}, DefaultChart(), &Fapiaos{}, false),
		Inputs(Policy{}, DefaultChart(), nil, true)} {
		if seen[in] {
			t.Errorf("%s twice", in)
		}
		seen[in] = true
	}
	if !seen[Inputs(policy(t, "0.8"), DefaultChart(), nil, false)] {
		t.Error("the same is another")
	}
}

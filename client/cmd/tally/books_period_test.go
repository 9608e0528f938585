package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
	"tallystick/client/books"
	"tallystick/client/index"
)

// months is a ledger on which G granted 1,000 GP, M took 400 of them in November, and 100 more in December: on the day
// of the cut-off, after it.
type months struct {
	t      *testing.T
	blocks [][]entry
}

func (m *months) write(entries ...entry) { m.blocks = append(m.blocks, entries) }

// in is a number of a batch of D's lane 3.
func in(seq uint64, i uint16) number.Command {
	return number.Command{Party: "D", Lane: 3, Seq: seq, Index: i}
}

func sealedBy(seq uint64) entry {
	return entry{Space: "tallyseal", Key: string(row.LaneHead("D", 3)), Value: row.Encode(row.Head{Seq: seq, Chain: make([]byte, 32)})}
}

const cutDay = november + 29

func newMonths(t *testing.T) *months {
	m := &months{t: t}
	m.write(put(row.Charter(), party.Charter{Operator: "G"}), put(row.Cycle(), settlement.Cycle{ID: "2026-11", Date: november, Since: november}),
		put(row.Programme("GP"), points.Programme{ID: "GP", Issuer: "G", Price: amount.Rate{Num: 1, Den: 1}}),
		put(row.SettlementModel(1), settlement.Model{Number: 1, By: "G", ID: "m", Terms: settlement.Terms{Tax: amount.Rate{Num: 6, Den: 100}}}))
	m.write(put(row.Cycle(), settlement.Cycle{ID: "2026-11", Date: cutDay, Since: november}))
	m.taken(1, "2026-11", 400)
	m.cut(2, "2026-11", "2026-12", november, cutDay, 0)
	return m
}

// taken has M take points until so many are taken in all.
func (m *months) taken(seq uint64, cycle string, all amount.Units) {
	lot := points.Lot{Programme: "GP", Member: "zhang", Issued: 1000, Placed: all, Expires: november + 400, State: points.Active, Origin: points.Issued}
	line := spend.Line{{Lot: in(1, 0).Row(0), Programme: "GP", Funder: "G", Amount: all}}
	one := all
	if seq > 1 {
		one = 100
	}
	m.write(sealedBy(seq), put(row.Lot(in(1, 0).Row(0)), lot),
		put(row.Hold(in(1, 1)), points.Hold{Acceptor: "M", Member: "zhang", State: points.Captured, Captured: all, Pieces: line, Captures: []points.Taken{{Number: in(1, 1), Amount: all}}, Placed: november}),
		put(row.Totals("GP", "D", 3), points.Totals{Issued: 1000, Placed: all, Captured: all}),
		put(row.Obligations("D", 3, seq), settlement.Obligations{Cycle: cycle, Date: cutDay, List: []settlement.Obligation{
			{Index: 1, Kind: settlement.Redemption, Scene: "care", Debtor: "G", Creditor: "M", Programme: "GP", Points: one, Fen: one, Model: 1}}}))
}

// cut cuts a cycle off and computes it; hidden sums of G and M wait to be opened.
func (m *months) cut(seq uint64, cycle, next string, from, to date.Date, pending uint32) {
	closed := settlement.Close{ID: cycle, Next: next, From: from, To: to, CutBy: in(seq, 0), State: settlement.Cut}
	m.write(sealedBy(seq), put(row.Cycle(), settlement.Cycle{ID: next, Date: to, Since: to}), put(row.Close(cycle), closed))
	closed.State = settlement.Computed
	m.write(sealedBy(seq+1), put(row.Close(cycle), closed), put(row.Pair(cycle, "G", "M"), settlement.Pair{Cycle: cycle, A: "G", B: "M", Pending: pending}))
}

func (m *months) now() *index.Reading { return readModel(m.t, m.blocks...) }

// at is what was true with so many blocks.
func (m *months) at(_ context.Context, height uint64, ask func(*index.Reading) error) error {
	return ask(readModelUpTo(m.t, height, m.blocks...))
}

// desk is G's accountant.
type desk struct {
	*months
	shelf *shelf
	out   bytes.Buffer
}

func newDesk(t *testing.T, m *months) *desk {
	s, err := openShelf(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return &desk{months: m, shelf: s}
}

// book has the desk book a period, as tally books journal does.
func (d *desk) book(f journalFlags) error {
	d.t.Helper()
	with, err := f.read()
	if err != nil {
		d.t.Fatal(err)
	}
	d.out.Reset()
	a := &app{out: &d.out, format: "table"}
	kept, locked, err := d.shelf.get(f.period)
	if err != nil {
		return err
	}
	if locked != f.restate { // it asks no network
		return a.journal(context.Background(), d.shelf, f, with)
	}
	return a.book(booking{ctx: context.Background(), now: d.now(), past: d.months, shelf: d.shelf, party: "G", with: with, begin: f.begin, draft: f.out == ""}, kept, f)
}

func expect85(period, out string) journalFlags {
	return journalFlags{bookFlags: bookFlags{policy: policyFlags{redemption: []expectation{{"GP", amount.Rate{Num: 85, Den: 100}}}}}, period: period, out: out}
}

// TestJournalIsOfTheCutOff: whatever happens after a cut-off, the period's journal is of what was true then; it is
// exported twice to the same bytes, and booked once (A2). The day of the cut-off is in it alone (A7). VAT has entries (A3).
func TestJournalIsOfTheCutOff(t *testing.T) {
	m := newMonths(t)
	d := newDesk(t, m)
	out := filepath.Join(t.TempDir(), "journal.csv")
	before := newDesk(t, m) // books before anything else happens
	if err := before.book(expect85("2026-11", out)); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	m.taken(4, "2026-12", 500)
	if err := d.book(expect85("2026-11", out)); err != nil {
		t.Fatal(err)
	}
	shows(t, "journal", strings.ReplaceAll(d.out.String(), filepath.Dir(out), "DIR"), `
 G in 2026-11             of  payable  receivable  moved by 
────────────────────────────────────────────────────────────
 owed, before settlement  M     ¥4.00       ¥0.00           
 provision                GP                          ¥4.50 
3 vouchers, ¥12.73 on each side, 2026-11-01 to 2026-11-30; locked; in DIR/journal.csv
`)
	for what, book := range map[string]func() error{
		"booked later":                func() error { return nil },
		"again":                       func() error { return d.book(expect85("2026-11", out)) },
		"again, with nothing said":    func() error { return d.book(journalFlags{period: "2026-11", out: out}) },
		"again, with the same policy": func() error { return before.book(expect85("2026-11", out)) },
	} {
		if err := book(); err != nil {
			t.Fatal(what, err)
		}
		if data, err := os.ReadFile(out); err != nil || !bytes.Equal(data, first) {
			t.Errorf("%s it is another: %v\n%s", what, err, data)
		}
	}
	for _, want := range []string{
		"G-2026-11-D.3.1.1.0,记-1,2026-11-30", "2801,预计负债 Provisions,,GP,3.77", "22210101,应交税费—应交增值税（进项税额） VAT: input tax,,,0.23,,6%,3.77", "2202,应付账款 Accounts payable,M,,,4.00",
		"G-2026-11-close-GP-issue,记-2,2026-11-30", "6601,销售费用 Selling expenses,,,8.50", "G-2026-11-close-GP-own", // the VAT makes the cost smaller
	} {
		if !strings.Contains(string(first), want) {
			t.Errorf("no %s in\n%s", want, first)
		}
	}
	if strings.Contains(string(first), "6401") || strings.Contains(string(first), "6001") {
		t.Error("a gift makes cost of sales, or revenue")
	}
	other := expect85("2026-11", out)
	other.policy.redemption[0].rate = amount.Rate{Num: 1, Den: 2}
	if err := d.book(other); fault.CodeOf(err) != fault.Conflict || !strings.Contains(err.Error(), "--restate") {
		t.Errorf("another policy: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(out), ".tally-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// TestPeriodsFollowOnOneAnother: a period opens with what the one before closed with; none is left out, none is booked
// twice, and what is made on the day of a cut-off after it is booked on the next period's first day (A2, A7).
func TestPeriodsFollowOnOneAnother(t *testing.T) {
	m := newMonths(t)
	m.taken(4, "2026-12", 500)
	d, dir := newDesk(t, m), t.TempDir()
	out := func(name string) string { return filepath.Join(dir, name+".csv") }
	if err := d.book(expect85("2026-12", out("12"))); fault.CodeOf(err) != fault.WrongState || !strings.Contains(err.Error(), "is open") {
		t.Errorf("an open cycle: %v", err)
	}
	if err := d.book(expect85("2026-12", "")); err != nil || !strings.Contains(d.out.String(), "the cycle is open") {
		t.Errorf("looked at: %v\n%s", err, d.out.String())
	}
	m.cut(5, "2026-12", "2027-01", cutDay, cutDay+31, 0)
	if err := d.book(expect85("2026-12", out("12"))); fault.CodeOf(err) != fault.WrongState || !strings.Contains(err.Error(), "2026-11") || !strings.Contains(err.Error(), "--begin") {
		t.Errorf("a gap: %v", err)
	}
	if err := d.book(expect85("2026-11", out("11"))); err != nil {
		t.Fatal(err)
	}
	begin := expect85("2026-12", out("12"))
	begin.begin = true
	if err := d.book(begin); fault.CodeOf(err) != fault.WrongState {
		t.Errorf("begun again: %v", err)
	}
	if err := d.book(expect85("2026-12", out("12"))); err != nil {
		t.Fatal(err)
	}
	list, err := d.shelf.all()
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	nov, dec := list[0], list[1]
	if nov.Summary.From != november || nov.Summary.To != cutDay || dec.Summary.From != cutDay+1 || dec.Summary.To != cutDay+31 || dec.Vouchers[0].Date != cutDay+1 || nov.Vouchers[0].Date != cutDay || nov.Height != dec.Opened {
		t.Errorf("%+v, %+v", nov.Summary, dec.Summary)
	}
	if nov.Closing[0].Provision != 450 || dec.Opening[0].Provision != 450 || dec.Closing[0].Provision != 350 {
		t.Errorf("%+v, %+v", dec.Opening, dec.Closing)
	}
	b := books.TrialBalance(list)
	i := slices.IndexFunc(b.Rows, func(r books.BalanceRow) bool { return r.Programme == "GP" })
	if r := b.Rows[i]; r.OpeningCredit != 450 || r.ClosingCredit != 350 || b.Total.ClosingDebit != b.Total.ClosingCredit {
		t.Errorf("%+v", b)
	}
	begun := newDesk(t, m)
	if err := begun.book(begin); err != nil {
		t.Fatal(err)
	}
	if k, _, err := begun.shelf.get("2026-12"); err != nil || len(k.Opening) != 1 || k.Opening[0].Provision != 450 || k.Summary.Vouchers != dec.Summary.Vouchers {
		t.Errorf("begun with December: %+v, %v", k.Opening, err)
	}
	if err := begun.book(expect85("2026-11", out("11"))); fault.CodeOf(err) != fault.WrongState || !strings.Contains(err.Error(), "begin with 2026-12") {
		t.Errorf("before they begin: %v", err)
	}
	if err := d.book(journalFlags{period: "2026-13"}); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("no such cycle: %v", err)
	}
}

// TestRestatementIsItsOwnVouchers: a locked period is put right by vouchers of its own, and the next one opens with what
// is right (A2).
func TestRestatementIsItsOwnVouchers(t *testing.T) {
	m := newMonths(t)
	d, dir := newDesk(t, m), t.TempDir()
	right := expect85("2026-11", filepath.Join(dir, "right.json"))
	right.policy.redemption[0].rate = amount.Rate{Num: 1, Den: 2}
	right.restate, right.reason = true, "wrong_estimate"
	if err := d.book(right); err == nil {
		t.Error("what isn't locked is restated")
	}
	wrong := expect85("2026-11", filepath.Join(dir, "wrong.json"))
	if err := d.book(wrong); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(wrong.out)
	if err != nil {
		t.Fatal(err)
	}
	same := wrong
	same.restate, same.reason = true, "wrong_estimate"
	if err := d.book(same); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("nothing to restate: %v", err)
	}
	if err := d.book(right); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(right.out)
	if err != nil {
		t.Fatal(err)
	}
	var vouchers []books.Voucher
	if err := json.Unmarshal(data, &vouchers); err != nil || len(vouchers) != 2 || vouchers[0].Number != "G-2026-11-close-GP-issue-r1-void" || vouchers[1].Number != "G-2026-11-close-GP-issue-r1" || vouchers[1].Entries[0].Debit != 500 {
		t.Errorf("%+v, %v", vouchers, err)
	}
	if err := d.book(journalFlags{period: "2026-11", out: wrong.out}); err != nil {
		t.Fatal(err)
	}
	if again, err := os.ReadFile(wrong.out); err != nil || !bytes.Equal(first, again) {
		t.Errorf("the first export is another: %v", err)
	}
	m.taken(4, "2026-12", 500)
	m.cut(5, "2026-12", "2027-01", cutDay, cutDay+31, 0)
	next := right
	next.restate, next.reason, next.period, next.out = false, "", "2026-12", filepath.Join(dir, "next.csv")
	if err := d.book(next); err != nil {
		t.Fatal(err)
	}
	if k, _, err := d.shelf.get("2026-12"); err != nil || k.Opening[0].Provision != 100 || k.Closing[0].Provision != 0 {
		t.Errorf("%+v, %v", k.Opening, err)
	}
	if err := d.book(right); fault.CodeOf(err) != fault.WrongState || !strings.Contains(err.Error(), "2026-12") {
		t.Errorf("an earlier one: %v", err)
	}
}

// TestNotReadyToBeBooked: while a statement can still get lines, its period is only looked at.
func TestNotReadyToBeBooked(t *testing.T) {
	m := newMonths(t)
	m.write(put(row.Pair("2026-11", "G", "M"), settlement.Pair{Cycle: "2026-11", A: "G", B: "M", Pending: 2}))
	d := newDesk(t, m)
	if err := d.book(expect85("2026-11", filepath.Join(t.TempDir(), "j.csv"))); fault.CodeOf(err) != fault.WrongState || !strings.Contains(err.Error(), "with M") {
		t.Errorf("%v", err)
	}
	if err := d.book(expect85("2026-11", "")); err != nil || !strings.Contains(d.out.String(), "not locked") {
		t.Errorf("%v: %s", err, d.out.String())
	}
	if list, err := d.shelf.all(); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// A share of a programme that isn't there would change nothing: it is refused, in every reading.
func TestPolicyOfNoProgramme(t *testing.T) {
	d := newDesk(t, newMonths(t))
	f := journalFlags{bookFlags: bookFlags{policy: policyFlags{redemption: []expectation{{"XP", amount.Rate{Num: 85, Den: 100}}}}}, period: "2026-11"}
	if err := d.book(f); fault.CodeOf(err) != fault.NotFound || !strings.Contains(err.Error(), "no programme XP") {
		t.Errorf("a journal: %v", err)
	}
	policy, err := f.policy.read()
	if err != nil {
		t.Fatal(err)
	}
	if err := policyThere(d.now(), policy); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("a liability: %v", err)
	}
}

// TestShelfIsForOneProcess, whole and private.
func TestShelfIsForOneProcess(t *testing.T) {
	dir := t.TempDir()
	s, err := openShelf(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openShelf(dir); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("a second one: %v", err)
	}
	if err := s.put(books.Locked{Summary: books.Summary{Period: "2026-11"}}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(s.path("2026-11")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(s.path("2026-11"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.get("2026-11"); fault.CodeOf(err) != fault.Internal || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("%v", err)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
}

// TestLinesOfACycle come from the read model, as often as they are asked, with their rate.
func TestLinesOfACycle(t *testing.T) {
	key := row.Obligations("D", 1, 1)
	r := readModel(t, []entry{put(key, settlement.Obligations{Cycle: "2026-11", Date: november, List: []settlement.Obligation{
		{Index: 4, Kind: settlement.Redemption, Scene: "care", Debtor: "F", Creditor: "D", Programme: "FP", Points: 8400, Fen: 6720, Model: 1},
		{Index: 4, Ord: 1, Kind: settlement.Fee, Debtor: "S1", Creditor: "G", Fen: 268}, {Index: 5, Kind: settlement.Supply, Debtor: "D", Creditor: "S1", Fen: 26_800, Of: "2026-10"},
	}})})
	taxes := index.TaxesOf([]settlement.Model{{Terms: settlement.Terms{Tax: amount.Rate{Num: 12, Den: 200}}}})
	from := linesIn(r, "2026-11", nil, taxes)
	for range 2 {
		var got []books.Posting
		for p, err := range from() {
			if err != nil {
				t.Fatal(err)
			}
			p.Block, p.Tx = 0, ""
			got = append(got, p)
		}
		want := []books.Posting{
			{ID: "D.1.1.4.0", Date: november, Kind: settlement.Redemption, Scene: "care", Debtor: "F", Creditor: "D", Programme: "FP", Points: 8400, Fen: 6720, Tax: amount.Rate{Num: 3, Den: 50}},
			{ID: "D.1.1.4.1", Date: november, Kind: settlement.Fee, Debtor: "S1", Creditor: "G", Fen: 268, Tax: amount.Rate{Num: 0, Den: 1}},
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v", got)
		}
	}
	for p, err := range linesIn(r, "2026-10", nil, taxes)() {
		if err != nil || p.ID != "D.1.1.5.0" || p.Kind != settlement.Supply {
			t.Errorf("what was opened of an earlier cycle: %+v, %v", p, err)
		}
	}
	rounding := postingOf(index.Obligation{ID: numbered(5).Row(0), Owe: settlement.Owe{Kind: settlement.Rounding, Debtor: "D", Creditor: "M"}}, taxes)
	if rounding.ID != "D.1.1.5.0-D-M" {
		t.Errorf("roundings of two pairs have one id: %s", rounding.ID)
	}
}

func TestJournalNamesWhatDiffers(t *testing.T) {
	sum := books.Summary{Differences: []books.Difference{{Party: "M", Account: "payable", Statement: 5, Vouchers: 6}}, Liability: []books.Tied{{Programme: "GP", Account: books.Contract, Vouchers: 7, Readings: 7}, {Programme: "DP", Account: books.Provision, Vouchers: 1, Readings: 2}}}
	err := untied(sum)
	if fault.CodeOf(err) != fault.Internal || !strings.Contains(err.Error(), "payable of M: the statement says 5 fen, the vouchers 6; provision of DP: it moved by 2 fen, the vouchers by 1") {
		t.Error(err)
	}
	if err := untied(books.Summary{Liability: []books.Tied{{Programme: "GP", Account: books.Contract, Vouchers: 7, Readings: 7}}}); err != nil {
		t.Error(err)
	}
}

// TestAccountTables: what an accountant looks at (A4).
func TestAccountTables(t *testing.T) {
	d := newDesk(t, newMonths(t))
	if err := d.book(expect85("2026-11", filepath.Join(t.TempDir(), "j.csv"))); err != nil {
		t.Fatal(err)
	}
	list, err := d.shelf.all()
	if err != nil {
		t.Fatal(err)
	}
	d.out.Reset()
	a := &app{out: &d.out, format: "table"}
	b := books.TrialBalance(list)
	rows := books.Ledger(list, books.LedgerFilter{Code: "2801"})
	aged := agedShown{"2026-11-30", books.AgeingSpans(), books.Ageing(list)}
	for _, show := range []func() error{
		func() error { return a.print(b, func(t table.Writer) { balanceTable(t, b, list[0].Summary) }) },
		func() error {
			return a.print(rows, func(t table.Writer) { ledgerTable(t, rows, books.LedgerFilter{Code: "2801"}) })
		},
		func() error { return a.print(aged, func(t table.Writer) { ageingTable(t, aged) }) },
	} {
		if err := show(); err != nil {
			t.Fatal(err)
		}
	}
	shows(t, "accounts", d.out.String(), `
 account   name                                            of  opening debit  credit   debit  credit  closing debit  credit 
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 2202      应付账款 Accounts payable                       M                                   ¥4.00                  ¥4.00 
 22210101  应交税费—应交增值税（进项税额） VAT: input tax                              ¥0.23                  ¥0.23         
 2801      预计负债 Provisions                             GP                          ¥4.00   ¥8.50                  ¥4.50 
 6601      销售费用 Selling expenses                                                   ¥8.50   ¥0.23          ¥8.27         
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
           合计 total                                                                 ¥12.73  ¥12.73          ¥8.50   ¥8.50 
G in 2026-11, 2026-11-01 to 2026-11-30
 date        number  summary                                          of  debit  credit  balance            
────────────────────────────────────────────────────────────────────────────────────────────────────────────
 2026-11-01          期初余额 opening balance                                              ¥0.00            
 2026-11-30  记-1    积分兑付 points redeemed                         GP  ¥3.77            ¥3.77  借 debit  
 2026-11-30  记-2    赠送积分计提，GP points given, GP                GP          ¥8.50    ¥4.73  贷 credit 
 2026-11-30  记-3    赠送积分兑付结转，GP points redeemed, given, GP  GP  ¥0.23            ¥4.50  贷 credit 
account 2801
          with  in all  0-30 days  31-60 days  61-90 days  91-180 days  181-365 days  366+ days  in advance 
────────────────────────────────────────────────────────────────────────────────────────────────────────────
 payable  M      ¥4.00      ¥4.00                                                                           
on 2026-11-30
`)
}

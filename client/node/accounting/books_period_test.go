package accounting

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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
	"tallystick/client/index/indextest"
	"tallystick/client/node/nodetest"
)

// months is a ledger on which G granted 1,000 GP, M took 400 of them in November, and 100 more in December: on the day
// of the cut-off, after it.
type months struct {
	t      *testing.T
	blocks [][]indextest.Entry
}

func (m *months) write(entries ...indextest.Entry) { m.blocks = append(m.blocks, entries) }

// in is a number of a batch of D's lane 3.
func in(seq uint64, i uint16) number.Command {
	return number.Command{Party: "D", Lane: 3, Seq: seq, Index: i}
}

func sealedBy(seq uint64) indextest.Entry {
	return indextest.Entry{Space: "tallyseal", Key: string(row.LaneHead("D", 3)),
		Value: row.Encode(row.Head{Seq: seq, Chain: make([]byte, 32)})}
}

const cutDay = nodetest.November + 29

func newMonths(t *testing.T) *months {
	m := &months{t: t}
	m.write(indextest.Put(row.Consortium(), party.Consortium{Operator: "G"}),
		indextest.Put(row.Cycle(), settlement.Cycle{ID: "2026-11", Date: nodetest.November, Since: nodetest.November}),
		indextest.Put(row.Programme("GP"), points.Programme{ID: "GP", Issuer: "G", Price: amount.Rate{Num: 1, Den: 1}}),
		indextest.Put(row.SettlementModel(1), settlement.Model{Number: 1, By: "G", ID: "m",
			Terms: settlement.Terms{Tax: amount.Rate{Num: 6, Den: 100}}}))
	m.write(indextest.Put(row.Cycle(), settlement.Cycle{ID: "2026-11", Date: cutDay, Since: nodetest.November}))
	m.taken(1, "2026-11", 400)
	m.cut(2, "2026-11", "2026-12", nodetest.November, cutDay, 0)
	return m
}

// taken has M take points until so many are taken in all.
func (m *months) taken(seq uint64, cycle string, all amount.Units) {
	lot := points.Lot{Programme: "GP", Member: "zhang", Issued: 1000, Placed: all, Expires: nodetest.November + 400,
		State: points.Active, Origin: points.Issued}
	line := spend.Line{{Lot: in(1, 0).Row(0), Programme: "GP", Funder: "G", Amount: all}}
	one := all
	if seq > 1 {
		one = 100
	}
	m.write(sealedBy(seq), indextest.Put(row.Lot(in(1, 0).Row(0)), lot),
		indextest.Put(row.Hold(in(1, 1)), points.Hold{Acceptor: "M", Member: "zhang", State: points.Captured,
			Captured: all, Pieces: line, Captures: []points.HoldCapture{{Number: in(1, 1), Amount: all}},
			Placed: nodetest.November}),
		indextest.Put(row.Totals("GP", "D", 3), points.Totals{Issued: 1000, Placed: all, Captured: all}),
		indextest.Put(row.Obligations("D", 3, seq), settlement.Obligations{Cycle: cycle, Date: cutDay,
			List: []settlement.Obligation{
				{Index: 1, Kind: settlement.Redemption, Scene: "care", Debtor: "G", Creditor: "M", Programme: "GP",
					Points: one, Fen: one, Model: 1}}}))
}

// cut cuts a cycle off and computes it; hidden sums of G and M wait to be opened.
func (m *months) cut(seq uint64, cycle, next string, from, to date.Date, pending uint32) {
	closed := settlement.Close{ID: cycle, Next: next, From: from, To: to, CutBy: in(seq, 0), State: settlement.Cut}
	m.write(sealedBy(seq), indextest.Put(row.Cycle(), settlement.Cycle{ID: next, Date: to, Since: to}),
		indextest.Put(row.Close(cycle), closed))
	closed.State = settlement.Computed
	m.write(sealedBy(seq+1), indextest.Put(row.Close(cycle), closed),
		indextest.Put(row.Pair(cycle, "G", "M"), settlement.Pair{Cycle: cycle, A: "G", B: "M", Pending: pending}))
}

// now is what is true.
func (m *months) now(_ context.Context, of func(*index.Reading) error) error {
	return of(indextest.ReadModel(m.t, m.blocks...))
}

// at is what was true with so many blocks.
func (m *months) at(_ context.Context, height uint64, of func(*index.Reading) error) error {
	return of(indextest.ReadModelUpTo(m.t, height, m.blocks...))
}

// newDesk is G's accountant.
func newDesk(t *testing.T, of history) bookkeeper {
	t.Helper()
	s, err := books.OpenShelf(filepath.Join(t.TempDir(), "books"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return bookkeeper{"G", s, of}
}

// expecting has so many percent of GP redeemed.
func expecting(percent amount.Units) BookInputs {
	return BookInputs{Estimates: Estimates{Redemption: []Share{{"GP", amount.Rate{Num: percent, Den: 100}}}}}
}

func look(period string) JournalRequest {
	return JournalRequest{Period: period, BookInputs: expecting(85)}
}

func lock(period string) JournalRequest {
	return JournalRequest{Period: period, Lock: true, Form: "csv", BookInputs: expecting(85)}
}

// TestJournalIsOfTheCutOff: whatever happens after a cut-off, the period's journal is of what was true then; it is
// exported twice to the same bytes, and booked once (A2). The day of the cut-off is in it alone (A7). VAT has entries
// (A3).
func TestJournalIsOfTheCutOff(t *testing.T) {
	m := newMonths(t)
	before := newDesk(t, m) // books before anything else happens
	first, err := before.journal(t.Context(), lock("2026-11"))
	if err != nil || first.State != JournalLocked {
		t.Fatal(first.State, err)
	}
	m.taken(4, "2026-12", 500)
	later, away := newDesk(t, m), bookkeeper{"G", before.shelf, away{}}
	for what, book := range map[string]func() (Journal, error){
		"booked later":             func() (Journal, error) { return later.journal(t.Context(), lock("2026-11")) },
		"again":                    func() (Journal, error) { return before.journal(t.Context(), lock("2026-11")) },
		"again, without a network": func() (Journal, error) { return away.journal(t.Context(), lock("2026-11")) },
		"again, with nothing said": func() (Journal, error) {
			return away.journal(t.Context(), JournalRequest{Period: "2026-11", Lock: true, Form: "csv"})
		},
	} {
		if j, err := book(); err != nil || !bytes.Equal(j.File, first.File) || j.State != JournalLocked {
			t.Errorf("%s it is another: %v\n%s", what, err, j.File)
		}
	}
	if j, err := away.journal(t.Context(), JournalRequest{Period: "2026-11"}); err != nil ||
		j.State != JournalLocked || j.File != nil {
		t.Errorf("looked at: %+v, %v", j, err)
	}
	if s := first.Summary; s.Vouchers != 3 || s.Turnover != 1273 || len(s.Positions) != 1 ||
		s.Positions[0].Payable != 400 || s.To != cutDay {
		t.Errorf("%+v", s)
	}
	for _, want := range []string{
		"G-2026-11-D.3.1.1.0,记-1,2026-11-30", "2801,预计负债 Provisions,,GP,3.77",
		"22210101,应交税费—应交增值税（进项税额） VAT: input tax,,,0.23,,6%,3.77", "2202,应付账款 Accounts payable,M,,,4.00",
		// the VAT makes the cost smaller
		"G-2026-11-close-GP-issue,记-2,2026-11-30", "6601,销售费用 Selling expenses,,,8.50", "G-2026-11-close-GP-own",
	} {
		if !strings.Contains(string(first.File), want) {
			t.Errorf("no %s in\n%s", want, first.File)
		}
	}
	if strings.Contains(string(first.File), "6401") || strings.Contains(string(first.File), "6001") {
		t.Error("a gift makes cost of sales, or revenue")
	}
	other := lock("2026-11")
	other.BookInputs = expecting(50)
	if _, err := later.journal(t.Context(), other); fault.CodeOf(err) != fault.Conflict ||
		!strings.Contains(err.Error(), "restate") {
		t.Errorf("another policy: %v", err)
	}
}

// TestPeriodsFollowOnOneAnother: a period opens with what the one before closed with; none is left out, none is booked
// twice, and what is made on the day of a cut-off after it is booked on the next period's first day (A2, A7).
func TestPeriodsFollowOnOneAnother(t *testing.T) {
	m := newMonths(t)
	m.taken(4, "2026-12", 500)
	d := newDesk(t, m)
	book := func(d bookkeeper, req JournalRequest) error {
		_, err := d.journal(t.Context(), req)
		return err
	}
	if err := book(d, lock("2026-12")); fault.CodeOf(err) != fault.WrongState ||
		!strings.Contains(err.Error(), "is open") {
		t.Errorf("an open cycle: %v", err)
	}
	if j, err := d.journal(t.Context(), look("2026-12")); err != nil || j.State != JournalOpen || j.Vouchers == 0 {
		t.Errorf("looked at: %+v, %v", j, err)
	}
	m.cut(5, "2026-12", "2027-01", cutDay, cutDay+31, 0)
	if err := book(d, lock("2026-12")); fault.CodeOf(err) != fault.WrongState ||
		!strings.Contains(err.Error(), "2026-11") || !strings.Contains(err.Error(), "begin your books") {
		t.Errorf("a gap: %v", err)
	}
	if err := book(d, lock("2026-11")); err != nil {
		t.Fatal(err)
	}
	begin := lock("2026-12")
	begin.Begin = true
	if err := book(d, begin); fault.CodeOf(err) != fault.WrongState {
		t.Errorf("begun again: %v", err)
	}
	if err := book(d, lock("2026-12")); err != nil {
		t.Fatal(err)
	}
	list, err := d.shelf.All()
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	nov, dec := list[0], list[1]
	if nov.Summary.From != nodetest.November || nov.Summary.To != cutDay || dec.Summary.From != cutDay+1 ||
		dec.Summary.To != cutDay+31 || dec.Vouchers[0].Date != cutDay+1 || nov.Vouchers[0].Date != cutDay ||
		nov.Height != dec.Opened {
		t.Errorf("%+v, %+v", nov.Summary, dec.Summary)
	}
	if nov.Closing[0].Provision != 450 || dec.Opening[0].Provision != 450 || dec.Closing[0].Provision != 350 {
		t.Errorf("%+v, %+v", dec.Opening, dec.Closing)
	}
	b := books.TrialBalance(list)
	i := slices.IndexFunc(b.Rows, func(r books.BalanceRow) bool { return r.Programme == "GP" })
	if r := b.Rows[i]; r.OpeningCredit != 450 || r.ClosingCredit != 350 ||
		b.Total.ClosingDebit != b.Total.ClosingCredit {
		t.Errorf("%+v", b)
	}
	begun := newDesk(t, m)
	if err := book(begun, begin); err != nil {
		t.Fatal(err)
	}
	if k, _, err := begun.shelf.Get("2026-12"); err != nil || len(k.Opening) != 1 || k.Opening[0].Provision != 450 ||
		k.Summary.Vouchers != dec.Summary.Vouchers {
		t.Errorf("begun with December: %+v, %v", k.Opening, err)
	}
	if err := book(begun, lock("2026-11")); fault.CodeOf(err) != fault.WrongState ||
		!strings.Contains(err.Error(), "begin with 2026-12") {
		t.Errorf("before they begin: %v", err)
	}
	if err := book(d, JournalRequest{Period: "2026-13"}); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("no such cycle: %v", err)
	}
}

// TestRestatementIsItsOwnVouchers: a locked period is put right by vouchers of its own, and the next one opens with
// what is right (A2).
func TestRestatementIsItsOwnVouchers(t *testing.T) {
	m := newMonths(t)
	d := newDesk(t, m)
	right := JournalRequest{Period: "2026-11", Lock: true, Form: "json", Restate: "wrong_estimate",
		BookInputs: expecting(50)}
	if _, err := d.journal(t.Context(), right); fault.CodeOf(err) != fault.WrongState {
		t.Errorf("what isn't locked is restated: %v", err)
	}
	first, err := d.journal(t.Context(), lock("2026-11"))
	if err != nil {
		t.Fatal(err)
	}
	same := right
	same.BookInputs = expecting(85)
	if _, err := d.journal(t.Context(), same); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("nothing to restate: %v", err)
	}
	draft := right
	draft.Lock, draft.Form = false, ""
	if j, err := d.journal(t.Context(), draft); err != nil || j.State != JournalRestating {
		t.Errorf("looked at: %+v, %v", j, err)
	}
	if k, _, err := d.shelf.Get("2026-11"); err != nil || len(k.Restated) > 0 {
		t.Errorf("what was looked at is kept: %+v, %v", k.Restated, err)
	}
	j, err := d.journal(t.Context(), right)
	if err != nil || j.State != JournalRestated {
		t.Fatal(j.State, err)
	}
	var vouchers []books.Voucher
	if err := json.Unmarshal(j.File, &vouchers); err != nil || len(vouchers) != 2 ||
		vouchers[0].Number != "G-2026-11-close-GP-issue-r1-void" ||
		vouchers[1].Number != "G-2026-11-close-GP-issue-r1" || vouchers[1].Entries[0].Debit != 500 {
		t.Errorf("%+v, %v", vouchers, err)
	}
	again, err := d.journal(t.Context(), JournalRequest{Period: "2026-11", Lock: true, Form: "csv"})
	if err != nil || !bytes.Equal(first.File, again.File) {
		t.Errorf("the first export is another: %v", err)
	}
	m.taken(4, "2026-12", 500)
	m.cut(5, "2026-12", "2027-01", cutDay, cutDay+31, 0)
	next := lock("2026-12")
	next.BookInputs = expecting(50)
	if _, err := d.journal(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	if k, _, err := d.shelf.Get("2026-12"); err != nil || k.Opening[0].Provision != 100 || k.Closing[0].Provision != 0 {
		t.Errorf("%+v, %v", k.Opening, err)
	}
	if _, err := d.journal(t.Context(), right); fault.CodeOf(err) != fault.WrongState ||
		!strings.Contains(err.Error(), "2026-12") {
		t.Errorf("an earlier one: %v", err)
	}
}

// TestNotReadyToBeBooked: while a statement can still get lines, its period is only looked at.
func TestNotReadyToBeBooked(t *testing.T) {
	m := newMonths(t)
	m.write(indextest.Put(row.Pair("2026-11", "G", "M"), settlement.Pair{Cycle: "2026-11", A: "G", B: "M", Pending: 2}))
	d := newDesk(t, m)
	if _, err := d.journal(t.Context(), lock("2026-11")); fault.CodeOf(err) != fault.WrongState ||
		!strings.Contains(err.Error(), "with M") {
		t.Errorf("%v", err)
	}
	if j, err := d.journal(t.Context(), look("2026-11")); err != nil || j.State != JournalTied {
		t.Errorf("%+v, %v", j, err)
	}
	if list, err := d.shelf.All(); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// A share of a programme that isn't there would change nothing: it is refused, in every reading.
func TestEstimatesOfNoProgramme(t *testing.T) {
	m := newMonths(t)
	req := look("2026-11")
	req.Redemption[0].Programme = "XP"
	if _, err := newDesk(t, m).journal(t.Context(), req); fault.CodeOf(err) != fault.NotFound ||
		!strings.Contains(err.Error(), "no programme XP") {
		t.Errorf("a journal: %v", err)
	}
	policy, err := req.Estimates.read()
	if err != nil {
		t.Fatal(err)
	}
	if err := m.now(t.Context(), func(r *index.Reading) error {
		return estimatesThere(r,
			policy)
	}); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("a liability: %v", err)
	}
}

// TestLinesOfACycle come from the read model, as often as they are asked, with their rate.
func TestLinesOfACycle(t *testing.T) {
	key := row.Obligations("D", 1, 1)
	r := indextest.ReadModel(t, []indextest.Entry{indextest.Put(key,
		settlement.Obligations{Cycle: "2026-11", Date: nodetest.November, List: []settlement.Obligation{
			{Index: 4, Kind: settlement.Redemption, Scene: "care", Debtor: "F", Creditor: "D", Programme: "FP",
				Points: 8400, Fen: 6720, Model: 1},
			{Index: 4, Ord: 1, Kind: settlement.Fee, Debtor: "S1", Creditor: "G", Fen: 268},
			{Index: 5, Kind: settlement.Supply, Debtor: "D", Creditor: "S1", Fen: 26_800, Of: "2026-10"},
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
			{ID: "D.1.1.4.0", Date: nodetest.November, Kind: settlement.Redemption, Scene: "care",
				Debtor: "F", Creditor: "D",
				Programme: "FP", Points: 8400, Fen: 6720, Tax: amount.Rate{Num: 3, Den: 50}},
			{ID: "D.1.1.4.1", Date: nodetest.November, Kind: settlement.Fee, Debtor: "S1", Creditor: "G", Fen: 268,
				Tax: amount.Rate{Num: 0, Den: 1}},
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
	rounding := postingOf(index.Obligation{ID: indextest.Numbered(5).Row(0),
		Owe: settlement.Owe{Kind: settlement.Rounding, Debtor: "D", Creditor: "M"}}, taxes)
	if rounding.ID != "D.1.1.5.0-D-M" {
		t.Errorf("roundings of two pairs have one id: %s", rounding.ID)
	}
}

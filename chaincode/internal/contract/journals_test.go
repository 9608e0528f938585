package contract

import (
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/client/block"
	"tallystick/client/books"
	"tallystick/client/index"
)

// TestJournalsOfRandomLives has every party of simulated lives book every cycle, as its node does from the blocks
// alone: each voucher's debits are its credits, journals tie to the statements' lines and to what points are worth at
// each cut-off, and what X has as receivable from Y is what Y has as payable to X, of each cycle's lines and of all
// that was netted, paid and decided on since.
func TestJournalsOfRandomLives(t *testing.T) {
	n := min(*seeds, 12)
	if testing.Short() {
		n = 6
	}
	booked := map[string]int{} // vouchers by what they are of
	for seed := range uint64(n) {
		w := lived(t, seed)
		settleAll(t, w)
		bookAll(t, seed, w, booked)
	}
	t.Logf("%d lives: %v", n, booked)
	for _, kind := range []string{"points redeemed", "points given", "service rendered", "settlement",
		"taken back by a bank"} {
		if booked[kind] == 0 {
			t.Errorf("no voucher of %s in %d lives: %v", kind, n, booked)
		}
	}
}

// lived is a world after a life.
func lived(t *testing.T, seed uint64) *world {
	t.Helper()
	w, err := live(t, seed)
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	return w
}

// settleAll closes all cycles of a life as far as it goes: what can be signed is, and what can be netted is paid, in
// the cycle after the last one, which it closes, too. What is refused, because of what became of it in the life, is
// left.
func settleAll(t *testing.T, w *world) {
	t.Helper()
	w.owes(t, "D", "M", 1000)
	w.owes(t, "M", "D", 400)
	w.must(t, "G", settlement.CutOffRequest{Cycle: w.open().ID, Next: "tail"})
	for _, r := range rowsOf(w.net, "G", "close") {
		cycle := r.Row.(settlement.Close).ID
		w.run(t, "G", settlement.ComputeRequest{Cycle: cycle})
		for _, of := range rowIn(w, row.Close(cycle)).Pairs {
			if pair := rowIn(w, row.Pair(cycle, of[0], of[1])); !pair.State.Ended() && pair.Pending == 0 {
				w.run(t, of[0], w.signing(t, cycle, of[0], of[1], 9))
				w.run(t, of[1], w.signing(t, cycle, of[1], of[0], 9))
			}
		}
		w.run(t, "G", settlement.FinaliseRequest{Cycle: cycle})
		for _, p := range w.payments(cycle) {
			w.run(t, p.Debtor, settlement.InstructRequest{Cycle: cycle, Payments: []uint32{p.N},
				Message: fmt.Sprint("tail", cycle, p.N), Hash: make(codec.Hash, 32), Fen: p.Rest(), Execute: p.Due})
			receipt := fmt.Sprint("tail", cycle, p.N)
			w.run(t, p.Creditor, settlement.AdviseRequest{Cycle: cycle, Payment: p.N, Reference: receipt,
				Fen: p.Rest(), Booked: p.Due})
			if p.N%2 == 1 && p.Rest() > 1 { // a bank takes half of it back
				w.run(t, p.Creditor, settlement.TakeBackRequest{Cycle: cycle, Payment: p.N, Receipt: receipt,
					Reference: receipt + "-back", Fen: p.Rest() / 2, Booked: p.Due, Evidence: make(codec.Hash, 32)})
			}
		}
	}
	w.must(t, "G", settlement.CutOffRequest{Cycle: "tail", Next: "last"})
}

// bookAll books all closed cycles of all parties, and counts the vouchers.
func bookAll(t *testing.T, seed uint64, w *world, booked map[string]int) {
	t.Helper()
	past := openModel(t)
	now := openModel(t).upTo(t, w, 1<<62)
	var cycles []index.Period
	for _, r := range rowsOf(w.net, "G", "close") {
		p, err := now.Period(r.Row.(settlement.Close).ID)
		if err != nil {
			t.Fatal(seed, err)
		}
		cycles = append(cycles, p)
	}
	taxes, err := now.Taxes()
	if err != nil {
		t.Fatal(seed, err)
	}
	parties := []string{"G", "D", "F", "M", "S1", "S2"}
	all := map[string][]books.Locked{}
	for cycle, before := "", ""; ; before = cycle {
		p, found := after(cycles, before)
		if !found {
			break
		}
		if cycle = p.Cycle; p.From > p.To {
			t.Errorf("seed %d: %s has %s to %s", seed, p.Cycle, p.From, p.To)
		}
		then := past.upTo(t, w, p.Height)
		readings := readAll(t, then, p)
		for _, party := range parties {
			k := bookOne(t, now, then, taxes, p, party, all[party], readings)
			if len(k.Summary.Differences) > 0 {
				t.Errorf("seed %d, %s in %s: %+v", seed, party, p.Cycle, k.Summary.Differences)
			}
			for _, l := range k.Summary.Liability {
				if l.Vouchers != l.Readings {
					t.Errorf("seed %d, %s in %s: %+v", seed, party, p.Cycle, l)
				}
			}
			all[party] = append(all[party], k)
			for _, v := range k.Vouchers {
				booked[strings.Split(v.En, ",")[0]]++
			}
		}
		if off := mirrored(parties, func(party string) []books.Position {
			return all[party][len(all[party])-1].Summary.Positions
		}); off != "" {
			t.Errorf("seed %d, in %s: %s", seed, p.Cycle, off)
		}
		if off := mirrored(parties, func(party string) []books.Position {
			return balances(t, seed, party, all[party])
		}); off != "" {
			t.Errorf("seed %d, after %s: %s", seed, p.Cycle, off)
		}
	}
	for _, party := range parties {
		if got, want := banked(all[party]), w.moved(party); got != want {
			t.Errorf("seed %d: by its books %d fen came into the bank account of %s, by the payments %d",
				seed, got, party, want)
		}
	}
}

// banked is what a party's books have of payments in its bank account: what came in, less what went.
func banked(periods []books.Locked) (sum amount.Units) {
	for _, k := range periods {
		for _, v := range k.Vouchers {
			what := strings.TrimPrefix(v.En, "reversed: ")
			if !strings.HasPrefix(what, "settlement") && !strings.HasPrefix(what, "taken back by a bank") {
				continue
			}
			for _, e := range v.Entries {
				if e.Role == books.Bank {
					sum += e.Debit - e.Credit
				}
			}
		}
	}
	return sum
}

// moved is what came into a party's bank account by all payments, less what went and what banks took back, except where
// a dispute undid that.
func (w *world) moved(party string) (sum amount.Units) {
	undone := map[number.Command]bool{}
	for _, r := range rowsOf(w.net, "G", "dispute") {
		d := r.Row.(settlement.Dispute)
		for _, l := range d.Lines {
			undone[l.Line.Command] = undone[l.Line.Command] || d.State.Ended()
		}
	}
	for _, r := range rowsOf(w.net, "G", "close") {
		for _, p := range w.payments(r.Row.(settlement.Close).ID) {
			came := p.Received
			for _, b := range p.Returns {
				if !undone[b.By] {
					came -= b.Fen
				}
			}
			for _, a := range p.Advices {
				if p.Creditor == party {
					came -= a.Charges
				}
			}
			switch party {
			case p.Creditor:
				sum += came
			case p.Debtor:
				sum -= came
			}
		}
	}
	return sum
}

// after is the period that follows on another.
func after(list []index.Period, before string) (index.Period, bool) {
	for _, p := range list {
		if p.Before == before {
			return p, true
		}
	}
	return index.Period{}, false
}

// readModel is a read model that goes on from one cut-off to the next.
type readModel struct{ *index.Index }

func openModel(t *testing.T) readModel {
	t.Helper()
	ix, err := index.Open(filepath.Join(t.TempDir(), "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ix.Close(); err != nil {
			t.Error(err)
		}
	})
	return readModel{ix}
}

// upTo takes in the first blocks, and reads what there is then.
func (m readModel) upTo(t *testing.T, w *world, height uint64) *index.Reading {
	t.Helper()
	var list []*block.Block
	for b := range w.net.Blocks() {
		parsed, err := block.Parse(b.Proto())
		if err != nil {
			t.Fatal(err)
		}
		if parsed.Number >= m.Height() && parsed.Number < height {
			list = append(list, parsed)
		}
	}
	if err := m.Apply(list...); err != nil {
		t.Fatal(err)
	}
	r, err := m.At(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// readAll is what all points are worth at a period's end, at 7/10 expected redemption.
func readAll(t *testing.T, then *index.Reading, p index.Period) []books.Line {
	t.Helper()
	programmes, err := then.Programmes()
	if err != nil {
		t.Fatal(err)
	}
	var policy books.Policy
	for _, one := range programmes {
		if err := policy.Expect(one.ID, 0, amount.Rate{Num: 7, Den: 10}); err != nil {
			t.Fatal(err)
		}
	}
	census := books.NewCensus(policy, programmes)
	if err := then.EachLot(census.Add); err != nil {
		t.Fatal(err)
	}
	lines, err := census.Liability(p.To)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func bookOne(t *testing.T, now, then *index.Reading, taxes index.Taxes, p index.Period, party string,
	before []books.Locked, closing []books.Line) books.Locked {
	t.Helper()
	m := books.Material{Closing: closing, Opening: []books.Line{}, Lines: func() iter.Seq2[books.Posting, error] {
		return postings(now, then, taxes, p.Cycle)
	}}
	if len(before) > 0 {
		m.Opening = before[len(before)-1].Closing
	}
	var err error
	if m.Settled, err = then.Settled(p.Cycle, party); err != nil {
		t.Fatal(err)
	}
	list, sum, err := books.Books{Party: party, Period: p.Cycle, From: p.From, To: p.To,
		Chart: books.DefaultChart()}.Make(m)
	if err != nil {
		t.Fatal(party, p.Cycle, err)
	}
	return books.Locked{Summary: sum, Closing: closing, Opening: m.Opening,
		Vouchers: books.DefaultChart().Count(list, nil)}
}

// postings are a cycle's lines and those that disputes voided while it was open.
func postings(now, then *index.Reading, taxes index.Taxes, cycle string) iter.Seq2[books.Posting, error] {
	return func(yield func(books.Posting, error) bool) {
		of := func(o index.Obligation, void bool) books.Posting {
			return books.Posting{ID: o.ID.String() + o.Debtor + o.Creditor, Date: o.Date, Kind: o.Kind, Scene: o.Scene,
				Debtor: o.Debtor, Creditor: o.Creditor, Programme: o.Programme, Points: o.Points, Fen: o.Fen,
				Tax: taxes.Of(o), Tx: o.Tx, Void: void, Unpaid: o.Unpaid(), TakenBack: o.TakenBack()}
		}
		for o, err := range now.Obligations(cycle) {
			if !yield(of(o, false), err) {
				return
			}
		}
		voided, err := then.Voided(cycle)
		if err != nil {
			yield(books.Posting{}, err)
			return
		}
		for _, o := range voided {
			if !yield(of(o, true), nil) {
				return
			}
		}
	}
}

// balances are what a party's accounts have by counterparty after some periods, which its trial balance must balance.
func balances(t *testing.T, seed uint64, party string, list []books.Locked) []books.Position {
	t.Helper()
	b := books.TrialBalance(list)
	if b.Total.Debit != b.Total.Credit || b.Total.ClosingDebit != b.Total.ClosingCredit ||
		b.Total.OpeningDebit != b.Total.OpeningCredit {
		t.Errorf("seed %d: the trial balance of %s is %+v", seed, party, b.Total)
	}
	ledgers := books.NewLedgers()
	for _, k := range list {
		for _, v := range k.Vouchers {
			if err := ledgers.Post(v); err != nil {
				t.Fatal(seed, party, err)
			}
		}
	}
	aged := map[books.Role]amount.Units{}
	for _, r := range books.Ageing(list) {
		aged[r.Account] += r.Total - r.Advance
	}
	if aged[books.Receivable] != ledgers.Balance(books.Receivable) ||
		aged[books.Payable] != -ledgers.Balance(books.Payable) {
		t.Errorf("seed %d: of %s ageing has %v, the accounts %d and %d", seed, party, aged,
			ledgers.Balance(books.Receivable), -ledgers.Balance(books.Payable))
	}
	for _, p := range ledgers.Positions() {
		if p.Payable < 0 || p.Receivable < 0 {
			t.Errorf("seed %d: %s has %d payable to %s, %d receivable", seed, party, p.Payable, p.Party, p.Receivable)
		}
	}
	return ledgers.Positions()
}

// mirrored names the first two parties of which one has as receivable what the other hasn't as payable, "" if there are
// none.
func mirrored(parties []string, positions func(party string) []books.Position) string {
	payable, receivable := map[[2]string]amount.Units{}, map[[2]string]amount.Units{}
	for _, party := range parties {
		for _, p := range positions(party) {
			payable[[2]string{party, p.Party}] = p.Payable
			receivable[[2]string{p.Party, party}] = p.Receivable
		}
	}
	for _, x := range parties {
		for _, y := range parties {
			if pair := [2]string{x, y}; payable[pair] != receivable[pair] {
				return fmt.Sprintf("%s has %d payable to %s, which has %d receivable", x,
					payable[pair], y, receivable[pair])
			}
		}
	}
	return ""
}

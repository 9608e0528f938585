package index

import (
	"fmt"
	"slices"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/client/books"
)

// closing is a ledger on which D disputed a line of c1 with M, and won a part of it in
// c3; the rest of c1 was netted in c2 and paid in c2 and c3.
func closing(t *testing.T) *world {
	w := newWorld(t)
	line := number.Command{Party: "M", Lane: 1, Seq: 1, Index: 4}.Row(0)
	lines := []settlement.Obligation{
		{Index: 4, Kind: settlement.Redemption, Debtor: "D", Creditor: "M", Programme: "DP", Points: 1200, Fen: 1200},
		{Index: 5, Kind: settlement.Redemption, Debtor: "D", Creditor: "M", Programme: "DP", Points: 300, Fen: 300},
		{Index: 6, Kind: settlement.Service, Debtor: "M", Creditor: "D", Fen: 100},
	}
	open := func(id string, seq uint64) {
		w.write(put(row.Cycle(), settlement.Cycle{ID: id, Date: today + 30}), sealed("M", 2, seq))
	}
	open("c1", 1)
	w.write(sealed("M", 1, 1),
		put(row.Obligations("M", 1, 1), settlement.Obligations{Cycle: "c1", Date: today, List: lines}))
	open("c2", 2)
	pair := settlement.Pair{Cycle: "c1", A: "D", B: "M", State: settlement.Agreed, Owed: []settlement.Position{
		{Debtor: "D", Creditor: "M", Programme: "DP", Points: 1500, Fen: 1500, Count: 2},
		{Debtor: "M", Creditor: "D", Fen: 100, Count: 1},
	}, Carved: []settlement.Carved{
		{Line: line, Dispute: numbered("M", 1, 2, 1), Debtor: "D", Programme: "DP", Points: 1200, Fen: 1200},
	}}
	left := settlement.Pair{
		Cycle: "c1", A: "D", B: "G", State: settlement.Left,
		Owed: []settlement.Position{{Debtor: "D", Creditor: "G", Fen: 7, Count: 1}},
	}
	disputed := settlement.Dispute{
		Cycle: "c1", By: "D", Against: "M",
		Lines: []settlement.Disputed{
			{Line: line, Debtor: "D", Creditor: "M", Programme: "DP", Points: 1200, Fen: 1200},
		},
		State: settlement.Raised,
	}
	first := settlement.Payment{
		Cycle: "c1", N: 1, Debtor: "D", Creditor: "M", Fen: 200, Received: 150, Count: 1,
		Advices: []settlement.Advice{{Reference: "a", Fen: 150, Booked: today + 31, By: numbered("M", 1, 2, 0)}},
	}
	w.write(sealed("M", 1, 2), put(row.Close("c1"), settlement.Close{ID: "c1"}), put(row.Pair("c1", "D", "M"), pair),
		put(row.Pair("c1", "D", "G"), left), put(row.Netting("c1"), settlement.Netting{}),
		put(row.Payment("c1", 1), first), put(row.Payment("c1", 2), settlement.Payment{
			Cycle: "c1", N: 2, Debtor: "G", Creditor: "F", Received: 9, Count: 1,
			Advices: []settlement.Advice{{Fen: 9, By: numbered("M", 1, 2, 0)}},
		}),
		put(row.Dispute(numbered("M", 1, 2, 1)), disputed))
	open("c3", 3)
	disputed.State, disputed.Since = settlement.Ruled, today+40
	first.Received, first.Count, first.Advices = 200, 2, append(first.Advices, settlement.Advice{
		Reference: "b", Fen: 50, Booked: today + 41, By: numbered("M", 1, 3, 0),
	})
	w.write(sealed("M", 1, 3), put(row.Dispute(numbered("M", 1, 2, 1)), disputed), put(row.Payment("c1", 1), first))
	return w
}

func TestSettledWhileACycleWasOpen(t *testing.T) {
	ix := closing(t).index()
	for _, c := range []struct {
		cycle, party string
		want         []books.Settlement
	}{
		{"c1", "D", []books.Settlement{}},
		{"c2", "D", []books.Settlement{{ID: "c1-M", Date: today + 30, Party: "M", Payable: 300, Receivable: 100},
			{ID: "c1-payment-1-1", Date: today + 31, Paid: 150}}},
		{"c3", "D", []books.Settlement{{ID: "c1-payment-1-2", Date: today + 41, Paid: 50}}},
		{"c2", "M", []books.Settlement{{ID: "c1-D", Date: today + 30, Party: "D", Payable: 100, Receivable: 300},
			{ID: "c1-payment-1-1", Date: today + 31, Received: 150}}},
		{"c2", "G", []books.Settlement{}},
		{"c4", "D", []books.Settlement{}},
	} {
		got, err := now(t, ix).Settled(c.cycle, c.party)
		if c.party == "G" && len(got) == 1 && got[0].ID == "c1-payment-2-1" {
			got = got[:0] // a payment of its own to F, of no statement here
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s in %s: %+v, %v", c.party, c.cycle, got, err)
		}
	}
}

func TestVoidedWhileACycleWasOpen(t *testing.T) {
	ix := closing(t).index()
	for cycle, want := range map[string]int{"c1": 0, "c2": 0, "c3": 1} {
		got, err := now(t, ix).Voided(cycle)
		if err != nil || len(got) != want {
			t.Errorf("%s: %+v, %v", cycle, got, err)
		}
		if want == 1 && (got[0].ID.String() != "M.1.1.4.0" || got[0].Kind != settlement.Redemption ||
			got[0].Fen != 1200 || got[0].Cycle != "c1" || got[0].Date != today+40) {
			t.Errorf("%+v", got[0])
		}
	}
}

// TestOwesTellsEachFenOnce: what was netted is owed by its payments, what was carried over by a later cycle, what is
// disputed by its own row; and what was paid or decided isn't owed (A5).
func TestOwesTellsEachFenOnce(t *testing.T) {
	w := closing(t)
	told := func() (rows []Owed, payments []Unpaid) {
		rows, payments, err := now(t, w.index()).Owes()
		if err != nil {
			t.Fatal(err)
		}
		return rows, payments
	}
	row3 := func(creditor, programme string, fen amount.Units, state string, open bool) Owed {
		return Owed{
			Cycle: "c1", Debtor: "D", Creditor: creditor, Programme: programme,
			Points: fen * amount.Units(len(programme)/2), Fen: fen, State: state, Open: open,
		}
	}
	w.write(put(row.Close("c1"), settlement.Close{ID: "c1", State: settlement.Final}), put(row.Payment("c1",
		1), settlement.Payment{
		Cycle: "c1", N: 1, Debtor: "D", Creditor: "M", Fen: 200, Received: 150, State: settlement.PartPaid, Due: today,
	}))
	rows, payments := told()
	want := []Owed{row3("G", "", 7, "CARRIED", false), row3("M", "DP", 300, "NETTED", false),
		row3("M", "DP", 1200, "RULED", false), {Cycle: "c1", Debtor: "M", Creditor: "D", Fen: 100, State: "SETTLED"}}
	if !slices.Equal(rows, want) {
		t.Errorf("%+v", rows)
	}
	if p := payments[0]; len(payments) != 2 || p.Left != 50 || p.State != "PART_PAID" || !p.Open {
		t.Errorf("%+v", payments)
	}
	w.write(put(row.Payment("c1", 1), settlement.Payment{
		Cycle: "c1", N: 1, Debtor: "D", Creditor: "M", Fen: 200, Received: 200, State: settlement.Paid,
	}),
		put(row.Dispute(numbered("M", 1, 2, 1)), settlement.Dispute{
			Cycle: "c1", By: "D", Against: "M", State: settlement.Raised,
		}))
	if rows, payments = told(); rows[1].State != "SETTLED" || rows[2].State != "RAISED" || !rows[2].Open ||
		payments[0].Open || payments[0].Left != 0 {
		t.Errorf("paid: %+v, %+v", rows, payments)
	}
	w.write(put(row.Close("c1"), settlement.Close{ID: "c1", State: settlement.Computed}))
	if rows, _ = told(); rows[1].State != "AGREED" || !rows[1].Open || rows[0].Open {
		t.Errorf("not netted yet: %+v", rows)
	}
}

// TestReceiptsBeyondThoseShown: a payment's row shows the last advices alone; its receipts are all kept, under numbers
// that stay, also of a batch with more than a row shows, and of many blocks taken in at once.
func TestReceiptsBeyondThoseShown(t *testing.T) {
	w := newWorld(t)
	w.write(put(row.Cycle(), settlement.Cycle{ID: "c2", Date: today + 30}), sealed("M", 2, 1),
		put(row.Close("c1"), settlement.Close{ID: "c1"}))
	p := settlement.Payment{Cycle: "c1", N: 7, Debtor: "D", Creditor: "M", Fen: 1 << 20}
	told := func(seq uint64, n int) {
		for range n {
			p.Count++
			kept := p.Advices[max(0, len(p.Advices)+1-settlement.KeptAdvices):]
			a := settlement.Advice{
				Reference: fmt.Sprint(p.Count), Fen: amount.Units(100 + p.Count), Charges: 1,
				Booked: today + date.Date(p.Count), By: numbered("M", 1, seq, 0),
			}
			p.Advices = append(slices.Clone(kept), a)
			p.Received += a.Fen + a.Charges
		}
		w.write(sealed("M", 1, seq), put(row.Payment("c1", 7), p))
	}
	seq := uint64(1)
	for ; seq <= 18; seq++ { // one by one
		told(seq, 1)
	}
	told(seq, 20) // four are not shown
	told(seq+1, 1)
	for party, paid := range map[string]bool{"D": true, "M": false} {
		list, err := now(t, w.index()).Settled("c2", party)
		if err != nil || len(list) != 18+1+16+1 {
			t.Fatalf("%s: %d receipts, %v", party, len(list), err)
		}
		// What banks kept is a cost of the creditor's; the debtor paid it.
		want := books.Settlement{ID: "c1-payment-7-1", Date: today + 1, Received: 101, Charges: 1}
		if paid {
			want = books.Settlement{ID: "c1-payment-7-1", Date: today + 1, Paid: 102}
		}
		if list[0] != want {
			t.Errorf("%s: %+v, want %+v", party, list[0], want)
		}
		var sum amount.Units
		ids := map[string]bool{}
		for _, s := range list {
			sum += s.Paid + s.Received + s.Charges
			ids[s.ID] = true
			if (s.Paid > 0) != paid || s.Date < today+1 || s.Date > today+39 {
				t.Errorf("%s: %+v", party, s)
			}
		}
		if sum != p.Received || len(ids) != len(list) || !ids["c1-payment-7-1"] || !ids["c1-payment-7-19"] ||
			!ids["c1-payment-7-39"] {
			t.Errorf("%s: %d of %d, %v", party, sum, p.Received, ids)
		}
	}
}

// TestWhatIsOwedAgain: a payment's rest and what a bank took back are owed again, each as what it is; what a statement
// left was booked when it arose.
func TestWhatIsOwedAgain(t *testing.T) {
	for cause, want := range map[command.Kind][2]bool{
		command.CarryStatement: {}, command.CarryPayment: {true, false}, command.TakeBack: {false, true},
	} {
		o := Obligation{Cause: cause, Owe: settlement.Owe{Kind: settlement.Carried}}
		if got := [2]bool{o.Unpaid(), o.TakenBack()}; got != want {
			t.Errorf("%s: %v", cause, got)
		}
		o.Kind = settlement.Redemption
		if o.Unpaid() || o.TakenBack() {
			t.Errorf("%s: a redemption is owed again", cause)
		}
	}
}

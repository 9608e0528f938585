package contract

import (
	"bytes"
	"fmt"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// rowIn is a row as G's peer has it, the empty one where it has none.
func rowIn[T any](w *world, key row.Key[T]) T {
	r, _ := row.Decode[T](w.net.Get("G", seal.Outer, string(key)))
	return r
}

// owes makes a debtor owe a creditor so much, as what it has deposited with it.
func (w *world) owes(t fataler, debtor, creditor string, fen amount.Units) {
	t.Helper()
	w.deposit(t, creditor, debtor, fen, fmt.Sprintf("deposit-%d", w.heads[debtor]))
}

// deposit has a party deposit money with a holder, and both say so.
func (w *world) deposit(t fataler, by, holder string, fen amount.Units, reference string) number.Command {
	t.Helper()
	w.must(t, by, settlement.DepositRequest{Holder: holder, Fen: fen, Reference: reference})
	return w.must(t, holder, settlement.PrefundRequest{Debtor: by, Fen: fen, Reference: reference})
}

// cutAndCompute closes a cycle.
func (w *world) cutAndCompute(t fataler, cycle, next string) settlement.Close {
	t.Helper()
	w.must(t, "G", settlement.CutOffRequest{Cycle: cycle, Next: next})
	w.must(t, "G", settlement.ComputeRequest{Cycle: cycle})
	return rowIn(w, row.Close(cycle))
}

// signing is a signature of one side of a statement, under a root that is all of one byte.
func (w *world) signing(t fataler, cycle, by, with string, root byte) settlement.SignRequest {
	t.Helper()
	pair := rowIn(w, row.Pair(cycle, by, with))
	req := settlement.SignRequest{Cycle: cycle, With: with, Root: bytes.Repeat([]byte{root}, 32), Lines: pair.Count()}
	req.Owes, _ = pair.Owes(by)
	req.Owed, _ = pair.Owes(with)
	return req
}

// agree has both sides sign all statements that wait for nothing.
func (w *world) agree(t fataler, cycle string) {
	t.Helper()
	for _, of := range rowIn(w, row.Close(cycle)).Pairs {
		pair := rowIn(w, row.Pair(cycle, of[0], of[1]))
		if pair.State.Ended() || pair.Pending > 0 {
			continue
		}
		w.must(t, of[0], w.signing(t, cycle, of[0], of[1], 1))
		w.must(t, of[1], w.signing(t, cycle, of[1], of[0], 1))
	}
}

// payments of a cycle, in the order of their numbers.
func (w *world) payments(cycle string) []settlement.Payment {
	list := make([]settlement.Payment, rowIn(w, row.Close(cycle)).Payments)
	for i := range list {
		list[i] = rowIn(w, row.Payment(cycle, uint32(i+1)))
	}
	return list
}

// multilateral is a world in which parties agreed to be netted with all, from tomorrow on, which it is.
func multilateral(t fataler, parties ...string) *world {
	w := established(t, 5)
	w.must(t, "G", settlement.ProposeRequest{Model: "all",
		Terms: settlement.Terms{Multilateral: true, Payers: []string{"D", "F", "G", "M", "S1", "S2"}, Delay: 3},
		From:  day(firstDay) + 1})
	for _, p := range parties {
		w.consent(t, p, "G", "all")
	}
	w.advance(t, 1)
	return w
}

// The story's November with nothing disputed, from its debts to the last advice.
func TestACycleIsNettedAndPaid(t *testing.T) {
	w := multilateral(t, "D", "F", "M", "S1", "S2")
	for _, o := range []struct {
		debtor, creditor string
		fen              amount.Units
	}{{"M", "G", 3_150}, {"F", "D", 6_720}, {"G", "D", 20_000}, {"D", "S1", 26_800}, {"S1", "G", 268},
		{"G", "M", 9_600}, {"D", "M", 1_200},
		{"M", "G", 108}, {"D", "G", 1_800}, {"G", "S2", 1_560}, {"S2", "G", 16}, {"G", "D", 900},
		{"S2", "G", 780}, {"G", "S2", 8}} {
		w.owes(t, o.debtor, o.creditor, o.fen)
	}
	w.cutAndCompute(t, "2026-11", "2026-12")
	w.refused(t, "D", settlement.FinaliseRequest{Cycle: "2026-11"}, fault.WrongState)
	w.agree(t, "2026-11")
	w.must(t, "S2", settlement.FinaliseRequest{Cycle: "2026-11"})
	netting := rowIn(w, row.Netting("2026-11"))
	want := []settlement.Stand{{Party: "D", Pays: 2_180}, {Party: "F", Pays: 6_720}, {Party: "G", Pays: 25_946},
		{Party: "M", Receives: 7_542}, {Party: "S1", Receives: 26_532}, {Party: "S2", Receives: 772}}
	if netting.Gross != 72_910 || netting.Lines != 14 || len(netting.Nets) != 7 ||
		fmt.Sprint(netting.Parties) != fmt.Sprint(want) {
		t.Errorf("%+v", netting)
	}
	payments := w.payments("2026-11")
	if len(payments) != 5 {
		t.Fatalf("%d payments", len(payments))
	}
	for i, p := range payments {
		w.must(t, p.Debtor, telling(p, fmt.Sprint("m", p.N)))
		if i == len(payments)-1 {
			if closed := rowIn(w, row.Close("2026-11")); closed.State != settlement.PartSettled ||
				closed.Settled != uint32(i) {
				t.Errorf("%+v before the last payment", closed)
			}
			w.must(t, p.Creditor, settlement.AdviseRequest{Cycle: "2026-11", Payment: p.N, Reference: "part",
				Fen: 1, Booked: p.Due + 1})
			p.Fen--
		}
		w.must(t, p.Creditor, settlement.AdviseRequest{Cycle: "2026-11", Payment: p.N, Reference: fmt.Sprint("r", p.N),
			Fen: p.Fen, Booked: p.Due})
	}
	last := w.payments("2026-11")[4]
	if closed := rowIn(w, row.Close("2026-11")); closed.State != settlement.Settled || last.State != settlement.Paid ||
		len(last.Advices) != 2 || !last.Advices[0].Late || last.Advices[1].Late {
		t.Errorf("%+v, %+v", closed, last)
	}
}

// An empty cycle is settled when it is computed, a level one when it is netted.
func TestCyclesWithoutPayments(t *testing.T) {
	w := established(t, 5)
	if closed := w.cutAndCompute(t, "2026-11", "2026-12"); closed.State != settlement.Settled {
		t.Errorf("empty: %s", closed.State)
	}
	w.owes(t, "D", "M", 5)
	w.owes(t, "M", "D", 5)
	w.cutAndCompute(t, "2026-12", "2027-01")
	w.agree(t, "2026-12")
	w.must(t, "F", settlement.FinaliseRequest{Cycle: "2026-12"})
	if closed, n := rowIn(w, row.Close("2026-12")), rowIn(w,
		row.Netting("2026-12")); closed.State != settlement.Settled || n.Gross != 10 ||
		n.Lines != 2 || len(n.Nets) != 0 {
		t.Errorf("level: %+v, %+v", closed, n)
	}
}

// Once silence is consent, who didn't sign in time is netted; who signed something else isn't.
func TestSilenceIsConsent(t *testing.T) {
	w := establishedUnder(t, 5, settlement.Policy{SignDays: 2, AnswerDays: 3, Silence: settlement.Consent})
	w.owes(t, "D", "M", 5)
	w.owes(t, "D", "G", 7)
	w.cutAndCompute(t, "2026-11", "2026-12")
	w.must(t, "D", w.signing(t, "2026-11", "D", "G", 1))
	w.must(t, "G", w.signing(t, "2026-11", "G", "D", 2))
	w.advance(t, 2)
	w.refused(t, "D", settlement.CarryRequest{Cycle: "2026-11", A: "D", B: "G"}, fault.WrongState)
	w.advance(t, 3)
	w.refused(t, "D", settlement.FinaliseRequest{Cycle: "2026-11"}, fault.WrongState)
	w.refused(t, "D", settlement.CarryRequest{Cycle: "2026-11", A: "D", B: "M"}, fault.WrongState)
	w.must(t, "M", settlement.CarryRequest{Cycle: "2026-11", A: "G", B: "D"},
		settlement.FinaliseRequest{Cycle: "2026-11"})
	silent, left := rowIn(w, row.Pair("2026-11", "D", "M")), rowIn(w, row.Pair("2026-11", "D", "G"))
	if silent.State != settlement.BySilent || left.State != settlement.Left ||
		rowIn(w, row.Netting("2026-11")).Gross != 5 {
		t.Errorf("%s, %s", silent.State, left.State)
	}
	w.cutAndCompute(t, "2026-12", "2027-01")
	if again := rowIn(w, row.Pair("2026-12", "D", "G")); len(again.Owed) != 1 ||
		again.Owed[0].Fen != 7 || again.Count() != 1 {
		t.Errorf("%+v", again)
	}
}

// deliveredKit is a world in which D has delivered S1's kit, which it owes S1 26,800 fen for in secret, and the cycle
// is computed.
func deliveredKit(t *testing.T) (*shop, settlement.OpenRequest) {
	s := newShop(t, 5)
	s.stockUp(t, "S1", "kit", goods.Counter, goods.Supply, 26_800*settlement.PerFen, 29_800)
	req := s.purchase(t, "D", "wang", 29_800, nil, want("S1", "kit", 1))
	req.Accept, req.AcceptBy = true, 0
	s.must(t, "D", goods.DeliverRequest{Order: s.must(t, "D", req), Part: 1})
	s.owes(t, "D", "S1", 9)
	s.cutAndCompute(t, "2026-11", "2026-12")
	return s, settlement.OpenRequest{Cycle: "2026-11", Debtor: "D", Creditor: "S1", Fee: onePercent,
		Opening: s.openings["S1/kit"]}
}

// Hidden supply that nobody opened in time goes on into the next cycle, and comes to the same there. Whether its
// fee's statement was carried over before makes no difference.
func TestHiddenSupplyIsCarriedOver(t *testing.T) {
	for _, first := range [][2]string{{"D", "S1"}, {"S1", "G"}} {
		t.Run(first[0]+first[1], func(t *testing.T) {
			s, open := deliveredKit(t)
			fees := rowIn(s.world, row.Pair("2026-11", "G", "S1"))
			s.advance(t, 4)
			s.refused(t, "M", settlement.FinaliseRequest{Cycle: "2026-11"}, fault.WrongState)
			s.must(t, "M", settlement.CarryRequest{Cycle: "2026-11", A: first[0], B: first[1]})
			s.refused(t, "M", settlement.FinaliseRequest{Cycle: "2026-11"}, fault.WrongState)
			if first[0] == "S1" {
				s.must(t, "M", settlement.CarryRequest{Cycle: "2026-11", A: "D", B: "S1"})
			} else {
				s.must(t, "M", settlement.CarryRequest{Cycle: "2026-11", A: "S1", B: "G"})
			}
			if left := rowIn(s.world, row.Pair("2026-11", "G", "S1")); fees.Pending != 1 || left.Pending != 0 ||
				left.State != settlement.Left {
				t.Errorf("%+v, then %+v", fees, left)
			}
			s.refused(t, "D", open, fault.WrongState)
			s.must(t, "M", settlement.FinaliseRequest{Cycle: "2026-11"})
			s.cutAndCompute(t, "2026-12", "2027-01")
			open.Cycle = "2026-12"
			s.must(t, "S1", open)
			s.agree(t, "2026-12")
			s.must(t, "M", settlement.FinaliseRequest{Cycle: "2026-12"})
			if n := rowIn(s.world, row.Netting("2026-12")); n.Gross != 26_800+268+9 || n.Lines != 3 ||
				fmt.Sprint(n.Nets) != fmt.Sprint([]settlement.Net{{Debtor: "D", Creditor: "S1", Fen: 26_809},
					{Debtor: "S1", Creditor: "G", Fen: 268}}) {
				t.Errorf("%+v", n)
			}
			s.check(t)
		})
	}
}

// Once a sum is carried over, the statement that waited for its fee can be signed.
func TestACarriedSumsFeeIsAwaitedNoMore(t *testing.T) {
	s, _ := deliveredKit(t)
	s.advance(t, 4)
	s.refused(t, "S1", s.signing(t, "2026-11", "S1", "G", 1), fault.WrongState)
	s.must(t, "M", settlement.CarryRequest{Cycle: "2026-11", A: "D", B: "S1"})
	s.agree(t, "2026-11")
	s.must(t, "M", settlement.FinaliseRequest{Cycle: "2026-11"})
	if fees := rowIn(s.world, row.Pair("2026-11", "G", "S1")); fees.State != settlement.Agreed || fees.Count() != 0 {
		t.Errorf("%+v", fees)
	}
}

// A fee whose statement was carried over before its sum was opened is owed in the open cycle.
func TestAFeeFollowsItsStatement(t *testing.T) {
	s, open := deliveredKit(t)
	s.advance(t, 4)
	s.must(t, "M", settlement.CarryRequest{Cycle: "2026-11", A: "S1", B: "G"})
	opened := s.must(t, "D", open)
	s.agree(t, "2026-11")
	s.must(t, "M", settlement.FinaliseRequest{Cycle: "2026-11"})
	if n := rowIn(s.world, row.Netting("2026-11")); n.Gross != 26_809 {
		t.Errorf("%+v", n)
	}
	made := rowIn(s.world, row.Obligations("D", opened.Lane, opened.Seq))
	if len(made.List) != 2 || made.List[0].In(made.Cycle) != "2026-11" || made.List[1].In(made.Cycle) != "2026-12" ||
		made.List[1].Fen != 268 {
		t.Errorf("%+v", made)
	}
	s.cutAndCompute(t, "2026-12", "2027-01")
	s.agree(t, "2026-12")
	s.must(t, "M", settlement.FinaliseRequest{Cycle: "2026-12"})
	if n := rowIn(s.world, row.Netting("2026-12")); n.Gross != 268 || n.Lines != 1 {
		t.Errorf("%+v", n)
	}
}

// A bank's reference counts once at a creditor, for a payment or a deposit, and each creditor has its own.
func TestAReferenceCountsOnce(t *testing.T) {
	w := established(t, 5)
	for _, p := range []string{"F", "D", "M"} {
		w.owes(t, p, "G", 10)
	}
	w.cutAndCompute(t, "2026-11", "2026-12")
	w.agree(t, "2026-11")
	w.must(t, "G", settlement.FinaliseRequest{Cycle: "2026-11"})
	advise := func(n uint32, reference string, fen amount.Units) settlement.AdviseRequest {
		return settlement.AdviseRequest{Cycle: "2026-11", Payment: n, Reference: reference,
			Fen: fen, Booked: day(firstDay)}
	}
	w.must(t, "G", advise(1, "bank-1", 4))
	w.refused(t, "G", advise(1, "bank-1", 4), fault.Conflict)
	w.refused(t, "G", advise(2, "bank-1", 4), fault.Conflict)
	w.must(t, "D", settlement.DepositRequest{Holder: "G", Fen: 1, Reference: "bank-1"})
	w.refused(t, "G", settlement.PrefundRequest{Debtor: "D", Fen: 1, Reference: "bank-1"}, fault.Conflict)
	w.deposit(t, "D", "M", 1, "bank-1")
	w.deposit(t, "D", "G", 1, "bank-2")
	w.refused(t, "G", advise(2, "bank-2", 4), fault.Conflict)
	// A refused advice counts for nothing.
	w.refused(t, "G", advise(2, "bank-3", 11), fault.Conflict)
	w.must(t, "G", advise(2, "bank-3", 10))
	if used := rowIn(w, row.Used("G", "bank-3")); used.By == (number.Command{}) ||
		rowIn(w, row.Payment("2026-11", 1)).Received != 4 {
		t.Errorf("%+v", used)
	}
}

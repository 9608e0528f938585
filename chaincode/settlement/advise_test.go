package settlement

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// TestChargesCountByTheCreditorsWord: 97 came for 98, and the creditor bears 1; or it doesn't, and 1 is owed still.
func TestChargesCountByTheCreditorsWord(t *testing.T) {
	for _, c := range []struct {
		name         string
		fen, charges amount.Units
		state        PaymentState
		code         fault.Code
	}{
		{"borne", 9700, 100, Paid, ""},
		{"not borne", 9700, 0, PartPaid, ""},
		{"a fen too many", 9700, 101, 0, fault.Conflict},
		{"the rest is given up", 0, 9800, Paid, ""},
		{"as much as there is", amount.Max, 1, 0, fault.Limit},
		{"less than nothing", 9900, -100, 0, fault.BadRequest},
		{"nothing", 0, 0, 0, fault.BadRequest},
	} {
		closed, list := paid(1)
		list[0].Fen = 9800
		req := AdviseRequest{
			Cycle: "2026-11", Payment: 1, Reference: "N1", Fen: c.fen, Charges: c.charges, Booked: lastDay,
		}
		err := req.Check()
		var after Payment
		if err == nil {
			_, after, err = closed.Advise(list[0], req, number.Command{})
		}
		if fault.CodeOf(err) != c.code || err == nil &&
			(after.State != c.state || after.Received != c.fen+c.charges || after.Advices[0].Charges != c.charges) {
			t.Errorf("%s: %+v, %v", c.name, after, err)
		}
	}
}

// TestInstructsTheRestOnly: never twice the same money.
func TestInstructsTheRestOnly(t *testing.T) {
	closed, list := paid(1)
	told := func(fen amount.Units) error {
		req := instructing(1)
		req.Fen = fen
		next, all, err := closed.Instruct(list, req, "D", lastDay)
		if err == nil {
			closed, list = next, all
		}
		return err
	}
	if err := told(10); err != nil || list[0].Asked != 10 {
		t.Fatal(err)
	}
	if err := told(10); fault.CodeOf(err) != fault.WrongState {
		t.Errorf("twice: %v", err)
	}
	var err error
	if closed, list[0], err = closed.Advise(list[0], advising(1, "r", 4), number.Command{}); err != nil {
		t.Fatal(err)
	}
	if err := told(10); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("the whole amount again: %v", err)
	}
	if err := told(6); err != nil || list[0].State != Sent || list[0].Asked != 6 || list[0].Fen != 10 {
		t.Errorf("the rest: %+v, %v", list[0], err)
	}
	if err := told(6); fault.CodeOf(err) != fault.WrongState {
		t.Errorf("the rest twice: %v", err)
	}
}

func taking(receipt string, fen amount.Units) TakeBackRequest {
	return TakeBackRequest{
		Cycle: "2026-11", Payment: 1, Receipt: receipt, Reference: "back", Fen: fen, Booked: lastDay,
		Evidence: make(codec.Hash, 32),
	}
}

// TestTakingBackOwesAgain: once, no more than came in, and the payment doesn't count as settled any more.
func TestTakingBackOwesAgain(t *testing.T) {
	closed, list := paid(1)
	req := advising(1, "r", 10)
	closed, p, err := closed.Advise(list[0], req, number.Command{})
	if err != nil || closed.State != Settled {
		t.Fatal(err)
	}
	used := req.UsedFor("r", number.Command{Party: "G"})
	for _, c := range []struct {
		fen amount.Units
		was Used
	}{{11, used}, {1, Used{}},
		{1, AdviseRequest{Cycle: "2026-11", Payment: 2, Reference: "r", Fen: 10}.UsedFor("r", number.Command{})},
		{1, req.UsedFor("alias", number.Command{})}} {
		if _, _, _, _, err := closed.TakeBack(p, c.was, taking("r", c.fen), number.Command{}); err == nil {
			t.Errorf("%d of %+v were taken back", c.fen, c.was)
		}
	}
	next, after, used, owe, err := closed.TakeBack(p, used, taking("r", 4), number.Command{})
	if err != nil || after.State != Overdue || next.State != Failed || next.Settled != 0 || next.Carried != 1 ||
		owe != (Owe{Kind: Carried, Debtor: "D", Creditor: "G", Fen: 4}) {
		t.Fatalf("%+v, %+v, %+v, %v", next, after, owe, err)
	}
	if _, _, _, _, err := next.TakeBack(after, used, taking("r", 7),
		number.Command{}); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("11 of 10: %v", err)
	}
	next, after, _, _, err = next.TakeBack(after, used, taking("r", 6), number.Command{})
	if err != nil || after.Back != 10 || len(after.Returns) != 2 || next.Carried != 1 {
		t.Errorf("%+v, %v", after, err)
	}
	if len(p.Returns) > 0 || p.Back > 0 {
		t.Error("the payment was changed in place")
	}
}

// TestWhatIsOwedIsWhatDidNotCome plays advices, takings back and carrying over at random: what is owed elsewhere and
// what came in and stayed come to the payment, and what is still to come.
func TestWhatIsOwedIsWhatDidNotCome(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		closed, list := paid(1)
		p, used, elsewhere, stayed := list[0], map[string]Used{}, amount.Units(0), amount.Units(0)
		for step := range rapid.IntRange(1, 30).Draw(t, "steps") {
			fen := amount.Units(rapid.Int64Range(1, 6).Draw(t, "fen"))
			reference := fmt.Sprint("r", rapid.IntRange(0, step).Draw(t, "reference"))
			switch rapid.SampledFrom([]string{"advise", "advise", "take back", "carry"}).Draw(t, "verb") {
			case "advise":
				req := advising(1, reference, fen)
				if _, counted := used[reference]; counted {
					continue
				}
				if next, after, err := closed.Advise(p, req, number.Command{}); err == nil {
					closed, p, stayed = next, after, stayed+fen
					used[reference] = req.UsedFor(reference, number.Command{})
				}
			case "take back":
				if next, after, left, owe, err := closed.TakeBack(p, used[reference], taking(reference, fen),
					number.Command{}); err == nil {
					closed, p, used[reference], elsewhere, stayed = next, after, left, elsewhere+owe.Fen, stayed-fen
				}
			case "carry":
				if next, after, owe, err := closed.CarryPayment(p, "G", p.Due+1); err == nil {
					closed, p, elsewhere = next, after, elsewhere+owe.Fen
				}
			}
			still := p.Rest()
			if p.State == Overdue {
				still = 0
			}
			if stayed+elsewhere+still != p.Fen || stayed < 0 || (p.State == Paid) != (stayed == p.Fen) {
				t.Fatalf("%d stayed, %d are owed elsewhere, %d are to come: %+v", stayed, elsewhere, still, p)
			}
			if closed.State != closed.Progress() || (closed.State == Settled) != (p.State == Paid) {
				t.Fatalf("%s: %+v", closed.State, p)
			}
		}
	})
}

func TestTakeBackRequests(t *testing.T) {
	good := taking("r", 1)
	for name, spoil := range map[string]func(*TakeBackRequest){
		"no cycle":     func(r *TakeBackRequest) { r.Cycle = "" },
		"payment 0":    func(r *TakeBackRequest) { r.Payment = 0 },
		"no receipt":   func(r *TakeBackRequest) { r.Receipt = "" },
		"no reference": func(r *TakeBackRequest) { r.Reference = "" },
		"nothing":      func(r *TakeBackRequest) { r.Fen = 0 },
		"no day":       func(r *TakeBackRequest) { r.Booked = 0 },
		"no evidence":  func(r *TakeBackRequest) { r.Evidence = nil },
	} {
		req := good
		if spoil(&req); fault.CodeOf(req.Check()) != fault.BadRequest {
			t.Errorf("%s: %v", name, req.Check())
		}
	}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	twice := advising(1, "r", 1)
	if twice.Alias = "r"; fault.CodeOf(twice.Check()) != fault.BadRequest {
		t.Error("an alias that is the reference")
	}
	if twice.Alias = "s"; twice.Check() != nil || len(twice.References()) != 2 {
		t.Error("an alias")
	}
	if twice.Source = ByTable + 1; fault.CodeOf(twice.Check()) != fault.BadRequest {
		t.Error("an unknown source")
	}
}

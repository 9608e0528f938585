package goods

import (
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/spend"
)

func dateOf(day int32) date.Date { return date.Date(day) }

// Returns walk through every (state, verb), for the seller.
func TestEveryReturnVerbInEveryState(t *testing.T) {
	o := seat(Counter, Delivered)
	for state, want := range map[ReturnState][3]fault.Code{ // receive, refuse, refund
		Requested: {"", "", fault.WrongState},
		Received:  {fault.WrongState, "", ""},
		Refunded:  {fault.WrongState, fault.WrongState, fault.WrongState},
		NotTaken:  {fault.WrongState, fault.WrongState, fault.WrongState},
	} {
		back := Return{Order: orderID, Part: 1, Line: 1, Quantity: 1, State: state}
		_, received := o.ReceiveReturn(back, ReceiveReturnRequest{}, at("D", 100))
		_, _, refused := o.RefuseReturn(back, RefuseReturnRequest{}, at("D", 100))
		_, _, _, _, refunded := o.Refund(back, RefundRequest{}, "c", at("D", 100))
		for i, err := range []error{received, refused, refunded} {
			if fault.CodeOf(err) != want[i] {
				t.Errorf("verb %d in %s: %v; want %q", i, state, err, want[i])
			}
		}
	}
}

func TestReturnRefusals(t *testing.T) {
	o := seat(Counter, Delivered)
	cash := o
	cash.Parts = []Part{o.Parts[0]}
	cash.Parts[0].Pieces, cash.Parts[0].Cash = nil, 1800
	back := Return{Order: orderID, Part: 1, Line: 1, Quantity: 1, State: Received}
	done := back
	done.State = Refunded
	stocked := back
	stocked.Restocked = true
	received := func(b Return, caller string) error {
		_, err := o.ReceiveReturn(b, ReceiveReturnRequest{}, at(caller, 100))
		return err
	}
	refused := func(b Return, caller string) error {
		_, _, err := o.RefuseReturn(b, RefuseReturnRequest{}, at(caller, 100))
		return err
	}
	refunded := func(o Order, b Return, caller, payment string) error {
		_, _, _, _, err := o.Refund(b, RefundRequest{Payment: payment}, "c", at(caller, 100))
		return err
	}
	for name, c := range map[string]struct {
		err  error
		want fault.Code
	}{
		"receive: a stranger, done":           {received(done, "F"), fault.Forbidden},
		"receive: the supplier, done":         {received(done, "S1"), fault.WrongState},
		"refuse: the supplier, done":          {refused(done, "S1"), fault.Forbidden},
		"refuse: goods that are in stock":     {refused(stocked, "D"), fault.WrongState},
		"refund: the supplier, done":          {refunded(o, done, "S1", ""), fault.Forbidden},
		"refund: done, with a payment":        {refunded(o, done, "D", "p"), fault.WrongState},
		"refund: points, with a payment":      {refunded(o, back, "D", "p"), fault.BadRequest},
		"refund: points":                      {refunded(o, back, "D", ""), ""},
		"refund: cash, without its reference": {refunded(cash, back, "D", ""), fault.BadRequest},
		"refund: cash":                        {refunded(cash, back, "D", "p"), ""},
	} {
		if fault.CodeOf(c.err) != c.want {
			t.Errorf("%s: %v; want %q", name, c.err, c.want)
		}
	}
}

// The story's step 11: of two wipers at 900, paid with 500 points of one lot and
// 1,300 of the next, one goes back, and its 900 points to the second lot.
func TestWiperGoesBack(t *testing.T) {
	o := seat(Counter, Delivered)
	first, second := orderID.Row(1), orderID.Row(2)
	o.Parts[0].Pieces = spend.Line{
		{Lot: first, Programme: "DP", Funder: "D", Amount: 500},
		{Lot: second, Programme: "DP", Funder: "D", Amount: 1300},
	}
	o.Parts[0].Lines[0].Returning = 1
	next, done, from, to, err := o.Refund(Return{Order: orderID, Part: 1, Line: 1, Quantity: 1, State: Received},
		RefundRequest{}, "c", at("D", 100))
	if err != nil || from != 900 || to != 1800 || len(done.Pieces) != 1 || done.Pieces[0].Lot != second ||
		done.Pieces[0].Amount != 900 {
		t.Fatalf("%+v, %d to %d, %v", done, from, to, err)
	}
	if line := next.Parts[0].Lines[0]; line.Returned != 1 || line.Returning != 0 {
		t.Errorf("%+v", line)
	}
}

// Whatever an order is paid with and however it comes back, every point and every
// fen goes back once: parts share the whole, and returns in any order take each
// part's line apart without gap or overlap.
func TestOrdersComeApartExactly(t *testing.T) {
	rates := []amount.Rate{{Num: 1, Den: 1}, {Num: 4, Den: 5}, {Num: 1, Den: 2}, {Num: 7, Den: 3}, {Num: 1, Den: 100},
		{Num: 250, Den: 1}}
	rapid.Check(t, func(t *rapid.T) {
		var tenders []Tender
		for i, id := range []string{"DP", "FP", "GP", "MP"} {
			tenders = append(tenders, Tender{
				Programme: id, Value: rates[rapid.IntRange(0, len(rates)-1).Draw(t, "rate")],
			})
			_ = i
		}
		var q Quote
		q.Seller, q.Tenders = "D", tenders
		for range rapid.IntRange(1, 6).Draw(t, "lines") {
			l := Quoted{
				Supplier: rapid.SampledFrom([]string{"S1", "S2"}).Draw(t, "supplier"), SKU: "x", Delivery: Counter,
				Scene:    "s",
				Quantity: uint32(rapid.IntRange(1, 5).Draw(t, "quantity")),
				Fen:      amount.Units(rapid.Int64Range(1, 5000).Draw(t, "fen")),
			}
			q.Lines = append(q.Lines, l)
			q.Total += l.Fen * amount.Units(l.Quantity)
		}
		var line spend.Line
		for i := range rapid.IntRange(0, 5).Draw(t, "pieces") {
			p := spend.Piece{
				Lot: orderID.Row(i), Programme: tenders[rapid.IntRange(0, 3).Draw(t, "programme")].Programme,
				Funder: "G",
				Amount: amount.Units(rapid.Int64Range(1, 3000).Draw(t, "amount")),
			}
			if w, err := worth(tenders, append(line[:len(line):len(line)], p)); err == nil && w <= q.Total {
				line = append(line, p)
			}
		}
		w, err := worth(tenders, line)
		if err != nil {
			t.Fatal(err)
		}
		o, err := Place(PlaceRequest{Cash: q.Total - w}, q, line, at("D", 100))
		if err != nil {
			t.Fatal(err)
		}
		points, cash := amount.Units(0), amount.Units(0)
		for _, p := range o.Parts {
			points, cash = points+p.Pieces.Sum(), cash+p.Cash
		}
		if points != line.Sum() || cash != q.Total-w || o.Value() != q.Total {
			t.Fatalf("parts have %d points and %d fen of %d and %d", points, cash, line.Sum(), q.Total-w)
		}
		for i := range o.Parts {
			o.Parts[i].State = Delivered
		}
		backPoints, backCash := amount.Units(0), amount.Units(0)
		covered := make([]map[amount.Units]bool, len(o.Parts))
		for open := true; open; {
			open = false
			for p := range o.Parts {
				for l := range o.Parts[p].Lines {
					left := o.Parts[p].Lines[l].Quantity - o.Parts[p].Lines[l].Returned
					if left == 0 {
						continue
					}
					open = true
					n := uint32(rapid.IntRange(0, int(left)).Draw(t, "return"))
					if n == 0 {
						continue
					}
					back := Return{Order: orderID, Part: uint8(p + 1), Line: uint8(l + 1), Quantity: n, State: Received}
					o.Parts[p].Lines[l].Returning = n
					next, done, from, to, err := o.Refund(back, RefundRequest{}, "c", at("D", 100))
					if err != nil {
						if next, done, from, to, err = o.Refund(back, RefundRequest{Payment: "p"}, "c",
							at("D", 100)); err != nil {
							t.Fatal(err)
						}
					}
					if done.Pieces.Sum() != to-from {
						t.Fatalf("%d points in pieces, %d to %d", done.Pieces.Sum(), from, to)
					}
					if covered[p] == nil {
						covered[p] = map[amount.Units]bool{}
					}
					for k := from; k < to; k++ {
						if covered[p][k] {
							t.Fatalf("point %d of part %d went back twice", k, p)
						}
						covered[p][k] = true
					}
					backPoints, backCash, o = backPoints+to-from, backCash+done.Cash, next
				}
			}
		}
		if backPoints != points || backCash != cash {
			t.Fatalf("%d points and %d fen went back of %d and %d", backPoints, backCash, points, cash)
		}
	})
}

// A seller asks for all of a part itself, and refuses it once the days to return are over: the member then has them
// anew. What the member's home asked for and the seller refused gives no days.
func TestASellerDoesntUseUpTheDaysToReturn(t *testing.T) {
	for by, code := range map[string]fault.Code{"D": "", "M": fault.Expired} {
		o := seat(Counter, Delivered)
		last := o.Parts[0].Since + date.Date(o.ReturnDays)
		ask := RequestReturnRequest{
			Order: orderID, Part: 1, Line: 1, Quantity: o.Parts[0].Lines[0].Quantity, Reason: "x",
		}
		day := func(who string, d date.Date) At {
			step := at(who, 100)
			step.Date = d
			return step
		}
		o, back, err := o.RequestReturn("M", ask, day(by, last))
		if err != nil {
			t.Fatal(err)
		}
		if o, _, err = o.RefuseReturn(back, RefuseReturnRequest{Reason: "x"}, day("D", last+1)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := o.RequestReturn("M", ask, day("M", last+1)); fault.CodeOf(err) != code {
			t.Errorf("asked for by %s: %v, want %q", by, err, code)
		}
	}
}

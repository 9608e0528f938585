package goods

import (
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

var (
	orderID = number.Command{Party: "D", Lane: 1, Seq: 7}
	proof   = make([]byte, 32)
	said    = code.Code(strings.Repeat("k", code.Size))
)

// seat is where a part stands in a test: its state, how it is delivered, and when.
func seat(delivery Delivery, state State) Order {
	return Order{
		Seller: "D", Member: "zhang", Date: 100, AcceptBy: 1000, ShipDays: 3, SilenceDays: 7, ReturnDays: 10,
		Tenders: []Tender{{Programme: "DP", Value: amount.Rate{Num: 1, Den: 1}}},
		Parts: []Part{{
			Supplier: "S1", Party: "S1", Delivery: delivery, Scene: "care", State: state, Since: 100,
			Lines:  []Line{{SKU: "oil", Version: 1, Quantity: 2, Fen: 900}},
			Pieces: spend.Line{{Lot: orderID.Row(0), Programme: "DP", Funder: "D", Amount: 1800}},
		}},
	}
}

// What becomes of the one part of an order, by verb and state, when the seller, or
// who else must, asks in time. A stop is WRONG_STATE.
func TestEveryVerbInEveryState(t *testing.T) {
	const table = `
	             PLACED    ACCEPTED  SHIPPED   DELIVERED COMPLETED REJECTED CANCELLED TIMED_OUT
	accept       ACCEPTED  .         .         .         .         .        .         .
	accept-v     DELIVERED .         .         .         .         .        .         .
	reject       REJECTED  .         .         .         .         .        .         .
	cancel       CANCELLED .         .         .         .         .        .         .
	cancel-part  .         CANCELLED CANCELLED .         .         .        .         .
	timeout      TIMED_OUT .         .         .         .         .        .         .
	timeout-part .         TIMED_OUT .         .         .         .        .         .
	ship         .         SHIPPED   .         .         .         .        .         .
	ship-c       .         .         .         .         .         .        .         .
	deliver      .         .         DELIVERED .         .         .        .         .
	deliver-c    .         DELIVERED .         .         .         .        .         .
	silence      .         .         DELIVERED .         .         .        .         .
	complete     .         .         .         COMPLETED .         .        .         .
	return       .         .         .         DELIVERED .         .        .         .`
	verbs := map[string]func(State) (Order, error){
		"accept": func(s State) (Order, error) {
			return seat(Shipped, s).Accept(AcceptRequest{Order: orderID}, "c", at("D", 100))
		},
		"accept-v": func(s State) (Order, error) {
			return seat(Virtual, s).Accept(AcceptRequest{Order: orderID}, "c", at("D", 100))
		},
		"reject": func(s State) (Order, error) {
			return seat(Shipped, s).Reject(RejectRequest{Order: orderID}, at("D", 100))
		},
		"cancel": func(s State) (Order, error) {
			return seat(Shipped, s).Cancel("F", CancelRequest{Order: orderID}, at("F", 100))
		},
		"cancel-part": func(s State) (Order, error) {
			return seat(Shipped, s).Cancel("F", CancelRequest{Order: orderID, Part: 1}, at("D", 100))
		},
		"timeout": func(s State) (Order, error) {
			a := at("A", 100)
			a.Now = 1000
			return seat(Shipped, s).TimeOut(TimeOutRequest{Order: orderID}, a)
		},
		"timeout-part": func(s State) (Order, error) {
			return seat(Shipped, s).TimeOut(TimeOutRequest{Order: orderID, Part: 1}, at("A", 104))
		},
		"ship": func(s State) (Order, error) {
			return seat(Shipped, s).Ship(ShipRequest{Order: orderID, Part: 1}, at("S1", 100))
		},
		"ship-c": func(s State) (Order, error) {
			return seat(Counter, s).Ship(ShipRequest{Order: orderID, Part: 1}, at("S1", 100))
		},
		"deliver":   func(s State) (Order, error) { return deliver(seat(Shipped, s), "D", 100) },
		"deliver-c": func(s State) (Order, error) { return deliver(seat(Counter, s), "S1", 100) },
		"silence": func(s State) (Order, error) {
			return seat(Shipped, s).Deliver("F", DeliverRequest{Order: orderID, Part: 1}, "c", at("A", 108))
		},
		"complete": func(s State) (Order, error) {
			return seat(Shipped, s).Complete("F", CompleteRequest{Order: orderID, Part: 1}, at("A", 111))
		},
		"return": func(s State) (Order, error) {
			o, _, err := seat(Shipped, s).RequestReturn("F",
				RequestReturnRequest{Order: orderID, Part: 1, Line: 1, Quantity: 1}, at("F", 110))
			return o, err
		},
	}
	lines := strings.Split(strings.TrimSpace(table), "\n")
	columns := strings.Fields(lines[0])
	if len(lines)-1 != len(verbs) {
		t.Fatalf("%d rows for %d verbs", len(lines)-1, len(verbs))
	}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		for i, want := range cells[1:] {
			state, err := states.Find(columns[i])
			if err != nil {
				t.Fatal(err)
			}
			next, err := verbs[cells[0]](State(state))
			switch {
			case want == "." && fault.CodeOf(err) != fault.WrongState:
				t.Errorf("%s in %s: %v", cells[0], columns[i], err)
			case want != "." && (err != nil || next.Parts[0].State.String() != want):
				t.Errorf("%s in %s: %v, %v; want %s", cells[0], columns[i], next.Parts, err, want)
			}
		}
	}
}

func at(caller string, day int32) At {
	return At{Caller: caller, Number: orderID, Now: 500, Date: dateOf(day)}
}

func deliver(o Order, caller string, day int32) (Order, error) {
	return o.Deliver("F", DeliverRequest{Order: orderID, Part: 1, Evidence: proof}, "c", at(caller, day))
}

// Who may, and what is refused before and after what.
func TestOrderRefusals(t *testing.T) {
	placed, accepted, shipped, delivered := seat(Shipped, Placed), seat(Shipped, Accepted), seat(Shipped, OnItsWay),
		seat(Shipped, Delivered)
	counter := seat(Counter, Accepted)
	counter.Pickup = code.Commit(said)
	busy := delivered.with(0, delivered.Parts[0].withLine(1, Line{Quantity: 2, Fen: 900, Returning: 1}))
	late := at("D", 100)
	late.Now = 1000
	say := func(o Order, caller string, c code.Code) error {
		_, err := o.Deliver("F", DeliverRequest{Order: orderID, Part: 1, Code: c}, "c", at(caller, 100))
		return err
	}
	silent := func(o Order, caller string, day int32) error {
		_, err := o.Deliver("F", DeliverRequest{Order: orderID, Part: 1}, "c", at(caller, day))
		return err
	}
	returning := func(o Order, caller string, line uint8, n uint32, day int32) error {
		_, _, err := o.RequestReturn("F", RequestReturnRequest{Order: orderID, Part: 1, Line: line, Quantity: n},
			at(caller, day))
		return err
	}
	last := func(_ Order, err error) error { return err }
	for name, c := range map[string]struct {
		err  error
		want fault.Code
	}{
		"accept: another, even where the state is wrong": {last(accepted.Accept(AcceptRequest{}, "c", at("F", 100))),
			fault.Forbidden},
		"accept: too late": {last(placed.Accept(AcceptRequest{}, "c", late)),
			fault.Expired},
		"accept: too late and accepted": {last(accepted.Accept(AcceptRequest{}, "c", late)),
			fault.WrongState},
		"reject: another": {last(placed.Reject(RejectRequest{}, at("F", 100))),
			fault.Forbidden},
		"cancel: a stranger": {last(placed.Cancel("F", CancelRequest{}, at("S1", 100))),
			fault.Forbidden},
		"cancel: no such part": {last(accepted.Cancel("F", CancelRequest{Part: 2}, at("S1", 100))),
			fault.NotFound},
		"cancel: the home, a part": {last(accepted.Cancel("F", CancelRequest{Part: 1}, at("F", 100))),
			fault.Forbidden},
		"time-out: in time": {last(placed.TimeOut(TimeOutRequest{}, at("D", 100))),
			fault.WrongState},
		"time-out: no such part": {last(accepted.TimeOut(TimeOutRequest{Part: 9}, at("D", 100))),
			fault.NotFound},
		"time-out: on the last day": {last(accepted.TimeOut(TimeOutRequest{Part: 1}, at("D", 103))),
			fault.WrongState},
		"ship: no such part": {last(accepted.Ship(ShipRequest{Part: 0}, at("X", 100))),
			fault.NotFound},
		"ship: a stranger, where the state is wrong": {last(placed.Ship(ShipRequest{Part: 1}, at("F", 100))),
			fault.Forbidden},
		"deliver: no such part": {last(shipped.Deliver("F", DeliverRequest{Part: 2}, "c", at("F", 100))),
			fault.NotFound},
		"deliver: a stranger with a document, wrong state": {last(deliver(accepted, "F", 100)), fault.WrongState},
		"deliver: a stranger with a document":              {last(deliver(shipped, "F", 100)), fault.Forbidden},
		"deliver: a document where a code is waited for":   {last(deliver(counter, "D", 100)), fault.Unauthorised},
		"deliver: a stranger with the code":                {say(counter, "A", said), fault.Forbidden},
		"deliver: a wrong code": {say(counter, "D", code.Code(strings.Repeat("x", code.Size))),
			fault.WrongCode},
		"deliver: a code where there is none":       {say(shipped, "D", said), fault.WrongCode},
		"deliver: the code, by the supplier":        {say(counter, "S1", said), ""},
		"deliver: at the counter, by nobody":        {silent(counter, "D", 300), fault.Forbidden},
		"deliver: at the counter, says the home":    {silent(counter, "F", 100), ""},
		"deliver: silence too early, by the seller": {silent(shipped, "D", 107), fault.WrongState},
		"deliver: says the home":                    {silent(shipped, "F", 100), ""},
		"complete: no such part": {last(delivered.Complete("F", CompleteRequest{Part: 3}, at("F", 100))),
			fault.NotFound},
		"complete: a return is open": {last(busy.Complete("F", CompleteRequest{Part: 1}, at("F", 120))),
			fault.WrongState},
		"complete: the seller, in the return days": {last(
			delivered.Complete("F", CompleteRequest{Part: 1}, at("D", 110))), fault.WrongState},
		"complete: the home, in the return days": {last(
			delivered.Complete("F", CompleteRequest{Part: 1}, at("F", 100))),
			""},
		"return: no such line, by a stranger":          {returning(delivered, "A", 2, 1, 100), fault.NotFound},
		"return: line 0":                               {returning(delivered, "D", 0, 1, 100), fault.NotFound},
		"return: a stranger, where the state is wrong": {returning(shipped, "A", 1, 1, 100), fault.Forbidden},
		"return: too late":                             {returning(delivered, "D", 1, 3, 111), fault.Expired},
		"return: more than was bought": {returning(delivered, "D", 1, 3, 110),
			fault.Insufficient},
		"return: more than is left beside what is on its way": {returning(busy, "D", 1, 2, 110), fault.Insufficient},
		"return: the rest": {returning(busy, "D", 1, 1, 110), ""},
	} {
		if fault.CodeOf(c.err) != c.want {
			t.Errorf("%s: %v; want %q", name, c.err, c.want)
		}
	}
}

// A code that was said proves one delivery; the next needs the code before it.
func TestCodesOfPartsAreAChain(t *testing.T) {
	codes, commitment := code.Chain(said, 2)
	o := seat(Counter, Accepted)
	o.Pickup, o.Parts = commitment, append(o.Parts, o.Parts[0])
	next, err := o.Deliver("F", DeliverRequest{Order: orderID, Part: 1, Code: codes[0]}, "c", at("D", 100))
	if err != nil || next.Parts[0].Proof != ByCode {
		t.Fatalf("%+v, %v", next, err)
	}
	if _, err := next.Deliver("F", DeliverRequest{Order: orderID, Part: 2, Code: codes[0]}, "c",
		at("D", 100)); fault.CodeOf(err) != fault.WrongCode {
		t.Errorf("the code again: %v", err)
	}
	if _, err := next.Deliver("F", DeliverRequest{Order: orderID, Part: 2, Code: codes[1]}, "c",
		at("D", 100)); err != nil {
		t.Error(err)
	}
}

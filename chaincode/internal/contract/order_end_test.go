package contract

import (
	"testing"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
)

// bought is an order of li's at D for oil, paid with points and cash, delivered.
func bought(t *testing.T, s *shop, points, cash amount.Units) number.Command {
	t.Helper()
	req := s.purchase(t, "D", "li", cash, s.pays("li", points), want("S1", "oil", 1))
	req.Authorisation = s.authorise(t, "li", "D", "GP", points)
	return s.must(t, "D", req)
}

func deliver(t *testing.T, s *shop, n number.Command) {
	t.Helper()
	s.must(t, "D", goods.AcceptRequest{Order: n}, goods.ShipRequest{Order: n, Part: 1, Carrier: "x", Waybill: "x"},
		goods.DeliverRequest{Order: n, Part: 1, Evidence: make(codec.Hash, 32)})
}

// A return that its seller leaves without an answer is ended by anyone in the member's favour,
// before and after the goods came back, and the cash of it is owed.
func TestAReturnThatNobodyAnswersEnds(t *testing.T) {
	for _, received := range []bool{false, true} {
		s := newShop(t, 1)
		n := bought(t, s, 500, 400)
		deliver(t, s, n)
		r := s.must(t, "M", goods.RequestReturnRequest{Order: n, Part: 1, Line: 1, Quantity: 1, Reason: "broken"})
		if received {
			s.advance(t, 10)
			s.must(t, "S1", goods.ReceiveReturnRequest{Return: r})
		}
		s.advance(t, s.day()+14)
		s.refused(t, "F", goods.TimeOutReturnRequest{Return: r}, fault.WrongState)
		s.advance(t, s.day()+1)
		s.refused(t, "A", goods.TimeOutReturnRequest{Return: r}, fault.Forbidden)
		due := s.must(t, "F", goods.TimeOutReturnRequest{Return: r})
		s.refused(t, "F", goods.TimeOutReturnRequest{Return: r}, fault.WrongState)
		s.refused(t, "D", goods.RefundRequest{Return: r, Payment: "x"}, fault.WrongState)
		got := rowsOf(s.net, "G", "cash")
		if len(got) != 1 || got[0].ID != due.String() {
			t.Fatalf("%+v", got)
		}
		if d := got[0].Row.(goods.Due); d.Fen != 400 || d.Seller != "D" || d.Member != "li" || d.Return != r ||
			d.State != goods.Owed {
			t.Errorf("%+v", d)
		}
		if back := rowsOf(s.net, "G", "return")[0].Row.(goods.Return); back.State != goods.Refunded ||
			back.Pieces.Sum() != 500 {
			t.Errorf("%+v", back)
		}
		s.must(t, "M", goods.CompleteRequest{Order: n, Part: 1})
	}
}

// day is how many days of the world have passed.
func (w *world) day() date.Date {
	return rowsOf(w.net, "G", "cycle")[0].Row.(settlement.Cycle).Date - day(firstDay)
}

// Parts that end without delivery owe their cash, however they end; a refund proves one.
func TestEndedPartsOweTheirCash(t *testing.T) {
	for name, end := range map[string]func(s *shop, n number.Command){
		"rejected": func(s *shop, n number.Command) {
			s.must(t, "D", goods.RejectRequest{Order: n, Reason: "x"})
		},
		"cancelled by the home": func(s *shop, n number.Command) {
			s.must(t, "M", goods.CancelRequest{Order: n, Reason: "x"})
		},
		"a part cancelled": func(s *shop, n number.Command) {
			s.must(t, "D", goods.AcceptRequest{Order: n}, goods.CancelRequest{Order: n, Part: 1, Reason: "x"})
		},
		"timed out": func(s *shop, n number.Command) {
			s.net.Advance(25 * time.Hour)
			s.must(t, "F", goods.TimeOutRequest{Order: n})
		},
		"not shipped": func(s *shop, n number.Command) {
			s.must(t, "D", goods.AcceptRequest{Order: n})
			s.advance(t, 20)
			s.must(t, "F", goods.TimeOutRequest{Order: n, Part: 1})
		},
	} {
		s := newShop(t, 1)
		end(s, bought(t, s, 500, 400))
		list := rowsOf(s.net, "G", "cash")
		if len(list) != 1 || list[0].Row.(goods.Due).Fen != 400 || list[0].Row.(goods.Due).State != goods.Owed {
			t.Fatalf("%s: %+v", name, list)
		}
		id, err := number.ParseCommand(list[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		s.refused(t, "F", goods.PayBackRequest{Due: id, Payment: "b1"}, fault.Forbidden)
		s.must(t, "D", goods.PayBackRequest{Due: id, Payment: "b1"})
		s.refused(t, "M", goods.PayBackRequest{Due: id, Payment: "b2"}, fault.WrongState)
		if d, err := ask[goods.Due](s.world, "M", "query:Cash", id.String()); err != nil || d.State != goods.PaidBack ||
			d.Payment != "b1" || d.By != "D" {
			t.Errorf("%s: %+v %v", name, d, err)
		}
	}
}

// One refund's reference proves one refund, of returns and of cash that was owed alike.
func TestARefundProvesOne(t *testing.T) {
	s := newShop(t, 1)
	n := bought(t, s, 500, 400)
	deliver(t, s, n)
	r := s.must(t, "M", goods.RequestReturnRequest{Order: n, Part: 1, Line: 1, Quantity: 1, Reason: "x"})
	s.must(t, "S1", goods.ReceiveReturnRequest{Return: r})
	s.must(t, "D", goods.RefundRequest{Return: r, Payment: "b1"})
	next := bought(t, s, 500, 400)
	due := s.must(t, "D", goods.RejectRequest{Order: next, Reason: "x"})
	s.refused(t, "D", goods.PayBackRequest{Due: due, Payment: "b1"}, fault.Conflict)
	s.must(t, "D", goods.PayBackRequest{Due: due, Payment: "b2"})
}

// What comes back after its last day, and not by the member's own will, lives on for the
// programme's grace.
func TestWhatComesBackTooLateHasGrace(t *testing.T) {
	for name, c := range map[string]struct {
		end   func(s *shop, n, hold number.Command)
		grace bool
	}{
		"rejected": {func(s *shop, n, _ number.Command) {
			s.must(t, "D", goods.RejectRequest{Order: n, Reason: "x"})
		}, true},
		"cancelled by the home": {func(s *shop, n, _ number.Command) {
			s.must(t, "M", goods.CancelRequest{Order: n, Reason: "x"})
		}, false},
		"cancelled by the seller": {func(s *shop, n, _ number.Command) {
			s.must(t, "D", goods.CancelRequest{Order: n, Reason: "x"})
		}, true},
		"timed out": {func(s *shop, n, _ number.Command) {
			s.net.Advance(25 * time.Hour)
			s.must(t, "F", goods.TimeOutRequest{Order: n})
		}, true},
		"a hold released": {func(s *shop, _, h number.Command) {
			s.must(t, "D", points.ReleaseRequest{Hold: h, Reason: "x"})
		}, true},
		"a hold timed out": {func(s *shop, _, h number.Command) {
			s.net.Advance(25 * time.Hour)
			s.must(t, "F", points.TimeOutRequest{Hold: h})
		}, true},
	} {
		s := newShop(t, 1)
		lots := map[string]bool{}
		for _, l := range rowsOf(s.net, "G", "lot") {
			lots[l.ID] = true
		}
		n := bought(t, s, 500, 400)
		hold := s.must(t, "D", points.HoldRequest{Member: "li", Pieces: s.pays("li", 7),
			Deadline: s.net.Now().Unix() + 86400, Authorisation: s.authorise(t, "li", "D", "GP", 7)})
		last := rowsOf(s.net, "G", "lot")[0].Row.(points.Lot).Expires
		s.advance(t, last-day(firstDay)+3)
		c.end(s, n, hold)
		made := 0
		for _, l := range rowsOf(s.net, "G", "lot") {
			if lot := l.Row.(points.Lot); !lots[l.ID] {
				if made++; lot.Expires != last+3+7 || lot.Origin != points.Refunded || lot.Issued != 500 &&
					lot.Issued != 7 || lot.Member != "li" {
					t.Errorf("%s: %+v", name, lot)
				}
			}
		}
		if (made == 1) != c.grace || made > 1 {
			t.Errorf("%s: %d lots", name, made)
		}
	}
}

// Terms that are offered as a price aren't taken by who read a share of one.
func TestTermsAreTakenWithTheirKind(t *testing.T) {
	s := newShop(t, 1)
	c := committed(t, opening(t, "mini", 5_000))
	s.must(t, "S1", plainGood("S1", "mini", goods.Counter),
		goods.OfferTermsRequest{Supplier: "S1", SKU: "mini", Seller: "D", Kind: goods.Supply, Commitment: c})
	list := goods.ListRequest{Supplier: "S1", SKU: "mini", Scene: "retail", Kind: goods.Supply, Terms: c,
		Prices: []goods.Price{{Fen: 100}}, Open: true}
	s.must(t, "S1", goods.OfferTermsRequest{Supplier: "S1", SKU: "mini", Seller: "D",
		Kind: goods.Commission, Commitment: c})
	s.refused(t, "D", list, fault.Conflict)
	list.Kind = goods.Commission
	s.must(t, "D", list)
}

// A seller whose supplier's party is suspended sells nothing new of it.
func TestASuspendedPartySuppliesNothingNew(t *testing.T) {
	s := newShop(t, 1)
	n := bought(t, s, 500, 400)
	next := s.purchase(t, "D", "wang", 900, nil, want("S1", "oil", 1))
	s.must(t, "G", party.SetRequest{Party: "S1", State: party.Suspended, Reason: "x"})
	s.refused(t, "D", next, fault.WrongState)
	s.must(t, "D", goods.AcceptRequest{Order: n})
	s.must(t, "S1", goods.ShipRequest{Order: n, Part: 1, Carrier: "x", Waybill: "x"})
}

package contract

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/settlement"
)

// An order that was paid in cash alone, by somebody who isn't the member's home and
// named an authorisation that doesn't exist, could never be ended: its stock stayed
// reserved for ever.
func TestAnOrderWithoutPointsUsesNoAuthorisation(t *testing.T) {
	s := newShop(t, 5)
	for _, named := range []number.Command{{}, nowhere} {
		req := s.purchase(t, "D", "li", 900, nil, want("S1", "oil", 1))
		req.Authorisation = named
		placed := s.must(t, "D", req)
		s.must(t, "M", goods.CancelRequest{Order: placed, Reason: "x"})
	}
	s.check(t)
}

// The cash of one payment pays for one order, whatever became of that.
func TestAPaymentPaysOnce(t *testing.T) {
	s := newShop(t, 5)
	req := s.purchase(t, "D", "wang", 900, nil, want("S1", "oil", 1))
	placed := s.must(t, "D", req)
	s.refused(t, "D", req, fault.Conflict)
	s.must(t, "D", goods.RejectRequest{Order: placed, Reason: "x"})
	s.refused(t, "D", req, fault.Conflict)
	req.Payment = "another"
	s.must(t, "D", req)
	s.check(t)
}

// What an order drew on its funders' caps is there again when it has ended, part by
// part, and the points of a part that ends make no room for another's.
func TestAnEndedOrderGivesTheCapBack(t *testing.T) {
	s := newShop(t, 5)
	s.must(t, "G", party.AmendRequest{Party: "G", Roles: party.Issuer | party.Acceptor, Debit: 1000})
	buy := s.purchase(t, "D", "wang", 400, s.pays("wang", 1000), want("S1", "oil", 1), want("S2", "wiper", 1))
	more := s.purchase(t, "D", "li", 0, s.pays("li", 900), want("S1", "oil", 1))
	more.Authorisation = s.authorise(t, "li", "D", "GP", 900)
	order := s.must(t, "D", buy)
	s.refused(t, "D", more, fault.NetDebitCap)
	s.must(t, "D", goods.AcceptRequest{Order: order}, goods.CancelRequest{Order: order, Part: 2, Reason: "x"})
	s.refused(t, "D", more, fault.NetDebitCap)
	s.must(t, "D", goods.CancelRequest{Order: order, Part: 1, Reason: "x"}, more)
	s.check(t)
}

// The story's steps 8, 10 and 11: what hidden supply comes to, and the operator's fee,
// opened by those who know the prices and by nobody who is a fen off.
func TestHiddenSupplyIsOpened(t *testing.T) {
	s := newShop(t, 5)
	s.stockUp(t, "S1", "kit", goods.Counter, goods.Supply, 26_800*settlement.PerFen, 29_800)
	s.stockUp(t, "S2", "blade", goods.Counter, goods.Supply, 780*settlement.PerFen, 900)
	for id, n := range map[string]uint32{"kit": 1, "blade": 2} {
		supplier := map[string]string{"kit": "S1", "blade": "S2"}[id]
		lines := want(supplier, id, n)
		req := s.purchase(t, "D", "wang", s.quoted(t, "D", "wang", lines).Quote.Total, nil, lines)
		req.Accept, req.AcceptBy = true, 0
		placed := s.must(t, "D", req)
		s.must(t, "D", goods.DeliverRequest{Order: placed, Part: 1})
		if id == "blade" {
			back := s.must(t, "D", goods.RequestReturnRequest{Order: placed, Part: 1, Line: 1,
				Quantity: 1, Reason: "x"})
			s.must(t, "D", goods.ReceiveReturnRequest{Return: back, Restock: true},
				goods.RefundRequest{Return: back, Payment: "refund"})
		}
	}
	found := hiddenOf(t, s.net, "2026-11")
	for i, c := range []struct {
		debtor, creditor, good string
		units                  uint64
		fen, fee               amount.Units
	}{{"D", "S1", "S1/kit", 1, 26_800, 268}, {"D", "S2", "S2/blade", 2, 1_560, 16},
		{"S2", "D", "S2/blade", 1, 780, 8}} {
		p, open := found[i], must(s.openings[c.good].Times(c.units))
		fen, fee, err := p.Open(open)
		if p.Debtor != c.debtor || p.Creditor != c.creditor || p.Count != 1 || fen != c.fen ||
			fee != c.fee || err != nil {
			t.Errorf("%s owes %s %d, of which a fee of %d: %v", p.Debtor, p.Creditor, fen, fee, err)
		}
		open.Value = must(open.Value.Plus(pedersen.Whole(1)))
		if _, _, err := p.Open(open); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("a ten-thousandth more: %v", err)
		}
	}
	if len(found) != 3 {
		t.Errorf("%d hidden positions", len(found))
	}
	s.check(t)
}

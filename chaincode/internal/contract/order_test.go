package contract

import (
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
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

package consortium

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/party"
)

// TestAmendmentsChangeWhatIsNamed: what is left out stays as it is, and 0 is no cap from now on.
func TestAmendmentsChangeWhatIsNamed(t *testing.T) {
	present := party.Party{ID: "B", Roles: party.Operator | party.Issuer, Liability: 5, Debit: 6}
	acceptor, none, ten := party.Acceptor, amount.Units(0), amount.Units(10)
	for _, c := range []struct {
		name string
		req  PartyAmendRequest
		want party.AmendRequest
	}{
		{"nothing", PartyAmendRequest{}, party.AmendRequest{Party: "B", Roles: party.Issuer, Liability: 5, Debit: 6}},
		{"the debit cap", PartyAmendRequest{Debit: &ten}, party.AmendRequest{Party: "B", Roles: party.Issuer,
			Liability: 5, Debit: 10}},
		{"the liability cap", PartyAmendRequest{Liability: &none},
			party.AmendRequest{Party: "B", Roles: party.Issuer, Debit: 6}},
		{"the roles", PartyAmendRequest{Roles: &acceptor},
			party.AmendRequest{Party: "B", Roles: party.Acceptor, Liability: 5, Debit: 6}},
	} {
		if got := c.req.on(present); got != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

package command

import (
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/party"
)

// Every kind of command says who may send it, and what people call it.
func TestEveryKindIsWhole(t *testing.T) {
	for _, s := range specs {
		if s.may == (may{}) || s.en == "" || s.zh == "" {
			t.Errorf("%s: nobody may send it, or it has no words", s.name)
		}
	}
}

// For every kind: who only audits, who has lost all roles and who is suspended may no more than
// end what they began, and each role alone begins what its entry says.
func TestWhoMayByRoleAndState(t *testing.T) {
	roles := []party.Roles{0, party.Operator, party.Issuer, party.Acceptor, party.Supplier,
		party.Finance, party.Auditor}
	for _, s := range specs {
		kind, asks := s.kind, s.may
		for _, has := range roles {
			for _, had := range []party.Roles{0, party.Acceptor} {
				for _, state := range []party.State{party.Active, party.Pending, party.Suspended, party.Closed} {
					p := party.Party{ID: "P", Roles: has, Had: has | had, State: state}
					want := asks.ever && p.Had&party.Business != 0 || !asks.ever && has&asks.roles != 0 &&
						state == party.Active || kind == BeginPeer
					if err := kind.Allow(p); (err == nil) != want || err != nil &&
						fault.CodeOf(err) != fault.Forbidden {
						t.Errorf("%s by %v, once %v, %s: %v", kind, has.Names(), had.Names(), state, err)
					}
				}
			}
		}
		// An auditor rules where the operator is a side, and can come to owe and get nothing by that.
		if asks.roles&party.Auditor != 0 && kind != RuleDispute {
			t.Errorf("%s: who only audits may", kind)
		}
	}
}

package command

import (
	"tallystick/chaincode/fault"
	"tallystick/chaincode/party"
)

// may says which parties may send a kind of command at all. Whose row it may act on is
// asked by the kind's verb.
type may struct {
	roles party.Roles // one of these is needed
	ever  bool        // to have had one is enough, whatever became of the party
}

// now lets a party begin something: it has one of the roles today and is active.
func now(roles party.Roles) may { return may{roles: roles} }

// What several kinds ask for.
var (
	byOperator = now(party.Operator)
	byIssuer   = now(party.Issuer)
	byAcceptor = now(party.Acceptor)
	bySupplier = now(party.Supplier)
	byMerchant = now(party.Issuer | party.Acceptor)
	byProvider = now(party.Acceptor | party.Supplier)
	byBusiness = now(party.Business)
	// toFinish lets a party bring to an end what it began, and what others began and their
	// deadline has ended. It outlives roles and suspension, or the others would pay for
	// them; who only ever audited has begun nothing.
	toFinish = may{roles: party.Business, ever: true}
	byAnyone = may{ever: true} // even who only audits
)

// Allow refuses with FORBIDDEN a party that may not send such a command: it has none of
// the roles, or is suspended or closed. Nobody may send a kind that there isn't.
func (k Kind) Allow(p party.Party) error {
	var asks may
	if known := k.find(); known != nil {
		asks = known.may
	}
	return asks.allow(p, k)
}

func (m may) allow(p party.Party, kind Kind) error {
	switch {
	case m.ever && (m.roles == 0 || (p.Roles|p.Had)&m.roles != 0):
		return nil
	case m.ever || p.Roles&m.roles == 0:
		return fault.New(fault.Forbidden, "%s has no role for %s", p.ID, kind)
	case p.State != party.Active:
		return fault.New(fault.Forbidden, "%s is %s: it begins nothing", p.ID, p.State)
	}
	return nil
}

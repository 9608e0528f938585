// Package party holds the enterprises of the consortium and what each may do.
//
// A party is known by its MSP, so nobody can act in another's name without its
// keys. The operator registers it with its roles; the ledger asks the roles on
// every command.
package party

import (
	"encoding/json"
	"slices"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// Roles is a set of roles.
type Roles uint8

// The roles (domain: operator 平台运营方, issuer 积分服务商, acceptor 积分消费商,
// supplier 供应商, finance 金融, auditor 审计).
const (
	Operator Roles = 1 << iota
	Issuer
	Acceptor
	Supplier
	Finance
	Auditor
)

// names in the order of their bits.
var names = [...]string{"operator", "issuer", "acceptor", "supplier", "finance", "auditor"}

// Business are the roles with which a party takes part in business: all but that of who only audits.
const Business = Operator | Issuer | Acceptor | Supplier | Finance

// Has says whether every role of want is in r.
func (r Roles) Has(want Roles) bool { return r&want == want }

// Names lists the roles in their fixed order.
func (r Roles) Names() []string {
	list := []string{}
	for i, n := range names {
		if r&(1<<i) != 0 {
			list = append(list, n)
		}
	}
	return list
}

// ParseRoles reads role names. BAD_REQUEST for an unknown or repeated one.
func ParseRoles(list []string) (Roles, error) {
	var roles Roles
	for _, n := range list {
		i := slices.Index(names[:], n)
		if i < 0 || roles&(1<<i) != 0 {
			return 0, fault.New(fault.BadRequest, "roles: %.20q: want some of %s, each once",
				n, strings.Join(names[:], ", "))
		}
		roles |= 1 << i
	}
	return roles, nil
}

// MarshalJSON writes the roles as a list of names.
func (r Roles) MarshalJSON() ([]byte, error) { return json.Marshal(r.Names()) }

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Roles) UnmarshalJSON(data []byte) error {
	var list []string
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	roles, err := ParseRoles(list)
	*r = roles
	return err
}

// Party is one enterprise.
type Party struct {
	_     struct{} `cbor:",toarray"`
	ID    string   `json:"id"`    // its MSP
	En    string   `json:"en"`    // name in English
	Zh    string   `json:"zh"`    // name in Chinese
	Roles Roles    `json:"roles"` // what it may do
	Had   Roles    `json:"had"`   // all that it ever had, with which it ends what it began

	State  State          `json:"state"`
	Reason string         `json:"reason"` // of its suspension, closing or reopening, or ""
	Since  number.Command `json:"since"`  // its first command; "" while it is PENDING
	// it has begun a peer, so what is done in its name needs that peer's endorsement
	Peer bool   `json:"peer"`
	Base uint64 `json:"base"` // sequence that its lanes had come to when it began the peer

	Liability amount.Units `json:"liability"` // fen that it may owe members at most; 0: no cap
	Debit     amount.Units `json:"debit"`     // fen that it may come to owe other parties in a cycle; 0: no cap
}

// Require refuses with FORBIDDEN a party without the role.
func (p Party) Require(role Roles) error {
	if !p.Roles.Has(role) {
		return fault.New(fault.Forbidden, "%s is not an %s", p.ID, role.Names()[0])
	}
	return nil
}

// RegisterRequest asks to admit a party. Only the operator may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, CONFLICT (it is
// registered already), LIMIT (the consortium is full).
type RegisterRequest struct {
	_     struct{} `cbor:",toarray"`
	Party string   `json:"party"` // its MSP
	En    string   `json:"en"`
	Zh    string   `json:"zh"`
	Roles Roles    `json:"roles"` // none of them operator: a consortium has one
}

// Check refuses a malformed request with BAD_REQUEST.
func (r RegisterRequest) Check() error {
	if err := name.CheckID("party", r.Party); err != nil {
		return err
	}
	if err := name.CheckText("en", r.En); err != nil {
		return err
	}
	if err := name.CheckText("zh", r.Zh); err != nil {
		return err
	}
	if r.Roles == 0 || r.Roles >= 1<<len(names) || r.Roles.Has(Operator) {
		return fault.New(fault.BadRequest, "roles: want at least one, and not operator")
	}
	return nil
}

// Register admits the party that the request describes. It is PENDING until its first command:
// the ledger can't see whether the channel has a member of that name.
func Register(req RegisterRequest) Party {
	return Party{
		ID: req.Party, En: name.Fold(req.En), Zh: name.Fold(req.Zh), Roles: req.Roles, Had: req.Roles, State: Pending,
	}
}

// AmendRequest changes what a party may do. Only the operator may; a role that it
// takes away stops what needs it, and the party can still end what it began.
//
// Refused, first that applies: BAD_REQUEST, LIMIT, FORBIDDEN, NOT_FOUND.
type AmendRequest struct {
	_         struct{}     `cbor:",toarray"`
	Party     string       `json:"party"`
	Roles     Roles        `json:"roles"`     // none of them operator; the operator stays so anyway
	Liability amount.Units `json:"liability"` // fen; 0: no cap
	Debit     amount.Units `json:"debit"`     // fen a cycle; 0: no cap
}

// Check refuses a malformed request with BAD_REQUEST or LIMIT.
func (r AmendRequest) Check() error {
	if err := name.CheckID("party", r.Party); err != nil {
		return err
	}
	if r.Roles >= 1<<len(names) || r.Roles.Has(Operator) {
		return fault.New(fault.BadRequest, "roles: want some, and not operator")
	}
	for _, limit := range []amount.Units{r.Liability, r.Debit} {
		if err := limit.CheckOptional(); err != nil {
			return err
		}
	}
	return nil
}

// Amend changes roles and caps.
func (p Party) Amend(req AmendRequest) Party {
	p.Roles = p.Roles&Operator | req.Roles
	p.Had |= p.Roles
	p.Liability, p.Debit = req.Liability, req.Debit
	return p
}

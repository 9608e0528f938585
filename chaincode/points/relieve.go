package points

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// RelieveRequest counts anew what an issuer owes its members, so that its
// liability cap leaves room for what was redeemed since. What is redeemed is counted
// in the redeeming party's lanes; this reads their totals, by name, and all that
// the issuer's own lanes have issued. Naming less than all relieves by less.
//
// The issuer and the operator may: who sets a cap on an issuer with points
// outstanding has them counted so.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, NOT_FOUND (the issuer or a
// programme), FORBIDDEN (a programme isn't the issuer's).
type RelieveRequest struct {
	_          struct{} `cbor:",toarray"`
	Issuer     string   `json:"issuer"`
	Programmes []string `json:"programmes"` // all of the issuer's, 1 to 16
	Parties    []string `json:"parties"`    // in whose lanes points were issued or redeemed, 1 to 32; the issuer among them
}

// Limits of one recount.
const (
	MaxRelieveProgrammes = 16
	MaxRelieveParties    = 32
)

// Check refuses a malformed request with BAD_REQUEST.
func (r RelieveRequest) Check() error {
	if err := name.CheckID("issuer", r.Issuer); err != nil {
		return err
	}
	if !slices.Contains(r.Parties, r.Issuer) {
		return fault.New(fault.BadRequest, "parties: want the issuer among them")
	}
	if err := checkIDs("programme", r.Programmes, MaxRelieveProgrammes); err != nil {
		return err
	}
	return checkIDs("party", r.Parties, MaxRelieveParties)
}

func checkIDs(what string, list []string, most int) error {
	if len(list) < 1 || len(list) > most {
		return fault.New(fault.BadRequest, "%s: want 1 to %d", what, most)
	}
	seen := make(map[string]bool, len(list))
	for _, id := range list {
		if err := name.CheckID(what, id); err != nil {
			return err
		}
		if seen[id] {
			return fault.New(fault.BadRequest, "%s: %s stands twice", what, id)
		}
		seen[id] = true
	}
	return nil
}

// Liability is what a grant of points adds to what the issuer owes, in fen
// rounded up.
func (p Programme) Liability(units amount.Units) (amount.Units, error) {
	return p.Price.Of(units, amount.Up)
}

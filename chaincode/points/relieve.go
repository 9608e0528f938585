package points

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// RelieveRequest counts anew what an issuer no longer owes its members, so that
// its liability cap leaves room for as much again. What is redeemed is counted in
// the redeeming party's lanes; this reads their totals, by name.
//
// Naming less than all relieves by less. Only issuers may, for themselves.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (a programme), FORBIDDEN
// (the caller isn't its issuer).
type RelieveRequest struct {
	_          struct{} `cbor:",toarray"`
	Programmes []string `json:"programmes"` // of the caller, 1 to 16
	Parties    []string `json:"parties"`    // in whose lanes points were redeemed, 1 to 32
}

// Limits of one recount.
const (
	MaxRelieveProgrammes = 16
	MaxRelieveParties    = 32
)

// Check refuses a malformed request with BAD_REQUEST.
func (r RelieveRequest) Check() error {
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

// Relief is what an issuer no longer owes for one programme, in fen rounded down.
func (p Programme) Relief(t Totals) (amount.Units, error) {
	return p.Price.Of(t.Ended(), amount.Down)
}

// Liability is what a grant of points adds to what the issuer owes, in fen
// rounded up.
func (p Programme) Liability(units amount.Units) (amount.Units, error) {
	return p.Price.Of(units, amount.Up)
}

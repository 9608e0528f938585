package points

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// Receipt says what a purchase (小票) has earned in a programme, so that it earns once.
// Programme and reference are its key.
//
// The invariant: while Units is above 0 it earns nothing more.
type Receipt struct {
	_      struct{}       `cbor:",toarray"`
	Number number.Command `json:"number"` // command that awarded it last
	Units  amount.Units   `json:"units"`  // that it earned, less what was taken back as awarded in error
}

// Earn is the receipt with what a grant gives for it. CONFLICT if it has earned.
func (r Receipt) Earn(grant Grant, at At) (Receipt, error) {
	if r.Units > 0 {
		return r, fault.New(fault.Conflict, "receipt %s has earned by command %s", grant.Reference, r.Number)
	}
	return Receipt{Number: at.Number, Units: grant.Amount}, nil
}

// TakeBack is the receipt when so many of the units were awarded in error. Those of a lot
// that another command made are no concern of its.
func (r Receipt) TakeBack(lot number.Row, units amount.Units) Receipt {
	if r.Number == lot.Command {
		r.Units -= min(r.Units, units)
	}
	return r
}

// checkReceipts refuses with BAD_REQUEST receipts that are missing, or stand twice.
func checkReceipts(grants []Grant) error {
	seen := make(map[string]bool, len(grants))
	for _, g := range grants {
		if err := name.CheckID("reference", g.Reference); err != nil {
			return err
		}
		if seen[g.Reference] {
			return fault.New(fault.BadRequest, "reference: a receipt earns once, one stands twice")
		}
		seen[g.Reference] = true
	}
	return nil
}

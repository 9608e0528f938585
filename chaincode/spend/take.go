package spend

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// Take asks for an amount of one lot.
type Take struct {
	_      struct{}     `cbor:",toarray"`
	Lot    number.Row   `json:"lot"`
	Amount amount.Units `json:"amount"`
}

// Check refuses with BAD_REQUEST fewer or more takes than may be, a malformed one, or a
// lot that stands twice, and with LIMIT a sum above 2⁵³−1.
func Check(takes []Take, least, most int) error {
	if len(takes) < least || len(takes) > most {
		return fault.New(fault.BadRequest, "pieces: want %d to %d", least, most)
	}
	seen := make(map[number.Row]bool, len(takes))
	sum := amount.Units(0)
	for _, t := range takes {
		if err := t.Lot.Check(); err != nil {
			return err
		}
		if err := t.Amount.Check(); err != nil {
			return err
		}
		if seen[t.Lot] {
			return fault.New(fault.BadRequest, "lot %s stands twice", t.Lot)
		}
		seen[t.Lot] = true
		var err error
		if sum, err = sum.Add(t.Amount); err != nil {
			return err
		}
	}
	return nil
}

package points

import "tallystick/chaincode/amount"

// Totals counts what one lane has done to one programme. Every counter only
// grows; the truth about a programme is the sum over all lanes.
//
//	outstanding = issued − captured
//	held        = placed − captured − returned
type Totals struct {
	_           struct{}     `cbor:",toarray"`
	Issued      amount.Units `json:"issued"`
	Pending     amount.Units `json:"pending"`   // issued, to wait for evidence
	Activated   amount.Units `json:"activated"` // of those
	Placed      amount.Units `json:"placed"`    // moved into holds
	Captured    amount.Units `json:"captured"`
	Returned    amount.Units `json:"returned"` // given back by holds
	Transferred amount.Units `json:"transferred"`
}

// Outstanding is what the issuer still owes to members.
func (t Totals) Outstanding() amount.Units { return t.Issued - t.Captured }

// Held is what open holds reserve.
func (t Totals) Held() amount.Units { return t.Placed - t.Captured - t.Returned }

// Plus adds two counts; LIMIT where one counter passes 2⁵³−1.
func (t Totals) Plus(u Totals) (Totals, error) {
	sum := t
	for _, c := range []struct {
		to *amount.Units
		by amount.Units
	}{
		{&sum.Issued, u.Issued}, {&sum.Pending, u.Pending}, {&sum.Activated, u.Activated},
		{&sum.Placed, u.Placed}, {&sum.Captured, u.Captured}, {&sum.Returned, u.Returned},
		{&sum.Transferred, u.Transferred},
	} {
		next, err := c.to.Add(c.by)
		if err != nil {
			return Totals{}, err
		}
		*c.to = next
	}
	return sum, nil
}

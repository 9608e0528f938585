package points

import "tallystick/chaincode/amount"

// Totals counts what one lane has done to one programme. Every counter only
// grows; the truth about a programme is the sum over all lanes.
//
//	outstanding = issued − (captured − refunded) − converted − expired − revoked
//	held        = placed − captured − returned − traded
type Totals struct {
	_           struct{}     `cbor:",toarray"`
	Issued      amount.Units `json:"issued"`    // granted, got by conversion, or adjusted
	Pending     amount.Units `json:"pending"`   // issued, to wait for evidence
	Activated   amount.Units `json:"activated"` // of those
	Placed      amount.Units `json:"placed"`    // moved into holds, orders, trades and benefits
	Captured    amount.Units `json:"captured"`
	Refunded    amount.Units `json:"refunded"` // of what was captured
	Returned    amount.Units `json:"returned"` // given back by holds and trades
	Traded      amount.Units `json:"traded"`   // from a trade's row to its taker
	Transferred amount.Units `json:"transferred"`
	Converted   amount.Units `json:"converted"` // into another programme
	Expired     amount.Units `json:"expired"`
	Revoked     amount.Units `json:"revoked"` // clawed back, cancelled, or kept for what members owed
	// fen, on the issuer's liability cap: for what was issued and refunded while it had one
	Drawn amount.Units `json:"drawn"`
}

// Outstanding is what the issuer still owes to members.
func (t Totals) Outstanding() amount.Units { return t.Issued - t.Ended() }

// Ended is what no longer is owed to members.
func (t Totals) Ended() amount.Units {
	return t.Captured - t.Refunded + t.Converted + t.Expired + t.Revoked
}

// Held is what open holds, orders and offers of trades set aside.
func (t Totals) Held() amount.Units { return t.Placed - t.Captured - t.Returned - t.Traded }

// Plus adds two counts; LIMIT where one counter passes 2⁵³−1.
func (t Totals) Plus(u Totals) (Totals, error) {
	sum := t
	for _, c := range []struct {
		to *amount.Units
		by amount.Units
	}{
		{&sum.Issued, u.Issued}, {&sum.Pending, u.Pending}, {&sum.Activated, u.Activated},
		{&sum.Placed, u.Placed}, {&sum.Captured, u.Captured}, {&sum.Refunded, u.Refunded},
		{&sum.Returned, u.Returned}, {&sum.Traded, u.Traded}, {&sum.Transferred, u.Transferred},
		{&sum.Converted, u.Converted}, {&sum.Expired, u.Expired}, {&sum.Revoked, u.Revoked},
	} {
		if c.by == 0 {
			continue
		}
		next, err := c.to.Add(c.by)
		if err != nil {
			return Totals{}, err
		}
		*c.to = next
	}
	sum.Drawn = sum.Drawn.AddUpTo(u.Drawn) // in fen, at whatever price: no refund is refused for it
	return sum, nil
}

package books

import (
	"math/bits"

	"tallystick/chaincode/amount"
)

// Cap is what a party has come to owe others in a cycle, against its net debit cap
// (净借记限额).
type Cap struct {
	Cycle string `json:"cycle"`
	Party string `json:"party"`
	// the one creditor that the cap is towards, by their settlement model; "" for all
	Whom   string       `json:"whom"`
	Limit  amount.Units `json:"limit"`  // fen; towards one creditor, as it was when a lane last took a part
	Drawn  amount.Units `json:"drawn"`  // by all lanes, less what they gave back
	Leased amount.Units `json:"leased"` // granted to lanes, drawn or not: nobody else can draw it
}

// Over says whether so many percent of the limit are drawn, or more.
func (c Cap) Over(percent uint8) bool {
	high, low := bits.Mul64(uint64(max(0, c.Drawn)), 100)
	wantHigh, wantLow := bits.Mul64(uint64(c.Limit), uint64(percent))
	return high > wantHigh || high == wantHigh && low >= wantLow
}

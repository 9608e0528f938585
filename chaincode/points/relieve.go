package points

import (
	"math/big"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/name"
)

// RelieveRequest counts anew what an issuer owes members in one of its programmes, so
// that its liability cap leaves room for what was redeemed, converted, revoked or lost
// since. What members are owed was drawn on the cap when it arose, by an issue or a
// refund; what it has ended in, in the lanes of all parties that there are, is read
// here in one go. So nothing can be left out, and a programme that nobody counts
// frees nothing.
//
// The issuer and the operator may: who sets a cap on an issuer with points
// outstanding counts each of its programmes.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND, FORBIDDEN, LIMIT (the
// batch has counted a programme already: it reads all lanes of all parties).
type RelieveRequest struct {
	_         struct{} `cbor:",toarray"`
	Programme string   `json:"programme"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r RelieveRequest) Check() error { return name.CheckID("programme", r.Programme) }

// Excess is by how much what was drawn on the issuer's cap for a programme, in all
// lanes, passes what members are owed in it, in fen; under 0 by what was never drawn.
func (p Programme) Excess(lanes []Totals) amount.Units {
	points, drawn := new(big.Int), new(big.Int)
	for _, t := range lanes {
		points.Add(points, big.NewInt(int64(t.Outstanding())))
		drawn.Add(drawn, big.NewInt(int64(t.Drawn)))
	}
	owed := points.Mul(points, big.NewInt(int64(p.Price.Num)))
	owed, rest := owed.DivMod(owed, big.NewInt(int64(p.Price.Den)), new(big.Int))
	if rest.Sign() > 0 {
		owed.Add(owed, big.NewInt(1))
	}
	excess := drawn.Sub(drawn, owed)
	if most := big.NewInt(int64(amount.Max)); excess.CmpAbs(most) > 0 {
		return amount.Units(excess.Sign()) * amount.Max
	}
	return amount.Units(excess.Int64())
}

// Liability is what a grant of points adds to what the issuer owes, in fen
// rounded up.
func (p Programme) Liability(units amount.Units) (amount.Units, error) {
	return p.Price.Of(units, amount.Up)
}

package points

import (
	"github.com/shopspring/decimal"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

// ContractLiability is what points granted with a sale are worth in the books
// (合同负债), in fen, half to even.
//
// The sale's price is allocated to the goods and to the points in the ratio of
// their stand-alone prices; the points' one is what they are worth times the
// share that is expected to be redeemed. Source: IFRS 15.74, B39–B42 and
// CAS 14 §§20, 35.
//
//	liability = sale × p ⁄ (sale + p),  p = points × price × redemption
//
// sale is in fen and > 0; redemption is between 0 and 1. BAD_REQUEST outside.
func ContractLiability(sale, points amount.Units, price amount.Rate, redemption decimal.Decimal) (amount.Units, error) {
	if sale < 1 || points < 0 {
		return 0, fault.New(fault.BadRequest, "sale: want at least 1 fen, and no negative points")
	}
	if redemption.Sign() < 0 || redemption.GreaterThan(decimal.NewFromInt(1)) {
		return 0, fault.New(fault.BadRequest, "redemption %s: want 0 to 1", redemption)
	}
	if err := price.Check(); err != nil {
		return 0, err
	}
	total := decimal.NewFromInt(int64(sale))
	// p carries the price's denominator until the end: one rounding in all.
	p := decimal.NewFromInt(int64(points)).Mul(decimal.NewFromInt(int64(price.Num))).Mul(redemption)
	whole := total.Mul(decimal.NewFromInt(int64(price.Den))).Add(p)
	return amount.FromDecimal(total.Mul(p).DivRound(whole, 16), amount.HalfEven)
}

package main

import (
	"math/big"
	"strings"

	"github.com/shopspring/decimal"
)

// Digits of yuan after the point: how many people see of an amount that is exact, and of one that has no end.
const (
	exactDigits   = 8
	roundedDigits = 4
)

// fineYuan writes fen and a fraction of one, such as 266688/5 or 53337.6, as people write money: ¥533.376. What has
// no end, or a very late one, is rounded and marked: ≈¥0.0033. A text that is no number stays.
func fineYuan(fen string) string {
	r, ok := new(big.Rat).SetString(fen)
	if !ok || r.Sign() < 0 {
		return fen
	}
	r.Quo(r, big.NewRat(100, 1))
	digits, exact := r.FloatPrec()
	mark := ""
	if !exact || digits > exactDigits {
		digits, mark = roundedDigits, "≈"
	}
	d := decimal.NewFromBigRat(r, int32(max(digits, 2))).StringFixed(int32(max(digits, 2)))
	whole, rest, _ := strings.Cut(d, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	return mark + "¥" + whole + "." + rest
}

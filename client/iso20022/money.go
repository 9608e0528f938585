package iso20022

import (
	"strings"

	"github.com/shopspring/decimal"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

// Currency is the one that fen are of.
const Currency = "CNY"

// decimals writes fen as a decimal with two digits: 1220 is "12.20".
func decimals(fen amount.Units) string { return decimal.New(int64(fen), -2).StringFixed(2) }

// hundredths reads an amount of a file, "12.20", "12.2" or "12", as hundredths of its
// currency. BAD_REQUEST for a missing or negative amount, for more than two digits
// after the point and for anything else that is no plain number; LIMIT above
// amount.Max.
func hundredths(text string) (amount.Units, error) {
	whole, part, point := strings.Cut(text, ".")
	switch {
	case text == "":
		return 0, fault.New(fault.BadRequest, "amount: is missing")
	case strings.HasPrefix(text, "-"):
		return 0, fault.New(fault.BadRequest, "amount: is negative")
	case !all(whole+part, isDigit) || whole == "" || point && part == "":
		return 0, fault.New(fault.BadRequest, "amount: want a plain number")
	case len(part) > 2:
		return 0, fault.New(fault.BadRequest, "amount: has more than 2 digits after the point")
	case len(whole) > 18:
		return 0, fault.New(fault.Limit, "amount: has more than 18 digits")
	}
	value, err := decimal.NewFromString(text)
	if err != nil {
		return 0, fault.New(fault.BadRequest, "amount: want a plain number")
	}
	return amount.FromDecimal(value.Shift(2), amount.Down)
}

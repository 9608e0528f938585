package statement

import (
	"errors"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

// exactInSheets is the first amount that a spreadsheet, which has 15 digits, can't be
// trusted to show: from here on cells hold text.
const exactInSheets amount.Units = 1_000_000_000_000_000

// yuan writes fen as yuan with two digits, exactly: 1234.56.
func yuan(fen amount.Units) string { return decimal.New(int64(fen), -2).StringFixed(2) }

// parseYuan reads what yuan writes, and what a spreadsheet makes of it: fewer digits, or
// the 17 of the binary number that is nearest. BAD_REQUEST for anything else.
func parseYuan(text string) (amount.Units, error) {
	return parseScaled(text, 2, "amount in yuan")
}

// scaled writes units of which so many digits stand after the point: 1860 of 2 as 18.60.
func scaled(u amount.Units, digits uint8) string {
	return decimal.New(int64(u), -int32(digits)).StringFixed(int32(digits))
}

// parseScaled reads what scaled writes, as parseYuan does; what says what it is.
func parseScaled(text string, digits uint8, what string) (amount.Units, error) {
	bad := fault.New(fault.BadRequest, "%.30q is no %s", text, what)
	if text == "" || len(text) > 30 || strings.Trim(text, "0123456789.E+-") != "" {
		return 0, bad
	}
	d, err := decimal.NewFromString(text)
	if err != nil || d.Exponent() > 20 || d.Exponent() < -40 || d.Sign() < 0 {
		return 0, bad
	}
	if d.Exponent() < -int32(digits) {
		if d, err = nearest(text); err != nil {
			return 0, bad
		}
	}
	d = d.Shift(int32(digits))
	if !d.IsInteger() {
		return 0, bad
	}
	return amount.FromDecimal(d, amount.Down)
}

// nearest is the shortest decimal of the binary number that a text stands for.
func nearest(text string) (decimal.Decimal, error) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return decimal.Decimal{}, err
	}
	return decimal.NewFromString(strconv.FormatFloat(f, 'f', -1, 64))
}

// parseWhole reads a whole number from 0 to 2⁵³−1. BAD_REQUEST for anything else.
func parseWhole(text string) (amount.Units, error) {
	u, err := strconv.ParseUint(text, 10, 53)
	if err != nil {
		return 0, fault.New(fault.BadRequest, "%.30q is no whole number up to %d", text, int64(amount.Max))
	}
	return amount.Units(u), nil
}

// percentCell is a tax rate as a spreadsheet has it, a number and how it shows: 0.06 as 6%; false for no tax
// and for one that is no number of so few digits.
func percentCell(r amount.Rate) (value float64, format string, ok bool) {
	text, isPercent := strings.CutSuffix(percent(r), "%")
	d, err := decimal.NewFromString(text)
	if !isPercent || err != nil {
		return 0, "", false
	}
	format = "0%"
	if after := -d.Exponent(); after > 0 {
		format = "0." + strings.Repeat("0", int(after)) + "%"
	}
	return d.Shift(-2).InexactFloat64(), format, true
}

// percent writes a tax rate as people do, 13%, and as a fraction if that has no end. No
// tax is "".
func percent(r amount.Rate) string {
	if r.Num == 0 {
		return ""
	}
	hundred := r.Num * 100 // a rate under 1 whose parts are small is a decimal
	if r.Num > amount.Max/1_000_000 || hundred*10_000%r.Den != 0 {
		return r.String()
	}
	return decimal.New(int64(hundred*10_000/r.Den), -4).String() + "%"
}

// parsePercent reads what percent writes.
func parsePercent(text string) (amount.Rate, error) {
	if text == "" {
		return amount.Rate{Num: 0, Den: 1}, nil
	}
	number, isPercent := strings.CutSuffix(text, "%")
	if len(number) > 15 && !strings.Contains(number, "/") { // what a spreadsheet makes of a binary number
		d, err := nearest(number)
		if err != nil {
			return amount.Rate{}, fault.New(fault.BadRequest, "%.30q is no rate", text)
		}
		number = d.String()
	}
	r, err := amount.ParseRate(number)
	if err != nil {
		return amount.Rate{}, err
	}
	if isPercent {
		if r.Den > amount.Max/100 {
			return amount.Rate{}, fault.New(fault.Limit, "rate %.30q is out of range", text)
		}
		r.Den *= 100
	}
	return r.Lowest(), checkTax(r.Lowest())
}

// textOf is what a refusal says, without its code.
func textOf(err error) string {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return refusal.Text
	}
	return err.Error()
}

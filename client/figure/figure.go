// Package figure reads and writes amounts as people do: money in yuan, points in their programme's scale.
//
// The ledger counts fen, and a programme's smallest units. People write 12.50 and mean 1,250 fen, and 18.60 of a
// programme with two digits and mean 1,860 units. What is written here is read here: [ParseYuan] reads what [Yuan]
// writes, [Decimal.Units] what [Points] writes; only the thousands' commas and the sign ¥ are for the eye alone.
//
// Input is plain: digits, and after a point as many as there can be. No sign, no comma, no exponent, no other digits:
// what could be read in two ways is refused.
package figure

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

// yuanDigits is how many digits of yuan stand after the point: a fen is a hundredth.
const yuanDigits = 2

// Decimal is a number as somebody wrote it, whose unit isn't known yet.
type Decimal struct {
	whole, after string // digits before and after the point
}

// Parse reads 12, 12.3 or 12.30. BAD_REQUEST for anything else, with what is wrong.
func Parse(text string) (Decimal, error) {
	whole, after, pointed := strings.Cut(text, ".")
	switch {
	case len(text) > 40:
		return Decimal{}, fault.New(fault.BadRequest, "%.20q…: want a number such as 1234.50", text)
	case strings.ContainsAny(text, ",'_ "):
		return Decimal{}, fault.New(fault.BadRequest, "%q: want no separators between thousands, such as 1234.50", text)
	case !digits(whole), pointed && !digits(after):
		return Decimal{}, fault.New(fault.BadRequest, "%q: want digits and at most one point, such as 1234.50", text)
	}
	return Decimal{whole, after}, nil
}

func digits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// Units is the number in units of which 10^scale make one. BAD_REQUEST for more digits after the point than that, LIMIT
// above the largest amount.
func (d Decimal) Units(scale uint8) (amount.Units, error) {
	if len(d.after) > int(scale) {
		return 0, fault.New(fault.BadRequest, "%s: want %s", d, afterText(scale))
	}
	v, err := strconv.ParseInt(d.whole+d.after+strings.Repeat("0", int(scale)-len(d.after)), 10, 64)
	if err != nil || amount.Units(v) > amount.Max {
		return 0, fault.New(fault.Limit, "%s is above %s", d, Points(amount.Max, scale))
	}
	return amount.Units(v), nil
}

// Least is the number in the unit of its own last digit: what can be said of it before its scale is known.
func (d Decimal) Least() (amount.Units, error) { return d.Units(uint8(len(d.after))) }

// String is the number as it was written.
func (d Decimal) String() string {
	if d.after == "" {
		return d.whole
	}
	return d.whole + "." + d.after
}

// Form is the number in the one way to write it: 012.50 and 12.5 are the same.
func (d Decimal) Form() string {
	whole, after := strings.TrimLeft(d.whole, "0"), strings.TrimRight(d.after, "0")
	if whole == "" {
		whole = "0"
	}
	return Decimal{whole, after}.String()
}

func afterText(scale uint8) string {
	switch scale {
	case 0:
		return "a whole number"
	case 1:
		return "at most 1 digit after the point"
	}
	return "at most " + strconv.Itoa(int(scale)) + " digits after the point"
}

// ParseYuan reads money: 12, 12.3 or 12.30 yuan, as fen. BAD_REQUEST for anything else, LIMIT above the largest amount.
func ParseYuan(text string) (amount.Units, error) {
	d, err := Parse(text)
	if err != nil {
		return 0, err
	}
	return d.Units(yuanDigits)
}

// Fen is money that a YAML file has in yuan. It is read as it is written, 12.50, and not as what a binary number makes
// of it.
type Fen amount.Units

// UnmarshalYAML reads what [ParseYuan] reads, and names the line otherwise.
func (f *Fen) UnmarshalYAML(n *yaml.Node) error {
	fen, err := ParseYuan(n.Value)
	if err != nil {
		return fmt.Errorf("line %d: yuan %w", n.Line, err)
	}
	*f = Fen(fen)
	return nil
}

// Yuan writes fen as people read money: ¥1,234.50.
func Yuan(fen amount.Units) string {
	sign := ""
	if fen < 0 {
		sign, fen = "−", -fen
	}
	return sign + "¥" + Points(fen, yuanDigits)
}

// Points writes units of which 10^scale make one, with their thousands apart: 1,234.56.
func Points(units amount.Units, scale uint8) string {
	sign, text := "", strconv.FormatInt(int64(units), 10)
	if units < 0 {
		sign, text = "−", text[1:]
	}
	if short := int(scale) + 1 - len(text); short > 0 {
		text = strings.Repeat("0", short) + text
	}
	whole, after := text[:len(text)-int(scale)], text[len(text)-int(scale):]
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if after == "" {
		return sign + whole
	}
	return sign + whole + "." + after
}

// shownDigits is how many digits of yuan are shown of fractions of a fen that go on for ever.
const shownDigits = 6

// ExactYuan writes an exact number of fen, such as 266688/5 or 400, in yuan: ¥533.376. What goes on for ever is
// rounded, and says so: ≈ ¥0.003333. Text that is no ratio is answered as it is.
func ExactYuan(fen string) string {
	r, ok := new(big.Rat).SetString(fen)
	if !ok || len(fen) > 80 {
		return fen
	}
	return ratYuan(r.Quo(r, big.NewRat(100, 1)))
}

// PlainYuan is ExactYuan for a cell of a sheet: without sign and commas, 533.376. Nothing stays nothing.
func PlainYuan(fen string) string {
	return strings.NewReplacer("¥", "", ",", "", "≈ ", "", "−", "-").Replace(ExactYuan(fen))
}

func ratYuan(r *big.Rat) string {
	text, about := r.FloatString(shownDigits), ""
	if back, _ := new(big.Rat).SetString(text); back.Cmp(r) != 0 {
		about = "≈ "
	}
	text, negative := strings.CutPrefix(text, "-")
	for about == "" && strings.HasSuffix(text, "0") && text[len(text)-1-yuanDigits] != '.' {
		text = text[:len(text)-1]
	}
	whole, after, _ := strings.Cut(text, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if negative {
		about += "−"
	}
	return about + "¥" + whole + "." + after
}

// tens is 10^n.
func tens(n int) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil))
}

// shift is r × 10^n. LIMIT where a part of it is above the largest amount.
func shift(r amount.Rate, n int) (amount.Rate, error) {
	x := big.NewRat(int64(r.Num), int64(r.Den))
	if n >= 0 {
		x.Mul(x, tens(n))
	} else {
		x.Quo(x, tens(-n))
	}
	if !x.Num().IsInt64() || !x.Denom().IsInt64() || x.Num().Int64() > int64(amount.Max) ||
		x.Denom().Int64() > int64(amount.Max) {
		return amount.Rate{}, fault.New(fault.Limit, "rate %s is out of range", r)
	}
	return amount.Rate{Num: amount.Units(x.Num().Int64()), Den: amount.Units(x.Denom().Int64())}, nil
}

// PerUnit is fen for a smallest unit, of yuan for a point of so many digits. LIMIT.
func PerUnit(yuanAPoint amount.Rate, scale uint8) (amount.Rate, error) {
	return shift(yuanAPoint, yuanDigits-int(scale))
}

// PerPoint is yuan for a point of so many digits, of fen for a smallest unit: what [PerUnit] takes. 0 of nothing.
func PerPoint(fenAUnit amount.Rate, scale uint8) string {
	if fenAUnit.Den == 0 {
		return ""
	}
	return RateText(fenAUnit, int(scale)-yuanDigits)
}

// PerFen is smallest units for a fen, of points of so many digits for a yuan. LIMIT.
func PerFen(pointsAYuan amount.Rate, scale uint8) (amount.Rate, error) {
	return shift(pointsAYuan, int(scale)-yuanDigits)
}

// PerYuan is points of so many digits for a yuan, of smallest units for a fen: what [PerFen] takes.
func PerYuan(unitsAFen amount.Rate, scale uint8) string {
	if unitsAFen.Den == 0 {
		return ""
	}
	return RateText(unitsAFen, yuanDigits-int(scale))
}

// Between is smallest units got for one given, of points got for one given, as both are shown. LIMIT.
func Between(pointsForOne amount.Rate, given, got uint8) (amount.Rate, error) {
	return shift(pointsForOne, int(got)-int(given))
}

// BetweenText is points got for one given, of smallest units got for one given: what [Between] takes.
func BetweenText(unitsForOne amount.Rate, given, got uint8) string {
	if unitsForOne.Den == 0 {
		return ""
	}
	return RateText(unitsForOne, int(given)-int(got))
}

// RateText writes r × 10^n as a decimal, or as a fraction if that has no end.
func RateText(r amount.Rate, n int) string {
	x := big.NewRat(int64(r.Num), int64(r.Den))
	if n >= 0 {
		x.Mul(x, tens(n))
	} else {
		x.Quo(x, tens(-n))
	}
	for after := range 20 {
		if text := x.FloatString(after); exactly(text, x) {
			return text
		}
	}
	return x.RatString()
}

func exactly(text string, x *big.Rat) bool {
	back, ok := new(big.Rat).SetString(text)
	return ok && back.Cmp(x) == 0
}

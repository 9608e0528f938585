// Package amount is checked arithmetic on whole units.
//
// A programme's points and money in fen are integers between 0 and 2⁵³−1, so
// that every reader, a spreadsheet or a browser included, can hold them. Rates
// are rationals; whoever applies one names the rounding. There is no float.
package amount

import (
	"math/big"
	"math/bits"
	"strings"

	"github.com/shopspring/decimal"

	"tallystick/chaincode/fault"
)

// Units counts points of one programme, or fen. 0 ≤ u ≤ Max holds for every
// value that Check, Add or Sub let pass.
type Units int64

// Max is the largest amount, 2⁵³−1.
const Max Units = 1<<53 - 1

// Check refuses what a command may not name: BAD_REQUEST under 1, LIMIT above Max.
func (u Units) Check() error {
	if u < 1 {
		return fault.New(fault.BadRequest, "amount: %d is under 1", int64(u))
	}
	if u > Max {
		return fault.New(fault.Limit, "amount: %d is above %d", int64(u), int64(Max))
	}
	return nil
}

// CheckOptional is Check for an amount that may be 0, which stands for none.
func (u Units) CheckOptional() error {
	if u == 0 {
		return nil
	}
	return u.Check()
}

// Add returns u+v, refused with LIMIT above Max.
func (u Units) Add(v Units) (Units, error) {
	if u > Max-v {
		return 0, fault.New(fault.Limit, "%d + %d is above %d", int64(u), int64(v), int64(Max))
	}
	return u + v, nil
}

// AddUpTo returns u+v, or Max where the sum is above it. Sums that a close must never refuse are added so.
func (u Units) AddUpTo(v Units) Units {
	if u > Max-v {
		return Max
	}
	return u + v
}

// Sub returns u−v, refused with INSUFFICIENT under 0.
func (u Units) Sub(v Units) (Units, error) {
	if v > u {
		return 0, fault.New(fault.Insufficient, "%d is less than %d", int64(u), int64(v))
	}
	return u - v, nil
}

// Rounding says which whole number stands for one between two.
type Rounding uint8

// The roundings that rules may name.
const (
	Down     Rounding = iota // towards zero: the remainder stays with the payer
	HalfEven                 // to the nearest, a half to the even one
	Up                       // away from zero
)

// Rate is an exact ratio Num/Den, such as fen per point.
type Rate struct {
	_   struct{} `cbor:",toarray"`
	Num Units    `json:"num"` // ≥ 0
	Den Units    `json:"den"` // ≥ 1
}

// Check refuses with BAD_REQUEST a rate that is negative or has no denominator,
// and with LIMIT one whose parts are above Max.
func (r Rate) Check() error {
	if r.Num < 0 || r.Den < 1 {
		return fault.New(fault.BadRequest, "rate %d/%d: want num ≥ 0 and den ≥ 1", int64(r.Num), int64(r.Den))
	}
	if r.Num > Max || r.Den > Max {
		return fault.New(fault.Limit, "rate %d/%d is above %d", int64(r.Num), int64(r.Den), int64(Max))
	}
	return nil
}

// Of returns u×r as a whole number, refused with LIMIT above Max. u ≥ 0, and Check
// lets r pass. Every spend asks for it several times, hence the two words.
func (r Rate) Of(u Units, mode Rounding) (Units, error) {
	den := uint64(r.Den)
	high, low := bits.Mul64(uint64(u), uint64(r.Num))
	if high >= den { // more than one word
		return 0, aboveMax()
	}
	whole, rest := bits.Div64(high, low, den)
	if whole > uint64(Max) {
		return 0, aboveMax()
	}
	if left := den - rest; mode == Up && rest > 0 || mode == HalfEven && (rest > left || rest == left && whole%2 == 1) {
		whole++
	}
	if whole > uint64(Max) {
		return 0, aboveMax()
	}
	return Units(whole), nil
}

func aboveMax() error { return fault.New(fault.Limit, "amount is above %d", int64(Max)) }

// String writes the rate in lowest terms, "4/5" or "1".
func (r Rate) String() string {
	if r.Den == 0 {
		return "0"
	}
	return big.NewRat(int64(r.Num), int64(r.Den)).RatString()
}

// ParseRate reads "4/5", "0.8" or "1". BAD_REQUEST for anything else, LIMIT
// where a part is above Max.
func ParseRate(text string) (Rate, error) {
	// Digits only: an exponent would let a short text ask for a gigantic number.
	if len(text) > 40 || strings.Trim(text, "0123456789./") != "" {
		return Rate{}, fault.New(fault.BadRequest, "rate %.40q: want 4/5, 0.8 or 1", text)
	}
	ratio, ok := new(big.Rat).SetString(text)
	if !ok || ratio.Sign() < 0 {
		return Rate{}, fault.New(fault.BadRequest, "rate %q: want 4/5, 0.8 or 1", text)
	}
	if !ratio.Num().IsInt64() || !ratio.Denom().IsInt64() {
		return Rate{}, fault.New(fault.Limit, "rate %q is out of range", text)
	}
	rate := Rate{Num: Units(ratio.Num().Int64()), Den: Units(ratio.Denom().Int64())}
	return rate, rate.Check()
}

// Decimal returns the rate with 16 digits after the point, for display and for
// estimates that are rounded once at their end.
func (r Rate) Decimal() decimal.Decimal {
	return decimal.NewFromInt(int64(r.Num)).DivRound(decimal.NewFromInt(int64(r.Den)), 16)
}

// FromDecimal rounds a decimal to whole units. LIMIT for more than 60 digits or an
// exponent beyond 20 or −60, however short its text: writing it out could take for
// ever. BAD_REQUEST under 0, LIMIT above Max.
func FromDecimal(d decimal.Decimal, mode Rounding) (Units, error) {
	if d.Exponent() > 20 || d.Exponent() < -60 || d.NumDigits() > 60 {
		return 0, fault.New(fault.Limit, "amount has too many digits")
	}
	if d.Sign() < 0 {
		return 0, fault.New(fault.BadRequest, "amount %s is under 0", d)
	}
	return round(d.Rat(), mode)
}

// FromRat rounds a ratio to whole units. BAD_REQUEST under 0, LIMIT above Max.
func FromRat(x *big.Rat, mode Rounding) (Units, error) {
	if x.Sign() < 0 {
		return 0, fault.New(fault.BadRequest, "amount is under 0")
	}
	return round(x, mode)
}

func round(x *big.Rat, mode Rounding) (Units, error) {
	whole, rest := new(big.Int).QuoRem(x.Num(), x.Denom(), new(big.Int))
	half := new(big.Int).Lsh(rest, 1).Cmp(x.Denom())
	if mode == Up && rest.Sign() > 0 || mode == HalfEven && (half > 0 || half == 0 && whole.Bit(0) == 1) {
		whole.Add(whole, big.NewInt(1))
	}
	if !whole.IsInt64() || Units(whole.Int64()) > Max {
		return 0, aboveMax()
	}
	return Units(whole.Int64()), nil
}

// Lowest is the same rate in lowest terms; the zero rate stays.
func (r Rate) Lowest() Rate {
	if r.Num == 0 || r.Den == 0 {
		return r
	}
	a, b := r.Num, r.Den
	for b > 0 {
		a, b = b, a%b
	}
	return Rate{Num: r.Num / a, Den: r.Den / a}
}

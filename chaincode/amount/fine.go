package amount

import (
	"math/big"
	"math/bits"

	"tallystick/chaincode/fault"
)

// MaxDen is the largest denominator of a price, a fee or a rate at which something is settled. Two of them
// multiplied are still far under Max, so that fractions of a fen can be added up exactly.
const MaxDen Units = 1_000_000

// CheckFine is Check for a rate at which something is settled: LIMIT for a denominator above MaxDen.
func (r Rate) CheckFine() error {
	if err := r.Check(); err != nil {
		return err
	}
	if r.Den > MaxDen {
		return fault.New(fault.Limit, "rate %d/%d: want a denominator of at most %d",
			int64(r.Num), int64(r.Den), int64(MaxDen))
	}
	return nil
}

// Fraction is a part of one unit: 0 < num < den, or 0/0 for none. It isn't in lowest terms: fractions of one
// price keep one denominator, and are added up as whole numbers.
type Fraction struct {
	_   struct{} `cbor:",toarray"`
	Num Units    `json:"num"`
	Den Units    `json:"den"`
}

// Fine is an exact amount: whole units, and a fraction of one more.
type Fine struct {
	Whole Units
	Rest  Fraction
}

// Exactly is u times every rate. LIMIT above Max, or where the rates' denominators multiply to more than Max. u ≥ 0,
// and Check lets the rates pass.
func Exactly(u Units, rates ...Rate) (Fine, error) {
	if len(rates) == 1 {
		return exactly(u, rates[0])
	}
	num, den := big.NewInt(int64(u)), big.NewInt(1)
	for _, r := range rates {
		num.Mul(num, big.NewInt(int64(r.Num)))
		den.Mul(den, big.NewInt(int64(r.Den)))
	}
	whole, rest := num.QuoRem(num, den, new(big.Int))
	if !whole.IsInt64() || Units(whole.Int64()) > Max || !den.IsInt64() || Units(den.Int64()) > Max {
		return Fine{}, aboveMax()
	}
	return fine(whole.Uint64(), rest.Uint64(), den.Uint64()), nil
}

// exactly is Exactly by one rate, in two words: every redemption asks for it.
func exactly(u Units, r Rate) (Fine, error) {
	high, low := bits.Mul64(uint64(u), uint64(r.Num))
	if high >= uint64(r.Den) {
		return Fine{}, aboveMax()
	}
	whole, rest := bits.Div64(high, low, uint64(r.Den))
	if whole > uint64(Max) {
		return Fine{}, aboveMax()
	}
	return fine(whole, rest, uint64(r.Den)), nil
}

func fine(whole, rest, den uint64) Fine {
	f := Fine{Whole: Units(whole)}
	if rest > 0 {
		f.Rest = Fraction{Num: Units(rest), Den: Units(den)}
	}
	return f
}

// Up is the amount rounded up. LIMIT above Max.
func (f Fine) Up() (Units, error) {
	if f.Rest.Num == 0 {
		return f.Whole, nil
	}
	return f.Whole.Add(1)
}

// Parts is the amount as whole units and so many of n parts of one more, rounded up. LIMIT above Max. n is at most Max.
func (f Fine) Parts(n Units) (whole, parts Units, err error) {
	if f.Rest.Num == 0 {
		return f.Whole, 0, nil
	}
	high, low := bits.Mul64(uint64(f.Rest.Num), uint64(n))
	up, rest := bits.Div64(high, low, uint64(f.Rest.Den)) // num < den: it is less than n
	if rest > 0 {
		up++
	}
	if Units(up) < n {
		return f.Whole, Units(up), nil
	}
	whole, err = f.Whole.Add(1)
	return whole, 0, err
}

// Fine is the sum as whole units and a fraction. LIMIT above Max; a fraction whose denominator would be above Max is
// rounded up.
func (e *Exact) Fine() (Fine, error) {
	whole, rest := new(big.Int).QuoRem(e.r.Num(), e.r.Denom(), new(big.Int))
	if !whole.IsInt64() || Units(whole.Int64()) > Max {
		return Fine{}, aboveMax()
	}
	if den := e.r.Denom(); !den.IsInt64() || Units(den.Int64()) > Max {
		up, err := Units(whole.Int64()).Add(1)
		return Fine{Whole: up}, err
	}
	return fine(whole.Uint64(), rest.Uint64(), e.r.Denom().Uint64()), nil
}

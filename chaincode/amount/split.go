package amount

import (
	"cmp"
	"math/big"
	"slices"

	"tallystick/chaincode/fault"
)

// Split divides units in the ratio of the parts, by largest remainder: every part
// gets its exact share rounded down, and what is left goes, one each, to those
// whose remainders are largest, the earlier first. The shares sum to units.
//
// BAD_REQUEST without parts, or with one under 1; LIMIT for one above 2⁵³−1.
func Split(units Units, parts []Units) ([]Units, error) {
	whole := new(big.Int)
	for _, p := range parts {
		if err := p.Check(); err != nil {
			return nil, err
		}
		whole.Add(whole, big.NewInt(int64(p)))
	}
	if len(parts) == 0 {
		return nil, fault.New(fault.BadRequest, "a split needs parts")
	}
	shares, rests := make([]Units, len(parts)), make([]*big.Int, len(parts))
	left := units
	for i, p := range parts {
		product := new(big.Int).Mul(big.NewInt(int64(units)), big.NewInt(int64(p)))
		share, rest := product.QuoRem(product, whole, new(big.Int))
		shares[i], rests[i] = Units(share.Int64()), rest
		left -= shares[i]
	}
	order := make([]int, len(parts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(0, rests[a].Cmp(rests[b])) })
	for _, i := range order[:left] {
		shares[i]++
	}
	return shares, nil
}

// Exact is a sum of products that is rounded once, at its end. The zero Exact is 0.
type Exact struct{ r big.Rat }

// Add adds u times every rate.
func (e *Exact) Add(u Units, rates ...Rate) { e.AddBig(big.NewInt(int64(u)), rates...) }

// AddBig adds n, which may be above Max, times every rate.
func (e *Exact) AddBig(n *big.Int, rates ...Rate) {
	product := new(big.Rat).SetInt(n)
	for _, r := range rates {
		product.Mul(product, big.NewRat(int64(r.Num), int64(r.Den)))
	}
	e.r.Add(&e.r, product)
}

// Times is the sum times a rate, as a new sum.
func (e *Exact) Times(rate Rate) *Exact {
	product := new(Exact)
	product.r.Mul(&e.r, big.NewRat(int64(rate.Num), int64(rate.Den)))
	return product
}

// Round gives the whole number; LIMIT above 2⁵³−1.
func (e *Exact) Round(mode Rounding) (Units, error) { return round(&e.r, mode) }

// String writes the sum as a ratio in lowest terms.
func (e *Exact) String() string { return e.r.RatString() }

// MarshalText writes the rounding's name.
func (r Rounding) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads a rounding's name.
func (r *Rounding) UnmarshalText(text []byte) error {
	i := slices.Index(roundings, string(text))
	if i < 0 {
		return fault.New(fault.BadRequest, "rounding: want one of %v", roundings)
	}
	*r = Rounding(i)
	return nil
}

var roundings = []string{"down", "half_even", "up"}

// String is the rounding's name.
func (r Rounding) String() string {
	if int(r) >= len(roundings) {
		return ""
	}
	return roundings[r]
}

// Check refuses with BAD_REQUEST what is no rounding.
func (r Rounding) Check() error {
	if int(r) >= len(roundings) {
		return fault.New(fault.BadRequest, "rounding: want one of %v", roundings)
	}
	return nil
}

package amount

import (
	"cmp"
	"math/big"
	"slices"
)

// RoundSum adds fractions to whole units, and rounds once, half to even; LIMIT above 2⁵³−1. Many denominators that have
// nothing in common multiply to a number of megabytes: so nothing is brought to lowest terms on the way, which would
// take a time that grows with the square of its length.
func RoundSum(whole Units, rests []Fraction) (Units, error) {
	sum := addUp(byDenominator(rests))
	one, rest := new(big.Int).QuoRem(sum.num, sum.den, new(big.Int))
	one.Add(one, big.NewInt(int64(whole)))
	if up := rest.Lsh(rest, 1).Cmp(sum.den); up > 0 || up == 0 && one.Bit(0) == 1 {
		one.Add(one, big.NewInt(1))
	}
	if !one.IsInt64() || Units(one.Int64()) > Max {
		return 0, aboveMax()
	}
	return Units(one.Int64()), nil
}

// ratio is num/den, den > 0, in whatever terms.
type ratio struct{ num, den *big.Int }

// byDenominator lists the sums of the fractions of each denominator.
func byDenominator(rests []Fraction) (list []ratio) {
	rests = slices.SortedFunc(slices.Values(rests), func(a, b Fraction) int { return cmp.Compare(a.Den, b.Den) })
	for i, f := range rests {
		switch {
		case f.Num <= 0 || f.Den <= 0:
		case i > 0 && len(list) > 0 && rests[i-1].Den == f.Den:
			last := list[len(list)-1]
			last.num.Add(last.num, big.NewInt(int64(f.Num)))
		default:
			list = append(list, ratio{big.NewInt(int64(f.Num)), big.NewInt(int64(f.Den))})
		}
	}
	return list
}

// addUp adds ratios by halves, so that long numbers are multiplied with long ones: few times.
func addUp(list []ratio) ratio {
	switch len(list) {
	case 0:
		return ratio{new(big.Int), big.NewInt(1)}
	case 1:
		return list[0]
	}
	a, b := addUp(list[:len(list)/2]), addUp(list[len(list)/2:])
	num := new(big.Int).Mul(a.num, b.den)
	num.Add(num, new(big.Int).Mul(b.num, a.den))
	return ratio{num, new(big.Int).Mul(a.den, b.den)}
}

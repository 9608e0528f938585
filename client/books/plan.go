package books

import (
	"math/big"

	"tallystick/chaincode/amount"
)

// plan is what became of what a cohort was worth, in exact fen.
//
//	N = issued − revoked    R = redeemed + converted    U = outstanding
//	expected E₀ = rate × N, at least R                  rate: today's estimate
//	         E  = E₀, at most R + U: what expired can't come any more
//
// Points that came with a sale, or for which another issuer pays, are a material right: a
// part A of the price is allocated to them when they are issued, by relative stand-alone
// prices (IFRS 15.74, B39–B42; CAS 14 §§20, 35), and is a contract liability (合同负债)
// until they are redeemed, in proportion to what is expected in all, estimated anew on
// every reading (IFRS 15.B46 and Example 52; CAS 14 §39). The allocation counted on C
// points: those expected when they were issued, or, where another issuer pays, all.
//
//	recognised = A × R ⁄ E           if E = 0, all of A: nothing is left to wait for
//	  because they were redeemed     A × R ⁄ max(C, E₀)
//	  breakage                       the rest: of expiry, and of an estimate below C
//	liability  = A − recognised
//
// Points that were given without a sale brought nothing in, so there is nothing to
// recognise. What they will cost is a provision (预计负债, CAS 13 §§4–6; IAS 37.36) by
// the best estimate at every reading (CAS 13 §12; IAS 37.59); a lower one, or expiry, is a
// smaller cost and never revenue.
//
//	allocated  A = rate of the month of issue × N × price, the cost when they were given
//	redeemed   R × price     liability (E − R) × price     released A − E × price, which may be under 0
//
// The figures depend on the counts alone, never on the way to them: issue, redeem,
// refund, redeem comes to the same as issue, redeem.
type plan struct {
	allocated, released, redeemed, breakage big.Rat
	planned                                 big.Rat // breakage that is expected in all
	// at the settlement price, of what was redeemed at others' outlets or converted
	elsewhere big.Rat
	expected  big.Rat // points that are expected to break, of N
	exceeded  bool    // more was redeemed than expected in all, and some is outstanding
}

func ratio(n amount.Units) *big.Rat { return new(big.Rat).SetInt64(int64(n)) }

func rational(r amount.Rate) *big.Rat { return big.NewRat(int64(r.Num), int64(r.Den)) }

// planOf makes the plan of a cohort. now is the month whose estimate holds.
func planOf(c Cohort, policy Policy, price amount.Rate, now Month) (p plan) {
	n, r := ratio(c.Issued-c.Revoked), ratio(c.Redeemed+c.Converted)
	p.elsewhere.Mul(ratio(c.Redeemed+c.Converted-c.Own), rational(price))
	expected := new(big.Rat).Mul(n, rational(policy.At(c.Programme, now)))
	if expected.Cmp(r) < 0 {
		p.exceeded = c.Outstanding > 0
		expected.Set(r)
	}
	coming := new(big.Rat).Add(r, ratio(c.Outstanding))
	if expected.Cmp(coming) < 0 {
		coming.Set(expected)
	}
	p.expected.Sub(n, coming)
	if c.Source == Granted {
		p.provide(rational(price), r, coming, new(big.Rat).Mul(n, rational(policy.At(c.Programme, c.Month))))
		return p
	}
	counted := n
	if c.Source == Sold {
		counted = new(big.Rat).Mul(n, rational(policy.At(c.Programme, c.Month)))
	}
	if counted.Cmp(expected) < 0 {
		counted = expected
	}
	p.allocated.Set(allocation(c, price, n))
	p.recognise(r, coming, counted)
	return p
}

// provide makes the plan of points that were given: r of them were redeemed, coming is
// what will be in all, and at is what was expected when they were issued.
func (p *plan) provide(price, r, coming, at *big.Rat) {
	p.allocated.Mul(at, price)
	p.redeemed.Mul(r, price)
	p.released.Mul(coming, price)
	p.released.Sub(&p.allocated, &p.released)
}

// recognise makes the plan of points for which something was received, of r that were
// redeemed, coming that will be in all, and counted on which the allocation is based.
func (p *plan) recognise(r, coming, counted *big.Rat) {
	recognised := new(big.Rat).Set(&p.allocated)
	p.planned.Set(&p.allocated)
	if counted.Sign() > 0 {
		p.redeemed.Mul(&p.allocated, r).Quo(&p.redeemed, counted)
		p.planned.Sub(&p.planned, new(big.Rat).Quo(new(big.Rat).Mul(&p.allocated, coming), counted))
	}
	if coming.Sign() > 0 {
		recognised.Mul(recognised, r).Quo(recognised, coming)
	}
	p.breakage.Sub(recognised, &p.redeemed)
}

// owed is what is still a liability.
func (p plan) owed() *big.Rat {
	owed := new(big.Rat).Sub(&p.allocated, &p.released)
	return owed.Sub(owed.Sub(owed, &p.redeemed), &p.breakage)
}

// allocation is what was received for the points: of a sale its part of the price, of a
// conversion what the other party owes for them.
func allocation(c Cohort, price amount.Rate, n *big.Rat) *big.Rat {
	a := new(big.Rat)
	switch {
	case c.Source == Exchanged:
		a.Mul(n, rational(price))
	case c.Kept > 0:
		a.Mul(ratio(c.Sale), n).Quo(a, ratio(c.Kept))
	}
	return a
}

// owedFor is the part of what a plan still owes that falls on so many of the points
// outstanding.
func (p plan) owedFor(n, outstanding amount.Units) *big.Rat {
	if outstanding == 0 {
		return new(big.Rat)
	}
	owed := p.owed()
	return owed.Mul(owed, big.NewRat(int64(n), int64(outstanding)))
}

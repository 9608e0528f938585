package books

import (
	"cmp"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
)

// Lot is what the books need of a lot of points. Its root is the lot in which its
// points were first issued: itself, unless they were transferred, traded or refunded
// into a lot of their own.
type Lot struct {
	Number    number.Row
	Issuer    string
	Programme string
	Party     string // that bears its cost: the funder or the issuer
	Root      number.Row
	Origin    points.Origin // of the root
	Born      date.Date     // business date on which the root was issued
	Expires   date.Date     // last day, as the lot has it
	Issued    amount.Units  // new with this lot: 0 unless it is its own root
	Available amount.Units
	Held      amount.Units // by open holds, orders and trades
	Converted amount.Units
	Expired   amount.Units
	Revoked   amount.Units
	Own       amount.Units // redeemed and not given back, at the outlets of the party that bears it: nobody owes for it
}

// Source says what a party got for points when it issued them.
type Source uint8

// The sources.
const (
	// nothing: they are a cost of marketing. Such are all points of no sale that the policy names
	Granted   Source = iota
	Sold             // a part of a sale's price
	Exchanged        // what another party owes for the points that these were converted from
)

// Cohort is the points of one programme that one party bears and that were issued in
// one month, from one source.
//
//	issued = revoked + redeemed + converted + expired + outstanding
type Cohort struct {
	Issuer      string
	Programme   string
	Party       string
	Month       Month
	Source      Source
	Issued      amount.Units
	Revoked     amount.Units
	Redeemed    amount.Units
	Own         amount.Units // of Redeemed, at the party's own outlets
	Converted   amount.Units
	Expired     amount.Units
	Outstanding amount.Units // available and held
	Kept        amount.Units // issued, less what was revoked of the very lots that were issued
	Sale        amount.Units // fen: of Sold, what was allocated to what is kept
	Due         []Due        // what is outstanding, by the month in which it expires
}

// Due is what of a cohort expires in one month.
type Due struct {
	Month  Month
	Points amount.Units
}

// Census gathers lots into cohorts, as a policy and the programmes have it.
type Census struct {
	policy     Policy
	programmes map[string]points.Programme
	cohorts    map[key]*Cohort
}

type key struct {
	programme, party string
	month            Month
	source           Source
}

// NewCensus makes an empty one.
func NewCensus(policy Policy, programmes []points.Programme) *Census {
	s := &Census{policy: policy, programmes: map[string]points.Programme{}, cohorts: map[key]*Cohort{}}
	for _, p := range programmes {
		s.programmes[p.ID] = p
	}
	return s
}

// plus counts on, far beyond 2⁵³−1, and stops where nothing real comes.
func plus(n, more amount.Units) amount.Units {
	const most = 1 << 62
	if n > most-more {
		return most
	}
	return n + more
}

// Add counts one lot.
func (s *Census) Add(lot Lot) error {
	c := s.cohort(lot)
	for _, by := range []struct {
		to *amount.Units
		n  amount.Units
	}{
		{&c.Issued, lot.Issued}, {&c.Revoked, lot.Revoked}, {&c.Converted, lot.Converted},
		{&c.Expired, lot.Expired}, {&c.Outstanding, lot.Available}, {&c.Outstanding, lot.Held}, {&c.Own, lot.Own},
	} {
		*by.to = plus(*by.to, by.n)
	}
	c.due(MonthOf(lot.Expires), lot.Available+lot.Held)
	if lot.Root != lot.Number {
		return nil
	}
	c.Kept = plus(c.Kept, lot.Issued-lot.Revoked)
	return s.sold(c, lot)
}

// sold adds what a sale's price allocates to a lot, of which some may be revoked.
func (s *Census) sold(c *Cohort, lot Lot) error {
	if c.Source != Sold {
		return nil
	}
	price := s.programmes[lot.Programme].Price
	fen, err := points.ContractLiability(s.policy.Sales[lot.Number], lot.Issued, price,
		s.policy.At(lot.Programme, c.Month).Decimal())
	if err != nil {
		return err
	}
	if fen, err = (amount.Rate{Num: lot.Issued - lot.Revoked, Den: lot.Issued}).Of(fen, amount.HalfEven); err != nil {
		return err
	}
	c.Sale = plus(c.Sale, fen)
	return nil
}

func (s *Census) cohort(lot Lot) *Cohort {
	k := key{lot.Programme, lot.Party, MonthOf(lot.Born), s.sourceOf(lot)}
	if s.cohorts[k] == nil {
		s.cohorts[k] = &Cohort{Issuer: lot.Issuer, Programme: lot.Programme, Party: lot.Party, Month: k.month,
			Source: k.source}
	}
	return s.cohorts[k]
}

func (s *Census) sourceOf(lot Lot) Source {
	switch _, sold := s.policy.Sales[lot.Root]; {
	case lot.Origin == points.Converted:
		return Exchanged
	case sold:
		return Sold
	}
	return Granted
}

// due notes what expires in a month.
func (c *Cohort) due(month Month, n amount.Units) {
	if n == 0 {
		return
	}
	i, found := slices.BinarySearchFunc(c.Due, month, func(d Due, m Month) int { return cmp.Compare(d.Month, m) })
	if !found {
		c.Due = slices.Insert(c.Due, i, Due{Month: month})
	}
	c.Due[i].Points = plus(c.Due[i].Points, n)
}

// Cohorts lists the cohorts by issuer, programme, party, month and source. What was
// redeemed of each is what nothing else became of.
func (s *Census) Cohorts() []Cohort {
	list := make([]Cohort, 0, len(s.cohorts))
	for _, c := range s.cohorts {
		list = append(list, c.divided())
	}
	slices.SortFunc(list, Cohort.order)
	return list
}

// divided is a cohort of which what nothing else became of was redeemed.
func (c Cohort) divided() Cohort {
	c.Redeemed = c.Issued
	for _, part := range []*amount.Units{&c.Revoked, &c.Outstanding, &c.Converted, &c.Expired} {
		*part = min(*part, c.Redeemed) // it is less only where plus stopped counting
		c.Redeemed -= *part
	}
	c.Own = min(c.Own, c.Redeemed)
	return c
}

func (c Cohort) order(d Cohort) int {
	return cmp.Or(cmp.Compare(c.Issuer, d.Issuer), cmp.Compare(c.Programme, d.Programme), cmp.Compare(c.Party, d.Party),
		cmp.Compare(c.Month, d.Month), cmp.Compare(c.Source, d.Source))
}

package books

import (
	"math/big"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/points"
)

// plan is a cohort's breakage plan, in exact fen.
//
// Method. Points are a material right; a part of the price is allocated to them when
// they are issued, by relative stand-alone prices (IFRS 15.74, B39–B42; CAS 14 §§20,
// 35), and recognised as they are redeemed. What is expected to break is recognised
// in proportion to the pattern of rights exercised (IFRS 15.B46 and Example 52;
// CAS 14 §39), with the total estimated anew on every reading:
//
//	N = issued − revoked    R = redeemed + converted    U = outstanding
//	E = what will be redeemed in all = rate × N, at least R, at most R + U
//	A = what was allocated to N
//	recognised = A × R ⁄ E          if E = 0, all of A: nothing is left to wait for
//	  for what was redeemed   A × R ⁄ N
//	  breakage                the rest
//	liability  = A − recognised
//
// So expiry trues the plan up: with nothing outstanding E is R, and all of A is
// recognised. A refund takes R back and with it what was recognised, breakage too. The
// figures depend on the counts alone, never on the way to them: issue, redeem, refund,
// redeem comes to the same as issue, redeem.
type plan struct {
	allocated, redeemed, breakage big.Rat
	expected                      big.Rat // points that are expected to break, of N
	exceeded                      bool    // more was redeemed than expected in all, and some is outstanding
}

func ratio(n amount.Units) *big.Rat { return new(big.Rat).SetInt64(int64(n)) }

func rational(r amount.Rate) *big.Rat { return big.NewRat(int64(r.Num), int64(r.Den)) }

// planOf makes the plan of a cohort. now is the month whose estimate holds.
func planOf(c Cohort, policy Policy, price amount.Rate, now Month) (p plan) {
	n, r := ratio(c.Issued-c.Revoked), ratio(c.Redeemed+c.Converted)
	p.allocated.Set(allocation(c, policy, price, n))
	if n.Sign() == 0 {
		return p
	}
	most := new(big.Rat).Add(r, ratio(c.Outstanding))
	e := new(big.Rat).Mul(n, rational(policy.At(c.Programme, now)))
	if e.Cmp(r) < 0 {
		p.exceeded = c.Outstanding > 0
		e.Set(r)
	}
	if e.Cmp(most) > 0 {
		e.Set(most)
	}
	p.expected.Sub(n, e)
	recognised := new(big.Rat).Set(&p.allocated)
	if e.Sign() > 0 {
		recognised.Mul(recognised, r).Quo(recognised, e)
	}
	p.redeemed.Mul(&p.allocated, r).Quo(&p.redeemed, n)
	p.breakage.Sub(recognised, &p.redeemed)
	return p
}

// allocation is what the points were allocated when they were issued: of a sale its
// part of the price, of a conversion what the other party owes for them, else their
// stand-alone price, points × price × expected redemption.
func allocation(c Cohort, policy Policy, price amount.Rate, n *big.Rat) *big.Rat {
	a := new(big.Rat)
	switch c.Source {
	case Sold:
		if c.Kept > 0 {
			a.Mul(ratio(c.Sale), n).Quo(a, ratio(c.Kept))
		}
	case Exchanged:
		a.Mul(n, rational(price))
	case Granted:
		a.Mul(n, rational(price)).Mul(a, rational(policy.At(c.Programme, c.Month)))
	}
	return a
}

// Figures are counts and fen of some cohorts.
//
//	allocated = granted + sold + exchanged = redeemed + breakage + liability
type Figures struct {
	Issued      amount.Units `json:"issued"` // points, less what was revoked
	Redeemed    amount.Units `json:"redeemed"`
	Converted   amount.Units `json:"converted"`
	Expired     amount.Units `json:"expired"`
	Outstanding amount.Units `json:"outstanding"`
	WillBreak   amount.Units `json:"willBreak"` // points of those issued that are expected never to be redeemed, half to even

	Allocated        amount.Units `json:"allocated"`        // fen, as are those that follow
	AllocatedGranted amount.Units `json:"allocatedGranted"` // a cost when the points were issued
	AllocatedSold    amount.Units `json:"allocatedSold"`    // of the prices of sales
	AllocatedFor     amount.Units `json:"allocatedFor"`     // owed by others, for points that were converted
	RecognisedUse    amount.Units `json:"recognisedUse"`    // because points were redeemed
	RecognisedBreak  amount.Units `json:"recognisedBreak"`  // because some never will be
	PlannedBreak     amount.Units `json:"plannedBreak"`     // breakage that is expected in all
	Liability        amount.Units `json:"liability"`        // 合同负债
}

// sum adds up plans, exactly.
type sum struct {
	counts                        Figures
	bySource                      [3]big.Rat
	allocated, redeemed, breakage big.Rat
	willBreak, plannedBreak       big.Rat
}

func (s *sum) add(c Cohort, p plan) error {
	for _, by := range []struct {
		to *amount.Units
		n  amount.Units
	}{
		{&s.counts.Issued, c.Issued - c.Revoked}, {&s.counts.Redeemed, c.Redeemed}, {&s.counts.Converted, c.Converted},
		{&s.counts.Expired, c.Expired}, {&s.counts.Outstanding, c.Outstanding},
	} {
		n, err := by.to.Add(by.n)
		if err != nil {
			return err
		}
		*by.to = n
	}
	s.bySource[c.Source].Add(&s.bySource[c.Source], &p.allocated)
	s.allocated.Add(&s.allocated, &p.allocated)
	s.redeemed.Add(&s.redeemed, &p.redeemed)
	s.breakage.Add(&s.breakage, &p.breakage)
	s.willBreak.Add(&s.willBreak, &p.expected)
	if n := c.Issued - c.Revoked; n > 0 {
		planned := new(big.Rat).Mul(&p.allocated, &p.expected)
		s.plannedBreak.Add(&s.plannedBreak, planned.Quo(planned, ratio(n)))
	}
	return nil
}

// figures rounds, each figure once, half to even. Parts are the differences of
// cumulative figures, so that they add up and none is under 0.
func (s *sum) figures() (f Figures, err error) {
	f = s.counts
	recognised := new(big.Rat).Add(&s.redeemed, &s.breakage)
	sold := new(big.Rat).Add(&s.bySource[Granted], &s.bySource[Sold])
	var used, toSold amount.Units
	for _, one := range []struct {
		to *amount.Units
		of *big.Rat
	}{
		{&f.Allocated, &s.allocated}, {&f.AllocatedGranted, &s.bySource[Granted]}, {&toSold, sold},
		{&f.RecognisedUse, &s.redeemed}, {&used, recognised}, {&f.WillBreak, &s.willBreak}, {&f.PlannedBreak, &s.plannedBreak},
	} {
		if *one.to, err = amount.FromRat(one.of, amount.HalfEven); err != nil {
			return Figures{}, err
		}
	}
	f.AllocatedSold, f.AllocatedFor = toSold-f.AllocatedGranted, f.Allocated-toSold
	f.RecognisedBreak, f.Liability = used-f.RecognisedUse, f.Allocated-used
	return f, nil
}

// Line is what one party bears of one programme.
type Line struct {
	Issuer    string `json:"issuer"`
	Programme string `json:"programme"`
	Party     string `json:"party"` // that bears it: the issuer, or a funder
	Rate      string `json:"rate"`  // expected redemption now
	Figures
	Exceeded bool  `json:"exceeded"` // some month's points were redeemed beyond the rate: raise it
	Ages     []Age `json:"ages"`     // by months since issue, the youngest first
	Due      []Owe `json:"due"`      // by months to expiry, the soonest first
}

// Age is the figures of points of one age.
type Age struct {
	Months string `json:"months"` // since the month of issue: "0-2" … "24+"
	Figures
}

// Owe is what is outstanding and owed of points that end within some months.
type Owe struct {
	Months    string       `json:"months"` // to the month of expiry: "past", "0" … "13+"
	Points    amount.Units `json:"points"`
	Liability string       `json:"liability"` // fen, exact
}

// band is a span of months, from it up to the next one.
type band struct {
	from Month
	name string
}

var (
	ages = []band{{0, "0-2"}, {3, "3-5"}, {6, "6-11"}, {12, "12-23"}, {oldestAge, "24+"}}
	ends = []band{{-1 << 20, "past"}, {0, "0"}, {1, "1-3"}, {4, "4-6"}, {7, "7-12"}, {13, "13+"}}
)

// Ends are the names of the spans by which a Line's Due is told, the soonest first.
func Ends() []string {
	names := make([]string, len(ends))
	for i, e := range ends {
		names[i] = e.name
	}
	return names
}

// bandOf is the last band that begins at or before a number of months.
func bandOf(bands []band, months Month) (at int) {
	for i, b := range bands {
		if b.from <= months {
			at = i
		}
	}
	return at
}

// Liability sums cohorts up by issuer, programme and the party that bears them, as of
// a business date. The cohorts are a Census's. LIMIT above 2⁵³−1.
func (s *Census) Liability(today date.Date) ([]Line, error) {
	list := []Line{}
	cohorts, now := s.Cohorts(), MonthOf(today)
	for len(cohorts) > 0 {
		n := 1
		for n < len(cohorts) && cohorts[n].Programme == cohorts[0].Programme && cohorts[n].Party == cohorts[0].Party {
			n++
		}
		line, err := lineOf(cohorts[:n], s.policy, s.programmes[cohorts[0].Programme], now)
		if err != nil {
			return nil, err
		}
		list, cohorts = append(list, line), cohorts[n:]
	}
	return list, nil
}

// lineOf sums up the cohorts of one programme and party.
func lineOf(cohorts []Cohort, policy Policy, programme points.Programme, now Month) (Line, error) {
	c := cohorts[0]
	line := Line{Issuer: c.Issuer, Programme: c.Programme, Party: c.Party, Rate: policy.At(c.Programme, now).String(), Ages: []Age{}, Due: []Owe{}}
	var all sum
	byAge, byEnd := make([]sum, len(ages)), make([]struct {
		points amount.Units
		fen    big.Rat
	}, len(ends))
	for _, c := range cohorts {
		p := planOf(c, policy, programme.Price, now)
		line.Exceeded = line.Exceeded || p.exceeded
		if err := all.add(c, p); err != nil {
			return Line{}, err
		}
		if err := byAge[bandOf(ages, now-c.Month)].add(c, p); err != nil {
			return Line{}, err
		}
		for _, d := range c.Due {
			end := &byEnd[bandOf(ends, d.Month-now)]
			end.points += d.Points // at most what is outstanding in all
			end.fen.Add(&end.fen, p.owedFor(d.Points, c.Outstanding))
		}
	}
	var err error
	if line.Figures, err = all.figures(); err != nil {
		return Line{}, err
	}
	for i, s := range byAge {
		if s.counts.Issued == 0 {
			continue
		}
		f, err := s.figures()
		if err != nil {
			return Line{}, err
		}
		line.Ages = append(line.Ages, Age{ages[i].name, f})
	}
	for i, e := range byEnd {
		if e.points > 0 {
			line.Due = append(line.Due, Owe{ends[i].name, e.points, e.fen.RatString()})
		}
	}
	return line, nil
}

// owedFor is the part of what a plan still owes that falls on so many of the points
// outstanding.
func (p plan) owedFor(n, outstanding amount.Units) *big.Rat {
	owed := new(big.Rat).Sub(&p.allocated, &p.redeemed)
	owed.Sub(owed, &p.breakage)
	return owed.Mul(owed, big.NewRat(int64(n), int64(outstanding)))
}

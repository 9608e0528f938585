package books

import (
	"math/big"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/points"
)

// Figures are counts and fen of some cohorts.
//
//	allocated = granted + sold + exchanged = released + redeemed + breakage + liability
//	liability = provision + contract liability
//
// Nothing here is refused for its size, or whoever issues absurdly many points would keep everybody's books from being
// made: where points are worth more than 2⁵³−1 fen, what was granted or received and what became of it are told as
// that,
// and the parts still add up.
type Figures struct {
	Issued      amount.Units `json:"issued"` // points, less what was revoked
	Redeemed    amount.Units `json:"redeemed"`
	Converted   amount.Units `json:"converted"`
	Expired     amount.Units `json:"expired"`
	Outstanding amount.Units `json:"outstanding"`
	// points of those issued that are expected never to be redeemed, half to even
	WillBreak amount.Units `json:"willBreak"`

	Allocated        amount.Units `json:"allocated"`        // fen, as are those that follow
	AllocatedGranted amount.Units `json:"allocatedGranted"` // a cost when the points were issued
	AllocatedSold    amount.Units `json:"allocatedSold"`    // of the prices of sales
	AllocatedFor     amount.Units `json:"allocatedFor"`     // owed by others, for points that were converted
	// of what was granted, no longer expected: a smaller cost; under 0 where more is expected
	Released        amount.Units `json:"released"`
	RecognisedUse   amount.Units `json:"recognisedUse"`   // because points were redeemed
	RecognisedGiven amount.Units `json:"recognisedGiven"` // of that, for points that were granted
	RecognisedBreak amount.Units `json:"recognisedBreak"` // of what was received, because some never will be
	PlannedBreak    amount.Units `json:"plannedBreak"`    // breakage that is expected in all
	// at the settlement price: redeemed at others' outlets or converted, of those granted
	ElsewhereGiven amount.Units `json:"elsewhereGiven"`
	ElsewhereSold  amount.Units `json:"elsewhereSold"` // of the others
	Provision      amount.Units `json:"provision"`     // 预计负债
	Contract       amount.Units `json:"contract"`      // 合同负债
	Liability      amount.Units `json:"liability"`     // both
}

// sum adds up plans, exactly: those of points that were given apart from the others.
type sum struct {
	counts    Figures
	sold      big.Rat
	given     totals
	received  totals
	willBreak big.Rat
}

// totals are sums of what plans have.
type totals struct{ allocated, redeemed, breakage, owed, planned, elsewhere big.Rat }

func (t *totals) add(p plan) {
	for _, by := range []struct{ to, n *big.Rat }{
		{&t.allocated, &p.allocated}, {&t.redeemed, &p.redeemed}, {&t.breakage, &p.breakage}, {&t.owed, p.owed()},
		{&t.planned, &p.planned}, {&t.elsewhere, &p.elsewhere},
	} {
		by.to.Add(by.to, by.n)
	}
}

func (s *sum) add(c Cohort, p plan) {
	for _, by := range []struct {
		to *amount.Units
		n  amount.Units
	}{
		{&s.counts.Issued, c.Issued - c.Revoked}, {&s.counts.Redeemed, c.Redeemed}, {&s.counts.Converted, c.Converted},
		{&s.counts.Expired, c.Expired}, {&s.counts.Outstanding, c.Outstanding},
	} {
		*by.to = plus(*by.to, by.n)
	}
	s.willBreak.Add(&s.willBreak, &p.expected)
	if c.Source == Granted {
		s.given.add(p)
		return
	}
	s.received.add(p)
	if c.Source == Sold {
		s.sold.Add(&s.sold, &p.allocated)
	}
}

// figures rounds, each figure once, half to even. Parts are the differences of
// cumulative figures, so that they add up and none but what was released is under 0.
func (s *sum) figures() (f Figures, err error) {
	f = s.counts
	var claimed, received, used, recognised amount.Units
	for _, one := range []struct {
		to *amount.Units
		of *big.Rat
	}{
		{&f.AllocatedGranted, &s.given.allocated}, {&f.RecognisedGiven, &s.given.redeemed},
		{&claimed, new(big.Rat).Add(&s.given.redeemed, &s.given.owed)}, {&f.ElsewhereGiven, &s.given.elsewhere},
		{&received, &s.received.allocated}, {&f.AllocatedSold, &s.sold}, {&used, &s.received.redeemed},
		{&recognised, new(big.Rat).Add(&s.received.redeemed, &s.received.breakage)},
		{&f.ElsewhereSold, &s.received.elsewhere},
		{&f.PlannedBreak, &s.received.planned}, {&f.WillBreak, &s.willBreak},
	} {
		if *one.to, err = amount.FromRat(atMost(one.of), amount.HalfEven); err != nil {
			return Figures{}, err
		}
	}
	f.Provision, f.Released = claimed-f.RecognisedGiven, f.AllocatedGranted-claimed
	f.AllocatedFor, f.RecognisedBreak, f.Contract = received-f.AllocatedSold, recognised-used, received-recognised
	f.Allocated, f.RecognisedUse, f.Liability = f.AllocatedGranted+received, f.RecognisedGiven+used,
		f.Provision+f.Contract
	return f, nil
}

// atMost is a figure, or 2⁵³−1 where it is above.
func atMost(x *big.Rat) *big.Rat {
	if most := ratio(amount.Max); x.Cmp(most) > 0 {
		return most
	}
	return x
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
// a business date. The cohorts are a Census's.
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
	line := Line{Issuer: c.Issuer, Programme: c.Programme, Party: c.Party, Rate: policy.At(c.Programme, now).String(),
		Ages: []Age{}, Due: []Owe{}}
	var all sum
	byAge, byEnd := make([]sum, len(ages)), make([]struct {
		points amount.Units
		fen    big.Rat
	}, len(ends))
	for _, c := range cohorts {
		p := planOf(c, policy, programme.Price, now)
		line.Exceeded = line.Exceeded || p.exceeded
		all.add(c, p)
		byAge[bandOf(ages, now-c.Month)].add(c, p)
		for _, d := range c.Due {
			end := &byEnd[bandOf(ends, d.Month-now)]
			end.points = plus(end.points, d.Points)
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

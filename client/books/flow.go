package books

import (
	"cmp"
	"maps"
	"math/big"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/points"
)

// Redemption is points of one programme that one party bears, redeemed at one acceptor
// and not given back.
type Redemption struct {
	Cycle     string
	Programme string
	Party     string // that bears it
	Acceptor  string
	Member    string // the root of the member's names
	Of        string // the hold, part of an order, or write-off: one redemption, whatever its programmes
	Points    amount.Units
}

// Conversion is points that came of another programme's.
type Conversion struct {
	Cycle    string
	From, To string
	Points   amount.Units // that came
}

// Flow is what was redeemed of a programme at an acceptor in a cycle.
type Flow struct {
	Cycle     string       `json:"cycle"`
	Issuer    string       `json:"issuer"`
	Programme string       `json:"programme"`
	Party     string       `json:"party"` // that bears it
	Acceptor  string       `json:"acceptor"`
	Times     int          `json:"times"`
	Points    amount.Units `json:"points"`
	Fen       string       `json:"fen"` // their worth, exact
}

// Flows sums redemptions up by cycle, programme, who bears it, and acceptor. Sums above 2⁵³−1 are told as that, here as
// in
// all reports: whoever redeems absurd amounts of a programme of its own spoils no report of the others.
func Flows(programmes []points.Programme, list []Redemption) []Flow {
	known := byID(programmes)
	sums := map[Flow]*Flow{}
	for _, r := range list {
		k := Flow{Cycle: r.Cycle, Issuer: known[r.Programme].Issuer, Programme: r.Programme, Party: r.Party,
			Acceptor: r.Acceptor}
		if sums[k] == nil {
			one := k
			sums[k] = &one
		}
		sums[k].Points = sums[k].Points.AddUpTo(r.Points)
		sums[k].Times++
	}
	flows := make([]Flow, 0, len(sums))
	for _, f := range sums {
		f.Fen = worth(known, f.Programme, f.Points)
		flows = append(flows, *f)
	}
	slices.SortFunc(flows, func(a, b Flow) int {
		return cmp.Or(cmp.Compare(a.Cycle, b.Cycle), cmp.Compare(a.Issuer, b.Issuer),
			cmp.Compare(a.Programme, b.Programme),
			cmp.Compare(a.Party, b.Party), cmp.Compare(a.Acceptor, b.Acceptor))
	})
	return flows
}

func byID(programmes []points.Programme) map[string]points.Programme {
	known := make(map[string]points.Programme, len(programmes))
	for _, p := range programmes {
		known[p.ID] = p
	}
	return known
}

// worth is what points are worth in fen, exactly.
func worth(known map[string]points.Programme, programme string, units amount.Units) string {
	price := known[programme].Price
	if price.Den == 0 {
		return "0"
	}
	var fen amount.Exact
	fen.Add(units, price)
	return fen.String()
}

// Matrix is flows as people look at them: a row for each programme, a column for each
// acceptor.
type Matrix struct {
	Acceptors []string
	Rows      []MatrixRow
}

// MatrixRow is where one programme's points were redeemed.
type MatrixRow struct {
	Issuer    string
	Programme string
	Points    []amount.Units // by acceptor
	Fen       []string       // the same, exact
	Sum       amount.Units
	SumFen    string
}

// MatrixOf lays flows out.
func MatrixOf(programmes []points.Programme, flows []Flow) Matrix {
	known, at, cells := byID(programmes), map[string]bool{}, map[[2]string]amount.Units{}
	for _, f := range flows {
		at[f.Acceptor] = true
		k := [2]string{f.Programme, f.Acceptor}
		cells[k] = cells[k].AddUpTo(f.Points)
	}
	m := Matrix{Acceptors: slices.Sorted(maps.Keys(at))}
	for _, p := range sortedProgrammes(programmes) {
		r := MatrixRow{Issuer: p.Issuer, Programme: p.ID}
		for _, a := range m.Acceptors {
			n := cells[[2]string{p.ID, a}]
			r.Points, r.Fen = append(r.Points, n), append(r.Fen, worth(known, p.ID, n))
			r.Sum = r.Sum.AddUpTo(n)
		}
		if r.SumFen = worth(known, p.ID, r.Sum); r.Sum > 0 {
			m.Rows = append(m.Rows, r)
		}
	}
	return m
}

func sortedProgrammes(list []points.Programme) []points.Programme {
	return slices.SortedFunc(slices.Values(list), func(a, b points.Programme) int {
		return cmp.Or(cmp.Compare(a.Issuer, b.Issuer), cmp.Compare(a.ID, b.ID))
	})
}

// Rate is a part of a whole, and the quotient in lowest terms, "0" of nothing.
type Rate struct {
	Part  amount.Units `json:"part"`
	Whole amount.Units `json:"whole"`
	Rate  string       `json:"rate"`
}

// RateOf makes a rate.
func RateOf(part, whole amount.Units) Rate {
	r := Rate{Part: part, Whole: whole, Rate: "0"}
	if whole > 0 {
		r.Rate = big.NewRat(int64(part), int64(whole)).RatString()
	}
	return r
}

// Usage is how the members of the alliance use points.
type Usage struct {
	Members    int  `json:"members"`    // who redeemed at least once
	Repurchase Rate `json:"repurchase"` // of those, who did so at least twice (复购)
	Elsewhere  Rate `json:"elsewhere"`  // of those, who did so at two parties at least (跨企业)
	Foreign    Rate `json:"foreign"`    // of all redemptions, those with points that the acceptor didn't issue
}

// UsageOf counts who redeems how often and where. Each member is counted once, under
// whatever names; a redemption of several programmes is one.
func UsageOf(programmes []points.Programme, list []Redemption) Usage {
	known, times, at, foreign := byID(programmes), map[string]map[string]bool{}, map[string]map[string]bool{},
		map[string]bool{}
	for _, r := range list {
		if times[r.Member] == nil {
			times[r.Member], at[r.Member] = map[string]bool{}, map[string]bool{}
		}
		times[r.Member][r.Of], at[r.Member][r.Acceptor] = true, true
		foreign[r.Of] = foreign[r.Of] || known[r.Programme].Issuer != r.Acceptor
	}
	var u Usage
	var twice, elsewhere, strange amount.Units
	for m := range times {
		if len(times[m]) > 1 {
			twice++
		}
		if len(at[m]) > 1 {
			elsewhere++
		}
	}
	for _, f := range foreign {
		if f {
			strange++
		}
	}
	u.Members = len(times)
	all := amount.Units(u.Members)
	u.Repurchase, u.Elsewhere, u.Foreign = RateOf(twice, all), RateOf(elsewhere, all),
		RateOf(strange, amount.Units(len(foreign)))
	return u
}

// Crossing is what of one programme became points of another (交叉换算).
type Crossing struct {
	From   string       `json:"from"`
	To     string       `json:"to"`
	Times  int          `json:"times"`
	Points amount.Units `json:"points"` // of To that came
}

// Crossings sums conversions up by the two programmes.
func Crossings(list []Conversion) []Crossing {
	sums := map[[2]string]*Crossing{}
	for _, c := range list {
		k := [2]string{c.From, c.To}
		if sums[k] == nil {
			sums[k] = &Crossing{From: c.From, To: c.To}
		}
		sums[k].Points = sums[k].Points.AddUpTo(c.Points)
		sums[k].Times++
	}
	crossings := make([]Crossing, 0, len(sums))
	for _, c := range sums {
		crossings = append(crossings, *c)
	}
	slices.SortFunc(crossings,
		func(a, b Crossing) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return crossings
}

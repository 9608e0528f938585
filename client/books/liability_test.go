package books

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
)

const november date.Date = 20780 // 2026-11-23

var one = amount.Rate{Num: 1, Den: 1}

func lotNumber(i int) number.Row {
	return number.Command{Party: "G", Lane: 1, Seq: uint64(i + 1)}.Row(0)
}

// root is a lot of GP in which its points were issued, all of them available.
func root(i int, issued amount.Units) Lot {
	return Lot{Number: lotNumber(i), Root: lotNumber(i), Issuer: "G", Programme: "GP", Party: "G",
		Origin: points.Issued,
		Born:   november, Expires: november + 400, Issued: issued, Available: issued}
}

// policy expects a share of GP to be redeemed.
func policy(t interface{ Fatal(...any) }, rate string) Policy {
	parsed, err := amount.ParseRate(rate)
	if err != nil {
		t.Fatal(err)
	}
	var p Policy
	if err := p.Expect("GP", 0, parsed); err != nil {
		t.Fatal(err)
	}
	return p
}

func lineAt(t interface{ Fatal(...any) }, p Policy, price amount.Rate, today date.Date, lots ...Lot) Line {
	s := NewCensus(p, []points.Programme{{ID: "GP", Issuer: "G", Price: price}})
	for _, l := range lots {
		if err := s.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	lines, err := s.Liability(today)
	if err != nil || len(lines) != 1 {
		t.Fatal(lines, err)
	}
	return lines[0]
}

// TestPlan: what is recognised, released and owed, at every turn of a lot's life, of points that were given, sold for a
// price that allocates their whole stand-alone price of 800 to them, and exchanged. 800 of 1,000 are expected.
func TestPlan(t *testing.T) {
	for _, c := range []struct {
		name                              string
		rate                              string
		lot                               func(*Lot)
		allocated, released, use, br, due amount.Units
		exceeded                          bool
	}{
		{"given", "0.8", func(*Lot) {}, 800, 0, 0, 0, 800, false},
		{"half of what is expected", "0.8", func(l *Lot) { l.Available = 600 }, 800, 0, 400, 0, 400, false},
		{"held points are outstanding", "0.8", func(l *Lot) { l.Available, l.Held = 500, 100 }, 800, 0, 400, 0, 400,
			false},
		{"all that is expected", "0.8", func(l *Lot) { l.Available = 200 }, 800, 0, 800, 0, 0, false},
		{"more than is expected", "0.8", func(l *Lot) { l.Available = 100 }, 800, -100, 900, 0, 0, true},
		{"every one", "0.8", func(l *Lot) { l.Available = 0 }, 800, -200, 1000, 0, 0, false},
		{"converted is redeemed", "0.8", func(l *Lot) { l.Available, l.Converted = 600, 400 }, 800, 0, 400, 0, 400,
			false},
		{"expired, none redeemed", "0.8", func(l *Lot) { l.Available, l.Expired = 0, 1000 }, 800, 800, 0, 0, 0, false},
		{"expired, some redeemed", "0.8", func(l *Lot) { l.Available, l.Expired = 0, 600 }, 800, 400, 400, 0, 0, false},
		{"a part expired: fewer can come", "0.8", func(l *Lot) { l.Available, l.Expired = 100, 700 }, 800, 500, 200, 0,
			100, false},
		{"a part expired, enough can still come", "0.8", func(l *Lot) { l.Available, l.Expired = 700, 100 }, 800, 0,
			200, 0, 600, false},
		{"a part revoked", "0.8", func(l *Lot) { l.Available, l.Revoked = 500, 500 }, 400, 0, 0, 0, 400, false},
		{"all revoked", "0.8", func(l *Lot) { l.Available, l.Revoked = 0, 1000 }, 0, 0, 0, 0, 0, false},
		{"nothing is expected to break", "1", func(l *Lot) { l.Available = 600 }, 1000, 0, 400, 0, 600, false},
		{"nothing is expected to be redeemed", "0", func(*Lot) {}, 0, 0, 0, 0, 0, false},
		{"exchanged: at what it is worth", "0.8", func(l *Lot) { l.Origin, l.Available = points.Converted, 600 }, 1000,
			0, 400, 100, 500, false},
		{"exchanged, expired", "0.8", func(l *Lot) { l.Origin, l.Available, l.Expired = points.Converted, 0, 1000 },
			1000, 0, 0, 1000, 0, false},
		{"exchanged, all that is expected", "0.8", func(l *Lot) { l.Origin, l.Available = points.Converted, 200 }, 1000,
			0, 800, 200, 0, false},
	} {
		lot := root(0, 1000)
		c.lot(&lot)
		l := lineAt(t, policy(t, c.rate), one, november, lot)
		if l.Allocated != c.allocated || l.Released != c.released || l.RecognisedUse != c.use ||
			l.RecognisedBreak != c.br || l.Liability != c.due || l.Exceeded != c.exceeded {
			t.Errorf("%s: allocated %d, released %d, used %d, broken %d, owed %d, exceeded %v", c.name, l.Allocated,
				l.Released, l.RecognisedUse, l.RecognisedBreak, l.Liability, l.Exceeded)
		}
	}
}

// TestGiftsAreAProvision: what was given is no contract liability, what was received for is no provision.
func TestGiftsAreAProvision(t *testing.T) {
	p := policy(t, "0.8")
	p.Sales = map[number.Row]amount.Units{lotNumber(1): 1600}
	swapped := root(2, 100)
	swapped.Origin = points.Converted
	l := lineAt(t, p, one, november, root(0, 1000), root(1, 1000), swapped)
	if l.Provision != 800 || l.Contract != 533+100 || l.Liability != 1433 { // 1,600 × 800 ⁄ 2,400
		t.Errorf("%+v", l.Figures)
	}
}

// TestABetterEstimate: of points that were given the provision is what is expected now (CAS 13 §12); of those that were
// sold what was received is recognised over what is expected now (IFRS 15.B46).
func TestABetterEstimate(t *testing.T) {
	for _, c := range []struct {
		later                                   string
		released, provision, use, br, liability amount.Units
	}{
		{"0.8", 0, 400, 400, 0, 400},
		{"0.5", 300, 100, 400, 240, 160}, // 800 × 400 ⁄ 500 are recognised, 400 of them because of redemption
		{"1", -200, 600, 320, 0, 480},
		{"0", 400, 0, 400, 400, 0},
	} {
		p := policy(t, "0.8")
		rate, err := amount.ParseRate(c.later)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Expect("GP", MonthOf(november)+1, rate); err != nil {
			t.Fatal(err)
		}
		lot := root(0, 1000)
		lot.Available = 600
		if l := lineAt(t, p, one, november+31, lot); l.Released != c.released || l.Provision != c.provision ||
			l.RecognisedBreak != 0 {
			t.Errorf("given, then %s: %+v", c.later, l.Figures)
		}
		p.Sales = map[number.Row]amount.Units{
			lotNumber(0): 1_000_000_000,
		} // so dear that the points get their whole price
		if l := lineAt(t, p, one, november+31, lot); l.Allocated != 800 || l.RecognisedUse != c.use ||
			l.RecognisedBreak != c.br || l.Contract != c.liability {
			t.Errorf("sold, then %s: %+v", c.later, l.Figures)
		}
	}
}

// TestStandardsExample: IFRS 15, Example 52. Goods for 100,000 come with 10,000 points
// of 1 each, 9,500 of which are expected to be redeemed; 4,500 are in the first year,
// 4,000 more in the second, when 9,700 are expected.
func TestStandardsExample(t *testing.T) {
	p := policy(t, "0.95")
	if err := p.Expect("GP", MonthOf(november)+12, amount.Rate{Num: 97, Den: 100}); err != nil {
		t.Fatal(err)
	}
	p.Sales = map[number.Row]amount.Units{lotNumber(0): 100_000}
	lot := root(0, 10_000)
	for _, c := range []struct {
		left                  amount.Units
		on                    date.Date
		recognised, liability amount.Units
	}{{10_000, november, 0, 8676}, {5500, november + 300, 4110, 4566}, {1500, november + 500, 7603, 1073}} {
		lot.Available = c.left
		l := lineAt(t, p, one, c.on, lot)
		if l.Allocated != 8676 || l.AllocatedSold != 8676 || l.RecognisedUse != c.recognised ||
			l.RecognisedBreak != 0 || l.Contract != c.liability {
			t.Errorf("%d left: %+v", c.left, l.Figures)
		}
	}
}

// TestStoryOfTheCar: 20,000 points on a car of 168,000 yuan are a liability of 16,983.
func TestStoryOfTheCar(t *testing.T) {
	p := policy(t, "0.85")
	p.Sales = map[number.Row]amount.Units{lotNumber(0): 16_800_000}
	if l := lineAt(t, p, one, november, root(0, 20_000)); l.Liability != 16_983 || l.WillBreak != 3000 {
		t.Errorf("%+v", l.Figures)
	}
	half := root(0, 20_000)
	half.Available, half.Revoked = 10_000, 10_000
	if l := lineAt(t, p, one, november, half); l.Liability != 8492 { // of 16,983, half to even
		t.Errorf("half of it revoked: %+v", l.Figures)
	}
}

// TestAgesAndEnds: points are shown by the month of issue of their root, and by the
// month in which they end.
func TestAgesAndEnds(t *testing.T) {
	old := root(0, 100)
	old.Born, old.Available, old.Expires = november-400, 40, november-30
	child := Lot{Number: lotNumber(1), Root: lotNumber(0), Issuer: "G", Programme: "GP", Party: "G",
		Origin: points.Issued, Born: november - 400, Expires: november + 10, Available: 20}
	l := lineAt(t, policy(t, "1"), one, november, old, child, root(2, 50))
	if len(l.Ages) != 2 || l.Ages[0].Months != "0-2" || l.Ages[0].Issued != 50 || l.Ages[1].Months != "12-23" ||
		l.Ages[1].Outstanding != 60 || l.Ages[1].Redeemed != 40 || l.Ages[1].Liability != 60 {
		t.Errorf("%+v", l.Ages)
	}
	want := []Owe{{"past", 40, "40"}, {"1-3", 20, "20"}, {"13+", 50, "50"}}
	if len(l.Due) != 3 || l.Due[0] != want[0] || l.Due[1] != want[1] || l.Due[2] != want[2] {
		t.Errorf("%+v", l.Due)
	}
}

// drawn is a lot in some state that it can be in.
func drawn(t *rapid.T, i int) Lot {
	rest := amount.Units(rapid.Int64Range(1, 5000).Draw(t, "issued"))
	lot := root(i, rest)
	lot.Born = november - date.Date(rapid.IntRange(0, 900).Draw(t, "age"))
	lot.Origin = rapid.SampledFrom([]points.Origin{points.Issued, points.Converted, points.Adjusted}).Draw(t, "origin")
	for _, part := range []*amount.Units{&lot.Available, &lot.Held, &lot.Converted, &lot.Expired, &lot.Revoked} {
		*part = amount.Units(rapid.Int64Range(0, int64(rest)).Draw(t, "part"))
		rest -= *part
	}
	return lot
}

// TestLiabilityAddsUp: whatever became of the points, allocated = used + broken + owed,
// no part is under 0, nothing outstanding is nothing owed, and another redemption
// recognises no less.
func TestLiabilityAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.SampledFrom([]string{"0", "1/3", "0.85", "1"}).Draw(t, "rate")
		price := rapid.SampledFrom([]amount.Rate{one, {Num: 4, Den: 5}, {Num: 1, Den: 3}}).Draw(t, "price")
		p := policy(t, rate)
		p.Sales = map[number.Row]amount.Units{}
		var lots []Lot
		for i := range rapid.IntRange(1, 6).Draw(t, "lots") {
			lots = append(lots, drawn(t, i))
			if rapid.Bool().Draw(t, "sold") {
				p.Sales[lotNumber(i)] = amount.Units(rapid.Int64Range(1, 1_000_000).Draw(t, "sale"))
			}
		}
		l := lineAt(t, p, price, november, lots...)
		adds(t, l.Figures)
		if l.Outstanding == 0 && l.Liability != 0 {
			t.Fatalf("nothing is outstanding: %+v", l.Figures)
		}
		var points, issued amount.Units
		owed := new(big.Rat)
		for _, d := range l.Due {
			points += d.Points
			part, _ := new(big.Rat).SetString(d.Liability)
			owed.Add(owed, part)
		}
		for _, a := range l.Ages {
			issued += a.Issued
			adds(t, a.Figures)
		}
		if off := owed.Sub(owed, ratio(l.Liability)); points != l.Outstanding || issued != l.Issued ||
			off.Abs(off).Cmp(ratio(2)) >= 0 {
			t.Fatalf("%+v: ages and ends come to %d, %d, off by %s", l, points, issued, off)
		}
		spent := l.RecognisedUse + l.RecognisedBreak
		if lots[0].Available > 0 && !l.Exceeded {
			lots[0].Available--
			if more := lineAt(t, p, price, november, lots...); more.RecognisedUse+more.RecognisedBreak < spent {
				t.Fatalf("%+v, then %+v", l.Figures, more.Figures)
			}
		}
	})
}

func adds(t interface{ Fatalf(string, ...any) }, f Figures) {
	if f.Allocated != f.Released+f.RecognisedUse+f.RecognisedBreak+f.Liability ||
		f.Liability != f.Provision+f.Contract || f.Allocated != f.AllocatedGranted+f.AllocatedSold+f.AllocatedFor ||
		f.Issued != f.Redeemed+f.Converted+f.Expired+f.Outstanding {
		t.Fatalf("%+v doesn't add up", f)
	}
	for _, n := range []amount.Units{f.RecognisedUse, f.RecognisedGiven, f.RecognisedBreak, f.Provision, f.Contract,
		f.ElsewhereGiven, f.ElsewhereSold, f.AllocatedGranted, f.AllocatedSold, f.AllocatedFor, f.WillBreak,
		f.PlannedBreak} {
		if n < 0 {
			t.Fatalf("%+v: a part is under 0", f)
		}
	}
}

// TestTheWayDoesNotMatter: issue, redeem, refund, redeem comes to the same as issue,
// redeem; and a refund takes back exactly what its redemption recognised.
func TestTheWayDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		issued := rapid.Int64Range(1, 100_000).Draw(t, "issued")
		first := rapid.Int64Range(0, issued).Draw(t, "first")
		back := rapid.Int64Range(0, first).Draw(t, "back")
		p := policy(t, rapid.SampledFrom([]string{"0.5", "0.85", "1"}).Draw(t, "rate"))
		at := func(left int64) Figures {
			lot := root(0, amount.Units(issued))
			lot.Available = amount.Units(left)
			return lineAt(t, p, one, november, lot).Figures
		}
		before, redeemed := at(issued-first+back), at(issued-first)
		left := issued
		for _, move := range []int64{-first, back, -back} {
			left += move
		}
		if after := at(left); after != redeemed {
			t.Fatalf("%+v, not %+v", after, redeemed)
		}
		if before.Liability < redeemed.Liability {
			t.Fatalf("a refund of %d lowers what is owed from %d to %d", back, redeemed.Liability, before.Liability)
		}
	})
}

// TestExpiryOfARefundedLot: a refund after the end makes a lot of its own, with the age
// of the first one.
func TestExpiryOfARefundedLot(t *testing.T) {
	ended := root(0, 100)
	ended.Available, ended.Expired = 0, 60 // 40 were redeemed, and 10 of them came back
	back := Lot{Number: lotNumber(1), Root: ended.Number, Issuer: "G", Programme: "GP", Party: "G",
		Origin: points.Issued, Born: november, Expires: november + 30, Available: 10}
	l := lineAt(t, policy(t, "1"), one, november, ended, back)
	if l.Redeemed != 30 || l.Outstanding != 10 || l.Expired != 60 || l.RecognisedUse != 30 || l.Released != 60 ||
		l.Provision != 10 {
		t.Errorf("%+v", l.Figures)
	}
}

func TestReadPolicy(t *testing.T) {
	p, err := ReadPolicy(
		strings.NewReader("redemption:\n  GP: {2026-11: \"0.85\", 2027-06: \"9/10\"}\nsales:\n  G.0.3.0.0: 168000\n"))
	if err != nil {
		t.Fatal(err)
	}
	lot := number.Command{Party: "G", Seq: 3}.Row(0)
	for month, want := range map[Month]string{MonthOf(november) - 1: "1", MonthOf(november): "17/20",
		MonthOf(november) + 6: "17/20", MonthOf(november) + 7: "9/10", MonthOf(november) + 99: "9/10"} {
		if got := p.At("GP", month); got.String() != want {
			t.Errorf("%s: %s", month, got)
		}
	}
	if p.Sales[lot] != 16_800_000 || p.At("DP", 0) != one {
		t.Errorf("%+v", p)
	}
	for name, bad := range map[string]string{
		"more than the whole": "redemption: {GP: {2026-11: \"1.2\"}}", "no month": "redemption: {GP: {soon: \"1\"}}",
		"no rate":      "redemption: {GP: {2026-11: much}}",
		"no programme": "redemption: {\"G P\": {2026-11: \"1\"}}", "no lot": "sales: {G.0.3: 5}",
		"sale of nothing": "sales: {G.0.3.0.0: 0}", "unknown part": "rates: {}", "no YAML": "\t",
	} {
		if _, err := ReadPolicy(strings.NewReader(bad)); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p, err := ReadPolicy(strings.NewReader("")); err != nil || p.At("GP", 0) != one {
		t.Errorf("an empty policy: %+v, %v", p, err)
	}
}

func TestExpectIsBounded(t *testing.T) {
	var p Policy
	for i := range Month(MaxRates) {
		if err := p.Expect("GP", i, one); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Expect("GP", 3, amount.Rate{Num: 1, Den: 2}); err != nil || p.At("GP", 3).String() != "1/2" {
		t.Errorf("a change of a change: %v", err)
	}
	if err := p.Expect("GP", MaxRates, one); fault.CodeOf(err) != fault.Limit {
		t.Errorf("%v", err)
	}
}

// TestNothingIsTooMuchToBook: absurd counts and prices keep no books from being made, and the parts still add up.
func TestNothingIsTooMuchToBook(t *testing.T) {
	for _, c := range []struct {
		name  string
		lots  int
		price amount.Units
	}{{"one lot at 3 fen", 1, 3}, {"two lots", 2, 1}, {"at the highest price", 1, amount.Max},
		{"more lots than are counted", 1100, amount.Max}} {
		for _, came := range []func(*Lot){
			func(*Lot) {}, func(l *Lot) { l.Available /= 2 }, func(l *Lot) { l.Available, l.Own = 0, l.Issued },
			func(l *Lot) { l.Available, l.Expired = 0, l.Issued },
			func(l *Lot) { l.Available, l.Revoked = 0, l.Issued },
			func(l *Lot) { l.Origin = points.Converted }, func(l *Lot) { l.Origin, l.Available = points.Converted, 9 },
		} {
			var lots []Lot
			for i := range c.lots {
				lot := root(i, amount.Max)
				came(&lot)
				lots = append(lots, lot)
			}
			p := policy(t, "0.7")
			p.Sales = map[number.Row]amount.Units{lotNumber(0): amount.Max}
			f := lineAt(t, p, amount.Rate{Num: c.price, Den: 1}, november, lots...).Figures
			granted, used := f.AllocatedGranted+f.AllocatedSold+f.AllocatedFor,
				f.Released+f.RecognisedUse+f.RecognisedBreak+f.Liability
			if f.Allocated != granted || f.Allocated != used || f.Liability != f.Provision+f.Contract {
				t.Errorf("%s: %+v", c.name, f)
			}
			if f.Provision < 0 || f.Contract < 0 || f.Allocated < 0 || f.Allocated > 2*amount.Max {
				t.Errorf("%s: %+v", c.name, f)
			}
		}
	}
}

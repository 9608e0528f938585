package campaign

import (
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

// exactly is what a rule of 1/den points a fen gives for so many fen.
func exactly(fen, den amount.Units) *amount.Exact {
	sum := new(amount.Exact)
	sum.Add(fen, amount.Rate{Num: 1, Den: den})
	return sum
}

func TestPointsAreRoundedOnce(t *testing.T) {
	rule := func(num, den, bonus, most amount.Units) Gives {
		return Gives{
			Programme: "GP", Rule: "spend", Times: amount.Rate{Num: num, Den: den}, Bonus: bonus, PerAward: most,
		}
	}
	for name, c := range map[string]struct {
		gives    Gives
		earned   *amount.Exact
		rounding amount.Rounding
		want     amount.Units
		code     fault.Code
	}{
		"the bonus alone":                    {Gives{Bonus: 3000}, nil, amount.Down, 3000, ""},
		"as the rule":                        {rule(1, 1, 0, 0), exactly(1234, 100), amount.Down, 12, ""},
		"3 × 1/3 is one, not three nothings": {rule(3, 1, 0, 0), exactly(1, 3), amount.Down, 1, ""},
		"2/3 × 3/2 is one, not 1 × 3/2":      {rule(3, 2, 0, 0), exactly(2, 3), amount.HalfEven, 1, ""},
		"a half to the even one":             {rule(1, 2, 0, 0), exactly(5, 1), amount.HalfEven, 2, ""},
		"up":                                 {rule(1, 2, 0, 0), exactly(5, 1), amount.Up, 3, ""},
		"and the bonus":                      {rule(1, 2, 7, 0), exactly(5, 1), amount.Down, 9, ""},
		"at most":                            {rule(2, 1, 7, 9), exactly(5, 1), amount.Down, 9, ""},
		"less than the limit":                {rule(1, 1, 3, 9), exactly(5, 1), amount.Down, 8, ""},
		"no point":                           {rule(1, 2, 0, 0), exactly(1, 1), amount.Down, 0, fault.Insufficient},
		"too many":                           {rule(amount.Max, 1, 0, 9), exactly(2, 1), amount.Down, 0, fault.Limit},
		"too many with the bonus":            {rule(amount.Max, 1, 1, 9), exactly(1, 1), amount.Down, 0, fault.Limit},
	} {
		if got, err := c.gives.Points(c.earned, c.rounding); got != c.want || fault.CodeOf(err) != c.code {
			t.Errorf("%s: %d, %v", name, got, err)
		}
	}
}

func drawFunders(t *rapid.T) Campaign {
	c := Campaign{By: "none of them"}
	for range rapid.IntRange(1, MaxFunders).Draw(t, "funders") {
		c.Funders = append(c.Funders, Funder{Parts: amount.Units(rapid.Int64Range(1, 100).Draw(t, "parts"))})
	}
	return c
}

// What the funders bear sums to what is given, each within one of its exact share, and nobody's fen are less than the
// worth of its points, or a fen more: what counts towards a budget isn't had for nothing.
func TestSharesSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawFunders(t)
		units := amount.Units(rapid.Int64Range(0, 1_000_000).Draw(t, "points"))
		num, den := rapid.Int64Range(1, 9).Draw(t, "num"), rapid.Int64Range(1, 9).Draw(t, "den")
		whole := amount.Units(0)
		for _, f := range c.Funders {
			whole += f.Parts
		}
		borne, err := c.BearPoints(units, amount.Rate{Num: amount.Units(num), Den: amount.Units(den)})
		if err != nil {
			t.Fatal(err)
		}
		sum := amount.Units(0)
		for i, b := range borne {
			sum += b.Points
			if off := b.Points*whole - units*c.Funders[i].Parts; off <= -whole || off >= whole {
				t.Fatalf("%d of %d for %d of %d", b.Points, units, c.Funders[i].Parts, whole)
			}
			if off := int64(b.Fen)*den - int64(b.Points)*num; off < 0 || off >= den {
				t.Fatalf("%d points at %d/%d are %d fen", b.Points, num, den, b.Fen)
			}
		}
		if sum != units {
			t.Fatalf("the shares of %d sum to %d", units, sum)
		}
		uses := uint16(rapid.IntRange(1, 500).Draw(t, "uses"))
		if borne, err = c.BearUses(units, uses); err != nil {
			t.Fatal(err)
		}
		if cost, err := Cost(borne); err != nil || cost != units*amount.Units(uses) {
			t.Fatalf("%d uses of %d cost %d, %v", uses, units, cost, err)
		}
	})
}

func TestBearingHasALimit(t *testing.T) {
	c := Campaign{By: "G", Funders: []Funder{{Party: "D", Parts: 1}, {Party: "G", Parts: 1}}}
	if _, err := c.BearPoints(amount.Max, amount.Rate{Num: 3, Den: 1}); fault.CodeOf(err) != fault.Limit {
		t.Errorf("points: %v", err)
	}
	if _, err := c.BearUses(amount.Max, 3); fault.CodeOf(err) != fault.Limit {
		t.Errorf("uses: %v", err)
	}
	if _, err := Cost([]Borne{{Fen: amount.Max}, {Fen: 1}}); fault.CodeOf(err) != fault.Limit {
		t.Errorf("the sum: %v", err)
	}
}

func TestCountOne(t *testing.T) {
	c := Campaign{Terms: Terms{PerMember: 2}}
	n, err := Count{Awards: 1}.One(c)
	if err != nil || n.Awards != 2 {
		t.Errorf("%+v, %v", n, err)
	}
	if _, err := n.One(c); fault.CodeOf(err) != fault.Limit {
		t.Errorf("a third: %v", err)
	}
}

package spend

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/number"
)

var command = number.Command{Party: "G", Lane: 1, Seq: 1}

// drawLine is a line of up to eight pieces of three programmes and funders.
func drawLine(t *rapid.T) Line {
	var line Line
	for i := range rapid.IntRange(1, 8).Draw(t, "pieces") {
		line = append(line, Piece{
			Lot: command.Row(i), Programme: rapid.SampledFrom([]string{"GP", "FP", "MP"}).Draw(t, "programme"),
			Funder: rapid.SampledFrom([]string{"G", "F", "D"}).Draw(t, "funder"),
			Amount: amount.Units(rapid.Int64Range(1, 40).Draw(t, "amount")),
		})
	}
	return line
}

// byPoint writes a line out point by point: whose lot each is.
func byPoint(line Line) []number.Row {
	var out []number.Row
	for _, p := range line {
		for range p.Amount {
			out = append(out, p.Lot)
		}
	}
	return out
}

// TestBetweenByPoint holds Between against a line written out point by point.
func TestBetweenByPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := drawLine(t)
		out := byPoint(line)
		from := rapid.IntRange(0, len(out)).Draw(t, "from")
		to := rapid.IntRange(from, len(out)).Draw(t, "to")
		part := line.Between(amount.Units(from), amount.Units(to))
		if got := byPoint(part); !slices.Equal(got, out[from:to]) {
			t.Fatalf("%d..%d of %+v: %v", from, to, line, got)
		}
		if part.Sum() != amount.Units(to-from) {
			t.Fatalf("%d..%d sum to %d", from, to, part.Sum())
		}
	})
}

// What programmes' parts sum to is what the line does.
func TestByProgrammeLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := drawLine(t)
		sum := amount.Units(0)
		for _, m := range line.ByProgramme() {
			of := slices.DeleteFunc(slices.Clone(line), func(p Piece) bool { return p.Programme != m.Programme })
			if of.Sum() != m.Amount {
				t.Fatalf("%+v of %+v", m, line)
			}
			sum += m.Amount
		}
		if sum != line.Sum() {
			t.Fatalf("%d of %+v", sum, line)
		}
	})
}

func TestByProgrammeKeepsTheOrder(t *testing.T) {
	for _, c := range []struct {
		name string
		line Line
		want []Moved
	}{
		{"nothing", nil, nil},
		{"one", Line{{Programme: "GP", Amount: 3}}, []Moved{{"GP", 3}}},
		{"two, one of them twice",
			Line{{Programme: "GP", Amount: 1}, {Programme: "DP", Amount: 2}, {Programme: "GP", Amount: 3}},
			[]Moved{{"GP", 4}, {"DP", 2}}},
	} {
		if got := c.line.ByProgramme(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

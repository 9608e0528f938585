package points

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/spend"
)

func TestCheckPieces(t *testing.T) {
	for _, c := range []struct {
		name   string
		pieces []spend.Take
		code   fault.Code
	}{
		{"one", pieces(1), ""},
		{"64", many(MaxPieces), ""},
		{"none", nil, fault.BadRequest},
		{"65", many(MaxPieces + 1), fault.BadRequest},
		{"no lot", []spend.Take{{Amount: 1}}, fault.BadRequest},
		{"nothing of it", pieces(0), fault.BadRequest},
		{"too much of it", pieces(amount.Max + 1), fault.Limit},
		{"all there is", pieces(amount.Max-1, 1), ""},
		{"more in two", pieces(amount.Max, 1), fault.Limit},
		{"a lot twice", []spend.Take{{Lot: lotA, Amount: 1}, {Lot: lotA, Amount: 2}}, fault.BadRequest},
	} {
		expect(t, c.name, checkPieces(c.pieces), c.code)
	}
}

// drawLine is a line of up to eight pieces of three programmes and funders.
func drawLine(t *rapid.T) spend.Line {
	var line spend.Line
	for i := range rapid.IntRange(1, 8).Draw(t, "pieces") {
		line = append(line, spend.Piece{
			Lot: lotA.Command.Row(i), Programme: rapid.SampledFrom([]string{"GP", "FP", "MP"}).Draw(t, "programme"),
			Funder: rapid.SampledFrom([]string{"G", "F", "D"}).Draw(t, "funder"), Amount: drawUnits(t, 1, 40, "amount"),
		})
	}
	return line
}

type owes struct{ funder, programme string }

// The points owed for over any partition of a line are those of all of it, and each part says how many went before.
func TestOwingOfPartsIsOwingOfAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := drawLine(t)
		seen := map[owes]amount.Units{}
		for at := amount.Units(0); at < line.Sum(); {
			to := at + drawUnits(t, 1, int64(line.Sum()-at), "part")
			for _, o := range Owing(line, at, to) {
				if o.Before != seen[owes{o.Funder, o.Programme}] || o.Points < 1 {
					t.Fatalf("%+v after %v", o, seen)
				}
				seen[owes{o.Funder, o.Programme}] += o.Points
			}
			at = to
		}
		for _, p := range line {
			seen[owes{p.Funder, p.Programme}] -= p.Amount
		}
		for k, n := range seen {
			if n != 0 {
				t.Fatalf("%v: %d points too many", k, n)
			}
		}
	})
}

func TestOwingInOrder(t *testing.T) {
	line := spend.Line{
		{Lot: lotA, Programme: "MP", Funder: "M", Amount: 1}, {Lot: lotB, Programme: "GP", Funder: "D", Amount: 2},
		{Lot: lotB.Command.Row(2), Programme: "MP", Funder: "M", Amount: 2},
	}
	for _, c := range []struct {
		from, to amount.Units
		want     []Debt
	}{
		{0, 1, []Debt{{"M", "MP", 1, 0}}},
		{3, 4, []Debt{{"M", "MP", 1, 1}}},
		{4, 5, []Debt{{"M", "MP", 1, 2}}},
		{0, 5, []Debt{{"M", "MP", 3, 0}, {"D", "GP", 2, 0}}},
		{2, 2, nil},
	} {
		if got := Owing(line, c.from, c.to); !slices.Equal(got, c.want) {
			t.Errorf("%d..%d: %+v", c.from, c.to, got)
		}
	}
}

func TestGive(t *testing.T) {
	lots := []Lot{{Programme: "GP"}, {Programme: "DP"}, {Programme: "GP"}}
	if got := Give(pieces(1, 2, 3), lots); !slices.Equal(got, []spend.Moved{{Programme: "GP", Amount: 4},
		{Programme: "DP", Amount: 2}}) {
		t.Errorf("%v", got)
	}
}

func TestGiveBack(t *testing.T) {
	lot := with(active("GP", 100, today-1), func(l *Lot) { l.Placed = 60 })
	got, broken := GiveBack(lot, spend.Piece{Lot: lotA, Amount: 20})
	if broken != 0 || got.Placed != 40 || got.Available() != 60 || got.State != Active {
		t.Errorf("not ended yet: %+v, %d", got, broken)
	}
	lot.State, lot.Expired = Expired, 40
	got, broken = GiveBack(lot, spend.Piece{Lot: lotA, Amount: 20})
	if broken != 20 || got.Placed != 40 || got.Expired != 60 || got.Available() != 0 || !whole(got) {
		t.Errorf("ended: %+v, %d", got, broken)
	}
}

func TestUnwind(t *testing.T) {
	lot := with(active("GP", 100, today), func(l *Lot) { l.Placed, l.Funder, l.Waits = 60, "D", today+40 })
	piece := spend.Piece{Lot: lotA, Programme: "GP", Amount: 20}
	for _, c := range []struct {
		name  string
		state LotState
		last  date.Date
		grace uint16
		child date.Date // 0: none
	}{
		{"on the last day", Active, today, 0, 0},
		{"moved on by a sliding rule", Active, today + 9, 7, 0},
		{"after the last day", Active, today - 1, 0, today + 30},
		{"after the last day, with a grace", Active, today - 1, 7, today + 7},
		{"ended", Expired, today - 1, 1, today + 1},
	} {
		start := with(lot, func(l *Lot) { l.State = c.state })
		next, child := Unwind(start, piece, Rules{Grace: c.grace}, c.last, today)
		if c.child == 0 {
			if child != nil || next.Placed != 40 || next.Available() != 60 {
				t.Errorf("%s: %+v, %+v", c.name, next, child)
			}
			continue
		}
		if next.Placed != 60 || next.State != c.state {
			t.Errorf("%s: the old lot changed: %+v", c.name, next)
		}
		if child == nil || child.Issued != 20 || child.Expires != c.child || child.Origin != Refunded ||
			child.Origin.New() || child.Parent != lotA ||
			child.Member != "li" || child.Funder != "D" || child.State != Active || child.Waits != today+40 ||
			child.Programme != "GP" {
			t.Errorf("%s: %+v", c.name, child)
		}
	}
}

package goods

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/spend"

	"pgregory.net/rapid"
)

// dear is a delivered order of so many units at a price, all paid with points of one programme.
func dear(units uint32, fen amount.Units, value amount.Rate, points amount.Units) Order {
	return Order{
		Seller: "D", Member: "li", Tenders: []Tender{{Programme: "GP", Value: value}}, ReturnDays: 9, AnswerDays: 5,
		Parts: []Part{{Supplier: "care", Party: "S", State: Delivered, Since: today,
			Lines:  []Line{{SKU: "kit", Version: 1, Quantity: units, Fen: fen}},
			Pieces: spend.Line{{Programme: "GP", Funder: "G", Amount: points}}}},
	}
}

// giveBack returns units of the order's only line, and answers the points that came back.
func giveBack(t fataler, o Order, n uint32) (Order, amount.Units) {
	t.Helper()
	next, back, err := o.RequestReturn("D", RequestReturnRequest{Part: 1, Line: 1, Quantity: n, Reason: "x"}, by("D"))
	if err != nil {
		t.Fatalf("%v", err)
	}
	back.State = Received
	next, back, _, _, err = next.Refund(back, RefundRequest{}, "c", by("D"))
	if err != nil {
		t.Fatalf("%v", err)
	}
	return next, back.Pieces.Sum()
}

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

// Half of what one dear point paid is half a point: it comes back with the first half, not with none.
func TestHalfOfADearPoint(t *testing.T) {
	o, first := giveBack(t, dear(2, 50, amount.Rate{Num: 100, Den: 1}, 1), 1)
	if _, second := giveBack(t, o, 1); first != 1 || second != 0 {
		t.Errorf("%d, then %d", first, second)
	}
	for units, want := range map[uint32]amount.Units{1: 0, 2: 1, 3: 1, 4: 1} {
		if _, got := giveBack(t, dear(4, 30, amount.Rate{Num: 120, Den: 1}, 1), units); got != want {
			t.Errorf("%d quarters of a point: %d, want %d", units, got, want)
		}
	}
}

// Whatever is returned in whatever quantities, what has come back is worth what was returned within half a
// point, and in the end all of it.
func TestReturnsAreFairWithinHalfAPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := rapid.Uint32Range(1, 9).Draw(t, "units")
		value := amount.Units(rapid.IntRange(1, 300).Draw(t, "fen a point"))
		points := amount.Units(units) * amount.Units(rapid.IntRange(1, 20).Draw(t, "points a unit, in ninths"))
		fen := points * value / amount.Units(units)
		o := dear(units, fen, amount.Rate{Num: value, Den: 1}, points)
		sum, gone := amount.Units(0), amount.Units(0)
		for left := units; left > 0; {
			n := rapid.Uint32Range(1, left).Draw(t, "returned")
			next, got := giveBack(t, o, n)
			o, left, sum, gone = next, left-n, sum+got, gone+fen*amount.Units(n)
			if off := 2 * (sum*value - gone); off < -value || off > value {
				t.Fatalf("%d points for %d fen", sum, gone)
			}
		}
		if sum != points {
			t.Fatalf("%d of %d points", sum, points)
		}
	})
}

// What accepting an order would make the parties owe is bounded when it is placed.
func TestWhatCouldNotBeAcceptedIsNotPlaced(t *testing.T) {
	for _, c := range []struct {
		parts, pieces, lines int
		want                 fault.Code
	}{{1, 64, 64, ""}, {2, 48, 32, ""}, {2, 48, 33, fault.Limit}} {
		var parts []Part
		for range c.parts {
			parts = append(parts, Part{
				Delivery: Virtual, Pieces: make(spend.Line, c.pieces), Lines: make([]Line, c.lines),
			})
		}
		parts = append(parts, Part{Delivery: Counter, Pieces: make(spend.Line, 64), Lines: make([]Line, 64)})
		if err := checkEnds(parts); fault.CodeOf(err) != c.want {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

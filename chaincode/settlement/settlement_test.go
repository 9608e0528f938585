package settlement

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

func TestMovingTheDate(t *testing.T) {
	cycle := Open("2026-11", 20758)
	cycle.Moved = 1_000_000
	for _, c := range []struct {
		name    string
		to      date.Date
		upTo    date.Date
		after   int64 // seconds
		test    bool
		skipped int32
		code    fault.Code
	}{
		{"the day after", 20759, 0, minTime, false, 0, ""},
		{"a week", 20765, 0, minTime, false, 5, ""},
		{"longer", 20766, 0, minTime, false, 0, fault.WrongState},
		{"longer, confirmed", 20766, 20766, minTime, false, 5, ""},
		{"longer than confirmed", 20767, 20766, minTime, false, 0, fault.WrongState},
		{"longer, on a test", 20766, 0, minTime, true, 0, fault.WrongState},
		{"the same day", 20758, 20999, minTime, false, 0, fault.WrongState},
		{"the day before", 20757, 20999, minTime, false, 0, fault.WrongState},
		{"too soon", 20759, 20999, minTime - 1, false, 0, fault.WrongState},
		{"at once, on a test", 20759, 0, 0, true, 0, ""},
	} {
		next, err := Advance(cycle, AdvanceRequest{Date: c.to}, c.upTo, cycle.Moved+c.after, c.test)
		if fault.CodeOf(err) != c.code || err == nil &&
			next != (Cycle{ID: "2026-11", Since: 20758, Date: c.to, Skipped: c.skipped, Moved: cycle.Moved + c.after}) {
			t.Errorf("%s: %+v, %v", c.name, next, err)
		}
	}
	if err := (AdvanceRequest{}).Check(); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("no date: %v", err)
	}
}

func TestAnotherConfirmsTheDate(t *testing.T) {
	d := newDesk()
	if _, err := (Notice{}).ConfirmDate(ConfirmDateRequest{Date: today + 30}, "G",
		d.step("G")); fault.CodeOf(err) != fault.Forbidden {
		t.Errorf("the operator confirms its own date: %v", err)
	}
	n, err := (Notice{}).ConfirmDate(ConfirmDateRequest{Date: today + 30}, "G", d.step("D"))
	if err != nil {
		t.Fatal(err)
	}
	given := []Given{{Party: "D", Notice: n}, {Party: "F", Notice: Notice{Date: today - 1, UpTo: today + 99}}}
	if upTo := Confirmed(given, today); upTo != today+30 {
		t.Errorf("confirmed up to %d", upTo)
	}
	if upTo := Confirmed(given, today+1); upTo != 0 {
		t.Errorf("confirmed the next day up to %d", upTo)
	}
}

func TestPositionsAddUpByPairAndProgramme(t *testing.T) {
	var p Positions
	for i, owe := range []Owe{
		{Debtor: "M", Creditor: "G", Fen: 108},
		{Debtor: "G", Creditor: "M", Programme: "GP", Points: 4650, Fen: 4650},
		{Debtor: "D", Creditor: "M", Programme: "GP", Points: 1200, Fen: 1200},
		{Debtor: "G", Creditor: "M", Programme: "GP", Points: 4950, Fen: 4950},
	} {
		if slices.Equal(p.Bind(Obligation{Index: uint16(i)}), p.Chain) {
			t.Error("the chain doesn't bind", owe)
		}
		next, _, err := p.Place(owe)
		if err != nil {
			t.Fatal(err)
		}
		p = next
	}
	want := []Position{
		{Debtor: "D", Creditor: "M", Programme: "GP", Count: 1, Points: 1200, Fen: 1200},
		{Debtor: "G", Creditor: "M", Programme: "GP", Count: 2, Points: 9600, Fen: 9600},
		{Debtor: "M", Creditor: "G", Count: 1, Fen: 108},
	}
	if !reflect.DeepEqual(p.List, want) {
		t.Errorf("%+v", p.List)
	}
}

// One fifth of a fen at a time: every fifth line has a fen more, and none is lost.
func TestALineHasTheFenThatItsFractionCompletes(t *testing.T) {
	var p Positions
	var got []amount.Units
	for range 11 {
		worth, err := amount.Exactly(1, amount.Rate{Num: 4, Den: 5})
		if err != nil {
			t.Fatal(err)
		}
		next, placed, err := p.Place(Owe{Debtor: "F", Creditor: "D", Programme: "FP", Points: 1}.Worth(worth))
		if err != nil {
			t.Fatal(err)
		}
		p, got = next, append(got, placed.Fen)
	}
	if want := []amount.Units{0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if at := p.List[0]; at.Fen != 8 || !slices.Equal(at.Rests, []amount.Fraction{{Num: 4, Den: 5}}) || at.Points != 11 {
		t.Errorf("%+v", at)
	}
}

// However an amount is cut, by whatever lanes, what a cycle comes to is the same; and it is what the whole is worth, to
// the nearest fen, half to even.
func TestHowItIsCutChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rates := map[string]amount.Rate{}
		for _, id := range []string{"FP", "MP", ""} {
			rates[id] = amount.Rate{Num: drawUnits(t, 1, 300, "num"), Den: drawUnits(t, 1, 100, "den")}
		}
		fee := amount.Rate{Num: drawUnits(t, 0, 9, "fee"), Den: 997}
		whole := map[string]amount.Units{}
		compute := func(parts map[string][]amount.Units) (Pair, []amount.Units) {
			lanes := []Lane{{Party: "D", Number: 1}, {Party: "D", Number: 2}, {Party: "M", Number: 1}}
			var lines []amount.Units
			for _, id := range []string{"FP", "MP", ""} {
				for _, n := range parts[id] {
					by := []amount.Rate{rates[id]}
					if id == "" {
						by = append(by, fee)
					}
					worth, err := amount.Exactly(n, by...)
					if err != nil {
						t.Fatal(err)
					}
					l := &lanes[rapid.IntRange(0, 2).Draw(t, "lane")]
					next, placed, err := l.Positions.Place(
						Owe{Debtor: "F", Creditor: "D", Programme: id, Points: n}.Worth(worth))
					if err != nil {
						t.Fatal(err)
					}
					l.Positions, lines = next, append(lines, placed.Fen)
				}
			}
			_, pairs, err := cut().Compute(lanes, "G", cutBy, lastDay)
			if err != nil || len(pairs) != 1 {
				t.Fatal(pairs, err)
			}
			return pairs[0], lines
		}
		cuts, atOnce := map[string][]amount.Units{}, map[string][]amount.Units{}
		want := amount.Units(0)
		for _, id := range []string{"FP", "MP", ""} {
			for range rapid.IntRange(1, 12).Draw(t, "parts") {
				cuts[id] = append(cuts[id], drawUnits(t, 1, 50, "part"))
			}
			for _, n := range cuts[id] {
				whole[id] += n
			}
			atOnce[id] = []amount.Units{whole[id]}
			var exact amount.Exact
			exact.Add(whole[id], rates[id])
			if id == "" {
				exact = *exact.Times(fee)
			}
			fen, err := exact.Round(amount.HalfEven)
			if err != nil {
				t.Fatal(err)
			}
			want += fen
		}
		one, _ := compute(atOnce)
		many, lines := compute(cuts)
		a, _ := one.Owes("F")
		b, _ := many.Owes("F")
		if a != want || b != want {
			t.Fatalf("at once %d fen, cut %d, worth %d: %v at %v", a, b, want, cuts, rates)
		}
		sum := many.Rounded.B // D < F
		for _, fen := range lines {
			sum += fen
		}
		if sum != want {
			t.Fatalf("the lines come to %d, rounding included, want %d", sum, want)
		}
	})
}

func drawUnits(t *rapid.T, low, high int64, label string) amount.Units {
	return amount.Units(rapid.Int64Range(low, high).Draw(t, label))
}

// What is beyond the programmes and denominators that a lane keeps apart is owed in fen, rounded up; nothing is
// refused.
func TestPositionsAreBounded(t *testing.T) {
	var p Positions
	for i := range 2 * MaxKept {
		next, placed, err := p.Place(Owe{
			Debtor: "F", Creditor: "D", Programme: fmt.Sprintf("P%03d", i), Points: 3, Fen: 1,
			Rest: amount.Fraction{Num: 1, Den: amount.Units(2 + i)},
		})
		if err != nil {
			t.Fatal(err)
		}
		if p = next; placed.Programme == "" &&
			(placed.Fen != 2 || placed.Points != 0 || placed.Rest != amount.Fraction{}) {
			t.Fatalf("%+v", placed)
		}
	}
	if n := len(p.List); n > MaxKept+1 {
		t.Errorf("%d positions of one pair", n)
	}
	if last := p.List[0]; last.Programme != "" || last.Fen == 0 {
		t.Errorf("%+v", last)
	}
	full := Positions{List: []Position{{Debtor: "A", Creditor: "B", Fen: amount.Max}}}
	if next, _, err := full.Place(Owe{Debtor: "A", Creditor: "B", Fen: amount.Max}); err != nil ||
		next.List[0].Fen != amount.Max {
		t.Errorf("past 2⁵³−1: %+v, %v", next, err)
	}
	for i := 1; i < MaxPositions; i++ {
		full.List = append(full.List, Position{Debtor: "X", Creditor: fmt.Sprintf("%05d", i)})
	}
	if _, _, err := full.Place(Owe{Debtor: "Z", Creditor: "Z2", Fen: 1}); fault.CodeOf(err) != fault.Limit {
		t.Errorf("a pair too many: %v", err)
	}
}

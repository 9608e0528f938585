package settlement

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

var cutBy = number.Command{Party: "G", Lane: 1, Seq: 9}

func TestCutOff(t *testing.T) {
	open := Cycle{ID: "2026-11", Date: today + 29, Since: today, Skipped: 7, Moved: 99}
	policy := Policy{SignDays: 3, Silence: Consent}
	book := Agreements{
		Policy: policy, Accepted: []Acceptance{{Party: "D", Policy: policy}, {Party: "G", Policy: Policy{SignDays: 3}}},
	}
	next, closed, err := open.CutOff(CutOffRequest{Cycle: "2026-11", Next: "2026-12"}, book, []string{"D", "G"}, cutBy)
	if err != nil {
		t.Fatal(err)
	}
	if next != (Cycle{ID: "2026-12", Date: today + 29, Since: today + 29, Skipped: 7, Moved: 99}) {
		t.Errorf("%+v", next)
	}
	if closed.ID != "2026-11" || closed.Next != "2026-12" || closed.From != today || closed.To != today+29 ||
		closed.State != Cut || closed.SignBy != today+32 ||
		closed.Policy != policy || !slices.Equal(closed.Consenting, []string{"D"}) || closed.Skipped != 7 ||
		closed.CutBy != cutBy || !slices.Equal(closed.Parties, []string{"D", "G"}) || closed.Root != nil ||
		closed.Pairs != nil {
		t.Errorf("%+v", closed)
	}
	for _, c := range []struct {
		name string
		req  CutOffRequest
		code fault.Code // of Check, or of the verb
	}{
		{"the longest id", CutOffRequest{Cycle: "2026-11", Next: strings.Repeat("x", MaxCycleID)}, ""},
		{"an id too long", CutOffRequest{Cycle: "2026-11", Next: strings.Repeat("x", MaxCycleID+1)}, fault.BadRequest},
		{"no next", CutOffRequest{Cycle: "2026-11"}, fault.BadRequest},
		{"no cycle", CutOffRequest{Next: "2026-12"}, fault.BadRequest},
		{"itself", CutOffRequest{Cycle: "2026-11", Next: "2026-11"}, fault.BadRequest},
		{"another is open", CutOffRequest{Cycle: "2026-10", Next: "2026-12"}, fault.WrongState},
	} {
		err := c.req.Check()
		if err == nil {
			_, _, err = open.CutOff(c.req, book, nil, cutBy)
		}
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
}

// note makes a lane of what parties owe, chained.
func note(t fataler, party string, lane uint8, list ...Owe) Lane {
	t.Helper()
	l := Lane{Party: party, Number: lane}
	var row Obligations
	for i, o := range list {
		chain := l.Positions
		next, placed, err := l.Positions.Place(o)
		if err != nil {
			t.Fatal(err)
		}
		one := Obligation{}
		if row, one, err = row.Plus(uint16(i), 1, placed); err != nil {
			t.Fatal(err)
		}
		l.Positions = next
		l.Positions.Chain = chain.Bind(one)
	}
	return l
}

// hide adds hidden amounts to a lane.
func (l Lane) hide(t fataler, list ...HiddenOwe) Lane {
	t.Helper()
	for i, o := range list {
		_, one, err := (Obligations{}).PlusHidden(uint16(i), 1, o)
		if err != nil {
			t.Fatal(err)
		}
		if l.Hidden, err = l.Hidden.Plus(o); err != nil {
			t.Fatal(err)
		}
		l.Positions = l.Positions.NoteHidden(one)
	}
	return l
}

func due(debtor, creditor, programme string, fen amount.Units) Owe {
	o := Owe{Kind: Redemption, Debtor: debtor, Creditor: creditor, Programme: programme, Fen: fen}
	if programme != "" {
		o.Points = fen
	}
	return o
}

func hiddenOwe(t fataler, debtor, creditor string, back bool, fee amount.Rate, fen uint64) HiddenOwe {
	t.Helper()
	sum, _ := hiddenSum(t, fen*PerFen, 1)
	return HiddenOwe{Debtor: debtor, Creditor: creditor, Back: back, Fee: fee, Count: 1, Sum: sum}
}

func cut() Close { return Close{ID: "2026-11", State: Cut} }

func TestComputeMakesAPairOfEachTwo(t *testing.T) {
	none := amount.Rate{Den: 1}
	for _, c := range []struct {
		name  string
		lanes []Lane
		want  []string // pairs with what is owed, in fen, lines, and what is pending
		state State
	}{
		{"nothing", nil, nil, Settled},
		{"lanes in which nothing stands", []Lane{{Party: "D", Number: 1}}, nil, Settled},
		{"one lane", []Lane{note(t, "D", 1, due("G", "D", "GP", 5), due("F", "D", "FP", 7))},
			[]string{"D-F 0/7 lines 1 pending 0", "D-G 0/5 lines 1 pending 0"}, Computed},
		{"two lanes, both directions", []Lane{note(t, "D", 0, due("G", "D", "GP", 5), due("G", "D", "GP", 1)),
			note(t, "G", 31, due("D", "G", "DP", 4), due("G", "D", "GP", 2))},
			[]string{"D-G 4/8 lines 4 pending 0"}, Computed},
		{"two programmes are two positions of one pair",
			[]Lane{note(t, "D", 1, due("G", "D", "GP", 5), due("G", "D", "DP", 3), due("G", "D", "", 1))},
			[]string{"D-G 0/9 lines 3 pending 0"}, Computed},
		{"a hidden sum, its fee another pair's",
			[]Lane{note(t, "D", 1).hide(t, hiddenOwe(t, "D", "S", false, onePercent, 7))},
			[]string{"D-S 0/0 lines 0 pending 1", "G-S 0/0 lines 0 pending 1"}, Computed},
		{"a hidden sum without a fee", []Lane{note(t, "D", 1).hide(t, hiddenOwe(t, "D", "S", false, none, 7))},
			[]string{"D-S 0/0 lines 0 pending 1"}, Computed},
		{"a hidden sum of the operator's: the fee is this pair's",
			[]Lane{note(t, "G", 1).hide(t, hiddenOwe(t, "G", "S", false, onePercent, 7))},
			[]string{"G-S 0/0 lines 0 pending 2"}, Computed},
		{"a hidden sum that the operator supplies has no fee",
			[]Lane{note(t, "D", 1).hide(t, hiddenOwe(t, "D", "G", false, onePercent, 7))},
			[]string{"D-G 0/0 lines 0 pending 1"}, Computed},
		{"one sum over lanes", []Lane{note(t, "D", 1).hide(t, hiddenOwe(t, "D", "S", false, onePercent, 7)),
			note(t, "D", 2).hide(t, hiddenOwe(t, "D", "S", false, onePercent, 8))},
			[]string{"D-S 0/0 lines 0 pending 1", "G-S 0/0 lines 0 pending 1"}, Computed},
		{"two fees are two sums, a return a third", []Lane{note(t, "D", 1).hide(t,
			hiddenOwe(t, "D", "S", false, onePercent, 7),
			hiddenOwe(t, "D", "S", false, amount.Rate{Num: 1, Den: 50}, 7),
			hiddenOwe(t, "S", "D", true, onePercent, 7))},
			[]string{"D-S 0/0 lines 0 pending 3", "G-S 0/0 lines 0 pending 3"}, Computed},
	} {
		next, pairs, err := cut().Compute(c.lanes, "G", cutBy, lastDay)
		if err != nil || next.State != c.state || len(next.Pairs) != len(pairs) {
			t.Errorf("%s: %+v, %v", c.name, next, err)
		}
		var got []string
		for i, p := range pairs {
			if next.Pairs[i] != [2]string{p.A, p.B} || p.State != Draft || p.A >= p.B {
				t.Errorf("%s: %v of %+v", c.name, p, next.Pairs)
			}
			got = append(got, show(t, p))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func show(t fataler, p Pair) string {
	t.Helper()
	a, _ := p.Owes(p.A)
	b, _ := p.Owes(p.B)
	return fmt.Sprintf("%s-%s %d/%d lines %d pending %d", p.A, p.B, a, b, p.Count(), p.Pending)
}

func TestComputeRefuses(t *testing.T) {
	for _, state := range []State{0, Cut, Computed, Final, Instructed, PartSettled, Settled, Failed} {
		closed := Close{ID: "2026-11", State: state}
		want := fault.WrongState
		if state == Cut {
			want = ""
		}
		if _, _, err := closed.Compute(nil, "G", cutBy, lastDay); fault.CodeOf(err) != want {
			t.Errorf("%s: %v", state, err)
		}
	}
}

// Whatever lanes come to, a cycle is computed: what is too much isn't counted, what is of too many programmes is added
// up without them, and hidden sums are as many as there are.
func TestNothingKeepsACycleFromBeingComputed(t *testing.T) {
	large := note(t, "D", 1, due("G", "D", "GP", amount.Max), due("G", "D", "GP", 5), due("D", "G", "DP", 7))
	dust := Lane{Party: "D", Number: 2}
	for i := range 3 * MaxOfPair {
		dust.Positions.List = append(dust.Positions.List,
			Position{Debtor: "D", Creditor: "M", Programme: fmt.Sprintf("P%04d", i), Count: 1, Points: 1, Fen: 2,
				Rests: []amount.Fraction{{Num: 1, Den: 2}}})
	}
	many := Lane{Party: "D", Number: 3}
	for i := range 2 * MaxOwed {
		many.Hidden.List = append(many.Hidden.List, HiddenPosition{
			Debtor: "D", Creditor: "S", Fee: amount.Rate{Num: 1, Den: amount.Units(i + 2)}, Count: 1,
		})
	}
	for i := range 92 {
		for j := range i {
			many.Positions.List = append(many.Positions.List, Position{
				Debtor: fmt.Sprintf("x%02d", i), Creditor: fmt.Sprintf("x%02d", j), Count: 1, Fen: 1,
			})
		}
	}
	_, pairs, err := cut().Compute([]Lane{large, large, dust, many}, "G", cutBy, lastDay)
	if err != nil || len(pairs) != 92*91/2+4 {
		t.Fatalf("%d pairs, %v", len(pairs), err)
	}
	of := func(a, b string) Pair {
		i := slices.IndexFunc(pairs, func(p Pair) bool { return p.A == a && p.B == b })
		return pairs[i]
	}
	if all, _ := of("D", "G").Owes("G"); all != amount.Max {
		t.Errorf("G owes D %d fen, more than the most that is counted", all)
	}
	if back, _ := of("D", "G").Owes("D"); back != 14 {
		t.Errorf("what D owes G is %d, whatever G owes", back)
	}
	// Each programme's half fen is rounded by itself, to even: 2½ is 2. Those that are added up without their programme
	// still are.
	p := of("D", "M")
	if fen, _ := p.Owes("D"); fen != 6*MaxOfPair || len(p.Owed) > MaxOfPair+1 || p.Count() != 3*MaxOfPair {
		t.Errorf("D owes M %d fen by %d lines, in %d positions", fen, p.Count(), len(p.Owed))
	}
	if n := len(of("D", "S").Hidden); n != 2*MaxOwed {
		t.Errorf("%d hidden sums", n)
	}
}

// TestTheRootBindsEveryLane changes one thing of a cycle at a time.
func TestTheRootBindsEveryLane(t *testing.T) {
	lanes := func() []Lane {
		return []Lane{note(t, "D", 1, due("G", "D", "GP", 5), due("F", "D", "FP", 7)),
			note(t, "D", 2, due("G", "D", "GP", 1)).hide(t, hiddenOwe(t, "D", "S", false, onePercent, 3)),
			note(t, "G", 1, due("D", "G", "DP", 2))}
	}
	is := Root(lanes())
	if !bytes.Equal(is, Root(append(lanes(), Lane{Party: "M"}))) {
		t.Error("a lane in which nobody owes changes the root")
	}
	for name, change := range map[string]func([]Lane) []Lane{
		"an amount": func(l []Lane) []Lane {
			l[0] = note(t, "D", 1, due("G", "D", "GP", 6), due("F", "D", "FP", 7))
			return l
		},
		"the order": func(l []Lane) []Lane {
			l[0] = note(t, "D", 1, due("F", "D", "FP", 7), due("G", "D", "GP", 5))
			return l
		},
		"a line less":  func(l []Lane) []Lane { l[0] = note(t, "D", 1, due("G", "D", "GP", 5)); return l },
		"a lane less":  func(l []Lane) []Lane { return l[1:] },
		"another lane": func(l []Lane) []Lane { l[0].Number = 3; return l },
		"its party":    func(l []Lane) []Lane { l[0].Party = "F"; return l },
		"hidden": func(l []Lane) []Lane {
			l[1] = note(t, "D", 2, due("G", "D", "GP", 1)).hide(t, hiddenOwe(t, "D", "S", false, onePercent, 4))
			return l
		},
		"hidden, gone": func(l []Lane) []Lane { l[1] = note(t, "D", 2, due("G", "D", "GP", 1)); return l },
	} {
		if bytes.Equal(is, Root(change(lanes()))) {
			t.Errorf("%s doesn't change the root", name)
		}
	}
}

// TestAnyOrderMakesTheSamePairs spreads obligations over lanes at random: pairs and sums are
// those of adding them up at once.
func TestAnyOrderMakesTheSamePairs(t *testing.T) {
	parties := []string{"D", "F", "G", "S"}
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var owes []Owe
		var hides []HiddenOwe
		plain := map[[3]string]amount.Units{} // by debtor, creditor and programme
		for range rng.IntN(30) {
			a, b := rng.IntN(4), rng.IntN(3)
			o := due(parties[a], parties[(a+1+b)%4], []string{"GP", "DP", ""}[rng.IntN(3)],
				amount.Units(1+rng.IntN(50)))
			owes = append(owes, o)
			plain[[3]string{o.Debtor, o.Creditor, o.Programme}] += o.Fen
			if rng.IntN(3) == 0 {
				hides = append(hides, hiddenOwe(t, o.Debtor, o.Creditor, rng.IntN(2) == 0,
					amount.Rate{Num: amount.Units(rng.IntN(2)), Den: 10}, uint64(o.Fen)))
			}
		}
		spread := func() []Pair {
			of := make([][]Owe, 5)
			for _, i := range rng.Perm(len(owes)) {
				k := rng.IntN(len(of))
				of[k] = append(of[k], owes[i])
			}
			veils := make([][]HiddenOwe, 5)
			for _, i := range rng.Perm(len(hides)) {
				k := rng.IntN(len(of))
				veils[k] = append(veils[k], hides[i])
			}
			var lanes []Lane
			for k := range of {
				lanes = append(lanes, note(t, "D", uint8(k), of[k]...).hide(t, veils[k]...))
			}
			_, pairs, err := cut().Compute(lanes, "G", cutBy, lastDay)
			if err != nil {
				t.Fatal(err)
			}
			return pairs
		}
		first, second := spread(), spread()
		if !bytes.Equal(codec.Encode(first), codec.Encode(second)) {
			t.Fatalf("%+v\n%+v", first, second)
		}
		net := map[string]amount.Units{}
		for _, p := range first {
			for _, o := range p.Owed {
				if plain[[3]string{o.Debtor, o.Creditor, o.Programme}] != o.Fen {
					t.Fatalf("%+v in %+v", o, plain)
				}
				delete(plain, [3]string{o.Debtor, o.Creditor, o.Programme})
				net[o.Debtor] -= o.Fen
				net[o.Creditor] += o.Fen
			}
		}
		sum := amount.Units(0)
		for _, n := range net {
			sum += n
		}
		if len(plain) > 0 || sum != 0 {
			t.Fatalf("left out %+v, nets of %d", plain, sum)
		}
	})
}

package settlement

import (
	"fmt"
	"slices"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/veil"
)

// hiddenCycle is a cycle in which D owes S1, S2 owes G (of a return), and G owes S2, each in an amount that only the
// two know, beside 5 fen that D owes S1. G is the operator.
func hiddenCycle(t fataler, fee amount.Rate) (Close, map[[2]string]Pair) {
	t.Helper()
	var veiled Veiled
	for _, owe := range []VeiledOwe{
		{Debtor: "D", Creditor: "S1", Fee: fee, Count: 3, Sum: veil.Public(veil.Whole(3))},
		{Debtor: "S2", Creditor: "G", Back: true, Fee: fee, Count: 1, Sum: veil.Public(veil.Whole(1))},
		{Debtor: "G", Creditor: "S2", Fee: fee, Count: 2, Sum: veil.Public(veil.Whole(2))},
	} {
		next, err := veiled.Plus(owe)
		if err != nil {
			t.Fatal(err)
		}
		veiled = next
	}
	p := note(t, "D", 1, Owe{Debtor: "D", Creditor: "S1", Fen: 5}).Positions
	closed, list, err := Close{ID: "2026-11", To: lastDay, SignBy: lastDay + 3, State: Cut}.Compute(
		[]Lane{{Party: "D", Number: 1, Positions: p, Veiled: veiled}}, "G", cutBy, lastDay)
	if err != nil {
		t.Fatal(err)
	}
	pairs := map[[2]string]Pair{}
	for _, p := range list {
		pairs[[2]string{p.A, p.B}] = p
	}
	return closed, pairs
}

// What nobody opened goes on as it is, and the fees on it are awaited no more.
func TestHiddenSumsAreCarriedUnopened(t *testing.T) {
	closed, pairs := hiddenCycle(t, onePercent)
	supply, fees, own := pairs[[2]string{"D", "S1"}], pairs[[2]string{"G", "S1"}], pairs[[2]string{"G", "S2"}]
	if supply.Pending != 1 || fees.Pending != 1 || own.Pending != 4 {
		t.Fatalf("%d, %d and %d hidden sums are awaited", supply.Pending, fees.Pending, own.Pending)
	}
	carry, err := supply.Carry(closed, "G", lastDay+4)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Owe{Kind: Carried, Debtor: "D", Creditor: "S1", Fen: 5}); len(carry.Owed) != 1 ||
		carry.Owed[0] != want {
		t.Errorf("%+v, want %+v", carry.Owed, want)
	}
	if h := carry.Hidden; len(h) != 1 || h[0].Count != 3 || h[0].Debtor != "D" || h[0].Fee != onePercent ||
		h[0].Sum.String() != supply.Hidden[0].Position.Sum.String() {
		t.Errorf("%+v", h)
	}
	if !slices.Equal(carry.Fees, [][2]string{{"G", "S1"}}) {
		t.Errorf("fees of %v", carry.Fees)
	}
	if fees = fees.FeeCarried(); fees.Pending != 0 || fees.State != Draft {
		t.Errorf("the fee's statement still waits: %+v", fees)
	}
	// The fees on what G owes S2, and gets back, are G's and S2's own.
	carry, err = own.Carry(closed, "G", lastDay+4)
	if err != nil || len(carry.Fees) != 0 || len(carry.Hidden) != 2 || carry.Pair.Pending != 0 {
		t.Errorf("%+v, %v", carry, err)
	}
}

// Without a fee nobody waits for one.
func TestWithoutAFeeNobodyWaits(t *testing.T) {
	closed, pairs := hiddenCycle(t, amount.Rate{Den: 1})
	carry, err := pairs[[2]string{"D", "S1"}].Carry(closed, "G", lastDay+4)
	if _, waits := pairs[[2]string{"G", "S1"}]; waits || err != nil || len(carry.Fees) != 0 || len(carry.Hidden) != 1 {
		t.Errorf("%+v, %v", carry, err)
	}
}

// Whichever of the two is carried first, the fee is owed once: in its cycle, in the one that is open, or in that in
// which the sum is opened.
func TestAFeeIsOwedOnceWhateverIsCarried(t *testing.T) {
	closed, pairs := hiddenCycle(t, onePercent)
	supply, fees := pairs[[2]string{"D", "S1"}], pairs[[2]string{"G", "S1"}]
	open := OpenRequest{
		Cycle: closed.ID, Debtor: "D", Creditor: "S1", Fee: onePercent, Opening: veil.Known(veil.Whole(3)),
	}
	fee := Owe{Kind: Fee, Debtor: "S1", Creditor: "G", Fen: 3, Of: closed.ID}
	late, err := fees.Carry(closed, "G", lastDay+4)
	if err != nil || len(late.Owed)+len(late.Hidden)+len(late.Fees) != 0 {
		t.Fatalf("%+v, %v", late, err)
	}
	next, owed := fees.FeeKnown(fee)
	if owed.Of != closed.ID || next.Pending != 0 || len(next.Owed) != 1 {
		t.Errorf("in its cycle: %+v, %+v", next, owed)
	}
	next, owed = late.Pair.FeeKnown(fee)
	if owed.Of != "" || next.Pending != 0 || len(next.Owed) != 0 {
		t.Errorf("once it is carried over: %+v, %+v", next, owed)
	}
	carry, err := supply.Carry(closed, "G", lastDay+4)
	if err != nil {
		t.Fatal(err)
	}
	if next := late.Pair.FeeCarried(); next.Pending != 0 {
		t.Errorf("what is carried over waits for %d", next.Pending)
	}
	if _, _, _, err := carry.Pair.Open(closed, open, "G", "D", number.Command{Party: "D"}); fault.CodeOf(
		err) != fault.WrongState {
		t.Errorf("what is carried over was opened: %v", err)
	}
}

// What was opened before is carried as it is known, what wasn't as it isn't.
func TestAnOpenedSumIsCarriedInFen(t *testing.T) {
	closed, pairs := hiddenCycle(t, onePercent)
	pair := pairs[[2]string{"G", "S2"}]
	o := VeiledPosition{Sum: veil.Public(veil.Whole(0))}
	for i := range pair.Hidden {
		if !pair.Hidden[i].Position.Back {
			pair.Hidden[i].Opened, pair.Hidden[i].Fen, o = number.Command{Party: "G", Lane: 1, Seq: 1}, 1_560,
				pair.Hidden[i].Position
		}
	}
	pair = pair.Known(Owe{Kind: Supply, Debtor: o.Debtor, Creditor: o.Creditor, Fen: 1_560})
	carry, err := pair.Carry(closed, "G", lastDay+4)
	if err != nil || len(carry.Hidden) != 1 || !carry.Hidden[0].Back || len(carry.Owed) != 1 ||
		carry.Owed[0].Fen != 1_560 || carry.Owed[0].Debtor != "G" {
		t.Errorf("%+v, %v", carry, err)
	}
}

// wide is a pair that owes in many programmes both ways, and in hidden sums.
func wide(programmes, hidden int) Pair {
	p := Pair{A: "D", B: "G"}
	for i := range programmes {
		for _, of := range [][2]string{{"D", "G"}, {"G", "D"}} {
			p.Owed = append(p.Owed, Position{
				Debtor: of[0], Creditor: of[1], Programme: fmt.Sprintf("P%03d", i), Count: 1, Points: 10,
				Fen: amount.Units(i),
			})
		}
	}
	for i := range hidden {
		p.Hidden = append(p.Hidden, HiddenSum{
			Position: VeiledPosition{
				Debtor: "D", Creditor: "G", Fee: amount.Rate{Num: 1, Den: amount.Units(i + 1)}, Count: 1,
			},
		})
	}
	p.Pending = uint32(hidden)
	return p
}

// However many programmes and hidden sums two parties have, they are carried: programmes by one command, hidden sums by
// as many as it takes, each the most that one makes.
func TestAPairIsCarriedWhateverItsSize(t *testing.T) {
	closed := Close{ID: "2026-11", To: lastDay, SignBy: lastDay, State: Computed}
	const most = MaxOwed - 2
	for _, c := range []struct{ programmes, hidden, owed, commands int }{
		{0, 0, 0, 1}, {MaxOwed / 2, 0, MaxOwed, 1}, {MaxOwed/2 + 1, 0, 2, 1}, {MaxOwed/2 - 1, 2, MaxOwed - 2, 1},
		{MaxOwed/2 - 1, 3, 2, 1}, {2000, most, 2, 1},
		{0, most, 0, 1}, {0, most + 1, 0, 2}, {3, most + 1, 6, 2}, {3, 5 * most, 2, 5}, {3, 5*most + 1, 6, 6},
	} {
		pair, hidden, owed := wide(c.programmes, c.hidden), 0, 0
		sum := map[string]amount.Units{}
		commands := 0
		for ; !pair.State.Ended(); commands++ {
			carry, err := pair.Carry(closed, "G", lastDay+1)
			if err != nil || len(carry.Owed)+len(carry.Hidden) > MaxOwed {
				t.Fatalf("%+v: %d and %d, %v", c, len(carry.Owed), len(carry.Hidden), err)
			}
			for _, o := range carry.Owed {
				sum[o.Debtor] += o.Fen
			}
			pair, hidden, owed = carry.Pair, hidden+len(carry.Hidden), owed+len(carry.Owed)
		}
		want := amount.Units(c.programmes * (c.programmes - 1) / 2)
		if commands != c.commands || owed != c.owed || hidden != c.hidden || sum["D"] != want ||
			sum["G"] != want || pair.Pending != 0 {
			t.Errorf("%+v: %d obligations, %d hidden ones by %d commands, %v, want %d each way",
				c, owed, hidden, commands, sum, want)
		}
	}
}

// Points that are worth no fen are carried, and what is carved out wholly is not.
func TestWhatIsLeftToCarry(t *testing.T) {
	closed := Close{ID: "2026-11", To: lastDay, SignBy: lastDay, State: Computed}
	pair := Pair{A: "D", B: "M", State: Differs, Owed: []Position{
		{Debtor: "D", Creditor: "M", Programme: "DP", Count: 2, Points: 1_300, Fen: 1_300},
		{Debtor: "D", Creditor: "M", Programme: "GP", Count: 1, Points: 7, Fen: 7},
		{Debtor: "M", Creditor: "D", Programme: "GP", Count: 1, Points: 7, Fen: 7},
		{Debtor: "M", Creditor: "D", Programme: "MP", Count: 1, Points: 1},
	}, Carved: []Carved{{Debtor: "D", Programme: "DP", Points: 1_200, Fen: 1_200},
		{Debtor: "M", Programme: "GP", Points: 7, Fen: 7}}}
	carry, err := pair.Carry(closed, "G", lastDay+1)
	want := []Owe{
		{Kind: Carried, Debtor: "D", Creditor: "M", Programme: "DP", Points: 100, Fen: 100},
		{Kind: Carried, Debtor: "D", Creditor: "M", Programme: "GP", Points: 7, Fen: 7},
		{Kind: Carried, Debtor: "M", Creditor: "D", Programme: "MP", Points: 1},
	}
	if err != nil || !slices.Equal(carry.Owed, want) {
		t.Errorf("%+v, %v", carry.Owed, err)
	}
	pair.Carved[0].Fen += 101
	if carry, err = pair.Carry(closed, "G", lastDay+1); err != nil || carry.Owed[0].Fen != 0 {
		t.Errorf("more is carved out than is counted: %+v, %v", carry.Owed, err)
	}
}

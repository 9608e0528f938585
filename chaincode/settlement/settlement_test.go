package settlement

import (
	"fmt"
	"slices"
	"testing"

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
		{"a week", 20765, 0, minTime, false, 6, ""},
		{"longer", 20766, 0, minTime, false, 0, fault.WrongState},
		{"longer, confirmed", 20766, 20766, minTime, false, 7, ""},
		{"longer than confirmed", 20767, 20766, minTime, false, 0, fault.WrongState},
		{"longer, on a test", 20766, 0, minTime, true, 0, fault.WrongState},
		{"the same day", 20758, 20999, minTime, false, 0, fault.WrongState},
		{"the day before", 20757, 20999, minTime, false, 0, fault.WrongState},
		{"too soon", 20759, 20999, minTime - 1, false, 0, fault.WrongState},
		{"at once, on a test", 20759, 0, 0, true, 0, ""},
	} {
		next, err := Advance(cycle, AdvanceRequest{Date: c.to}, c.upTo, cycle.Moved+c.after, c.test)
		if fault.CodeOf(err) != c.code || err == nil && next != (Cycle{ID: "2026-11", Since: 20758, Date: c.to, Skipped: c.skipped, Moved: cycle.Moved + c.after}) {
			t.Errorf("%s: %+v, %v", c.name, next, err)
		}
	}
	if err := (AdvanceRequest{}).Check(); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("no date: %v", err)
	}
}

func TestAnotherConfirmsTheDate(t *testing.T) {
	d := newDesk()
	if _, err := (Notice{}).ConfirmDate(ConfirmDateRequest{Date: today + 30}, "G", d.step("G")); fault.CodeOf(err) != fault.Forbidden {
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
		before := p.Chain
		next, err := p.Note(Obligation{Index: uint16(i), Debtor: owe.Debtor, Creditor: owe.Creditor, Programme: owe.Programme, Points: owe.Points, Fen: owe.Fen})
		if slices.Equal(next.Chain, before) {
			t.Error("the chain doesn't bind", owe)
		}
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
	if !slices.Equal(p.List, want) {
		t.Errorf("%+v", p.List)
	}
}

func TestPositionsAreBounded(t *testing.T) {
	full := Position{Debtor: "A", Creditor: "B", Points: 1, Fen: amount.Max}
	p, err := Positions{}.Plus(full)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Plus(full); fault.CodeOf(err) != fault.Limit {
		t.Errorf("past 2⁵³−1: %v", err)
	}
	for i := 1; i < MaxPositions; i++ {
		p.List = append(p.List, Position{Debtor: "X", Creditor: fmt.Sprintf("%05d", i)})
	}
	if _, err := p.Plus(Position{Debtor: "Z", Creditor: "Z2", Fen: 1}); fault.CodeOf(err) != fault.Limit {
		t.Errorf("a pair too many: %v", err)
	}
}

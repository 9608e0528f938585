package settlement

import (
	"fmt"
	"slices"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

func TestTheDateOnlyMovesForward(t *testing.T) {
	cycle := Open("2026-11", 20758)
	for _, c := range []struct {
		name string
		to   AdvanceRequest
		code fault.Code
	}{
		{"the day after", AdvanceRequest{Date: 20759}, ""},
		{"a month ahead", AdvanceRequest{Date: 20790}, ""},
		{"the same day", AdvanceRequest{Date: 20758}, fault.WrongState},
		{"the day before", AdvanceRequest{Date: 20757}, fault.WrongState},
	} {
		next, err := Advance(cycle, c.to)
		if fault.CodeOf(err) != c.code || err == nil && (next.Date != c.to.Date || next.ID != cycle.ID) {
			t.Errorf("%s: %+v, %v", c.name, next, err)
		}
	}
	if err := (AdvanceRequest{}).Check(); fault.CodeOf(err) != fault.BadRequest {
		t.Errorf("no date: %v", err)
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

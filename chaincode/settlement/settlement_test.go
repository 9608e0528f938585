package settlement

import (
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

func TestPositionsAreBounded(t *testing.T) {
	p, err := Position{Points: amount.Max - 1}.Plus(1)
	if err != nil || p.Points != amount.Max {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := p.Plus(1); fault.CodeOf(err) != fault.Limit {
		t.Errorf("past the limit: %v", err)
	}
}

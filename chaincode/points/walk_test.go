package points

import (
	"fmt"
	"strings"
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
)

// The setting of the walks: acceptor D, hold of 100 points in two lots, now
// before or after the deadline.
var (
	holdID   = number.Command{Party: "D", Lane: 1, Seq: 7, Index: 0}
	lotA     = number.Command{Party: "G", Lane: 1, Seq: 1, Index: 0}.Row(0)
	lotB     = number.Command{Party: "G", Lane: 1, Seq: 1, Index: 0}.Row(1)
	before   = At{Caller: "D", Now: 1000, Date: 20600}
	after    = At{Caller: "D", Now: 2000, Date: 20600}
	deadline = int64(2000)
)

func holdIn(state HoldState) Hold {
	h := Hold{Acceptor: "D", Member: "li", State: state, Deadline: deadline, Pieces: []HeldPiece{
		{Lot: lotA, Programme: "GP", Amount: 60}, {Lot: lotB, Programme: "GP", Amount: 40},
	}}
	switch state {
	case PartCaptured, Closed:
		h.Captured = 70
	case Captured:
		h.Captured = 100
	}
	return h
}

// TestHoldWalk tries every verb in every state, before and at the deadline.
func TestHoldWalk(t *testing.T) {
	verbs := []struct {
		name string
		do   func(Hold, At) (Hold, error)
	}{
		{"capture 10", func(h Hold, at At) (Hold, error) {
			next, _, err := Capture(h, CaptureRequest{Hold: holdID, Amount: 10}, at)
			return next, err
		}},
		{"capture rest", func(h Hold, at At) (Hold, error) {
			next, _, err := Capture(h, CaptureRequest{Hold: holdID, Amount: max(1, h.Sum()-h.Captured)}, at)
			return next, err
		}},
		{"release", func(h Hold, at At) (Hold, error) {
			next, _, err := Release(h, ReleaseRequest{Hold: holdID, Reason: "x"}, at)
			return next, err
		}},
		{"time out", func(h Hold, at At) (Hold, error) {
			next, _, err := TimeOut(h, TimeOutRequest{Hold: holdID}, at)
			return next, err
		}},
	}
	want := strings.TrimSpace(`
OPEN           capture 10    before: PART_CAPTURED  after: EXPIRED
OPEN           capture rest  before: CAPTURED       after: EXPIRED
OPEN           release       before: RELEASED       after: RELEASED
OPEN           time out      before: WRONG_STATE    after: TIMED_OUT
PART_CAPTURED  capture 10    before: PART_CAPTURED  after: EXPIRED
PART_CAPTURED  capture rest  before: CAPTURED       after: EXPIRED
PART_CAPTURED  release       before: CLOSED         after: CLOSED
PART_CAPTURED  time out      before: WRONG_STATE    after: CLOSED
CAPTURED       capture 10    before: WRONG_STATE    after: WRONG_STATE
CAPTURED       capture rest  before: WRONG_STATE    after: WRONG_STATE
CAPTURED       release       before: WRONG_STATE    after: WRONG_STATE
CAPTURED       time out      before: WRONG_STATE    after: WRONG_STATE
CLOSED         capture 10    before: WRONG_STATE    after: WRONG_STATE
CLOSED         capture rest  before: WRONG_STATE    after: WRONG_STATE
CLOSED         release       before: WRONG_STATE    after: WRONG_STATE
CLOSED         time out      before: WRONG_STATE    after: WRONG_STATE
RELEASED       capture 10    before: WRONG_STATE    after: WRONG_STATE
RELEASED       capture rest  before: WRONG_STATE    after: WRONG_STATE
RELEASED       release       before: WRONG_STATE    after: WRONG_STATE
RELEASED       time out      before: WRONG_STATE    after: WRONG_STATE
TIMED_OUT      capture 10    before: WRONG_STATE    after: WRONG_STATE
TIMED_OUT      capture rest  before: WRONG_STATE    after: WRONG_STATE
TIMED_OUT      release       before: WRONG_STATE    after: WRONG_STATE
TIMED_OUT      time out      before: WRONG_STATE    after: WRONG_STATE`)
	var got strings.Builder
	outcome := func(h Hold, err error) string {
		if err != nil {
			return string(fault.CodeOf(err))
		}
		return h.State.String()
	}
	for state := Open; state <= TimedOut; state++ {
		for _, v := range verbs {
			fmt.Fprintf(&got, "%-14s %-13s before: %-14s after: %s\n", state, v.name,
				outcome(v.do(holdIn(state), before)), outcome(v.do(holdIn(state), after)))
		}
	}
	if got := strings.TrimSpace(got.String()); got != want {
		t.Errorf("the walk changed:\n%s", got)
	}
}

// TestLotWalk tries the verbs that act on a lot in every state.
func TestLotWalk(t *testing.T) {
	hash := make([]byte, 32)
	for _, c := range []struct {
		name  string
		lot   Lot
		at    At
		code  fault.Code
		spend fault.Code
	}{
		{"pending, its witness", Lot{State: Pending, Witness: "D"}, before, "", fault.WrongState},
		{"pending, another", Lot{State: Pending, Witness: "F"}, before, fault.Forbidden, fault.WrongState},
		{"active, its witness", Lot{State: Active, Witness: "D"}, before, fault.WrongState, ""},
		{"active, never pending", Lot{State: Active}, before, fault.Forbidden, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.lot.Programme, c.lot.Member, c.lot.Issued, c.lot.Expires = "GP", "li", 10, 20700
			next, err := Activate(c.lot, ActivateRequest{Lot: lotA, Evidence: hash}, c.at)
			if fault.CodeOf(err) != c.code || err == nil && (next.State != Active || len(next.Evidence) != 32) {
				t.Errorf("activate: %+v, %v", next, err)
			}
			req := HoldRequest{Member: "li", Pieces: []Piece{{Lot: lotA, Amount: 10}}, Deadline: deadline}
			if _, _, err := Place(req, []Lot{c.lot}, map[string]string{"GP": "G"}, Frozen{}, before); fault.CodeOf(err) != c.spend {
				t.Errorf("hold: %v", err)
			}
		})
	}
}

// TestSpendRefusals holds the order of refusals: each case breaks one rule more
// than the case below it, and the earlier rule answers.
func TestSpendRefusals(t *testing.T) {
	issuers := map[string]string{"GP": "G", "DP": "D"}
	early := Lot{Programme: "GP", Member: "li", Issued: 60, Expires: 20610, State: Active}
	late := Lot{Programme: "GP", Member: "li", Issued: 60, Expires: 20620, State: Active}
	other := Lot{Programme: "DP", Member: "li", Issued: 60, Expires: 20605, State: Active}
	frozenBy := func(by string, all bool) Frozen {
		return Frozen{List: []Freeze{{Member: "li", By: by, All: all, Reason: "r"}}}
	}
	change := func(l Lot, f func(*Lot)) Lot { f(&l); return l }
	for _, c := range []struct {
		name    string
		lots    []Lot
		amounts []amount.Units
		frozen  Frozen
		code    fault.Code
	}{
		{"in order", []Lot{early, late}, []amount.Units{60, 10}, Frozen{}, ""},
		{"each programme for itself", []Lot{late, other}, []amount.Units{10, 10}, Frozen{}, ""},
		{"a foreign lot before all", []Lot{change(early, func(l *Lot) { l.Member, l.State, l.Expires = "zhang", Pending, 1 })}, []amount.Units{99}, frozenBy("G", true), fault.Forbidden},
		{"pending before expired", []Lot{change(early, func(l *Lot) { l.State, l.Expires = Pending, 1 })}, []amount.Units{99}, frozenBy("G", true), fault.WrongState},
		{"expired before insufficient", []Lot{change(early, func(l *Lot) { l.Expires = before.Date - 1 })}, []amount.Units{99}, frozenBy("G", true), fault.Expired},
		{"insufficient before frozen", []Lot{early}, []amount.Units{61}, frozenBy("G", true), fault.Insufficient},
		{"frozen before order", []Lot{late, early}, []amount.Units{60, 60}, frozenBy("G", false), fault.Frozen},
		{"frozen by the operator", []Lot{other}, []amount.Units{1}, frozenBy("O", true), fault.Frozen},
		{"frozen by another issuer", []Lot{early}, []amount.Units{1}, frozenBy("D", false), ""},
		{"late before early", []Lot{late, early}, []amount.Units{60, 60}, Frozen{}, fault.WrongOrder},
		{"early not drained", []Lot{early, late}, []amount.Units{59, 1}, Frozen{}, fault.WrongOrder},
		{"on its last day", []Lot{change(early, func(l *Lot) { l.Expires = before.Date })}, []amount.Units{60}, Frozen{}, ""},
		{"what holds took is gone", []Lot{change(early, func(l *Lot) { l.Placed, l.Transferred = 30, 20 })}, []amount.Units{11}, Frozen{}, fault.Insufficient},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := HoldRequest{Member: "li", Deadline: deadline}
			for i, a := range c.amounts {
				req.Pieces = append(req.Pieces, Piece{Lot: lotA.Command.Row(i), Amount: a})
			}
			hold, next, err := Place(req, c.lots, issuers, c.frozen, before)
			if fault.CodeOf(err) != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
			if err != nil {
				return
			}
			for i, l := range next {
				if l.Available() != c.lots[i].Available()-c.amounts[i] || hold.Pieces[i].Amount != c.amounts[i] {
					t.Errorf("piece %d: %+v, %+v", i, l, hold.Pieces[i])
				}
			}
		})
	}
}

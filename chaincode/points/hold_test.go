package points

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/code"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/spend"
)

func TestHoldRequestsCheck(t *testing.T) {
	hold := HoldRequest{Member: "li", Pieces: pieces(5), Deadline: 1}
	odd := number.Command{Party: "D"}
	testChecks(t, []checkCase{
		{"hold", hold, ""},
		{"hold with a consent",
			with(hold, func(r *HoldRequest) { r.Authorisation, r.Code = holdID, make(code.Code, code.Size) }), ""},
		{"hold with an odd consent", with(hold, func(r *HoldRequest) { r.Authorisation = odd }), fault.BadRequest},
		{"hold with a short code", with(hold, func(r *HoldRequest) { r.Code = make(code.Code, 3) }), fault.BadRequest},
		{"hold nobody's", with(hold, func(r *HoldRequest) { r.Member = "" }), fault.BadRequest},
		{"hold nothing", with(hold, func(r *HoldRequest) { r.Pieces = nil }), fault.BadRequest},
		{"hold without a deadline", with(hold, func(r *HoldRequest) { r.Deadline = 0 }), fault.BadRequest},
		{"hold for ever", with(hold, func(r *HoldRequest) { r.Deadline = 1<<40 + 1 }), fault.BadRequest},
		{"hold too much", with(hold, func(r *HoldRequest) { r.Pieces = pieces(amount.Max, 1) }), fault.Limit},
		{"capture", CaptureRequest{Hold: holdID, Amount: 1}, ""},
		{"capture zero", CaptureRequest{Hold: holdID}, fault.BadRequest},
		{"capture too much", CaptureRequest{Hold: holdID, Amount: amount.Max + 1}, fault.Limit},
		{"capture no hold", CaptureRequest{Amount: amount.Max + 1}, fault.BadRequest},
		{"release", ReleaseRequest{Hold: holdID, Reason: "x"}, ""},
		{"release without a reason", ReleaseRequest{Hold: holdID}, fault.BadRequest},
		{"release no hold", ReleaseRequest{Reason: "x"}, fault.BadRequest},
		{"time out", TimeOutRequest{Hold: holdID}, ""},
		{"time out no hold", TimeOutRequest{}, fault.BadRequest},
	})
}

func TestCheckDeadline(t *testing.T) {
	for _, c := range []struct {
		ahead int64
		code  fault.Code
	}{{-1, fault.Expired}, {0, fault.Expired}, {1, ""}, {MaxHoldSecs, ""}, {MaxHoldSecs + 1, fault.Limit}} {
		expect(t, fmt.Sprint(c.ahead), HoldRequest{Deadline: 1000 + c.ahead}.CheckDeadline(1000), c.code)
		expect(t, fmt.Sprint("an offer ", c.ahead), OfferRequest{Until: 1000 + c.ahead}.CheckUntil(1000), c.code)
	}
}

func TestPlace(t *testing.T) {
	req := HoldRequest{Member: "li", Pieces: pieces(60, 10), Deadline: deadline, Authorisation: pledgeID}
	hold, next, err := Place(req, purse(active("GP", 60, today), active("GP", 60, today+1)), before)
	if err != nil || hold.State != Open || hold.Acceptor != "D" || hold.Member != "li" ||
		hold.Deadline != deadline || hold.Sum() != 70 ||
		hold.Authorisation != pledgeID || hold.Placed != today || next[0].Placed != 60 || next[1].Placed != 10 {
		t.Errorf("%+v %+v %v", hold, next, err)
	}
	_, _, err = Place(req, purse(active("GP", 60, today), active("GP", 9, today+1)), before)
	expect(t, "too little", err, fault.Insufficient)
}

// holdIn is a hold of D's with 100 points in two lots, of which 70 or all are captured.
func holdIn(state HoldState) Hold {
	h := Hold{Acceptor: "D", Member: "li", State: state, Deadline: deadline, Pieces: spend.Line{
		{Lot: lotA, Programme: "GP", Funder: "G", Amount: 60}, {Lot: lotB, Programme: "GP", Funder: "D", Amount: 40},
	}}
	switch state {
	case PartCaptured, Closed:
		h.Captured = 70
	case Captured:
		h.Captured = 100
	}
	if h.Captured > 0 {
		h.Captures = []Taken{{Number: holdID, Amount: h.Captured}}
	}
	return h
}

// TestHoldWalk tries every verb in every state, before and at the deadline.
func TestHoldWalk(t *testing.T) {
	verbs := []struct {
		name string
		do   func(Hold, At) (Hold, error)
	}{
		{"capture 10",
			func(h Hold, at At) (Hold, error) { return Capture(h, CaptureRequest{Hold: holdID, Amount: 10}, at) }},
		{"capture rest", func(h Hold, at At) (Hold, error) {
			return Capture(h, CaptureRequest{Hold: holdID, Amount: max(1, h.Sum()-h.Captured)}, at)
		}},
		{"refund 10", func(h Hold, at At) (Hold, error) {
			next, _, _, err := RefundCapture(h, RefundRequest{Hold: holdID, Capture: holdID, Amount: 10, Reason: "x"},
				at)
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
OPEN           refund 10     before: WRONG_STATE    after: WRONG_STATE
OPEN           release       before: RELEASED       after: RELEASED
OPEN           time out      before: WRONG_STATE    after: TIMED_OUT
PART_CAPTURED  capture 10    before: PART_CAPTURED  after: EXPIRED
PART_CAPTURED  capture rest  before: CAPTURED       after: EXPIRED
PART_CAPTURED  refund 10     before: PART_CAPTURED  after: PART_CAPTURED
PART_CAPTURED  release       before: CLOSED         after: CLOSED
PART_CAPTURED  time out      before: WRONG_STATE    after: CLOSED
CAPTURED       capture 10    before: WRONG_STATE    after: WRONG_STATE
CAPTURED       capture rest  before: WRONG_STATE    after: WRONG_STATE
CAPTURED       refund 10     before: CAPTURED       after: CAPTURED
CAPTURED       release       before: WRONG_STATE    after: WRONG_STATE
CAPTURED       time out      before: WRONG_STATE    after: WRONG_STATE
CLOSED         capture 10    before: WRONG_STATE    after: WRONG_STATE
CLOSED         capture rest  before: WRONG_STATE    after: WRONG_STATE
CLOSED         refund 10     before: CLOSED         after: CLOSED
CLOSED         release       before: WRONG_STATE    after: WRONG_STATE
CLOSED         time out      before: WRONG_STATE    after: WRONG_STATE
RELEASED       capture 10    before: WRONG_STATE    after: WRONG_STATE
RELEASED       capture rest  before: WRONG_STATE    after: WRONG_STATE
RELEASED       refund 10     before: WRONG_STATE    after: WRONG_STATE
RELEASED       release       before: WRONG_STATE    after: WRONG_STATE
RELEASED       time out      before: WRONG_STATE    after: WRONG_STATE
TIMED_OUT      capture 10    before: WRONG_STATE    after: WRONG_STATE
TIMED_OUT      capture rest  before: WRONG_STATE    after: WRONG_STATE
TIMED_OUT      refund 10     before: WRONG_STATE    after: WRONG_STATE
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
			if v.name == "time out" {
				continue // everyone may
			}
			for _, at := range []At{before, after} {
				_, err := v.do(holdIn(state), as("F", at))
				expect(t, fmt.Sprint(state, " ", v.name, " by another"), err, fault.Forbidden)
			}
		}
	}
	if got := strings.TrimSpace(got.String()); got != want {
		t.Errorf("the walk changed:\n%s", got)
	}
	if _, _, err := TimeOut(holdIn(Open), TimeOutRequest{Hold: holdID}, as("F", after)); err != nil {
		t.Errorf("time-out by anyone: %v", err)
	}
}

func TestCaptureRefusals(t *testing.T) {
	full := holdIn(PartCaptured)
	full.Captures = make([]Taken, MaxCaptures)
	for _, c := range []struct {
		name   string
		hold   Hold
		amount amount.Units
		at     At
		code   fault.Code
	}{
		{"all that is left", holdIn(PartCaptured), 30, before, ""},
		{"another's before its state", holdIn(Released), 999, as("F", after), fault.Forbidden},
		{"its state before the deadline", holdIn(Closed), 999, after, fault.WrongState},
		{"the deadline before the amount", holdIn(PartCaptured), 999, after, fault.Expired},
		{"the amount before the captures", full, 31, before, fault.Insufficient},
		{"a 65th capture", full, 30, before, fault.Limit},
	} {
		next, err := Capture(c.hold, CaptureRequest{Hold: holdID, Amount: c.amount}, c.at)
		if expect(t, c.name, err, c.code) && (next.Captured != 100 ||
			next.Captures[1] != (Taken{Number: before.Number, Amount: 30}) || len(c.hold.Captures) != 1) {
			t.Errorf("%s: %+v", c.name, next)
		}
	}
}

func TestReleaseGivesBackTheRest(t *testing.T) {
	_, back, err := Release(holdIn(PartCaptured), ReleaseRequest{Hold: holdID, Reason: "x"}, before)
	if err != nil || len(back) != 1 || back[0].Lot != lotB || back[0].Amount != 30 {
		t.Errorf("%+v, %v", back, err)
	}
	_, back, err = TimeOut(holdIn(Open), TimeOutRequest{Hold: holdID}, after)
	if err != nil || len(back) != 2 || back.Sum() != 100 {
		t.Errorf("%+v, %v", back, err)
	}
}

// TestHoldsLoseNothing places, captures in parts, refunds parts of any capture and
// ends a hold, against a second account that counts single points. Per lot, what
// is placed is held + captured − refunded at every step; in the end what the
// funders owe for is the points that stayed captured.
func TestHoldsLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lots := []Lot{active("GP", drawUnits(t, 1, 50, "a"), today), active("FP", drawUnits(t, 1, 50, "b"), today),
			active("GP", drawUnits(t, 1, 50, "c"), today+1)}
		last := drawUnits(t, 1, int64(lots[2].Issued), "of the last")
		hold, lots, err := Place(HoldRequest{Pieces: pieces(lots[0].Issued, lots[1].Issued, last)}, purse(lots...),
			At{Caller: "D", Now: 0, Date: today})
		if err != nil {
			t.Fatal(err)
		}
		hold.Deadline = deadline
		var state []byte // of each point: h held, c captured, r refunded
		for range hold.Sum() {
			state = append(state, 'h')
		}
		owed := map[owes]amount.Units{}
		owe := func(from, to amount.Units, sign amount.Units) {
			for _, o := range Owing(hold.Pieces, from, to) {
				owed[owes{o.Funder, o.Programme}] += sign * o.Points
			}
		}
		back := func(line spend.Line, unwind bool) {
			for _, p := range line {
				i := int(p.Lot.Ord)
				if unwind {
					lots[i], _ = Unwind(lots[i], p, Rules{}, lots[i].Expires, today)
				} else {
					lots[i], _ = GiveBack(lots[i], p)
				}
			}
		}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			at := before
			at.Number.Seq = uint64(100 + len(hold.Captures))
			if rest := hold.Sum() - hold.Captured; rapid.Bool().Draw(t, "capture") && rest > 0 {
				next, err := Capture(hold, CaptureRequest{Hold: holdID, Amount: drawUnits(t, 1, int64(rest), "part")},
					at)
				if err != nil {
					t.Fatal(err)
				}
				owe(hold.Captured, next.Captured, 1)
				for i := hold.Captured; i < next.Captured; i++ {
					state[i] = 'c'
				}
				hold = next
			} else if len(hold.Captures) > 0 {
				which := rapid.SampledFrom(hold.Captures).Draw(t, "which")
				units := drawUnits(t, 1, int64(which.Amount), "refund")
				next, from, to, err := RefundCapture(hold,
					RefundRequest{Hold: holdID, Capture: which.Number, Amount: units, Reason: "x"}, at)
				if units > which.Amount-which.Refunded {
					if fault.CodeOf(err) != fault.Insufficient {
						t.Fatalf("%d of %+v: %v", units, which, err)
					}
					continue
				}
				if err != nil || to-from != units {
					t.Fatal(from, to, err)
				}
				for i := from; i < to; i++ {
					if state[i] != 'c' {
						t.Fatalf("point %d given back, which is %c", i, state[i])
					}
					state[i] = 'r'
				}
				owe(from, to, -1)
				back(hold.Pieces.Between(from, to), true)
				hold = next
			}
			checkPlaced(t, hold, lots, state)
		}
		if hold.State.Holds() {
			next, line, err := Release(hold, ReleaseRequest{Hold: holdID, Reason: "x"}, before)
			if err != nil {
				t.Fatal(err)
			}
			back(line, false)
			hold = next
			state = []byte(strings.ReplaceAll(string(state), "h", "b"))
			checkPlaced(t, hold, lots, state)
		}
		if hold.Captured-hold.Refunded() != amount.Units(strings.Count(string(state), "c")) {
			t.Fatalf("%+v, but %s", hold, state)
		}
		for k, owing := range owed {
			captured := amount.Units(0)
			for i, at := 0, 0; i < len(hold.Pieces); i++ {
				for range hold.Pieces[i].Amount {
					if p := hold.Pieces[i]; state[at] == 'c' && p.Funder == k.funder && p.Programme == k.programme {
						captured++
					}
					at++
				}
			}
			if owing != captured {
				t.Fatalf("%v owes for %d points, of which %d stay captured", k, owing, captured)
			}
		}
	})
}

// checkPlaced compares each lot's placed points with those that a second account
// has as held or captured.
func checkPlaced(t *rapid.T, hold Hold, lots []Lot, state []byte) {
	at := 0
	for i, p := range hold.Pieces {
		stands := amount.Units(0)
		for range p.Amount {
			if state[at] == 'h' || state[at] == 'c' {
				stands++
			}
			at++
		}
		if lots[i].Placed != stands || !whole(lots[i]) {
			t.Fatalf("lot %d has %d placed, not %d", i, lots[i].Placed, stands)
		}
	}
}

func TestStatesReadAsWords(t *testing.T) {
	type states struct {
		H HoldState
		L LotState
		O Origin
		T TradeState
		W Whole
		N number.Row
	}
	before := states{PartCaptured, Pending, Refunded, Lapsed, Floor, lotB}
	data, _ := json.Marshal(before)
	if want := `{"H":"PART_CAPTURED","L":"PENDING","O":"REFUNDED","T":"LAPSED","W":"floor","N":"G.1.1.0.1"}`; string(
		data) != want {
		t.Errorf("%s", data)
	}
	var after states
	if err := json.Unmarshal(data, &after); err != nil || after != before {
		t.Errorf("%+v, %v", after, err)
	}
	for _, odd := range []string{`{"H":"LOST"}`, `{"L":"LOST"}`, `{"O":"LOST"}`, `{"T":"LOST"}`, `{"W":"lost"}`,
		`{"L":1}`} {
		if json.Unmarshal([]byte(odd), &after) == nil {
			t.Errorf("%s was read", odd)
		}
	}
	if s := fmt.Sprint(HoldState(99), LotState(99), TradeState(99)); strings.TrimSpace(s) != "" {
		t.Errorf("unknown states are called %q", s)
	}
}

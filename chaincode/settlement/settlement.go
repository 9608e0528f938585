// Package settlement holds the business date, the cycle, and what the parties owe
// each other in it: how it arises, is closed, confirmed, netted and paid.
//
//	command ─▶ obligation ─▶ position of its lane      while the cycle is OPEN
//	CUT_OFF ─▶ COMPUTED: a pair for each two parties   sums are opened, statements signed, lines disputed
//	        ─▶ FINAL: netted into payments             disputed lines are left out, and become adjustments
//	        ─▶ INSTRUCTED ─▶ PART_SETTLED ─▶ SETTLED   banks pay; the ledger holds no money
//
// The invariant: the lanes' positions, the pairs, the nets and the payments are each
// the sum of the ones before, less what was carved out or carried over, and all nets sum to zero.
package settlement

import (
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/workday"
)

// Cycle is the settlement cycle that is open, with the business date (日切).
// Every batch reads it, so what was endorsed before it changed can't land after.
type Cycle struct {
	_       struct{}  `cbor:",toarray"`
	ID      string    `json:"id"` // such as 2026-11
	Date    date.Date `json:"date"`
	Since   date.Date `json:"since"`   // business date of its opening
	Skipped int32     `json:"skipped"` // working days that were never business dates, since the founding
	Moved   int64     `json:"moved"`   // UTC seconds: when the date moved last, 0 if it hasn't
}

// Bounds of moving the business date.
const (
	MaxStep = 7         // days that it moves at once without another party's word
	minTime = 12 * 3600 // seconds from one move to the next, unless the network is a test
)

// AdvanceRequest moves the business date on, and makes the book of the new date. Only the operator may. Beyond
// MaxStep days another party must have confirmed a date as late today. Days that it skips don't count
// towards the deadlines of statements and disputes.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, WRONG_STATE (the date
// does not move forward; too far, and nobody has confirmed it; or, unless the network is a test, within
// 12 hours of the last move); an endorser of a network that is no
// test refuses a date ahead of its own calendar with TIME_WINDOW.
type AdvanceRequest struct {
	_    struct{}  `cbor:",toarray"`
	Date date.Date `json:"date"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r AdvanceRequest) Check() error { return r.Date.Check() }

// Advance moves the business date on, at a moment in UTC seconds. upTo is the latest date that others than the operator
// have confirmed, 0 for none.
func Advance(cycle Cycle, req AdvanceRequest, upTo date.Date, moment int64, test bool) (Cycle, error) {
	if req.Date <= cycle.Date {
		return Cycle{}, fault.New(fault.WrongState, "the business date is %s already", cycle.Date)
	}
	if req.Date > cycle.Date+MaxStep && req.Date > upTo {
		return Cycle{}, fault.New(fault.WrongState,
			"the business date moves on by %d days at most, unless another party confirms it (cycle.confirm)",
			MaxStep)
	}
	if !test && moment < cycle.Moved+minTime {
		return Cycle{}, fault.New(fault.WrongState, "the business date has moved less than 12 hours ago")
	}
	next := cycle
	next.Date, next.Moved = req.Date, moment
	next.Skipped += workday.China.Between(cycle.Date, req.Date)
	return next, nil
}

// ConfirmDateRequest confirms a date up to which the business date may move at once today. Every party may that takes
// part and isn't the operator.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, LIMIT (too many batches of notices today).
type ConfirmDateRequest struct {
	_    struct{}  `cbor:",toarray"`
	Date date.Date `json:"date"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r ConfirmDateRequest) Check() error { return r.Date.Check() }

// ConfirmDate notes that the caller confirms a date. FORBIDDEN for the operator, LIMIT.
func (n Notice) ConfirmDate(req ConfirmDateRequest, operator string, s Step) (Notice, error) {
	if s.Caller == operator {
		return Notice{}, fault.New(fault.Forbidden, "%s moves the date; another confirms it", operator)
	}
	n = n.on(s.Today)
	n.UpTo = req.Date
	return n.by(s)
}

// Confirmed is the latest date that a party has confirmed today, 0 for none.
func Confirmed(given []Given, today date.Date) (upTo date.Date) {
	for _, g := range given {
		if g.Notice.Date == today {
			upTo = max(upTo, g.Notice.UpTo)
		}
	}
	return upTo
}

// Open makes the first cycle.
func Open(id string, first date.Date) Cycle { return Cycle{ID: id, Date: first, Since: first} }

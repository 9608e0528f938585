// Package settlement holds the business date, the cycle, and what the parties owe
// each other in it: how it arises, is closed, confirmed, netted and paid.
//
//	command ─▶ obligation ─▶ position of its lane      while the cycle is OPEN
//	CUT_OFF ─▶ COMPUTED: a pair for each two parties   hidden sums are opened, statements signed, lines disputed
//	        ─▶ FINAL: netted into payments             what is disputed is left out, and decided as an adjustment later
//	        ─▶ INSTRUCTED ─▶ PART_SETTLED ─▶ SETTLED   banks pay; the ledger holds no money
//
// The invariant: the lanes' positions, the pairs, the nets and the payments are each
// the sum of the ones before, less what was carved out or carried over, and all nets sum to zero.
package settlement

import (
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// Cycle is the settlement cycle that is open, with the business date (日切).
// Every batch reads it, so what was endorsed before it changed can't land after.
type Cycle struct {
	_     struct{}  `cbor:",toarray"`
	ID    string    `json:"id"` // such as 2026-11
	Date  date.Date `json:"date"`
	Since date.Date `json:"since"` // business date of its opening
}

// AdvanceRequest moves the business date on. Only the operator may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, WRONG_STATE (the date
// does not move forward); an endorser of a network that is no
// test refuses a date ahead of its own calendar with TIME_WINDOW.
type AdvanceRequest struct {
	_    struct{}  `cbor:",toarray"`
	Date date.Date `json:"date"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r AdvanceRequest) Check() error { return r.Date.Check() }

// Advance moves the business date on.
func Advance(cycle Cycle, req AdvanceRequest) (Cycle, error) {
	if req.Date <= cycle.Date {
		return Cycle{}, fault.New(fault.WrongState, "the business date is %s already", cycle.Date)
	}
	next := cycle
	next.Date = req.Date
	return next, nil
}

// Open makes the first cycle.
func Open(id string, first date.Date) Cycle { return Cycle{ID: id, Date: first, Since: first} }

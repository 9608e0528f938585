// Package books is what a party's accountant makes of the ledger: what points are
// worth in the books, who redeemed whose points, journals for an ERP system, and a
// proof of what an issuer owes its members.
//
// Nouns. A *cohort* is the points that one party bears, of one programme, that were
// issued in one month, from one source: the unit in which redemption is estimated. A
// *policy* is the party's own estimate of what will be redeemed, and the prices of the
// sales that points came with; neither is on the ledger. A *reading* is what points are
// worth at one moment. A *posting* is one line of a statement, a *voucher* (凭证) what it
// comes to in one party's books, and a *period* a cycle, whose books are *locked* (已结账)
// once they were exported.
//
//	index ─▶ lots ─▶ cohorts ─┬─ policy ─▶ reading ─▶ closing vouchers ─┐
//	statement lines ─▶ postings ───────────────────▶ vouchers ──────────┴─▶ locked period ─▶ CSV, XLSX, JSON,
//	payments ─▶ settlements ───────────────────────▶ vouchers ─┘             trial balance, ledgers, ageing
//
// The one invariant, of every programme, party and cohort, at every moment:
//
//	allocated = redeemed + breakage + released + liability
//
// where all are fen: what was allocated to the points when they were issued, what was
// recognised because they were redeemed, what was recognised because some never will be,
// what gifts no longer cost, and what is still owed.
//
// Every function here is pure: values in, values out, no ledger, no clock. Exact
// rationals carry every sum; each figure is rounded once, at its end.
package books

import (
	"encoding/json"
	"time"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// Limits. Every loop of this package is bounded by one of them, or by its input.
const (
	MaxRates  = 64      // changes of one programme's expected redemption
	MaxLeaves = 1 << 24 // members of one proof of liabilities, padding included
	MaxPath   = 24      // siblings of a member's inclusion proof
	maxPolicy = 1 << 24 // bytes of a policy file
	maxChart  = 1 << 20 // bytes of a chart of accounts
	oldestAge = 24      // months: cohorts of this age and more are shown together

	exactYuan = 1_000_000_000_000_000 // fen under which a spreadsheet holds yuan exactly
)

// Month is a month of the calendar, counted from January 1970.
type Month int32

// MonthOf is the month of a day.
func MonthOf(d date.Date) Month { return Month(d.Month()) }

// String writes "2026-11".
func (m Month) String() string {
	return time.Date(1970, time.Month(m)+1, 1, 0, 0, 0, 0, time.UTC).Format(monthLayout)
}

const monthLayout = "2006-01"

// ParseMonth reads "2026-11". BAD_REQUEST for anything else.
func ParseMonth(text string) (Month, error) {
	t, err := time.Parse(monthLayout, text)
	if err != nil {
		return 0, fault.New(fault.BadRequest, "month %.20q: want 2026-11", text)
	}
	return Month((t.Year()-1970)*12 + int(t.Month()) - 1), nil
}

// MarshalJSON writes the month as text.
func (m Month) MarshalJSON() ([]byte, error) { return json.Marshal(m.String()) }

// UnmarshalJSON reads what MarshalJSON writes.
func (m *Month) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	parsed, err := ParseMonth(text)
	*m = parsed
	return err
}

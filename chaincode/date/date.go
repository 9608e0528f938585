// Package date is the civil calendar of the ledger: the business date (日切) on
// which expiry and cycles are measured. It is a fact that the operator's
// command advances, never a clock.
package date

import (
	"encoding/json"
	"time"

	"tallystick/chaincode/fault"
)

// Date counts days since 1970-01-01. Zero means "no date" and is never valid
// in a row that needs one.
type Date int32

// The range that Parse accepts, so that no rule meets an absurd calendar.
const (
	first Date = 10957 // 2000-01-01
	last  Date = 84005 // 2199-12-31
)

const layout = "2006-01-02"

// Of returns the day on which a moment falls in a place.
func Of(moment time.Time, place *time.Location) Date {
	y, m, d := moment.In(place).Date()
	return Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// Parse reads "2026-12-31". BAD_REQUEST for anything else.
func Parse(text string) (Date, error) {
	t, err := time.Parse(layout, text)
	if err != nil {
		return 0, fault.New(fault.BadRequest, "date %.20q: want a day that there is, such as 2026-12-31", text)
	}
	d := Date(t.Unix() / 86400)
	return d, d.Check()
}

// Check refuses with BAD_REQUEST a day before 2000 or after 2199.
func (d Date) Check() error {
	if d < first || d > last {
		return fault.New(fault.BadRequest, "date is not between 2000-01-01 and 2199-12-31")
	}
	return nil
}

// String writes "2026-12-31", and "" for no date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return time.Unix(int64(d)*86400, 0).UTC().Format(layout)
}

// MarshalJSON writes the date as text.
func (d Date) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads what MarshalJSON writes.
func (d *Date) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	if text == "" {
		*d = 0
		return nil
	}
	parsed, err := Parse(text)
	*d = parsed
	return err
}

// Month counts months since 1970-01, for windows of whole months.
func (d Date) Month() int32 {
	t := time.Unix(int64(d)*86400, 0).UTC()
	return int32(t.Year()-1970)*12 + int32(t.Month()) - 1
}

// MonthEnd is the last day of the month that is so many months after the day's.
func (d Date) MonthEnd(after int) Date {
	t := time.Unix(int64(d)*86400, 0).UTC()
	return Date(time.Date(t.Year(), t.Month()+time.Month(after)+1, 0, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// QuarterEnd is the last day of the quarter that is so many quarters after the day's.
func (d Date) QuarterEnd(after int) Date {
	t := time.Unix(int64(d)*86400, 0).UTC()
	return d.MonthEnd(3*after + 2 - (int(t.Month())-1)%3)
}

// YearEnd is the last day of the year that is so many years after the day's.
func (d Date) YearEnd(after int) Date {
	t := time.Unix(int64(d)*86400, 0).UTC()
	return d.MonthEnd(12*after + 12 - int(t.Month()))
}

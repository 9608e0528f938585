package bank

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// booking is one that a creditor is told of.
type booking struct {
	payment
	from      group
	value     string // decimal
	day       time.Time
	reference string
	pending   bool
	reversal  bool
}

const layout = "2006-01-02"

// bookings are what the creditors are told, by account, day and end-to-end id.
func (p Plan) bookings(o order) ([]booking, error) {
	var all []booking
	for _, g := range o.Groups {
		due, err := time.Parse(layout, g.Due.String())
		if err != nil {
			return nil, fmt.Errorf("the bank can't read a day: %w", err)
		}
		if !p.Day.IsZero() {
			due = p.Day
		}
		for _, c := range g.Credits {
			if p.Lost[c.ID] || p.Account != "" && p.Account != c.Account.number() {
				continue
			}
			all = append(all, p.of(o.Header.ID, g, c, due)...)
		}
	}
	slices.SortStableFunc(all, func(a, b booking) int {
		return cmp.Or(cmp.Compare(a.Account.number(), b.Account.number()), a.day.Compare(b.day),
			cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// of are the bookings of one payment.
func (p Plan) of(message string, g group, c payment, due time.Time) []booking {
	parts, instead := p.Books[c.ID]
	if !instead {
		parts = []string{c.Amount.Value}
	}
	var all []booking
	for n, value := range parts {
		b := booking{
			payment: c, from: g, value: value, day: due.AddDate(0, 0, p.Late[c.ID]),
			reference: reference(message, c.ID, n), pending: p.Pending[c.ID],
		}
		all = append(all, b)
		if p.Twice[c.ID] {
			all = append(all, b)
		}
		if p.Reversed[c.ID] {
			b.reversal, b.day, b.reference = true, b.day.AddDate(0, 0, 1), "RV"+b.reference[2:]
			all = append(all, b)
		}
	}
	return all
}

// entries puts bookings in entries: each its own, or those that one account gets on one
// day, in one state and direction, together.
func (p Plan) entries(bookings []booking) [][]booking {
	var all [][]booking
	for _, b := range bookings {
		at := -1
		if p.Batch {
			at = slices.IndexFunc(all, func(e []booking) bool { return e[0].together(b) })
		}
		if at < 0 {
			all, at = append(all, nil), len(all)
		}
		all[at] = append(all[at], b)
	}
	return all
}

func (b booking) together(c booking) bool {
	return b.Account == c.Account && b.day.Equal(c.day) && b.pending == c.pending && b.reversal == c.reversal &&
		b.Amount.Currency == c.Amount.Currency
}

// sum is what bookings come to.
func sum(bookings []booking) (string, error) {
	var all decimal.Decimal
	for _, b := range bookings {
		value, err := decimal.NewFromString(b.value)
		if err != nil {
			return "", fmt.Errorf("the plan has no amount in %q", b.value)
		}
		all = all.Add(value)
	}
	return all.StringFixed(2), nil
}

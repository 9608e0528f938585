package iso20022

import (
	"fmt"

	"tallystick/chaincode/fault"
)

// tell yields the advices of an entry: one for each of its details, or one for the
// entry if it has none. An advice has what is known of it already.
func (r *reader) tell(e entry, a Advice) error {
	a, err := e.advice(a)
	if err != nil {
		return fmt.Errorf("%s: %w", a.At, err)
	}
	if len(e.Details) == 0 {
		return r.hand(a)
	}
	for n, d := range e.Details {
		detail := a
		detail.At.Detail = n + 1
		if detail, err = d.advice(detail, len(e.Details)); err != nil {
			return fmt.Errorf("%s: %w", detail.At, err)
		}
		if err := r.hand(detail); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) hand(a Advice) error {
	if r.count++; r.count > AdviceLimit {
		return fault.New(fault.Limit, "%s: the file has more than %d advices", a.At, AdviceLimit)
	}
	if !r.yield(a, nil) {
		return errStopped
	}
	return nil
}

// advice fills in what an entry says, for itself and its details.
func (e entry) advice(a Advice) (_ Advice, err error) {
	sum, err := one(e.Amounts)
	if err != nil {
		return a, err
	}
	if sum == nil {
		return a, fault.New(fault.BadRequest, "amount: is missing")
	}
	if err := a.take(*sum); err != nil {
		return a, err
	}
	if a.Credit, err = isCredit(e.Direction); err != nil {
		return a, err
	}
	if a.Reversal, err = isReversal(e.Reversal); err != nil {
		return a, err
	}
	if a.Status, err = e.Status.read(); err != nil {
		return a, err
	}
	a.BankReference = either(e.Reference)
	return e.dates(a)
}

// dates fills in the days. A booking without a booking date was booked on its value
// date, as far as anyone can tell.
func (e entry) dates(a Advice) (_ Advice, err error) {
	if a.Booked, err = e.Booked.read("booking date"); err != nil {
		return a, err
	}
	if a.Value, err = e.Value.read("value date"); err != nil {
		return a, err
	}
	if a.Booked == 0 {
		a.Booked = a.Value
	}
	if a.Booked == 0 && a.Status == Booked {
		return a, fault.New(fault.BadRequest, "it is booked, but has no date")
	}
	return a, nil
}

// advice fills in what a detail says beyond its entry, which has so many.
//
// The amount and the direction are the detail's own if it has them. An entry's amount
// is its only detail's; one of several must have its own. One of several without a
// bank reference of its own gets the entry's with its number behind it, so that it is
// no duplicate of its neighbours.
func (d details) advice(a Advice, of int) (_ Advice, err error) {
	own, err := d.amount()
	if err != nil {
		return a, err
	}
	switch {
	case own != nil:
		if err := a.take(*own); err != nil {
			return a, err
		}
	case of > 1:
		return a, fault.New(fault.BadRequest, "amount: is missing, and the entry's is for all")
	}
	if d.Direction != "" {
		if a.Credit, err = isCredit(d.Direction); err != nil {
			return a, err
		}
	}
	if id := either(d.EndToEndID); id != notProvided {
		a.EndToEndID = id
	}
	switch reference := either(d.Reference); {
	case reference != "":
		a.BankReference = reference
	case a.BankReference != "" && of > 1:
		a.BankReference = fmt.Sprintf("%s/%d", a.BankReference, a.At.Detail)
	}
	a.Debtor, a.DebtorAccount = either(d.Newer, d.Name), d.Account.number()
	return a, nil
}

func (d details) amount() (*money, error) {
	if own, err := one(d.Amounts); own != nil || err != nil {
		return own, err
	}
	return one(d.Older)
}

// take reads an amount with its currency.
func (a *Advice) take(m money) (err error) {
	if a.Fen, err = hundredths(either(m.Value)); err != nil {
		return err
	}
	if a.Currency = m.Currency; len(a.Currency) != 3 || !all(a.Currency, isCapital) {
		return fault.New(fault.BadRequest, "currency: want three capital letters")
	}
	return nil
}

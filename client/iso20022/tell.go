package iso20022

import (
	"errors"
	"fmt"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
)

// tell yields the advices of an entry: one for each of its details, or one for the
// entry if it has none. An advice has what is known of it already.
func (r *reader) tell(e entry, a Advice) error {
	a, err := e.advice(a)
	a.Odd = oddity(err)
	a.Text = Clean(e.text)
	if len(e.details) == 0 {
		a.BankReference = reference(e.reference)
		return r.hand(a)
	}
	list := make([]Advice, len(e.details))
	for n, d := range e.details {
		list[n] = d.advice(a, n+1, len(e.details))
	}
	if a.Odd == "" {
		compare(a, list, e.details)
	}
	e.name(list)
	for _, detail := range list {
		if err := r.hand(detail); err != nil {
			return err
		}
	}
	return nil
}

// oddity is why an entry can't be read, for people; "" for no error.
func oddity(err error) string {
	var refusal *fault.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refusal):
		return refusal.Text
	}
	return err.Error()
}

func (r *reader) hand(a Advice) error {
	if r.count++; r.count > r.most {
		return fault.New(fault.Limit, "%s: the file has more than %d advices", a.At, r.most)
	}
	if !r.yield(a, nil) {
		return errStopped
	}
	return nil
}

// advice fills in what an entry says, for itself and its details.
func (e entry) advice(a Advice) (_ Advice, err error) {
	sum, err := one(e.amounts)
	if err != nil {
		return a, err
	}
	if sum == nil {
		return a, fault.New(fault.BadRequest, "amount: is missing")
	}
	if err := a.take(*sum); err != nil {
		return a, err
	}
	if a.Credit, err = isCredit(e.direction); err != nil {
		return a, err
	}
	if a.Reversal, err = isReversal(e.reversal); err != nil {
		return a, err
	}
	if a.Status, err = readStatus(e.status); err != nil {
		return a, err
	}
	if a.Charges, err = e.charges.read(a.Currency); err != nil {
		return a, err
	}
	return e.dates(a)
}

// dates fills in the days. A booking without a booking date was booked on its value
// date, as far as anyone can tell.
func (e entry) dates(a Advice) (_ Advice, err error) {
	if a.Booked, err = e.booked.read("booking date"); err != nil {
		return a, err
	}
	if a.Value, err = e.value.read("value date"); err != nil {
		return a, err
	}
	if a.Booked == 0 {
		a.Booked, a.Undated = a.Value, true
	}
	if a.Booked == 0 && a.Status == Booked {
		return a, fault.New(fault.BadRequest, "it is booked, but has no date")
	}
	return a, nil
}

// read is what the bank took. Charges in another currency are not read: nothing could be
// added to them.
func (c charges) read(currency string) (sum amount.Units, err error) {
	list := c.total
	if len(list) == 0 {
		list = c.records
	}
	for _, m := range list {
		if m.Currency != "" && m.Currency != currency {
			continue
		}
		fen, err := hundredths(either(m.Value))
		if err != nil {
			return 0, fmt.Errorf("charges: %w", err)
		}
		sum = sum.AddUpTo(fen)
	}
	return sum, nil
}

// advice is what a detail says beyond its entry, of which it is the n-th of so many.
// The amount and the direction are the detail's own if it has them. An entry's amount
// is its only detail's.
func (d details) advice(a Advice, n, of int) Advice {
	a.At.Detail = n
	if id := either(d.endToEndID); id != notProvided {
		a.EndToEndID = id
	}
	a.Debtor, a.DebtorAccount = either(d.debtor.name), d.debtor.number()
	a.Creditor, a.CreditorAccount = either(d.creditor.name), d.creditor.number()
	a.Text, a.Return = Clean(joined(d.text, a.Text)), either(d.reason)
	if a.Odd != "" {
		return a
	}
	read, err := d.read(a, of)
	if err != nil {
		a.Odd = oddity(err)
		return a
	}
	return read
}

// read fills in a detail's own amount, charges and direction.
func (d details) read(a Advice, of int) (_ Advice, err error) {
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
		a.Fen, a.Doubt = 0, "the entry has one amount for several payments"
	}
	if d.direction != "" {
		if a.Credit, err = isCredit(d.direction); err != nil {
			return a, err
		}
	}
	took, err := d.charges.read(a.Currency)
	switch {
	case err != nil:
		return a, err
	case took > 0:
		a.Charges = took
	case of > 1:
		a.Charges = 0 // the entry's are of all
	}
	return a, nil
}

func (d details) amount() (*money, error) {
	if own, err := one(d.amounts); own != nil || err != nil {
		return own, err
	}
	return one(d.older)
}

// compare holds details against their entry: what was booked is the entry's amount, so
// its details must come to it. If they don't, all of them are in doubt.
func compare(entry Advice, list []Advice, details []details) {
	sum, doubt := amount.Units(0), ""
	for _, a := range list {
		switch {
		case a.Odd != "" || a.Doubt != "":
			doubt = "another detail of the entry can't be read"
		case a.Currency != entry.Currency:
			doubt = fmt.Sprintf("the entry is in %s, a detail in %s", entry.Currency, a.Currency)
		case a.Credit == entry.Credit:
			sum += a.Fen
		default:
			sum -= a.Fen
		}
	}
	if doubt == "" && sum != entry.Fen {
		doubt = fmt.Sprintf("%s was booked, the details say %s", decimals(entry.Fen), decimals(sum))
	}
	for n := range list {
		a := &list[n]
		if doubt == "" || a.Odd != "" || a.Doubt != "" {
			continue
		}
		a.Doubt = doubt
		if len(list) == 1 { // what was booked counts, if anything
			a.Fen, a.Currency, a.Credit = entry.Fen, entry.Currency, entry.Credit
		}
	}
}

// notReferences are what banks write where there is none.
var notReferences = map[string]bool{"NONREF": true, "NOREF": true, notProvided: true, "NOTAVAILABLE": true}

func reference(texts ...string) string {
	if text := either(texts...); !notReferences[text] {
		return text
	}
	return ""
}

// name gives each advice of an entry its references. An entry's reference is its only
// detail's, beside the detail's own. One of several details without a reference that is
// its alone gets the entry's with its payment, its amount and, of several alike, a
// number behind it: whatever order the bank tells them in, it is the same.
func (e entry) name(list []Advice) {
	whole, times := reference(e.reference), map[string]int{}
	for _, d := range e.details {
		times[reference(d.reference)]++
	}
	alike := map[string]int{}
	for n, d := range e.details {
		a := &list[n]
		a.BankReference = reference(d.reference)
		switch shared := times[a.BankReference] > 1 || a.BankReference == whole; {
		case len(list) == 1:
			if a.BankReference == "" {
				a.BankReference = whole
			} else if whole != a.BankReference {
				a.Alias = whole
			}
		case (a.BankReference == "" || shared) && whole != "":
			a.BankReference = fmt.Sprintf("%s/%s/%s", whole, a.EndToEndID, decimals(a.Fen))
			if alike[a.BankReference]++; alike[a.BankReference] > 1 {
				a.BankReference = fmt.Sprintf("%s/%d", a.BankReference, alike[a.BankReference])
			}
		case shared:
			a.BankReference = ""
		}
	}
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

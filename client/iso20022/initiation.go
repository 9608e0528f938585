package iso20022

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// Initiation asks a debtor's bank to pay, from one account.
type Initiation struct {
	MessageID     string    `json:"messageId"` // the bank refuses one that it has seen
	Created       time.Time `json:"created"`   // said by the caller; whole seconds count
	Initiator     Party     `json:"initiator"` // who sends the file
	Debtor        Party     `json:"debtor"`
	DebtorAccount Account   `json:"debtorAccount"`
	Payments      []Payment `json:"payments"` // in any order; 1 to PaymentLimit
	Form          Form      `json:"form"`
}

// Form is what a bank asks for beside the payments. The zero value is what most take.
type Form struct {
	Version      Version `json:"version,omitempty"`      // "" for Version09
	ServiceLevel string  `json:"serviceLevel,omitempty"` // code, such as NURG or URGP; "" for the bank's own
	Category     string  `json:"category,omitempty"`     // code of the category of purpose, such as SUPP; "" for none
	Purpose      string  `json:"purpose,omitempty"`      // code of the purpose, such as GDSV; "" for none
	Charges      Bearer  `json:"charges,omitempty"`      // "" for ByDebtor: the creditor gets what it is owed
	Batch        bool    `json:"batch,omitempty"`        // booked as one sum on the debtor's account
}

// Version is one of pain.001.
type Version string

// The versions.
const (
	Version03 Version = "001.03"
	Version09 Version = "001.09"
)

// Bearer is who bears the banks' charges.
type Bearer string

// The bearers.
const (
	ByDebtor   Bearer = "DEBT"
	ByCreditor Bearer = "CRED"
	Shared     Bearer = "SHAR"
	ByService  Bearer = "SLEV" // as the service level has it
)

// Check refuses with BAD_REQUEST another version or bearer, or a malformed code.
func (f Form) Check() error {
	switch f.Version {
	case "", Version03, Version09:
	default:
		return fault.New(fault.BadRequest, "version: want %s or %s", Version03, Version09)
	}
	switch f.Charges {
	case "", ByDebtor, ByCreditor, Shared, ByService:
	default:
		return fault.New(fault.BadRequest, "charges: want %s, %s, %s or %s", ByDebtor, ByCreditor, Shared, ByService)
	}
	for _, code := range []string{f.ServiceLevel, f.Category, f.Purpose} {
		if len(code) > codeLimit || !all(code, func(b byte) bool { return isCapital(b) || isDigit(b) }) {
			return fault.New(fault.BadRequest, "service level and purposes: want up to %d capital letters and digits",
				codeLimit)
		}
	}
	return nil
}

// codeLimit is how long a code of the standard's lists is.
const codeLimit = 4

// Payment is what one creditor is to get on one day.
type Payment struct {
	EndToEndID      string       `json:"endToEndId"` // comes back in the creditor's advice
	Fen             amount.Units `json:"fen"`
	Currency        string       `json:"currency"` // CNY
	Creditor        Party        `json:"creditor"`
	CreditorAccount Account      `json:"creditorAccount"`
	Due             date.Date    `json:"due"`                  // on which the bank is to pay
	Remittance      string       `json:"remittance,omitempty"` // for the creditor's eyes, cut to TextLimit; "" for none
}

// Check refuses, first that applies, with BAD_REQUEST a malformed form and message id, a moment
// out of range, a malformed initiator, debtor or account of the debtor, and an empty
// list; with LIMIT more than PaymentLimit payments; then what Payment.Check refuses of
// the first such payment; with BAD_REQUEST an end-to-end id that stands twice; with
// LIMIT more than DueLimit days and a sum above amount.Max.
func (i Initiation) Check() error {
	if err := i.Form.Check(); err != nil {
		return err
	}
	if err := checkID("message id", i.MessageID, MessageIDLimit); err != nil {
		return err
	}
	if err := date.Of(i.Created, time.UTC).Check(); err != nil {
		return fmt.Errorf("created: %w", err)
	}
	if err := i.Initiator.Check(); err != nil {
		return fmt.Errorf("initiator: %w", err)
	}
	if err := i.Debtor.Check(); err != nil {
		return fmt.Errorf("debtor: %w", err)
	}
	if err := i.DebtorAccount.Check(); err != nil {
		return fmt.Errorf("debtor: %w", err)
	}
	return i.checkPayments()
}

func (i Initiation) checkPayments() error {
	if len(i.Payments) == 0 {
		return fault.New(fault.BadRequest, "there is no payment")
	}
	if len(i.Payments) > PaymentLimit {
		return fault.New(fault.Limit, "there are more than %d payments", PaymentLimit)
	}
	first, due := map[string]int{}, map[date.Date]bool{}
	for n, p := range i.Payments {
		if err := p.Check(); err != nil {
			return fmt.Errorf("payment %d: %w", n+1, err)
		}
		if at, twice := first[p.EndToEndID]; twice {
			return fault.New(fault.BadRequest, "payment %d: has the end-to-end id of payment %d", n+1, at)
		}
		first[p.EndToEndID], due[p.Due] = n+1, true
	}
	if len(due) > DueLimit {
		return fault.New(fault.Limit, "payments are due on more than %d days", DueLimit)
	}
	_, err := total(i.Payments)
	return err
}

// Check refuses, first that applies, with BAD_REQUEST a malformed end-to-end id; an
// amount as amount.Units.Check does; with BAD_REQUEST a currency that fen are not of, a
// malformed creditor or account, and a day out of range.
func (p Payment) Check() error {
	if err := checkID("end-to-end id", p.EndToEndID, IDLimit); err != nil {
		return err
	}
	if p.EndToEndID == notProvided {
		return fault.New(fault.BadRequest, "end-to-end id: %s stands for none", notProvided)
	}
	if err := p.Fen.Check(); err != nil {
		return err
	}
	if p.Currency != Currency {
		return fault.New(fault.BadRequest, "currency: fen are hundredths of %s", Currency)
	}
	if err := p.Creditor.Check(); err != nil {
		return fmt.Errorf("creditor: %w", err)
	}
	if err := p.CreditorAccount.Check(); err != nil {
		return fmt.Errorf("creditor: %w", err)
	}
	return p.Due.Check()
}

// notProvided is what banks write where there is no end-to-end id.
const notProvided = "NOTPROVIDED"

// total is what payments come to, refused with LIMIT above amount.Max.
func total(payments []Payment) (amount.Units, error) {
	var sum amount.Units
	for _, p := range payments {
		next, err := sum.Add(p.Fen)
		if err != nil {
			return 0, fmt.Errorf("the sum of the payments: %w", err)
		}
		sum = next
	}
	return sum, nil
}

// byDue parts payments by the day that they are due, earliest first, each part by
// end-to-end id: the order in which they were given is forgotten.
func byDue(payments []Payment) [][]Payment {
	sorted := slices.SortedFunc(slices.Values(payments), func(a, b Payment) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.EndToEndID, b.EndToEndID))
	})
	var parts [][]Payment
	for n, p := range sorted {
		if n == 0 || p.Due != sorted[n-1].Due {
			parts = append(parts, nil)
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], p)
	}
	return parts
}

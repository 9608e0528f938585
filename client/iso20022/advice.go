package iso20022

import (
	"fmt"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
)

// Advice is one booking, or one that is to come, of which a bank tells the holder of
// an account.
type Advice struct {
	At            Position     `json:"at"`
	Account       string       `json:"account"`                  // whose holder is told
	EndToEndID    string       `json:"end_to_end_id,omitempty"`  // "" if the bank gives none
	BankReference string       `json:"bank_reference,omitempty"` // the bank's own; "" if it gives none
	Fen           amount.Units `json:"fen"`                      // ≥ 0; hundredths of Currency
	Currency      string       `json:"currency"`                 // as ISO 4217 writes it
	Credit        bool         `json:"credit"`                   // money came; otherwise it went
	Reversal      bool         `json:"reversal,omitempty"`       // of an earlier booking
	Status        Status       `json:"status"`                   //
	Booked        date.Date    `json:"booked,omitempty"`         // the value date if the bank gives no booking date
	Value         date.Date    `json:"value,omitempty"`          // no date if the bank gives none
	Debtor        string       `json:"debtor,omitempty"`         // name of who paid
	DebtorAccount string       `json:"debtor_account,omitempty"` //
}

// Position is where in a file an advice stands, each part counted from 1.
type Position struct {
	Report int `json:"report"`           // notification or statement
	Entry  int `json:"entry"`            // in it
	Detail int `json:"detail,omitempty"` // in the entry; 0 if it has no details
}

// String writes "report 1, entry 3, detail 2".
func (p Position) String() string {
	if p.Detail == 0 {
		return fmt.Sprintf("report %d, entry %d", p.Report, p.Entry)
	}
	return fmt.Sprintf("report %d, entry %d, detail %d", p.Report, p.Entry, p.Detail)
}

// Status is how far the bank is with an entry.
type Status string

// The states that the standard has.
const (
	Booked  Status = "BOOK" // on the account
	Pending Status = "PDNG" // may still not come
	Info    Status = "INFO" // told, never booked by itself
	Future  Status = "FUTR" // to come on its value date
)

package iso20022

import (
	"fmt"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
)

// Advice is one booking, or one that is to come, of which a bank tells the holder of
// an account.
type Advice struct {
	At            Position `json:"at"`
	Source        Source   `json:"source"`
	Account       string   `json:"account"`                 // whose holder is told
	EndToEndID    string   `json:"endToEndId,omitempty"`    // "" if the bank gives none
	BankReference string   `json:"bankReference,omitempty"` // the bank's own; "" if it gives none
	// another reference of the bank's for the same booking
	Alias           string       `json:"alias,omitempty"`
	Fen             amount.Units `json:"fen"`                     // ≥ 0; hundredths of Currency
	Charges         amount.Units `json:"charges,omitempty"`       // that the bank says it took
	Currency        string       `json:"currency"`                // as ISO 4217 writes it
	Credit          bool         `json:"credit"`                  // money came; otherwise it went
	Reversal        bool         `json:"reversal,omitempty"`      // of an earlier booking
	Status          Status       `json:"status"`                  //
	Booked          date.Date    `json:"booked,omitempty"`        // the value date if the bank gives no booking date
	Undated         bool         `json:"undated,omitempty"`       // the bank gives no booking date
	Value           date.Date    `json:"value,omitempty"`         // no date if the bank gives none
	Debtor          string       `json:"debtor,omitempty"`        // name of who paid
	DebtorAccount   string       `json:"debtorAccount,omitempty"` //
	Creditor        string       `json:"creditor,omitempty"`      // name of who was paid
	CreditorAccount string       `json:"creditorAccount,omitempty"`
	Text            string       `json:"text,omitempty"`   // what the payer wrote, cut to TextLimit
	Return          string       `json:"return,omitempty"` // code for which it came back, such as AC04
	Doubt           string       `json:"doubt,omitempty"`  // why its amount can't be relied on, "" if it can
	Odd             string       `json:"odd,omitempty"`    // why it can't be read, "" if it can
}

// Source is what kind of file tells of a booking, or who.
type Source string

// The sources.
const (
	Notice    Source = "notice"    // camt.054
	Statement Source = "statement" // camt.053
	Table     Source = "table"     // a bank's CSV or workbook
	Hand      Source = "hand"      // a person who looked
)

// references are those that stand for this booking and no other.
func (a Advice) references() []string { return given(a.BankReference, a.Alias) }

// given are the texts that aren't empty.
func given(texts ...string) (list []string) {
	for _, text := range texts {
		if text != "" {
			list = append(list, text)
		}
	}
	return list
}

// Position is where in a file an advice stands, each part counted from 1.
type Position struct {
	Report int `json:"report"`           // notification or statement; 0 in a table
	Entry  int `json:"entry"`            // in it; the line of a table
	Detail int `json:"detail,omitempty"` // in the entry; 0 if it has no details
}

// String writes "report 1, entry 3, detail 2", or "line 3".
func (p Position) String() string {
	switch {
	case p.Report == 0:
		return fmt.Sprintf("line %d", p.Entry)
	case p.Detail == 0:
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

package books

import (
	"fmt"
	"strconv"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/settlement"
)

// Posting is one line of a statement: a debtor owes a creditor. Its JSON has the names
// of a statement's line.
type Posting struct {
	ID        string          `json:"id"` // the line's, such as D.3.42.17.0
	Date      date.Date       `json:"date"`
	Kind      settlement.Kind `json:"kind"`
	Scene     string          `json:"scene"`
	Debtor    string          `json:"debtor"`
	Creditor  string          `json:"creditor"`
	Programme string          `json:"programme"` // "" for what isn't of points
	Points    amount.Units    `json:"points"`
	Fen       amount.Units    `json:"fen"`
	Tax       amount.Rate     `json:"tax"` // VAT rate contained in fen, 0/1 or none for none
	Block     uint64          `json:"block"`
	Tx        string          `json:"tx"`
	// of what is carried: it was netted into a payment, which wasn't made
	Unpaid    bool `json:"unpaid,omitempty"`
	TakenBack bool `json:"takenBack,omitempty"` // of what is carried: it was paid, and a bank took it back
	Void      bool `json:"void,omitempty"`      // the line counts no more, by a dispute: its voucher is reversed
}

// Check refuses with BAD_REQUEST or LIMIT what is no line.
func (p Posting) Check() error {
	if p.ID == "" || len(p.ID) > maxID {
		return fault.New(fault.BadRequest, "line: want an id of at most %d characters", maxID)
	}
	if _, known := rules[p.Kind]; !known {
		return fault.New(fault.BadRequest, "line %s: of which kind?", p.ID)
	}
	for _, of := range [][2]string{{"debtor", p.Debtor}, {"creditor", p.Creditor}} {
		if err := name.CheckID("line "+p.ID+": "+of[0], of[1]); err != nil {
			return err
		}
	}
	if p.Debtor == p.Creditor {
		return fault.New(fault.BadRequest, "line %s: %s owes itself", p.ID, p.Debtor)
	}
	if err := p.Date.Check(); err != nil {
		return err
	}
	if p.Tax != (amount.Rate{}) {
		if err := p.Tax.Check(); err != nil {
			return err
		}
		if p.Tax.Num >= p.Tax.Den {
			return fault.New(fault.BadRequest, "line %s: tax %s: want less than the whole", p.ID, p.Tax)
		}
	}
	return p.Fen.CheckOptional()
}

// TaxFen is the VAT that the fen contain, as the statement has it: fen × rate ⁄ (1 + rate),
// half to even.
func (p Posting) TaxFen() amount.Units {
	tax := p.Tax.Lowest()
	if tax.Num == 0 || tax.Den == 0 {
		return 0
	}
	fen, err := (amount.Rate{Num: tax.Num, Den: tax.Num + tax.Den}).Of(p.Fen, amount.HalfEven)
	if err != nil {
		return 0 // the rate is under 1, and the fen were within the limit
	}
	return fen
}

// maxID is the longest id of a line.
const maxID = 160

// booked says whether the line was booked before: what a statement leaves to a later cycle
// is owed since it arose. What a payment leaves was netted, and is owed again; so is what was paid and taken back.
func (p Posting) booked() bool { return p.Kind == settlement.Carried && !p.Unpaid && !p.TakenBack }

// Settlement is what one counterparty and this party discharged of what they owed each
// other in a cycle, and what was paid for it. Netting and payments may come apart, as
// they do where several net together: then one settlement has the payable and the
// receivable, and others, of no counterparty, what was paid.
type Settlement struct {
	ID         string       `json:"id"` // the payment's, or the pair's: CYCLE-PARTY
	Date       date.Date    `json:"date"`
	Party      string       `json:"party"`      // counterparty; "" for a payment that netting came to
	Payable    amount.Units `json:"payable"`    // fen that this party owed, and owes no more
	Receivable amount.Units `json:"receivable"` // fen that it was owed, and is no more
	Paid       amount.Units `json:"paid"`       // what the payee gets credit for, charges included
	Received   amount.Units `json:"received"`
	Charges    amount.Units `json:"charges"` // that banks kept of what this party was paid, and it bears
}

// Check refuses with BAD_REQUEST or LIMIT what is no settlement.
func (s Settlement) Check() error {
	if s.ID == "" || len(s.ID) > maxID {
		return fault.New(fault.BadRequest, "settlement: want an id of at most %d characters", maxID)
	}
	for _, n := range []amount.Units{s.Payable, s.Receivable, s.Paid, s.Received, s.Charges} {
		if err := n.CheckOptional(); err != nil {
			return fmt.Errorf("settlement %s: %w", s.ID, err)
		}
	}
	if s.Party == "" && (s.Payable != 0 || s.Receivable != 0) {
		return fault.New(fault.BadRequest, "settlement %s: of whom?", s.ID)
	}
	return s.Date.Check()
}

// yuan writes fen as yuan with two digits.
func yuan(fen amount.Units) string {
	text := strconv.FormatInt(int64(fen/100), 10) + "."
	if fen%100 < 10 {
		text += "0"
	}
	return text + strconv.FormatInt(int64(fen%100), 10)
}

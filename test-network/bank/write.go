package bank

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"time"

	"github.com/shopspring/decimal"
)

// The answer, with the standard's names and in its order. Notifications and statements
// have the same entries.
type answer struct {
	XMLName       xml.Name
	Notifications *reports `xml:"BkToCstmrDbtCdtNtfctn"`
	Statements    *reports `xml:"BkToCstmrStmt"`
}

type reports struct {
	ID            string   `xml:"GrpHdr>MsgId"`
	Made          string   `xml:"GrpHdr>CreDtTm"`
	Notifications []report `xml:"Ntfctn"`
	Statements    []report `xml:"Stmt"`
}

type report struct {
	ID      string    `xml:"Id"`
	Made    string    `xml:"CreDtTm"`
	Account held      `xml:"Acct"`
	Balance []balance `xml:"Bal"`
	Entries []entry   `xml:"Ntry"`
}

// held is an account as it is written: of an empty text the encoder would write the
// elements around it.
type held struct {
	IBAN  *string `xml:"Id>IBAN"`
	Other *string `xml:"Id>Othr>Id"`
}

func (a account) held() held { return held{some(a.IBAN), some(a.Other)} }

func some(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// balance is what a statement must have; the bank plays that the account was empty.
type balance struct {
	Kind      string `xml:"Tp>CdOrPrtry>Cd"`
	Amount    money  `xml:"Amt"`
	Direction string `xml:"CdtDbtInd"`
	Day       string `xml:"Dt>Dt"`
}

type entry struct {
	Amount    money     `xml:"Amt"`
	Direction string    `xml:"CdtDbtInd"`
	Reversal  bool      `xml:"RvslInd,omitempty"`
	Status    string    `xml:"Sts>Cd"`
	Booked    *string   `xml:"BookgDt>Dt"`
	Value     string    `xml:"ValDt>Dt"`
	Reference string    `xml:"AcctSvcrRef"`
	Family    family    `xml:"BkTxCd"`
	Charges   *money    `xml:"Chrgs>TtlChrgsAndTaxAmt"`
	Batch     *int      `xml:"NtryDtls>Btch>NbOfTxs"`
	Details   []details `xml:"NtryDtls>TxDtls"`
}

// family says that it is a credit transfer that came.
type family struct {
	Domain string `xml:"Domn>Cd"`
	Family string `xml:"Domn>Fmly>Cd"`
	Sub    string `xml:"Domn>Fmly>SubFmlyCd"`
}

type details struct {
	Reference string  `xml:"Refs>AcctSvcrRef"`
	ID        string  `xml:"Refs>EndToEndId"`
	Amount    money   `xml:"Amt"`
	Direction string  `xml:"CdtDbtInd"`
	Debtor    string  `xml:"RltdPties>Dbtr>Pty>Nm"`
	Account   held    `xml:"RltdPties>DbtrAcct"`
	Text      *string `xml:"RmtInf>Ustrd"`
}

// write makes the file.
func (p Plan) write(message string, bookings []booking) ([]byte, error) {
	made := p.At.UTC().Truncate(time.Second).Format(time.RFC3339)
	all := reports{ID: reference(message, "", 0), Made: made}
	var list []report
	var last account
	for _, e := range p.entries(bookings) {
		if to := e[0].Account; len(list) == 0 || to != last {
			list = append(list, report{ID: fmt.Sprintf("%s-%d", all.ID, len(list)+1), Made: made, Account: to.held()})
			last = to
		}
		made, err := p.entry(e)
		if err != nil {
			return nil, err
		}
		list[len(list)-1].Entries = append(list[len(list)-1].Entries, made)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("there is nothing to tell")
	}
	file := answer{XMLName: xml.Name{Space: "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08", Local: "Document"}}
	if file.Notifications = &all; p.Statement {
		file.XMLName.Space = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
		file.Notifications, file.Statements = nil, &all
		all.Statements = withBalances(list)
	} else {
		all.Notifications = list
	}
	return render(file)
}

func (p Plan) entry(bookings []booking) (entry, error) {
	total, err := sum(bookings)
	if err != nil {
		return entry{}, err
	}
	b := bookings[0]
	e := entry{
		Amount: money{b.Amount.Currency, total}, Direction: b.direction(), Reversal: b.reversal, Status: "BOOK",
		Booked: some(b.day.Format(layout)), Value: b.day.Format(layout), Reference: b.reference,
		Family: family{"PMNT", "RCDT", "DMCT"},
	}
	if kept, charged := p.Charged[b.ID]; charged {
		less, err := decimal.NewFromString(kept)
		whole, _ := decimal.NewFromString(total)
		if err != nil || len(bookings) > 1 {
			return entry{}, fmt.Errorf("the plan has no charges in %q, or in a batch", kept)
		}
		e.Amount.Value, e.Charges = whole.Sub(less).StringFixed(2), &money{b.Amount.Currency, kept}
	}
	if b.pending {
		e.Status, e.Booked = "PDNG", nil
	}
	if len(bookings) > 1 {
		count := len(bookings)
		e.Batch = &count
	}
	for _, b := range bookings {
		e.Details = append(e.Details, details{
			Reference: b.reference, ID: b.ID, Amount: money{b.Amount.Currency, b.value}, Direction: b.direction(),
			Debtor: b.from.Debtor, Account: b.from.Account.held(), Text: some(b.Text),
		})
	}
	return e, nil
}

// direction is a creditor's: money comes, and a reversal takes it back.
func (b booking) direction() string {
	if b.reversal {
		return "DBIT"
	}
	return "CRDT"
}

func withBalances(list []report) []report {
	for i, r := range list {
		currency, day := r.Entries[0].Amount.Currency, r.Entries[0].Value
		list[i].Balance = []balance{{"OPBD", money{currency, "0.00"}, "CRDT", day}}
	}
	return list
}

func render(file answer) ([]byte, error) {
	out := bytes.NewBufferString(xml.Header)
	e := xml.NewEncoder(out)
	e.Indent("", "  ")
	if err := e.Encode(file); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

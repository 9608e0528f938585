package iso20022

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"time"

	"tallystick/chaincode/fault"
)

// pain001 begins the namespaces of the files that Encode writes.
const pain001 = "urn:iso:std:iso:20022:tech:xsd:pain.001."

// Encode writes the initiation as pain.001, in its form's version: one payment group for each day on
// which payments are due, with its own count and sum, and those of all in the header.
// Whatever order the payments have, the bytes are the same.
//
// Refused as Check refuses.
func (i Initiation) Encode() ([]byte, error) {
	if err := i.Check(); err != nil {
		return nil, err
	}
	body, err := i.document()
	if err != nil {
		return nil, err
	}
	file := bytes.NewBufferString(xml.Header)
	e := xml.NewEncoder(file)
	e.Indent("", "  ")
	if err := e.Encode(body); err != nil {
		return nil, fault.New(fault.Internal, "pain.001: %v", err)
	}
	file.WriteByte('\n')
	return file.Bytes(), nil
}

// The document, with the standard's names and in its order.
type document struct {
	XMLName xml.Name
	Header  header        `xml:"CstmrCdtTrfInitn>GrpHdr"`
	Groups  []instruction `xml:"CstmrCdtTrfInitn>PmtInf"`
}

type header struct {
	MessageID string `xml:"MsgId"`
	Created   string `xml:"CreDtTm"`
	totals
	Initiator party `xml:"InitgPty"`
}

type totals struct {
	Count int    `xml:"NbOfTxs"`
	Sum   string `xml:"CtrlSum"`
}

type instruction struct {
	ID     string `xml:"PmtInfId"`
	Method string `xml:"PmtMtd"`
	Batch  bool   `xml:"BtchBookg"`
	totals
	Type    *kind      `xml:"PmtTpInf"`
	Execute execution  `xml:"ReqdExctnDt"`
	Debtor  party      `xml:"Dbtr"`
	Account account    `xml:"DbtrAcct"`
	Agent   agent      `xml:"DbtrAgt"`
	Charges string     `xml:"ChrgBr"`
	Credits []transfer `xml:"CdtTrfTxInf"`
}

// kind is the type of payment: none if there is nothing to say.
type kind struct {
	Level    *string `xml:"SvcLvl>Cd"`
	Category *string `xml:"CtgyPurp>Cd"`
}

// execution is a day: up to version 7 as a text, then as an element.
type execution struct {
	Day  *string `xml:"Dt"`
	Text string  `xml:",chardata"`
}

type transfer struct {
	InstructionID string  `xml:"PmtId>InstrId"`
	EndToEndID    string  `xml:"PmtId>EndToEndId"`
	Amount        money   `xml:"Amt>InstdAmt"`
	Agent         agent   `xml:"CdtrAgt"`
	Creditor      party   `xml:"Cdtr"`
	Account       account `xml:"CdtrAcct"`
	Purpose       *string `xml:"Purp>Cd"`
	Remittance    *string `xml:"RmtInf>Ustrd"`
}

type money struct {
	Currency string `xml:"Ccy,attr"`
	Value    string `xml:",chardata"`
}

type party struct {
	Name string  `xml:"Nm"`
	ID   *string `xml:"Id>OrgId>Othr>Id"`
	Code *string `xml:"Id>OrgId>Othr>SchmeNm>Cd"`
}

type account struct {
	IBAN     *string `xml:"Id>IBAN"`
	Other    *string `xml:"Id>Othr>Id"`
	Currency string  `xml:"Ccy,omitempty"`
}

type agent struct {
	Older  *string `xml:"FinInstnId>BIC"`   // version 3
	BIC    *string `xml:"FinInstnId>BICFI"` // version 9
	Member *member `xml:"FinInstnId>ClrSysMmbId"`
	Name   *string `xml:"FinInstnId>Nm"`
}

type member struct {
	System string `xml:"ClrSysId>Cd"`
	ID     string `xml:"MmbId"`
}

func (i Initiation) document() (*document, error) {
	all, err := count(i.Payments)
	if err != nil {
		return nil, err
	}
	d := document{XMLName: xml.Name{Space: pain001 + string(i.Form.version()), Local: "Document"}, Header: header{
		MessageID: i.MessageID,
		Created:   i.Created.UTC().Truncate(time.Second).Format(time.RFC3339),
		totals:    all,
		Initiator: partyOf(i.Initiator),
	}}
	for n, payments := range byDue(i.Payments) {
		group, err := i.group(n+1, payments)
		if err != nil {
			return nil, err
		}
		d.Groups = append(d.Groups, *group)
	}
	return &d, nil
}

// group is the payments of one day. They are booked one by one, so that each advice
// has its end-to-end id, and the debtor bears the charges unless the form says otherwise,
// so that the creditor gets what it is owed and the two amounts can match.
func (i Initiation) group(number int, payments []Payment) (*instruction, error) {
	sums, err := count(payments)
	if err != nil {
		return nil, err
	}
	g := instruction{
		ID: fmt.Sprintf("%s-%d", i.MessageID, number), Method: "TRF", totals: sums,
		Batch: i.Form.Batch, Type: i.Form.kind(), Execute: i.Form.execution(payments[0].Due.String()),
		Debtor: partyOf(i.Debtor), Account: accountOf(i.DebtorAccount), Agent: i.Form.agentOf(i.DebtorAccount),
		Charges: cmp.Or(string(i.Form.Charges), string(ByDebtor)),
	}
	g.Account.Currency = Currency
	for _, p := range payments {
		g.Credits = append(g.Credits, transfer{
			InstructionID: p.EndToEndID, EndToEndID: p.EndToEndID,
			Amount:     money{p.Currency, decimals(p.Fen)},
			Agent:      i.Form.agentOf(p.CreditorAccount),
			Creditor:   partyOf(p.Creditor),
			Account:    accountOf(p.CreditorAccount),
			Purpose:    some(i.Form.Purpose),
			Remittance: some(Clean(p.Remittance)),
		})
	}
	return &g, nil
}

func count(payments []Payment) (totals, error) {
	sum, err := total(payments)
	return totals{len(payments), decimals(sum)}, err
}

func partyOf(p Party) party {
	return party{Name: Clean(p.Name), ID: some(p.ID), Code: some(p.Code)}
}

func accountOf(a Account) account { return account{IBAN: some(a.IBAN), Other: some(a.Other)} }

// some is a text that stands deeper in elements of its own, nil for none: of an empty
// one the encoder would write those elements with nothing in them.
func some(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func (f Form) version() Version { return cmp.Or(f.Version, Version09) }

func (f Form) kind() *kind {
	if f.ServiceLevel == "" && f.Category == "" {
		return nil
	}
	return &kind{some(f.ServiceLevel), some(f.Category)}
}

func (f Form) execution(day string) execution {
	if f.version() == Version03 {
		return execution{Text: day}
	}
	return execution{Day: &day}
}

// agentOf is the bank that keeps the account.
func (f Form) agentOf(a Account) agent {
	bank := agent{BIC: some(a.BIC), Name: some(Clean(a.Bank))}
	if f.version() == Version03 {
		bank.Older, bank.BIC = bank.BIC, nil
	}
	if a.Member != "" {
		bank.Member = &member{System: "CNAPS", ID: a.Member}
	}
	return bank
}

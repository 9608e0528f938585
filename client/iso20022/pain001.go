package iso20022

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"time"

	"tallystick/chaincode/fault"
)

// Pain001 is the namespace of the files that Encode writes.
const Pain001 = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"

// Encode writes the initiation as pain.001.001.09: one payment group for each day on
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
	XMLName xml.Name      `xml:"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09 Document"`
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
	Due     string     `xml:"ReqdExctnDt>Dt"`
	Debtor  party      `xml:"Dbtr"`
	Account account    `xml:"DbtrAcct"`
	Agent   agent      `xml:"DbtrAgt"`
	Charges string     `xml:"ChrgBr"`
	Credits []transfer `xml:"CdtTrfTxInf"`
}

type transfer struct {
	EndToEndID string  `xml:"PmtId>EndToEndId"`
	Amount     money   `xml:"Amt>InstdAmt"`
	Agent      agent   `xml:"CdtrAgt"`
	Creditor   party   `xml:"Cdtr"`
	Account    account `xml:"CdtrAcct"`
	Remittance *string `xml:"RmtInf>Ustrd"`
}

type money struct {
	Currency string `xml:"Ccy,attr"`
	Value    string `xml:",chardata"`
}

type party struct {
	Name string  `xml:"Nm"`
	ID   *string `xml:"Id>OrgId>Othr>Id"`
}

type account struct {
	IBAN     *string `xml:"Id>IBAN"`
	Other    *string `xml:"Id>Othr>Id"`
	Currency string  `xml:"Ccy,omitempty"`
}

type agent struct {
	BIC    *string `xml:"FinInstnId>BICFI"`
	Member *member `xml:"FinInstnId>ClrSysMmbId"`
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
	d := document{Header: header{
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
// has its end-to-end id, and the debtor bears the charges, so that the creditor gets
// what it is owed and the two amounts can match.
func (i Initiation) group(number int, payments []Payment) (*instruction, error) {
	sums, err := count(payments)
	if err != nil {
		return nil, err
	}
	g := instruction{
		ID: fmt.Sprintf("%s-%d", i.MessageID, number), Method: "TRF", totals: sums,
		Due:    payments[0].Due.String(),
		Debtor: partyOf(i.Debtor), Account: accountOf(i.DebtorAccount), Agent: agentOf(i.DebtorAccount),
		Charges: "DEBT",
	}
	g.Account.Currency = Currency
	for _, p := range payments {
		g.Credits = append(g.Credits, transfer{
			EndToEndID: p.EndToEndID,
			Amount:     money{p.Currency, decimals(p.Fen)},
			Agent:      agentOf(p.CreditorAccount),
			Creditor:   partyOf(p.Creditor),
			Account:    accountOf(p.CreditorAccount),
			Remittance: some(clean(p.Remittance)),
		})
	}
	return &g, nil
}

func count(payments []Payment) (totals, error) {
	sum, err := total(payments)
	return totals{len(payments), decimals(sum)}, err
}

func partyOf(p Party) party       { return party{Name: clean(p.Name), ID: some(p.ID)} }
func accountOf(a Account) account { return account{IBAN: some(a.IBAN), Other: some(a.Other)} }

// some is a text that stands deeper in elements of its own, nil for none: of an empty
// one the encoder would write those elements with nothing in them.
func some(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// agentOf is the bank that keeps the account.
func agentOf(a Account) agent {
	if a.Member == "" {
		return agent{BIC: some(a.BIC)}
	}
	return agent{Member: &member{System: "CNAPS", ID: a.Member}}
}

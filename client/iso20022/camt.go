package iso20022

import (
	"strings"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// What we read of an entry, with the standard's names. Versions differ in a few
// places: where the status and a party's name stand, and whether a detail has an
// amount of its own.
type entry struct {
	Amounts   []money   `xml:"Amt"`
	Direction string    `xml:"CdtDbtInd"`
	Reversal  string    `xml:"RvslInd"`
	Status    status    `xml:"Sts"`
	Booked    day       `xml:"BookgDt"`
	Value     day       `xml:"ValDt"`
	Reference string    `xml:"AcctSvcrRef"`
	Details   []details `xml:"NtryDtls>TxDtls"`
}

type details struct {
	EndToEndID string  `xml:"Refs>EndToEndId"`
	Reference  string  `xml:"Refs>AcctSvcrRef"`
	Amounts    []money `xml:"Amt"`               // from version 3
	Older      []money `xml:"AmtDtls>TxAmt>Amt"` // before
	Direction  string  `xml:"CdtDbtInd"`         // from version 3
	Name       string  `xml:"RltdPties>Dbtr>Nm"` // up to version 7
	Newer      string  `xml:"RltdPties>Dbtr>Pty>Nm"`
	Account    holding `xml:"RltdPties>DbtrAcct"`
}

type status struct {
	Text string `xml:",chardata"` // up to version 7
	Code string `xml:"Cd"`
}

type day struct {
	Date   string `xml:"Dt"`
	Moment string `xml:"DtTm"`
}

type holding struct {
	IBAN  string `xml:"Id>IBAN"`
	Other string `xml:"Id>Othr>Id"`
}

func (h holding) number() string { return either(h.IBAN, h.Other) }

// either is the first text that isn't empty, without the space around it.
func either(texts ...string) string {
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			return text
		}
	}
	return ""
}

// read is the day as the bank wrote it, wherever it is; no date if there is none.
func (d day) read(what string) (date.Date, error) {
	text := either(d.Date, d.Moment)
	if text == "" {
		return 0, nil
	}
	// A moment's day, and a day's time zone, are the bank's.
	read, err := date.Parse(text[:min(len(text), len("2006-01-02"))])
	if err != nil {
		return 0, fault.New(fault.BadRequest, "%s: want a date between 2000 and 2199", what)
	}
	return read, nil
}

// read is the status, whichever way it is written.
func (s status) read() (Status, error) {
	switch known := Status(either(s.Code, s.Text)); known {
	case Booked, Pending, Info, Future:
		return known, nil
	}
	return "", fault.New(fault.BadRequest, "status: want BOOK, PDNG, INFO or FUTR")
}

// isCredit reads which way the money went.
func isCredit(indicator string) (bool, error) {
	switch strings.TrimSpace(indicator) {
	case "CRDT":
		return true, nil
	case "DBIT":
		return false, nil
	}
	return false, fault.New(fault.BadRequest, "direction: want CRDT or DBIT")
}

// isReversal reads a boolean of XML; none is false.
func isReversal(indicator string) (bool, error) {
	switch strings.TrimSpace(indicator) {
	case "", "false", "0":
		return false, nil
	case "true", "1":
		return true, nil
	}
	return false, fault.New(fault.BadRequest, "reversal: want true or false")
}

// one is the amount among those that an element has, none if it has none.
func one(amounts []money) (*money, error) {
	if len(amounts) > 1 {
		return nil, fault.New(fault.BadRequest, "amount: stands twice")
	}
	if len(amounts) == 0 {
		return nil, nil
	}
	return &amounts[0], nil
}

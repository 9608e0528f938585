package iso20022

import (
	"strings"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// What we read of an entry. Versions differ in a few places: where the status and a
// party's name stand, and whether a detail has an amount of its own.
type entry struct {
	amounts   []money
	charges   charges
	direction string
	reversal  string
	status    [2]string // up to version 7 a text, then a code
	booked    day
	value     day
	reference string
	text      string
	details   []details
}

type details struct {
	endToEndID string
	reference  string
	amounts    []money // from version 3
	older      []money // before
	charges    charges
	direction  string // from version 3
	debtor     holding
	creditor   holding
	text       string
	reason     string
}

// holding is a party with its account.
type holding struct{ name, iban, other string }

func (h holding) number() string { return either(h.iban, h.other) }

type day struct{ date, moment string }

// charges are told as a total, in records, or both.
type charges struct{ total, records []money }

// field takes what an element says: its text, and its currency if it has one.
type field func(e *entry, text, currency string)

// shape is which elements of an entry are read; what isn't in it is passed over.
type shape struct {
	children map[string]*shape
	opens    bool // a detail
	take     field
}

// last is the detail that is being read.
func (e *entry) last() *details { return &e.details[len(e.details)-1] }

// entryShape is the shape of Ntry, with the standard's names.
var entryShape = shapeOf(map[string]field{
	"Amt":          func(e *entry, t, c string) { e.amounts = append(e.amounts, money{c, t}) },
	"CdtDbtInd":    func(e *entry, t, _ string) { e.direction = t },
	"RvslInd":      func(e *entry, t, _ string) { e.reversal = t },
	"Sts":          func(e *entry, t, _ string) { e.status[0] = t },
	"Sts/Cd":       func(e *entry, t, _ string) { e.status[1] = t },
	"BookgDt/Dt":   func(e *entry, t, _ string) { e.booked.date = t },
	"BookgDt/DtTm": func(e *entry, t, _ string) { e.booked.moment = t },
	"ValDt/Dt":     func(e *entry, t, _ string) { e.value.date = t },
	"ValDt/DtTm":   func(e *entry, t, _ string) { e.value.moment = t },
	"AcctSvcrRef":  func(e *entry, t, _ string) { e.reference = t },
	"Chrgs/TtlChrgsAndTaxAmt": func(e *entry, t, c string) {
		e.charges.total = append(e.charges.total, money{c, t})
	},
	"Chrgs/Amt": func(e *entry, t, c string) {
		e.charges.records = append(e.charges.records, money{c, t})
	},
	"Chrgs/Rcrd/Amt": func(e *entry, t, c string) {
		e.charges.records = append(e.charges.records, money{c, t})
	},
	"AddtlNtryInf":              func(e *entry, t, _ string) { e.text = t },
	"NtryDtls/TxDtls":           nil,
	detail + "Refs/EndToEndId":  func(e *entry, t, _ string) { e.last().endToEndID = t },
	detail + "Refs/AcctSvcrRef": func(e *entry, t, _ string) { e.last().reference = t },
	detail + "Amt": func(e *entry, t, c string) {
		e.last().amounts = append(e.last().amounts, money{c, t})
	},
	detail + "AmtDtls/TxAmt/Amt": func(e *entry, t, c string) { e.last().older = append(e.last().older, money{c, t}) },
	detail + "CdtDbtInd":         func(e *entry, t, _ string) { e.last().direction = t },
	detail + "Chrgs/TtlChrgsAndTaxAmt": func(e *entry, t, c string) {
		e.last().charges.total = append(e.last().charges.total, money{c, t})
	},
	detail + "Chrgs/Amt": func(e *entry, t, c string) {
		e.last().charges.records = append(e.last().charges.records, money{c, t})
	},
	detail + "Chrgs/Rcrd/Amt": func(e *entry, t, c string) {
		e.last().charges.records = append(e.last().charges.records, money{c, t})
	},
	detail + "RltdPties/Dbtr/Nm":             func(e *entry, t, _ string) { e.last().debtor.name = t },
	detail + "RltdPties/Dbtr/Pty/Nm":         func(e *entry, t, _ string) { e.last().debtor.name = t },
	detail + "RltdPties/DbtrAcct/Id/IBAN":    func(e *entry, t, _ string) { e.last().debtor.iban = t },
	detail + "RltdPties/DbtrAcct/Id/Othr/Id": func(e *entry, t, _ string) { e.last().debtor.other = t },
	detail + "RltdPties/Cdtr/Nm":             func(e *entry, t, _ string) { e.last().creditor.name = t },
	detail + "RltdPties/Cdtr/Pty/Nm":         func(e *entry, t, _ string) { e.last().creditor.name = t },
	detail + "RltdPties/CdtrAcct/Id/IBAN":    func(e *entry, t, _ string) { e.last().creditor.iban = t },
	detail + "RltdPties/CdtrAcct/Id/Othr/Id": func(e *entry, t, _ string) { e.last().creditor.other = t },
	detail + "RmtInf/Ustrd":                  func(e *entry, t, _ string) { e.last().text = joined(e.last().text, t) },
	detail + "AddtlTxInf":                    func(e *entry, t, _ string) { e.last().text = joined(e.last().text, t) },
	detail + "RtrInf/Rsn/Cd":                 func(e *entry, t, _ string) { e.last().reason = t },
	detail + "RtrInf/Rsn/Prtry":              func(e *entry, t, _ string) { e.last().reason = t },
})

const detail = "NtryDtls/TxDtls/"

// shapeOf makes the tree of paths.
func shapeOf(paths map[string]field) *shape {
	root := &shape{}
	for path, take := range paths { // a tree: their order reaches nothing
		at := root
		for name := range strings.SplitSeq(path, "/") {
			if at.children == nil {
				at.children = map[string]*shape{}
			}
			if at.children[name] == nil {
				at.children[name] = &shape{}
			}
			at = at.children[name]
		}
		at.take, at.opens = take, take == nil
	}
	return root
}

// joined are two texts with a space between.
func joined(a, b string) string { return strings.TrimSpace(a + " " + b) }

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
	text := either(d.date, d.moment)
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

// readStatus is the status, whichever way it is written.
func readStatus(texts [2]string) (Status, error) {
	switch known := Status(either(texts[1], texts[0])); known {
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

// Package bank plays a bank for the demo and for tests: it takes a pain.001 and makes
// the camt.054 notifications, or the camt.053 statement, with which creditors' banks
// would tell that the money came. It moves no money and is no part of a node.
//
// It shares no code with what it answers to: it reads and writes the standard's
// elements itself, so that a mistake of ours is not made twice.
//
//	file, _ := initiation.Encode()
//	told, err := bank.Answer(file, bank.Plan{At: now})
//	advices, err := iso20022.Read(bytes.NewReader(told))
package bank

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// Plan says what the bank does with the payments of a file. What it doesn't name is
// booked once, in full, on the day on which it is to be paid. Payments are named by their
// end-to-end ids.
type Plan struct {
	At        time.Time           // when the file is made; said by the caller
	Day       time.Time           // on which all is booked, whatever the file asks for; zero for what it asks for
	Account   string              // only what this account gets; "" for all, a report for each
	Statement bool                // a camt.053 instead of a camt.054
	Batch     bool                // one entry for all that an account gets on a day, with details
	Books     map[string][]string // decimals that come instead: one that is wrong, or several parts
	Late      map[string]int      // days after it is due
	Twice     map[string]bool     // told twice, as one booking
	Pending   map[string]bool     // told, but not booked
	Reversed  map[string]bool     // booked, and taken back the day after
	Lost      map[string]bool     // never told of
	// decimals that the bank keeps of what comes: its entry is so much less, its detail isn't
	Charged map[string]string
}

// Answer makes the file that the plan asks for. The same file and plan make the same
// bytes. It is an error if the file is no pain.001.001.09 or .03, if its counts or sums are not
// those of its payments, or if the plan names a payment that isn't in it.
func Answer(pain001 []byte, plan Plan) ([]byte, error) {
	var order order
	err := xml.Unmarshal(pain001, &order)
	if version := strings.TrimPrefix(order.XMLName.Space, "urn:iso:std:iso:20022:tech:xsd:pain.001.001."); err == nil &&
		version != "09" && version != "03" {
		err = errors.New("it is no pain.001 of version 03 or 09")
	}
	if err != nil {
		return nil, fmt.Errorf("the bank can't read the file: %w", err)
	}
	if err := order.check(); err != nil {
		return nil, fmt.Errorf("the bank refuses the file: %w", err)
	}
	if err := plan.check(order); err != nil {
		return nil, err
	}
	bookings, err := plan.bookings(order)
	if err != nil {
		return nil, err
	}
	return plan.write(order.Header.ID, bookings)
}

// order is what a bank reads of a pain.001.
type order struct {
	XMLName xml.Name
	Header  struct {
		ID string `xml:"MsgId"`
		control
	} `xml:"CstmrCdtTrfInitn>GrpHdr"`
	Groups []group `xml:"CstmrCdtTrfInitn>PmtInf"`
}

type control struct {
	Count int    `xml:"NbOfTxs"`
	Sum   string `xml:"CtrlSum"`
}

type group struct {
	control
	Due     execution `xml:"ReqdExctnDt"`
	Debtor  string    `xml:"Dbtr>Nm"`
	Account account   `xml:"DbtrAcct"`
	Credits []payment `xml:"CdtTrfTxInf"`
}

// execution is a day, in an element of its own or, before, not.
type execution struct {
	Day  string `xml:"Dt"`
	Text string `xml:",chardata"`
}

func (e execution) String() string { return strings.TrimSpace(e.Text) + e.Day }

type payment struct {
	ID       string  `xml:"PmtId>EndToEndId"`
	Amount   money   `xml:"Amt>InstdAmt"`
	Creditor string  `xml:"Cdtr>Nm"`
	Account  account `xml:"CdtrAcct"`
	Text     string  `xml:"RmtInf>Ustrd"`
}

type money struct {
	Currency string `xml:"Ccy,attr"`
	Value    string `xml:",chardata"`
}

type account struct {
	IBAN  string `xml:"Id>IBAN"`
	Other string `xml:"Id>Othr>Id"`
}

func (a account) number() string { return a.IBAN + a.Other }

// check counts and adds up, as banks do before they pay.
func (o order) check() error {
	var all []payment
	for i, g := range o.Groups {
		if err := g.control.check(g.Credits); err != nil {
			return fmt.Errorf("group %d: %w", i+1, err)
		}
		all = append(all, g.Credits...)
	}
	seen := map[string]bool{}
	for _, p := range all {
		if seen[p.ID] {
			return errors.New("an end-to-end id stands twice")
		}
		seen[p.ID] = true
	}
	return o.Header.control.check(all)
}

func (c control) check(payments []payment) error {
	var sum decimal.Decimal
	for _, p := range payments {
		value, err := decimal.NewFromString(p.Amount.Value)
		if err != nil || value.Sign() <= 0 {
			return errors.New("an amount is no positive number")
		}
		sum = sum.Add(value)
	}
	said, err := decimal.NewFromString(c.Sum)
	if err != nil || !said.Equal(sum) || c.Count != len(payments) || c.Count == 0 {
		return fmt.Errorf("%d payments of %s are said, there are %d of %s", c.Count, c.Sum, len(payments), sum)
	}
	return nil
}

// check refuses a plan that names what isn't there: a test that asks for a wrong
// amount and gets a right one would pass for nothing.
func (p Plan) check(o order) error {
	known := map[string]bool{}
	for _, g := range o.Groups {
		for _, c := range g.Credits {
			known[c.ID] = true
		}
	}
	named := slices.Concat(slices.Collect(maps.Keys(p.Books)), slices.Collect(maps.Keys(p.Late)),
		slices.Collect(maps.Keys(p.Twice)),
		slices.Collect(maps.Keys(p.Pending)), slices.Collect(maps.Keys(p.Reversed)), slices.Collect(maps.Keys(p.Lost)),
		slices.Collect(maps.Keys(p.Charged)))
	if slices.ContainsFunc(named, func(id string) bool { return !known[id] }) {
		return errors.New("the plan names a payment that is not in the file")
	}
	return nil
}

// reference is the bank's own for the n-th booking of a payment.
func reference(message, id string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d", message, id, n))
	return "BK" + hex.EncodeToString(sum[:8])
}

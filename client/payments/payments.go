// Package payments finds which lines of a bank's file belong to which of the ledger's payments, and
// what to tell the ledger of them.
//
//	Advice ──Sift──▶ of our payments ──Match──▶ Line ──▶ payment:Advise, payment:Bounce, or a person
//	           └────▶ others' lines: counted, and left
//
// The nouns: a *view* holds what a party knows of its payments and of everyone's accounts; a *line*
// says what one advice means for it. A payment has two names: on the ledger, CYCLE-N; at banks,
// CYCLE-N-MARK, with the ledger's mark, so that no other network's payment has it.
//
// One invariant: a line counts only if its payment, its amount, its account and its payer are what
// they should be, and its booking is new. A person looks at whatever else names us.
package payments

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/party"
	"tallystick/chaincode/settlement"
	"tallystick/client/iso20022"
)

// Ledger answers payments.
type Ledger interface {
	Payment(ctx context.Context, cycle string, n uint32) (settlement.Payment, error)
}

// View is what a party knows of its payments.
type View struct {
	Party   string
	Mark    string                     // the ledger's
	Cycle   string                     // whose payments alone are looked at, "" for all
	Holders map[string]iso20022.Holder // by party
	Open    []settlement.Payment       // that the party is to get, and that haven't ended
	Ledger  Ledger
}

// Parse reads a payment's name on the ledger, CYCLE-N. BAD_REQUEST.
func Parse(text string) (cycle string, n uint32, err error) {
	at := strings.LastIndex(text, "-")
	if at > 0 {
		v, err := strconv.ParseUint(text[at+1:], 10, 32)
		if err == nil && v > 0 && name.CheckID("cycle", text[:at]) == nil &&
			settlement.EndToEnd(text[:at], uint32(v)) == text {
			return text[:at], uint32(v), nil
		}
	}
	return "", 0, fault.New(fault.BadRequest, "%.40q: want a payment, such as 2026-11-3", text)
}

// ParseAny reads a payment's name on the ledger, or as banks carry it with the mark; with whatever mark, if it is "".
// BAD_REQUEST.
func ParseAny(text, mark string) (cycle string, n uint32, err error) {
	if at := len(text) - party.MarkLength; mark == "" && at > 0 {
		mark = text[at:]
	}
	if cycle, n, ok := marked(text, mark); ok {
		return cycle, n, nil
	}
	return Parse(text)
}

// marked reads a payment's name at banks, if it has the mark. Some banks write it in other letters.
func marked(text, mark string) (cycle string, n uint32, ok bool) {
	at := strings.LastIndex(text, "-")
	if at < 0 || mark == "" || !strings.EqualFold(text[at+1:], mark) {
		return "", 0, false
	}
	cycle, n, err := Parse(text[:at])
	return cycle, n, err == nil
}

// OnLedger is a bank's reference as the ledger can have it: as it is, or, if it is too long or has other
// characters than names have, a hash of it.
func OnLedger(reference string) string {
	if reference == "" || len(reference) <= settlement.MaxReference && name.CheckID("reference", reference) == nil {
		return reference
	}
	sum := sha256.Sum256([]byte(reference))
	return "h-" + hex.EncodeToString(sum[:16])
}

// sourceOf is a file's kind as the ledger has it.
func sourceOf(s iso20022.Source) settlement.Source {
	return map[iso20022.Source]settlement.Source{iso20022.Notice: settlement.ByNotice,
		iso20022.Statement: settlement.ByStatement,
		iso20022.Table:     settlement.ByTable}[s]
}

// expected is a payment that the party is to get, as the ledger has it.
func (v View) expected(p settlement.Payment) iso20022.Expected {
	e := iso20022.Expected{EndToEndID: settlement.AtBanks(p.Cycle, p.N, v.Mark), Fen: p.Fen, Due: p.Due,
		From:   v.Holders[p.Debtor],
		Partly: int(p.Count) > len(p.Advices), Ended: p.State.Ended()}
	for _, a := range p.Advices {
		e.Told = append(e.Told,
			iso20022.Receipt{Reference: a.Reference, Alias: a.Alias, Fen: a.Fen, Charges: a.Charges, Booked: a.Booked,
				Source: iso20022.Source(a.Source.String())})
	}
	for _, b := range p.Returns {
		e.Back = append(e.Back, b.Reference)
	}
	return e
}

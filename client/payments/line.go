package payments

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/settlement"
	"tallystick/client/iso20022"
)

// The kinds of lines beside those of iso20022.
const (
	Sent     iso20022.Verdict = "sent"     // we paid it ourselves
	Returned iso20022.Verdict = "returned" // what we paid came back to us
	Possible iso20022.Verdict = "possible" // names no payment, and may be of one
	Unread   iso20022.Verdict = "unread"   // can't be read, and names no payment of ours
)

// Line is what one advice means to a party.
type Line struct {
	iso20022.Outcome
	Payment  string     `json:"payment,omitempty"` // on the ledger
	Reported bool       `json:"reported"`          // the ledger was, just now
	Refused  fault.Code `json:"refused,omitempty"` // by the ledger
	Person   bool       `json:"person,omitempty"`  // nothing but a person can settle it
	Next     *Next      `json:"next,omitempty"`    // what a person may want to do
	request  command.Request
}

// Next is an operation by which a person may settle a line, with what the line says of its request.
type Next struct {
	Operation string       `json:"operation"`
	Payment   string       `json:"payment"`
	Fen       amount.Units `json:"fen,omitempty"`
	Charges   amount.Units `json:"charges,omitempty"` // that a bank may have kept of it
	Booked    date.Date    `json:"booked,omitzero"`
	Receipt   string       `json:"receipt,omitempty"`   // that is taken back; "" if nobody can tell
	Reference string       `json:"reference,omitempty"` // the bank's
	Reason    string       `json:"reason,omitempty"`
}

// Match says what each line means, with what the ledger is to be told of it.
func (v View) Match(s *Sifted) []Line {
	var expected []iso20022.Expected
	for _, id := range slices.Sorted(maps.Keys(s.payments)) {
		if p := s.payments[id]; p.Creditor == v.Party {
			expected = append(expected, v.expected(p))
		}
	}
	list := append([]Line{}, s.lines...)
	var advices []iso20022.Advice
	var at []int // places in the list
	for i, line := range list {
		p, known := s.payments[line.Payment]
		switch {
		case line.Kind != "" || !known:
		case p.Debtor == v.Party && p.Creditor != v.Party:
			list[i].paid(p)
		default:
			a := line.Advice
			a.BankReference, a.Alias = OnLedger(a.BankReference), OnLedger(a.Alias)
			advices, at = append(advices, a), append(at, i)
		}
	}
	for n, o := range iso20022.Match(v.Holders[v.Party], expected, advices) {
		line := &list[at[n]]
		told := o.Advice
		o.Advice = line.Advice
		line.Outcome = o
		line.came(told, s.payments[line.Payment])
	}
	return list
}

// paid says what a line of the debtor's own account means.
func (l *Line) paid(p settlement.Payment) {
	a := l.Advice
	l.Fen = p.Fen
	switch {
	case a.Odd != "":
		l.Kind, l.Why, l.Person = iso20022.Wrong, "it can't be read: "+a.Odd, true
	case !a.Credit && !a.Reversal:
		l.Kind = Sent
	case a.Status != iso20022.Booked:
		l.Kind, l.Why = iso20022.Waiting, "the bank has not booked it"
	case p.State == settlement.Bounced:
		l.Kind, l.Why = iso20022.Duplicate, "it is noted as FAILED"
	case p.State == settlement.Sent && a.Doubt == "" && a.Fen == p.Asked && a.Currency == iso20022.Currency:
		cycle, n, _ := Parse(l.Payment)
		l.Kind, l.Person, l.Why = Returned, true, "your bank gave it back"
		req := settlement.BounceRequest{Cycle: cycle, Payment: n, Reason: a.Return}
		if name.CheckID("reason", a.Return) != nil {
			req.Reason = "returned"
		}
		if a.Return != "" {
			l.Why += ", for the reason " + a.Return
		}
		l.request, l.Next = req, &Next{Operation: "payment.bounce", Payment: l.Payment, Reason: req.Reason}
	default:
		l.Kind, l.Person = Returned, true
		l.Why = fmt.Sprintf("money came back, and the payment is %s: ask %s what came in", p.State, p.Creditor)
	}
}

// came says what a line of the creditor's account means, and asks for what counts.
func (l *Line) came(a iso20022.Advice, p settlement.Payment) {
	cycle, n, err := Parse(l.Payment)
	if err != nil {
		return
	}
	switch {
	case l.Kind.Counts():
		l.request = settlement.AdviseRequest{Cycle: cycle, Payment: n, Reference: a.BankReference, Alias: a.Alias,
			Fen: a.Fen, Booked: a.Booked,
			Source: sourceOf(a.Source)}
	case l.Kind == iso20022.Wrong && (!a.Credit || a.Reversal) && a.Odd == "":
		l.Person = true
		l.Next = &Next{
			Operation: "payment.take-back", Payment: l.Payment, Fen: a.Fen, Booked: a.Booked, Receipt: receiptOf(p, a),
			Reference: a.BankReference,
		}
	case l.Kind == iso20022.Wrong:
		l.Person = true
		if a.Odd == "" && a.Currency == iso20022.Currency {
			l.Next = receiveBy(l.Payment, a)
		}
	}
}

// receiptOf is the reference of the one receipt that a bank can have taken back: the only one of so much, or else the
// only
// one of more; "" if nobody can tell.
func receiptOf(p settlement.Payment, a iso20022.Advice) string {
	var same, more []string
	for _, r := range p.Advices {
		switch {
		case r.Fen == a.Fen:
			same = append(same, r.Reference)
		case r.Fen > a.Fen:
			more = append(more, r.Reference)
		}
	}
	switch {
	case len(same) == 1:
		return same[0]
	case len(same) == 0 && len(more) == 1:
		return more[0]
	}
	return ""
}

// Tell tells the ledger what counts, and what bounced if that is wanted, one by one. It ends at what the next would
// meet
// too; run again, what was told is found told.
func Tell(list []Line, bounce bool, send func(command.Request) error, stops func(fault.Code) bool) error {
	for i := range list {
		l := &list[i]
		if l.request == nil || l.Kind == Returned && !bounce {
			continue
		}
		err := send(l.request)
		var refusal *fault.Error
		switch {
		case err == nil:
			l.Reported, l.Person, l.Next = true, false, nil
		case !errors.As(err, &refusal), stops(refusal.Code):
			return err
		default:
			l.Refused, l.Why, l.Person = refusal.Code, refusal.Text, true
		}
	}
	return nil
}

// ForPersons counts the lines that need a person.
func ForPersons(list []Line) (n int) {
	for _, l := range list {
		if l.Person {
			n++
		}
	}
	return n
}

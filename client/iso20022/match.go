package iso20022

import (
	"cmp"
	"fmt"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
)

// Expected is a payment that a creditor waits for.
type Expected struct {
	EndToEndID string       `json:"end_to_end_id"`
	Fen        amount.Units `json:"fen"` // ≥ 1
	Due        date.Date    `json:"due"`
}

// Kind is what an advice means for the payment that it names.
type Kind string

// The kinds, in the order in which they are asked for: the first that applies is it. But
// what repeats another advice is its Duplicate even if that one is Wrong for the sum or
// for what was taken back.
const (
	Waiting   Kind = "waiting"   // nothing is booked yet
	Unknown   Kind = "unknown"   // names no payment that is expected
	Wrong     Kind = "wrong"     // can't count; Why says why
	Duplicate Kind = "duplicate" // another advice tells of the same booking
	Partial   Kind = "partial"   // counts; what is there so far is less than expected
	Late      Kind = "late"      // counts; all is there, but the last came after it was due
	Exact     Kind = "exact"     // counts; all is there in time
)

// Outcome is what one advice means.
type Outcome struct {
	Kind   Kind         `json:"kind"`
	Why    string       `json:"why,omitempty"` // of Wrong, Unknown and Waiting, for people
	Advice Advice       `json:"advice"`
	Fen    amount.Units `json:"fen,omitempty"`  // expected; 0 of Unknown
	Paid   amount.Units `json:"paid,omitempty"` // what came for the payment, as far as it counts
}

// Match says of each advice what it means for the payments that are expected, in the
// order of the advices.
//
// What an advice means depends on all that is told of the payment, not on the order:
// a bank's reference counts once, credits of one payment add up, and all that count
// have the same kind. Above what is expected all are Wrong, for nobody but the bank
// can say which was one too many. So is everything of a payment of which something was
// reversed or debited, and all advices that give one bank reference to different
// bookings. An advice without a bank reference is Wrong, because it could not be told
// from a repetition.
//
// Which of two that tell the same is the Duplicate, is settled by their positions, and
// by their order if those are equal too. So give Match all that was ever told of the
// payments, not just the newest file.
func Match(expected []Expected, advices []Advice) []Outcome {
	m := matching{payments: map[string]*payment{}, outcomes: make([]Outcome, len(advices))}
	for _, e := range expected {
		if p, twice := m.payments[e.EndToEndID]; twice {
			p.doubt = "the payment is expected twice"
			continue
		}
		m.payments[e.EndToEndID] = &payment{expected: e}
	}
	for i, a := range advices {
		m.outcomes[i].Advice = a
	}
	m.sort()
	m.findDuplicates()
	for _, p := range m.payments { // each on its own: their order reaches nothing
		p.judge(m.outcomes)
	}
	return m.outcomes
}

// Unpaid are the payments of which nothing says that all is there, in the order given.
func Unpaid(expected []Expected, outcomes []Outcome) []Expected {
	done := map[string]bool{}
	for _, o := range outcomes {
		if o.Kind == Exact || o.Kind == Late {
			done[o.Advice.EndToEndID] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(expected), func(e Expected) bool { return done[e.EndToEndID] })
}

// matching is a match under way. An outcome without a kind is not decided.
type matching struct {
	payments map[string]*payment
	outcomes []Outcome
}

// payment is one that is expected, with the outcomes of what counts for it.
type payment struct {
	expected Expected
	counts   []int
	doubt    string // why nothing of it counts; "" if it does
}

// booking is what two advices that tell of one booking have in common.
type booking struct{ account, reference string }

// sort decides what is of no payment or can't count by itself, and lists the others
// with their payment.
func (m *matching) sort() {
	for i := range m.outcomes {
		o := &m.outcomes[i]
		p, known := m.payments[o.Advice.EndToEndID]
		if known {
			o.Fen = p.expected.Fen
		}
		switch a := o.Advice; {
		case a.Status != Booked:
			o.Kind, o.Why = Waiting, "the bank has not booked it"
		case a.EndToEndID == "":
			o.Kind, o.Why = Unknown, "it names no payment"
		case !known:
			o.Kind, o.Why = Unknown, "no such payment is expected"
		case !a.Credit || a.Reversal:
			o.Kind, o.Why = Wrong, "it takes money back"
			p.doubt = cmp.Or(p.doubt, "the bank took money back")
		case a.Currency != Currency:
			o.Kind, o.Why = Wrong, fmt.Sprintf("it is in another currency than %s", Currency)
		case a.Fen == 0:
			o.Kind, o.Why = Wrong, "it is of nothing"
		case a.BankReference == "":
			o.Kind, o.Why = Wrong, "it has no bank reference"
		default:
			p.counts = append(p.counts, i)
		}
	}
}

// findDuplicates leaves one undecided advice of each booking, the first by position.
func (m *matching) findDuplicates() {
	same := map[booking][]int{}
	for i, o := range m.outcomes {
		if a := o.Advice; o.Kind == "" {
			key := booking{a.Account, a.BankReference}
			same[key] = append(same[key], i)
		}
	}
	for _, group := range same { // each on its own
		slices.SortStableFunc(group, func(i, j int) int {
			return m.outcomes[i].Advice.At.compare(m.outcomes[j].Advice.At)
		})
		first := m.outcomes[group[0]].Advice
		if slices.ContainsFunc(group, func(i int) bool { return !m.outcomes[i].Advice.tellsSame(first) }) {
			for _, i := range group {
				m.outcomes[i].Kind, m.outcomes[i].Why = Wrong, "one bank reference stands for different bookings"
			}
			continue
		}
		for _, i := range group[1:] {
			m.outcomes[i].Kind = Duplicate
		}
	}
}

// tellsSame says whether two advices agree in all that a payment depends on.
func (a Advice) tellsSame(b Advice) bool {
	return a.EndToEndID == b.EndToEndID && a.Fen == b.Fen && a.Currency == b.Currency && a.Booked == b.Booked
}

func (p Position) compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Report, q.Report), cmp.Compare(p.Entry, q.Entry), cmp.Compare(p.Detail, q.Detail))
}

// judge decides what is left of one payment's advices.
func (p *payment) judge(outcomes []Outcome) {
	left := slices.DeleteFunc(p.counts, func(i int) bool { return outcomes[i].Kind != "" && outcomes[i].Kind != Duplicate })
	var paid amount.Units
	var last date.Date
	for _, i := range left {
		if a := outcomes[i].Advice; outcomes[i].Kind == "" {
			paid, last = min(paid+a.Fen, amount.Max+1), max(last, a.Booked) // above Max is above any expected
		}
	}
	kind, why := p.kind(paid, last)
	for _, i := range left {
		o := &outcomes[i]
		if o.Kind == "" {
			o.Kind, o.Why = kind, why
		}
		if kind != Wrong {
			o.Paid = paid
		}
	}
}

// kind is what a sum means, of which the last came on a day.
func (p *payment) kind(paid amount.Units, last date.Date) (Kind, string) {
	switch {
	case p.doubt != "":
		return Wrong, p.doubt
	case paid > p.expected.Fen:
		return Wrong, "more came than is owed"
	case paid < p.expected.Fen:
		return Partial, ""
	case last > p.expected.Due:
		return Late, ""
	}
	return Exact, ""
}

package iso20022

import (
	"cmp"
	"fmt"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
)

// Expected is a payment that a creditor waits for, or waited for.
type Expected struct {
	EndToEndID string       `json:"endToEndId"`
	Fen        amount.Units `json:"fen"` // ≥ 1
	Due        date.Date    `json:"due"`
	From       Holder       `json:"-"` // who pays it; what isn't known of it isn't compared
	Told       []Receipt    `json:"-"` // what was counted for it
	Back       []string     `json:"-"` // references of what banks took back, as far as that was counted
	Partly     bool         `json:"-"` // more was counted than Told shows
	Ended      bool         `json:"-"` // nothing more counts for it
}

// Receipt is a booking that was counted.
type Receipt struct {
	Reference string
	Alias     string
	Fen       amount.Units
	Charges   amount.Units // that the creditor bears; they count, too
	Booked    date.Date
	Source    Source
}

// Verdict is what an advice means for the payment that it names.
type Verdict string

// The kinds, in the order in which they are asked for: the first that applies is it. But
// what repeats another advice is its Duplicate even if that one is Wrong for the sum or
// for what was taken back.
const (
	Waiting   Verdict = "waiting"   // nothing is booked yet
	Unknown   Verdict = "unknown"   // names no payment that is expected
	Wrong     Verdict = "wrong"     // can't count by itself; Why says why
	Duplicate Verdict = "duplicate" // another advice tells of the same booking, or it was counted
	Partial   Verdict = "partial"   // counts; what is there so far is less than expected
	Late      Verdict = "late"      // counts; all is there, but the last came after it was due
	Exact     Verdict = "exact"     // counts; all is there in time
)

// Counts says whether an advice counts for its payment.
func (k Verdict) Counts() bool { return k == Partial || k == Late || k == Exact }

// Outcome is what one advice means.
type Outcome struct {
	Kind   Verdict      `json:"kind"`
	Why    string       `json:"why,omitempty"` // of Wrong, Unknown and Waiting, for people
	Advice Advice       `json:"advice"`
	Fen    amount.Units `json:"fen,omitempty"`  // expected; 0 of Unknown
	Paid   amount.Units `json:"paid,omitempty"` // what came for the payment, as far as it counts
}

// Match says of each advice what it means for the payments that are expected, in the
// order of the advices. What came into another account than the holder's counts for
// nothing; a holder of whom nothing is known has every account.
//
// What an advice means depends on all that is told of the payment, not on the order: a
// booking counts once, bookings of one payment add up, and all that count have the same
// kind. Above what is expected all are Wrong, for nobody but the bank can say which was
// one too many. So is everything of a payment of which something was reversed or debited
// and that wasn't counted as taken back, and all advices that give one bank reference to
// different bookings. An advice without a bank reference is Wrong, because it could not
// be told from a repetition. See alike for bookings of the same amount that different
// kinds of files tell of under different references.
//
// Which of several that tell the same counts, is settled by their positions, and by their
// order if those are equal too.
func Match(holder Holder, expected []Expected, advices []Advice) []Outcome {
	m := matching{holder: holder, payments: map[string]*payment{}, outcomes: make([]Outcome, len(advices))}
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

// matching is a match under way. An outcome without a kind is not decided.
type matching struct {
	holder   Holder
	payments map[string]*payment
	outcomes []Outcome
}

// payment is one that is expected, with the bookings that may count for it.
type payment struct {
	expected Expected
	bookings []*booking
	doubt    string // why nothing of it counts; "" if it does
}

// sort decides what is of no payment or can't count by itself.
func (m *matching) sort() {
	for i := range m.outcomes {
		o := &m.outcomes[i]
		p, known := m.payments[o.Advice.EndToEndID]
		if known {
			o.Fen = p.expected.Fen
		}
		switch a := o.Advice; {
		case a.Odd != "" && known:
			o.Kind, o.Why = Wrong, "it can't be read: "+a.Odd
		case a.Odd != "":
			o.Kind, o.Why = Unknown, "it can't be read: "+a.Odd
		case a.Status != Booked:
			o.Kind, o.Why = Waiting, "the bank has not booked it"
		case a.EndToEndID == "":
			o.Kind, o.Why = Unknown, "it names no payment"
		case !known:
			o.Kind, o.Why = Unknown, "no such payment is expected"
		case a.takesBack() && p.expected.tookBack(a):
			o.Kind, o.Why = Duplicate, "it was counted"
		case a.takesBack():
			o.Kind, o.Why = Wrong, "it takes money back"
			p.doubt = cmp.Or(p.doubt, "the bank took money back")
		default:
			o.Why = m.flaw(a, p.expected)
			if o.Why != "" {
				o.Kind = Wrong
			}
		}
	}
}

// flaw is why a credit of a payment can't count by itself, "" if it can.
func (m *matching) flaw(a Advice, e Expected) string {
	switch {
	case !m.holder.Nobody() && !m.holder.Has(a.Account):
		return "it came into another account than yours"
	case e.From.Differs(a.Debtor, a.DebtorAccount):
		return "another than the debtor paid it"
	case a.Currency != Currency:
		return fmt.Sprintf("it is in another currency than %s", Currency)
	case a.Doubt != "" && a.Charges > 0:
		return fmt.Sprintf("%s; of charges, the bank says %s", a.Doubt, decimals(a.Charges))
	case a.Doubt != "":
		return a.Doubt
	case a.Fen == 0:
		return "it is of nothing"
	case a.BankReference == "":
		return "it has no bank reference"
	case a.Charges > 0 && a.Fen < e.rest():
		return fmt.Sprintf("%s came, and the bank took %s of charges: say whether you bear them", decimals(a.Fen),
			decimals(a.Charges))
	case e.Partly:
		return "more was counted for it than the ledger shows"
	}
	return ""
}

// rest is what of a payment was not counted.
func (e Expected) rest() amount.Units {
	rest := e.Fen
	for _, r := range e.Told {
		rest -= r.Fen + r.Charges
	}
	return rest
}

func (a Advice) takesBack() bool { return !a.Credit || a.Reversal }

// tookBack says whether it was counted that a bank took this back.
func (e Expected) tookBack(a Advice) bool {
	return slices.ContainsFunc(a.references(),
		func(reference string) bool { return slices.Contains(e.Back, reference) })
}

// is says whether an advice with one of a receipt's references can tell of it. What a person counted is what the person
// made of it, whatever the bank says.
func (r Receipt) is(a Advice) bool { return r.Source == Hand || r.Fen == a.Fen && r.on(a) }

// on says whether a booking's day can be the receipt's: its booking or its value date.
func (r Receipt) on(a Advice) bool { return r.Booked == a.Booked || r.Booked == a.Value }

func (p Position) compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Report, q.Report), cmp.Compare(p.Entry, q.Entry), cmp.Compare(p.Detail, q.Detail))
}

package iso20022

import (
	"cmp"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
)

// booking is one movement of money, with all that tell of it.
type booking struct {
	told       *Receipt // that was counted, nil if none was
	advices    []int    // places of outcomes, by their advices' positions
	references [][]string
	sources    []Source
	fen        amount.Units
	booked     date.Date
	repeat     bool // it can't be told from a repetition of another
}

// findDuplicates gathers booked credits into bookings, by the references that they
// share. What was counted has its booking, too.
func (m *matching) findDuplicates() {
	var open []int
	for i, o := range m.outcomes {
		if p := m.payments[o.Advice.EndToEndID]; p != nil &&
			(o.Kind == "" || o.Kind == Wrong && !o.Advice.takesBack() && o.Advice.Odd == "") {
			open = append(open, i)
		}
	}
	slices.SortStableFunc(open, func(i, j int) int {
		a, b := m.outcomes[i].Advice, m.outcomes[j].Advice
		return cmp.Or(cmp.Compare(a.Source, b.Source), a.At.compare(b.At))
	})
	same := joins{}
	told := m.receipts(same)
	for _, i := range open {
		a := m.outcomes[i].Advice
		for _, reference := range a.references() {
			same.join(a.booking(), a.Account+"\n"+reference)
			if told[reference] != nil {
				same.join(a.booking(), "\n"+reference)
			}
		}
	}
	at, groups := map[string]int{}, [][]int{}
	for _, i := range open {
		root := same.root(m.outcomes[i].Advice.booking())
		if _, known := at[root]; !known {
			at[root], groups = len(groups), append(groups, nil)
		}
		groups[at[root]] = append(groups[at[root]], i)
	}
	counted := map[string]counted{}
	for reference, c := range told {
		counted[same.root("\n"+reference)] = *c
	}
	for _, group := range groups {
		if c, known := counted[same.root(m.outcomes[group[0]].Advice.booking())]; known {
			m.repeats(c, group)
		} else {
			m.add(group)
		}
	}
}

// booking names what an advice tells of, among others of its account: by a reference, or, without one, by itself.
func (a Advice) booking() string {
	if a.BankReference == "" {
		return a.At.String() + "\n" + string(a.Source)
	}
	return a.Account + "\n" + a.BankReference
}

// counted is a receipt of a payment.
type counted struct {
	*Receipt
	of string
}

// receipts makes bookings of what was counted, and answers it by its references.
func (m *matching) receipts(same joins) map[string]*counted {
	told := map[string]*counted{}
	for id, p := range m.payments { // each on its own
		for i := range p.expected.Told {
			r := &p.expected.Told[i]
			references := given(r.Reference, r.Alias)
			p.bookings = append(p.bookings,
				&booking{told: r, fen: r.Fen, booked: r.Booked, sources: []Source{r.Source},
					references: [][]string{references}})
			for _, reference := range references {
				told[reference] = &counted{r, id}
				same.join("\n"+references[0], "\n"+reference)
			}
		}
	}
	return told
}

// repeats decides advices of a booking that was counted.
func (m *matching) repeats(c counted, group []int) {
	for _, i := range group {
		o := &m.outcomes[i]
		if o.Kind, o.Why = Duplicate, "it was counted"; o.Advice.EndToEndID != c.of || !c.is(o.Advice) {
			o.Kind, o.Why = Wrong, "one bank reference stands for different bookings"
		}
	}
}

// joins are groups of names.
type joins map[string]string

func (j joins) root(name string) string {
	if j[name] == "" {
		j[name] = name
	}
	for j[name] != name {
		name = j[name]
	}
	return name
}

func (j joins) join(a, b string) { j[j.root(a)] = j.root(b) }

// add makes a booking of advices that share references. All are Wrong if one of them is, or if they disagree.
func (m *matching) add(group []int) {
	first, why := m.outcomes[group[0]].Advice, m.whyNot(group)
	b := &booking{fen: first.Fen, booked: first.Booked}
	for n, i := range group {
		o := &m.outcomes[i]
		switch {
		case why != "" && o.Kind == "":
			o.Kind, o.Why = Wrong, why
		case why == "" && n > 0:
			o.Kind = Duplicate
		}
		b.advices, b.sources, b.references = append(b.advices, i), append(b.sources, o.Advice.Source),
			append(b.references, o.Advice.references())
		b.booked = min(b.booked, o.Advice.Booked)
	}
	if why == "" {
		p := m.payments[first.EndToEndID]
		p.bookings = append(p.bookings, b)
	}
}

// whyNot is why advices that share references don't count, "" if they do.
func (m *matching) whyNot(group []int) (why string) {
	first, day := m.outcomes[group[0]].Advice, date.Date(0)
	for _, i := range group {
		o := m.outcomes[i]
		if !o.Advice.Undated && day == 0 {
			day = o.Advice.Booked
		}
		if !o.Advice.tellsSame(first) || !o.Advice.Undated && o.Advice.Booked != day {
			return "one bank reference stands for different bookings"
		}
		if o.Kind == Wrong && why == "" {
			why = o.Why
		}
	}
	return why
}

// tellsSame says whether two advices agree in all that a payment depends on, but for the day.
func (a Advice) tellsSame(b Advice) bool {
	return a.EndToEndID == b.EndToEndID && a.Fen == b.Fen && a.Currency == b.Currency
}

// judge decides what is left of one payment's advices.
func (p *payment) judge(outcomes []Outcome) {
	p.alike()
	var paid amount.Units
	var last date.Date
	for _, b := range p.bookings {
		switch {
		case b.told != nil:
			paid, last = paid+b.told.Fen+b.told.Charges, max(last, b.booked)
		case !b.repeat:
			paid, last = min(paid+b.fen, amount.Max+1), max(last, b.booked) // above Max is above any expected
		}
	}
	kind, why := p.kind(paid, last)
	for _, b := range p.bookings {
		for _, i := range b.advices {
			o := &outcomes[i]
			switch {
			case o.Kind != "":
			case b.repeat && paid == p.expected.Fen:
				o.Kind, o.Why = Duplicate, "another file tells of it under another reference"
			case b.repeat:
				o.Kind, o.Why = Wrong,
					"another file tells of as much under another reference; say whether it is another booking"
			default:
				o.Kind, o.Why = kind, why
			}
			if o.Kind != Wrong {
				o.Paid = paid
			}
		}
	}
}

// kind is what a sum means, of which the last came on a day.
func (p *payment) kind(paid amount.Units, last date.Date) (Verdict, string) {
	switch {
	case p.doubt != "":
		return Wrong, p.doubt
	case p.expected.Ended:
		return Wrong, "the payment has ended: nothing more is owed by it"
	case paid > p.expected.Fen:
		return Wrong, "more came than is owed"
	case paid < p.expected.Fen:
		return Partial, ""
	case last > p.expected.Due:
		return Late, ""
	}
	return Exact, ""
}

// alike finds bookings that can't be told from repetitions. A bank may tell of one
// booking in several kinds of files under references that have nothing in common. Of
// bookings with the same amount there are then at least as many as one kind of file tells
// of, for within one kind a bank tells of each once, with references of one sort: so many
// count, those that were counted before first, and the others may be repetitions.
func (p *payment) alike() {
	same := map[amount.Units][]*booking{}
	for _, b := range p.bookings {
		same[b.fen] = append(same[b.fen], b)
	}
	for _, list := range same { // each on its own
		least := 0
		for _, source := range []Source{Notice, Statement, Table, Hand, ""} {
			least = max(least, distinct(list, source))
		}
		for _, b := range list { // what was counted stands before all others
			if least--; least < 0 && b.told == nil {
				b.repeat = true
			}
		}
	}
}

// distinct counts the bookings of which a kind of file tells and that are surely
// different.
func distinct(list []*booking, source Source) int {
	var sure []*booking
	for _, b := range list {
		if slices.Contains(b.sources, source) &&
			!slices.ContainsFunc(sure, func(c *booking) bool { return !b.differs(c, source) }) {
			sure = append(sure, b)
		}
	}
	return len(sure)
}

// differs says whether the references that a kind of file gives two bookings are of one
// sort: as many. They have none in common, or it would be one booking.
func (b *booking) differs(c *booking, source Source) bool {
	return len(b.by(source)) == len(c.by(source))
}

// by are the references that a kind of file gives a booking: the most, if it tells of it
// again.
func (b *booking) by(source Source) (most []string) {
	for i, s := range b.sources {
		if s == source && len(b.references[i]) > len(most) {
			most = b.references[i]
		}
	}
	return most
}

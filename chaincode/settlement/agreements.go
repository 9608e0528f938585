package settlement

import (
	"bytes"
	"slices"

	"tallystick/chaincode/date"
)

// Agreements is what the parties have agreed about settling on one business date: the models (结算模型) and the policy.
// Every batch that owes reads those of its date. They are made from those before and from what parties gave notice of,
// when the date moves on, and never change: so what is selected for a day is selected for it ever after.
type Agreements struct {
	_        struct{}     `cbor:",toarray"`
	Models   []Model      `json:"models"`   // those that bind somebody, by number
	Last     uint32       `json:"last"`     // number that was given last
	Policy   Policy       `json:"policy"`   // in force for the cycles that open
	Asked    Policy       `json:"asked"`    // by the operator
	Accepted []Acceptance `json:"accepted"` // by parties that said so, sorted
}

// Founding is the book of a new network: no model, three days to sign, three to
// answer, and what isn't signed is carried over.
func Founding() Agreements { return Agreements{Models: []Model{}, Policy: usual, Asked: usual} }

// Given is what a party gave notice of.
type Given struct {
	Party  string `json:"party"`
	Asked  bool   `json:"asked"` // it takes part, so that how cycles are closed is its affair
	Notice Notice `json:"notice"`
}

// Next is the book of the next business date: what each party leaves, then the models that were proposed, then what
// each party agrees to and accepts, in the order of the parties. It answers the models that are new, too. Versions
// that settle nothing any more are left out. Notices that were given on another date than today have no effect.
func (b Agreements) Next(today, next date.Date, operator string, given []Given) (_ Agreements, begun []Model) {
	known := b.Last
	b.Models = slices.Clone(b.Models)
	var parties []string
	for _, g := range given {
		if g.Asked {
			parties = append(parties, g.Party)
		}
	}
	given = slices.DeleteFunc(slices.Clone(given), func(g Given) bool { return g.Notice.Date != today })
	for _, g := range given {
		b.leave(g)
	}
	for _, g := range given {
		b = b.propose(g)
	}
	for _, g := range given {
		b.agree(g)
		b = b.take(g, operator)
	}
	for _, m := range b.Models {
		if m.Number > known {
			begun = append(begun, m)
		}
	}
	all := b
	b.Models = slices.DeleteFunc(slices.Clone(b.Models), func(m Model) bool { return all.settlesNothing(m, next) })
	b.Policy = b.inForce(parties)
	return b, begun
}

// propose numbers the models that a party proposes, which agrees to them itself.
func (b Agreements) propose(g Given) Agreements {
	for _, m := range g.Notice.Proposed {
		b.Last++
		m.Number, m.Agreed = b.Last, []string{g.Party}
		b.Models = append(b.Models, m)
	}
	return b
}

// leave and agree change the models of a book whose list is a copy.
func (b Agreements) leave(g Given) {
	for _, c := range g.Notice.Changes {
		for i, m := range b.Models {
			if c.Leaves && m.same(c.By, c.Model) {
				b.Models[i] = m.without(g.Party)
			}
		}
	}
}

func (b Agreements) agree(g Given) {
	for _, c := range g.Notice.Changes {
		for i, m := range b.Models {
			if m.same(c.By, c.Model) && m.Version == c.Version && bytes.Equal(m.Hash(), c.Hash) {
				b.Models[i] = m.with(g.Party)
			}
		}
	}
}

// take notes the policy that a party accepts, and that the operator asks for.
func (b Agreements) take(g Given, operator string) Agreements {
	if g.Notice.Accepts.SignDays > 0 {
		b = b.accept(g.Party, g.Notice.Accepts)
	}
	if g.Party == operator && g.Notice.Asks.SignDays > 0 {
		b.Asked = g.Notice.Asks
	}
	return b
}

// settlesNothing says whether a version can be left out from a day on: it binds nobody, or one party alone that hasn't
// proposed it, or a newer version that has begun binds all that it binds.
func (b Agreements) settlesNothing(m Model, from date.Date) bool {
	if len(m.Agreed) == 0 || len(m.Agreed) == 1 && m.Agreed[0] != m.By {
		return true
	}
	return slices.ContainsFunc(b.Models, func(n Model) bool {
		return n.same(m.By, m.ID) && n.Number > m.Number && n.From <= from &&
			!slices.ContainsFunc(m.Agreed, func(p string) bool { return !n.binds(p) })
	})
}

// newest is the newest version of a model that is in the book.
func (b Agreements) newest(by, id string) (Model, bool) {
	for i := len(b.Models) - 1; i >= 0; i-- {
		if b.Models[i].same(by, id) {
			return b.Models[i], true
		}
	}
	return Model{}, false
}

// by lists the versions that a party proposed.
func (b Agreements) by(party string) (list []Model) {
	for _, m := range b.Models {
		if m.By == party {
			list = append(list, m)
		}
	}
	return list
}

// bound says whether a party is bound by a version of a model.
func (b Agreements) bound(party, by, id string) bool {
	return slices.ContainsFunc(b.Models, func(m Model) bool { return m.same(by, id) && m.binds(party) })
}

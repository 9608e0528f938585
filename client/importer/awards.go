package importer

import (
	"errors"
	"fmt"

	"github.com/shopspring/decimal"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/name"
	"tallystick/chaincode/points"
	"tallystick/client/figure"
)

// awards are points that lines earn (points:Issue), one award a line or some
// merged neighbours.
type awards struct{}

func (awards) form() form {
	return form{
		must: []part{partMember, partAmount}, may: []part{partOutlet, partDate, partReference},
		keys: []string{"programme", "rate", "rounding", "merge", "expires", "receipts", "unknown"},
		elsewhere: func(m *Mapping) string {
			if m.receipts() {
				return "If it is another file, give this import another source: receipts that have earned don't earn again"
			}
			return countsTwice(m)
		},
	}
}

func (awards) programme(m *Mapping) string { return m.Programme }

func (awards) scale(m *Mapping) (err error) {
	if err = m.checkRate(); err == nil {
		m.rate, err = figure.Between(m.rate, 0, m.digits)
	}
	return err
}

func (awards) check(m *Mapping) (err error) {
	if err := name.CheckID("programme", m.Programme); err != nil {
		return err
	}
	if err := m.checkRate(); err != nil {
		return err
	}
	if m.Merge && m.Columns.Reference == "" {
		return fmt.Errorf("merge: name the column of the reference by which lines belong together")
	}
	switch {
	case m.Expires.On != "" && m.Expires.Days != 0:
		return fmt.Errorf("expires: on or days, not both")
	case m.Expires.On != "":
		if m.on, err = date.Parse(m.Expires.On); err != nil {
			return fmt.Errorf("expires: %w", err)
		}
	case m.Expires.Days < 1 || m.Columns.Date == "":
		return fmt.Errorf("expires: want {on: 2027-12-31}, or {days: 365} and the column of the date")
	}
	return nil
}

func (awards) item(m *Mapping, _ Stores, l *line) (*Item, error) {
	read := l.number
	if m.Merge {
		read = l.signed // what was given back is of the basket, too
	}
	value, err := read(partAmount)
	if err != nil {
		return nil, err
	}
	w, err := m.who(l)
	if err != nil {
		return nil, err
	}
	grant, err := m.grant(l, w)
	if err != nil {
		return nil, err
	}
	return &Item{key: w.key() + "\n" + grant.Reference, who: &w, sum: value, finish: func(item *Item) error {
		units, err := m.earned(item.sum)
		if err != nil {
			return err
		}
		grant.Amount = units
		item.Adds = Totals{Awards: 1, Points: units}
		item.Drafts = []Draft{func(s Stores) (command.Request, string, error) { return m.award(s, w, grant) }}
		return nil
	}}, nil
}

// earned is what an amount earns, which is something.
func (m *Mapping) earned(sum decimal.Decimal) (amount.Units, error) {
	if sum.Sign() < 0 {
		return 0, errors.New("its lines come to less than nothing: what is given back is taken off " +
			"where it stands beside its purchase; else revoke the points")
	}
	units, err := m.units(sum)
	switch {
	case err != nil:
		return 0, errors.New("it earns more points than the ledger can hold")
	case units == 0:
		return 0, errors.New("it is worth no point")
	}
	return units, nil
}

// award gives points to a member who is there: without the name of a home the ledger
// looks.
func (m *Mapping) award(s Stores, w who, grant points.Grant) (command.Request, string, error) {
	id, doomed, err := s.member(m, w)
	if err != nil {
		return nil, "", err
	}
	grant.Member = id
	return points.IssueRequest{Programme: m.Programme, Receipts: m.receipts(), Grants: []points.Grant{grant}}, doomed,
		nil
}

// receipts says whether a line's reference is a receipt, that earns once.
func (m *Mapping) receipts() bool { return m.Receipts && m.says(partReference) }

// grant is a line's award, of one point until its lines are added up.
func (m *Mapping) grant(l *line, w who) (grant points.Grant, err error) {
	grant = points.Grant{Member: w.someone(), Amount: 1, Expires: m.on, Outlet: m.maybe(l, partOutlet),
		Reference: m.maybe(l, partReference)}
	if m.receipts() && grant.Reference == "" {
		return grant, l.empty(partReference)
	}
	if m.on == 0 {
		day, err := m.day(l, partDate)
		if err != nil {
			return grant, err
		}
		grant.Expires = day + date.Date(m.Expires.Days)
	}
	return grant, l.checked(points.IssueRequest{Programme: m.Programme, Grants: []points.Grant{grant}})
}

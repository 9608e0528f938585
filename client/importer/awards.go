package importer

import (
	"errors"
	"fmt"

	"tallystick/chaincode/date"
	"tallystick/chaincode/name"
	"tallystick/chaincode/points"
)

// awards are points that lines earn (points:Issue), one award a line or some
// merged neighbours.
type awards struct{}

func (awards) form() form {
	return form{
		must: []part{partMember, partAmount}, may: []part{partOutlet, partDate, partReference},
		keys: []string{"programme", "rate", "rounding", "merge", "expires"},
	}
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
		return fmt.Errorf("expires: give on, or days and the column of the date")
	}
	return nil
}

func (awards) item(m *Mapping, s Stores, l line) (*Item, error) {
	value, err := l.number(partAmount)
	if err != nil {
		return nil, err
	}
	grant, err := m.grant(s, l)
	if err != nil {
		return nil, err
	}
	return &Item{key: grant.Member + "/" + grant.Reference, sum: value, finish: func(item *Item) error {
		units, err := m.units(item.sum)
		if err != nil {
			return err
		}
		if units == 0 {
			return errors.New("it is worth no point")
		}
		grant.Amount = units
		item.Adds = Totals{Awards: 1, Points: units}
		item.Drafts = ready(points.IssueRequest{Programme: m.Programme, Grants: []points.Grant{grant}})
		return nil
	}}, nil
}

// grant is a line's award, of one point until its lines are added up.
func (m *Mapping) grant(s Stores, l line) (grant points.Grant, err error) {
	grant = points.Grant{Amount: 1, Expires: m.on, Outlet: m.maybe(l, partOutlet), Reference: m.maybe(l, partReference)}
	if grant.Member, grant.Home, err = m.memberAt(s, l); err != nil {
		return grant, err
	}
	if m.on == 0 {
		day, err := m.day(l, partDate)
		if err != nil {
			return grant, err
		}
		grant.Expires = day + date.Date(m.Expires.Days)
	}
	return grant, checked(points.IssueRequest{Programme: m.Programme, Grants: []points.Grant{grant}})
}

package importer

import (
	"tallystick/chaincode/command"
	"tallystick/chaincode/member"
)

// labels are what lines say of members (member:Label).
type labels struct{}

func (labels) form() form {
	return form{must: []part{partMember, partLabel}, may: []part{partUntil}, keys: []string{"unknown"}, ordered: always}
}

func (labels) check(*Mapping) error { return nil }

func (labels) item(m *Mapping, _ Stores, l *line) (*Item, error) {
	w, err := m.who(l)
	if err != nil {
		return nil, err
	}
	req := member.LabelRequest{Member: w.someone()}
	if req.Label, err = m.id(l, partLabel); err != nil {
		return nil, err
	}
	if l.says(partUntil) {
		if req.Until, err = m.day(l, partUntil); err != nil {
			return nil, err
		}
	}
	draft := func(s Stores) (command.Request, string, error) {
		made := req
		var doomed string
		var err error
		made.Member, doomed, err = s.member(m, w)
		return made, doomed, err
	}
	return &Item{who: &w, Adds: Totals{Labels: 1}, Drafts: []Draft{draft}}, l.checked(req)
}

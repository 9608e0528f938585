package importer

import "tallystick/chaincode/member"

// labels are what lines say of members (member:Label).
type labels struct{}

func (labels) form() form {
	return form{must: []part{partMember, partLabel}, may: []part{partUntil}, ordered: true}
}

func (labels) check(*Mapping) error { return nil }

func (labels) item(m *Mapping, s Stores, l line) (*Item, error) {
	req := member.LabelRequest{}
	var err error
	if req.Member, err = m.member(s, l); err != nil {
		return nil, err
	}
	if req.Label, err = m.id(l, partLabel); err != nil {
		return nil, err
	}
	if l.says(partUntil) {
		if req.Until, err = m.day(l, partUntil); err != nil {
			return nil, err
		}
	}
	return &Item{Adds: Totals{Labels: 1}, Drafts: ready(req)}, checked(req)
}

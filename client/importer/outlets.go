package importer

import "tallystick/chaincode/goods"

// outlets are the party's places (storefront:SetOutlet), each once.
type outlets struct{}

func (outlets) form() form {
	return form{supply: true, must: []part{partOutlet, partEn, partZh}, may: []part{partRegion, partOpen}, once: true}
}

func (outlets) check(*Mapping) error { return nil }

func (outlets) item(m *Mapping, _ Stores, l *line) (*Item, error) {
	req := goods.SetOutletRequest{En: l.parts[partEn], Zh: l.parts[partZh], Region: m.maybe(l, partRegion), Open: true}
	var err error
	if req.Outlet, err = m.id(l, partOutlet); err != nil {
		return nil, err
	}
	if l.says(partOpen) {
		if req.Open, err = l.yes(partOpen); err != nil {
			return nil, err
		}
	}
	return &Item{key: req.Outlet, Adds: Totals{Outlets: 1}, Drafts: ready(req), alike: req}, l.checked(req)
}

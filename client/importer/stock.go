package importer

import "tallystick/chaincode/goods"

// stock is what suppliers let sellers sell more of (goods:Restock).
type stock struct{}

func (stock) form() form {
	return form{supply: true, must: []part{partSupplier, partSKU, partSeller, partStock}, keys: []string{"lanes"},
		elsewhere: countsTwice}
}

func (stock) check(*Mapping) error { return nil }

func (stock) item(m *Mapping, _ Stores, l *line) (*Item, error) {
	req := goods.RestockRequest{Seller: l.parts[partSeller], Lanes: m.Lanes}
	var err error
	if req.Supplier, err = m.id(l, partSupplier); err != nil {
		return nil, err
	}
	if req.SKU, err = m.id(l, partSKU); err != nil {
		return nil, err
	}
	if req.Units, err = l.count(partStock, 1); err != nil {
		return nil, err
	}
	return &Item{Adds: Totals{Stocked: 1}, Drafts: ready(req)}, l.checked(req)
}

package importer

import (
	"fmt"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/goods"
)

// suppliers are whom the party acts for and who apply (goods:Apply), or whom the
// operator approves (goods:Approve), each once.
type suppliers struct{}

// The verbs of suppliers.
const (
	applying  = "apply"
	approving = "approve"
)

func (suppliers) form() form {
	return form{must: []part{partSupplier}, may: []part{partEn, partZh, partCategories, partLicence}, keys: []string{"verb", "fee"}, once: true}
}

func (suppliers) check(m *Mapping) (err error) {
	if m.Verb == "" {
		m.Verb = applying
	}
	told := m.says(partEn) && m.says(partZh) && m.says(partLicence)
	switch m.Verb {
	case applying:
		if !told || m.Fee != "" {
			return fmt.Errorf("verb: who applies has columns en, zh and licence, and no fee")
		}
		return nil
	case approving:
		if m.says(partEn) || m.says(partZh) || m.says(partLicence) {
			return fmt.Errorf("verb: who is approved has no columns en, zh and licence")
		}
		if m.rate, err = amount.ParseRate(m.Fee); err != nil {
			return fmt.Errorf("fee: %w", err)
		}
		return nil
	}
	return fmt.Errorf("verb: want apply or approve")
}

func (suppliers) item(m *Mapping, _ Stores, l *line) (*Item, error) {
	id, err := m.id(l, partSupplier)
	if err != nil {
		return nil, err
	}
	item := &Item{key: id, Adds: Totals{Suppliers: 1}}
	if m.Verb == approving {
		req := goods.ApproveRequest{Supplier: id, Categories: l.list(partCategories), Fee: m.rate}
		item.Drafts = ready(req)
		return item, l.checked(req)
	}
	req := goods.ApplyRequest{Supplier: id, En: l.parts[partEn], Zh: l.parts[partZh], Categories: l.list(partCategories)}
	if req.Licence, err = l.hash(partLicence); err != nil {
		return nil, err
	}
	item.Drafts = ready(req)
	return item, l.checked(req)
}

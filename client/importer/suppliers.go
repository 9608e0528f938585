package importer

import (
	"fmt"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
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
	return form{supply: true, must: []part{partSupplier}, may: []part{partEn, partZh, partCategories, partLicence},
		keys: []string{"verb", "fee"}, once: true, index: always}
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
		item.alike = req
		item.Drafts = []Draft{func(s Stores) (command.Request, string, error) { return s.approval(req) }}
		return item, l.checked(req)
	}
	req := goods.ApplyRequest{Supplier: id, En: l.parts[partEn], Zh: l.parts[partZh],
		Categories: l.list(partCategories)}
	if req.Licence, err = l.hash(partLicence); err != nil {
		return nil, err
	}
	item.alike, item.Drafts = req, ready(req)
	item.met = []meeting{func(s Stores) (bool, string, error) { return s.hasApplied(req) }}
	return item, l.checked(req)
}

// approval approves a supplier. One that is suspended stays so: a list of whom the operator
// once approved is no word on what was found since.
func (s Stores) approval(req goods.ApproveRequest) (command.Request, string, error) {
	there, found, err := s.Shop.Supplier(req.Supplier)
	if err != nil || !found || there.State != goods.Suspended {
		return req, "", err
	}
	req.Supplier = nobody()
	return req, "the supplier is suspended: if it may list again, approve it anew", nil
}

// hasApplied compares an application with the supplier that the ledger has.
func (s Stores) hasApplied(req goods.ApplyRequest) (same bool, why string, err error) {
	there, found, err := s.Shop.Supplier(req.Supplier)
	if err != nil || !found {
		return false, "", err
	}
	switch {
	case there.Party != s.Party:
		return false, othersID("supplier", req.Supplier, there.Party), nil
	case there.State == goods.Refused || there.State == goods.Withdrawn:
		return false, "", nil // it may apply again: the ledger's own reason holds
	}
	want, err := goods.Apply(nil, req, goods.At{Caller: s.Party})
	if err != nil {
		return false, "", err
	}
	without := []string{"state", "fee", "since", "reason"}
	if there.State != goods.Applied {
		without = append(without, "categories") // by now they are those that the operator gave it
	}
	differ, err := differing(want, there, without...)
	if err != nil || len(differ) == 0 {
		return err == nil, "", err
	}
	return false, another("supplier", req.Supplier, differ,
		"withdraw the application and apply again, or change the file or its mapping"), nil
}

package verb

import (
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/party"
	"tallystick/chaincode/row"
)

func (c *call) supplier(id string) (goods.Supplier, error) {
	return ledger.Get(c.Tx, row.Supplier(id), "supplier", id)
}

func (c *call) applySupplier(req goods.ApplyRequest) error {
	before, err := found(c.Tx, row.Supplier(req.Supplier))
	if err != nil {
		return err
	}
	supplier, err := goods.Apply(before, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Supplier(supplier.ID), supplier)
	return nil
}

// found reads a row that may not be there; nil if it isn't.
func found[T any](tx *ledger.Tx, key row.Key[T]) (*T, error) {
	r, there, err := ledger.Find(tx, key)
	if err != nil || !there {
		return nil, err
	}
	return &r, nil
}

func (c *call) approveSupplier(req goods.ApproveRequest) error {
	supplier, err := c.supplier(req.Supplier)
	if err != nil {
		return err
	}
	next, err := supplier.Approve(req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Supplier(next.ID), next)
	return c.giveRole(next.Party, party.Supplier)
}

// giveRole gives a party a role, if it doesn't have it yet: from its next
// transaction on.
func (c *call) giveRole(id string, role party.Roles) error {
	next, err := c.party(id)
	if err != nil || next.Roles.Has(role) {
		return err
	}
	next.Roles |= role
	ledger.Put(c.Tx, row.Party(id), next)
	return nil
}

func (c *call) refuseSupplier(req goods.RefuseRequest) error {
	supplier, err := c.supplier(req.Supplier)
	if err != nil {
		return err
	}
	next, err := supplier.Refuse(req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Supplier(next.ID), next)
	return nil
}

func (c *call) withdrawSupplier(req goods.WithdrawSupplierRequest) error {
	supplier, err := c.supplier(req.Supplier)
	if err != nil {
		return err
	}
	next, err := supplier.Withdraw(c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Supplier(next.ID), next)
	return nil
}

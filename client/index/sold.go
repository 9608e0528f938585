package index

import (
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/row"
)

// GoodAt is a good as it was in a version, to which an order bound; 0 for the one
// that it has now. NOT_FOUND.
func (r *Reading) GoodAt(supplier, sku string, version uint32) (good goods.Good, err error) {
	now, found, err := one(r, "goods", row.Good(supplier, sku))
	if err != nil {
		return good, err
	}
	good = now
	if found && version != 0 && now.Version != version {
		good, found, err = one(r, "facts", row.GoodVersion(supplier, sku, version))
	}
	if err == nil && !found {
		err = fault.New(fault.NotFound, "there is no good %.64s/%.64s in version %d", supplier, sku, version)
	}
	return good, err
}

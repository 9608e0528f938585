package verb

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/row"
)

func (c *call) restock(req goods.RestockRequest) error {
	supplier, err := c.named(req.Supplier, req.SKU, req.Seller)
	if err != nil {
		return err
	}
	key := row.Pool(req.Supplier, req.SKU, req.Seller)
	pool, _, err := ledger.Find(c.Tx, key)
	if err != nil {
		return err
	}
	next, each, err := pool.Restock(supplier, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, key, next)
	for lane := uint8(1); lane <= req.Lanes; lane++ {
		key := row.Shard(req.Supplier, req.SKU, req.Seller, lane)
		shard, _, err := ledger.Find(c.Tx, key)
		if err != nil {
			return err
		}
		ledger.Put(c.Tx, key, shard.Back(each))
	}
	return nil
}

func (c *call) withdrawStock(req goods.WithdrawStockRequest) error {
	supplier, err := c.supplier(req.Supplier)
	if err != nil {
		return err
	}
	pool, err := c.pool(req.Supplier, req.SKU, req.Seller)
	if err != nil {
		return err
	}
	next, short, err := pool.Withdraw(supplier, req.Units, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Pool(req.Supplier, req.SKU, req.Seller), next)
	return c.gather(req.Supplier, req.SKU, req.Seller, next.Lanes, short)
}

func (c *call) pool(supplier, sku, seller string) (goods.Pool, error) {
	return ledger.Get(c.Tx, row.Pool(supplier, sku, seller), "stock", supplier+"/"+sku+"/"+seller)
}

// reserve takes units of a good out of the stock of the caller, who is its seller:
// from the lane's own shard while that lasts, then from the pool, then from
// whatever other lane's shard has any. OUT_OF_STOCK if all together have too few.
func (c *call) reserve(supplier, sku, seller string, n uint32) error {
	need := amount.Units(n)
	key := row.Shard(supplier, sku, seller, c.Lane)
	shard, _, err := ledger.Find(c.Tx, key)
	if err != nil {
		return err
	}
	if need <= shard.Free {
		shard, _ = shard.Give(need)
		ledger.Put(c.Tx, key, shard)
		return nil
	}
	pool, found, err := ledger.Find(c.Tx, row.Pool(supplier, sku, seller))
	if err != nil {
		return err
	}
	if !found {
		return outOfStock(supplier, sku)
	}
	next, shard, short := goods.Draw(pool, shard, c.Lane, need)
	if next != pool {
		ledger.Put(c.Tx, row.Pool(supplier, sku, seller), next)
	}
	ledger.Put(c.Tx, key, shard)
	return c.gather(supplier, sku, seller, next.Lanes, short)
}

// gather takes so many units from the seller's shards, in the order of lanes.
// OUT_OF_STOCK if all together have too few.
func (c *call) gather(supplier, sku, seller string, lanes uint8, need amount.Units) error {
	for lane := uint8(0); lane < lanes && need > 0; lane++ {
		key := row.Shard(supplier, sku, seller, lane)
		shard, _, err := ledger.Find(c.Tx, key)
		if err != nil {
			return err
		}
		next, given := shard.Give(need)
		if given > 0 {
			ledger.Put(c.Tx, key, next)
			need -= given
		}
	}
	if need > 0 {
		return outOfStock(supplier, sku)
	}
	return nil
}

func outOfStock(supplier, sku string) error {
	return fault.New(fault.OutOfStock, "there is less of %s/%s than asked for", supplier, sku)
}

// putBack returns units that were reserved: to the lane's own shard if the caller is
// the seller and the lane has one, else to the pool.
func (c *call) putBack(supplier, sku, seller string, n uint32) error {
	back := amount.Units(n)
	if c.Caller.ID == seller {
		key := row.Shard(supplier, sku, seller, c.Lane)
		shard, found, err := ledger.Find(c.Tx, key)
		if err != nil {
			return err
		}
		if found {
			ledger.Put(c.Tx, key, shard.Back(back))
			return nil
		}
	}
	pool, err := c.pool(supplier, sku, seller)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Pool(supplier, sku, seller), pool.Back(back))
	return nil
}

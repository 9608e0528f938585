package row

import (
	"strconv"
	"tallystick/chaincode/command"

	"tallystick/chaincode/goods"
)

// The rows of goods and of what is sold:
//
//	ws/SUPPLIER                       supplier
//	wg/SUPPLIER/SKU                   good, as it is now
//	wv/SUPPLIER/SKU/VERSION           good, as it was
//	wt/SUPPLIER/SKU/SELLER            terms that a seller is offered
//	wf/SELLER                         storefront
//	wq/PARTY/OUTLET                   outlet
//	wl/SELLER/SUPPLIER/SKU            listing
//	wp/SUPPLIER/SKU/SELLER            pool: stock that no lane has taken
//	wk/SUPPLIER/SKU/SELLER/LANE       shard: a lane's part of it
var (
	suppliers = as[goods.Supplier]("ws", "supplier", "SUPPLIER", writes(owner(agent), command.ApplySupplier),
		changes(owner(agent), command.WithdrawSupplier),
		changes(operator, command.ApproveSupplier, command.RefuseSupplier))
	goodsNow     = as[goods.Good]("wg", "good", "SUPPLIER/SKU", writes(anyone, command.SetGood))
	goodVersions = as[goods.Good]("wv", "good-version", "SUPPLIER/SKU/VERSION", makes(anyone, command.SetGood))
	terms        = as[goods.Terms]("wt", "terms", "SUPPLIER/SKU/SELLER", writes(anyone, command.OfferTerms))
	storefronts  = as[goods.Storefront]("wf", "storefront", "SELLER", writes(inKey("SELLER"), command.SetStorefront))
	outlets      = as[goods.Outlet]("wq", "outlet", "PARTY/OUTLET", writes(inKey("PARTY"), command.SetOutlet))
	listings     = as[goods.Listing]("wl", "listing", "SELLER/SUPPLIER/SKU", writes(inKey("SELLER"), command.ListGood))
	pools        = as[goods.Pool]("wp", "pool", "SUPPLIER/SKU/SELLER", writes(anyone, command.Restock),
		changes(inKey("SELLER"), command.PlaceOrder, command.RejectOrder),
		changes(anyone, command.WithdrawStock, command.CancelOrder, command.TimeOutOrder, command.ReceiveReturn))
	shards = as[goods.Shard]("wk", "shard", "SUPPLIER/SKU/SELLER/LANE", writes(anyone, command.Restock),
		changes(anyone, command.WithdrawStock),
		writes(inKey("SELLER"), command.PlaceOrder),
		changes(itsLane, command.RejectOrder, command.CancelOrder, command.TimeOutOrder, command.ReceiveReturn))
)

func agent(s goods.Supplier) string { return s.Party }

// Supplier is the key of a supplier.
func Supplier(id string) Key[goods.Supplier] { return suppliers.at(id) }

// Good is the key of a good as it is now.
func Good(supplier, sku string) Key[goods.Good] {
	return goodsNow.at(supplier, sku)
}

// GoodVersion is the key of a good as it was before it changed.
func GoodVersion(supplier, sku string, version uint32) Key[goods.Good] {
	return goodVersions.at(supplier, sku, strconv.FormatUint(uint64(version), 10))
}

// Terms is the key of the terms that a seller is offered for a good.
func Terms(supplier, sku, seller string) Key[goods.Terms] {
	return terms.at(supplier, sku, seller)
}

// Storefront is the key of an enterprise's storefront.
func Storefront(seller string) Key[goods.Storefront] { return storefronts.at(seller) }

// Outlet is the key of a party's outlet.
func Outlet(party, id string) Key[goods.Outlet] { return outlets.at(party, id) }

// Listing is the key of a good in a storefront.
func Listing(seller, supplier, sku string) Key[goods.Listing] {
	return listings.at(seller, supplier, sku)
}

// Pool is the key of the stock that a seller's lanes haven't taken.
func Pool(supplier, sku, seller string) Key[goods.Pool] {
	return pools.at(supplier, sku, seller)
}

// Shard is the key of a lane's part of a seller's stock.
func Shard(supplier, sku, seller string, lane uint8) Key[goods.Shard] {
	return shards.at(supplier, sku, seller, hexadecimal(uint64(lane), 2))
}

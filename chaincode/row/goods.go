package row

import (
	"strconv"
	"tallystick/chaincode/command"

	"tallystick/chaincode/goods"
)

// goodsReaders reads the rows of goods and of what is sold:
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
var goodsReaders = map[string]reader{
	"ws": as[goods.Supplier]("supplier", "SUPPLIER", writes(owner(agent), command.ApplySupplier), changes(owner(agent), command.WithdrawSupplier),
		changes(operator, command.ApproveSupplier, command.RefuseSupplier)),
	"wg": as[goods.Good]("good", "SUPPLIER/SKU", writes(anyone, command.SetGood)),
	"wv": as[goods.Good]("good-version", "SUPPLIER/SKU/VERSION", makes(anyone, command.SetGood)),
	"wt": as[goods.Terms]("terms", "SUPPLIER/SKU/SELLER", writes(anyone, command.OfferTerms)),
	"wf": as[goods.Storefront]("storefront", "SELLER", writes(inKey("SELLER"), command.SetStorefront)),
	"wq": as[goods.Outlet]("outlet", "PARTY/OUTLET", writes(inKey("PARTY"), command.SetOutlet)),
	"wl": as[goods.Listing]("listing", "SELLER/SUPPLIER/SKU", writes(inKey("SELLER"), command.ListGood)),
	"wp": as[goods.Pool]("pool", "SUPPLIER/SKU/SELLER", writes(anyone, command.Restock), changes(inKey("SELLER"), command.PlaceOrder, command.RejectOrder),
		changes(anyone, command.WithdrawStock, command.CancelOrder, command.TimeOutOrder, command.ReceiveReturn)),
	"wk": as[goods.Shard]("shard", "SUPPLIER/SKU/SELLER/LANE", writes(anyone, command.Restock), changes(anyone, command.WithdrawStock),
		writes(inKey("SELLER"), command.PlaceOrder), changes(itsLane, command.RejectOrder, command.CancelOrder, command.TimeOutOrder, command.ReceiveReturn)),
}

func agent(s goods.Supplier) string { return s.Party }

// Supplier is the key of a supplier.
func Supplier(id string) Key[goods.Supplier] { return Key[goods.Supplier]("ws/" + id) }

// Good is the key of a good as it is now.
func Good(supplier, sku string) Key[goods.Good] {
	return Key[goods.Good]("wg/" + supplier + "/" + sku)
}

// GoodVersion is the key of a good as it was before it changed.
func GoodVersion(supplier, sku string, version uint32) Key[goods.Good] {
	return Key[goods.Good]("wv/" + supplier + "/" + sku + "/" + strconv.FormatUint(uint64(version), 10))
}

// Terms is the key of the terms that a seller is offered for a good.
func Terms(supplier, sku, seller string) Key[goods.Terms] {
	return Key[goods.Terms]("wt/" + supplier + "/" + sku + "/" + seller)
}

// Storefront is the key of an enterprise's storefront.
func Storefront(seller string) Key[goods.Storefront] { return Key[goods.Storefront]("wf/" + seller) }

// Outlet is the key of a party's outlet.
func Outlet(party, id string) Key[goods.Outlet] { return Key[goods.Outlet]("wq/" + party + "/" + id) }

// Listing is the key of a good in a storefront.
func Listing(seller, supplier, sku string) Key[goods.Listing] {
	return Key[goods.Listing]("wl/" + seller + "/" + supplier + "/" + sku)
}

// Pool is the key of the stock that a seller's lanes haven't taken.
func Pool(supplier, sku, seller string) Key[goods.Pool] {
	return Key[goods.Pool]("wp/" + supplier + "/" + sku + "/" + seller)
}

// Shard is the key of a lane's part of a seller's stock.
func Shard(supplier, sku, seller string, lane uint8) Key[goods.Shard] {
	return Key[goods.Shard]("wk/" + supplier + "/" + sku + "/" + seller + "/" + hexadecimal(uint64(lane), 2))
}

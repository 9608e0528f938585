package node

import (
	"tallystick/chaincode/goods"
)

// The operations of goods and stock (商品、库存).
var (
	GoodRestock = sends[goods.RestockRequest](Row{"good.restock", "POST", "/v1/goods/{supplier}/{sku}/restock", Catalogue,
		"Let a seller sell more of a good", "补货",
		`{"supplier":"care","sku":"kit","seller":"D","units":500,"lanes":0}`})
	GoodSet = sends[goods.SetGoodRequest](Row{"good.set", "POST", "/v1/goods/{supplier}/{sku}", Catalogue,
		"List a good, or make its next version: what no flag names is left empty", "商品",
		`{"supplier":"care","sku":"kit","gtin":"6901234567892","en":"Oil kit","zh":"机油套装","category":"oil","labels":null,"unit":"piece","tax":"t13","delivery":"shipped","regions":null,"images":null,"from":"","until":"","open":true}`})
	GoodWithdrawStock = sends[goods.WithdrawStockRequest](Row{"good.withdraw-stock", "POST", "/v1/goods/{supplier}/{sku}/withdraw-stock", Catalogue,
		"Take back what is free of a good", "撤货",
		`{"supplier":"care","sku":"kit","seller":"D","units":20,"reason":"damaged"}`})
)

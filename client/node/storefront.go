package node

import (
	"tallystick/chaincode/goods"
)

// The operations of storefronts (店铺).
var (
	StorefrontOutlet = sends[goods.SetOutletRequest](Row{"storefront.outlet", "POST", "/v1/outlets/{outlet}", Catalogue,
		"Open an outlet of yours, or change it; for acceptors and suppliers", "网点",
		`{"outlet":"12","en":"Pudong","zh":"浦东店","region":"sh","open":true}`})
	StorefrontSet = sends[goods.SetStorefrontRequest](Row{"storefront.set", "POST", "/v1/storefront", Catalogue,
		"Open your storefront, or change it, for orders from now on; for acceptors", "店铺",
		`{"en":"Dealer shop","zh":"经销商商城","tenders":[{"programme":"DP","value":{"num":1,"den":1}},{"programme":"FP","value":{"num":4,"den":5}},{"programme":"GP","value":{"num":1,"den":1}}],"shipDays":3,"silenceDays":10,"returnDays":7,"answerDays":14,"open":true}`})
)

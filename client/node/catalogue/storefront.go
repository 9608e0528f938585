package catalogue

import (
	"context"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/client/importer"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of storefronts (店铺).
var (
	StorefrontOutlet = node.Sends[goods.SetOutletRequest](node.Describe("storefront.outlet", "POST",
		"/v1/outlets/{outlet}", node.Catalogue,
		"Open an outlet of yours, or change it; for acceptors and suppliers", "网点",
		`{"outlet":"12","en":"Pudong","zh":"浦东店","region":"sh","open":true}`))
	StorefrontSet = node.Sends[goods.SetStorefrontRequest](node.Describe("storefront.set", "POST",
		"/v1/storefront", node.Catalogue,
		"Open your storefront, or change it, for orders from now on; for acceptors", "店铺",
		`{"en":"Dealer shop","zh":"经销商商城","tenders":[{"programme":"DP","value":{"num":1,"den":1}},{"programme":"FP","value":{"num":4,"den":5}},{"programme":"GP","value":{"num":1,"den":1}}],"shipDays":3,"silenceDays":10,"returnDays":7,"answerDays":14,"open":true}`))
	StorefrontSell = node.Tries(node.Describe("storefront.sell", "POST", "/v1/listings/{supplier}/{sku}",
		node.Catalogue,
		"Put a good into your storefront, or change how it is sold, for orders from now on", "上架商品",
		`{"supplier":"care","sku":"kit","scene":"retail","prices":[{"audience":{"programme":"","tiers":[],"labels":[],"not":[]},"regions":[],"from":"","until":"","hidden":false,"fen":29800,"minPoints":0,"minCash":0}],"open":true}`), sell)
	StorefrontShow = node.Does(node.Describe("storefront.show", "GET", "/v1/storefronts/{seller}", node.See,
		"Show a storefront: yours, or another's", "店铺详情", `{"seller":"D"}`), storefront)
	StorefrontListings = node.Paged(node.Describe("storefront.listings", "GET",
		"/v1/storefronts/{seller}/listings", node.See,
		"List what a storefront sells, and its prices", "上架商品列表", `{"seller":"D","text":"oil"}`), listings)
	StorefrontOutlets = node.Paged(node.Describe("storefront.outlets", "GET", "/v1/outlets", node.See,
		"List outlets, all or a party's", "网点列表", `{"party":"D","region":"sh"}`), outlets)
	StorefrontBrowse = node.Does(node.Describe("storefront.browse", "GET", "/v1/storefronts/{seller}/goods", node.See,
		"Show a storefront as a member sees it now, with prices and stock", "千人千面",
		`{"seller":"D","member":"zhang","region":"sh","text":"机油"}`), browse)
)

// SellRequest puts a good into the party's storefront.
type SellRequest struct {
	Supplier string        `json:"supplier"`
	SKU      string        `json:"sku"`
	Scene    string        `json:"scene"`            // selects the settlement model
	Labels   []string      `json:"labels,omitempty"` // of the seller's own, sorted
	Prices   []goods.Price `json:"prices"`           // the first that fits a member is the member's
	Open     bool          `json:"open"`             // it is sold
}

// listing is the ledger's request, without the terms that it takes.
func (r SellRequest) listing() goods.ListRequest {
	return goods.ListRequest{Supplier: r.Supplier, SKU: r.SKU, Scene: r.Scene, Labels: append([]string{}, r.Labels...),
		Prices: r.Prices, Open: r.Open}
}

// Check refuses what is malformed whatever terms will be taken.
func (r SellRequest) Check() error { return r.listing().Check() }

// sell lists a good under the terms that this party's vault has the value of. WRONG_STATE if it has that of none.
func sell(ctx context.Context, n *node.Node, c *node.Call, req SellRequest) (node.Receipt, error) {
	return n.Once(ctx, c, func() (command.Request, error) {
		v, err := n.Vault()
		if err != nil {
			return nil, err
		}
		return node.Ask(ctx, n, func(r *index.Reading) (command.Request, error) {
			made, why, err := importer.Take(importer.Stores{Party: n.Party(), Vault: v, Shop: r}, req.listing())
			if err == nil && why != "" {
				err = fault.New(fault.WrongState, "%s", why)
			}
			return made, err
		})
	})
}

// StorefrontRequest asks for a storefront.
type StorefrontRequest struct {
	Seller string `json:"seller,omitempty"` // whose; the party's own if it is left out
}

// mine is a party, or this one if none is named.
func mine(n *node.Node, party string) string {
	if party == "" {
		return n.Party()
	}
	return party
}

func storefront(ctx context.Context, n *node.Node, _ *node.Call, req StorefrontRequest) (goods.Storefront, error) {
	return n.Query().Storefront(ctx, mine(n, req.Seller))
}

// ListingsRequest narrows a list of what a storefront sells.
type ListingsRequest struct {
	Seller string `json:"seller,omitempty"` // whose; the party's own if it is left out
	GoodFilter
}

func listings(ctx context.Context, n *node.Node, c *node.Call, req ListingsRequest) (node.Found[goods.Listing], error) {
	return node.Pages(ctx, n, c, func(r *index.Reading, p index.Page) (index.Part[index.Entry[goods.Listing]], error) {
		if _, err := r.Storefront(mine(n, req.Seller)); err != nil {
			return index.Part[index.Entry[goods.Listing]]{}, err
		}
		return r.Listings(mine(n, req.Seller), index.GoodFilter(req.GoodFilter), p)
	})
}

// OutletsRequest narrows a list of outlets.
type OutletsRequest struct {
	Party  string `json:"party,omitempty"`
	Region string `json:"region,omitempty"`
}

func outlets(ctx context.Context, n *node.Node, c *node.Call, req OutletsRequest) (node.Found[goods.Outlet], error) {
	return node.Pages(ctx, n, c, func(r *index.Reading, p index.Page) (index.Part[index.Entry[goods.Outlet]], error) {
		if err := (node.Narrowed{Party: req.Party}).There(r); err != nil {
			return index.Part[index.Entry[goods.Outlet]]{}, err
		}
		return r.Outlets(req.Party, req.Region, p)
	})
}

// BrowseRequest asks what a storefront offers.
type BrowseRequest struct {
	Seller string `json:"seller"`
	Member string `json:"member,omitempty"` // who looks; a stranger if it is left out
	Region string `json:"region,omitempty"` // from where
	GoodFilter
}

func browse(ctx context.Context, n *node.Node, _ *node.Call, req BrowseRequest) (index.Part[index.Shown], error) {
	return node.Ask(ctx, n, func(r *index.Reading) (shop index.Part[index.Shown], err error) {
		visitor := index.Visitor{Region: req.Region}
		if visitor.Today, err = node.BusinessDate(r); err != nil {
			return shop, err
		}
		if err := (node.Narrowed{Member: req.Member}).There(r); err != nil {
			return shop, err
		}
		if req.Member != "" {
			if visitor.Member, err = r.Root(req.Member); err != nil {
				return shop, err
			}
		}
		shop.Height = r.Height()
		shop.Rows, err = node.All(func(p index.Page) (index.Part[index.Shown], error) {
			return r.Shop(req.Seller, visitor, index.GoodFilter(req.GoodFilter), p)
		})
		return shop, err
	})
}

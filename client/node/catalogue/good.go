package catalogue

import (
	"context"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/goods"
	"tallystick/client/importer"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of goods and stock (商品、库存).
var (
	GoodRestock = node.Sends[goods.RestockRequest](node.Describe("good.restock", "POST",
		"/v1/goods/{supplier}/{sku}/restock", node.Catalogue,
		"Let a seller sell more of a good", "补货",
		`{"supplier":"care","sku":"kit","seller":"D","units":500,"lanes":0}`))
	GoodSet = node.Sends[goods.SetGoodRequest](node.Describe("good.set", "POST",
		"/v1/goods/{supplier}/{sku}", node.Catalogue,
		"List a good, or make its next version: what isn't said is left empty", "商品",
		`{"supplier":"care","sku":"kit","gtin":"6901234567892","en":"Oil kit","zh":"机油套装","category":"oil","labels":[],"unit":"piece","tax":"t13","delivery":"shipped","regions":[],"images":[],"from":"","until":"","open":true}`))
	GoodWithdrawStock = node.Sends[goods.WithdrawStockRequest](node.Describe("good.withdraw-stock", "POST",
		"/v1/goods/{supplier}/{sku}/withdraw-stock", node.Catalogue,
		"Take back what is free of a good", "撤货",
		`{"supplier":"care","sku":"kit","seller":"D","units":20,"reason":"damaged"}`))
	GoodShow = node.Does(node.Describe("good.show", "GET", "/v1/goods/{supplier}/{sku}", node.See,
		"Show a good as it is, or as it was in a version", "商品详情", `{"supplier":"care","sku":"kit","version":1}`), good)
	GoodList = node.Paged(node.Describe("good.list", "GET", "/v1/goods", node.See,
		"Find goods by words, label, category or supplier", "检索", `{"text":"oil kit","category":"oil"}`), listGoods)
	GoodStock = node.Does(node.Describe("good.stock", "GET", "/v1/stock", node.See,
		"List what there is of goods, by seller", "库存", `{"seller":"D","supplier":"care","sku":"kit"}`), stock)
	GoodExport = node.Does(node.Describe("good.export", "GET", "/v1/catalogue", node.Read,
		"Write goods with your prices and a seller's stock, CSV or XLSX, as import reads it", "目录导出",
		`{"supplier":"care","seller":"D"}`), catalogue)
)

// GoodRequest asks for one good.
type GoodRequest struct {
	Supplier string `json:"supplier"`
	SKU      string `json:"sku"`
	Version  uint32 `json:"version,omitempty"` // as it was in this one; as it is if it is left out
}

func good(ctx context.Context, n *node.Node, _ *node.Call, req GoodRequest) (goods.Good, error) {
	return n.Query().Good(ctx, req.Supplier, req.SKU, req.Version)
}

// GoodFilter narrows a search for goods.
type GoodFilter struct {
	Supplier string `json:"supplier,omitempty"`
	Party    string `json:"party,omitempty"` // that acts for the supplier
	Category string `json:"category,omitempty"`
	Label    string `json:"label,omitempty"`     // of the good, or, of a listing, the seller's too
	Text     string `json:"text,omitempty"`      // words that are all in its names, its SKU or its GTIN
	Open     bool   `json:"available,omitempty"` // only what can be ordered
}

func listGoods(ctx context.Context, n *node.Node, c *node.Call, req GoodFilter) (node.Found[goods.Good], error) {
	return node.Pages(ctx, n, c, func(r *index.Reading, p index.Page) (index.Part[index.Entry[goods.Good]], error) {
		return r.Goods(index.GoodFilter(req), p)
	})
}

// StockRequest narrows a list of stock.
type StockRequest struct {
	Supplier string `json:"supplier,omitempty"`
	SKU      string `json:"sku,omitempty"`
	Party    string `json:"party,omitempty"` // that acts for the supplier
	Seller   string `json:"seller,omitempty"`
}

func stock(ctx context.Context, n *node.Node, _ *node.Call, req StockRequest) (index.Part[index.Stock], error) {
	return node.Ask(ctx, n, func(r *index.Reading) (index.Part[index.Stock], error) {
		rows, err := node.All(func(p index.Page) (index.Part[index.Stock], error) {
			return r.Stocks(req.Supplier, req.SKU, req.Party, req.Seller, p)
		})
		return index.Part[index.Stock]{Height: r.Height(), Rows: rows}, err
	})
}

// CatalogueRequest asks for goods as an import reads them.
type CatalogueRequest struct {
	GoodFilter
	Seller string `json:"seller,omitempty"` // whose stock; the party's own if it is left out
}

// catalogue lists goods with the price if the party sells its own at one for everybody, and with the stock that the
// seller ever had.
func catalogue(ctx context.Context, n *node.Node, _ *node.Call,
	req CatalogueRequest) (node.List[importer.CatalogueLine], error) {
	return node.Ask(ctx, n, func(r *index.Reading) (node.List[importer.CatalogueLine], error) {
		found, err := node.All(func(p index.Page) (index.Part[index.Entry[goods.Good]], error) {
			return r.Goods(index.GoodFilter(req.GoodFilter), p)
		})
		if err != nil {
			return node.List[importer.CatalogueLine]{}, err
		}
		lines := make([]importer.CatalogueLine, len(found))
		for i, good := range found {
			if lines[i], err = catalogued(n, r, good.Row, mine(n, req.Seller)); err != nil {
				return node.List[importer.CatalogueLine]{}, err
			}
		}
		return node.List[importer.CatalogueLine]{Height: r.Height(), Rows: lines}, nil
	})
}

func catalogued(n *node.Node, r *index.Reading, g goods.Good, seller string) (line importer.CatalogueLine, err error) {
	line.Good = g
	if line.Price, err = ownPrice(r, n.Party(), g); err != nil {
		return line, err
	}
	stock, err := r.Stocks(g.Supplier, g.SKU, "", seller, index.Page{Limit: 1})
	if err == nil && len(stock.Rows) > 0 {
		line.Stock = &stock.Rows[0].Free
	}
	return line, err
}

// ownPrice is what a party sells its own good at to everybody; 0 if it doesn't, or not so simply.
func ownPrice(r *index.Reading, party string, g goods.Good) (amount.Units, error) {
	l, found, err := r.Listing(party, g.Supplier, g.SKU)
	if err != nil || !found || len(l.Terms) > 0 || len(l.Prices) != 1 {
		return 0, err
	}
	p := l.Prices[0]
	if p.Hidden || !p.Audience.Everybody() || len(p.Regions) > 0 || p.From != 0 || p.Until != 0 ||
		p.MinPoints != 0 || p.MinCash != 0 {
		return 0, nil
	}
	return p.Fen, nil
}

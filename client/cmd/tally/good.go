package main

import (
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/goods"
	"tallystick/client/index"
	"tallystick/client/node/catalogue"
)

// goodsCommand is the group of goods; their import is of another room.
func goodsCommand(a *app, imported *cobra.Command) *cobra.Command {
	cmd := group("good", "Goods: what suppliers make available, and the stock of it (商品资源)")
	under(cmd, "List (上架)", setGood(a), imported, exportGoods(a))
	under(cmd, "Stock (库存)", restock(a), withdrawStock(a), listStock(a))
	under(cmd, "See (查看)", showGood(a), listGoods(a))
	return cmd
}

func setGood(a *app) *cobra.Command {
	req := goods.SetGoodRequest{Delivery: goods.Shipped}
	var closed bool
	cmd := sends(a, "set SUPPLIER SKU",
		`  tally --as S1 good set care kit --en "Oil kit" --zh 机油套装 --category oil --unit piece --tax-class t13 --gtin 6901234567892
  tally --as S1 good set care check --en "Winter check" --zh 冬季检测 --category oil --unit time --tax-class t6 --delivery counter --region sh --until 2027-02-28`, catalogue.GoodSet,
		func(args []string) (goods.SetGoodRequest, error) {
			req.Supplier, req.SKU, req.Open = args[0], args[1], !closed
			slices.Sort(req.Labels)
			slices.Sort(req.Regions)
			return req, nil
		})
	names(cmd, &req.En, &req.Zh)
	word(cmd, &req.GTIN, "gtin", "its GTIN, 8, 12, 13 or 14 digits")
	word(cmd, &req.Category, "category", "such as oil")
	many(cmd, &req.Labels, "label", "to find it by", asIs)
	word(cmd, &req.Unit, "unit", "such as piece")
	word(cmd, &req.Tax, "tax-class", "tax class, such as t13")
	require(cmd, "category", "unit", "tax-class")
	choice(cmd, &req.Delivery, "delivery", "how it reaches the member", "shipped", "counter", "virtual")
	many(cmd, &req.Regions, "region", "where it is to be had; none for everywhere", asIs)
	many(cmd, &req.Images, "image", "a picture; only its SHA-256 goes to the ledger", hashFile)
	day(cmd, &req.From, "from", "first day on which it can be ordered")
	day(cmd, &req.Until, "until", "last day")
	cmd.Flags().BoolVar(&closed, "closed", false, "it can't be ordered")
	return cmd
}

func showGood(a *app) *cobra.Command {
	var req catalogue.GoodRequest
	cmd := verb(a, "show SUPPLIER SKU", "  tally --as D good show care kit --version 1", catalogue.GoodShow,
		words(&req, &req.Supplier, &req.SKU), shows(a, goodTable))
	whole(cmd, &req.Version, "version", 0, "as it was in this version; 0: as it is")
	return cmd
}

func goodTable(t table.Writer, g goods.Good) {
	t.AppendRows([]table.Row{{"good", g.Supplier + "/" + g.SKU}, {"version", g.Version}, {"name", g.En + " " + g.Zh},
		{"GTIN", g.GTIN}, {"category", g.Category},
		{"labels", strings.Join(g.Labels, ", ")}, {"unit", g.Unit}, {"tax class", g.Tax}, {"delivery", g.Delivery},
		{"regions", orAll(g.Regions)},
		{"from", g.From}, {"until", g.Until}, {"open", yes(g.Open)}})
	for _, image := range g.Images {
		t.AppendRow(table.Row{"image", image})
	}
}

func listGoods(a *app) *cobra.Command {
	var req catalogue.GoodFilter
	cmd := verb(a, "list", `  tally --as D good list --text "oil kit" --category oil
  tally --as D good list --text 机油 --available`,
		catalogue.GoodList, words(&req),
		listed(a, columns[goods.Good]{
			header: table.Row{"supplier", "SKU", "version", "name", "名称", "category", "labels", "delivery", "regions",
				"open"}, right: []int{3},
			cells: func(n index.Entry[goods.Good], _ scales) table.Row {
				g := n.Row
				return table.Row{g.Supplier, g.SKU, g.Version, g.En, g.Zh, g.Category, strings.Join(g.Labels, ", "),
					g.Delivery, strings.Join(g.Regions, ", "), yes(g.Open)}
			},
		}))
	goodFilter(cmd, &req)
	return cmd
}

// goodFilter are the flags by which goods are found.
func goodFilter(cmd *cobra.Command, f *catalogue.GoodFilter) {
	word(cmd, &f.Supplier, "supplier", "of this supplier only")
	word(cmd, &f.Party, "party", "of this party's suppliers only")
	word(cmd, &f.Category, "category", "of this category only")
	word(cmd, &f.Label, "label", "with this label only")
	word(cmd, &f.Text, "text", "with all these words in its names, SKU or GTIN")
	cmd.Flags().BoolVar(&f.Open, "available", false, "only what can be ordered")
}

func restock(a *app) *cobra.Command {
	var req goods.RestockRequest
	cmd := sends(a, "restock SUPPLIER SKU SELLER",
		`  tally --as S1 good restock care kit D --quantity 500
  tally --as S1 good restock care kit D --quantity 8000 --lanes 8`, catalogue.GoodRestock,
		words(&req, &req.Supplier, &req.SKU, &req.Seller))
	countFlag(cmd, &req.Units, "quantity", "how many more")
	whole(cmd, &req.Lanes, "lanes", 0,
		"before a sale with everyone on it: share them out among the seller's lanes 1 to this one; 0: to the pool, which is right while it is being sold")
	require(cmd, "quantity")
	return cmd
}

func withdrawStock(a *app) *cobra.Command {
	var req goods.WithdrawStockRequest
	cmd := sends(a, "withdraw-stock SUPPLIER SKU SELLER",
		"  tally --as S1 good withdraw-stock care kit D --quantity 20 --reason damaged", catalogue.GoodWithdrawStock,
		words(&req, &req.Supplier, &req.SKU, &req.Seller))
	countFlag(cmd, &req.Units, "quantity", "how many")
	reason(cmd, &req.Reason, "damaged")
	require(cmd, "quantity")
	return cmd
}

func listStock(a *app) *cobra.Command {
	var req catalogue.StockRequest
	cmd := verb(a, "stock", `  tally --as S1 good stock --party S1
  tally --as D good stock --seller D --supplier care --sku kit`,
		catalogue.GoodStock, words(&req),
		shows(a, stockTable))
	word(cmd, &req.Supplier, "supplier", "of this supplier only")
	word(cmd, &req.SKU, "sku", "of this good only")
	word(cmd, &req.Party, "party", "of this party's suppliers only")
	word(cmd, &req.Seller, "seller", "at this seller only")
	return cmd
}

func stockTable(t table.Writer, answer index.Part[index.Stock]) {
	t.AppendHeader(table.Row{"supplier", "SKU", "seller", "free", "in the pool", "lanes with a shard", "reserved",
		"delivered", "lost", "put back"})
	right(t, 4, 5, 6, 7, 8, 9, 10)
	for _, s := range answer.Rows {
		t.AppendRow(table.Row{s.Supplier, s.SKU, s.Seller, int64(s.Free), int64(s.Pool), s.Shards, int64(s.Reserved),
			int64(s.Delivered), int64(s.Lost), int64(s.PutBack)})
	}
	asOf(t, answer.Height)
}

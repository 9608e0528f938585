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
func Goods(a *App, imported *cobra.Command) *cobra.Command {
	cmd := Group("good", "Goods: what suppliers make available, and the stock of it (商品资源)")
	Under(cmd, "List (上架)", setGood(a), imported, exportGoods(a))
	Under(cmd, "Stock (库存)", restock(a), withdrawStock(a), listStock(a))
	Under(cmd, "See (查看)", showGood(a), listGoods(a))
	return cmd
}

func setGood(a *App) *cobra.Command {
	req := goods.SetGoodRequest{Delivery: goods.Shipped}
	var closed bool
	cmd := Sends(a, "set SUPPLIER SKU",
		`  tally --as S1 good set care kit --en "Oil kit" --zh 机油套装 --category oil --unit piece --tax-class t13 --gtin 6901234567892
  tally --as S1 good set care check --en "Winter check" --zh 冬季检测 --category oil --unit time --tax-class t6 --delivery counter --region sh --until 2027-02-28`, catalogue.GoodSet,
		func(args []string) (goods.SetGoodRequest, error) {
			req.Supplier, req.SKU, req.Open = args[0], args[1], !closed
			slices.Sort(req.Labels)
			slices.Sort(req.Regions)
			return req, nil
		})
	Names(cmd, &req.En, &req.Zh)
	Word(cmd, &req.GTIN, "gtin", "its GTIN, 8, 12, 13 or 14 digits")
	Word(cmd, &req.Category, "category", "such as oil")
	Many(cmd, &req.Labels, "label", "to find it by", AsIs)
	Word(cmd, &req.Unit, "unit", "such as piece")
	Word(cmd, &req.Tax, "tax-class", "tax class, such as t13")
	Require(cmd, "category", "unit", "tax-class")
	Choice(cmd, &req.Delivery, "delivery", "how it reaches the member", "shipped", "counter", "virtual")
	Many(cmd, &req.Regions, "region", "where it is to be had; none for everywhere", AsIs)
	Many(cmd, &req.Images, "image", "a picture; only its SHA-256 goes to the ledger", HashFile)
	Day(cmd, &req.From, "from", "first day on which it can be ordered")
	Day(cmd, &req.Until, "until", "last day")
	cmd.Flags().BoolVar(&closed, "closed", false, "it can't be ordered")
	return cmd
}

func showGood(a *App) *cobra.Command {
	var req catalogue.GoodRequest
	cmd := Verb(a, "show SUPPLIER SKU", "  tally --as D good show care kit --version 1", catalogue.GoodShow,
		Words(&req, &req.Supplier, &req.SKU), Shows(a, goodTable))
	Whole(cmd, &req.Version, "version", 0, "as it was in this version; 0: as it is")
	return cmd
}

func goodTable(t table.Writer, g goods.Good) {
	t.AppendRows([]table.Row{{"good", g.Supplier + "/" + g.SKU}, {"version", g.Version}, {"name", g.En + " " + g.Zh},
		{"GTIN", g.GTIN}, {"category", g.Category},
		{"labels", strings.Join(g.Labels, ", ")}, {"unit", g.Unit}, {"tax class", g.Tax}, {"delivery", g.Delivery},
		{"regions", orAll(g.Regions)},
		{"from", g.From}, {"until", g.Until}, {"open", Yes(g.Open)}})
	for _, image := range g.Images {
		t.AppendRow(table.Row{"image", image})
	}
}

func listGoods(a *App) *cobra.Command {
	var req catalogue.GoodFilter
	cmd := Verb(a, "list", `  tally --as D good list --text "oil kit" --category oil
  tally --as D good list --text 机油 --available`,
		catalogue.GoodList, Words(&req),
		listed(a, Columns[goods.Good]{
			Header: table.Row{"supplier", "SKU", "version", "name", "名称", "category", "labels", "delivery", "regions",
				"open"}, Right: []int{3},
			Cells: func(n index.Entry[goods.Good], _ Scales) table.Row {
				g := n.Row
				return table.Row{g.Supplier, g.SKU, g.Version, g.En, g.Zh, g.Category, strings.Join(g.Labels, ", "),
					g.Delivery, strings.Join(g.Regions, ", "), Yes(g.Open)}
			},
		}))
	goodFilter(cmd, &req)
	return cmd
}

// goodFilter are the flags by which goods are found.
func goodFilter(cmd *cobra.Command, f *catalogue.GoodFilter) {
	Word(cmd, &f.Supplier, "supplier", "of this supplier only")
	Word(cmd, &f.Party, "party", "of this party's suppliers only")
	Word(cmd, &f.Category, "category", "of this category only")
	Word(cmd, &f.Label, "label", "with this label only")
	Word(cmd, &f.Text, "text", "with all these words in its names, SKU or GTIN")
	cmd.Flags().BoolVar(&f.Open, "available", false, "only what can be ordered")
}

func restock(a *App) *cobra.Command {
	var req goods.RestockRequest
	cmd := Sends(a, "restock SUPPLIER SKU SELLER",
		`  tally --as S1 good restock care kit D --quantity 500
  tally --as S1 good restock care kit D --quantity 8000 --lanes 8`, catalogue.GoodRestock,
		Words(&req, &req.Supplier, &req.SKU, &req.Seller))
	CountFlag(cmd, &req.Units, "quantity", "how many more")
	Whole(cmd, &req.Lanes, "lanes", 0,
		"before a sale with everyone on it: share them out among the seller's lanes 1 to this one; 0: to the pool, which is right while it is being sold")
	Require(cmd, "quantity")
	return cmd
}

func withdrawStock(a *App) *cobra.Command {
	var req goods.WithdrawStockRequest
	cmd := Sends(a, "withdraw-stock SUPPLIER SKU SELLER",
		"  tally --as S1 good withdraw-stock care kit D --quantity 20 --reason damaged", catalogue.GoodWithdrawStock,
		Words(&req, &req.Supplier, &req.SKU, &req.Seller))
	CountFlag(cmd, &req.Units, "quantity", "how many")
	Reason(cmd, &req.Reason, "damaged")
	Require(cmd, "quantity")
	return cmd
}

func listStock(a *App) *cobra.Command {
	var req catalogue.StockRequest
	cmd := Verb(a, "stock", `  tally --as S1 good stock --party S1
  tally --as D good stock --seller D --supplier care --sku kit`,
		catalogue.GoodStock, Words(&req),
		Shows(a, stockTable))
	Word(cmd, &req.Supplier, "supplier", "of this supplier only")
	Word(cmd, &req.SKU, "sku", "of this good only")
	Word(cmd, &req.Party, "party", "of this party's suppliers only")
	Word(cmd, &req.Seller, "seller", "at this seller only")
	return cmd
}

func stockTable(t table.Writer, answer index.Part[index.Stock]) {
	t.AppendHeader(table.Row{"supplier", "SKU", "seller", "free", "in the pool", "lanes with a shard", "reserved",
		"delivered", "lost", "put back"})
	Right(t, 4, 5, 6, 7, 8, 9, 10)
	for _, s := range answer.Rows {
		t.AppendRow(table.Row{s.Supplier, s.SKU, s.Seller, int64(s.Free), int64(s.Pool), s.Shards, int64(s.Reserved),
			int64(s.Delivered), int64(s.Lost), int64(s.PutBack)})
	}
	AsOf(t, answer.Height)
}

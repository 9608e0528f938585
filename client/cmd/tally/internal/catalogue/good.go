// Package catalogue has the commands about suppliers, goods, storefronts and orders.
package catalogue

import (
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/goods"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/index"
	"tallystick/client/node/catalogue"
)

// Goods is the group of goods; their import is of another room.
func Goods(a *cli.App, imported *cobra.Command) *cobra.Command {
	cmd := cli.Group("good", "Goods: what suppliers make available, and the stock of it (商品资源)")
	cli.Under(cmd, "List (上架)", setGood(a), imported, exportGoods(a))
	cli.Under(cmd, "Stock (库存)", restock(a), withdrawStock(a), listStock(a))
	cli.Under(cmd, "See (查看)", showGood(a), listGoods(a))
	return cmd
}

func setGood(a *cli.App) *cobra.Command {
	req := goods.SetGoodRequest{Delivery: goods.Shipped}
	var closed bool
	cmd := cli.Sends(a, "set SUPPLIER SKU",
		`  tally --as S1 good set care kit --en "Oil kit" --zh 机油套装 --category oil --unit piece --tax-class t13 --gtin 6901234567892
  tally --as S1 good set care check --en "Winter check" --zh 冬季检测 --category oil --unit time --tax-class t6 --delivery counter --region sh --until 2027-02-28`, catalogue.GoodSet,
		func(args []string) (goods.SetGoodRequest, error) {
			req.Supplier, req.SKU, req.Open = args[0], args[1], !closed
			slices.Sort(req.Labels)
			slices.Sort(req.Regions)
			return req, nil
		})
	cli.Names(cmd, &req.En, &req.Zh)
	cli.Word(cmd, &req.GTIN, "gtin", "its GTIN, 8, 12, 13 or 14 digits")
	cli.Word(cmd, &req.Category, "category", "such as oil")
	cli.Many(cmd, &req.Labels, "label", "to find it by", cli.AsIs)
	cli.Word(cmd, &req.Unit, "unit", "such as piece")
	cli.Word(cmd, &req.Tax, "tax-class", "tax class, such as t13")
	cli.Require(cmd, "category", "unit", "tax-class")
	cli.Choice(cmd, &req.Delivery, "delivery", "how it reaches the member", "shipped", "counter", "virtual")
	cli.Many(cmd, &req.Regions, "region", "where it is to be had; none for everywhere", cli.AsIs)
	cli.Many(cmd, &req.Images, "image", "a picture; only its SHA-256 goes to the ledger", cli.HashFile)
	cli.Day(cmd, &req.From, "from", "first day on which it can be ordered")
	cli.Day(cmd, &req.Until, "until", "last day")
	cmd.Flags().BoolVar(&closed, "closed", false, "it can't be ordered")
	return cmd
}

func showGood(a *cli.App) *cobra.Command {
	var req catalogue.GoodRequest
	cmd := cli.Verb(a, "show SUPPLIER SKU", "  tally --as D good show care kit --version 1", catalogue.GoodShow,
		cli.Words(&req, &req.Supplier, &req.SKU), cli.Shows(a, goodTable))
	cli.Whole(cmd, &req.Version, "version", 0, "as it was in this version; 0: as it is")
	return cmd
}

func goodTable(t table.Writer, g goods.Good) {
	t.AppendRows([]table.Row{{"good", g.Supplier + "/" + g.SKU}, {"version", g.Version}, {"name", g.En + " " + g.Zh},
		{"GTIN", g.GTIN}, {"category", g.Category},
		{"labels", strings.Join(g.Labels, ", ")}, {"unit", g.Unit}, {"tax class", g.Tax}, {"delivery", g.Delivery},
		{"regions", orAll(g.Regions)},
		{"from", g.From}, {"until", g.Until}, {"open", cli.Yes(g.Open)}})
	for _, image := range g.Images {
		t.AppendRow(table.Row{"image", image})
	}
}

func listGoods(a *cli.App) *cobra.Command {
	var req catalogue.GoodFilter
	cmd := cli.Verb(a, "list", `  tally --as D good list --text "oil kit" --category oil
  tally --as D good list --text 机油 --available`, catalogue.GoodList, cli.Words(&req), listed(a, cli.Columns[goods.Good]{
		Header: table.Row{"supplier", "SKU", "version", "name", "名称", "category", "labels", "delivery", "regions",
			"open"}, Right: []int{3},
		Cells: func(n index.Entry[goods.Good], _ cli.Scales) table.Row {
			g := n.Row
			return table.Row{g.Supplier, g.SKU, g.Version, g.En, g.Zh, g.Category, strings.Join(g.Labels, ", "),
				g.Delivery, strings.Join(g.Regions, ", "), cli.Yes(g.Open)}
		},
	}))
	goodFilter(cmd, &req)
	return cmd
}

// goodFilter are the flags by which goods are found.
func goodFilter(cmd *cobra.Command, f *catalogue.GoodFilter) {
	cli.Word(cmd, &f.Supplier, "supplier", "of this supplier only")
	cli.Word(cmd, &f.Party, "party", "of this party's suppliers only")
	cli.Word(cmd, &f.Category, "category", "of this category only")
	cli.Word(cmd, &f.Label, "label", "with this label only")
	cli.Word(cmd, &f.Text, "text", "with all these words in its names, SKU or GTIN")
	cmd.Flags().BoolVar(&f.Open, "available", false, "only what can be ordered")
}

func restock(a *cli.App) *cobra.Command {
	var req goods.RestockRequest
	cmd := cli.Sends(a, "restock SUPPLIER SKU SELLER", `  tally --as S1 good restock care kit D --quantity 500
  tally --as S1 good restock care kit D --quantity 8000 --lanes 8`, catalogue.GoodRestock,
		cli.Words(&req, &req.Supplier, &req.SKU, &req.Seller))
	cli.CountFlag(cmd, &req.Units, "quantity", "how many more")
	cli.Whole(cmd, &req.Lanes, "lanes", 0,
		"before a sale with everyone on it: share them out among the seller's lanes 1 to this one; 0: to the pool, which is right while it is being sold")
	cli.Require(cmd, "quantity")
	return cmd
}

func withdrawStock(a *cli.App) *cobra.Command {
	var req goods.WithdrawStockRequest
	cmd := cli.Sends(a, "withdraw-stock SUPPLIER SKU SELLER",
		"  tally --as S1 good withdraw-stock care kit D --quantity 20 --reason damaged", catalogue.GoodWithdrawStock,
		cli.Words(&req, &req.Supplier, &req.SKU, &req.Seller))
	cli.CountFlag(cmd, &req.Units, "quantity", "how many")
	cli.Reason(cmd, &req.Reason, "damaged")
	cli.Require(cmd, "quantity")
	return cmd
}

func listStock(a *cli.App) *cobra.Command {
	var req catalogue.StockRequest
	cmd := cli.Verb(a, "stock", `  tally --as S1 good stock --party S1
  tally --as D good stock --seller D --supplier care --sku kit`, catalogue.GoodStock, cli.Words(&req),
		cli.Shows(a, stockTable))
	cli.Word(cmd, &req.Supplier, "supplier", "of this supplier only")
	cli.Word(cmd, &req.SKU, "sku", "of this good only")
	cli.Word(cmd, &req.Party, "party", "of this party's suppliers only")
	cli.Word(cmd, &req.Seller, "seller", "at this seller only")
	return cmd
}

func stockTable(t table.Writer, answer index.Part[index.Stock]) {
	t.AppendHeader(table.Row{"supplier", "SKU", "seller", "free", "in the pool", "lanes with a shard", "reserved",
		"delivered", "lost", "put back"})
	cli.Right(t, 4, 5, 6, 7, 8, 9, 10)
	for _, s := range answer.Rows {
		t.AppendRow(table.Row{s.Supplier, s.SKU, s.Seller, int64(s.Free), int64(s.Pool), s.Shards, int64(s.Reserved),
			int64(s.Delivered), int64(s.Lost), int64(s.PutBack)})
	}
	cli.AsOf(t, answer.Height)
}

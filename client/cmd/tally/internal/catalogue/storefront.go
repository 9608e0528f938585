package catalogue

import (
	"context"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/figure"
	"tallystick/client/index"
	"tallystick/client/node/catalogue"
	"tallystick/client/prices"
)

// Storefronts is the group of storefronts, their listings and outlets.
func Storefronts(a *cli.App) *cobra.Command {
	cmd := cli.Group("storefront", "Storefronts: what an enterprise sells to members, and at which price (千企千面)")
	cli.Under(cmd, "Sell (上架)", setStorefront(a), sell(a), setOutlet(a))
	cli.Under(cmd, "See (查看)", showStorefront(a), listListings(a), listOutlets(a), browse(a))
	return cmd
}

func setStorefront(a *cli.App) *cobra.Command {
	var req goods.SetStorefrontRequest
	var closed bool
	cmd := cli.Sends(a, "set",
		`  tally --as D storefront set --en "Dealer shop" --zh 经销商商城 --tender DP:1 --tender FP:4/5 --tender GP:1 --ship-days 3 --silence-days 10 --return-days 7`, catalogue.StorefrontSet,
		func([]string) (goods.SetStorefrontRequest, error) {
			req.Open = !closed
			slices.SortFunc(req.Tenders, func(a, b goods.Tender) int {
				return strings.Compare(a.Programme, b.Programme)
			})
			return req, nil
		})
	cli.Names(cmd, &req.En, &req.Zh)
	tendersFlag(a, cmd, &req)
	cli.Whole(cmd, &req.ShipDays, "ship-days", 7,
		"days after acceptance in which a part must be shipped or handed over")
	cli.Whole(cmd, &req.SilenceDays, "silence-days", 10, "days after shipping at whose end silence is delivery")
	cli.Whole(cmd, &req.ReturnDays, "return-days", 7, "days after delivery in which a return can be asked for")
	cli.Whole(cmd, &req.AnswerDays, "answer-days", 14,
		"days for each of your steps of a return; then anyone may time it out, in the member's favour")
	cmd.Flags().BoolVar(&closed, "closed", false, "it takes no orders")
	return cmd
}

// tendersFlag are what points count for at a storefront, in yuan a point as it is shown.
func tendersFlag(a *cli.App, cmd *cobra.Command, req *goods.SetStorefrontRequest) {
	var shown []goods.Tender
	cli.Many(cmd, &shown, "tender",
		"PROGRAMME:YUAN, what a point of it counts for: 1, 4/5, 0.8", func(text string) (goods.Tender, error) {
			one, err := parseTender(text)
			if err == nil && len(shown) == 0 {
				a.Later(func(_ context.Context, _ *cli.Node, s cli.Scales) error {
					for i, one := range shown {
						scale, err := s.Of(one.Programme)
						if err != nil {
							return err
						}
						at := slices.IndexFunc(req.Tenders, func(t goods.Tender) bool {
							return t.Programme == shown[i].Programme
						})
						if req.Tenders[at].Value, err = figure.PerUnit(one.Value, scale); err != nil {
							return err
						}
					}
					return nil
				})
			}
			req.Tenders = append(req.Tenders, one)
			return one, err
		})
}

func parseTender(text string) (goods.Tender, error) {
	programme, rate, ok := strings.Cut(text, ":")
	if !ok {
		return goods.Tender{}, fault.New(fault.BadRequest, "%.80q: want PROGRAMME:YUAN", text)
	}
	value, err := amount.ParseRate(rate)
	return goods.Tender{Programme: programme, Value: value}, err
}

func sell(a *cli.App) *cobra.Command {
	var req catalogue.SellRequest
	var price goods.Price
	var rules string
	var closed bool
	cmd := cli.Verb(a, "sell SUPPLIER SKU", `  tally --as D storefront sell care kit --price 298.00
  tally --as D storefront sell care kit --prices prices.yaml --label winter
  tally --as D storefront sell care kit --price 298.00 --closed`, catalogue.StorefrontSell,
		func(args []string) (_ catalogue.SellRequest, err error) {
			req.Supplier, req.SKU, req.Open = args[0], args[1], !closed
			slices.Sort(req.Labels)
			slices.Sort(price.Regions)
			req.Prices, err = pricesOf(price, rules)
			return req, err
		}, a.ReceiptOf("storefront:List"))
	cmd.Long = `Put a good into your storefront. Another party's good is taken under the terms that it
offers you now, if your vault has their value (tally terms accept); else under those
that you have it listed under already.

Prices are rules: the first that fits a member, by tier, label, region and day, is the
member's. One price for all fits --price; several stand in a file, in their order:

  - {audience: {labels: ["D:barred"]}, hidden: true}
  - {audience: {programme: GP, tiers: [gold]}, price: 280, minPoints: 10}
  - {regions: [sh], until: "2026-12-31", price: 290}
  - {price: 298.00}`
	cli.Word(cmd, &rules, "prices", "file with the prices (YAML)")
	cli.YuanFlag(cmd, &price.Fen, "price", "price of a unit, for everybody whom the flags below let in")
	cli.YuanFlag(cmd, &price.MinPoints, "min-points", "part of it that must be paid in points")
	cli.YuanFlag(cmd, &price.MinCash, "min-cash", "part of it that must be paid in cash")
	cli.ForWhom(cmd, &price.Audience)
	cli.Many(cmd, &price.Regions, "region", "where it has this price; none for everywhere", cli.AsIs)
	cli.Many(cmd, &req.Labels, "label", "of your own, to find it by and for campaigns", cli.AsIs)
	req.Scene = "retail"
	cli.Word(cmd, &req.Scene, "scene", "scene, which selects the settlement model")
	cmd.Flags().BoolVar(&closed, "closed", false, "it is not sold")
	cmd.MarkFlagsMutuallyExclusive("price", "prices")
	cli.RequireOne(cmd, "price", "prices")
	return cmd
}

// pricesOf reads prices from a file, or makes the one that the flags say.
func pricesOf(price goods.Price, path string) ([]goods.Price, error) {
	if path == "" {
		return []goods.Price{price}, nil
	}
	return prices.Read(path)
}

func setOutlet(a *cli.App) *cobra.Command {
	var req goods.SetOutletRequest
	var closed bool
	cmd := cli.Sends(a, "outlet OUTLET", "  tally --as D storefront outlet 12 --en Pudong --zh 浦东店 --region sh",
		catalogue.StorefrontOutlet, func(args []string) (goods.SetOutletRequest, error) {
			req.Outlet, req.Open = args[0], !closed
			return req, nil
		})
	cli.Names(cmd, &req.En, &req.Zh)
	cli.Word(cmd, &req.Region, "region", "whose prices it sells at")
	cmd.Flags().BoolVar(&closed, "closed", false, "it serves nobody")
	return cmd
}

func showStorefront(a *cli.App) *cobra.Command {
	var req catalogue.StorefrontRequest
	return cli.Verb(a, "show [SELLER]", "  tally --as G storefront show D", catalogue.StorefrontShow,
		cli.Words(&req, &req.Seller), cli.InTable(a, storefrontTable))
}

func storefrontTable(t table.Writer, s goods.Storefront, points cli.Scales) {
	t.AppendRows([]table.Row{{"seller", s.Seller}, {"name", s.En + " " + s.Zh}, {"ships within, days", s.ShipDays},
		{"silence is delivery after, days", s.SilenceDays}, {"returns within, days", s.ReturnDays},
		{"a return is answered within, days", s.AnswerDays}, {"open", cli.Yes(s.Open)}})
	for _, one := range s.Tenders {
		t.AppendRow(table.Row{"a point of " + one.Programme,
			"counts for ¥" + figure.PerPoint(one.Value, points[one.Programme])})
	}
}

func listListings(a *cli.App) *cobra.Command {
	var req catalogue.ListingsRequest
	cmd := cli.Verb(a, "listings [SELLER]", "  tally --as D storefront listings D --text oil",
		catalogue.StorefrontListings, cli.Words(&req, &req.Seller), listed(a, cli.Columns[goods.Listing]{
			Header: table.Row{"supplier", "SKU", "scene", "labels", "terms", "prices", "open"},
			Cells: func(n index.Entry[goods.Listing], _ cli.Scales) table.Row {
				l := n.Row
				return table.Row{l.Supplier, l.SKU, l.Scene, strings.Join(l.Labels, ", "), l.Kind,
					pricesText(l.Prices), cli.Yes(l.Open)}
			},
		}))
	goodFilter(cmd, &req.GoodFilter)
	return cmd
}

func pricesText(list []goods.Price) string {
	var texts []string
	for _, p := range list {
		text := "hidden"
		if !p.Hidden {
			text = cli.Yuan(p.Fen)
		}
		for _, part := range []string{cli.AudienceText(p.Audience), strings.Join(p.Regions, ", "), daysText(p)} {
			if part != "" {
				text += " " + part
			}
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "; ")
}

func daysText(p goods.Price) string {
	switch {
	case p.From != 0 && p.Until != 0:
		return p.From.String() + " to " + p.Until.String()
	case p.From != 0:
		return "from " + p.From.String()
	case p.Until != 0:
		return "until " + p.Until.String()
	}
	return ""
}

func listOutlets(a *cli.App) *cobra.Command {
	var req catalogue.OutletsRequest
	cmd := cli.Verb(a, "outlets [PARTY]", "  tally --as G storefront outlets D --region sh",
		catalogue.StorefrontOutlets, cli.Words(&req, &req.Party), listed(a, cli.Columns[goods.Outlet]{
			Header: table.Row{"party", "outlet", "name", "名称", "region", "open"},
			Cells: func(n index.Entry[goods.Outlet], _ cli.Scales) table.Row {
				o := n.Row
				return table.Row{o.Party, o.ID, o.En, o.Zh, o.Region, cli.Yes(o.Open)}
			},
		}))
	cli.Word(cmd, &req.Region, "region", "in this region only")
	return cmd
}

func browse(a *cli.App) *cobra.Command {
	var req catalogue.BrowseRequest
	cmd := cli.Verb(a, "browse SELLER", `  tally --as D storefront browse D --member zhang --region sh --text 机油
  tally --as D storefront browse D`, catalogue.StorefrontBrowse, cli.Words(&req, &req.Seller), cli.Shows(a, shopTable))
	cli.Word(cmd, &req.Member, "member", "who looks; nobody for a stranger")
	cli.Word(cmd, &req.Region, "region", "from where")
	goodFilter(cmd, &req.GoodFilter)
	return cmd
}

func shopTable(t table.Writer, answer index.Part[index.Shown]) {
	t.AppendHeader(table.Row{"supplier", "SKU", "name", "名称", "category", "labels", "delivery", "price", "of it points",
		"of it cash", "in stock"})
	cli.Right(t, 8, 9, 10, 11)
	t.SuppressEmptyColumns()
	for _, s := range answer.Rows {
		t.AppendRow(table.Row{s.Supplier, s.SKU, s.En, s.Zh, s.Category, strings.Join(s.Labels, ", "), s.Delivery,
			cli.Yuan(s.Fen), cli.YuanOrNone(s.MinPoints), cli.YuanOrNone(s.MinCash), cli.Grouped(s.Free)})
	}
	cli.AsOf(t, answer.Height)
}

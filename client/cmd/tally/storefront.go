package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/client/bounds"
	"tallystick/client/figure"
	"tallystick/client/importer"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/vault"
	"tallystick/network/settings"
)

func storefronts(a *app) *cobra.Command {
	cmd := group("storefront", "Storefronts: what an enterprise sells to members, and at which price (千企千面)")
	under(cmd, "Sell (上架)", setStorefront(a), sell(a), setOutlet(a))
	under(cmd, "See (查看)", showStorefront(a), listListings(a), listOutlets(a), browse(a))
	return cmd
}

func setStorefront(a *app) *cobra.Command {
	var req goods.SetStorefrontRequest
	var closed bool
	cmd := sends(a, "set",
		`  tally --as D storefront set --en "Dealer shop" --zh 经销商商城 --tender DP:1 --tender FP:4/5 --tender GP:1 --ship-days 3 --silence-days 10 --return-days 7`, node.StorefrontSet,
		func([]string) (goods.SetStorefrontRequest, error) {
			req.Open = !closed
			slices.SortFunc(req.Tenders, func(a, b goods.Tender) int { return strings.Compare(a.Programme, b.Programme) })
			return req, nil
		})
	names(cmd, &req.En, &req.Zh)
	a.tendersFlag(cmd, &req)
	whole(cmd, &req.ShipDays, "ship-days", 7, "days after acceptance in which a part must be shipped or handed over")
	whole(cmd, &req.SilenceDays, "silence-days", 10, "days after shipping at whose end silence is delivery")
	whole(cmd, &req.ReturnDays, "return-days", 7, "days after delivery in which a return can be asked for")
	whole(cmd, &req.AnswerDays, "answer-days", 14, "days for each of your steps of a return; then anyone may time it out, in the member's favour")
	cmd.Flags().BoolVar(&closed, "closed", false, "it takes no orders")
	return cmd
}

// tendersFlag are what points count for at a storefront, in yuan a point as it is shown.
func (a *app) tendersFlag(cmd *cobra.Command, req *goods.SetStorefrontRequest) {
	var shown []goods.Tender
	many(cmd, &shown, "tender", flagMeanings["tender"].kind, "PROGRAMME:YUAN, what a point of it counts for: 1, 4/5, 0.8", func(text string) (goods.Tender, error) {
		one, err := parseTender(text)
		if err == nil && len(shown) == 0 {
			a.later(func(_ context.Context, _ *node.Node, s scales) error {
				for i, one := range shown {
					scale, err := s.of(one.Programme)
					if err != nil {
						return err
					}
					at := slices.IndexFunc(req.Tenders, func(t goods.Tender) bool { return t.Programme == shown[i].Programme })
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

func sell(a *app) *cobra.Command {
	req := goods.ListRequest{Labels: []string{}}
	var price goods.Price
	var rules string
	var closed bool
	cmd := leaf("sell SUPPLIER SKU", "Put a good into your storefront, or change how it is sold, for orders from now on (上架商品)",
		`  tally --as D storefront sell care kit --price 298.00
  tally --as D storefront sell care kit --prices prices.yaml --label winter
  tally --as D storefront sell care kit --price 298.00 --closed`,
		func(ctx context.Context, args []string) error {
			req.Supplier, req.SKU, req.Open = args[0], args[1], !closed
			slices.Sort(req.Labels)
			slices.Sort(price.Regions)
			var err error
			if req.Prices, err = pricesOf(price, rules); err != nil {
				return err
			}
			if rules != "" {
				a.call.Meaning.Name("prices", formOf(req.Prices))
			}
			if err := req.Check(); err != nil {
				return err
			}
			return a.sell(ctx, req)
		})
	cmd.Long = `Put a good into your storefront. Another party's good is taken under the terms that it
offers you now, if your vault has their value (tally terms accept); else under those
that you have it listed under already.

Prices are rules: the first that fits a member, by tier, label, region and day, is the
member's. One price for all fits --price; several stand in a file, in their order:

  - {audience: {labels: ["D:barred"]}, hidden: true}
  - {audience: {programme: GP, tiers: [gold]}, price: 280, minPoints: 10}
  - {regions: [sh], until: "2026-12-31", price: 290}
  - {price: 298.00}`
	word(cmd, &rules, "prices", "file with the prices (YAML)")
	marked(cmd, apart, "prices")
	yuanFlag(cmd, &price.Fen, "price", "price of a unit, for everybody whom the flags below let in")
	yuanFlag(cmd, &price.MinPoints, "min-points", "part of it that must be paid in points")
	yuanFlag(cmd, &price.MinCash, "min-cash", "part of it that must be paid in cash")
	forWhom(cmd, &price.Audience)
	many(cmd, &price.Regions, "region", "region", "where it has this price; none for everywhere", asIs)
	many(cmd, &req.Labels, "label", "label", "of your own, to find it by and for campaigns", asIs)
	req.Scene = "retail"
	word(cmd, &req.Scene, "scene", "scene, which selects the settlement model")
	cmd.Flags().BoolVar(&closed, "closed", false, "it is not sold")
	cmd.MarkFlagsMutuallyExclusive("price", "prices")
	requireOne(cmd, "price", "prices")
	return cmd
}

// pricesOf reads prices from a file, or makes the one that the flags say.
func pricesOf(price goods.Price, path string) ([]goods.Price, error) {
	if path == "" {
		return []goods.Price{price}, nil
	}
	data, err := bounds.YAML(path)
	if err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&document); err != nil {
		return nil, fault.New(fault.BadRequest, "%s: %v", path, err)
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.SequenceNode {
		return nil, fault.New(fault.BadRequest, "%s: want a list of prices", path)
	}
	for _, one := range document.Content[0].Content {
		if err := inFen(path, one); err != nil {
			return nil, err
		}
	}
	var rules any
	if err := document.Decode(&rules); err != nil {
		return nil, fault.New(fault.BadRequest, "%s: %v", path, err)
	}
	text, err := json.Marshal(rules)
	if err != nil {
		return nil, err
	}
	var list []goods.Price
	if err := codec.DecodeJSON(text, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return list, nil
}

// inFen makes a price as people write it one as the ledger has it.
func inFen(path string, rule *yaml.Node) error {
	known := slices.DeleteFunc(settings.Keys(reflect.TypeFor[goods.Price]()), func(key string) bool { return key == "fen" })
	known = append(known, "price")
	for i := 0; i+1 < len(rule.Content); i += 2 {
		key, value := rule.Content[i], rule.Content[i+1]
		if key.Value != "fen" && !slices.Contains(known, key.Value) {
			return fault.New(fault.BadRequest, "%s:%d: %v", path, key.Line, settings.Unknown(key.Value, known))
		}
		ledgers, money := map[string]string{"price": "fen", "minPoints": "minPoints", "minCash": "minCash"}[key.Value]
		if key.Value == "fen" {
			return fault.New(fault.BadRequest, "%s:%d: fen: write price, in yuan", path, key.Line)
		}
		if !money {
			continue
		}
		fen, err := parseYuan(value.Value)
		if err != nil {
			return inFront(fmt.Sprintf("%s:%d: %s:", path, value.Line, key.Value), err)
		}
		key.Value, value.Value, value.Tag, value.Style = ledgers, strconv.FormatInt(int64(fen), 10), "!!int", 0
	}
	return nil
}

// sell lists a good under the terms that this party's vault has the value of.
func (a *app) sell(ctx context.Context, req goods.ListRequest) error {
	return a.withIndex(ctx, func(ctx context.Context, g *node.Node, r *index.Reading) error {
		return a.inVault(func(v *vault.Vault) error {
			answer, err := g.Once(ctx, &a.call, func() (command.Request, error) {
				made, why, err := importer.Take(importer.Stores{Party: g.Party(), Vault: v, Shop: r}, req)
				if err == nil && why != "" {
					err = fault.New(fault.WrongState, "%s", why)
				}
				return made, err
			})
			if err != nil {
				return err
			}
			return a.printReceipt(nameOf(req), answer)
		})
	})
}

func setOutlet(a *app) *cobra.Command {
	var req goods.SetOutletRequest
	var closed bool
	cmd := sends(a, "outlet OUTLET",
		"  tally --as D storefront outlet 12 --en Pudong --zh 浦东店 --region sh", node.StorefrontOutlet,
		func(args []string) (goods.SetOutletRequest, error) {
			req.Outlet, req.Open = args[0], !closed
			return req, nil
		})
	names(cmd, &req.En, &req.Zh)
	word(cmd, &req.Region, "region", "whose prices it sells at")
	cmd.Flags().BoolVar(&closed, "closed", false, "it serves nobody")
	return cmd
}

func showStorefront(a *app) *cobra.Command {
	return leaf("show [SELLER]", "Show a storefront: yours, or another's", "  tally --as G storefront show D", func(ctx context.Context, args []string) error {
		return a.with(ctx, func(ctx context.Context, g *node.Node) error {
			s, err := g.Query().Storefront(ctx, first(args, g.Party()))
			if err != nil {
				return err
			}
			points, err := askScales(ctx, g)
			if err != nil {
				return err
			}
			return a.print(s, func(t table.Writer) {
				t.AppendRows([]table.Row{{"seller", s.Seller}, {"name", s.En + " " + s.Zh}, {"ships within, days", s.ShipDays},
					{"silence is delivery after, days", s.SilenceDays}, {"returns within, days", s.ReturnDays}, {"a return is answered within, days", s.AnswerDays}, {"open", yes(s.Open)}})
				for _, one := range s.Tenders {
					t.AppendRow(table.Row{"a point of " + one.Programme, "counts for ¥" + figure.PerPoint(one.Value, points[one.Programme])})
				}
			})
		})
	})
}

// first is the first argument, or what stands for it.
func first(args []string, otherwise string) string {
	if len(args) > 0 {
		return args[0]
	}
	return otherwise
}

// me is the party that the program acts as.
func (a *app) me() string {
	cfg, err := a.config(nil)
	if err != nil {
		return a.as
	}
	return cfg.Party
}

func listListings(a *app) *cobra.Command {
	var f index.GoodFilter
	cmd := pages(a, "listings [SELLER]", "List what a storefront sells, and its prices", "  tally --as D storefront listings D --text oil", columns[goods.Listing]{
		header: table.Row{"supplier", "SKU", "scene", "labels", "terms", "prices", "open"},
		cells: func(n index.Noun[goods.Listing], _ scales) table.Row {
			l := n.Row
			return table.Row{l.Supplier, l.SKU, l.Scene, strings.Join(l.Labels, ", "), l.Kind, pricesText(l.Prices), yes(l.Open)}
		},
	}, func(r *index.Reading, args []string, page index.Page) (index.Part[index.Noun[goods.Listing]], error) {
		seller := first(args, a.me())
		if _, err := r.Storefront(seller); err != nil {
			return index.Part[index.Noun[goods.Listing]]{}, err
		}
		return r.Listings(seller, f, page)
	})
	goodFilter(cmd, &f)
	return cmd
}

func pricesText(list []goods.Price) string {
	var texts []string
	for _, p := range list {
		text := "hidden"
		if !p.Hidden {
			text = yuan(p.Fen)
		}
		for _, part := range []string{audienceText(p.Audience), strings.Join(p.Regions, ", "), daysText(p)} {
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

func listOutlets(a *app) *cobra.Command {
	var region string
	cmd := pages(a, "outlets [PARTY]", "List outlets, all or a party's", "  tally --as G storefront outlets D --region sh", columns[goods.Outlet]{
		header: table.Row{"party", "outlet", "name", "名称", "region", "open"},
		cells: func(n index.Noun[goods.Outlet], _ scales) table.Row {
			o := n.Row
			return table.Row{o.Party, o.ID, o.En, o.Zh, o.Region, yes(o.Open)}
		},
	}, func(r *index.Reading, args []string, page index.Page) (index.Part[index.Noun[goods.Outlet]], error) {
		of := first(args, "")
		if err := (node.Narrowed{Party: of}).There(r); err != nil {
			return index.Part[index.Noun[goods.Outlet]]{}, err
		}
		return r.Outlets(of, region, page)
	})
	word(cmd, &region, "region", "in this region only")
	return cmd
}

func browse(a *app) *cobra.Command {
	var f index.GoodFilter
	var member, region string
	cmd := leaf("browse SELLER", "Show a storefront as a member sees it now, with prices and stock (千人千面)",
		`  tally --as D storefront browse D --member zhang --region sh --text 机油
  tally --as D storefront browse D`,
		func(ctx context.Context, args []string) error {
			return a.withIndex(ctx, func(_ context.Context, _ *node.Node, r *index.Reading) error {
				cycle, err := r.Cycle()
				if err != nil {
					return err
				}
				if err := (node.Narrowed{Member: member}).There(r); err != nil {
					return err
				}
				visitor := index.Visitor{Region: region, Today: cycle.Date}
				if member != "" {
					if visitor.Member, err = r.Root(member); err != nil {
						return err
					}
				}
				answer := index.Part[index.Shown]{}
				answer.Rows, err = node.All(func(page index.Page) (index.Part[index.Shown], error) {
					part, err := r.Shop(args[0], visitor, f, page)
					answer.Height = part.Height
					return part, err
				})
				if err != nil {
					return err
				}
				return a.print(answer, func(t table.Writer) { shopTable(t, answer) })
			})
		})
	word(cmd, &member, "member", "who looks; nobody for a stranger")
	word(cmd, &region, "region", "from where")
	goodFilter(cmd, &f)
	return cmd
}

func shopTable(t table.Writer, answer index.Part[index.Shown]) {
	t.AppendHeader(table.Row{"supplier", "SKU", "name", "名称", "category", "labels", "delivery", "price", "of it points", "of it cash", "in stock"})
	right(t, 8, 9, 10, 11)
	t.SuppressEmptyColumns()
	for _, s := range answer.Rows {
		t.AppendRow(table.Row{s.Supplier, s.SKU, s.En, s.Zh, s.Category, strings.Join(s.Labels, ", "), s.Delivery, yuan(s.Fen), yuanOrNone(s.MinPoints), yuanOrNone(s.MinCash), grouped(s.Free)})
	}
	asOf(t, answer.Height)
}

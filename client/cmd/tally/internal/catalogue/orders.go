package catalogue

import (
	"context"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/date"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/node/catalogue"
)

// partStates are the states of a part, as people write them.
var partStates = []string{"PLACED", "ACCEPTED", "SHIPPED", "DELIVERED", "COMPLETED", "REJECTED",
	"CANCELLED", "TIMED_OUT"}

func joined(words []string) string { return strings.Join(words, ", ") }

func splitWords(text string) []string { return strings.Split(text, ",") }

// printRows shows a list of the read model's rows that has points in it.
func printRows[T any](a *cli.App, fill func(table.Writer, []T,
	cli.Scales)) func(context.Context, *cli.Node, node.List[T]) error {
	return cli.InTable(a, func(t table.Writer, list node.List[T], s cli.Scales) {
		fill(t, list.Rows, s)
		cli.AsOf(t, list.Height)
	})
}

func listOrders(a *cli.App) *cobra.Command {
	var req catalogue.OrderListRequest
	cmd := cli.Verb(a, "list", `  tally --as D order list --member zhang
  tally --as D order list --seller D --state PLACED,ACCEPTED
  tally --as S1 order list --waybill SF1234567890`, catalogue.OrderList, cli.Words(&req), printRows(a, partsTable))
	cli.Word(cmd, &req.Seller, "seller", "of this seller only")
	cli.Word(cmd, &req.Member, "member", "of this member only")
	cli.Word(cmd, &req.Party, "party", "of suppliers for which this party acts only")
	cli.Word(cmd, &req.Reference, "reference", "of the order with this number of the seller's only")
	cli.Word(cmd, &req.Waybill, "waybill", "with this number of the carrier's only")
	partFlags(cmd, &req.Supplier, &req.States, &req.Since)
	cli.Day(cmd, &req.From, "from", "ordered on this day or a later one")
	cli.Day(cmd, &req.Until, "until", "ordered on this day or an earlier one")
	return cmd
}

// partFlags narrow a list of parts of orders.
func partFlags(cmd *cobra.Command, supplier *string, states *[]goods.State, since *date.Date) {
	cli.Word(cmd, supplier, "supplier", "of this supplier only")
	wordsOf(cmd, states, "state", "in these states only", partStates...)
	cli.Day(cmd, since, "since", "in their state since this day or a later one")
}

func partsTable(t table.Writer, list []index.OrderPart, s cli.Scales) {
	t.AppendHeader(table.Row{"order", "part", "ordered", "seller", "supplier", "member", "goods", "price", "points",
		"cash", "state", "since", "until", "waybill", "reference"})
	cli.Right(t, 2, 8, 9, 10)
	t.SuppressEmptyColumns()
	for _, p := range list {
		t.AppendRow(table.Row{p.Order, p.Number, p.Date, p.Seller, p.Supplier, p.Member, cli.GoodsText(p.Lines),
			cli.Yuan(p.Value()), cli.LineText(p.Pieces, s),
			cli.YuanOrNone(p.Cash), p.State, p.Since, untilDay(p), p.Waybill, p.Reference})
	}
}

func showOrder(a *cli.App) *cobra.Command {
	return cli.Verb(a, "show ORDER", "  tally --as D order show D.0.7.0", catalogue.OrderShow, orderNamed,
		cli.WithMore(a, func(ctx context.Context, n *cli.Node, o catalogue.WholeOrder) (known, error) {
			var list []catalogue.GoodRequest
			for _, p := range o.Parts {
				for _, l := range p.Lines {
					list = append(list, inVersion(p, l))
				}
			}
			return askGoods(ctx, n, list)
		}, orderTable))
}

// known is what a table of an order or a quote needs besides.
type known struct {
	goods  map[catalogue.GoodRequest]goods.Good // in the versions that lines are of
	scales cli.Scales
}

// askGoods asks for the scales, and for goods, each once.
func askGoods(ctx context.Context, n *cli.Node, list []catalogue.GoodRequest) (k known, err error) {
	if k.scales, err = cli.AskScales(ctx, n); err != nil {
		return k, err
	}
	k.goods = map[catalogue.GoodRequest]goods.Good{}
	for _, one := range list {
		if _, asked := k.goods[one]; asked {
			continue
		}
		if k.goods[one], err = cli.Ask(ctx, n, catalogue.GoodShow, one); err != nil {
			return k, err
		}
	}
	return k, nil
}

// inVersion is the good of a line, in the version that was ordered.
func inVersion(p goods.Part, l goods.Line) catalogue.GoodRequest {
	return catalogue.GoodRequest{Supplier: p.Supplier, SKU: l.SKU, Version: l.Version}
}

// orderNamed is the order that the first argument names.
func orderNamed(args []string) (req catalogue.OrderRequest, err error) {
	req.Order, err = number.ParseCommand(args[0])
	return req, err
}

func orderTable(t table.Writer, o catalogue.WholeOrder, k known) {
	t.AppendRows([]table.Row{{"order", o.Number}, {"seller", o.Seller}, {"member", o.Member}, {"ordered", o.Date},
		{"price", cli.Yuan(o.Value())}})
	for _, r := range [][2]string{{"outlet", o.Outlet}, {"region", o.Region}, {"reference", o.Reference},
		{"payment", o.Payment}} {
		if r[1] != "" {
			t.AppendRow(table.Row{r[0], r[1]})
		}
	}
	if !o.Authorisation.IsZero() {
		t.AppendRow(table.Row{"authorisation", o.Authorisation})
	}
	for i := range o.Parts {
		partRows(t, o.Part(i+1), o.Order.AcceptBy == 0, k)
	}
	for _, r := range o.Returns {
		t.AppendSeparator()
		returnRows(t, r, k.scales)
	}
	cli.AsOf(t, o.Height)
}

func partRows(t table.Writer, p index.OrderPart, atOnce bool, k known) {
	t.AppendSeparator()
	who := p.Supplier
	if p.Party != p.Supplier {
		who += " (" + p.Party + ")"
	}
	t.AppendRow(table.Row{fmt.Sprintf("part %d", p.Number), fmt.Sprintf("of %s, %s, for %s", who, p.Delivery, p.Scene)})
	t.AppendRow(table.Row{"", drawn(p.Part, atOnce)})
	t.AppendRow(table.Row{"", standing(p)})
	for i, l := range p.Lines {
		good := k.goods[inVersion(p.Part, l)]
		text := fmt.Sprintf("%d × %s %s %s, %s each", l.Quantity, l.SKU, good.En, good.Zh, cli.Yuan(l.Fen))
		if l.Returning+l.Returned > 0 {
			text += fmt.Sprintf("; %d returned, %d on the way back", l.Returned, l.Returning)
		}
		t.AppendRow(table.Row{fmt.Sprintf("  line %d", i+1), text})
	}
	t.AppendRow(table.Row{"  paid", paidText(p.Part, k.scales)})
}

func paidText(p goods.Part, s cli.Scales) string {
	var list []string
	if text := cli.LineText(p.Pieces, s); text != "" {
		list = append(list, text)
	}
	if p.Cash > 0 || len(list) == 0 {
		list = append(list, cli.Yuan(p.Cash)+" in cash")
	}
	return joined(list)
}

func returnRows(t table.Writer, r index.Return, s cli.Scales) {
	text := fmt.Sprintf("%d × %s of part %d, line %d: %s since %s, %s", r.Quantity, r.SKU, r.Part, r.Line,
		r.State, r.Since, r.Reason)
	t.AppendRow(table.Row{"return " + r.Number.String(), text})
	if r.State == goods.Refunded {
		t.AppendRow(table.Row{"  given back", paidText(goods.Part{Pieces: r.Pieces, Cash: r.Cash}, s)})
	}
}

// standing says since when a part is where it is, by what, and what comes next.
func standing(p index.OrderPart) string {
	text := "since " + p.Since.String()
	switch p.State {
	case goods.Placed:
		text += "; can be accepted until " + untilDay(p)
	case goods.Accepted:
		text += "; to be " + map[goods.Delivery]string{goods.Shipped: "shipped",
			goods.Counter: "handed over"}[p.Delivery] + " until " + untilDay(p)
	case goods.OnItsWay:
		text += fmt.Sprintf(" with %s, waybill %s; after %s silence is delivery", p.Carrier, p.Waybill, untilDay(p))
	case goods.Delivered:
		text += fmt.Sprintf(", proven by %s; can be returned until %s", cli.WordOf(p.Proof), untilDay(p))
	case goods.Completed:
		text += ", proven by " + cli.WordOf(p.Proof)
	case goods.Rejected, goods.Cancelled, goods.TimedOut:
		if p.Reason != "" {
			text += ": " + p.Reason
		}
		if p.Lost {
			text += "; its goods are lost"
		}
	}
	return text
}

// drawn is a picture of how far a part has come:
//
//	PLACED ─ ACCEPTED ─ ● SHIPPED ┄ DELIVERED ┄ COMPLETED
//	PLACED ─ ACCEPTED ─ ✕ CANCELLED
//
// What lies ahead, and what the ledger doesn't say of the way to an end, is dotted.
func drawn(p goods.Part, atOnce bool) string {
	way := []goods.State{goods.Placed, goods.Accepted, goods.OnItsWay, goods.Delivered, goods.Completed}
	if p.Delivery != goods.Shipped {
		way = []goods.State{goods.Placed, goods.Accepted, goods.Delivered, goods.Completed}
	}
	if p.State >= goods.Rejected {
		return ended(p, atOnce)
	}
	text := ""
	for i, s := range way {
		switch {
		case i == 0:
		case s <= p.State:
			text += " ─ "
		default:
			text += " ┄ "
		}
		if s == p.State {
			text += "● "
		}
		text += s.String()
	}
	return text
}

// ended draws the way of a part that wasn't delivered. It was accepted for sure if it
// was at once, has a carrier, or was lost.
func ended(p goods.Part, atOnce bool) string {
	text := goods.Placed.String()
	switch {
	case p.Carrier != "":
		text += " ─ " + goods.Accepted.String() + " ─ " + goods.OnItsWay.String() + " ─ "
	case atOnce || p.Lost:
		text += " ─ " + goods.Accepted.String() + " ─ "
	case p.State == goods.Rejected:
		text += " ─ "
	default:
		text += " ┄ "
	}
	return text + "✕ " + p.State.String()
}

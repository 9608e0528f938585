package main

import (
	"context"
	"strconv"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/client/figure"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/sheets"
	"tallystick/client/vault"
)

// purchaseLine is a line of a part that a supplier is to deliver, or has delivered,
// as an ERP system takes it in.
type purchaseLine struct {
	Cursor    string         `json:"cursor"` // for --after
	Order     number.Command `json:"order"`
	Part      int            `json:"part"`
	Line      int            `json:"line"`
	State     goods.State    `json:"state"`
	Since     date.Date      `json:"since"`   // of the state
	LastDay   date.Date      `json:"lastDay"` // of the state, if it ends by itself
	Ordered   date.Date      `json:"ordered"`
	Seller    string         `json:"seller"`
	Reference string         `json:"reference"` // the seller's own number, or ""
	Outlet    string         `json:"outlet"`
	Region    string         `json:"region"`
	Supplier  string         `json:"supplier"`
	SKU       string         `json:"sku"`
	GTIN      string         `json:"gtin"`
	En        string         `json:"en"`
	Zh        string         `json:"zh"`
	Unit      string         `json:"unit"`
	Delivery  goods.Delivery `json:"delivery"`
	Quantity  uint32         `json:"quantity"`
	Returned  uint32         `json:"returned"`
	Supply    string         `json:"supply"` // what the seller owes for the quantity, fen, exact; "" if your vault doesn't know
	Carrier   string         `json:"carrier"`
	Waybill   string         `json:"waybill"`
}

// purchased is an answer to an ERP system.
type purchased struct {
	Height uint64         `json:"height"` // blocks that it speaks of
	Rows   []purchaseLine `json:"rows"`
	Next   string         `json:"next"` // for --after: goes on behind the last row
}

// purchaseStates are those of parts that were accepted, or may have been before they
// ended: an ERP system that has taken one in must learn of its end.
var purchaseStates = []goods.State{goods.Accepted, goods.OnItsWay, goods.Delivered, goods.Completed, goods.Cancelled, goods.TimedOut}

func purchaseOrders(a *app) *cobra.Command {
	var f index.PartFilter
	var after string
	var limit uint32
	cmd := leaf("purchase", "What your suppliers are to deliver or have delivered, line by line, for an ERP system (采购订单)",
		`  tally --as S1 order purchase
  tally --as G order purchase --supplier S2 --state ACCEPTED,SHIPPED -o csv
  tally --as S1 order purchase -o json --after 812/D.0.7.0/1`,
		func(ctx context.Context, _ []string) error {
			return a.withIndex(ctx, func(_ context.Context, g *node.Node, r *index.Reading) error {
				f.Party = g.Party()
				if len(f.States) == 0 {
					f.States = purchaseStates
				}
				return a.inVault(func(v *vault.Vault) error {
					answer, err := purchaseOf(r, v, f, after, int(limit))
					if err != nil {
						return err
					}
					return a.printPurchase(answer)
				})
			})
		})
	cmd.Long = `List the parts of orders that the suppliers that you act for are to deliver or have
delivered, line by line: -o json, csv or table.

Rows stand in the order in which their orders changed last. Each has a cursor, and
the answer has that of its last row: asked --after it, you get what has changed since
and nothing else. A part comes again whenever its order changes, so take rows in by
order, part and line, the last one counts. Poll it as often as you like; nothing is
missed, whatever happens in between. Without --state you get what was accepted, and
what was cancelled or timed out, so that you learn of it.

Supply is what the seller owes you for the quantity, exact, before returns: in yuan, in
the JSON in fen.
Only you and the seller know it: it is opened from your vault, and empty where that
has no opening.`
	partFlags(cmd, &f)
	word(cmd, &after, "after", "cursor of the last row that you have")
	whole(cmd, &limit, "limit", 0, "at most so many parts; 0: all")
	cmd.Annotations = map[string]string{withCSV: ""}
	return cmd
}

// purchaseOf reads what a filter lets through after a cursor.
func purchaseOf(r *index.Reading, known openings, f index.PartFilter, after string, limit int) (purchased, error) {
	answer := purchased{Rows: []purchaseLine{}, Next: after}
	sold, opened := goodNames{}, unveiled{known: known}
	for left := limit; ; {
		page := index.Page{Limit: index.MaxPage, After: answer.Next}
		if limit > 0 {
			page.Limit = min(left, page.Limit)
		}
		found, err := r.Changed(f, page)
		if err != nil {
			return purchased{}, err
		}
		answer.Height = found.Height
		for _, p := range found.Rows {
			lines, err := purchaseLines(r, sold, &opened, p)
			if err != nil {
				return purchased{}, err
			}
			answer.Rows, answer.Next = append(answer.Rows, lines...), p.Cursor()
		}
		if left -= len(found.Rows); found.Next == "" || limit > 0 && left <= 0 {
			return answer, nil
		}
	}
}

func purchaseLines(r *index.Reading, n goodNames, opened *unveiled, p index.OrderPart) ([]purchaseLine, error) {
	if err := n.add(r, p.Part); err != nil {
		return nil, err
	}
	list := make([]purchaseLine, len(p.Lines))
	for i, l := range p.Lines {
		supply, err := opened.supply(p.Supplier, p.Seller, l)
		if err != nil {
			return nil, fault.New(fault.CodeOf(err), "order %s, part %d, line %d: %v", p.Order, p.Number, i+1, err)
		}
		good := n.of(p.Part, l)
		list[i] = purchaseLine{
			Cursor: p.Cursor(), Order: p.Order, Part: p.Number, Line: i + 1, State: p.State, Since: p.Since, LastDay: p.LastDay, Ordered: p.Date,
			Seller: p.Seller, Reference: p.Reference, Outlet: p.Outlet, Region: p.Region, Supplier: p.Supplier, SKU: l.SKU, GTIN: good.GTIN,
			En: good.En, Zh: good.Zh, Unit: good.Unit, Delivery: p.Delivery, Quantity: l.Quantity, Returned: l.Returned, Supply: supply,
			Carrier: p.Carrier, Waybill: p.Waybill,
		}
	}
	return list, nil
}

func (a *app) printPurchase(answer purchased) error {
	if a.format != "csv" {
		return a.print(answer, func(t table.Writer) { purchaseTable(t, answer) })
	}
	rows := [][]string{purchaseColumns}
	for _, l := range answer.Rows {
		rows = append(rows, l.cells())
	}
	return sheets.WriteCSV(a.out, rows)
}

// purchaseColumns are the names of cells.
var purchaseColumns = []string{"cursor", "order", "part", "line", "state", "since", "last_day", "ordered", "seller", "reference", "outlet", "region",
	"supplier", "sku", "gtin", "name_en", "name_zh", "unit", "delivery", "quantity", "returned", "supply_yuan", "carrier", "waybill"}

func (l purchaseLine) cells() []string {
	return []string{l.Cursor, l.Order.String(), strconv.Itoa(l.Part), strconv.Itoa(l.Line), l.State.String(), l.Since.String(), l.LastDay.String(), l.Ordered.String(),
		l.Seller, l.Reference, l.Outlet, l.Region, l.Supplier, l.SKU, l.GTIN, l.En, l.Zh, l.Unit, l.Delivery.String(),
		strconv.FormatUint(uint64(l.Quantity), 10), strconv.FormatUint(uint64(l.Returned), 10), figure.PlainYuan(l.Supply), l.Carrier, l.Waybill}
}

func purchaseTable(t table.Writer, answer purchased) {
	t.AppendHeader(table.Row{"order", "part", "line", "state", "since", "until", "seller", "reference", "good", "name", "名称", "quantity", "returned", "supply", "carrier", "waybill"})
	right(t, 2, 3, 12, 13, 14)
	t.SuppressEmptyColumns()
	for _, l := range answer.Rows {
		t.AppendRow(table.Row{l.Order, l.Part, l.Line, l.State, l.Since, l.LastDay, l.Seller, l.Reference, l.Supplier + "/" + l.SKU, l.En, l.Zh,
			l.Quantity, unlessZero(int64(l.Returned)), figure.ExactYuan(l.Supply), l.Carrier, l.Waybill})
	}
	t.SetCaption("as of block %d; go on with --after %s", int64(answer.Height)-1, answer.Next)
}

package catalogue

import (
	"context"
	"strconv"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/figure"
	"tallystick/client/node/catalogue"
	"tallystick/client/sheets"
)

func purchaseOrders(a *cli.App) *cobra.Command {
	var req catalogue.PurchaseRequest
	cmd := cli.Verb(a, "purchase", `  tally --as S1 order purchase
  tally --as G order purchase --supplier S2 --state ACCEPTED,SHIPPED -o csv
  tally --as S1 order purchase -o json --after 812/D.0.7.0/1`, catalogue.OrderPurchase, cli.Words(&req),
		func(_ context.Context, _ *cli.Node, answer catalogue.Purchases) error {
			return printPurchase(a, answer)
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
	partFlags(cmd, &req.Supplier, &req.States, &req.Since)
	cli.Word(cmd, &req.After, "after", "cursor of the last row that you have")
	cli.Whole(cmd, &req.Limit, "limit", 0, "at most so many parts; 0: all")
	cmd.Annotations = map[string]string{cli.WithCSV: ""}
	return cmd
}

func printPurchase(a *cli.App, answer catalogue.Purchases) error {
	if a.Format != "csv" {
		return a.Print(answer, func(t table.Writer) { purchaseTable(t, answer) })
	}
	rows := [][]string{purchaseColumns}
	for _, l := range answer.Rows {
		rows = append(rows, purchaseCells(l))
	}
	return sheets.WriteCSV(a.Out, rows)
}

// purchaseColumns are the names of the cells.
var purchaseColumns = []string{"cursor", "order", "part", "line", "state", "since", "last_day", "ordered", "seller",
	"reference", "outlet", "region",
	"supplier", "sku", "gtin", "name_en", "name_zh", "unit", "delivery", "quantity", "returned",
	"supply_yuan", "carrier", "waybill"}

func purchaseCells(l catalogue.PurchaseLine) []string {
	return []string{l.Cursor, l.Order.String(), strconv.Itoa(l.Part), strconv.Itoa(l.Line), l.State.String(),
		l.Since.String(), l.LastDay.String(), l.Ordered.String(),
		l.Seller, l.Reference, l.Outlet, l.Region, l.Supplier, l.SKU, l.GTIN, l.En, l.Zh, l.Unit, l.Delivery.String(),
		strconv.FormatUint(uint64(l.Quantity), 10), strconv.FormatUint(uint64(l.Returned), 10),
		figure.PlainYuan(string(l.Supply)), l.Carrier, l.Waybill}
}

func purchaseTable(t table.Writer, answer catalogue.Purchases) {
	t.AppendHeader(table.Row{"order", "part", "line", "state", "since", "until", "seller", "reference", "good", "name",
		"名称", "quantity", "returned", "supply", "carrier", "waybill"})
	cli.Right(t, 2, 3, 12, 13, 14)
	t.SuppressEmptyColumns()
	for _, l := range answer.Rows {
		t.AppendRow(table.Row{l.Order, l.Part, l.Line, l.State, l.Since, l.LastDay, l.Seller, l.Reference,
			l.Supplier + "/" + l.SKU, l.En, l.Zh,
			l.Quantity, unlessZero(int64(l.Returned)), figure.ExactYuan(string(l.Supply)), l.Carrier, l.Waybill})
	}
	t.SetCaption("as of block %d; go on with --after %s", int64(answer.Height)-1, answer.Next)
}

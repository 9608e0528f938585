package settle

import (
	"context"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/settlement"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/node/settle"
)

// ownerView is the view of who owns points, 积分所有人.
const ownerView = "owner"

func selectModel(a *cli.App) *cobra.Command {
	var q settle.ModelQuestion
	var view string
	cmd := cli.Leaf("select", settle.ModelSelect.En+" ("+settle.ModelSelect.Zh+")",
		`  tally --as D model select --issuer G --acceptor D --programme GP --scene care
  tally --as G model select --view issuer --issuer G
  tally --as D model select --view acceptor --acceptor D --date 2026-12-01
  tally --as M model select --view owner`, func(ctx context.Context, _ []string) error {
			switch view {
			case "":
				return cli.Perform(ctx, a, settle.ModelSelect, func() (settle.SelectModelRequest, error) {
					return settle.SelectModelRequest{ModelQuestion: q}, nil
				}, cli.InTable(a, selectedTable))
			case ownerView:
				return cli.Perform(ctx, a, settle.ModelViewOwner, func() (settle.ModelQuestion, error) {
					return q, nil
				}, rowsInTable(a, ownerTable))
			}
			return cli.Perform(ctx, a, settle.ModelView, func() (settle.ViewModelsRequest, error) {
				return settle.ViewModelsRequest{View: view, ModelQuestion: q}, nil
			}, rowsInTable(a, func(t table.Writer, list []settle.Selected, s cli.Scales) {
				viewTable(t, view, list, s)
			}))
		})
	cmd.Long = `Select by the same rule as the ledger. With a view, list all that it selects:
issuer 积分服务商     what it owes for whose acceptance: price, fees that it pays, caps, tax
acceptor 积分消费商   what it gets from whom, what it pays in fees, and when
owner 积分所有人      which programmes count where at what price; for members' homes, nothing between enterprises`
	cli.Word(cmd, &q.Issuer, "issuer", "who owes")
	cli.Word(cmd, &q.Acceptor, "acceptor", "whom it owes")
	cli.Word(cmd, &q.Scene, "scene", "in which points are spent")
	cli.Word(cmd, &q.Programme, "programme", "whose points")
	cli.Day(cmd, &q.Day, "date", "business date; today's if you name none")
	cli.Word(cmd, &view, "view", settle.IssuerView+", "+settle.AcceptorView+" or "+ownerView)
	cli.Complete(cmd, "view", settle.IssuerView, settle.AcceptorView, ownerView)
	return cmd
}

func selectedTable(t table.Writer, one settle.Selected, s cli.Scales) {
	model := "none: the programme's price, paid pair by pair"
	if one.Number > 0 {
		model = fmt.Sprintf("%s, version %d, number %d", one.Model, one.Version, one.Number)
	}
	t.AppendRows([]table.Row{{"owes", one.Issuer}, {"whom", one.Acceptor}, {"on", one.Day}, {"settled by", model}})
	if one.Number > 0 {
		t.AppendRows(termsRows(one.Terms, s, one.Programme))
	}
	if one.Programme != "" {
		t.AppendRow(table.Row{"a point of " + one.Programme, "¥" + priceText(s, one.Programme, one.Price)})
	}
}

// viewTable shows an issuer what it owes, or an acceptor what it gets. A fee that the other one pays is
// none to the reader.
func viewTable(t table.Writer, view string, list []settle.Selected, s cli.Scales) {
	mine, money, when := settlement.IssuerPays, "may owe in a cycle", "pays, days after cut-off"
	if view == settle.AcceptorView {
		mine, money, when = settlement.AcceptorPays, "may be owed in a cycle", "is paid, days after cut-off"
	}
	t.AppendHeader(table.Row{"programme", "issuer", "acceptor", "scene", "yuan a point", "fee to pay", "tax contained",
		money, when, "netting", "model"})
	cli.Right(t, 5, 6, 7, 8, 9)
	t.SuppressEmptyColumns()
	for _, one := range list {
		fee := ""
		if one.Terms.Payer == mine && one.Terms.Fee.Num > 0 {
			fee = one.Terms.Fee.String()
		}
		t.AppendRow(table.Row{one.Programme, one.Issuer, one.Acceptor, one.Scene,
			priceText(s, one.Programme, one.Price),
			fee, rateText(one.Terms.Tax), capText(one.Terms),
			one.Terms.Delay, nettingText(one.Terms), modelText(one)})
	}
}

func modelText(one settle.Selected) string {
	if one.Number == 0 {
		return ""
	}
	return fmt.Sprintf("%s %d", one.Model, one.Version)
}

func ownerTable(t table.Writer, list []settle.Worth, s cli.Scales) {
	t.AppendHeader(table.Row{"programme", "counts at", "scene", "yuan a point"})
	cli.Right(t, 4)
	t.SuppressEmptyColumns()
	for _, c := range list {
		t.AppendRow(table.Row{c.Programme, c.At, c.Scene, priceText(s, c.Programme, c.Price)})
	}
}

package catalogue

import (
	"context"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/goods"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/node/catalogue"
)

// Suppliers is the group of suppliers.
func Suppliers(a *cli.App) *cobra.Command {
	return cli.Group("supplier", "Suppliers: who makes goods available, and what each may list (供应商)",
		applySupplier(a), approveSupplier(a), refuseSupplier(a), withdrawSupplier(a), showSupplier(a), listSuppliers(a))
}

func applySupplier(a *cli.App) *cobra.Command {
	var req goods.ApplyRequest
	cmd := cli.Sends(a, "apply SUPPLIER",
		`  tally --as S1 supplier apply care --en "Car care" --zh 养护 --category oil --evidence licence.pdf`,
		catalogue.SupplierApply, func(args []string) (goods.ApplyRequest, error) {
			req.Supplier = args[0]
			slices.Sort(req.Categories)
			return req, nil
		})
	cli.Names(cmd, &req.En, &req.Zh)
	cli.Many(cmd, &req.Categories, "category", "that it wants to list; none for all", cli.AsIs)
	cli.Evidence(cmd, &req.Licence)
	return cmd
}

func approveSupplier(a *cli.App) *cobra.Command {
	req := goods.ApproveRequest{Fee: amount.Rate{Den: 1}}
	cmd := cli.Sends(a, "approve SUPPLIER", `  tally --as G supplier approve care --category oil --fee 0.01`,
		catalogue.SupplierApprove, func(args []string) (goods.ApproveRequest, error) {
			req.Supplier = args[0]
			slices.Sort(req.Categories)
			return req, nil
		})
	cli.Many(cmd, &req.Categories, "category", "that it may list; none for all", cli.AsIs)
	cli.One(cmd, &req.Fee, "fee", "of supply value, which its party owes the operator: 0.01", amount.ParseRate)
	return cmd
}

func refuseSupplier(a *cli.App) *cobra.Command {
	var req goods.RefuseRequest
	cmd := cli.Sends(a, "refuse SUPPLIER", `  tally --as G supplier refuse care --reason licence_expired`,
		catalogue.SupplierRefuse, cli.Words(&req, &req.Supplier))
	cli.Reason(cmd, &req.Reason, "licence_expired")
	return cmd
}

func withdrawSupplier(a *cli.App) *cobra.Command {
	var req goods.WithdrawSupplierRequest
	return cli.Sends(a, "withdraw SUPPLIER", "  tally --as S1 supplier withdraw care", catalogue.SupplierWithdraw,
		cli.Words(&req, &req.Supplier))
}

func showSupplier(a *cli.App) *cobra.Command {
	var req catalogue.SupplierRequest
	return cli.Verb(a, "show SUPPLIER", "  tally --as D supplier show care", catalogue.SupplierShow,
		cli.Words(&req, &req.Supplier), cli.Shows(a, supplierTable))
}

func supplierTable(t table.Writer, s goods.Supplier) {
	t.AppendRows([]table.Row{{"supplier", s.ID}, {"name", s.En + " " + s.Zh}, {"party", s.Party},
		{"state", s.State}, {"since", s.Since},
		{"may list", orAll(s.Categories)}, {"fee", s.Fee}, {"documents", s.Licence}})
	if s.Reason != "" {
		t.AppendRow(table.Row{"reason", s.Reason})
	}
}

// orAll writes a list of which none means all.
func orAll(list []string) string {
	if len(list) == 0 {
		return "all"
	}
	return strings.Join(list, ", ")
}

func listSuppliers(a *cli.App) *cobra.Command {
	var req catalogue.SupplierListRequest
	cmd := cli.Verb(a, "list", "  tally --as G supplier list --state APPLIED", catalogue.SupplierList,
		cli.Words(&req), listed(a, cli.Columns[goods.Supplier]{
			Header: table.Row{"supplier", "party", "name", "名称", "state", "since", "may list", "fee"},
			Cells: func(n index.Entry[goods.Supplier], _ cli.Scales) table.Row {
				s := n.Row
				return table.Row{s.ID, s.Party, s.En, s.Zh, s.State, s.Since, orAll(s.Categories), s.Fee}
			},
		}))
	cli.Word(cmd, &req.Party, "party", "of this party only")
	cli.Word(cmd, &req.State, "state", "in this state only: APPLIED, APPROVED, SUSPENDED, REFUSED, WITHDRAWN")
	cli.Complete(cmd, "state", "APPLIED", "APPROVED", "SUSPENDED", "REFUSED", "WITHDRAWN")
	return cmd
}

// listed shows a list whose cells need no scales.
func listed[T any](a *cli.App, show cli.Columns[T]) func(context.Context, *cli.Node, node.Found[T]) error {
	return cli.Shows(a, func(t table.Writer, answer node.Found[T]) { show.Fill(t, answer, nil) })
}

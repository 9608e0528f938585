package main

import (
	"context"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/goods"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/node/catalogue"
)

func Suppliers(a *App) *cobra.Command {
	return Group("supplier", "Suppliers: who makes goods available, and what each may list (供应商)",
		applySupplier(a), approveSupplier(a), refuseSupplier(a), withdrawSupplier(a), showSupplier(a), listSuppliers(a))
}

func applySupplier(a *App) *cobra.Command {
	var req goods.ApplyRequest
	cmd := Sends(a, "apply SUPPLIER",
		`  tally --as S1 supplier apply care --en "Car care" --zh 养护 --category oil --evidence licence.pdf`,
		catalogue.SupplierApply,
		func(args []string) (goods.ApplyRequest, error) {
			req.Supplier = args[0]
			slices.Sort(req.Categories)
			return req, nil
		})
	Names(cmd, &req.En, &req.Zh)
	Many(cmd, &req.Categories, "category", "that it wants to list; none for all", AsIs)
	Evidence(cmd, &req.Licence)
	return cmd
}

func approveSupplier(a *App) *cobra.Command {
	req := goods.ApproveRequest{Fee: amount.Rate{Den: 1}}
	cmd := Sends(a, "approve SUPPLIER",
		`  tally --as G supplier approve care --category oil --fee 0.01`, catalogue.SupplierApprove,
		func(args []string) (goods.ApproveRequest, error) {
			req.Supplier = args[0]
			slices.Sort(req.Categories)
			return req, nil
		})
	Many(cmd, &req.Categories, "category", "that it may list; none for all", AsIs)
	One(cmd, &req.Fee, "fee", "of supply value, which its party owes the operator: 0.01", amount.ParseRate)
	return cmd
}

func refuseSupplier(a *App) *cobra.Command {
	var req goods.RefuseRequest
	cmd := Sends(a, "refuse SUPPLIER",
		`  tally --as G supplier refuse care --reason licence_expired`, catalogue.SupplierRefuse,
		Words(&req, &req.Supplier))
	Reason(cmd, &req.Reason, "licence_expired")
	return cmd
}

func withdrawSupplier(a *App) *cobra.Command {
	var req goods.WithdrawSupplierRequest
	return Sends(a, "withdraw SUPPLIER",
		"  tally --as S1 supplier withdraw care", catalogue.SupplierWithdraw,
		Words(&req, &req.Supplier))
}

func showSupplier(a *App) *cobra.Command {
	var req catalogue.SupplierRequest
	return Verb(a, "show SUPPLIER", "  tally --as D supplier show care", catalogue.SupplierShow,
		Words(&req, &req.Supplier),
		Shows(a, supplierTable))
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

func listSuppliers(a *App) *cobra.Command {
	var req catalogue.SupplierListRequest
	cmd := Verb(a, "list", "  tally --as G supplier list --state APPLIED", catalogue.SupplierList,
		Words(&req), listed(a, Columns[goods.Supplier]{
			Header: table.Row{"supplier", "party", "name", "名称", "state", "since", "may list", "fee"},
			Cells: func(n index.Entry[goods.Supplier], _ Scales) table.Row {
				s := n.Row
				return table.Row{s.ID, s.Party, s.En, s.Zh, s.State, s.Since, orAll(s.Categories), s.Fee}
			},
		}))
	Word(cmd, &req.Party, "party", "of this party only")
	Word(cmd, &req.State, "state", "in this state only: APPLIED, APPROVED, SUSPENDED, REFUSED, WITHDRAWN")
	Complete(cmd, "state", "APPLIED", "APPROVED", "SUSPENDED", "REFUSED", "WITHDRAWN")
	return cmd
}

// listed shows a list whose cells need no scales.
func listed[T any](a *App, show Columns[T]) func(context.Context, *node.Node, node.Found[T]) error {
	return Shows(a, func(t table.Writer, answer node.Found[T]) { show.Fill(t, answer, nil) })
}

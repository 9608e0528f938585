package cli

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"

	"tallystick/chaincode/command"
	"tallystick/client/node"
	"tallystick/client/node/members"
)

// NameOf is what the ledger calls a request, such as points:Issue.
func NameOf(req command.Request) string { return command.KindOf(req).String() }

// PrintReceipt shows a receipt under what the ledger calls the command.
func (a *App) PrintReceipt(what string, r node.Receipt) error {
	return a.Print(r, func(t table.Writer) { ReceiptTable(t, what, r) })
}

// ReceiptTable shows a receipt in a table.
func ReceiptTable(t table.Writer, what string, r node.Receipt) {
	note := "done"
	if r.Duplicate {
		note = "had been done: this is the first answer"
	}
	t.AppendRows([]table.Row{{what, note}, {"number", r.Number}, {"cycle", r.Cycle}})
	if r.Date != 0 {
		t.AppendRow(table.Row{"business date", r.Date})
	}
	t.AppendRow(table.Row{"request", r.Request})
}

// ToldOf shows a receipt with the one-time code that the command made.
func (a *App) ToldOf(what string) func(context.Context, *Node, members.CodeReceipt) error {
	return Shows(a, func(t table.Writer, r members.CodeReceipt) {
		ReceiptTable(t, what, r.Receipt)
		if len(r.Code) == 0 {
			t.AppendRow(table.Row{"one-time code", "your vault doesn't know it: another made it"})
			return
		}
		t.AppendRow(table.Row{"one-time code", r.Code})
	})
}

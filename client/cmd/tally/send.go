package main

import (
	"context"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/command"
	"tallystick/client/node"
)

// sends is a command that sends one request, which its arguments and flags make.
func (a *app) sends(use, short, example string, ask func(args []string) (command.Request, error)) *cobra.Command {
	return leaf(use, short, example, func(ctx context.Context, args []string) error {
		return a.submits(ctx, func() (command.Request, error) { return ask(args) })
	})
}

// submit sends one command and prints its receipt.
func (a *app) submit(ctx context.Context, req command.Request) error {
	return a.submits(ctx, func() (command.Request, error) { return req, nil })
}

// submits sends a command that is made anew once points are in their programme's scale. What is wrong in any is refused
// before anything is sent.
func (a *app) submits(ctx context.Context, ask func() (command.Request, error)) error {
	early, err := ask()
	if err == nil {
		err = early.Check()
	}
	if err != nil {
		return err
	}
	if a.heard != nil {
		return a.heard(early)
	}
	return a.with(ctx, func(ctx context.Context, g *node.Node) error {
		req, err := ask()
		if err != nil {
			return err
		}
		answer, err := g.Send(ctx, &a.call, req)
		if err != nil {
			return err
		}
		return a.printReceipt(nameOf(req), answer)
	})
}

// nameOf is what the ledger calls a request, such as points:Issue.
func nameOf(req command.Request) string { return command.KindOf(req).String() }

func (a *app) printReceipt(what string, r node.Receipt) error {
	return a.print(r, func(t table.Writer) { receiptTable(t, what, r) })
}

func receiptTable(t table.Writer, what string, r node.Receipt) {
	note := "done"
	if r.Again {
		note = "had been done: this is the first answer"
	}
	t.AppendRows([]table.Row{{what, note}, {"number", r.Number}, {"cycle", r.Cycle}})
	if r.Date != 0 {
		t.AppendRow(table.Row{"business date", r.Date})
	}
	t.AppendRow(table.Row{"request", r.Request})
}

// toldOf shows a receipt with the one-time code that the command made.
func (a *app) toldOf(what string) func(context.Context, *node.Node, node.Told) error {
	return func(_ context.Context, _ *node.Node, r node.Told) error {
		return a.print(r, func(t table.Writer) {
			receiptTable(t, what, r.Receipt)
			if len(r.Code) == 0 {
				t.AppendRow(table.Row{"one-time code", "your vault doesn't know it: another made it"})
				return
			}
			t.AppendRow(table.Row{"one-time code", r.Code})
		})
	}
}

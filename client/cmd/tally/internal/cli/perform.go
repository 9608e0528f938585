package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/client/node"
)

// Verb is a command that performs an operation: its help is the operation's, and its arguments and flags make the
// request.
func Verb[Req, Ans any](a *App, use, example string, op node.Op[Req, Ans], ask func(args []string) (Req, error),
	show func(context.Context, *Node, Ans) error) *cobra.Command {
	return Leaf(use, op.En+" ("+op.Zh+")", example, func(ctx context.Context, args []string) error {
		return Perform(ctx, a, op, func() (Req, error) { return ask(args) }, show)
	})
}

// Perform performs an operation and shows its answer. The request is made anew once points are in their programme's
// scale. What is wrong in any is refused before the network is asked.
func Perform[Req, Ans any](ctx context.Context, a *App, op node.Op[Req, Ans], ask func() (Req, error),
	show func(context.Context, *Node, Ans) error) error {
	early, err := ask()
	if err == nil {
		err = op.Check(early)
	}
	if err != nil {
		return err
	}
	a.Call.Meaning = op.Meaning(early)
	if req, ok := any(early).(command.Request); ok && op.Single() && a.Heard != nil {
		return a.Heard(req)
	}
	a.Call.Progress = a.tellStep
	do := func(ctx context.Context, n *Node) error {
		req, err := ask()
		if err != nil {
			return err
		}
		answer, err := Do(ctx, n, op, &a.Call, req)
		if err != nil {
			err = authorisable(err)
			if refused, ok := any(answer).(refusable); ok && refused.Refused() {
				err = errors.Join(show(ctx, n, answer), err)
			}
			return err
		}
		return show(ctx, n, answer)
	}
	n, err := a.running()
	if err != nil {
		return err
	}
	if n == nil && op.Alone() {
		if err := a.offline(ctx, do); fault.CodeOf(err) != fault.Unavailable {
			return err
		}
	}
	return a.with(ctx, n, do)
}

// refusable is an answer that says something although what was asked for was refused.
type refusable interface{ Refused() bool }

// ReceiptOf shows a receipt under what the ledger calls the command.
func (a *App) ReceiptOf(what string) func(context.Context, *Node, node.Receipt) error {
	return func(_ context.Context, _ *Node, r node.Receipt) error { return a.PrintReceipt(what, r) }
}

// Sends is a command that performs an operation of one command, and shows its receipt.
func Sends[Req command.Request](a *App, use, example string, op node.Op[Req, node.Receipt],
	ask func(args []string) (Req, error)) *cobra.Command {
	var kind Req
	return Verb(a, use, example, op, ask, a.ReceiptOf(NameOf(kind)))
}

// Send performs an operation of one command, and shows its receipt.
func Send[Req command.Request](ctx context.Context, a *App, op node.Op[Req, node.Receipt], req Req) error {
	return Perform(ctx, a, op, func() (Req, error) { return req, nil }, a.ReceiptOf(NameOf(req)))
}

// Shows shows an answer in a table.
func Shows[Ans any](a *App, fill func(table.Writer, Ans)) func(context.Context, *Node, Ans) error {
	return func(_ context.Context, _ *Node, answer Ans) error {
		return a.Print(answer, func(t table.Writer) { fill(t, answer) })
	}
}

// Words asks with what flags have made of a request, and with the arguments as texts of it, in their order.
func Words[Req any](req *Req, texts ...*string) func([]string) (Req, error) {
	return func(args []string) (Req, error) {
		for i, text := range texts {
			*text = ""
			if i < len(args) {
				*text = args[i]
			}
		}
		return *req, nil
	}
}

// Parsed asks with what flags have made of a request, and with the first argument as its parser reads it.
func Parsed[Req, T any](req *Req, to *T, parse func(string) (T, error)) func([]string) (Req, error) {
	return func(args []string) (_ Req, err error) {
		*to, err = parse(args[0])
		return *req, err
	}
}

// Nothing is the request of a command that names nothing.
func Nothing([]string) (node.NoRequest, error) { return node.NoRequest{}, nil }

// InTable shows an answer in a table that has points in it.
func InTable[Ans any](a *App, fill func(table.Writer, Ans, Scales)) func(context.Context, *Node, Ans) error {
	return WithMore(a, scalesFor[Ans], fill)
}

// WithMore shows an answer in a table for which more is asked than the answer says. JSON has the answer alone.
func WithMore[Ans, More any](a *App, ask func(context.Context, *Node, Ans) (More, error),
	fills ...func(table.Writer, Ans, More)) func(context.Context, *Node, Ans) error {
	return func(ctx context.Context, n *Node, answer Ans) error {
		var more More
		if a.Format != "json" {
			var err error
			if more, err = ask(ctx, n, answer); err != nil {
				return err
			}
		}
		parts := make([]func(table.Writer), len(fills))
		for i, fill := range fills {
			parts[i] = func(t table.Writer) { fill(t, answer, more) }
		}
		return a.PrintParts(answer, parts...)
	}
}

// InTables is InTable for tables under each other.
func InTables[Ans any](a *App, fills ...func(table.Writer, Ans, Scales)) func(context.Context, *Node, Ans) error {
	return WithMore(a, scalesFor[Ans], fills...)
}

func scalesFor[Ans any](ctx context.Context, n *Node, _ Ans) (Scales, error) {
	return AskScales(ctx, n)
}

// tellStep says a step of a longer run as soon as it is done, to people alone.
func (a *App) tellStep(step string, done bool) {
	if a.Format == "json" {
		return
	}
	if !done {
		step += ": was done before"
	}
	fmt.Fprintln(a.Err, step) // there is nowhere left to report it
}

// OneMember is the argument of commands that are about one member and say no more.
func OneMember(args []string) (node.MemberRequest, error) {
	return node.MemberRequest{Member: args[0]}, nil
}

// First is the first argument, or "".
func First(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return ""
}

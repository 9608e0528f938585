package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/client/gateway"
	"tallystick/client/vault"
)

// receipt is what a command answers.
type receipt struct {
	command.Receipt
	Request string `json:"request"`
	Height  uint64 `json:"height"` // blocks that this node had seen then: with --height, another sees it too
}

// sent is what a command that sends several answers: what became of each.
type sent[T any] struct {
	Height uint64 `json:"height"` // as of a receipt
	Rows   []T    `json:"rows"`
}

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
	early, err := checked(ask())
	if err != nil {
		return err
	}
	if a.heard != nil {
		return a.heard(early)
	}
	return a.with(ctx, func(ctx context.Context, g *gateway.Gateway) error {
		req, err := checked(ask())
		if err != nil {
			return err
		}
		answer, err := a.send(ctx, g, req)
		if err != nil {
			return err
		}
		return a.printReceipt(nameOf(req), answer)
	})
}

// checked is a request that is well-formed.
func checked(req command.Request, err error) (command.Request, error) {
	if err != nil {
		return nil, err
	}
	return req, req.Check()
}

// nameOf is what the ledger calls a request, such as points:Issue.
func nameOf(req command.Request) string { return command.KindOf(req).String() }

// send does one command whose content is all that the caller named, and nothing else.
func (a *app) send(ctx context.Context, g *gateway.Gateway, req command.Request) (receipt, error) {
	id := a.requestID()
	answer, err := g.WalkIn(ctx, id, req)
	return receipt{answer, id, g.Height()}, inDoubt(err, id)
}

// inDoubt says of a command whose outcome isn't known why, and how to ask for it again.
func inDoubt(err error, id string) error {
	if fault.CodeOf(err) != fault.UnknownOutcome {
		return err
	}
	if id == "" {
		return fault.New(fault.UnknownOutcome, "the outcome isn't known yet (%s); run it again, it finds what is done", unknown(err))
	}
	return fault.New(fault.UnknownOutcome, "the outcome isn't known yet (%s); ask again with --request %s", unknown(err), id)
}

// unknown is what isn't known yet, without the gateway's advice for programs.
func unknown(err error) string {
	var refusal *fault.Error
	if !errors.As(err, &refusal) {
		return err.Error()
	}
	what, _, _ := strings.Cut(refusal.Text, "; ask again")
	return what
}

// step does one more command of the request id, which a command before it stands for.
func (a *app) step(ctx context.Context, g *gateway.Gateway, step string, req command.Request) (receipt, error) {
	id := a.requestID()
	answer, err := g.Once(ctx, gateway.Asked{ID: id, Step: step}, func() (command.Request, error) { return req, nil })
	return receipt{answer, id, g.Height()}, inDoubt(err, id)
}

// once sends a request that depends on what else there is: lots that the index
// chooses, rules as they are now, an end that is counted from now. Asked again under
// one id, it finds the first answer, whatever would be chosen by then, if the caller
// named the same; see listen. CONFLICT if not.
func (a *app) once(ctx context.Context, g *gateway.Gateway, choose func() (command.Request, error)) (receipt, error) {
	asked, err := a.asked()
	if err != nil {
		return receipt{}, err
	}
	answer, err := g.Once(ctx, asked, func() (command.Request, error) {
		req, err := choose()
		if err != nil {
			return nil, err
		}
		return req, req.Check()
	})
	return receipt{answer, asked.ID, g.Height()}, inDoubt(err, asked.ID)
}

// requestID is the caller's, or a new one that sorts by time.
func (a *app) requestID() string {
	if a.request == "" {
		var random [5]byte
		rand.Read(random[:]) //nolint:errcheck // it never fails
		a.request = time.Now().UTC().Format("20060102T150405.000")[:15] + "-" + hex.EncodeToString(random[:])
	}
	return a.request
}

// seed is the secret of a request's code number i. It is the same for the same
// request, so a command whose answer was lost can be sent again, and its code is
// told again; without the vault nobody can make it.
func (a *app) seed(v *vault.Vault, of string, i int) code.Code {
	return v.CodeSeed("request/"+of+"/"+a.requestID(), uint64(i))
}

func (a *app) printReceipt(what string, r receipt) error {
	return a.print(r, func(t table.Writer) { receiptTable(t, what, r) })
}

func receiptTable(t table.Writer, what string, r receipt) {
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

// told is a receipt with the one-time code that the command made: it is told
// here, and nowhere else.
type told struct {
	receipt
	Code code.Code `json:"code"` // "" if it had been made before, by another vault
}

func (a *app) printTold(what string, r told) error {
	return a.print(r, func(t table.Writer) {
		receiptTable(t, what, r.receipt)
		if len(r.Code) == 0 {
			t.AppendRow(table.Row{"one-time code", "your vault doesn't know it: another made it"})
			return
		}
		t.AppendRow(table.Row{"one-time code", r.Code})
	})
}

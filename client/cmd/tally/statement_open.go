package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/index"
	"tallystick/client/node"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

func openStatements(a *app) *cobra.Command {
	var cycle string
	cmd := leaf("open", "Open what hidden supply of a closed cycle comes to, from your deliveries and your vault (披露供货款)",
		"  tally --as D statement open --cycle 2026-11", func(ctx context.Context, _ []string) error {
			return a.withIndex(ctx, func(ctx context.Context, g *node.Node, r *index.Reading) (err error) {
				if cycle == "" {
					if cycle, err = node.LastClosed(r); err != nil {
						return err
					}
				}
				return a.openAll(ctx, g, r, cycle)
			})
		})
	cmd.Long = `The sum of a cycle's hidden deliveries between two parties is opened on the ledger, so that it can be netted;
no single price is. With one delivery, or one price, in a cycle the sum says that price too. Either of the two may open it,
once; what is open already is left.`
	cycleFlag(cmd, &cycle)
	return cmd
}

// openedOne is a hidden sum that was opened.
type openedOne struct {
	Debtor   string `json:"debtor"`
	Creditor string `json:"creditor"`
	Back     bool   `json:"back"`
	Fee      string `json:"feeRate"`
	Number   string `json:"number,omitempty"` // command; "" if it was open
	Why      string `json:"why,omitempty"`
}

func (a *app) openAll(ctx context.Context, g *node.Node, r *index.Reading, cycle string) error {
	due, err := a.toOpen(r, g.Party(), cycle)
	if err != nil {
		return err
	}
	run, err := a.begin(ctx, g, r)
	if err != nil {
		return err
	}
	list, failed := []openedOne{}, error(nil)
	for _, one := range due {
		if one.err == nil && one.req != nil {
			one.Number, one.err = a.openOne(ctx, g, run, *one.req)
		}
		if one.err != nil {
			one.Why, failed = one.err.Error(), one.err
		}
		list = append(list, one.openedOne)
	}
	if err := a.print(node.Sent[openedOne]{Height: g.Height(), Rows: list}, func(t table.Writer) {
		t.AppendHeader(table.Row{"Debtor", "Creditor", "", "Command", ""})
		for _, o := range list {
			what := "supply"
			if o.Back {
				what = "returns"
			}
			t.AppendRow(table.Row{o.Debtor, o.Creditor, what, openedBy(o), o.Why})
		}
	}); err != nil {
		return err
	}
	return failed
}

// openedBy is the command that opened a sum just now, or that it was open; nothing if it isn't.
func openedBy(o openedOne) string {
	if o.Why != "" {
		return ""
	}
	return or(o.Number, "open already")
}

// opensOne is a hidden sum of the party's, and what opens it; nil if it is open.
type opensOne struct {
	openedOne
	req *settlement.OpenRequest
	err error // why it can't be opened
}

// toOpen lists the hidden sums of a party in a closed cycle.
func (a *app) toOpen(r *index.Reading, party, cycle string) (list []opensOne, err error) {
	pairs, err := r.Pairs(cycle)
	if err != nil {
		return nil, err
	}
	for _, pair := range pairs {
		if pair.A != party && pair.B != party {
			continue
		}
		for _, h := range pair.Hidden {
			p := h.Position
			one := opensOne{openedOne: openedOne{Debtor: p.Debtor, Creditor: p.Creditor, Back: p.Back, Fee: p.Fee.String()}}
			if h.Opened.IsZero() {
				one.req = &settlement.OpenRequest{Cycle: cycle, Debtor: p.Debtor, Creditor: p.Creditor, Back: p.Back, Fee: p.Fee}
				one.req.Opening, one.err = a.openingOf(r, party, cycle, p)
			}
			list = append(list, one)
		}
	}
	return list, nil
}

// openOne opens a hidden sum and answers the command's number, "" if the other side was first.
func (a *app) openOne(ctx context.Context, g *node.Node, run *node.Run, req settlement.OpenRequest) (string, error) {
	r, err := run.Send(ctx, node.Step("open", req.Cycle, req.Debtor, req.Creditor, fmt.Sprintf("%t-%d_%d", req.Back, req.Fee.Num, req.Fee.Den)), req)
	if fault.CodeOf(err) == fault.WrongState {
		now, failed := g.Query().Statement(ctx, req.Cycle, req.Debtor, req.Creditor)
		p := settlement.VeiledPosition{Debtor: req.Debtor, Creditor: req.Creditor, Back: req.Back, Fee: req.Fee}
		if failed == nil && slices.ContainsFunc(now.Hidden, func(is settlement.HiddenSum) bool { return is.Names(p) && !is.Opened.IsZero() }) {
			return "", nil
		}
		return "", errors.Join(err, failed)
	}
	return r.Number.String(), err
}

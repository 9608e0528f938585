package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/clearing"
	"tallystick/client/index"
	"tallystick/client/node"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

func signStatements(a *app) *cobra.Command {
	var cycle, with string
	cmd := leaf("sign", "Recompute your statements from your own blocks and sign their roots, or refuse and name the lines (确认)",
		`  tally --as D statement sign --cycle 2026-11
  tally --as D statement sign --with G`, func(ctx context.Context, _ []string) error {
			return a.clearingOf(ctx, cycle, func(ctx context.Context, g *node.Node, r *index.Reading, mine clearing.Node, cycle string) error {
				if _, err := mine.Check(ctx, cycle, g.Query()); err != nil {
					return err
				}
				return a.signAll(ctx, g, r, mine, cycle, with)
			})
		})
	cycleFlag(cmd, &cycle)
	word(cmd, &with, "with", "only the statement with this party")
	return cmd
}

// signedOne is what became of one statement that was to be signed.
type signedOne struct {
	With   string `json:"with"`
	Root   string `json:"root"`
	Lines  uint64 `json:"lines"`
	State  string `json:"state"`            // of the statement, after
	Number string `json:"number,omitempty"` // command that signed, if one did
	Why    string `json:"why,omitempty"`    // not signed
}

// signAll signs each of the party's statements that isn't signed as it is. What can't be signed yet is said, and
// doesn't keep the others.
func (a *app) signAll(ctx context.Context, g *node.Node, r *index.Reading, mine clearing.Node, cycle, with string) error {
	due, err := toSign(ctx, g, r, mine, cycle, with)
	if err != nil {
		return err
	}
	run, err := a.begin(ctx, g, r)
	if err != nil {
		return err
	}
	list, failed := []signedOne{}, error(nil)
	for _, one := range due {
		if one.err == nil && one.step != "" {
			one.err = a.signOne(ctx, g, run, &one)
		}
		if one.err != nil {
			one.Why, failed = one.err.Error(), one.err
		}
		list = append(list, one.signedOne)
	}
	if len(list) == 0 {
		return fault.New(fault.NotFound, "%s has no such statement in cycle %s", g.Party(), cycle)
	}
	if err := a.print(node.Sent[signedOne]{Height: g.Height(), Rows: list}, func(t table.Writer) {
		t.AppendHeader(table.Row{"With", "Lines", "State", "Root", ""})
		for _, s := range list {
			t.AppendRow(table.Row{s.With, s.Lines, s.State, s.Root, s.Why})
		}
	}); err != nil {
		return err
	}
	return failed
}

// otherOf is the other side of a pair, "" for who isn't one of the two.
func otherOf(p settlement.Pair, party string) string {
	switch party {
	case p.A:
		return p.B
	case p.B:
		return p.A
	}
	return ""
}

// signsOne is a statement of the party's, and what signs it.
type signsOne struct {
	signedOne
	step string // of the run, "" if it is signed as it is
	req  settlement.SignRequest
	err  error // why it can't be signed
}

// toSign lists a party's statements of a cycle, or the one with another party.
func toSign(ctx context.Context, g *node.Node, r *index.Reading, mine clearing.Node, cycle, with string) (list []signsOne, err error) {
	pairs, err := r.Pairs(cycle)
	if err != nil {
		return nil, err
	}
	for _, p := range pairs {
		other := otherOf(p, g.Party())
		if other == "" || with != "" && with != other {
			continue
		}
		one := signsOne{signedOne: signedOne{With: other}}
		one.err = one.recompute(ctx, g, mine, cycle)
		list = append(list, one)
	}
	return list, nil
}

// recompute makes the statement and what signs it.
func (one *signsOne) recompute(ctx context.Context, g *node.Node, mine clearing.Node, cycle string) error {
	s, err := mine.Recompute(cycle, g.Party(), one.With)
	if err != nil {
		return err
	}
	one.Root, one.Lines, one.State = s.Root.String(), s.Total.Lines, s.Pair.State.String()
	after := "first" // what this signature takes the place of: a root may be signed again after another
	for _, signed := range s.Signatures {
		if signed.Party != g.Party() {
			continue
		}
		if slices.Equal(signed.Root, s.Root) {
			return nil // it is signed as it is
		}
		after = fmt.Sprintf("%d_%d", signed.Command.Lane, signed.Command.Seq)
	}
	if s.Pair.Pending > 0 {
		return fault.New(fault.WrongState, "%d hidden sums are to be opened first, by their parties: tally statement open", s.Pair.Pending)
	}
	if one.req, err = s.SignRequest(g.Party()); err != nil {
		wrong, failed := mine.CheckLines(ctx, s, g.Query())
		if failed != nil {
			return errors.Join(err, failed)
		}
		return fmt.Errorf("%w. %s", err, clearing.Named(wrong))
	}
	one.step = node.Step("sign", cycle, one.With, one.Root[:16], after)
	return nil
}

// signOne signs a statement, and asks how it stands then.
func (a *app) signOne(ctx context.Context, g *node.Node, run *node.Run, one *signsOne) error {
	r, err := run.Send(ctx, one.step, one.req)
	if err != nil {
		return err
	}
	now, err := g.Query().Statement(ctx, one.req.Cycle, g.Party(), one.With)
	one.Number, one.State = r.Number.String(), now.State.String()
	return err
}

func claimStatement(a *app) *cobra.Command {
	var req settlement.ClaimRequest
	cmd := sends(a, "claim",
		"  tally --as M statement claim --with D --cycle 2026-11", node.StatementClaim,
		func([]string) (settlement.ClaimRequest, error) { return req, nil })
	withFlag(cmd, &req.With)
	word(cmd, &req.Cycle, "cycle", "closed cycle")
	require(cmd, "cycle")
	return cmd
}

package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
	"tallystick/client/index"
	"tallystick/client/node"
)

// undone is what taking an import back came to. Points are units of their programme.
type undone struct {
	Source       string         `json:"source"`
	Programme    string         `json:"programme,omitempty"` // of all lots; "" if they have several
	Lots         int            `json:"lots"`                // that the import made
	Issued       amount.Units   `json:"issued"`              // points in them
	Revoked      amount.Units   `json:"revoked"`             // of them now
	Before       amount.Units   `json:"before"`              // revoked before
	Gone         amount.Units   `json:"gone"`                // spent, held, passed on, converted or expired: they stay
	Stays        []staying      `json:"stays"`               // of which lots
	Entitlements int            `json:"entitlements"`        // that the import made
	Ended        int            `json:"ended"`               // of them now
	EndedBefore  int            `json:"endedBefore"`
	Used         int            `json:"used"`    // at least once: they stay
	Refused      []node.Refused `json:"refused"` // by the ledger, with what stays
	DryRun       bool           `json:"dryRun"`
}

// staying is what stays of a lot.
type staying struct {
	Lot       string       `json:"lot"`
	Member    string       `json:"member"`
	Reference string       `json:"reference"`
	Points    amount.Units `json:"points"`
}

func undoImport(a *app) *cobra.Command {
	var reasonCode string
	var dry bool
	cmd := leaf("undo-import SOURCE", "Take back the points and entitlements that an import made, as far as they aren't spent (撤销导入)",
		`  tally --as D undo-import october-2026 --reason wrong_rate --dry-run
  tally --as D undo-import october-2026 --reason wrong_rate`,
		func(ctx context.Context, args []string) error {
			if err := errors.Join(name.CheckID("source", args[0]), name.CheckID("reason", reasonCode)); err != nil {
				return err
			}
			return a.undo(ctx, args[0], reasonCode, dry)
		})
	cmd.Long = `Take back what an import has made under its source: points are revoked as far as they
are left, entitlements as far as they weren't used. What was spent, held, passed on or
expired stays, and is said. Receipts of which all is taken back may earn again, under
another source. Members, labels, goods and what else an import makes have verbs of their own.
Again takes back what has come free since.`
	reason(cmd, &reasonCode, "wrong_rate")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would be taken back; nothing is written")
	return a.takesLong(cmd)
}

// undoLanes is how many lanes take an import back.
const undoLanes = "1-4"

func (a *app) undo(ctx context.Context, source, reason string, dry bool) (err error) {
	cfg, err := a.config(map[string]any{"lanes": undoLanes})
	if err != nil {
		return err
	}
	g, err := a.connect(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.Close()) }()
	beside, err := g.Gateway().Redone(source)
	if err != nil {
		return err
	}
	var made index.Made
	if err := a.indexed(ctx, g, func(r *index.Reading) (err error) {
		made, err = r.Made(cfg.Party, source, beside...)
		return err
	}); err != nil {
		return err
	}
	if made.Batches == 0 {
		return fault.New(fault.NotFound, "%s has imported nothing under source %s", cfg.Party, source)
	}
	points, err := askScales(ctx, g)
	if err != nil {
		return err
	}
	u := undone{Source: source, Programme: programmeOf(made.Lots), Lots: len(made.Lots), Entitlements: len(made.Entitlements), DryRun: dry, Stays: []staying{}, Refused: []node.Refused{}}
	pieces, ends := u.plan(made)
	if !dry {
		if err := u.carryOut(ctx, g, pieces, ends, reason); err != nil {
			return err
		}
	}
	return a.print(u, func(t table.Writer) { undoneTable(t, u, points) })
}

// programmeOf is the programme of lots, "" if they have several.
func programmeOf(lots []index.Lot) string {
	for _, lot := range lots {
		if lot.Programme != lots[0].Programme {
			return ""
		}
	}
	if len(lots) == 0 {
		return ""
	}
	return lots[0].Programme
}

// plan counts what there is, and answers what can be taken back; carrying it out counts
// what is refused back.
func (u *undone) plan(made index.Made) (pieces []spend.Take, ends []number.Row) {
	for _, lot := range made.Lots {
		left := lot.Available()
		if lot.State != points.Active {
			left = 0
		}
		u.Issued += lot.Issued
		u.Before += lot.Revoked
		u.Revoked += left
		if gone := lot.Issued - lot.Revoked - left; gone > 0 {
			u.Gone += gone
			u.Stays = append(u.Stays, staying{lot.Number.String(), lot.Member, lot.Reference, gone})
		}
		if left > 0 {
			pieces = append(pieces, spend.Take{Lot: lot.Number, Amount: left})
		}
	}
	for _, e := range made.Entitlements {
		n, err := number.ParseRow(e.ID)
		switch {
		case err != nil || e.Row.State == benefit.Revoked:
			u.EndedBefore++
		case e.Row.Used > e.Row.Reversed || e.Row.State.Ended():
			u.Used++
		default:
			u.Ended++
			ends = append(ends, n)
		}
	}
	return pieces, ends
}

// revokedAtOnce is how many lots one command takes back.
const revokedAtOnce = 50

// carryOut revokes. Of lots that were spent meanwhile the others are tried one by one.
func (u *undone) carryOut(ctx context.Context, g *node.Node, pieces []spend.Take, ends []number.Row, reason string) error {
	var reqs []command.Request
	groups := slices.Collect(slices.Chunk(pieces, revokedAtOnce))
	for _, group := range groups {
		reqs = append(reqs, points.RevokeRequest{Pieces: group, Reason: reason, Reopen: true})
	}
	var single []spend.Take
	for i, err := range doAll(ctx, g, reqs) {
		switch {
		case err == nil:
		case fault.CodeOf(err).Passing():
			return err
		default:
			single = append(single, groups[i]...)
		}
	}
	reqs = reqs[:0]
	for _, piece := range single {
		reqs = append(reqs, points.RevokeRequest{Pieces: []spend.Take{piece}, Reason: reason, Reopen: true})
	}
	for _, n := range ends {
		reqs = append(reqs, benefit.RevokeRequest{Entitlement: n, Reason: reason})
	}
	for i, err := range doAll(ctx, g, reqs) {
		if err == nil {
			continue
		}
		if fault.CodeOf(err).Passing() {
			return err
		}
		if i < len(single) {
			u.Revoked, u.Gone = u.Revoked-single[i].Amount, u.Gone+single[i].Amount
			u.refuse(single[i].Lot, err)
		} else {
			u.Ended, u.Used = u.Ended-1, u.Used+1
			u.refuse(ends[i-len(single)], err)
		}
	}
	return nil
}

func (u *undone) refuse(n number.Row, err error) {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		u.Refused = append(u.Refused, node.Refused{ID: n.String(), Code: refusal.Code, Text: refusal.Text})
	}
}

func undoneTable(t table.Writer, u undone, s scales) {
	points := func(n amount.Units) string { return s.shownOr(u.Programme, n) }
	t.AppendRow(table.Row{"source", u.Source})
	if u.DryRun {
		t.AppendRow(table.Row{"", "dry run: nothing was written"})
	}
	if u.Lots > 0 {
		t.AppendRows([]table.Row{{"lots that it made", u.Lots}, {"points in them", points(u.Issued)}, {"taken back now", points(u.Revoked)},
			{"taken back before", points(u.Before)}, {"spent, held or gone: they stay", points(u.Gone)}})
	}
	if u.Entitlements > 0 {
		t.AppendRows([]table.Row{{"entitlements that it made", u.Entitlements}, {"ended now", u.Ended}, {"ended before", u.EndedBefore}, {"used or ended otherwise: they stay", u.Used}})
	}
	if u.Lots+u.Entitlements == 0 {
		t.AppendRow(table.Row{"", "it made neither points nor entitlements; what else it made has verbs of its own"})
	}
	for i, one := range u.Stays {
		if i == shown {
			t.AppendRow(table.Row{"…", "-o json has them all"})
			break
		}
		t.AppendRow(table.Row{strings.TrimSpace("of " + one.Member + " " + one.Reference), points(one.Points)})
	}
	for _, one := range u.Refused {
		t.AppendRow(table.Row{one.ID, string(one.Code) + ": " + one.Text})
	}
}

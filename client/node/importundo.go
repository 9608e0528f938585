package node

import (
	"context"
	"errors"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
	"tallystick/client/index"
)

// ImportUndo takes an import back.
var ImportUndo = Does(Describe("import.undo", "POST", "/v1/imports/{source}/undo", Loyalty,
	"Take back the points and entitlements that an import made, as far as they aren't spent", "撤销导入",
	`{"source":"october-2026","reason":"wrong_rate","dryRun":true}`), undoImport)

// UndoImportRequest names an import by its source.
type UndoImportRequest struct {
	Source string `json:"source"`
	Reason string `json:"reason"`
	DryRun bool   `json:"dryRun,omitempty"` // write nothing
}

// Check refuses ids that are none.
func (r UndoImportRequest) Check() error {
	return errors.Join(name.CheckID("source", r.Source), name.CheckID("reason", r.Reason))
}

func (UndoImportRequest) bySource() {}

// Undone is what taking an import back came to. Points are units of their programme.
type Undone struct {
	Source       string       `json:"source"`
	Programme    string       `json:"programme,omitempty"` // of all lots; "" if they have several
	Lots         int          `json:"lots"`                // that the import made
	Issued       amount.Units `json:"issued"`              // points in them
	Revoked      amount.Units `json:"revoked"`             // of them now
	Before       amount.Units `json:"before"`              // revoked before
	Gone         amount.Units `json:"gone"`                // spent, held, passed on, converted or expired: they stay
	Stays        []Staying    `json:"stays"`               // of which lots
	Entitlements int          `json:"entitlements"`        // that the import made
	Ended        int          `json:"ended"`               // of them now
	EndedBefore  int          `json:"endedBefore"`
	Used         int          `json:"used"`    // at least once: they stay
	Refused      []Refused    `json:"refused"` // by the ledger, with what stays
	DryRun       bool         `json:"dryRun"`
}

// Staying is what stays of a lot.
type Staying struct {
	Lot       string       `json:"lot"`
	Member    string       `json:"member"`
	Reference string       `json:"reference"`
	Points    amount.Units `json:"points"`
}

func undoImport(ctx context.Context, n *Node, c *Call, req UndoImportRequest) (u Undone, err error) {
	beside, err := n.feeds.Redone(req.Source)
	if err != nil {
		return u, err
	}
	made, err := Ask(ctx, n, func(r *index.Reading) (index.Made, error) {
		return r.Made(n.Party(), req.Source, beside...)
	})
	if err != nil {
		return u, err
	}
	if made.Batches == 0 {
		return u, fault.New(fault.NotFound, "%s has imported nothing under source %s", n.Party(), req.Source)
	}
	u = Undone{Source: req.Source, Programme: programmeOf(made.Lots), Lots: len(made.Lots),
		Entitlements: len(made.Entitlements), DryRun: req.DryRun, Stays: []Staying{}, Refused: []Refused{}}
	pieces, ends := u.plan(made)
	if !req.DryRun {
		err = u.carryOut(func(reqs []command.Request) []error { return n.doAll(ctx, reqs) }, pieces, ends, req.Reason)
	}
	return u, err
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
func (u *Undone) plan(made index.Made) (pieces []spend.Take, ends []number.Row) {
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
			u.Stays = append(u.Stays, Staying{lot.Number.String(), lot.Member, lot.Reference, gone})
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

// carryOut revokes, by doAll, which answers for each. Of lots that were spent meanwhile the others are tried one by
// one.
func (u *Undone) carryOut(doAll func([]command.Request) []error, pieces []spend.Take,
	ends []number.Row, reason string) error {
	var reqs []command.Request
	groups := slices.Collect(slices.Chunk(pieces, revokedAtOnce))
	for _, group := range groups {
		reqs = append(reqs, points.RevokeRequest{Pieces: group, Reason: reason, Reopen: true})
	}
	var single []spend.Take
	for i, err := range doAll(reqs) {
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
	for i, err := range doAll(reqs) {
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

func (u *Undone) refuse(n number.Row, err error) {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		u.Refused = append(u.Refused, Refused{ID: n.String(), Code: refusal.Code, Text: refusal.Text})
	}
}

// Package clearing is one party's part in closing a cycle: its statements, recomputed
// from its own blocks, compared with the ledger's sums and with the other side's lines.
//
//	index: obligations of two parties ─▶ lines ─▶ statement.Of ─▶ root ─▶ statement:Sign
//	                                       │
//	                                       └─ compared with the ledger's own rows if the cycle's root differs
//
// It trusts nobody's word: it signs a root only if the index's cycle has the root and the sums that
// the ledger computed at the close.
package clearing

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/client/index"
	"tallystick/client/statement"
)

// Index is what this package asks of a reading of the read model.
type Index interface {
	Lines(cycle, a, b string) iter.Seq2[index.Obligation, error]
	Obligations(cycle string) iter.Seq2[index.Obligation, error]
	CycleRoot(cycle string) (codec.Hash, error)
	Closed(cycle string) (settlement.Close, error)
	Pair(cycle, a, b string) (settlement.Pair, error)
	Period(cycle string) (index.Period, error)
	Taxes() (index.Taxes, error)
	Parties() ([]party.Party, error)
	Programmes() ([]points.Programme, error)
	Payments(cycle string) ([]settlement.Payment, error)
}

// Node is a party's view of the ledger.
type Node struct {
	Network string // the channel
	Index   Index
}

// Statement is what a node makes of two parties' obligations in a cycle.
type Statement struct {
	statement.Statement
	Pair  settlement.Pair  // as the ledger has it
	Lines statement.Source // each time anew from the index
}

// Recompute makes the statement of two parties. NOT_FOUND if they owe each other nothing in that
// cycle, or it isn't computed yet.
func (n Node) Recompute(cycle, a, b string) (Statement, error) {
	closed, err := n.Index.Closed(cycle)
	if err != nil {
		return Statement{}, err
	}
	pair, err := n.Index.Pair(cycle, a, b)
	if err != nil {
		return Statement{}, err
	}
	head, err := n.head(closed, pair)
	if err != nil {
		return Statement{}, err
	}
	lines, err := n.source(cycle, pair)
	if err != nil {
		return Statement{}, err
	}
	s, err := statement.Of(head, lines)
	if err != nil {
		return Statement{}, err
	}
	if s.Payments, err = n.payments(cycle, pair); err != nil {
		return Statement{}, err
	}
	for _, signed := range []struct {
		party string
		settlement.Signature
	}{{pair.A, pair.SignedA}, {pair.B, pair.SignedB}} {
		if len(signed.Root) > 0 {
			s.Signatures = append(s.Signatures, statement.Signature{
				Party: signed.party, Root: signed.Root, Command: signed.By, Date: signed.Date,
			})
		}
	}
	return Statement{Statement: s, Pair: pair, Lines: lines}, nil
}

func (n Node) head(closed settlement.Close, pair settlement.Pair) (statement.Head, error) {
	parties, err := n.Index.Parties()
	if err != nil {
		return statement.Head{}, err
	}
	named := func(id string) statement.Party {
		for _, p := range parties {
			if p.ID == id {
				return statement.Party{ID: id, En: p.En, Zh: p.Zh}
			}
		}
		return statement.Party{ID: id}
	}
	days, err := n.Index.Period(closed.ID)
	if err != nil {
		return statement.Head{}, err
	}
	scales, err := n.scales()
	return statement.Head{
		Network: n.Network, Cycle: closed.ID, From: days.From, To: days.To, A: named(pair.A), B: named(pair.B),
		Scales: scales,
	}, err
}

// scales says of which programmes people see digits after the point.
func (n Node) scales() ([]statement.Scale, error) {
	programmes, err := n.Index.Programmes()
	if err != nil {
		return nil, err
	}
	list := []statement.Scale{}
	for _, p := range programmes {
		if p.Rules.Scale > 0 {
			list = append(list, statement.Scale{Programme: p.ID, Digits: p.Rules.Scale})
		}
	}
	slices.SortFunc(list, func(a, b statement.Scale) int { return cmp.Compare(a.Programme, b.Programme) })
	return list, nil
}

// payments are those of a cycle between the two.
func (n Node) payments(cycle string, pair settlement.Pair) ([]statement.Payment, error) {
	all, err := n.Index.Payments(cycle)
	if err != nil {
		return nil, err
	}
	list := []statement.Payment{}
	for _, p := range all {
		if p.Debtor == pair.A && p.Creditor == pair.B || p.Debtor == pair.B && p.Creditor == pair.A {
			list = append(list, statement.Payment{
				ID: settlement.EndToEnd(p.Cycle, p.N), Debtor: p.Debtor, Creditor: p.Creditor, Fen: p.Fen, Due: p.Due,
			})
		}
	}
	return list, nil
}

// source gives the lines of a pair as often as they are asked for.
func (n Node) source(cycle string, pair settlement.Pair) (statement.Source, error) {
	taxes, err := n.Index.Taxes()
	if err != nil {
		return nil, err
	}
	disputed := map[number.Row]bool{}
	for _, c := range pair.Carved {
		disputed[c.Line] = true
	}
	return func() iter.Seq2[statement.Line, error] {
		return func(yield func(statement.Line, error) bool) {
			for o, err := range n.Index.Lines(cycle, pair.A, pair.B) {
				l := lineOf(o, taxes)
				l.Disputed = disputed[o.ID]
				if !yield(l, err) || err != nil {
					return
				}
			}
		}
	}, nil
}

// lineOf writes an obligation as a statement's line.
func lineOf(o index.Obligation, taxes index.Taxes) statement.Line {
	return statement.Line{
		ID: o.ID.String(), Kind: o.Kind.String(), Scene: o.Scene, Debtor: o.Debtor, Creditor: o.Creditor,
		Programme: o.Programme,
		Points:    o.Points, Fen: o.Fen, Tax: taxes.Of(o), Cause: o.Cause.String(), Date: o.Date, Block: o.Block,
		Tx: o.Tx,
	}
}

// SignRequest is what signs the statement in one of its parties' name. CONFLICT if the ledger has
// other sums than the lines.
func (s Statement) SignRequest(as string) (settlement.SignRequest, error) {
	if err := s.agrees(); err != nil {
		return settlement.SignRequest{}, err
	}
	owes := s.Total.Owes
	req := settlement.SignRequest{
		Cycle: s.Head.Cycle, With: s.Pair.B, Root: s.Root, Lines: s.Total.Lines, Owes: owes.AB, Owed: owes.BA,
	}
	if as == s.Pair.B {
		req.With, req.Owes, req.Owed = s.Pair.A, owes.BA, owes.AB
	}
	return req, nil
}

// agrees compares the sums of the lines with the ledger's.
func (s Statement) agrees() error {
	ab, _ := s.Pair.Owes(s.Pair.A)
	ba, _ := s.Pair.Owes(s.Pair.B)
	if s.Total.Lines != s.Pair.Count() || s.Total.Owes.AB != ab || s.Total.Owes.BA != ba {
		return fault.New(fault.Conflict,
			"the read model has %d lines (%s owes %d fen, %s %d), the ledger %d (%d and %d): it is not what the blocks say; make it again from them",
			s.Total.Lines, s.Pair.A, s.Total.Owes.AB, s.Pair.B, s.Total.Owes.BA, s.Pair.Count(), ab, ba)
	}
	return nil
}

// Ledger answers obligations, those of a line's batch at once, as the peer's state has them.
type Ledger interface {
	Obligations(ctx context.Context, line number.Row) (settlement.Obligations, error)
}

// Wrong is a line in which the read model differs from the ledger.
type Wrong struct {
	ID     number.Row            `json:"id"`
	Index  settlement.Obligation `json:"index"`
	Ledger settlement.Obligation `json:"ledger"` // zero if the ledger hasn't it
}

// maxWrong is how many wrong lines are named at most.
const maxWrong = 100

// Check derives the cycle's root from the read model and compares it with the ledger's. If they differ it asks the
// ledger for every line and answers those that are wrong; INTERNAL too if none is, because one is missing, or a
// hidden one is wrong.
func (n Node) Check(ctx context.Context, cycle string, ledger Ledger) ([]Wrong, error) {
	closed, err := n.Index.Closed(cycle)
	if err != nil {
		return nil, err
	}
	if err := closed.Require(settlement.Cut); err == nil {
		return nil, fault.New(fault.WrongState, "cycle %s isn't computed yet: `cycle.compute`", cycle)
	}
	root, err := n.Index.CycleRoot(cycle)
	if err != nil || bytes.Equal(root, closed.Root) {
		return nil, err
	}
	wrong, err := compare(ctx, n.Index.Obligations(cycle), ledger)
	if err != nil {
		return nil, err
	}
	return wrong, fault.New(fault.Internal, "cycle %s has the root %s by your read model, %s on the ledger: %s",
		cycle, root, closed.Root, Named(wrong))
}

// CheckLines asks the ledger for every line of a statement and answers those in which the read model is wrong.
func (n Node) CheckLines(ctx context.Context, s Statement, ledger Ledger) ([]Wrong, error) {
	return compare(ctx, n.Index.Lines(s.Head.Cycle, s.Pair.A, s.Pair.B), ledger)
}

func compare(ctx context.Context, lines iter.Seq2[index.Obligation, error], ledger Ledger) (wrong []Wrong, err error) {
	var asked number.Command
	var batch settlement.Obligations
	for o, err := range lines {
		if err != nil {
			return nil, err
		}
		if o.Kind == settlement.Rounding {
			continue // it is in no batch: the statement's sums, which are compared, have it
		}
		// Lines come batch by batch: each is asked for once.
		if of := batchOf(o.ID); of != asked {
			if batch, err = ledger.Obligations(ctx, o.ID); err != nil && fault.CodeOf(err) != fault.NotFound {
				return nil, err
			}
			asked = of
		}
		is, err := batch.Find(o.ID)
		if err != nil {
			is = settlement.Obligation{}
		}
		if ours := rowOf(o); ours != is {
			wrong = append(wrong, Wrong{ID: o.ID, Index: ours, Ledger: is})
		}
		if len(wrong) == maxWrong {
			break
		}
	}
	return wrong, nil
}

// batchOf names a line's batch: by its first command.
func batchOf(line number.Row) number.Command {
	n := line.Command
	n.Index = 0
	return n
}

// rowOf is an obligation as the ledger's row has it.
func rowOf(o index.Obligation) settlement.Obligation {
	return settlement.Obligation{
		Index: o.ID.Command.Index, Ord: o.ID.Ord, Cause: uint8(o.Cause), Kind: o.Kind, Scene: o.Scene, Debtor: o.Debtor,
		Creditor: o.Creditor, Programme: o.Programme, Points: o.Points, Fen: o.Fen, Rest: o.Rest, Model: o.Model,
		Of: o.Of,
	}
}

// Named says which lines are wrong, and how.
func Named(wrong []Wrong) string {
	if len(wrong) == 0 {
		return "your read model lacks an obligation, or a hidden one is wrong in it; make it again from the blocks"
	}
	text := ""
	for _, w := range wrong {
		text += fmt.Sprintf(
			"line %s is %d points and %d fen, %s to %s; the ledger has %d points and %d fen, %s to %s. ", w.ID,
			w.Index.Points, w.Index.Fen, w.Index.Debtor, w.Index.Creditor, w.Ledger.Points, w.Ledger.Fen,
			w.Ledger.Debtor, w.Ledger.Creditor)
	}
	return text + "Make the read model again from the blocks"
}

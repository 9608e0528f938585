package accounting

import (
	"context"
	"iter"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/settlement"
	"tallystick/client/books"
	"tallystick/client/index"
	"tallystick/client/node/settle"
)

// booking makes a period's books from the ledger and from what the node has kept.
type booking struct {
	bookkeeper
	now   *index.Reading
	with  keeping
	begin bool
	draft bool          // it is only looked at
	again *books.Locked // the locked period that a restatement puts right: it opens as that did
}

// period makes a period that isn't locked; open says that its cycle isn't cut off.
//
// Refused, first that applies: NOT_FOUND (there is no such cycle), WRONG_STATE (the cycle is
// open, or its statement can still get lines, and this is no draft; the period before isn't
// booked; the books begin with a later one, or have begun).
func (b booking) period(ctx context.Context, cycle string) (k books.Locked, open bool, err error) {
	if err := estimatesThere(b.now, b.with.policy); err != nil {
		return k, false, err
	}
	p, err := b.now.Period(cycle)
	if fault.CodeOf(err) == fault.NotFound {
		if p, err = b.openPeriod(cycle); err != nil {
			return k, false, err
		}
		open = true
	}
	if err != nil {
		return k, false, err
	}
	if !open && !b.draft {
		if err := b.finished(cycle); err != nil {
			return k, false, err
		}
	}
	if k.Opening, err = b.opening(ctx, p); err != nil {
		return k, open, err
	}
	k.Before, k.Opened, k.Height, k.Inputs, k.Restated = p.Before, p.Opened, p.Height,
		b.with.inputs, []books.Restatement{}
	err = b.make(ctx, p, open, &k)
	return k, open, err
}

// openPeriod is the open cycle as far as it is.
func (b booking) openPeriod(cycle string) (p index.Period, err error) {
	open, err := b.now.Cycle()
	if err != nil {
		return p, err
	}
	if open.ID != cycle {
		return p, fault.New(fault.NotFound, "there is no cycle %.64s; the open one is %s", cycle, open.ID)
	}
	if !b.draft {
		return p, fault.New(fault.WrongState,
			"cycle %s is open: it can be looked at, without `lock`, and is booked after its cut-off", cycle)
	}
	p = index.Period{Cycle: cycle, From: open.Since, To: open.Date, Height: b.now.Height()}
	last, err := settle.CycleBefore(b.now, cycle)
	if fault.CodeOf(err) == fault.NotFound {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	ended, err := b.now.Period(last)
	p.Before, p.From, p.Opened = last, min(ended.To+1, open.Date), ended.Height
	return p, err
}

// finished refuses with WRONG_STATE a cycle whose statements can still get lines.
func (b booking) finished(cycle string) error {
	others, err := b.now.Unfinished(cycle, b.party)
	if err != nil || len(others) == 0 {
		return err
	}
	return fault.New(fault.WrongState,
		"cycle %s isn't ready to be booked: hidden supply, or a fee on it, is to be opened (`statement.open`) with %s",
		cycle, strings.Join(others, ", "))
}

// opening is what the period before closed with; where the books begin, what was true then.
func (b booking) opening(ctx context.Context, p index.Period) ([]books.Line, error) {
	if b.again != nil {
		return b.again.Opening, nil
	}
	kept, err := b.shelf.All()
	if err != nil {
		return nil, err
	}
	if n := len(kept); n > 0 && kept[n-1].Height > p.Height {
		return nil, fault.New(fault.WrongState, "your books begin with %s and go as far as %s", kept[0].Summary.Period,
			kept[n-1].Summary.Period)
	}
	if b.begin && len(kept) > 0 {
		return nil, fault.New(fault.WrongState, "your books have begun, with %s", kept[0].Summary.Period)
	}
	if p.Before == "" {
		return []books.Line{}, nil
	}
	before, booked, err := b.shelf.Get(p.Before)
	switch {
	case err != nil:
		return nil, err
	case booked:
		return before.Closing, nil
	case !b.begin && !b.draft:
		return nil, fault.New(fault.WrongState,
			"period %s before it isn't booked: lock that first, or begin your books with %s: `begin`", p.Before,
			p.Cycle)
	}
	var list []books.Line
	err = b.history.at(ctx, p.Opened, func(r *index.Reading) error {
		last, err := b.now.Period(p.Before)
		if err != nil {
			return err
		}
		list, err = linesOn(r, b.with.policy, last.To)
		return err
	})
	return list, err
}

// make makes the vouchers and what is true at the period's end.
func (b booking) make(ctx context.Context, p index.Period, open bool, k *books.Locked) error {
	taxes, err := b.now.Taxes()
	if err != nil {
		return err
	}
	m := books.Material{Opening: k.Opening, ByDay: b.with.byDay}
	end := func(r *index.Reading) error {
		var voided []index.Obligation
		if voided, err = r.Voided(p.Cycle); err != nil {
			return err
		}
		if m.Settled, err = r.Settled(p.Cycle, b.party); err != nil {
			return err
		}
		m.Lines = linesIn(b.now, p.Cycle, voided, taxes)
		m.Closing, err = linesOn(r, b.with.policy, p.To)
		return err
	}
	if open {
		err = end(b.now)
	} else {
		err = b.history.at(ctx, p.Height, end)
	}
	if err != nil {
		return err
	}
	keeper := books.Books{Party: b.party, Period: p.Cycle, From: p.From, To: p.To,
		Chart: b.with.chart, Fapiao: b.with.fapiao}
	k.Closing = m.Closing
	k.Vouchers, k.Summary, err = keeper.Make(m)
	k.Vouchers = b.with.chart.Count(k.Vouchers, nil)
	return err
}

// linesIn reads a cycle's obligations from the read model: those whose amounts are known,
// hidden supply once it was opened; and the lines of whatever cycle that disputes voided
// while this one was open.
func linesIn(r *index.Reading, cycle string, voided []index.Obligation,
	taxes index.Taxes) func() iter.Seq2[books.Posting, error] {
	return func() iter.Seq2[books.Posting, error] {
		return func(yield func(books.Posting, error) bool) {
			for o, err := range r.Obligations(cycle) {
				if !yield(postingOf(o, taxes), err) {
					return
				}
			}
			for _, o := range voided {
				p := postingOf(o, taxes)
				p.Void = true
				if !yield(p, nil) {
					return
				}
			}
		}
	}
}

// postingOf is an obligation as books take it. Roundings of all pairs bear the number of the
// command that computed them: here they are told apart.
func postingOf(o index.Obligation, taxes index.Taxes) books.Posting {
	id := o.ID.String()
	if o.Kind == settlement.Rounding {
		id += "-" + o.Debtor + "-" + o.Creditor
	}
	return books.Posting{ID: id, Date: o.Date, Kind: o.Kind, Scene: o.Scene, Debtor: o.Debtor, Creditor: o.Creditor,
		Programme: o.Programme, Points: o.Points, Fen: o.Fen, Tax: taxes.Of(o), Block: o.Block, Tx: o.Tx,
		Unpaid: o.Unpaid(), TakenBack: o.TakenBack()}
}

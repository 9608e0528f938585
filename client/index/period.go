package index

import (
	"database/sql"
	"errors"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// Period is a closed cycle as books have it: what the ledger said when it was cut off,
// and its days.
type Period struct {
	Cycle  string
	Before string    // the cycle before it, "" for the first
	From   date.Date // first and last day: periods neither overlap nor have gaps. A cycle that was cut off on the day
	To     date.Date // of the cut-off before it has no day of its own: From is To then
	Height uint64    // blocks up to its cut-off, that included: what was true at its end
	Opened uint64    // blocks up to the cut-off before it, 0 for the first
}

// Period is a closed cycle's. NOT_FOUND for one that isn't cut off.
//
// The day of a cut-off belongs to the cycle that it ends: the next one begins with the day
// after, whatever is done on what is left of that day.
func (r *Reading) Period(cycle string) (Period, error) {
	closed, found, err := one(r, "entries", row.Close(cycle))
	if err != nil {
		return Period{}, err
	}
	if !found {
		return Period{}, fault.New(fault.NotFound, "there is no closed cycle %.64s", cycle)
	}
	p := Period{Cycle: cycle, From: closed.From, To: closed.To}
	if p.Height, err = r.cutAt(closed); err != nil {
		return Period{}, err
	}
	before, err := r.cyclesBefore()
	if err != nil {
		return Period{}, err
	}
	if p.Before = before[cycle]; p.Before == "" {
		return p, nil
	}
	last, _, err := one(r, "entries", row.Close(p.Before))
	if err != nil {
		return Period{}, err
	}
	p.From = min(last.To+1, p.To)
	p.Opened, err = r.cutAt(last)
	return p, err
}

// cutAt is how many blocks there were when a cycle was cut off, that of the cut-off included.
func (r *Reading) cutAt(c settlement.Close) (height uint64, err error) {
	err = r.tx.QueryRow("SELECT block FROM batches WHERE key = ?",
		row.Batch(c.CutBy.Party, c.CutBy.Lane, c.CutBy.Seq)).Scan(&height)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fault.New(fault.Internal, "no block has the cut-off of %s", c.ID)
	}
	if err != nil {
		return 0, inIndex(err)
	}
	return height + 1, nil
}

// Unfinished names, of a party, the others with whom its statement for a closed cycle can
// still get lines: it isn't computed, or hidden sums, or fees on them, wait to be opened.
func (r *Reading) Unfinished(cycle, party string) (others []string, err error) {
	closed, _, err := one(r, "entries", row.Close(cycle))
	if err != nil {
		return nil, err
	}
	if closed.State < settlement.Computed {
		others = append(others, "all: `cycle.compute` "+cycle)
		return others, nil
	}
	from, to := row.PairsOf(cycle).Bounds()
	err = decoded(r, func(_ string, _ uint64, p settlement.Pair) error {
		switch {
		case p.Pending == 0 || p.A != party && p.B != party:
		case p.A == party:
			others = append(others, p.B)
		default:
			others = append(others, p.A)
		}
		return nil
	}, "SELECT key, block, row FROM facts WHERE key >= ? AND key < ? ORDER BY key", from, to)
	return others, err
}

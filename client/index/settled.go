package index

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/client/books"
)

// What became of earlier cycles' obligations while a cycle was open: that is when it is
// booked. A row that never changes again was decided in the block that wrote it last, and
// all batches of a block were endorsed under one cycle.

const entriesOf = "SELECT key, block, row FROM entries WHERE kind = ? ORDER BY key"

// momentOf is when what a block wrote took effect; the zero moment if no batch did.
func (r *Reading) momentOf(block uint64) (m moment, err error) {
	err = r.tx.QueryRow("SELECT date, cycle FROM batches WHERE block = ? ORDER BY key LIMIT 1", block).Scan(&m.date,
		&m.cycle)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return m, inIndex(err)
	}
	return m, nil
}

// Voided lists the lines that ceased to count while a cycle was open, because disputes
// about them ended then, each under the date of that. What is owed instead is an
// obligation of that cycle.
func (r *Reading) Voided(cycle string) (list []Obligation, err error) {
	list = []Obligation{}
	ended, err := r.endedDisputes()
	if err != nil {
		return nil, err
	}
	for _, d := range ended {
		when, err := r.momentOf(d.block)
		if err != nil {
			return nil, err
		}
		if when.cycle != cycle {
			continue
		}
		for _, l := range d.Lines {
			o, err := r.obligation(l)
			if err != nil {
				return nil, err
			}
			o.Date = d.Since
			list = append(list, o)
		}
	}
	return list, nil
}

// ended is a dispute that is decided, with the block that decided it.
type ended struct {
	settlement.Dispute
	block uint64
}

func (r *Reading) endedDisputes() (list []ended, err error) {
	return list, decoded(r, func(_ string, block uint64, d settlement.Dispute) error {
		if d.State.Ended() {
			list = append(list, ended{d, block})
		}
		return nil
	}, entriesOf, "dispute")
}

// obligation is a disputed line as it arose.
func (r *Reading) obligation(l settlement.Disputed) (o Obligation, err error) {
	c := l.Line.Command
	key := lineOf(string(row.Obligations(c.Party, c.Lane, c.Seq)), c.Index, l.Line.Ord)
	rows, err := r.tx.Query("SELECT "+obligationColumns+" FROM obligations WHERE key = ?", key)
	if err != nil {
		return o, inIndex(err)
	}
	defer rows.Close()
	if !rows.Next() {
		return o, errors.Join(fmt.Errorf("index: there is no line %s, which is disputed", l.Line), rows.Err())
	}
	return scanObligation(rows)
}

// Settled lists what a party discharged while a cycle was open: each statement that was
// netted, with what stands of it on both sides, and each payment that came in, which
// names no counterparty: netting left it between all of them.
func (r *Reading) Settled(cycle, party string) (list []books.Settlement, err error) {
	list = []books.Settlement{}
	var closed []settlement.Close
	err = decoded(r, func(_ string, _ uint64, c settlement.Close) error {
		closed = append(closed, c)
		return nil
	}, entriesOf, "close")
	if err != nil {
		return nil, err
	}
	for _, c := range closed {
		netted, err := r.nettedIn(cycle, c.ID, party)
		if err != nil {
			return nil, err
		}
		paid, err := r.paidIn(cycle, c.ID, party)
		if err != nil {
			return nil, err
		}
		list = slices.Concat(list, netted, paid)
	}
	return list, nil
}

// nettedIn lists a party's statements for a closed cycle, if it was netted while another
// was open.
func (r *Reading) nettedIn(open, closed, party string) (list []books.Settlement, err error) {
	when, err := r.nettedAt(closed)
	if err != nil || when.cycle != open {
		return nil, err
	}
	from, to := row.PairsOf(closed).Bounds()
	return list, decoded(r, func(_ string, _ uint64, p settlement.Pair) error {
		if p.A != party && p.B != party || !p.State.Stands() {
			return nil
		}
		other := p.A
		if other == party {
			other = p.B
		}
		_, owes := p.Owes(party)
		_, owed := p.Owes(other)
		list = append(list, books.Settlement{
			ID: closed + "-" + other, Date: when.date, Party: other, Payable: owes, Receivable: owed,
		})
		return nil
	}, "SELECT key, block, row FROM facts WHERE key >= ? AND key < ? ORDER BY key", from, to)
}

// nettedAt is when a closed cycle was netted; the zero moment if it wasn't yet.
func (r *Reading) nettedAt(closed string) (when moment, err error) {
	var block uint64
	err = r.tx.QueryRow("SELECT block FROM facts WHERE key = ?", string(row.Netting(closed))).Scan(&block)
	if errors.Is(err, sql.ErrNoRows) {
		return when, nil
	}
	if err != nil {
		return when, inIndex(err)
	}
	return r.momentOf(block)
}
